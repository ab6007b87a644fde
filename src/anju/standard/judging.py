"""One dwelling judged on one day: the three answers, and every rule with the facts that forced its result."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, NamedTuple

from anju.standard.checking import Case, Checker
from anju.standard.edition import Edition, Rule
from anju.standard.expressions import And, Atom, Node, Ref, atoms_of, divisors_of, refs_of
from anju.standard.facts import EntityName, Facts, Text, Value, plain
from anju.standard.loading import current_edition
from anju.standard.logic import Status, Truth, decide, status_of
from anju.standard.transpile.python import RulesFunction, compile_rules

Verdict = Literal["compliant", "non_compliant", "unknown", "unchecked", "not_let"]
Paperwork = Literal["complete", "incomplete"]

# Facts that do not show that anybody has looked: they are in every ledger, or follow from records.
UNSEEN = ("kind", "letting_state")
MANY_SEVERE = 3


class Result(NamedTuple):
    """What one rule says about the dwelling, a room (by its name) or the unit.

    ``because`` maps the facts that forced the status to their values; an unknown one is None. A fact is named as the
    rule writes it, so a room rule may name ``dwelling.kind``.
    """

    rule: str
    room: str | None
    status: Status
    severity: str
    category: str
    force: str
    because: dict[str, Value | None]
    text: str


RESULT_COLUMNS = tuple(Result.__annotations__)


@dataclass(frozen=True, slots=True)
class Judgement:
    """The answer for one dwelling.

    ``missing``: the facts that hold the verdict back, a room's as ``A.area``, and ``rooms`` when fewer are recorded
    than are let. ``awaiting``: what only a department can decide; it holds nothing back.
    """

    edition: str
    on: date
    verdict: Verdict
    paperwork: Paperwork
    group_rental: bool | None
    tier: int | None
    missing: tuple[str, ...]
    awaiting: tuple[str, ...]
    results: tuple[Result, ...]

    def violations(self) -> tuple[Result, ...]:
        return tuple(result for result in self.results if result.status == "violation")

    def as_dict(self) -> dict[str, Any]:
        """Return the judgement as it is written to JSON."""
        return {
            "edition": self.edition,
            "on": self.on.isoformat(),
            "verdict": self.verdict,
            "paperwork": self.paperwork,
            "group_rental": self.group_rental,
            "tier": self.tier,
            "missing": list(self.missing),
            "results": [dict(zip(RESULT_COLUMNS, result, strict=True)) for result in self.results],
        }


class Entry(NamedTuple):
    """A line of a rule's decision table: what holds for one combination of its atoms' values.

    ``pairs`` are the facts that forced it (as written, entity, name); ``own`` their names if all are of the rule's own
    entity. ``open`` is for an unknown result: per atom that is unknown, the facts it reads and those it divides by.
    """

    rule: Rule
    status: Status
    force: str | None
    pairs: tuple[tuple[str, EntityName, str], ...]
    own: tuple[str, ...] | None
    text: str
    open: tuple[tuple[tuple[Ref, ...], tuple[Ref, ...]], ...]


class DecisionTable(dict[tuple[Truth, ...], Entry]):
    """Maps the values of a rule's atoms to the entry; filled as combinations occur."""

    def __init__(self, rule: Rule, texts: Mapping[Status, str]) -> None:
        self.rule = rule
        self.texts = texts
        self.atoms: tuple[Atom, ...] = atoms_of(And((rule.applies, rule.violated)))

    def __missing__(self, key: tuple[Truth, ...]) -> Entry:
        rule = self.rule
        status, atoms = status_of(rule.applies, rule.violated, dict(zip(self.atoms, key, strict=True)))
        refs = tuple(dict.fromkeys(ref for atom in atoms for ref in refs_of(atom)))
        own = tuple(ref.name for ref in refs) if all(ref.entity == rule.entity for ref in refs) else None
        pairs = tuple((ref.text, ref.entity, ref.name) for ref in refs)
        force = rule.force if rule.binding_when is None else None
        unknown = tuple((refs_of(atom), divisors_of(atom)) for atom in atoms) if status == "unknown" else ()
        entry = Entry(rule, status, force, pairs, own, self.texts[status], unknown)
        self[key] = entry
        return entry


class ConditionTable(dict[tuple[Truth, ...], tuple[Truth, tuple[Atom, ...]]]):
    """Maps the values of a condition's atoms to its truth and the atoms that force it; filled as they occur."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.atoms = atoms_of(node)

    def __missing__(self, key: tuple[Truth, ...]) -> tuple[Truth, tuple[Atom, ...]]:
        self[key] = decide(self.node, dict(zip(self.atoms, key, strict=True)))
        return self[key]


class Judge:
    """The rules of one edition on one day, compiled."""

    def __init__(self, edition: Edition, on: date, lang: str) -> None:
        self.edition = edition
        self.on = on
        self.lang = lang
        self.rules = tuple(edition.rules_on(on))
        self.parameters = {
            name: value for name, parameter in edition.parameters.items() if (value := parameter.on(on)) is not None
        }
        self.checker = Checker(edition)
        self._functions: dict[EntityName, RulesFunction] = {
            "room": self._compile("room"),
            "dwelling": self._compile("dwelling"),
            "unit": self._compile("unit"),
        }
        self.group_rental = edition.definition_on("group_rental", on)
        self._group = self.condition(self.group_rental.when) if self.group_rental else None
        self._binding = {
            rule.id: self.condition(rule.binding_when) for rule in self.rules if rule.binding_when is not None
        }
        self._seen = {
            "dwelling": tuple(
                fact.name
                for fact in edition.facts["dwelling"].values()
                if fact.by != "register" and fact.name not in UNSEEN
            ),
            "room": tuple(fact.name for fact in edition.facts["room"].values() if fact.by != "register"),
        }
        self._unknown_texts: dict[tuple[str, tuple[str, ...]], str] = {}

    def _compile(self, entity: EntityName) -> RulesFunction:
        tables = [DecisionTable(rule, self._texts(rule)) for rule in self.rules if rule.entity == entity]
        return compile_rules(entity, [table.atoms for table in tables], tables, self.parameters)

    def condition(self, node: Node) -> Callable[[Facts, Facts, Facts], tuple[Truth, tuple[Atom, ...]]]:
        """Compile a condition that is no rule; it returns its truth and the atoms that force it."""
        table = ConditionTable(node)
        function = compile_rules("dwelling", [table.atoms], [table], self.parameters)
        return lambda room, dwelling, unit: function(room, dwelling, unit)[0]

    def group_rental_facts(self, case: Case) -> tuple[Ref, ...]:
        """Return the facts that force the answer to whether it is a group rental; those that are open if it is open."""
        if self._group is None:
            return ()
        _, atoms = self._group({}, case.dwelling, case.unit)
        return tuple(dict.fromkeys(ref for atom in atoms for ref in refs_of(atom)))

    def words(self, text: Text, lang: str | None = None) -> str:
        """Put the day's numbers into a text of a rule."""
        shown = {name: plain(value) for name, value in self.parameters.items()}
        return text.of(lang or self.lang).format_map(shown)

    def _texts(self, rule: Rule) -> dict[Status, str]:
        title = self.words(rule.words.title)
        return {
            "violation": self.words(rule.words.wrong),
            "unknown": title,
            "pass": Text(f"符合：{title}", f"Met: {title}").of(self.lang),
            "not_applicable": Text(f"不适用：{title}", f"Does not apply: {title}").of(self.lang),
        }

    def judge(self, data: Mapping[str, Any]) -> Judgement:
        """Judge a case; raise FactError when its facts are not in order."""
        return self.judge_case(self.checker.case(data))

    def judge_case(self, case: Case) -> Judgement:
        dwelling, unit = case.dwelling, case.unit
        group = self._group({}, dwelling, unit)[0] if self._group else None
        name, on = self.edition.name, self.on
        if dwelling["letting_state"] not in (None, "let"):
            return Judgement(name, on, "not_let", "complete", group, None, (), (), ())
        results: list[Result] = []
        seen = _Seen()
        judge_room = self._functions["room"]
        for room_name, room in case.rooms:
            self._add(judge_room(room, dwelling, unit), room_name, room, dwelling, unit, results, seen)
        self._add(self._functions["dwelling"]({}, dwelling, unit), None, dwelling, dwelling, unit, results, seen)
        self._add(self._functions["unit"]({}, dwelling, unit), None, unit, dwelling, unit, results, seen)
        self._count_rooms(case, seen)
        return Judgement(
            edition=name,
            on=on,
            verdict=self._verdict(case, seen),
            paperwork="incomplete" if seen.papers_open else "complete",
            group_rental=group,
            tier=seen.tier(),
            missing=tuple(seen.missing),
            awaiting=tuple(seen.awaiting),
            results=tuple(results),
        )

    def _add(
        self,
        entries: list[Entry],
        room_name: str | None,
        own: Facts,
        dwelling: Facts,
        unit: Facts,
        results: list[Result],
        seen: "_Seen",
    ) -> None:
        sources: dict[EntityName, Facts] = {"room": own, "dwelling": dwelling, "unit": unit}
        for entry in entries:
            rule, status, force, pairs, names, text, unknown = entry
            if unknown:
                open_refs = _open_facts(unknown, sources)
                because = {ref.text: sources[ref.entity][ref.name] for ref in open_refs}
                text = self._unknown_text(rule, open_refs)
                seen.unknown(rule, room_name, open_refs, self.edition)
            else:
                if names is not None:
                    because = {key: own[key] for key in names}
                else:
                    because = {key: sources[entity][fact] for key, entity, fact in pairs}
                if status == "violation":
                    seen.violation(rule)
            if force is None:
                force = self._force(rule, own, dwelling, unit)
            results.append(Result(rule.id, room_name, status, rule.severity, rule.category, force, because, text))

    def _force(self, rule: Rule, own: Facts, dwelling: Facts, unit: Facts) -> str:
        """A rule that binds under a condition only is guidance until the condition is known to hold."""
        return "binding" if self._binding[rule.id](own, dwelling, unit)[0] else rule.force

    def _unknown_text(self, rule: Rule, refs: tuple[Ref, ...]) -> str:
        key = (rule.id, tuple(ref.text for ref in refs))
        if key not in self._unknown_texts:
            title = self.words(rule.words.title)
            labels = [self.edition.fact(ref.entity, ref.name).label for ref in refs]
            zh, en = "、".join(label.zh for label in labels), ", ".join(label.en for label in labels)
            self._unknown_texts[key] = Text(f"{title}，待核：{zh}", f"{title}, unknown: {en}").of(self.lang)
        return self._unknown_texts[key]

    def _count_rooms(self, case: Case, seen: "_Seen") -> None:
        let = case.dwelling["rooms_let"]
        recorded = sum(room["let"] is not False for _, room in case.rooms)
        if let is None:
            seen.missing.setdefault("rooms_let")
        if let is None or recorded < int(let):
            seen.missing.setdefault("rooms")

    def _verdict(self, case: Case, seen: "_Seen") -> Verdict:
        dwelling = case.dwelling
        if all(dwelling[name] is None for name in self._seen["dwelling"]) and all(
            room[name] is None for _, room in case.rooms for name in self._seen["room"]
        ):
            return "unchecked"
        if seen.unsafe:
            return "non_compliant"
        return "unknown" if seen.missing else "compliant"


class _Seen:
    """What the results add up to, gathered while they are made."""

    def __init__(self) -> None:
        self.unsafe = False
        self.papers_open = False
        self.severities: list[str] = []
        self.missing: dict[str, None] = {}
        self.awaiting: dict[str, None] = {}

    def violation(self, rule: Rule) -> None:
        if rule.entity != "unit":
            self.severities.append(rule.severity)
        if rule.counts_for_safety:
            self.unsafe = True
        if rule.category == "paperwork":
            self.papers_open = True

    def unknown(self, rule: Rule, room: str | None, refs: tuple[Ref, ...], edition: Edition) -> None:
        if rule.category == "paperwork":
            self.papers_open = True
        if not rule.counts_for_safety:
            return
        for ref in refs:
            decided = edition.facts[ref.entity][ref.name].by == "department"
            name = f"{room}.{ref.name}" if ref.entity == "room" else ref.name
            (self.awaiting if decided else self.missing).setdefault(name)

    def tier(self) -> int | None:
        if not self.severities:
            return None
        many = self.severities.count("severe") >= MANY_SEVERE
        return 2 if many or "prohibited" in self.severities else 1


def _open_facts(
    atoms: tuple[tuple[tuple[Ref, ...], tuple[Ref, ...]], ...], sources: Mapping[EntityName, Facts]
) -> tuple[Ref, ...]:
    """Name what makes a rule unknown: in each unknown atom the facts that are, else the divisors, which are zero."""
    found: dict[Ref, None] = {}
    for refs, divisors in atoms:
        unknown = [ref for ref in refs if sources[ref.entity][ref.name] is None]
        found.update(dict.fromkeys(unknown or [ref for ref in divisors if sources[ref.entity][ref.name] == 0]))
    return tuple(found)


@functools.lru_cache(maxsize=256)
def judge_for(edition: Edition, on: date, lang: str = "zh") -> Judge:
    """Return the compiled rules of an edition on a day; compiled once and kept."""
    return Judge(edition, on, lang)


def judge(case: Mapping[str, Any], on: date, edition: Edition | None = None, lang: str = "zh") -> Judgement:
    """Judge one dwelling on a day, by the edition valid then unless another is given.

    ``case`` is ``{"kind": "rural", …, "unit": {…}, "rooms": [{"name": "A", …}]}`` with the fact names of the edition; a
    fact left out or None is unknown. Raises FactError that lists every unknown name, wrong type and impossible value.

    >>> found = judge({"kind": "rural", "letting_state": "vacant"}, on=date(2026, 11, 22))
    >>> found.verdict, found.results
    ('not_let', ())
    """
    return judge_for(edition or current_edition(on), on, lang).judge(case)
