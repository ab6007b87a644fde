"""What the pages of an import show: the office's own table with results, errors by kind, and past imports."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from anju.core import time
from anju.core.paging import Page, keyset_page
from anju.dwellings.ledger.fields import ADDRESS, AREA, BY_NAME, DATES, FACTS, PEOPLE, Field
from anju.dwellings.ledger.problems import REFUSALS, render
from anju.dwellings.models import Dwelling, LedgerImport, LedgerRow
from anju.standard import current_edition

BUSY = {LedgerImport.State.READING, LedgerImport.State.CHECKING, LedgerImport.State.WRITING, LedgerImport.State.UNDOING}
SHOWN_GROUPS = 40
ROWS, ERRORS = 25, 12  # of a page; errors are shown with the rows before and after

RESULTS: dict[str, tuple[str, str]] = {  # action → class of the row, icon
    "create": ("new", "plus"),
    "update": ("upd", "refresh"),
    "same": ("same", "minus"),
    "error": ("err", "x"),
}


@dataclass(frozen=True)
class Heading:
    letter: str
    label: str
    original: str
    target: str


@dataclass(frozen=True)
class Shown:
    """One cell: `state` is "e" (wrong), "c" (changes) or empty; `said` is what is expected."""

    text: str
    state: str = ""
    old: str = ""
    said: str = ""


@dataclass(frozen=True)
class Line:
    number: int
    sheet: str
    css: str
    icon: str
    word: str
    cells: list[Shown]
    said: str
    """Errors of the row as a whole, which have no cell."""


def error_text(ledger: LedgerImport) -> str:
    """Why an import failed, in the reader's language."""
    if not ledger.error:
        return ""
    kept = json.loads(ledger.error)
    return str(kept["text"]) if "text" in kept else str(REFUSALS[kept["code"]]) % kept["params"]


def result_word(action: str) -> str:
    return {
        "create": pgettext("ledger", "New"),
        "update": pgettext("ledger", "Change"),
        "same": pgettext("ledger", "Same"),
        "error": pgettext("ledger", "Error"),
    }[action]


def headings(ledger: LedgerImport) -> list[Heading]:
    return [
        Heading(column["letter"], str(BY_NAME[column["target"]].label), column["label"], column["target"])
        for column in ledger.columns.get("columns", [])
        if column["target"]
    ]


def column_counts(ledger: LedgerImport) -> dict[str, Any]:
    """How many columns were recognised, wait for confirmation, are not imported; and those that wait."""
    columns = ledger.columns.get("columns", [])
    waiting = [column for column in columns if column["target"] and not column["confirmed"]]
    return {
        "known": sum(1 for column in columns if column["target"]) - len(waiting),
        "waiting": [
            {**column, "name": BY_NAME[column["target"]].label, "percent": round(column["score"] * 100)}
            for column in waiting
        ],
        "left": sum(1 for column in columns if not column["target"]),
        "all": len(columns),
    }


def value_text(target: str, value: Any) -> str:
    """A kept value in words: 商品房, 是, 67.8, 2026-09-01."""
    if value is None or value == "":
        return "–"
    if target == "kind":
        return str(dict(Dwelling.Kind.choices).get(value, value))
    if target == "letting_state":
        return str(dict(Dwelling.LettingState.choices).get(value, value))
    field = BY_NAME[target]
    fact = current_edition(time.today()).facts["dwelling"].get(target) if field.fact else None
    if fact is not None and field.kind in ("choice", "bool"):
        return fact.label_of(value, get_language() or "zh")
    return f"{value:g}" if isinstance(value, float) else str(value)


def page_of(ledger: LedgerImport, show: str, after: str) -> tuple[list[Line], Page[LedgerRow]]:
    """One page of the sheet. Errors come with the rows before and after them, as an office looks for them."""
    rows = ledger.rows.all()
    if show == "errors":
        page = keyset_page(rows.filter(action="error"), after=after, size=ERRORS)
        near = Q(pk__in=())
        for row in page.rows:
            near |= Q(sheet=row.sheet, number__gte=row.number - 1, number__lte=row.number + 1)
        found = list(rows.filter(near).order_by("id"))
    else:
        if show in RESULTS:
            rows = rows.filter(action=show)
        page = keyset_page(rows, after=after, size=ROWS)
        found = list(page.rows)
    heads = headings(ledger)
    corrected = {(target, old): new for target, old, new in ledger.corrections}
    return [line_of(row, heads, corrected) for row in found], page


def line_of(row: LedgerRow, heads: Iterable[Heading], corrected: Mapping[tuple[str, str], str]) -> Line:
    wrong: dict[str, list[str]] = {}
    for error in row.errors:
        wrong.setdefault(error["column"], []).append(problem_text(error))
    css, icon = RESULTS[row.action]
    cells = [_cell(row, head, wrong.get(head.letter), corrected) for head in heads]
    return Line(row.number, row.sheet, css, icon, result_word(row.action), cells, " ".join(wrong.get("", [])))


def _cell(row: LedgerRow, head: Heading, wrong: list[str] | None, corrected: Mapping[tuple[str, str], str]) -> Shown:
    raw = row.cells.get(head.letter, "")
    text = f"{raw:.15g}" if isinstance(raw, float) else str(raw)
    if wrong:
        return Shown(text, "e", said="; ".join(wrong))
    if head.target in row.changes:
        old, new = row.changes[head.target]
        return Shown(value_text(head.target, new), "c", old="" if old is None else value_text(head.target, old))
    if (head.target, text) in corrected:
        return Shown(corrected[head.target, text], "c", old=text)
    return Shown(text)


def problem_text(error: Mapping[str, Any]) -> str:
    return render(error["code"], error["params"])


def groups_of(ledger: LedgerImport) -> list[dict[str, Any]]:
    """Equal errors, those that one press corrects first."""
    shown = []
    for index, group in enumerate(ledger.groups[:SHOWN_GROUPS]):
        pairs = group["corrections"]
        suggestion = group["suggestion"] if pairs and group["code"] != "formula" else None
        shown.append(
            {**group, "index": index, "text": problem_text(group), "offer": suggestion, "fixable": bool(pairs)}
        )
    return shown


def field_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Targets in groups, for the columns page."""

    def pairs(fields: Iterable[Field]) -> list[tuple[str, str]]:
        return [(field.name, str(field.label)) for field in fields]

    return [
        (_("Address"), pairs(ADDRESS)),
        (_("The home"), pairs([*FACTS[:4], AREA])),
        (_("Landlord and tenants"), pairs(PEOPLE)),
        (_("Lease and guarantee"), pairs(DATES)),
        (_("Fire, gas, electricity"), pairs(FACTS[4:])),
    ]


def past(user: Any, after: str) -> Page[LedgerImport]:
    rows = LedgerImport.objects.for_user(user).select_related("created_by", "area")
    return keyset_page(rows, sort="-id", after=after, size=25)
