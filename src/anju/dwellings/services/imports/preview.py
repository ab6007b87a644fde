"""Everything up to the preview, in memory: used by the job, by the command's dry run, and for handing back bad rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from anju.areas.models import Area
from anju.dwellings.ledger import columns, header, sheets
from anju.dwellings.ledger.columns import Guess
from anju.dwellings.ledger.header import Table
from anju.dwellings.ledger.problems import Refused
from anju.dwellings.ledger.rows import Row, validate
from anju.dwellings.models import ColumnMemory
from anju.dwellings.services.imports.planning import Plan, moment_of, plan_rows
from anju.dwellings.services.imports.register import Register

Mapping_ = dict[int, str]


@dataclass(frozen=True, slots=True)
class Opened:
    """The sheets of a file that hold one and the same table, and the guesses for its columns."""

    tables: list[Table]
    guesses: list[Guess]
    left_out: list[str]
    """Names of sheets that hold no such table."""


@dataclass(frozen=True, slots=True)
class Checked:
    parts: list[tuple[Table, list[Row]]]
    plans: list[Plan]

    @property
    def rows(self) -> Iterable[Row]:
        return (row for _, rows in self.parts for row in rows)


def open_tables(path: Path, *, today: date, limit: int, remembered: Mapping[str, str] | None = None) -> Opened:
    """Raises the reader's `Refused`. The best sheet decides; others with the same columns are read too."""
    found: list[tuple[float, Table, list[Guess]]] = []
    refusal: Refused | None = None
    opened = sheets.open_ledger(path, limit=limit)
    for sheet in opened:
        try:
            table = header.find_table(sheet)
        except Refused as refused:
            refusal = refusal or refused
            continue
        guesses = columns.guess(table, today, remembered)
        score = sum(g.score for g in guesses if g.target) + (2 if _has_address(g.target for g in guesses) else 0)
        found.append((score, table, guesses))
    if not found:
        raise refusal or Refused("no_sheet")
    _, best, guesses = max(found, key=lambda item: item[0])
    name = columns.signature(best.labels)
    alike = [table for _, table, _ in found if columns.signature(table.labels) == name]
    kept = {table.sheet.name for table in alike}
    return Opened(alike, guesses, [sheet.name for sheet in opened if sheet.name not in kept])


def _has_address(targets: Iterable[str | None]) -> bool:
    return has_address({target for target in targets if target})


def has_address(targets: set[str]) -> bool:
    """Whether rows can be placed at all: a whole address, or an estate with a door or its parts."""
    return "address" in targets or ("estate" in targets and bool(targets & {"door", "building", "room"}))


def limit_bytes() -> int:
    return int(settings.ANJU_MAX_LEDGER_MB) * 1024**2


def memory_of(area: Area) -> dict[str, str]:
    return dict(ColumnMemory.objects.filter(area=area).values_list("header", "target"))


def check(
    opened: Opened,
    mapping: Mapping_,
    *,
    area: Area,
    as_of: date,
    now: datetime,
    today: date,
    corrections: Mapping[tuple[str, str], str],
) -> Checked:
    """Validate every row and compare it with the register. Raises the reader's `Refused` when there are no rows."""
    register = Register.of(area)
    parts: list[tuple[Table, list[Row]]] = []
    for table in opened.tables:
        try:
            parts.append(
                (table, validate(table, mapping, today=today, places=register.places(), corrections=corrections))
            )
        except Refused:
            if len(opened.tables) == 1:
                raise
    register.load({row.address.estate for _, rows in parts for row in rows if row.address is not None})
    rows = (row for _, rows in parts for row in rows)
    return Checked(parts, list(plan_rows(rows, register, mapping, moment_of(as_of, now))))


def counts_of(plans: Iterable[Plan]) -> dict[str, int]:
    counts = {"rows": 0, "create": 0, "update": 0, "same": 0, "error": 0, "error_cells": 0, "changed_cells": 0}
    for plan in plans:
        counts["rows"] += 1
        counts[plan.action] += 1
        counts["error_cells"] += len(plan.row.errors)
        counts["changed_cells"] += len(plan.changes)
    return counts


def shown_cells(table: Table, row: Row, mapping: Mapping_) -> dict[str, Any]:
    """The row as its office wrote it, by column letter; only mapped columns."""
    cells = table.sheet.rows[row.number - 1]
    return {columns.letter(index): cells[index] if index < len(cells) else "" for index in mapping}
