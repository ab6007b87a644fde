"""`anju import-areas FILE [--dry-run] [--json]`: a list of areas and estates from a file, as the page reads pasted rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from anju.areas import lines
from anju.areas.models import Area
from anju.areas.planning import Plan, plan
from anju.areas.services.registering import register
from anju.core.errors import Refused
from anju.dwellings.ledger import sheets
from anju.dwellings.ledger.columns import letter
from anju.dwellings.ledger.problems import PROBLEMS
from anju.dwellings.ledger.problems import Refused as FileRefused
from anju.dwellings.ledger.rows import shown
from anju.dwellings.management.commands.import_ledger import person_of
from anju.dwellings.services.imports.preview import limit_bytes
from anju.dwellings.services.imports.steps import area_of

Report = dict[str, Any]


class Command(BaseCommand):
    help = "Read a list of areas and estates, check it, and register what is not there yet, as a whole."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help=".xlsx, .xls, .ods or .csv: its first sheet")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be registered")
        parser.add_argument("--json", action="store_true", help="counts, notes and errors as JSON")
        parser.add_argument(
            "--user", metavar="NAME", help="act as this person, in the person's area (else: the whole city)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"{path}: there is no such file")
        if not Area.objects.exists():
            raise CommandError("there is no city yet. `anju createuser` makes it with the first account")
        by = person_of(options["user"])
        try:
            area = area_of(by, None)
            found = plan(area, _lines(path, area))
            written = found.writes and not found.mistakes and not options["dry_run"]
            if written:
                found = register(by=by, area=area, lines=[outcome.line for outcome in found.outcomes])
        except (FileRefused, Refused) as refusal:
            raise CommandError(f"{path.name}: {refusal}") from refusal
        report = _report(found, written=written)
        self.stdout.write(json.dumps(report, ensure_ascii=False, indent=2) if options["json"] else _in_words(report))
        if found.mistakes:
            raise CommandError(f"{path.name}: nothing was written. Correct the list and read it again")


def _lines(path: Path, area: Area) -> list[lines.Line]:
    """Lines of the first sheet. A formula, or a cell that shows an error, is a mistake of its line."""
    sheet = sheets.open_ledger(path, limit=limit_bytes())[0]
    rows = [(number, [shown(cell) for cell in row]) for number, row in enumerate(sheet.rows, start=1)]
    found = lines.read(rows, lines.columns_of(area))
    if len(found) > lines.MOST:
        raise CommandError(f"{path.name}: at most {lines.MOST} rows at once; these are {len(found)}. Split the file")
    by_number = {line.number: line for line in found}
    for (row, column), code in sheet.marks.items():
        if row + 1 in by_number:
            value = f"{letter(column)}{row + 1} {rows[row][1][column]}"
            by_number[row + 1].wrong("", value, str(PROBLEMS[code]))
    return found


def _report(found: Plan, *, written: bool) -> Report:
    errors = [
        {"line": e.number, "column": e.column, "value": e.value, "expected": e.expected, "message": str(e)}
        for e in found.mistakes
    ]
    notes = [{"line": outcome.line.number, "note": note} for outcome in found.outcomes for note in outcome.notes]
    return {"lines": len(found.outcomes), **found.counts, "notes": notes, "errors": errors, "written": written}


def _in_words(report: Report) -> str:
    new = ", ".join(f"{name} {report[name]}" for name in ("zone", "community", "grid", "estate", "leader"))
    out = [f"lines {report['lines']}: new {new}; same {report['same']}, errors {len(report['errors'])}"]
    out += ["written" if report["written"] else "nothing was written"]
    out += [f"line {note['line']}: {note['note']}" for note in report["notes"]]
    return "\n".join([*out, *(error["message"] for error in report["errors"])])
