"""Lines of areas and estates as an office keeps them: which column is which, the header, what stands above."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from anju.areas.models import Area, EstateKind, Place

MOST = 2000  # lines at once
PHONE = re.compile(r"[0-9+\- ]{5,20}")
SPACES = re.compile(r"\s+")
DITTO = {"同上", "同前", "〃", '"', "ditto"}
TOP = 5  # a header stands in one of the first lines, below a title perhaps

# column → its name
COLUMNS: dict[str, Promise] = {
    "zone": _("Zone or town"), "community": _("Community or village"), "grid": _("Grid"), "leader": _("Grid leader"),
    "phone": _("Duty telephone"), "estate": _("Estate or village"), "estate_kind": _("Kind of estate"),
    "address": _("Address"), "company": _("Property company"),
}  # fmt: skip
AREAS = ("zone", "community", "grid")
# level of an area → its first column
FIRST = {Area.Kind.CITY: "zone", Area.Kind.ZONE: "community", Area.Kind.COMMUNITY: "grid", Area.Kind.GRID: "estate"}
# column → the column without which it says nothing
BELONGS_TO = {"leader": "grid", "phone": "grid", "estate_kind": "estate", "address": "estate", "company": "estate"}

# column → what offices write above it, as `key` has it
HEADS: dict[str, str] = {
    "zone": "区镇 镇 街道 镇街 镇(街道) 区镇(街道) zoneortown",
    "community": "社区 村 社区(村) 社区或村 社区、村 村(社区) 村居 communityorvillage",
    "grid": "网格 网格名称 grid",
    "leader": "网格长 网格长姓名 负责人 gridleader",
    "phone": "值班电话 电话 联系电话 网格长电话 dutytelephone",
    "estate": "小区 小区(村) 小区名称 小区或自然村 小区(自然村) 自然村 estateorvillage",
    "estate_kind": "小区类型 类型 kindofestate",
    "address": "地址 小区地址 address",
    "company": "物业公司 物业 物业企业 物业服务企业 propertycompany",
}
WORDS_OF = {name: frozenset(words.split()) for name, words in HEADS.items()}
HEAD_WORDS = frozenset().union(*WORDS_OF.values())

# kind of estate → what offices write for it, as `key` has it; the first is what a mistake offers
KINDS: dict[str, str] = {
    EstateKind.LARGE_COMMERCIAL: "大型商品房小区 商品房小区 商品房 商品住宅小区 largecommercialestate large_commercial",
    EstateKind.SMALL_OLD: "零星老旧小区 老旧小区 老小区 老旧 零星小区 smalloldestate small_old",
    EstateKind.RESETTLEMENT: "动迁安置小区 动迁小区 安置小区 拆迁安置小区 动迁房 安置房 resettlementestate resettlement",
    EstateKind.RURAL: "农村自建房村落 自建房 农村自建房 自建房村 自然村 村 villageofself-builthouses rural village",
}
KIND_OF = {word: kind for kind, words in KINDS.items() for word in words.split()}

LENGTHS = {
    **dict.fromkeys(AREAS, Area._meta.get_field("name").max_length),
    "leader": Area._meta.get_field("leader_name").max_length,
    "estate": Place._meta.get_field("name").max_length,
    "address": Place._meta.get_field("address").max_length,
    "company": Place._meta.get_field("property_company").max_length,
}

Cells = Sequence[str]


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong on a line. `column`: its name as people read it; empty for the line as a whole."""

    number: int
    column: str
    value: str
    expected: str

    def __str__(self) -> str:
        return _t("Line %(n)s, %(cell)s: %(expected)s") % {
            "n": self.number,
            "cell": self.cell,
            "expected": self.expected,
        }

    @property
    def cell(self) -> str:
        said = _t("“%(value)s”") % {"value": self.value[:40]}
        return f"{self.column} {said}".strip()


@dataclass(slots=True)
class Line:
    """One line. `number`: as the office's program counts it, from 1; `values`: column → text, empty where none is said."""

    number: int
    values: dict[str, str]
    mistakes: list[Mistake] = field(default_factory=list)

    def mistake(self, column: str, value: str, expected: str) -> Mistake:
        return Mistake(self.number, str(COLUMNS.get(column, "")), value, expected)

    def wrong(self, column: str, value: str, expected: str) -> None:
        self.mistakes.append(self.mistake(column, value, expected))


def key(text: str) -> str:
    """For comparing names: half-width, without spaces, in lower case."""
    return SPACES.sub("", unicodedata.normalize("NFKC", text)).lower()


def columns_of(area: Area) -> tuple[str, ...]:
    """The columns below an area: the levels above it fall away."""
    names = tuple(COLUMNS)
    return names[names.index(FIRST[Area.Kind(area.kind)]) :]


EXAMPLE = {
    "zone": "周市镇", "community": "新镇社区", "grid": "第6网格", "leader": "沈立群", "phone": "0512-57300000",
    "estate": "兰泾花苑", "estate_kind": "动迁安置小区", "address": "兰泾路 88 号", "company": "昆山安居物业",
}  # fmt: skip


def example_of(area: Area) -> list[tuple[str, str]]:
    """(name, example) of the columns below an area, in order."""
    return [(str(COLUMNS[name]), EXAMPLE[name]) for name in columns_of(area)]


def cut(text: str) -> Iterator[tuple[int, Cells]]:
    """Lines with their number, cut at tabs as a spreadsheet copies them, else at commas of any kind."""
    if "\t" not in text:
        for number, line in enumerate(text.splitlines(), start=1):
            yield number, re.split(r"[,，、]", line)
        return
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t")  # a cell with a line break comes in quotes
    before = 0
    for cells in reader:
        yield before + 1, cells
        before = reader.line_num


def read(rows: Iterable[tuple[int, Cells]], columns: Sequence[str]) -> list[Line]:
    """Lines that say something, complete with what stands above them; each knows what is wrong with it."""
    filled = [(number, cells) for number, found in rows if any(cells := [_tidy(cell) for cell in found])]
    start = next((place for place, (_n, cells) in enumerate(filled[:TOP]) if _is_head(cells)), None)
    if start is not None:  # a single cell above the header is the table's title
        filled = [row for place, row in enumerate(filled) if place >= start or sum(map(bool, row[1])) > 1]
    reader = _Reader(columns)
    return [line for number, cells in filled if (line := reader.line(number, cells)) is not None]


def _tidy(cell: str) -> str:
    return SPACES.sub(" ", cell).strip()


def _is_head(cells: Cells) -> bool:
    return all(key(cell) in HEAD_WORDS for cell in cells if cell)


class _Reader:
    """Remembers what stands above."""

    def __init__(self, columns: Sequence[str]) -> None:
        self.columns = columns
        self.areas = [name for name in AREAS if name in columns]
        self.above: dict[str, str] = {}

    def line(self, number: int, cells: Cells) -> Line | None:
        """None for a header whose columns stand in the right order."""
        if _is_head(cells):
            return self._header(number, cells)
        line = Line(number, dict.fromkeys(COLUMNS, ""))
        line.values.update(zip(self.columns, cells, strict=False))
        for cell in cells[len(self.columns) :]:
            if cell:
                most = _t("at most %(n)s columns, as named above the box") % {"n": len(self.columns)}
                line.wrong("", cell, most)
        same = self._take_dittos(line)
        self._take_areas(line, same)
        check(line, self.areas)
        self.above = {**{k: v for k, v in self.above.items() if k not in self.areas}, **_said(line.values)}
        return line

    def _header(self, number: int, cells: Cells) -> Line | None:
        line = Line(number, dict.fromkeys(COLUMNS, ""))
        for place, cell in enumerate(cells):
            column = self.columns[place] if place < len(self.columns) else ""
            if cell and key(cell) not in WORDS_OF.get(column, ()):
                order = "、".join(str(COLUMNS[name]) for name in self.columns)
                line.wrong("", cell, _t("the columns here are, in this order: %(columns)s") % {"columns": order})
                return line
        return None

    def _take_dittos(self, line: Line) -> set[str]:
        """Put what stands above where the line says 同上; the columns where it does."""
        found = {name for name, value in line.values.items() if key(value) in DITTO}
        for name in found:
            if not self.above.get(name):
                line.wrong(name, line.values[name], _t("nothing stands above; write it out"))
            line.values[name] = self.above.get(name, "")
        return found

    def _take_areas(self, line: Line, dittos: set[str]) -> None:
        """An empty cell at the beginning is the one above, when something stands right of it; so is one in the middle, as
        long as the areas left of it are those above."""
        leading = same = True
        for place, name in enumerate(self.areas):
            value, rest = line.values[name], self.columns[place + 1 :]
            if name in dittos:
                continue
            if value:
                leading, same = False, same and key(value) == key(self.above.get(name, ""))
                continue
            below = any(line.values[other] for other in rest if other in self.areas)
            if (leading and any(line.values[other] for other in rest)) or (same and below):
                line.values[name] = self.above.get(name, "")


def _said(values: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}


def check(line: Line, areas: Sequence[str]) -> None:
    """What is too long, has the wrong form, or stands beside nothing. A kind of estate and a telephone get their form."""
    values = line.values
    for name, value in _said(values).items():
        most = LENGTHS.get(name)
        if most and len(value) > most:
            line.wrong(name, value, _t("at most %(n)s characters") % {"n": most})
        owner = BELONGS_TO.get(name)
        if owner and not values[owner]:
            line.wrong(name, value, _t("name the %(column)s on this line too") % {"column": COLUMNS[owner]})
    _check_phone(line)
    _check_kind(line)
    if not line.mistakes:
        _check_areas(line, areas)


def _check_areas(line: Line, areas: Sequence[str]) -> None:
    """Nothing hangs in the air: every area has the one above it, and an estate of a city its town."""
    values = line.values
    chain = [*zip(areas, areas[1:], strict=False), *([("zone", "estate")] if "zone" in areas else [])]
    for above, below in chain:
        if values[below] and not values[above]:
            line.wrong(below, values[below], _t("name the %(column)s it lies in") % {"column": COLUMNS[above]})
            return


def _check_phone(line: Line) -> None:
    phone = unicodedata.normalize("NFKC", line.values["phone"])
    if phone and not PHONE.fullmatch(phone):
        line.wrong("phone", phone, _t("5 to 20 digits, spaces or -, for example 0512-57300000"))
    line.values["phone"] = phone


def _check_kind(line: Line) -> None:
    said = line.values["estate_kind"]
    found = KIND_OF.get(key(said), "")
    if said and not found:
        offered = _t(" or ").join(f"“{EstateKind(kind).label}”" for kind in KINDS)
        line.wrong("estate_kind", said, _t("expected %(kinds)s") % {"kinds": offered})
    line.values["estate_kind"] = found
