"""A messy ledger to try the import with: everything that offices do to a table, always the same bytes.

The people in it are invented; phone and ID columns are left out so that no real number can be met.
"""

from __future__ import annotations

import datetime
import random
from typing import Any

from anju.dwellings.ledger.export import open_book

TITLE = "周市镇出租房台账（11月）"
HEADS = (
    "序号",
    "小区/村",
    "门牌",
    "性质",
    "户型",
    "间数",
    "床",
    "面积（㎡）",
    "状态",
    "房东",
    "备案",
    "合同日",
    "备注",
)
FAMILY = "周吴沈钱俞顾朱陆徐蒋丁曹"
GIVEN = (
    "桂芳",
    "国平",
    "宝根",
    "秀英",
    "建平",
    "阿四",
    "洪生",
    "巧云",
    "林生",
    "水根",
    "阿大",
    "惠明",
    "雪珍",
    "永兴",
    "菊妹",
)
EPOCH = datetime.date(1899, 12, 30)

Line = list[Any]


def messy_sample(rows: int = 60) -> bytes:
    """An .xlsx with a merged title, a note, a header in row 3, `rows` dwellings and what stands below such tables."""
    buffer, book = open_book()
    sheet = book.add_worksheet("11月")
    title = book.add_format({"bold": True, "font_size": 16, "align": "center"})
    head = book.add_format({"bold": True, "border": 1})
    sheet.merge_range(0, 0, 0, len(HEADS) - 1, TITLE, title)
    sheet.write_string(1, 0, "填报单位：周市镇安居办　　　填报日期：2026年11月20日　　　注：面积为使用面积")
    for column, name in enumerate(HEADS):
        sheet.write_string(2, column, name, head)
    lines = _lines(rows)
    for place, line in enumerate(lines, start=3):
        for column, cell in enumerate(line):
            sheet.write(place, column, cell)
    _merge_village(sheet, lines)
    end = 3 + len(lines)
    sheet.write_string(end, 0, "合计")
    sheet.write_formula(end, 5, f"=SUM(F4:F{end})", None, sum(n for line in lines if isinstance(n := line[5], int)))
    sheet.write_string(end + 2, 0, "填表人：陆晓岚　　　审核：")
    sheet.set_column(1, 2, 20)
    book.close()
    return buffer.getvalue()


def _merge_village(sheet: Any, lines: list[Line]) -> None:
    """The last village's name stands once, in a cell merged down over its rows."""
    places = [place for place, line in enumerate(lines, start=3) if line[1] == "珠江村"]
    if len(places) > 1:
        for place in places[1:]:
            sheet.write_blank(place, 1, None)
        sheet.merge_range(places[0], 1, places[-1], 1, "珠江村")


def _lines(count: int) -> list[Line]:
    chance = random.Random(20261120)  # noqa: S311 - a fixed sample, nothing secret
    estate, village, small = count // 2, count // 4, count - count // 2 - count // 4
    lines = [_flat(n, chance) for n in range(estate)]
    lines += [_house("东方村", n, chance) for n in range(village)]
    lines += [_house("珠江村", n, chance) for n in range(small)]
    _spoil(lines, estate)
    for number, line in enumerate(lines, start=1):
        line[0] = number
    return lines


def _flat(n: int, chance: random.Random) -> Line:
    building, unit, floor, side = 11 + n // 12, 1 + n // 6 % 2, 1 + n % 6, 1 + n % 2
    room = f"{floor}0{side}"
    doors = (
        f"{building}幢{unit}单元{room}室",
        f"{building}#-{unit}-{room}",
        f"{building}-{unit}-{room}",
        f"{building}号楼{unit}单元{room}",
    )
    rooms = chance.randint(2, 5)
    beds = rooms + chance.randint(0, 4)
    area = round(55 + 8 * rooms + chance.random() * 15, 1)
    return [
        n,
        "兰泾花苑",
        doors[n % 4],
        "商品房",
        chance.randint(0, 2),
        rooms,
        beds,
        area,
        "在租",
        _name(chance),
        _yes(chance),
        _day(n, chance),
        "",
    ]


def _house(village: str, n: int, chance: random.Random) -> Line:
    groups = "一二三四五"
    door = f"{groups[n // 4 % 5]}组{n * 2 + 9}号"
    rooms = chance.randint(3, 9)
    return [
        n,
        village,
        door,
        "自建房",
        0,
        rooms,
        rooms + chance.randint(0, 5),
        round(120 + 12.5 * rooms, 1),
        "出租",
        _name(chance),
        _yes(chance),
        _day(n, chance),
        "",
    ]


def _name(chance: random.Random) -> str:
    return chance.choice(FAMILY) + chance.choice(GIVEN)


def _yes(chance: random.Random) -> str:
    return chance.choice(("是", "已签", "√", "否", "未签"))


def _day(n: int, chance: random.Random) -> str | int:
    """One day in one of five styles."""
    day = datetime.date(2025, 9, 1) + datetime.timedelta(days=chance.randint(0, 400))
    y, m, d = day.year, day.month, day.day
    styles = (day.isoformat(), f"{y}/{m}/{d}", f"{y}.{m}.{d}", f"{y}年{m}月{d}日", (day - EPOCH).days)
    return styles[n % 5]


def _spoil(lines: list[Line], estate: int) -> None:
    """What goes wrong in every office: full-width digits, 同上, wrong words, impossible days, a row twice."""
    lines[1][1] = "同上"
    lines[2][1] = "〃"
    lines[3][9] = "同上"
    lines[4][5], lines[4][6] = "３", "４"
    lines[5][5] = "4间"
    lines[6][3] = "商品房住宅"
    for n in (7, 8, 9):
        lines[n][3] = "民房"
    lines[10][1] = "兰径花苑"
    lines[10][5] = "三间"
    lines[10][11] = "2026.2.30"
    lines[11][1] = "兰径花苑"
    lines[11][5] = "三间"
    lines[estate + 2][6] = -2
    lines[estate + 3][3] = "民房"
    lines[estate + 4][5] = "三间"
    lines.insert(estate, list(lines[estate - 1]))
