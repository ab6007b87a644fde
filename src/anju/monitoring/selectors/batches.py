"""What the pages of a batch show: its lines with what is wrong in them, in the reader's language."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from anju.monitoring.ledgers.problems import text_of
from anju.monitoring.models import DeviceBatch, DeviceBatchRow

Result, State = DeviceBatchRow.Result, DeviceBatch.State

TONES: dict[str, tuple[str, str]] = {
    State.PREVIEW: ("due", "eye"),
    State.WRITING: ("work", "progress"),
    State.UNDOING: ("work", "arrow-back-up"),
    State.DONE: ("ok", "circle-check"),
    State.FAILED: ("bad", "circle-x"),
    State.GIVEN_UP: ("plain", "minus"),
}
RESULTS = {Result.GOOD: ("new", "plus"), Result.WRONG: ("err", "x"), Result.LEFT: ("same", "minus")}


@dataclass(frozen=True)
class Cell:
    text: str
    wrong: str  # what is expected, "" for a good one


@dataclass(frozen=True)
class Line:
    row: DeviceBatchRow
    css: str
    icon: str
    cells: list[Cell]
    said: str  # what is wrong, all of it


@dataclass(frozen=True)
class Wrong:
    """One mistake: D17, what stands there, what is expected."""

    place: str
    value: str
    text: str


def wrong_of(found: Sequence[DeviceBatchRow]) -> list[Wrong]:
    return [
        Wrong(f"{error['column']}{row.number}", shown(row.cells.get(error["column"], "")), text_of(error["code"], error["params"]))
        for row in found
        if row.result == Result.WRONG
        for error in row.errors
    ]  # fmt: skip


def rows(batch: DeviceBatch, show: str) -> "QuerySet[DeviceBatchRow]":
    found: QuerySet[DeviceBatchRow] = batch.rows.select_related("device")
    return found.filter(result=show) if show in Result.values else found


def heads(batch: DeviceBatch) -> list[tuple[str, str]]:
    """(letter, label) of the columns that are read."""
    return [(letter, label) for letter, label, target in batch.heads if target]


def lines(batch: DeviceBatch, found: Sequence[DeviceBatchRow]) -> list[Line]:
    letters = [letter for letter, _label in heads(batch)]
    return [_line(row, letters) for row in found]


def _line(row: DeviceBatchRow, letters: Sequence[str]) -> Line:
    wrong: dict[str, list[str]] = {}
    for error in row.errors:
        wrong.setdefault(error["column"], []).append(text_of(error["code"], error["params"]))
    cells = [Cell(shown(row.cells.get(letter, "")), "; ".join(wrong.get(letter, []))) for letter in letters]
    said = [f"{letter}{row.number}: {text}" if letter else text for letter, texts in wrong.items() for text in texts]
    css, icon = RESULTS[Result(row.result)]
    return Line(row, css, icon, cells, " ".join(said))


def shown(cell: Any) -> str:
    return f"{cell:.15g}" if isinstance(cell, float) else str(cell)
