"""Finding the table inside a sheet: under titles and notes, with one or two header rows, above totals and signatures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from anju.dwellings.ledger import normal
from anju.dwellings.ledger.problems import Refused
from anju.dwellings.ledger.sheets import Cell, Sheet
from anju.dwellings.ledger.wording import known_word

SEARCHED_ROWS = 40
TOTAL = re.compile(
    r"^(合计|小计|总计|共计|总数|累计|本页(小计|合计)|total|subtotal|grandtotal)|(小计|合计|总计|共计)[:：]?$"
)
FOOTER = re.compile(
    r"^(填表人|填报人|制表|审核|复核|负责人|单位负责|经办|备注[:：]|注[:：1-9]|说明[:：]|填表说明|联系人[:：]|打印日期|填报日期|填表日期|第\d+页)"
)


@dataclass(frozen=True, slots=True)
class Table:
    """Where the table stands in its sheet. Rows and columns count from 0; `labels` is empty where a column has no name."""

    sheet: Sheet
    top: int
    depth: int
    labels: tuple[str, ...]

    @property
    def first_row(self) -> int:
        return self.top + self.depth


def find_table(sheet: Sheet) -> Table:
    """The header row(s) of a sheet. Raises `Refused` when none of the first rows can be one."""
    best, best_score = -1, 0.0
    for number, row in enumerate(sheet.rows[:SEARCHED_ROWS]):
        score = _header_score(row)
        if score > best_score:
            best, best_score = number, score
    if best < 0:
        raise Refused("no_header", rows=min(SEARCHED_ROWS, len(sheet.rows)))
    top, depth = best, 1
    if best > 0 and _is_upper_header(sheet, best - 1):
        top, depth = best - 1, 2
    elif _is_lower_header(sheet, best):
        depth = 2
    width = max((len(row) for row in sheet.rows[top : top + 50]), default=0)
    return Table(sheet, top, depth, _labels(sheet, top, depth, width))


def _texts(row: list[Cell]) -> list[str]:
    return [normal.text(cell) if isinstance(cell, str) else str(cell) for cell in row if cell != ""]


def _is_label(cell: Cell) -> bool:
    """Short text without the look of data: no number, no date."""
    if not isinstance(cell, str) or not cell.strip():
        return False
    shown = normal.text(cell)
    return len(shown) <= 30 and not re.fullmatch(r"[\d\s./:#-]+", shown) and not shown.startswith("=")


def _header_score(row: list[Cell]) -> float:
    filled = [cell for cell in row if cell != ""]
    labels = [normal.text(str(cell)) for cell in filled if _is_label(cell)]
    if len(set(labels)) < 2:
        return 0.0
    known = sum(1 for label in labels if known_word(label))
    share = len(labels) / len(filled)
    return known * 3 + share * (2 if len(set(labels)) == len(filled) else 1) if known else share * 0.9


def _is_upper_header(sheet: Sheet, number: int) -> bool:
    """A row of group names above the header: two or more labels, with gaps where they are merged across columns."""
    row, below = sheet.rows[number], sheet.rows[number + 1]
    filled = [c for c, cell in enumerate(row) if cell != ""]
    if len({row[c] for c in filled}) < 2 or not all(_is_label(row[c]) for c in filled):
        return False
    spans = {a[1] for a in sheet.merged if a[0] == number and a[3] > a[1]}
    gaps = any(
        c not in filled and c < len(below) and below[c] != ""
        for c in range(filled[0], filled[-1] + 3)
        if c < len(row) or spans
    )
    return bool(gaps and (spans or any(c < len(below) and below[c] == "" for c in filled)))


def _is_lower_header(sheet: Sheet, number: int) -> bool:
    """A row of names below the header's group names, e.g. 姓名 and 电话 below 出租人."""
    if number + 1 >= len(sheet.rows):
        return False
    row, below = sheet.rows[number], sheet.rows[number + 1]
    filled = [c for c, cell in enumerate(below) if cell != ""]
    if not filled or not all(_is_label(below[c]) for c in filled):
        return False
    under_gap = [c for c in filled if c >= len(row) or row[c] == ""]
    merged_down = any(a[0] == number and a[2] > number for a in sheet.merged)
    return (
        bool(under_gap)
        and (merged_down or len(filled) < len([c for c in row if c != ""]) + len(under_gap))
        and any(known_word(normal.text(str(below[c]))) for c in filled)
    )


def _labels(sheet: Sheet, top: int, depth: int, width: int) -> tuple[str, ...]:
    upper = _spread(sheet, top, width)
    if depth == 1:
        return tuple(normal.text(str(cell)) for cell in upper)
    lower = _padded(sheet.rows[top + 1], width)
    own = _padded(sheet.rows[top], width)
    labels = []
    for column in range(width):
        above, below = normal.text(str(upper[column])), normal.text(str(lower[column]))
        if below and not own[column] and not _merged_across(sheet, top, column):
            above = _last_named(own, column)  # a table without merge marks (CSV): the group name stands to the left
        labels.append(f"{above} {below}".strip() if below != above else above)
    return tuple(labels)


def _last_named(row: list[Cell], column: int) -> str:
    return next((normal.text(str(row[c])) for c in range(column, -1, -1) if row[c] != ""), "")


def _merged_across(sheet: Sheet, row: int, column: int) -> bool:
    return any(a[0] <= row <= a[2] and a[1] <= column <= a[3] for a in sheet.merged)


def _padded(row: list[Cell], width: int) -> list[Cell]:
    return row + [""] * (width - len(row)) if len(row) < width else row[:width]


def _spread(sheet: Sheet, number: int, width: int) -> list[Cell]:
    """A header row with the names of merged cells repeated over their columns."""
    row = list(_padded(sheet.rows[number], width))
    for first_row, first, last_row, last in sheet.merged:
        if first_row <= number <= last_row:
            for column in range(first, min(last, width - 1) + 1):
                row[column] = sheet.rows[first_row][first] if first < len(sheet.rows[first_row]) else ""
    return row


def body(table: Table) -> Iterator[tuple[int, list[Cell]]]:
    """The rows that describe something, with their place in the sheet (from 0): no blank rows, totals, signatures, notes
    or headers printed again on the next page."""
    header = [normal.text(str(cell)) for cell in table.sheet.rows[table.first_row - 1] if cell != ""]
    for number in range(table.first_row, len(table.sheet.rows)):
        row = table.sheet.rows[number]
        first = next((cell for cell in row if cell != ""), "")
        if first == "" or (isinstance(first, str) and _is_frame(first, row, header)):
            continue
        if type(first) is not str and _is_numbered_total(row):
            continue
        yield number, row


def _is_frame(first: str, row: list[Cell], header: list[str]) -> bool:
    if first == (header[0] if header else None) and _texts(row) == header:
        return True
    shown = normal.tight(first)
    if not shown:
        return all(not str(cell).strip() for cell in row)
    if TOTAL.search(shown) and len(shown) <= 12:
        return True
    if FOOTER.match(shown):
        return True
    return len(shown) > 30 and sum(1 for cell in row if cell != "") == 1


def _is_numbered_total(row: list[Cell]) -> bool:
    """A totals row that carries a running number in front: `48, 合计, …`."""
    second = row[1] if len(row) > 1 and row[1] != "" else next((cell for cell in row[2:4] if cell != ""), "")
    return isinstance(second, str) and _is_total(second)


@lru_cache(maxsize=4096)
def _is_total(text: str) -> bool:
    return len(text) <= 12 and bool(TOTAL.match(normal.tight(text)))


def fill_down(table: Table, rows: list[tuple[int, list[Cell]]]) -> dict[tuple[int, int], Cell]:
    """Values of cells below the first of a vertically merged area, by (row, column)."""
    filled: dict[tuple[int, int], Cell] = {}
    numbers = {number for number, _ in rows}
    for first_row, first, last_row, last in table.sheet.merged:
        if last_row <= first_row or first_row < table.first_row or first != last:
            continue
        source = table.sheet.rows[first_row] if first_row < len(table.sheet.rows) else []
        value = source[first] if first < len(source) else ""
        if value != "":
            filled.update({(row, first): value for row in range(first_row + 1, last_row + 1) if row in numbers})
    return filled
