"""Free-text addresses of Kunshan, split into where the dwelling is.

    周市镇新镇社区兰泾花苑12号楼2单元302   town, community, estate, building 12, unit 2, room 302
    12#-2-302, 12-2-302, 12幢302          building, unit, room; or building and room
    东方村三组48号, 七组12号附房           village, group, house number, annexe

Two spellings of one place have one `key`; that is what duplicates are found by.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from anju.dwellings.ledger import normal

N = rf"(?:\d{{1,4}}|[{normal.NUMERAL}]{{1,4}})"
LETTERED = rf"(?:[A-Za-z]?{N}[A-Za-z]?|[A-Za-z])"
ANNEX = r"附房|附属房|车库|阁楼|地下室|储藏室|门面房|门面|门卫|平房|辅房|[东西南北前后]屋|[东西南北]间"
ROOM = r"(?:[A-Za-z]?\d{1,5}[A-Za-z]?(?:-\d{1,2})?)"

TAIL = (
    rf"(?:(?:第)?(?P<group>{N})(?:村民小)?组)?"
    rf"(?:(?P<house>{N}(?:-\d{{1,3}})?)号(?!楼|房|院)(?:之(?P<sub>[{normal.NUMERAL}\d]{{1,2}}))?|(?P<building>{LETTERED})(?:号楼|幢|栋|座|号院|#楼?|楼(?=[^\d]|\d{{3}})))?"
    r"-?"
    r"(?:第?(?P<unit>[A-Za-z]|" + N + r"|[甲乙丙丁东西中])(?:单元|门(?!面|卫)|梯)-?)?"
    rf"(?:(?P<floor>{N})(?:层|楼)-?)?"
    rf"(?:(?P<room>{ROOM})(?:号房|室|房|号)?)?"
    rf"(?:-?(?P<annex>(?:{ANNEX}))(?P<annex_number>\d{{0,3}}号?|[A-Za-z]?))?"
)
DASHES = rf"(?P<b>{LETTERED})(?:#|号楼|幢|栋|座)?-(?:(?P<u>\d{{1,2}}|[A-Za-z])(?:单元)?-)?(?P<r>[A-Za-z]?\d{{2,5}}[A-Za-z]?)(?:室|房)?"
DOOR = re.compile(TAIL)
DASHED = re.compile(DASHES)
# The estate is the shortest beginning whose rest is a door from start to end
WHOLE = re.compile(
    rf"(?P<estate>.*?)(?P<rest>{re.sub(r'[?]P<[a-z_]+>', '?:', DASHES)}|{re.sub(r'[?]P<[a-z_]+>', '?:', TAIL)})",
    re.DOTALL,
)

CITY = re.compile(r"^(?:中国)?(?:江苏省?)?(?:苏州市?)?(?:昆山市?)?")
TOWN = re.compile(
    r"^(?:[\u4e00-\u9fff]{1,6}?(?:镇|街道|经济开发区|经济技术开发区|度假区)|开发区|高新区)(?!社区|村|小区|花园|花苑|居委)"
)
COMMUNITY = re.compile(r"^[\u4e00-\u9fffA-Za-z0-9]{1,10}?(?:社区居委会|社区|居委会|居委|村委会|村民委员会)")
GRID = re.compile(r"^(?:第?[\d一二三四五六七八九十]{1,3}号?网格|[\u4e00-\u9fff]{1,8}网格)")
SPLIT = re.compile(r"[,;，；。]")
LEADING_ZEROS = re.compile(r"^0+(?=\d)")
SHAPES = str.maketrans(
    {"楝": "幢", "棟": "栋", "號": "号", "単": "单", "_": "-", "/": "-", "(": None, ")": None, " ": None}
)
# Nine doors of ten in an estate look like this and need nothing else
PLAIN = re.compile(
    r"(?P<b>[1-9]\d{0,2})(?:幢|栋|号楼|#|座)?-?(?:(?P<u>[1-9])(?:单元-?|-))?(?P<r>[1-9]\d{2,3})室?", re.ASCII
)
PLAIN_START = re.compile(r"\d{1,3}(?:幢|栋|号楼|#|座|-)", re.ASCII)


class Door(NamedTuple):
    """The part of an address below the estate. All empty strings where not said."""

    group: str = ""
    house: str = ""
    building: str = ""
    unit: str = ""
    room: str = ""
    annex: str = ""

    @property
    def text(self) -> str:
        """The one way it is written: 12幢2单元302室, 3组48号."""
        parts = ((self.group, "组"), (self.house, "号"), (self.building, "幢"), (self.unit, "单元"), (self.room, "室"))
        return "".join(value + word for value, word in parts if value) + self.annex

    @property
    def place(self) -> str:
        """What a building is in the place tree: 12幢, or 3组48号 in a village; empty when not said."""
        if self.building:
            return f"{self.building}幢"
        return (f"{self.group}组" if self.group else "") + (f"{self.house}号" if self.house else "")

    def __bool__(self) -> bool:
        return bool(self.house or self.building or self.room or self.annex)


class Address(NamedTuple):
    estate: str = ""
    door: Door = Door()
    town: str = ""
    community: str = ""
    grid: str = ""

    @property
    def text(self) -> str:
        return self.estate + self.door.text

    @property
    def key(self) -> str:
        """Equal for two spellings of one dwelling. Town and community are left out: one office writes them, another not."""
        d = self.door
        return f"{estate_key(self.estate)}|{d.group}|{d.house}|{d.building}|{d.unit}|{d.room}|{d.annex}".lower()

    @property
    def key_without_unit(self) -> str:
        """For asking whether 12幢302 is the known 12幢2单元302: one dwelling only if no other unit has a room 302."""
        d = self.door
        return Address(self.estate, Door(d.group, d.house, d.building, "", d.room, d.annex)).key


@lru_cache(maxsize=8192)
def estate_key(name: str) -> str:
    return normal.tight(name).replace("(", "").replace(")", "").replace("·", "")


def number(part: str) -> str:
    """`三` → 3, `012` → 12, `b12` → B12, `12幢` is cut before."""
    found = normal.numeral(part)
    if found is not None:
        return str(found)
    return LEADING_ZEROS.sub("", part.upper())


def clean(text: str) -> str:
    return normal.text(text).translate(SHAPES)


def plain_door(text: str) -> Door | None:
    """The quick way for the usual spellings; None says nothing."""
    if (match := PLAIN.fullmatch(text)) and PLAIN_START.match(text):
        return Door(building=match["b"], unit=match["u"] or "", room=match["r"])
    return None


def parse_door(text: str) -> Door | None:
    """`12幢2单元302`, `12#-2-302`, `三组48号`; None when the text is anything else."""
    if found := plain_door(text):
        return found
    shown = clean(text)
    if match := DASHED.fullmatch(shown):
        return Door(building=number(match["b"]), unit=number(match["u"] or ""), room=match["r"].upper())
    match = DOOR.fullmatch(shown)
    if not match or not shown:
        return None
    return _door(match)


def _door(match: re.Match[str]) -> Door | None:
    room = (match["room"] or "").upper()
    floor, annex = match["floor"], match["annex"] or ""
    if floor and not room:
        annex = f"{number(floor)}层{annex}"
    if annex:
        annex += (match["annex_number"] or "").removesuffix("号")
    house = "-".join(number(part) for part in match["house"].split("-")) if match["house"] else ""
    if match["sub"]:
        house += f"-{number(match['sub'])}"
    door = Door(
        group=number(match["group"] or ""), house=house, building=number(match["building"] or ""),
        unit=number(match["unit"] or ""), room=room, annex=annex,
    )  # fmt: skip
    return door or None


def parse(text: str) -> Address | None:
    """A whole address. None when no door can be split off its end, or nothing is left for the estate."""
    shown = SPLIT.sub("", clean(text))
    shown = CITY.sub("", shown)
    town, shown = _cut(TOWN, shown)
    community, shown = _cut(COMMUNITY, shown)
    grid, shown = _cut(GRID, shown)
    match = WHOLE.fullmatch(shown)
    if not match or not match["rest"]:
        return None
    door = parse_door(match["rest"])
    if door is None:
        return None
    return Address(estate=match["estate"].rstrip("-"), door=door, town=town, community=community, grid=grid)


def _cut(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    match = pattern.match(text)
    return (match[0], text[match.end() :]) if match else ("", text)


def part(text: str, words: str) -> str:
    """One part from a column of its own: `12幢`, `12#` and `12` are building 12."""
    shown = clean(text)
    for word in words.split():
        shown = shown.removesuffix(word)
    return number(shown.removeprefix("第").removesuffix(".0"))
