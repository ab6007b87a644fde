"""Guessing what each column of a ledger holds, and how sure that is."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from anju.dwellings.ledger import normal
from anju.dwellings.ledger.fields import BY_NAME, FIELDS
from anju.dwellings.ledger.header import Table
from anju.dwellings.ledger.problems import Problem
from anju.dwellings.ledger.sheets import Cell
from anju.dwellings.ledger.values import parser_for
from anju.dwellings.ledger.wording import NOT_IMPORTED, key, likeness

SURE, ASK = 0.9, 0.5
SAMPLE = 200


@dataclass(frozen=True, slots=True)
class Guess:
    """`state`: `sure`, `ask` (shown for confirmation) or `none` (not imported)."""

    column: int
    label: str
    target: str | None
    score: float
    alternatives: tuple[tuple[str, float], ...]
    examples: tuple[str, ...]

    @property
    def state(self) -> str:
        if self.target is None or self.score < ASK:
            return "none"
        return "sure" if self.score >= SURE else "ask"

    @property
    def letter(self) -> str:
        return letter(self.column)


def letter(column: int) -> str:
    """0 → A, 26 → AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def signature(labels: Sequence[str]) -> str:
    """Equal for two ledgers with the same columns: what a remembered mapping is found by."""
    return "\x1f".join(key(label) for label in labels)


def guess(table: Table, today: datetime.date, remembered: Mapping[str, str] | None = None) -> list[Guess]:
    """One guess per column that has a name or holds something. `remembered` maps `wording.key(label)` to a target name (or
    to an empty string: not imported) as somebody decided before; that is sure."""
    samples = _samples(table)
    scored: dict[int, dict[str, float]] = {}
    for column, label in enumerate(table.labels):
        if label or samples[column]:
            scored[column] = _scores(label, samples[column], today, remembered or {})
    chosen = _assign(scored)
    return [
        _guess(column, table.labels[column], scored[column], chosen.get(column), samples[column]) for column in scored
    ]


def _guess(column: int, label: str, scores: Mapping[str, float], target: str | None, sample: list[Cell]) -> Guess:
    ranked = sorted(scores.items(), key=lambda item: -item[1])
    others = tuple((name, round(score, 2)) for name, score in ranked if name != target)[:4]
    examples = tuple(dict.fromkeys(normal.text(str(cell)) for cell in sample))[:3]
    return Guess(column, label, target, round(scores.get(target, 0.0), 2) if target else 0.0, others, examples)


def _samples(table: Table) -> list[list[Cell]]:
    samples: list[list[Cell]] = [[] for _ in table.labels]
    for row in table.sheet.rows[table.first_row : table.first_row + SAMPLE]:
        for column, cell in enumerate(row[: len(samples)]):
            if cell != "" and not (isinstance(cell, str) and normal.is_ditto(cell)):
                samples[column].append(cell)
    return samples


def _scores(label: str, sample: list[Cell], today: datetime.date, remembered: Mapping[str, str]) -> dict[str, float]:
    bare = key(label)
    if bare in remembered:
        return {remembered[bare]: 1.0} if remembered[bare] in BY_NAME else {}
    if bare in NOT_IMPORTED:
        return {}
    by_name = {name: score for name, score in likeness(label).items() if score >= 0.35} if label else {}
    if not sample:
        return {name: min(score, 0.85) for name, score in by_name.items()}
    found = {name: score * (0.55 + 0.45 * _share_read(name, sample, today)) for name, score in by_name.items()}
    for name, score in _by_content(sample).items():
        found[name] = max(found.get(name, 0.0), score, min(0.97, by_name.get(name, 0.0) + 0.2))
    return found


def _share_read(name: str, sample: list[Cell], today: datetime.date) -> float:
    """How much of a sample a target could read. A wrong cell here and there does not make the column another one."""
    parse = parser_for(BY_NAME[name], today)
    bad = sum(1 for cell in sample if isinstance(parse(cell), Problem))
    share = 1 - bad / len(sample)
    return 1.0 if share >= 0.7 else share


CONTENT: tuple[tuple[str, float, re.Pattern[str]], ...] = (
    ("landlord_phone", 0.62, re.compile(r"1[3-9]\d{9}")),
    ("landlord_id", 0.7, re.compile(r"\d{17}[\dXx]")),
    ("address", 0.75, re.compile(r".*[\u4e00-\u9fff]{2,}.*\d.*([幢栋号]).*\d.*|.*村.{1,4}组\d+号.*")),
    ("door", 0.72, re.compile(r"\d+\s*(#|幢|栋|号楼)-?.*\d+.*|[\d一-十]+组\s*\d+号.*|\d{1,3}-\d{1,2}-\d{3,4}")),
    ("kind", 0.8, re.compile(r"商品房|自建房|农村自建房|商品房住宅")),
    ("letting_state", 0.75, re.compile(r"在租|空置|自住|停租|已出租|清退")),
    ("lease_signed_on", 0.52, re.compile(r"20\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?")),
)


def _by_content(sample: list[Cell]) -> dict[str, float]:
    """What the cells themselves look like, for columns with a poor name."""
    shown = [normal.text(str(cell)) for cell in sample]
    found = {}
    for name, score, pattern in CONTENT:
        share = sum(1 for cell in shown if pattern.fullmatch(cell)) / len(shown)
        if share >= 0.6:
            found[name] = score * share
    return found


def _assign(scored: Mapping[int, Mapping[str, float]]) -> dict[int, str]:
    """Each target to one column, best pair first; a column that lost its target may take its second."""
    order = {f.name: rank for rank, f in enumerate(FIELDS)}
    pairs = [
        (score, -column, name) for column, scores in scored.items() for name, score in scores.items() if score >= ASK
    ]
    chosen: dict[int, str] = {}
    taken: set[str] = set()
    for _, minus_column, name in sorted(pairs, key=lambda pair: (-pair[0], -pair[1], order[pair[2]])):
        if -minus_column not in chosen and name not in taken:
            chosen[-minus_column] = name
            taken.add(name)
    return chosen
