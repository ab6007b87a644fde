"""What an edition of the standard is made of: laws, parameters by date, rules, definitions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from anju.standard.expressions import Node, Number, Ref, nearest, params_of, refs_of
from anju.standard.facts import EntityName, Fact, Text

Severity = Literal["prohibited", "severe", "minor", "advice"]
Force = Literal["binding", "guidance"]
DayKind = Literal["calendar", "working"]

CATEGORIES: dict[str, Text] = {
    "fire": Text("消防", "Fire"),
    "gas": Text("燃气", "Gas"),
    "electricity": Text("用电", "Electricity"),
    "building": Text("房屋", "Building"),
    "crowding": Text("居住密度", "Crowding"),
    "security": Text("治安", "Security"),
    "paperwork": Text("登记备案", "Paperwork"),
}
SEVERITIES: dict[str, Text] = {
    "prohibited": Text("禁租", "Prohibited"),
    "severe": Text("严重", "Severe"),
    "minor": Text("一般", "Minor"),
    "advice": Text("建议", "Advice"),
}
PARTIES: dict[str, Text] = {
    "sublessor": Text("转租人", "Sublessor"),
    "landlord": Text("出租人", "Landlord"),
    "operator": Text("经营单位", "Operator"),
    "tenant": Text("承租人", "Tenant"),
    "property_or_village": Text("物业或村委会", "Property company or village"),
}
FORCES: dict[str, Text] = {"binding": Text("有约束力", "Binding"), "guidance": Text("指导", "Guidance")}
SUPPLIES: dict[str, Text] = {
    "torch": Text("手电筒", "Torch"),
    "smoke_mask": Text("防烟面罩", "Smoke mask"),
    "whistle": Text("报警哨", "Whistle"),
    "extinguisher": Text("ABC 干粉灭火器", "ABC dry-powder extinguisher"),
    "escape_rope": Text("逃生绳", "Escape rope"),
    "escape_ladder": Text("逃生软梯", "Escape ladder"),
    "smoke_alarm": Text("智能火灾预警装置", "Smoke alarm"),
    "emergency_light": Text("应急照明灯", "Emergency light"),
    "exit_sign": Text("疏散指示标志", "Exit sign"),
    "sprinkler": Text("简易喷淋", "Simple sprinkler"),
    "respirator": Text("自救呼吸器", "Self-rescue respirator"),
}
DEPARTMENTS: dict[str, Text] = {
    "planning": Text("规划", "Planning"),
    "city_management": Text("城管", "City management"),
    "housing": Text("住建", "Housing"),
    "police": Text("公安", "Police"),
    "fire": Text("消防", "Fire brigade"),
    "market": Text("市场监管", "Market regulation"),
}


@dataclass(frozen=True, slots=True)
class Law:
    """A text that rules rest on, known by its short key (SZ, JS, …)."""

    key: str
    title: Text
    in_force: date
    kind: str
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """A law and the article of it, as a rule or a number quotes it."""

    law: Law
    article: str = ""

    @property
    def text(self) -> Text:
        if not self.article:
            return self.law.title
        return Text(f"{self.law.title.zh}第{self.article}条", f"{self.law.title.en}, art. {self.article}")


@dataclass(frozen=True, slots=True)
class DatedValue:
    """A number of the standard from a day on."""

    valid_from: date
    value: float
    source: Citation
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named number of the standard with its history, oldest first."""

    name: str
    label: Text
    unit: str
    values: tuple[DatedValue, ...]

    def on(self, day: date) -> float | None:
        """Return the value on a day; None before the first."""
        found = [entry.value for entry in self.values if entry.valid_from <= day]
        return found[-1] if found else None


@dataclass(frozen=True, slots=True)
class Supply:
    """An article that helps to correct a violation: how many (one, if the facts do not tell), and when only."""

    item: str
    quantity: Number | None = None
    when: Node | None = None


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of a rule: what it says, what is wrong when violated, why it matters, what to do."""

    title: Text
    says: Text
    wrong: Text
    why: Text
    todo: Text


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One rule of an edition for a span of days.

    ``days``: time to correct, 0 = at once, counted in ``day_kind`` days. ``bound``: the parties bound, in order.
    ``binding_when``: where ``force`` is guidance in general, the condition under which the rule binds.
    ``applies_text`` and ``violated_text`` are the expressions as the edition writes them.
    """

    id: str
    entity: EntityName
    category: str
    severity: Severity
    applies: Node
    violated: Node
    applies_text: str
    violated_text: str
    days: int
    day_kind: DayKind
    bound: tuple[str, ...]
    force: Force
    binding_when: Node | None
    security: bool
    remedy: tuple[Supply, ...]
    sources: tuple[Citation, ...]
    clauses: tuple[str, ...]
    valid_from: date
    valid_to: date | None
    words: Wording
    note: Text | None = None
    binding_text: str = ""

    def in_force(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    @property
    def counts_for_safety(self) -> bool:
        """Whether the rule decides the verdict: a safety rule of the dwelling itself, more than advice."""
        return self.category != "paperwork" and self.severity != "advice" and self.entity != "unit"

    @property
    def reads(self) -> tuple[Ref, ...]:
        """The facts that the rule reads, in reading order."""
        return tuple(dict.fromkeys((*refs_of(self.applies), *refs_of(self.violated))))

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the numbers that the rule uses."""
        return tuple(dict.fromkeys((*params_of(self.applies), *params_of(self.violated))))


@dataclass(frozen=True, slots=True, eq=False)
class Definition:
    """A condition with a name and dates that is no rule (group_rental)."""

    name: str
    when: Node
    when_text: str
    text: Text
    source: Citation
    valid_from: date
    valid_to: date | None

    def in_force(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True, eq=False)
class Edition:
    """A dated version of the whole rule book. ``rules`` holds every version of every rule, in book order."""

    name: str
    label: Text
    valid_from: date
    valid_to: date | None
    facts: Mapping[EntityName, Mapping[str, Fact]]
    laws: Mapping[str, Law]
    parameters: Mapping[str, Parameter]
    definitions: tuple[Definition, ...]
    rules: tuple[Rule, ...]
    note: Text | None = None
    base: str = ""
    changes: tuple[str, ...] = field(default=())

    def fact(self, entity: EntityName, name: str) -> Fact:
        try:
            return self.facts[entity][name]
        except KeyError:
            near = nearest(name, self.facts[entity])
            raise KeyError(f"no fact {name!r} of a {entity}; nearest: {near}") from None

    def versions(self, rule_id: str) -> tuple[Rule, ...]:
        """Return every version of a rule, oldest first; raise KeyError with the nearest id."""
        found = tuple(rule for rule in self.rules if rule.id == rule_id)
        if not found:
            near = nearest(rule_id.upper(), {rule.id for rule in self.rules})
            raise KeyError(f"no rule {rule_id!r}; nearest: {near}")
        return found

    def rules_on(self, day: date) -> Iterator[Rule]:
        return (rule for rule in self.rules if rule.in_force(day))

    def definition_on(self, name: str, day: date) -> Definition | None:
        return next((item for item in self.definitions if item.name == name and item.in_force(day)), None)
