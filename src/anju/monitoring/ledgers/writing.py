"""Ledgers of devices going out: the rows to correct, the empty ledger, the sheet of keys. Text stays text."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from anju.dwellings.ledger.export import RED, RED_TINT, open_book, write_cell
from anju.monitoring.ledgers.problems import text_of
from anju.monitoring.ledgers.reading import COLUMNS, KINDS
from anju.monitoring.models import DeviceBatchRow

EXAMPLE_ROWS = 5000


def wrong_rows(heads: list[list[str]], rows: Iterable[DeviceBatchRow]) -> bytes:
    """One line per wrong row under the office's own column names, then its row number and every reason."""
    buffer, book = open_book()
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
    plain, risky = book.add_format({}), book.add_format({"quote_prefix": True})
    red = {"border": 2, "border_color": RED, "bg_color": RED_TINT, "font_color": RED, "bold": True}
    wrong, wrong_risky = book.add_format(red), book.add_format({**red, "quote_prefix": True})
    kept = [(head[0], head[1]) for head in heads if head[2]]
    for column, label in enumerate([*(label for _letter, label in kept), _("Row"), _("Reason")]):
        write_cell(sheet, 0, column, label, bold, bold)
    for place, row in enumerate(rows, start=1):
        bad = {error["column"] for error in row.errors}
        for column, (name, _label) in enumerate(kept):
            forms = (wrong, wrong_risky) if name in bad else (plain, risky)
            write_cell(sheet, place, column, row.cells.get(name, ""), *forms)
        sheet.write_number(place, len(kept), row.number)
        write_cell(sheet, place, len(kept) + 1, reasons(row), plain, risky)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, max(0, len(kept) - 1), 16)
    sheet.set_column(len(kept) + 1, len(kept) + 1, 70)
    book.close()
    return buffer.getvalue()


def reasons(row: DeviceBatchRow) -> str:
    parts = []
    for error in row.errors:
        text = text_of(error["code"], error["params"])
        cell = row.cells.get(error["column"], "")
        place = f"{error['column']}{row.number}" if error["column"] else ""
        parts.append(f"{place} “{cell}”: {text}" if cell != "" else f"{place}: {text}" if place else text)
    return _("; ").join(parts)


def template() -> bytes:
    """An empty ledger with one column per target; kinds are picked from a list."""
    buffer, book = open_book()
    sheet = book.add_worksheet("设备台账")
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "bg_color": "#EEF2F6"})
    as_text, as_day = book.add_format({"num_format": "@"}), book.add_format({"num_format": "yyyy-mm-dd"})
    for column, (target, words) in enumerate(COLUMNS.items()):
        sheet.write_string(0, column, words[0], head)
        sheet.set_column(
            column, column, 22 if target == "address" else 15, as_day if target.endswith(("_on", "_until")) else as_text
        )
    kinds = book.add_worksheet("类型")
    for place, words in enumerate(KINDS.values()):
        kinds.write_string(place, 0, words[0])
    source = f"=类型!$A$1:$A${len(KINDS)}"
    sheet.data_validation(1, 0, EXAMPLE_ROWS, 0, {"validate": "list", "source": source, "ignore_blank": True})
    sheet.freeze_panes(1, 0)
    sheet.set_first_sheet()
    sheet.activate()
    book.close()
    return buffer.getvalue()


def key_rows(rows: Iterable[tuple[DeviceBatchRow, str]]) -> Iterator[list[Any]]:
    for row, key in rows:
        device = row.device
        assert device is not None
        yield [
            row.number, device.get_kind_display(), device.where, device.room, device.name, device.serial,
            device.wire_address or device.code, key, *((device.topic_up, device.topic_down) if key else ("", "")),
        ]  # fmt: skip
