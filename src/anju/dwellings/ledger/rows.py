"""Checking every row of a table under a mapping. Good cells cost one look-up; only mistakes become objects."""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from anju.dwellings.ledger import address as addresses
from anju.dwellings.ledger import normal
from anju.dwellings.ledger.address import Address, Door
from anju.dwellings.ledger.columns import letter
from anju.dwellings.ledger.fields import BY_NAME
from anju.dwellings.ledger.header import Table, body, fill_down
from anju.dwellings.ledger.problems import Problem, Refused, problem
from anju.dwellings.ledger.sheets import Cell
from anju.dwellings.ledger.values import parser_for

PLACE_FIELDS = ("address", "estate", "door", "building", "unit", "room", "town", "community", "grid")
WORDS = {"building": "号楼 楼 幢 栋 座 #", "unit": "单元 门 梯", "room": "室 房 号"}

FORMULAS = "="
"""As the text of a correction: the formulas of the column count with the values they show."""

Corrections = Mapping[tuple[str, str], str]
"""(target name, the cell's own text) → what to read instead; equal mistakes are corrected together."""


@dataclass(frozen=True, slots=True)
class Places:
    """What is known about the places of the importing user's area, to name misspelt estates. `estates` are names as shown;
    `elsewhere` are those of other areas, which this user may not write."""

    area: str
    estates: frozenset[str]
    elsewhere: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CellError:
    sheet: str
    row: int
    """As the office's program shows it, from 1."""
    column: str
    """Letter; empty for the row as a whole."""
    target: str
    value: str
    problem: Problem

    @property
    def text(self) -> str:
        return self.problem.text()

    @property
    def reference(self) -> str:
        return f"{self.column}{self.row}"


@dataclass(slots=True)
class Row:
    sheet: str
    number: int
    address: Address | None
    values: dict[str, Any]
    """Target name → value; only what the row says. Address parts are in `address`."""
    errors: Sequence[CellError] = ()
    repeats: int | None = None
    """The row of this sheet that says exactly the same about the same dwelling."""


Given = list[tuple[int, list[Cell]]]
Found = list[Any]
"""One column read: value, `Problem` or None for every row."""


def validate(
    table: Table,
    mapping: Mapping[int, str],
    *,
    today: datetime.date,
    places: Places | None = None,
    corrections: Corrections | None = None,
) -> list[Row]:
    """Every row of the table. `mapping` is column index → target name. Raises `Refused` when there are no rows."""
    given = list(body(table))
    if not given:
        raise Refused("no_rows", row=table.first_row)
    fixes = _fixes(corrections or {})
    filled = fill_down(table, given)
    columns: dict[str, Found] = {}
    letters = {target: letter(index) for index, target in sorted(mapping.items())}
    errors: dict[int, list[CellError]] = {}
    for index, target in sorted(mapping.items()):
        cells = _cells(given, index, filled)
        columns[target] = _read_column(table, given, cells, index, target, fixes.get(target, {}), today)
        _take_errors(columns[target], cells, given, table.sheet.name, letters[target], target, errors)
    rows = _rows(table.sheet.name, given, columns, errors)
    check = _PlaceCheck(places, letters, fixes.get("estate", {}))
    check.complete(rows, columns)
    _find_repeats(rows, letters)
    return rows


def _fixes(corrections: Corrections) -> dict[str, dict[str, str]]:
    fixes: dict[str, dict[str, str]] = {}
    for (target, value), new in corrections.items():
        fixes.setdefault(target, {})[value] = new
    return fixes


def _cells(given: Given, index: int, filled: Mapping[tuple[int, int], Cell]) -> list[Cell]:
    cells = [row[index] if index < len(row) else "" for _, row in given]
    if any(column == index for _, column in filled):
        for place, (number, _) in enumerate(given):
            if cells[place] == "":
                cells[place] = filled.get((number, index), "")
    return cells


def _read_column(
    table: Table,
    given: Given,
    cells: list[Cell],
    index: int,
    target: str,
    fixes: Mapping[str, str],
    today: datetime.date,
) -> Found:
    """Every different cell is read once, whole columns at a time: this is what makes a preview of 100,000 rows quick."""
    parse = parser_for(BY_NAME[target], today)
    different = set(cells)
    if any(type(cell) is str and normal.is_ditto(cell) for cell in different):
        cells[:] = _resolved(cells)
        different = set(cells)
    read: dict[Cell, Any] = {cell: _read(cell, parse, fixes) for cell in different}
    found = [read[cell] for cell in cells]
    marked = [(row, code) for (row, column), code in table.sheet.marks.items() if column == index]
    if marked:
        places = {number: place for place, (number, _) in enumerate(given)}
        for row, code in marked:
            if row in places:
                found[places[row]] = _marked(code, cells[places[row]], parse, fixes)
    return found


def _resolved(cells: list[Cell]) -> list[Cell]:
    """同上 stands for the nearest cell above that says something. One with nothing above stays, and is refused later."""
    above: Cell = ""
    out: list[Cell] = []
    for cell in cells:
        if type(cell) is str and above != "" and normal.is_ditto(cell):
            out.append(above)
            continue
        out.append(cell)
        if cell != "":
            above = cell
    return out


def _read(cell: Cell, parse: Callable[[Cell], Any], fixes: Mapping[str, str]) -> Any:
    if cell == "":
        return None
    fixed = fixes.get(shown(cell)) if fixes else None
    if fixed is not None:
        return parse(fixed)
    if type(cell) is str and normal.is_ditto(cell):
        return problem("nothing_above")
    return parse(cell)


def _marked(code: str, cell: Cell, parse: Callable[[Cell], Any], fixes: Mapping[str, str]) -> Any:
    """A formula is refused, with its last computed value as the suggestion; accepting that is a correction."""
    if code != "formula":
        return problem(code)
    if FORMULAS in fixes:
        return parse(cell)
    return problem("formula", suggestion=shown(cell))


def _take_errors(
    found: Found,
    cells: list[Cell],
    given: Given,
    sheet: str,
    column: str,
    target: str,
    errors: dict[int, list[CellError]],
) -> None:
    """Move the problems of one column out of its values."""
    for place, value in enumerate(found):
        if type(value) is Problem:
            error = CellError(sheet, given[place][0] + 1, column, target, shown(cells[place]), value)
            errors.setdefault(place, []).append(error)
            found[place] = None


def _rows(sheet: str, given: Given, columns: Mapping[str, Found], errors: Mapping[int, list[CellError]]) -> list[Row]:
    names = [name for name in columns if name not in PLACE_FIELDS]
    plain = zip(*(columns[name] for name in names), strict=True) if names else ((),) * len(given)
    rows = []
    for (number, _), values in zip(given, plain, strict=True):
        said = {name: value for name, value in zip(names, values, strict=True) if value is not None}
        rows.append(Row(sheet, number + 1, None, said))
    for place, wrong in errors.items():
        rows[place].errors = wrong
    return rows


def shown(cell: Cell) -> str:
    """The cell as its office sees it: whole numbers without a point."""
    return f"{cell:.15g}" if isinstance(cell, float) else str(cell)


class _PlaceCheck:
    """Puts the address together from one column or several, and checks its estate against the known ones."""

    def __init__(self, places: Places | None, letters: Mapping[str, str], fixes: Mapping[str, str]) -> None:
        self.places = places
        self.letters = letters
        self.fixes = fixes
        self.names = {addresses.estate_key(name): name for name in places.estates} if places else {}
        self.foreign = {addresses.estate_key(name) for name in places.elsewhere} if places else set()
        self.judged: dict[str, Problem | None] = {}

    def complete(self, rows: list[Row], columns: Mapping[str, Found]) -> None:
        names = [name for name in PLACE_FIELDS if name in columns]
        parts = zip(*(columns[name] for name in names), strict=True) if names else ((),) * len(rows)
        quick = names == ["estate", "door"]
        for row, said in zip(rows, parts, strict=True):
            if quick and said[0] and said[1]:
                found: Address | Problem = Address(*said)
            else:
                found = _put_together(
                    {name: value for name, value in zip(names, said, strict=True) if value is not None}
                )
            self._place(row, found)

    def _place(self, row: Row, found: Address | Problem) -> None:
        if isinstance(found, Problem):
            if not any(error.target in PLACE_FIELDS for error in row.errors):
                row.errors = [*row.errors, self._error(row, MISSING_AT.get(found.code, "address"), found, "")]
            return
        if found.estate in self.fixes:
            found = Address(self.fixes[found.estate], *found[1:])
        row.address = found
        trouble = self._estate(found)
        if trouble is not None:
            row.errors = [*row.errors, self._error(row, "estate", trouble, found.estate)]

    def _error(self, row: Row, target: str, trouble: Problem, value: str) -> CellError:
        place = target if target in self.letters else next((name for name in PLACE_FIELDS if name in self.letters), "")
        return CellError(row.sheet, row.number, self.letters.get(place, ""), target, value, trouble)

    def _estate(self, found: Address) -> Problem | None:
        if self.places is None:
            return None
        name = addresses.estate_key(found.estate)
        if name not in self.judged:
            self.judged[name] = self._judge(name)
        return self.judged[name]

    def _judge(self, name: str) -> Problem | None:
        assert self.places is not None
        if name in self.names:
            return None
        if name in self.foreign:
            return problem("estate_elsewhere", area=self.places.area)
        close = difflib.get_close_matches(name, self.names, n=1, cutoff=0.6)
        return problem("estate_unknown", suggestion=self.names[close[0]] if close else None, area=self.places.area)


MISSING_AT = {"estate_missing": "estate", "door_missing": "door"}


def _put_together(spoken: Mapping[str, Any]) -> Address | Problem:
    """The address of a row, or what is missing."""
    whole: Address | None = spoken.get("address")
    base = whole or Address()
    estate = spoken.get("estate", "") or base.estate
    if whole and whole.estate and spoken.get("estate") and not _same_estate(whole.estate, spoken["estate"]):
        return problem("address_conflict", other=spoken["estate"])
    door: Door = spoken.get("door") or base.door
    if "building" in spoken or "room" in spoken or "unit" in spoken:
        door = _with_parts(
            door, {name: addresses.part(str(spoken[name]), words) for name, words in WORDS.items() if name in spoken}
        )
    if not (estate and door):
        return problem("door_missing" if estate else "estate_missing" if door else "address_missing")
    return Address(
        estate, door,
        spoken.get("town") or base.town, spoken.get("community") or base.community, spoken.get("grid") or base.grid,
    )  # fmt: skip


def _with_parts(door: Door, parts: dict[str, str]) -> Door:
    """Columns of their own fill what the door does not say. A building column in a village holds 三组 or 三组48号."""
    building = parts.get("building", "")
    if building and not building.replace("-", "").isalnum():
        return door
    rural = addresses.parse_door(building) if building and not building.isascii() else None
    if rural is not None and (rural.group or rural.house):
        door = rural
    elif building and not door.building:
        door = Door(door.group, door.house, building, door.unit, door.room, door.annex)
    unit, room = door.unit or parts.get("unit", ""), door.room or parts.get("room", "")
    return Door(door.group, door.house, door.building, unit, room, door.annex)


def _same_estate(one: str, other: str) -> bool:
    a, b = addresses.estate_key(one), addresses.estate_key(other)
    return a in b or b in a


def _find_repeats(rows: list[Row], letters: Mapping[str, str]) -> None:
    """Two rows about one dwelling: the same words are counted once, other words are a mistake somebody must settle."""
    place = next((name for name in PLACE_FIELDS if name in letters), "")
    seen: dict[str, Row] = {}
    for row in rows:
        if row.address is None or row.errors:
            continue
        first = seen.setdefault(row.address.key, row)
        if first is row:
            continue
        if first.values == row.values:
            row.repeats = first.number
        else:
            error = problem("same_dwelling", row=first.number)
            row.errors = [CellError(row.sheet, row.number, letters.get(place, ""), place, row.address.text, error)]
