"""The vocabulary of an edition: its laws, facts and parameters, read from plain data."""

import functools
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

from anju.standard.columns import no_others, one_of, read_day, read_text
from anju.standard.edition import DEPARTMENTS, Citation, DatedValue, Law, Parameter
from anju.standard.expressions import Scope
from anju.standard.facts import ENTITIES, EntityName, Fact, Text
from anju.standard.mistakes import Mistake, at, reason_of
from anju.standard.reading import Raw

FACT_KEYS = {
    *("type", "values", "by", "departments", "theme", "label", "question", "photo", "fresh_days", "unit", "min", "max"),
}


T = TypeVar("T")
# What stands before the name of an item that has a mistake in it.
EDITION, LAW, PARAMETER = Text("版本", "edition"), Text("法规", "law"), Text("参数", "parameter")
FACT: dict[EntityName, Text] = {
    "room": Text("房间的事实", "fact of a room"),
    "dwelling": Text("住房的事实", "fact of a dwelling"),
    "unit": Text("公共部位的事实", "fact of a unit"),
}


class Vocabulary:
    """Laws, facts and parameters of one edition; what is wrong with them is added to ``problems``."""

    def __init__(self, raw: Raw, problems: list[Text]) -> None:
        self.problems = problems
        self.laws: dict[str, Law] = self.each(LAW, raw.head.get("laws") or {}, self._law)
        self.facts: dict[EntityName, dict[str, Fact]] = {
            entity: self.each(FACT[entity], raw.facts.get(entity) or {}, functools.partial(self._fact, entity))
            for entity in ENTITIES
        }
        self.parameters: dict[str, Parameter] = self.each(PARAMETER, raw.parameters, self._parameter)
        self._names_are_apart()

    def each(self, what: Text, items: Mapping[str, Any], build: Callable[[str, Any], T]) -> dict[str, T]:
        built = {}
        for name, data in items.items():
            try:
                built[name] = build(name, data)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                self.problems.append(at(f"{what.zh} {name}", f"{what.en} {name}", reason_of(error)))
        return built

    def _law(self, key: str, data: Mapping[str, Any]) -> Law:
        note = read_text(data["note"]) if data.get("note") else None
        return Law(key, read_text(data), read_day(data["in_force"]), str(data["kind"]), note)

    def _fact(self, entity: EntityName, name: str, data: Mapping[str, Any]) -> Fact:
        no_others(data, FACT_KEYS)
        kind = one_of(data["type"], ("bool", "int", "float", "enum"), "type")
        by = one_of(data["by"], ("field", "department", "register", "owner"), "by")
        if by == "field" and not data.get("question"):
            raise Mistake("现场看的事实要有一句提问", "a fact that is seen on the spot needs a question")
        if (kind == "enum") != bool(data.get("values")):
            raise Mistake("只有 enum 列出取值，也必须列出", "values are listed for an enum and for nothing else")
        if kind in ("int", "float") and not data["min"] < data["max"] <= 1e9:
            raise Mistake("数字要有 min < max <= 1000000000", "a number needs min < max <= 1000000000")
        return Fact(
            name=name,
            entity=entity,
            type=kind,
            label=read_text(data["label"]),
            by=by,
            theme=str(data["theme"]),
            values={str(value): read_text(label) for value, label in (data.get("values") or {}).items()},
            unit=str(data.get("unit", "")),
            minimum=data.get("min", 0),
            maximum=data.get("max", 0),
            departments=tuple(one_of(body, DEPARTMENTS, "department") for body in data.get("departments", ())),
            question=read_text(data["question"]) if data.get("question") else None,
            photo=bool(data.get("photo", False)),
            fresh_days=data.get("fresh_days"),
        )

    def _parameter(self, name: str, data: Mapping[str, Any]) -> Parameter:
        values = []
        for entry in data["values"]:
            value = entry["value"]
            # Few digits, so that every database reads the same double from the same text.
            if isinstance(value, bool) or not isinstance(value, int | float) or float(f"{value:.9g}") != value:
                raise Mistake(f"{value!r} 不是最多九位的数字", f"value {value!r} is no number of at most nine digits")
            if not 1e-6 <= abs(value) <= 1e9:
                raise Mistake(
                    f"{value!r} 不在 0.000001 到 1000000000 之间",
                    f"value {value!r} is not between 0.000001 and 1000000000",
                )
            note = read_text(entry["note"]) if entry.get("note") else None
            values.append(DatedValue(read_day(entry["from"]), value, self.citation(entry), note))
        if [entry.valid_from for entry in values] != sorted({entry.valid_from for entry in values}):
            raise Mistake(
                "各值要按日期先后写，每天只写一次", "the values must stand in order of their days, each day once"
            )
        return Parameter(name, read_text(data["label"]), str(data.get("unit", "")), tuple(values))

    def citation(self, data: Mapping[str, Any]) -> Citation:
        key = str(data["law"])
        if key not in self.laws:
            raise Mistake(
                f"edition.yaml 里没有列出法规 {key}。已列出：{'、'.join(self.laws)}",
                f"law {key} is not listed in edition.yaml; listed: {', '.join(self.laws)}",
            )
        return Citation(self.laws[key], str(data.get("article", "")))

    def scope(self, entity: EntityName, readable: tuple[EntityName, ...]) -> Scope:
        largest = {
            name: max((abs(entry.value) for entry in parameter.values), default=0)
            for name, parameter in self.parameters.items()
        }
        return Scope(entity, self.facts, readable, largest)

    def _names_are_apart(self) -> None:
        taken = {name for entity in ENTITIES for name in self.facts[entity]}
        same = Text("有一个事实同名，换一个名称", "a fact has the same name")
        self.problems += [at(f"参数 {name}", f"parameter {name}", same) for name in self.parameters if name in taken]

    def have_values(self, names: Iterable[str], day: date) -> None:
        """Raise Mistake unless every parameter named has a value on a day."""
        for name in names:
            if self.parameters[name].on(day) is None:
                raise Mistake(
                    f"参数 {name} 在 {day}（本条施行日）还没有值",
                    f"parameter {name} has no value on {day}, when the text takes effect",
                )
