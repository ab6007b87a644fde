"""From a file to checked rows: which column holds what, what each cell means, and what is wrong with it.

The file is opened by the reader of the home ledgers, with its limits and refusals; only the columns are this one's own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from anju.dwellings.ledger import dates, header, normal, sheets
from anju.dwellings.ledger.columns import letter
from anju.dwellings.ledger.header import Table
from anju.dwellings.ledger.problems import Problem, Refused, problem
from anju.dwellings.ledger.sheets import Cell, Sheet
from anju.dwellings.ledger.wording import key
from anju.monitoring.gateway.dialects import dialects
from anju.monitoring.models import Device
from anju.monitoring.selectors.spots import Found, Spots, rooms_of
from anju.monitoring.services.register import ADDRESS, plain_address

MOST_ROWS = 5_000
SEARCHED = 40
YEARS_AHEAD = timedelta(days=20 * 366)
K = Device.Kind

# Target -> the words offices write above such a column; the first is the one in the empty ledger.
COLUMNS: dict[str, tuple[str, ...]] = {
    "kind": ("设备类型", "设备类别", "设备种类", "类型", "类别", "设备", "kind", "type"),
    "home": ("房屋编号", "房屋编码", "房屋代码", "户编号", "编号", "dwelling", "home code", "dwelling code"),
    "address": ("安装地址", "地址", "安装位置", "房屋地址", "位置", "address", "place"),
    "room": ("房间", "居室", "房间名称", "房间号", "room"),
    "name": ("设备名称", "名称", "name"),
    "profile": ("厂家型号", "品牌型号", "厂家", "品牌", "型号", "规格型号", "vendor", "vendor profile", "model"),
    "serial": ("序列号", "设备序列号", "出厂编号", "SN", "SN码", "IMEI", "serial", "serial number"),
    "installed_on": ("安装日期", "安装时间", "安装日", "installed", "installed on"),
    "calibrated_until": (
        "校准有效期",
        "标定有效期",
        "校准到期",
        "检定有效期",
        "校准日期",
        "calibrated until",
        "calibration",
    ),
    "wire_address": ("报文地址", "传输装置地址", "设备地址", "源地址", "wire address"),
}
WORDS = {key(word): target for target, words in COLUMNS.items() for word in words}

KINDS: dict[str, tuple[str, ...]] = {
    K.SMOKE: (
        "烟感",
        "感烟探测器",
        "独立式烟感",
        "独立式感烟探测器",
        "烟雾报警器",
        "烟感报警器",
        "烟雾感应",
        "智能烟感",
    ),
    K.GAS: ("燃气报警器", "可燃气体探测器", "可燃气体报警器", "燃气探测器", "气感", "可燃气体"),
    K.RESIDUAL_CURRENT: ("剩余电流探测器", "剩余电流", "漏电探测器", "智慧用电", "电气火灾探测器"),
    K.CABLE_TEMPERATURE: ("线缆温度探测器", "测温探测器", "线温探测器"),
    K.ARC: ("电弧探测器", "故障电弧探测器"),
    K.BREAKER: ("智能断路器", "智能空开", "断路器", "智能微断"),
    K.LOCK: ("智能门锁", "门锁", "智能锁"),
    K.FACE_TERMINAL: ("门禁终端", "门禁", "人脸门禁", "人脸终端"),
    K.LIFT_BLOCKER: ("电梯阻车", "电动车阻梯", "电梯阻拦", "梯控", "电动自行车阻梯"),
    K.CHARGING_PILE: ("充电桩", "充电柜", "电动车充电桩"),
    K.LANE_CAMERA: ("消防通道摄像机", "通道摄像机", "消防通道监控", "摄像机"),
    K.PATROL_POINT: ("巡更点", "电子巡更点", "巡查点"),
    K.TRANSMISSION_UNIT: ("用户信息传输装置", "传输装置", "用传"),
}
KIND_OF = {normal.tight(word): kind for kind, words in KINDS.items() for word in (*words, kind)}
CHOICES = "、".join(words[0] for words in KINDS.values())
LENGTHS = {"room": 20, "name": 60, "profile": 40, "serial": 60}


@dataclass
class Line:
    """One row of the ledger. values: as in `DeviceBatchRow`; errors: (column letter, problem)."""

    number: int
    cells: dict[str, Any]
    values: dict[str, Any] = field(default_factory=dict)
    errors: list[tuple[str, Problem]] = field(default_factory=list)
    where: str = ""


@dataclass(frozen=True)
class Ledger:
    heads: list[list[str]]  # letter, label, target or ""
    lines: list[Line]


def read(path: Path, *, user: Any, today: date) -> Ledger:
    """Raises the reader's `Refused` when the file as a whole cannot be used."""
    table, columns = _table(sheets.open_ledger(path, max_rows=MOST_ROWS + SEARCHED))
    given = list(header.body(table))
    if not given:
        raise Refused("no_rows", row=table.first_row)
    filled = header.fill_down(table, given)
    checker = Checker(user, today, {target: letter(column) for column, target in columns.items()})
    lines = []
    for number, row in given:
        cells = {column: filled.get((number, column), row[column] if column < len(row) else "") for column in columns}
        lines.append(checker.line(number + 1, {columns[column]: cell for column, cell in cells.items()}))
    heads = [[letter(n), label, columns.get(n, "")] for n, label in enumerate(table.labels) if label or n in columns]
    return Ledger(heads, lines)


def _table(opened: list[Sheet]) -> tuple[Table, dict[int, str]]:
    """The sheet and row that name most of the columns; it must say what hangs where."""
    best: tuple[int, Sheet, int, dict[int, str]] | None = None
    for sheet in opened:
        for number, row in enumerate(sheet.rows[:SEARCHED]):
            found = _targets(row)
            if best is None or len(found) > best[0]:
                best = len(found), sheet, number, found
    if best is None or "kind" not in best[3].values() or not {"home", "address"} & set(best[3].values()):
        raise Refused("no_header", rows=SEARCHED)
    _count, sheet, top, columns = best
    labels = tuple(normal.text(str(cell)) for cell in sheet.rows[top])
    return Table(sheet, top, 1, labels), columns


def _targets(row: list[Cell]) -> dict[int, str]:
    """Column -> target; of two columns with one meaning the first counts."""
    found: dict[int, str] = {}
    for column, cell in enumerate(row):
        target = WORDS.get(key(str(cell))) if isinstance(cell, str) and cell.strip() else None
        if target and target not in found.values():
            found[column] = target
    return found


@dataclass
class Checker:
    user: Any
    today: date
    letters: Mapping[str, str]
    seen: dict[tuple[str, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.spots = Spots.of(self.user)
        devices = Device._base_manager.filter(retired_on=None)  # a number is taken whoever may see its device
        self.serials = dict(devices.exclude(serial="").values_list("serial", "code"))
        self.wires = dict(devices.exclude(wire_address="").values_list("wire_address", "code"))

    def line(self, number: int, cells: Mapping[str, Cell]) -> Line:
        line = Line(number, {self.letters[target]: cell for target, cell in cells.items()})
        self._kind(line, cells)
        self._texts(line, cells)
        self._days(line, cells)
        self._where(line, cells)
        self._wire(line, _text(cells.get("wire_address", "")))
        self._once(line, "serial", line.values.get("serial", ""), self.serials, "serial_taken")
        return line

    def _wrong(self, line: Line, target: str, what: Problem) -> None:
        line.errors.append((self.letters.get(target, ""), what))

    def _kind(self, line: Line, cells: Mapping[str, Cell]) -> None:
        text = normal.tight(str(cells.get("kind", "")))
        if not text:
            self._wrong(line, "kind", problem("kind_missing", choices=CHOICES))
        elif text in KIND_OF:
            line.values["kind"] = str(KIND_OF[text])
        else:
            self._wrong(line, "kind", problem("kind_unknown", choices=CHOICES))

    def _texts(self, line: Line, cells: Mapping[str, Cell]) -> None:
        for target, most in LENGTHS.items():
            text = _text(cells.get(target, ""))
            if len(text) > most:
                self._wrong(line, target, problem("too_long_for", limit=most))
            elif text:
                line.values[target] = text
        profile = line.values.get("profile", "")
        if line.values.get("kind") == K.TRANSMISSION_UNIT and dialects().unit(profile) is None:
            near = dialects().nearest(profile)
            names = "、".join(sorted(dialects().units))
            self._wrong(
                line, "profile", problem("profile_like", near=near) if near else problem("profile_unknown", names=names)
            )

    def _days(self, line: Line, cells: Mapping[str, Cell]) -> None:
        for target, latest in (("installed_on", self.today), ("calibrated_until", self.today + YEARS_AHEAD)):
            cell = cells.get(target, "")
            if _text(cell) == "":
                continue
            found = dates.parse(cell, latest)
            if isinstance(found, Problem):
                late = found.code == "date_in_future" and target == "calibrated_until"
                self._wrong(line, target, problem("far_future") if late else found)
            else:
                line.values[target] = found.isoformat()
        start, end = line.values.get("installed_on"), line.values.get("calibrated_until")
        if start and end and end < start:
            self._wrong(line, "calibrated_until", problem("calibration_before", day=start))

    def _where(self, line: Line, cells: Mapping[str, Cell]) -> None:
        code, address = _text(cells.get("home", "")), _text(cells.get("address", ""))
        if not code and not address:
            self._wrong(line, "home" if "home" in self.letters else "address", problem("where_missing"))
            return
        found = self.spots.by_code(code) if code else self.spots.by_address(address)
        if isinstance(found, Problem):
            self._wrong(line, "home" if code else "address", found)
            return
        if code and address:
            said = self.spots.by_address(address)
            if isinstance(said, Found) and said.dwelling is not None and said.dwelling != found.dwelling:
                self._wrong(line, "address", problem("where_differs", address=str(found.dwelling or found.place)))
                return
        self._at(line, found)

    def _at(self, line: Line, found: Found) -> None:
        room = line.values.get("room", "")
        if found.dwelling is not None:
            line.values["dwelling"] = found.dwelling.pk
            line.where = f"{found.dwelling.address} {room}".strip()
            rooms = rooms_of(found.dwelling) if room else []
            if rooms and room not in rooms:
                self._wrong(line, "room", problem("room_unknown", rooms="、".join(rooms)))
        elif found.place is not None:
            line.values["place"] = found.place.pk
            line.where = " ".join(_names(found.place))
            if room:
                self._wrong(line, "room", problem("room_without_home"))

    def _wire(self, line: Line, text: str) -> None:
        unit = line.values.get("kind") == K.TRANSMISSION_UNIT
        if not text:
            if unit:
                self._wrong(line, "wire_address", problem("wire_missing"))
            return
        if not unit:
            if "kind" in line.values:
                self._wrong(line, "wire_address", problem("wire_not_here"))
            return
        plain = plain_address(text)
        if not ADDRESS.fullmatch(plain):
            self._wrong(line, "wire_address", problem("wire_wrong"))
            return
        line.values["wire_address"] = plain
        self._once(line, "wire_address", plain, self.wires, "wire_taken")

    def _once(self, line: Line, target: str, value: str, taken: Mapping[str, str], code: str) -> None:
        """A number that must be of one device only, in the register and in this ledger."""
        if not value:
            return
        if value in taken:
            self._wrong(line, target, problem(code, device=taken[value]))
        first = self.seen.setdefault((target, value), line.number)
        if first != line.number:
            self._wrong(line, target, problem("twice", row=first))


def _text(cell: Cell) -> str:
    """A cell as text; a number of a spreadsheet without its `.0`."""
    if isinstance(cell, float) and cell == int(cell) and abs(cell) < 1e15:
        cell = int(cell)
    text = normal.text(str(cell))
    return "" if normal.is_blank(text) else text


def _names(place: Any) -> Iterator[str]:
    if place.parent is not None:
        yield from _names(place.parent)
    yield place.name
