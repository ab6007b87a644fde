"""One cell to one value, or to what is wrong with it. Every parser is a function of the cell alone, so that equal cells
are read once."""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Callable

from anju.dwellings.ledger import address, dates, identity, normal
from anju.dwellings.ledger.fields import Field
from anju.dwellings.ledger.problems import Problem, problem
from anju.dwellings.ledger.sheets import Cell

Value = str | int | float | bool | datetime.date | address.Door | address.Address
Parser = Callable[[Cell], "Value | Problem | None"]

TEXT_LIMIT = 120
YES = frozenset(
    [
        "是",
        "有",
        "已",
        "√",
        "✓",
        "✔",
        "v",
        "1",
        "y",
        "yes",
        "true",
        "已签",
        "已签订",
        "已装",
        "已安装",
        "安装",
        "已配",
        "已配备",
        "配备",
        "齐全",
        "合格",
        "正常",
        "完好",
        "签订",
        "同意",
        "对",
        "true()",
    ]
)
NO = frozenset(
    [
        "否",
        "无",
        "未",
        "没有",
        "没",
        "×",
        "x",
        "✗",
        "✘",
        "0",
        "n",
        "no",
        "false",
        "未签",
        "未签订",
        "未装",
        "未安装",
        "未配",
        "未配备",
        "缺",
        "缺失",
        "不同意",
        "不",
        "错",
    ]
)
NUMBER = re.compile(r"([-+]?\d+(?:,\d{3})*(?:\.\d+)?)\s*([^\d\s.].*)?")
UNITS = frozenset({"间", "张", "床", "人", "个", "具", "只", "层", "套", "户", "室", "处", "把", "条", "座", "部", "瓶", "名", "位",
                   "㎡", "m2", "m²", "平", "平米", "平方", "平方米", "m^2", "sqm", "sq.m", "公斤", "kg"})  # fmt: skip
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
# 12-2 opened in a spreadsheet becomes the second of December; saved as text it reads so
SHORT_DATE = re.compile(
    r"\d{1,2}-(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*|\d{1,2}月\d{1,2}日", re.IGNORECASE
)


def parser_for(field: Field, today: datetime.date) -> Parser:
    """`None` from a parser means that the cell says nothing."""
    kind = field.kind
    if kind == "choice":
        return _choice_parser(field)
    if kind in ("int", "float"):
        return _number_parser(field)
    if kind == "date":
        return lambda cell: None if _says_nothing(cell) else dates.parse(cell, today)
    return SIMPLE[kind]


def _says_nothing(cell: Cell) -> bool:
    return type(cell) is str and normal.is_blank(cell)


def _shown(cell: Cell) -> str:
    return normal.text(cell) if type(cell) is str else str(cell)


def _text(cell: Cell) -> str | Problem | None:
    if _says_nothing(cell):
        return None
    shown = _shown(cell)
    return shown if len(shown) <= TEXT_LIMIT else problem("too_long", limit=TEXT_LIMIT)


def _place(cell: Cell) -> str | Problem | None:
    found = _text(cell)
    return found.replace(" ", "") if isinstance(found, str) and not found.isascii() else found


def _code(cell: Cell) -> str | Problem | None:
    if _says_nothing(cell):
        return None
    if isinstance(cell, float):
        return problem("digits_lost")
    shown = normal.tight(str(cell)).upper()
    return shown if re.fullmatch(r"[0-9A-Z-]{1,40}", shown) else problem("code_form", limit=40)


def _bool(cell: Cell) -> bool | Problem | None:
    shown = normal.tight(str(cell))
    if shown in YES:
        return True
    if shown in NO:
        return False
    if shown in normal.BLANKS:
        return None
    if shown.startswith(("未", "无", "没", "不")):
        return problem("yes_or_no", suggestion="否")
    return problem("yes_or_no", suggestion="是" if shown.startswith(("已", "有")) else None)


def _phone(cell: Cell) -> str | Problem | None:
    return None if _says_nothing(cell) else identity.phone(cell)


def _id_number(cell: Cell) -> str | Problem | None:
    return None if _says_nothing(cell) else identity.id_number(cell)


def _number_part(cell: Cell) -> str | Problem | None:
    if _says_nothing(cell):
        return None
    shown = _shown(cell)
    if ISO_DATE.match(shown) or SHORT_DATE.fullmatch(shown):
        return problem("became_a_date")
    return shown if len(shown) <= 30 else problem("too_long", limit=30)


def _door(cell: Cell) -> address.Door | Problem | None:
    if type(cell) is str and (plain := address.plain_door(cell)):
        return plain
    shown = _number_part(cell)
    if not isinstance(shown, str):
        return shown
    return address.parse_door(shown) or problem("address_unclear")


def _address(cell: Cell) -> address.Address | Problem | None:
    if _says_nothing(cell):
        return None
    shown = _shown(cell)
    if ISO_DATE.match(shown) or SHORT_DATE.fullmatch(shown):
        return problem("became_a_date")
    if len(shown) > TEXT_LIMIT:
        return problem("too_long", limit=TEXT_LIMIT)
    return address.parse(shown) or problem("address_unclear")


SIMPLE: dict[str, Parser] = {
    "text": _text, "place": _place, "number_part": _number_part, "door": _door, "address": _address,
    "bool": _bool, "phone": _phone, "id_number": _id_number, "code": _code,
}  # fmt: skip


def _number_parser(field: Field) -> Parser:
    whole = field.kind == "int"
    wrong = "whole_number" if whole else "number"

    def parse(cell: Cell) -> int | float | Problem | None:
        found = _number(cell, wrong)
        if found is None or isinstance(found, Problem):
            return found
        if whole and found != int(found):
            return problem("whole_number")
        if found < field.least:
            return problem("too_small", least=f"{field.least:g}")
        if found > field.most:
            return problem("too_large", most=f"{field.most:g}")
        return int(found) if whole else float(found)

    return parse


def _number(cell: Cell, wrong: str) -> float | Problem | None:
    if isinstance(cell, int | float):
        return cell
    shown = normal.text(cell)
    if shown != "无" and shown.lower() in normal.BLANKS:
        return None
    match = NUMBER.fullmatch(shown)
    if match and (not match[2] or match[2].strip().lower() in UNITS):
        return float(match[1].replace(",", ""))
    return problem(wrong, suggestion=_guess_number(shown))


def _guess_number(shown: str) -> str | None:
    """三间 → 3, 无 → 0, 约80 → 80; None when there are two numbers or none."""
    if shown in ("无", "没有"):
        return "0"
    bare = re.sub(r"^(约|大约|共|计)|(左右|余|多)$", "", shown)
    for unit in UNITS:
        bare = bare.removesuffix(unit)
    value = normal.numeral(bare)
    if value is not None:
        return str(value)
    digits = re.findall(r"\d+(?:\.\d+)?", bare)
    return digits[0] if len(digits) == 1 and not ISO_DATE.match(shown) else None


def _choice_parser(field: Field) -> Parser:
    words = {normal.tight(word): code for code, given in field.choices.items() for word in given}
    words.update({code: code for code in field.choices})
    first = {code: given[0] for code, given in field.choices.items()}
    options = "|".join(first.values())

    def parse(cell: Cell) -> str | Problem | None:
        shown = normal.tight(str(cell))
        if shown in words:
            return words[shown]
        if shown in normal.BLANKS:
            return None
        return problem("choice", suggestion=_near_choice(shown, field, words, first), options=options)

    return parse


def _near_choice(shown: str, field: Field, words: dict[str, str], first: dict[str, str]) -> str | None:
    if shown in field.near:
        return first[field.near[shown]]
    inside = {code for word, code in words.items() if len(word) >= 2 and word in shown}
    if len(inside) == 1:
        return first[inside.pop()]
    close = difflib.get_close_matches(shown, words, n=1, cutoff=0.6)
    return first[words[close[0]]] if close else None
