"""The few shapes that official papers are made of."""

from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from anju.core.time import day_of


@dataclass(frozen=True)
class Say:
    """A paragraph. `kind`: text (indented by two characters), head (bold), item (hanging), plain (not indented)."""

    text: str
    kind: str = "text"


@dataclass(frozen=True)
class Table:
    """`widths` are parts of the line; a cell is plain text."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]

    @property
    def labelled(self) -> list[list[tuple[str, str]]]:
        """Each cell with its column's name, for narrow screens."""
        return [list(zip(self.head, row, strict=True)) for row in self.rows]


@dataclass(frozen=True)
class Paper:
    title: str
    body: str
    reference: str
    addressee: str
    blocks: list[Say | Table]
    day: str
    contact: str
    place: str
    code: str
    check: str
    receipt: bool
    officers: tuple[str, ...] = field(default=())
    void: str = ""  # the day on which it was declared void; the mark 作废 then stands across every page

    def as_json(self) -> dict[str, Any]:
        """For the typesetter: each block says what it is."""
        blocks = [{"is": type(block).__name__.lower(), **asdict(block)} for block in self.blocks]
        return {**asdict(self), "blocks": blocks, "receipt_rows": [list(row) for row in receipt_rows(self)]}


def chinese_day(moment: datetime | date | str) -> str:
    """2026年11月23日, as papers are dated."""
    if isinstance(moment, str):
        moment = date.fromisoformat(moment[:10])
    day = day_of(moment) if isinstance(moment, datetime) else moment
    return f"{day.year}年{day.month}月{day.day}日"


def day_in_numerals(moment: datetime) -> str:
    """二〇二六年十一月二十三日, as papers are signed."""
    day = day_of(moment)
    year = "".join("〇一二三四五六七八九"[int(digit)] for digit in str(day.year))
    return f"{year}年{in_words(day.month)}月{in_words(day.day)}日"


def receipt_rows(paper: Paper) -> list[tuple[str, str]]:
    """The slip 送达回证: what was served to whom, and the empty fields that are filled in by hand at the door."""
    return [
        ("送达文书名称及文号", f"《{paper.title}》 {paper.reference}"),
        ("受送达人", paper.addressee),
        ("送达地点", ""),
        ("送达方式", "□直接　□留置　□邮寄　□电子　□公告"),
        ("受送达人签名或盖章", "　　　　　　　　　　　年　　月　　日　　时　　分"),
        ("代收人及与受送达人关系", ""),
        ("拒收理由", ""),
        ("见证人签名", "　　　　　　　　　　　单位或住址："),
        ("送达人签名（两人）", "　　　　　　　　".join(paper.officers) if paper.officers else ""),
        ("备注", ""),
    ]


def numbered(position: int, text: str) -> str:
    """（一）…: the second level of numbering of official papers."""
    return f"（{in_words(position)}）{text}"


def in_words(number: int) -> str:
    """1 to 99: 二十三."""
    digits = "零一二三四五六七八九"
    if number < 10:
        return digits[number]
    tens, ones = divmod(number, 10)
    return f"{digits[tens] if tens > 1 else ''}十{digits[ones] if ones else ''}"
