"""Which facts to ask for: the form of an inspection, made from the rule book and from what is known already (A2.2, X7).

A fact is asked only if it can be seen on the spot and a rule in force that applies, or might apply, reads it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from anju.standard.edition import Edition, Rule
from anju.standard.expressions import Ref, refs_of
from anju.standard.facts import EntityName, Fact, Value
from anju.standard.judging import Judge, Result, judge_for
from anju.standard.loading import current_edition

State = Literal["violated", "unknown", "known"]
_RANK: dict[State, int] = {"violated": 0, "unknown": 1, "known": 2}

# Asked of every dwelling: they say whether it is judged at all, how much there is to see, and who must be helped out.
ALWAYS: dict[EntityName, tuple[str, ...]] = {
    "dwelling": ("kind", "letting_state", "rooms_let", "beds_let", "need_help"),
    "room": ("let",),
    "unit": (),
}
NOT_LET = ("kind", "letting_state")


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the form.

    ``room`` names the room for a room's fact. ``state`` tells why it stands here: its present value violates a rule,
    nobody has looked, or it is known (shown, not asked). ``rules`` are the rules whose answer it bears on.
    """

    entity: EntityName
    room: str | None
    fact: Fact
    value: Value | None
    state: State
    rules: tuple[str, ...]

    def words(self, lang: str) -> str:
        return (self.fact.question or self.fact.label).of(lang)


def questions(case: Mapping[str, Any], on: date, edition: Edition | None = None) -> tuple[Question, ...]:
    """Return what to ask about a dwelling whose known facts are given, in the order of asking.

    Violations come first, then unknowns, then what is known; within each the dwelling, its rooms, its unit, in the order
    of the fact list. What cannot change any answer is not asked: with enough area nobody asks who is family. A stale fact
    must be left out by the caller, who knows when it was observed. Raises FactError.

    >>> asked = questions({"kind": "commercial"}, on=date(2026, 11, 22))
    >>> "rope_ladders" in [question.fact.name for question in asked]
    False
    """
    compiled = judge_for(edition or current_edition(on), on)
    checked = compiled.checker.case(case)
    facts = checked.dwelling
    judged = compiled.judge_case(checked)
    if judged.verdict == "not_let":
        listed = [compiled.edition.fact("dwelling", name) for name in NOT_LET]
        return tuple(
            Question("dwelling", None, fact, facts[fact.name], _state(facts[fact.name]), ()) for fact in listed
        )
    form = _Form(compiled, judged.results)
    form.group_rental(compiled.group_rental_facts(checked))
    found = [*form.about("dwelling", None, facts)]
    for name, room in checked.rooms:
        found += form.about("room", name, room)
    found += form.about("unit", None, checked.unit)
    return tuple(sorted(found, key=lambda question: _RANK[question.state]))


def _state(value: Value | None) -> State:
    return "unknown" if value is None else "known"


Place = tuple[EntityName, str | None]


class _Form:
    """Gathers, per dwelling, room and unit, the facts that bear on a result, and those that violate a rule."""

    def __init__(self, compiled: Judge, results: tuple[Result, ...]) -> None:
        self.edition = compiled.edition
        self.readers: dict[tuple[Place, str], list[str]] = {}
        self.violated: set[tuple[Place, str]] = set()
        rules = {rule.id: rule for rule in compiled.rules}
        for result in results:
            self._add(rules[result.rule], result)

    def _add(self, rule: Rule, result: Result) -> None:
        changeable = refs_of(rule.violated)
        for ref in rule.reads:
            if ref.text not in result.because:
                continue
            key = (_place(ref, result.room), ref.name)
            readers = self.readers.setdefault(key, [])
            if rule.id not in readers:
                readers.append(rule.id)
            if result.status == "violation" and ref in changeable:
                self.violated.add(key)

    def group_rental(self, refs: tuple[Ref, ...]) -> None:
        for ref in refs:
            self.readers.setdefault((_place(ref, None), ref.name), [])

    def about(self, entity: EntityName, room: str | None, facts: Mapping[str, Value | None]) -> Iterator[Question]:
        """Yield the questions about one dwelling, room or unit in the order of the fact list."""
        place: Place = (entity, room)
        for name, fact in self.edition.facts[entity].items():
            key = (place, name)
            if fact.by != "field" or (key not in self.readers and name not in ALWAYS[entity]):
                continue
            state: State = "violated" if key in self.violated else _state(facts[name])
            yield Question(entity, room, fact, facts[name], state, tuple(self.readers.get(key, ())))


def _place(ref: Ref, room: str | None) -> Place:
    return ref.entity, room if ref.entity == "room" else None


def facts_of_rule(rule: Rule) -> tuple[Ref, ...]:
    """Return the facts that a rule reads, in reading order."""
    return rule.reads


def rules_reading(edition: Edition, entity: EntityName, fact: str) -> tuple[Rule, ...]:
    """Return every version of every rule that reads a fact; raise KeyError with the nearest name for an unknown one."""
    edition.fact(entity, fact)
    return tuple(rule for rule in edition.rules if any(ref.entity == entity and ref.name == fact for ref in rule.reads))
