"""`anju indicators verify|recount`: whether the kept counts agree with a count from nothing, or put them right."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from anju.overview.services.recounting import recount, verify

MOST_SHOWN = 50


class Command(BaseCommand):
    help = "Count the indicators from nothing: verify compares (exit 1 when anything differs), recount puts right."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["verify", "recount"])

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "recount":
            self.stdout.write(f"{recount()} areas and estates counted anew")
            return
        found = verify()
        for row in found[:MOST_SHOWN]:
            self.stdout.write(f"{row.what} {row.node} ({row.path}) {row.key}: kept {row.kept}, counted {row.counted}")
        if found:
            self.stdout.write(f"{len(found)} numbers differ. `anju indicators recount` puts them right.")
            raise SystemExit(1)
        self.stdout.write("every kept number agrees with a count from nothing")
