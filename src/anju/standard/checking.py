"""Facts from outside, checked against the edition: every wrong name, type and value is reported at once."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from anju.standard.edition import Edition
from anju.standard.expressions import nearest
from anju.standard.facts import SMALLEST_FLOAT, EntityName, Fact, Text, Value

MOST_ROOMS = 5000
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a case; ``where`` is the path to it (``rooms[2].area``)."""

    where: str
    value: Any
    text: Text


class FactError(ValueError):
    """A case whose facts cannot be judged; ``problems`` lists everything that is wrong with it."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__(self.in_words("en"))

    def in_words(self, lang: str) -> str:
        """Return one line per problem."""
        return "\n".join(problem.text.of(lang) for problem in self.problems)


@dataclass(frozen=True, slots=True)
class Case:
    """A dwelling's facts, checked: every fact of the edition is a key, None where it is unknown."""

    dwelling: dict[str, Value | None]
    unit: dict[str, Value | None]
    rooms: list[tuple[str, dict[str, Value | None]]]


class Checker:
    """Checks cases against the facts of one edition."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.facts = edition.facts
        self._blank: dict[EntityName, dict[str, Value | None]] = {
            entity: dict.fromkeys(facts) for entity, facts in edition.facts.items()
        }

    def case(self, data: Mapping[str, Any]) -> Case:
        """Check a whole case; raise FactError that lists every problem."""
        problems: list[Problem] = []
        if not isinstance(data, Mapping):
            raise FactError([_shape("", data, "一个对象 {…}", "an object {…}")])
        dwelling = self._entity("dwelling", data, "", problems, skip=("unit", "rooms"))
        unit_data = data.get("unit")
        unit = self._blank["unit"]
        if isinstance(unit_data, Mapping):
            unit = self._entity("unit", unit_data, "unit.", problems)
        elif unit_data is not None:
            problems.append(_shape("unit", unit_data, "一个对象 {…}", "an object {…}"))
        rooms = self._rooms(data.get("rooms"), problems)
        if problems:
            raise FactError(problems)
        return Case(dwelling, unit, rooms)

    def facts_of(self, entity: EntityName, data: Mapping[str, Any]) -> dict[str, Value | None]:
        """Check the facts of one dwelling, room or unit; unknown ones are left out. Raise FactError."""
        problems: list[Problem] = []
        checked = self._entity(entity, data, "", problems)
        if problems:
            raise FactError(problems)
        return {name: value for name, value in checked.items() if value is not None}

    def _rooms(self, data: Any, problems: list[Problem]) -> list[tuple[str, dict[str, Value | None]]]:
        rooms: list[tuple[str, dict[str, Value | None]]] = []
        if data is None:
            return rooms
        if not isinstance(data, list | tuple) or len(data) > MOST_ROOMS:
            problems.append(
                _shape("rooms", data, f"至多 {MOST_ROOMS} 间的列表 […]", f"a list […] of at most {MOST_ROOMS}")
            )
            return rooms
        names: set[str] = set()
        for number, item in enumerate(data):
            where = f"rooms[{number}]"
            if not isinstance(item, Mapping):
                problems.append(_shape(where, item, "一个对象 {…}", "an object {…}"))
                continue
            name = item.get("name")
            if name is None:
                name = str(number + 1)
            if not isinstance(name, str) or not name.strip():
                problems.append(_shape(f"{where}.name", name, "房间名，文字", "a room name, text"))
            elif name in names:
                problems.append(_twice(where, name))
            else:
                names.add(name)
            rooms.append((str(name), self._entity("room", item, f"{where}.", problems, skip=("name",))))
        return rooms

    def _entity(
        self,
        entity: EntityName,
        data: Mapping[str, Any],
        path: str,
        problems: list[Problem],
        skip: tuple[str, ...] = (),
    ) -> dict[str, Value | None]:
        facts = self.facts[entity]
        checked = self._blank[entity].copy()
        for name, value in data.items():
            fact = facts.get(name)
            if fact is None:
                if name not in skip:
                    problems.append(self._unknown(entity, path, name, value, skip))
            elif value is not None:
                good = _accept(fact, value)
                if good is None:
                    problems.append(_refuse(fact, path, value))
                else:
                    checked[name] = good
        return checked

    def _unknown(self, entity: EntityName, path: str, name: Any, value: Any, also: Iterable[str]) -> Problem:
        where = f"{path}{name}"
        homes = [other for other, facts in self.facts.items() if other != entity and name in facts]
        if homes:
            home = {"room": "rooms[…]", "unit": "unit", "dwelling": "the top level"}[homes[0]]
            place = {"room": "rooms[…]", "unit": "unit", "dwelling": "最外层"}[homes[0]]
            zh, en = f"{name} 要写在 {place} 里", f"{name} belongs under {home}"
        else:
            near = nearest(str(name), [*self.facts[entity], *also])
            zh = f"最接近的名称：{near}" if near else "名称见规则手册"
            en = f"nearest name: {near}" if near else "see the rule book for the names"
        return Problem(
            where, value, Text(f"{where}：没有这个事实。{zh}", f"{where}: no such fact. {en[0].upper()}{en[1:]}")
        )


def _accept(fact: Fact, value: Any) -> Value | None:
    """Return the value as the rules read it, or None if it is not one that the fact can have."""
    kind = fact.type
    if kind == "bool":
        return value if value is True or value is False else None
    if kind == "enum":
        return str(value) if isinstance(value, str) and value in fact.values else None
    if value is True or value is False or not isinstance(value, int | float):
        return None
    if not fact.minimum <= value <= fact.maximum:  # also refuses NaN and infinity
        return None
    if kind == "int":
        return int(value) if value == int(value) else None
    return value if value == 0 or abs(value) >= SMALLEST_FLOAT else None


def _refuse(fact: Fact, path: str, value: Any) -> Problem:
    where, shown = f"{path}{fact.name}", _show(value)
    zh, en = fact.accepted("zh"), fact.accepted("en")
    text = Text(
        f"{where}（{fact.label.zh}）：{shown} 不行。应填：{zh}",
        f"{where} ({fact.label.en}): {shown} is not accepted. Expected: {en}",
    )
    hint = _hint(fact, value)
    return Problem(where, value, Text(f"{text.zh}{hint.zh}", f"{text.en}{hint.en}") if hint else text)


def _hint(fact: Fact, value: Any) -> Text | None:
    if isinstance(value, str):
        if fact.type == "enum":
            near = nearest(value, fact.values)
            return Text(f"。最接近的：{near}", f". Nearest: {near}") if near else None
        return Text("，不加引号", ", without quotes")
    if isinstance(value, float) and not math.isfinite(value):
        return Text("，不知道就不填或者填 null", "; leave it out or write null if it is unknown")
    if fact.type == "float" and isinstance(value, float) and 0 < abs(value) < SMALLEST_FLOAT:
        return Text(f"，0 或者不小于 {SMALLEST_FLOAT:g}", f", 0 or at least {SMALLEST_FLOAT:g}")
    return None


def _shape(where: str, value: Any, zh: str, en: str) -> Problem:
    at_zh, at_en = (f"{where}：", f"{where}: ") if where else ("", "")
    shown = _show(value)
    return Problem(
        where, value, Text(f"{at_zh}{shown} 不行。应填：{zh}", f"{at_en}{shown} is not accepted. Expected: {en}")
    )


def _twice(where: str, name: str) -> Problem:
    return Problem(
        f"{where}.name",
        name,
        Text(
            f"{where}.name：{_show(name)} 出现两次。每间房的名称要不同",
            f"{where}.name: {_show(name)} stands twice. Give each room its own name",
        ),
    )


def _show(value: Any) -> str:
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # an integer too long to print
        return "…"
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
