"""Handing rows back as a workbook: the office's own columns, what is wrong outlined, the reason in a column at the end.

Nothing written here can run: text is written as text, and what a spreadsheet would take for a formula is marked so that
it stays text when somebody edits the cell.
"""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterable, Sequence
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from anju.dwellings.ledger.columns import letter
from anju.dwellings.ledger.fields import BY_NAME
from anju.dwellings.ledger.header import Table
from anju.dwellings.ledger.rows import CellError, Row
from anju.dwellings.ledger.sheets import Cell

RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00")
# Fixed, so that equal rows give equal bytes
CREATED = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC).replace(tzinfo=None)
RED, RED_TINT = "#B42318", "#FDECEA"


def open_book() -> tuple[io.BytesIO, Any]:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": CREATED})
    return buffer, book


def write_cell(sheet: Any, row: int, column: int, cell: Cell, form: Any, risky: Any) -> None:
    """One cell as it was. `risky` is the format for text that begins like a formula."""
    if cell == "":
        sheet.write_blank(row, column, None, form)
    elif isinstance(cell, int | float) and abs(cell) < 1e15:
        sheet.write_number(row, column, cell, form)
    else:
        text = str(cell)
        sheet.write_string(row, column, text, risky if text.startswith(RISKY) else form)


def bad_rows(*parts: tuple[Table, Iterable[Row]]) -> bytes:
    """The rows that have errors, one worksheet per sheet, to be corrected and uploaded again. Returns the .xlsx."""
    buffer, book = open_book()
    looks = _Looks(book)
    for table, rows in parts:
        _bad_sheet(book.add_worksheet(), looks, table, [row for row in rows if row.errors])
    book.close()
    return buffer.getvalue()


class _Looks:
    """Formats of one workbook. The `risky` ones keep text that begins like a formula as text when it is edited."""

    def __init__(self, book: Any) -> None:
        wrong = {"border": 2, "border_color": RED, "bg_color": RED_TINT, "font_color": RED, "bold": True}
        self.head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.plain, self.plain_risky = book.add_format({}), book.add_format({"quote_prefix": True})
        self.wrong, self.wrong_risky = book.add_format(wrong), book.add_format({**wrong, "quote_prefix": True})


def _bad_sheet(sheet: Any, looks: _Looks, table: Table, rows: Sequence[Row]) -> None:
    width = len(table.labels)
    for column, label in enumerate([*table.labels, _("Row"), _("Reason")]):
        write_cell(sheet, 0, column, label, looks.head, looks.head)
    for place, row in enumerate(rows, start=1):
        outlined = {error.column for error in row.errors}
        cells = table.sheet.rows[row.number - 1]
        for column in range(width):
            bad = letter(column) in outlined
            form, risky = (looks.wrong, looks.wrong_risky) if bad else (looks.plain, looks.plain_risky)
            write_cell(sheet, place, column, cells[column] if column < len(cells) else "", form, risky)
        sheet.write_number(place, width, row.number)
        write_cell(sheet, place, width + 1, reason(row.errors), looks.plain, looks.plain_risky)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, width - 1, 14)
    sheet.set_column(width + 1, width + 1, 70)


def reason(errors: Sequence[CellError]) -> str:
    """All of a row's errors in one cell: `D17 “民房”: Expected …; …`."""
    parts = []
    for error in errors:
        values = {"reference": error.reference, "value": error.value, "problem": error.text}
        text = (
            _("%(reference)s “%(value)s”: %(problem)s") % values
            if error.value
            else _("%(reference)s: %(problem)s") % values
        )
        if error.problem.suggestion is not None:
            text = _("%(text)s. Change to “%(suggestion)s”?") % {"text": text, "suggestion": error.problem.suggestion}
        parts.append(text)
    return _("; ").join(parts)


TEMPLATE = ("estate", "door", "kind", "letting_state", "rooms_let", "beds_let", "area", "landlord_name", "landlord_phone",
            "sublessor_name", "lease_signed_on", "guarantee_signed", "extinguishers_3kg", "gas_alarm", "rcd")  # fmt: skip


def template(targets: Sequence[str] = TEMPLATE) -> bytes:
    """An empty ledger with one column per target, its choices as a list to pick from. Headers are words the import knows."""
    buffer, book = open_book()
    sheet = book.add_worksheet("出租房台账")
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "bg_color": "#EEF2F6"})
    as_text = book.add_format({"num_format": "@"})
    as_day = book.add_format({"num_format": "yyyy-mm-dd"})
    for column, name in enumerate(targets):
        field = BY_NAME[name]
        sheet.write_string(0, column, field.words[0], head)
        form = as_day if field.kind == "date" else None if field.kind in ("int", "float") else as_text
        sheet.set_column(column, column, 18 if field.kind in ("place", "door", "phone") else 13, form)
        options = [words[0] for words in field.choices.values()] or (["是", "否"] if field.kind == "bool" else [])
        if options:
            sheet.data_validation(
                1, column, 5000, column, {"validate": "list", "source": options, "ignore_blank": True}
            )
    sheet.freeze_panes(1, 0)
    book.close()
    return buffer.getvalue()
