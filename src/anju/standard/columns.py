"""Single columns of an edition's files, read and checked; a Mistake says what is wrong with one."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from anju.standard.expressions import near_to
from anju.standard.facts import Text
from anju.standard.mistakes import Mistake


def read_text(data: Any) -> Text:
    zh, en = (data["zh"], data["en"]) if isinstance(data, Mapping) else data
    if not (isinstance(zh, str) and isinstance(en, str) and zh and en):
        raise Mistake(f"{data!r}：文字要有中文和英文", f"{data!r}: a text is needed in Chinese and in English")
    return Text(zh, en)


def read_day(value: Any) -> date:
    if type(value) is not date:
        raise Mistake(f"{value!r} 不是日期，写成 2019-05-01", f"{value!r} is no day; write 2019-05-01")
    return value


def whole_number(value: Any, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 3650:
        raise Mistake(f"{what} {value!r} 不是 0 到 3650 的整数", f"{what} {value!r} is no whole number from 0 to 3650")
    return value


def one_of(value: Any, allowed: Iterable[str], what: str) -> Any:
    names = list(allowed)
    if value not in names:
        raise Mistake(
            f"{what} 没有 {value!r}。可填：{'、'.join(names)}",
            f"{what} {value!r} is unknown; allowed: {', '.join(names)}",
        )
    return value


def no_others(data: Mapping[str, Any], keys: set[str]) -> None:
    for key in data:
        if key not in keys:
            raise unknown_column(str(key), keys)


def unknown_column(key: str, keys: set[str]) -> Mistake:
    near = near_to(key, keys)
    return Mistake(f"没有 {key} 这一栏{near.zh}", f"column {key} is unknown{near.en}")
