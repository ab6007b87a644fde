"""`anju import-ledger FILE [--dry-run] [--json]`: the same reading, checking and writing as the pages do."""

from __future__ import annotations

import json
import time as clock
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser

from anju.accounts.models import User
from anju.accounts.services import system_actor
from anju.core import time
from anju.core.errors import Refused
from anju.dwellings.ledger.columns import Guess, letter
from anju.dwellings.ledger.problems import Refused as FileRefused
from anju.dwellings.models import LedgerImport
from anju.dwellings.selectors_ledger import BUSY, error_text
from anju.dwellings.services import imports
from anju.dwellings.services.imports import preview
from anju.dwellings.services.imports.sealing import masked
from anju.dwellings.services.imports.steps import area_of
from anju.jobs import services as jobs

LIKELY = 0.8  # nobody is there to confirm a guess: what is less sure is not imported
Report = dict[str, Any]


class NamedFile:
    """A file on disk with the name and size of an upload."""

    def __init__(self, path: Path, source: BinaryIO) -> None:
        self.name: str | None = path.name
        self.size: int | None = path.stat().st_size
        self._source = source

    def read(self, n: int = -1, /) -> bytes:
        return self._source.read(n)


class Command(BaseCommand):
    help = "Read a ledger of rented homes, check it, and write its good rows as a whole."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be written")
        parser.add_argument("--json", action="store_true", help="rows, create, update, same and errors as JSON")
        parser.add_argument(
            "--user", metavar="NAME", help="act as this person, in the person's area (else: the whole city)"
        )
        parser.add_argument(
            "--all-guesses", action="store_true", help="also import columns whose meaning is only likely"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"{path}: there is no such file")
        by = person_of(options["user"])
        try:
            report = _dry(path, by, all_guesses=options["all_guesses"])
            if not options["dry_run"] and report["create"] + report["update"]:
                report = _written(path, by, report)
        except (FileRefused, Refused) as refusal:
            raise CommandError(f"{path.name}: {refusal}") from refusal
        self.stdout.write(json.dumps(report, ensure_ascii=False, indent=2) if options["json"] else _in_words(report))


def person_of(name: str | None) -> User:
    if not name:
        return system_actor()
    found = User.objects.filter(username=name, is_active=True).first()
    if found is None:
        raise CommandError(f"--user {name}: there is no such active account")
    return found


def _chosen(guess: Guess, *, all_guesses: bool) -> bool:
    return guess.state == "sure" or (guess.state == "ask" and (all_guesses or guess.score >= LIKELY))


def _dry(path: Path, by: User, *, all_guesses: bool) -> Report:
    """Everything up to the preview, in memory."""
    area, today = area_of(by, None), time.today()
    opened = preview.open_tables(path, today=today, limit=preview.limit_bytes(), remembered=preview.memory_of(area))
    mapping = {g.column: g.target for g in opened.guesses if g.target and _chosen(g, all_guesses=all_guesses)}
    if not preview.has_address(set(mapping.values())):
        raise CommandError(f"{path.name}: no column with an address was recognised. Columns: {_labels(opened)}")
    checked = preview.check(opened, mapping, area=area, as_of=today, now=time.now(), today=today, corrections={})
    counts = preview.counts_of(checked.plans)
    errors = [
        {
            "sheet": e.sheet, "row": e.row, "column": e.column, "value": masked(e.target, e.value), "message": e.text,
            "suggestion": masked(e.target, e.problem.suggestion or "") or None,
        }
        for row in checked.rows for e in row.errors
    ]  # fmt: skip
    return {
        "rows": counts["rows"], "create": counts["create"], "update": counts["update"], "same": counts["same"],
        "errors": errors, "written": False, "columns": {letter(index): target for index, target in sorted(mapping.items())},
        "not_imported": [g.letter for g in opened.guesses if g.column not in mapping],
    }  # fmt: skip


def _labels(opened: preview.Opened) -> str:
    return ", ".join(f"{g.letter} {g.label}" for g in opened.guesses)


def _written(path: Path, by: User, report: Report) -> Report:
    """The same through the register of imports, so that it can be looked at and undone on the pages."""
    with path.open("rb") as source:
        ledger = imports.upload(by=by, upload=NamedFile(path, source))
    _wait(ledger)
    columns = {c["index"]: report["columns"].get(c["letter"], "") for c in ledger.columns.get("columns", [])}
    imports.choose_columns(by=by, ledger=ledger, targets=columns)
    _wait(ledger)
    imports.write(by=by, ledger=ledger, only_good=True)
    _wait(ledger)
    if ledger.state != LedgerImport.State.DONE:
        raise CommandError(f"{path.name}: nothing was written. {error_text(ledger)}")
    counts = {name: ledger.counts[name] for name in ("rows", "create", "update", "same")}
    return {**report, **counts, "written": True, "import": ledger.code}


def _wait(ledger: LedgerImport) -> None:
    """Run what waits in this process; where a worker runs too, whoever is first does it."""
    while True:
        job = jobs.claim(time.now())
        if job is not None:
            jobs.run(job)
        ledger.refresh_from_db()
        if ledger.state not in BUSY:
            return
        if job is None:
            clock.sleep(0.2)


def _in_words(report: Report) -> str:
    lines = [
        f"rows {report['rows']}: create {report['create']}, update {report['update']}, same {report['same']}, errors {len(report['errors'])}",
        "written" if report["written"] else "nothing was written",
    ]
    lines += [f"{e['sheet']} {e['column']}{e['row']} “{e['value']}”: {e['message']}" for e in report["errors"]]
    return "\n".join(lines)
