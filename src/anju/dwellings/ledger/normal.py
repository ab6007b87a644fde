"""One form for what offices write in many: full-width characters, spaces of every kind, Chinese numerals."""

from __future__ import annotations

import re
import unicodedata

SPACES = re.compile(r"[\s\u3000\u200b\ufeff\xa0]+")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
DASHES = str.maketrans({"—": "-", "–": "-", "―": "-", "‐": "-", "−": "-", "－": "-", "～": "~"})
DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9,
          "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7, "捌": 8, "玖": 9}  # fmt: skip
UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000}
NUMERAL = "零〇一二两三四五六七八九十百千壹贰叁肆伍陆柒捌玖拾佰"

# 同上 and the marks people draw for it; a straight quote alone in a cell is one too
DITTO = frozenset({"同上", "同前", "同", "〃", "″", "\"", "“", "”", "＂", "〞", "〝", "''", "''''", "ditto", "do.", "-〃-", "↑"})  # fmt: skip

# what people write into a cell to say that there is nothing
BLANKS = frozenset({"", "/", "\\", "-", "--", "---", "无", "暂无", "n/a", "na", "none", "nil", "空", "不详", "未知"})


def text(value: str) -> str:
    """Half-width, one kind of dash, single spaces, no control characters."""
    if value.isascii():
        return SPACES.sub(" ", CONTROL.sub("", value)).strip()
    return SPACES.sub(" ", CONTROL.sub("", unicodedata.normalize("NFKC", value).translate(DASHES))).strip()


def tight(value: str) -> str:
    """As `text`, without any space and in lower case: for comparing."""
    return text(value).replace(" ", "").lower()


def is_ditto(value: str) -> bool:
    return len(value) <= 6 and (value.strip() in DITTO or tight(value) in DITTO)


def is_blank(value: str) -> bool:
    return len(value) <= 8 and tight(value) in BLANKS


def numeral(value: str) -> int | None:
    """三 → 3, 十二 → 12, 二十 → 20, 一百零五 → 105, 三〇二 → 302; None for anything else."""
    if not value or any(character not in NUMERAL for character in value):
        return None
    if not any(character in UNITS for character in value):
        return int("".join(str(DIGITS[character]) for character in value))
    total, digit = 0, 0
    for character in value:
        if character in UNITS:
            total += (digit or 1) * UNITS[character]
            digit = 0
        else:
            digit = DIGITS[character]
    return total + digit
