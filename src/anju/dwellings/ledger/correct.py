"""Equal mistakes are shown once, with their number, and corrected together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from anju.dwellings.ledger.problems import Problem
from anju.dwellings.ledger.rows import FORMULAS, CellError, Row


@dataclass(frozen=True, slots=True)
class Group:
    """One mistake made `count` times. `first` is where it stands for the first time."""

    target: str
    value: str
    problem: Problem
    first: CellError
    count: int
    corrections: tuple[tuple[str, str], ...]
    """(cell text, new text) pairs that one press corrects; empty when only the office can know."""


def group_errors(rows: Iterable[Row]) -> list[Group]:
    """Largest groups first, those with a suggestion before those without. Formulas of one column are one group, because
    each has another value and all want the same answer."""
    found: dict[tuple[str, str, str], list[CellError]] = {}
    for row in rows:
        for error in row.errors:
            value = "" if error.problem.code == "formula" else error.value
            found.setdefault((error.target, error.problem.code, value), []).append(error)
    groups = [_group(errors) for errors in found.values()]
    return sorted(groups, key=lambda g: (not g.corrections, -g.count, g.first.row, g.target))


def _group(errors: list[CellError]) -> Group:
    first = errors[0]
    if first.problem.code == "formula":
        return Group(first.target, "", first.problem, first, len(errors), ((FORMULAS, ""),))
    pairs = {error.value: error.problem.suggestion for error in errors if error.problem.suggestion is not None}
    corrections = tuple((old, new) for old, new in pairs.items() if new is not None)
    return Group(first.target, first.value, first.problem, first, len(errors), corrections)


def corrections_of(group: Group) -> dict[tuple[str, str], str]:
    """What `rows.validate` takes to read the group's cells as suggested."""
    return {(group.target, old): new for old, new in group.corrections}
