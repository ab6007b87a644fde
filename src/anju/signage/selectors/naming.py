"""How a person is named where everybody reads: 顾先生 outside, 王*芳 inside, never more."""

from datetime import date

from anju.core import crypto
from anju.dwellings.models import Party
from anju.signage import norms

# Surnames of two characters; every other one has one.
DOUBLE = frozenset(
    [
        "欧阳",
        "司马",
        "上官",
        "诸葛",
        "东方",
        "皇甫",
        "尉迟",
        "公孙",
        "慕容",
        "长孙",
        "宇文",
        "司徒",
        "令狐",
        "夏侯",
        "端木",
        "百里",
        "南宫",
        "轩辕",
        "闻人",
        "澹台",
        "公冶",
        "太史",
        "申屠",
        "钟离",
        "独孤",
        "赫连",
        "呼延",
        "司空",
        "西门",
        "拓跋",
    ]
)


def surname(name: str) -> str:
    return name[:2] if name[:2] in DOUBLE and len(name) > 2 else name[:1]


def _resident_number(party: Party) -> str:
    """The 18 characters of an identity number of GB 11643, or ""."""
    if party.kind != Party.Kind.PERSON or party.id_kind in (Party.IdKind.PASSPORT, Party.IdKind.COMPANY):
        return ""
    number = party.id_number
    return number if len(number) == 18 and number[:17].isdigit() else ""


def title(party: Party) -> str:
    """先生 or 女士 where the identity number says which (its 17th digit is odd for men), else 房东."""
    number = _resident_number(party)
    if not number:
        return "房东"
    return "先生" if int(number[16]) % 2 else "女士"


def outside(party: Party) -> str:
    """As the sign outside and the public page name who lets: a company by its name, a person by surname and title."""
    if party.kind == Party.Kind.COMPANY:
        return party.name
    name = party.name.strip()
    return f"{surname(name)}{title(party)}" if name and "一" <= name[0] <= "鿿" else title(party)


def is_adult(party: Party, on: date) -> bool:
    """Known to be grown up. Who has no identity number on record is not known to be, and is only counted."""
    number = _resident_number(party)
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return (on.year - born.year - ((on.month, on.day) < (born.month, born.day))) >= norms.ADULT


def inside(party: Party) -> str:
    """王*芳; a surname of two characters keeps both, so that 欧阳* is no more than 欧阳小强 agreed to."""
    return crypto.mask_name(party.name)
