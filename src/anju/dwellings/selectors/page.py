"""What the page of one home shows: why it is red, what nobody knows, its rooms, its facts, what happened."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from anju import standard
from anju.core import time
from anju.dwellings.models import Current, Dwelling, Observation
from anju.dwellings.models.facts import ObservationPhoto
from anju.standard import Edition, Rule, Text
from anju.standard.expressions import refs_of
from anju.standard.facts import EntityName, Fact

SEVERITY_ORDER = list(standard.SEVERITIES)


@dataclass(frozen=True)
class Violation:
    """One line of the verdict band."""

    rule: Rule
    room: str
    title: str
    because: list[tuple[str, str]]
    party: str  # who is answerable first
    party_name: str
    todo: str
    result: Mapping[str, Any]

    @property
    def severity(self) -> str:
        return self.rule.severity


@dataclass(frozen=True)
class Unknown:
    """A fact nobody knows, and what would follow."""

    name: str
    room: str
    label: str
    rules: list[str]
    photo: bool


@dataclass(frozen=True)
class FactLine:
    entity: str
    room: str
    name: str
    label: str
    value: str
    state: str  # bad, unk, old, ok, wait
    source: str
    by: str
    photo: str  # code of the stored file, or ""
    body: str  # a department's fact: who decides


@dataclass(frozen=True)
class RoomCard:
    name: str
    origin: str
    area: str
    persons: str
    per_person: str
    state: str
    words: list[str]
    let: bool


def _lang() -> str:
    return get_language() or "zh"


class HomePage:
    """Everything the page needs, from one dwelling with its current facts; at most a handful of queries."""

    def __init__(self, home: Dwelling, on: date) -> None:
        self.home, self.on, self.lang = home, on, _lang()
        self.current: Current = getattr(home, "current", None) or Current.objects.create(dwelling=home)
        self.edition: Edition = standard.current_edition(on)
        self.results: list[dict[str, Any]] = self.current.results
        self.photos = {
            (link.room, link.fact): link.file.code
            for link in ObservationPhoto.objects.filter(observation__dwelling=home)
            .exclude(fact="")
            .select_related("file")
            .order_by("observation__observed_at")
        }

    def _rule(self, rule_id: str) -> Rule:
        return self.edition.versions(rule_id)[-1]

    def _say(self, text: Text) -> str:
        """A text of a rule with the day's numbers in it."""
        return standard.judge_for(self.edition, self.on).words(text, self.lang)

    def _because(self, result: Mapping[str, Any], rule: Rule) -> list[tuple[str, str]]:
        """What is wrong, not what merely makes the rule apply."""
        words = []
        wrong = {ref.text for ref in refs_of(rule.violated)}
        for text, value in result["because"].items():
            ref = next((ref for ref in rule.reads if ref.text == text and text in wrong), None)
            if ref is not None:
                fact = self.edition.fact(ref.entity, ref.name)
                words.append((fact.label.of(self.lang), fact.label_of(value, self.lang)))
        return words

    def violations(self) -> list[Violation]:
        """Worst first; papers are not among them."""
        found = []
        for result in self.results:
            if result["status"] != "violation" or result["category"] == "paperwork":
                continue
            rule = self._rule(result["rule"])
            party, name = self.answerable(rule)
            found.append(
                Violation(
                    rule=rule,
                    room=result["room"] or "",
                    title=self._say(rule.words.wrong),
                    because=self._because(result, rule),
                    party=party,
                    party_name=name,
                    todo=self._say(rule.words.todo),
                    result=result,
                )
            )
        return sorted(found, key=lambda line: SEVERITY_ORDER.index(line.severity))

    def answerable(self, rule: Rule) -> tuple[str, str]:
        """The first bound party that this home has: (who, name)."""
        people = {
            "sublessor": self.home.sublessor,
            "landlord": self.home.landlord,
            "operator": self.home.operator,
        }
        for party in rule.bound:
            person = people.get(party)
            if person is not None:
                return standard.PARTIES[party].of(self.lang), person.name
        first = next((party for party in rule.bound if party not in ("sublessor", "operator")), rule.bound[0])
        return standard.PARTIES[first].of(self.lang), ""

    def papers(self) -> list[tuple[Rule, str, str]]:
        """(rule, what is missing, state) of the paperwork that is not in order."""
        found = []
        for result in self.results:
            if result["category"] == "paperwork":
                rule = self._rule(result["rule"])
                found.append((rule, self._say(rule.words.wrong), result["status"]))
        return found

    def unknowns(self) -> list[Unknown]:
        """What holds the verdict back, and which rules it bears on."""
        found = []
        for path in self.current.missing:
            room, _dot, name = path.rpartition(".")
            if path == "rooms":
                label = _("Rooms: %(recorded)s recorded, %(let)s let") % {
                    "recorded": len(self.current.rooms),
                    "let": self.home.rooms_let if self.home.rooms_let is not None else "?",
                }
                found.append(Unknown("rooms", "", label, [], False))
                continue
            entity: EntityName = "room" if room else "dwelling"
            if name not in self.edition.facts[entity]:
                entity = "unit"
            fact = self.edition.facts[entity].get(name)
            if fact is not None:
                rules = [r["rule"] for r in self.results if r["status"] == "unknown" and (r["room"] or "") == room]
                reading = [rule for rule in rules if any(ref.name == name for ref in self._rule(rule).reads)]
                found.append(Unknown(name, room, fact.label.of(self.lang), reading, fact.photo))
        return found

    def awaiting(self) -> list[tuple[str, str]]:
        """(fact, body) that only a department can decide and nobody has."""
        found = []
        for fact in self.edition.facts["dwelling"].values():
            if fact.by == "department" and self.current.facts.get(fact.name) is None:
                bodies = _(", ").join(standard.DEPARTMENTS[body].of(self.lang) for body in fact.departments)
                found.append((fact.label.of(self.lang), bodies))
        return found

    def rooms(self) -> list[RoomCard]:
        cards = []
        for name, values in self.current.rooms.items():
            own = [r for r in self.results if r["room"] == name]
            bad = [r for r in own if r["status"] == "violation" and r["severity"] != "advice"]
            words = [self._say(self._rule(r["rule"]).words.wrong) for r in bad]
            if not words:
                words = [self._say(self._rule(r["rule"]).words.title) for r in own if r["status"] == "unknown"]
            unknown = any(r["status"] == "unknown" for r in own)
            let = values.get("let")
            state = "bad" if bad else "unk" if unknown or let is None else "ok" if let else ""
            cards.append(self._card(name, values, state, words, bool(let)))
        return cards

    def _card(self, name: str, values: Mapping[str, Any], state: str, words: list[str], let: bool) -> RoomCard:
        book = self.edition.facts["room"]
        area, persons = values.get("area"), values.get("persons")
        per = f"{area / persons:.1f} m²" if area is not None and persons else ""
        return RoomCard(
            name=name,
            origin=book["origin"].label_of(values.get("origin"), self.lang) if values.get("origin") else "",
            area=book["area"].label_of(area, self.lang) if area is not None else "",
            persons=_("%(n)s people") % {"n": persons} if persons is not None else "",
            per_person=per,
            state=state,
            words=words,
            let=let,
        )

    def facts(self) -> list[FactLine]:
        """Violated first, then unknown, then stale, then the rest, each with who knows it since when."""
        lines = [
            self._line("dwelling", "", fact, self.current.facts) for fact in self.edition.facts["dwelling"].values()
        ]
        for room, values in self.current.rooms.items():
            lines += [self._line("room", room, fact, values) for fact in self.edition.facts["room"].values()]
        order = {"bad": 0, "unk": 1, "old": 2, "wait": 3, "ok": 4, "none": 5}
        shown = [line for line in lines if line.state != "none"]
        return sorted(shown, key=lambda line: order[line.state])

    def _line(self, entity: EntityName, room: str, fact: Fact, values: Mapping[str, Any]) -> FactLine:
        register = self.current.register if entity == "dwelling" else {}
        value = register.get(fact.name, values.get(fact.name))
        stamps = self.current.provenance or {}
        stamp = (stamps.get("rooms", {}).get(room, {}) if room else stamps.get("facts", {})).get(fact.name)
        bodies = _(", ").join(standard.DEPARTMENTS[body].of(self.lang) for body in fact.departments)
        return FactLine(
            entity=entity,
            room=room,
            name=fact.name,
            label=fact.label.of(self.lang),
            value=fact.label_of(value, self.lang) if value is not None else "",
            state=self._state(entity, room, fact, value, stamp),
            source=self._source(fact, stamp, fact.name in register),
            by=fact.by,
            photo=self.photos.get((room, fact.name), ""),
            body=bodies,
        )

    def _state(self, entity: EntityName, room: str, fact: Fact, value: Any, stamp: list[Any] | None) -> str:
        path = f"{room}.{fact.name}" if room else fact.name
        if self._is_stale(fact, stamp):
            return "old"
        if value is None:
            if path in self.current.missing:
                return "unk"
            return "wait" if fact.by == "department" else "none"
        for result in self.results:
            counts = result["status"] == "violation" and result["severity"] != "advice"
            if counts and (result["room"] or "") == room:
                # what only makes the rule apply (that a room is let) is not what is wrong
                wrong = {ref.text for ref in refs_of(self._rule(result["rule"]).violated)} & set(result["because"])
                if fact.name in wrong or f"{entity}.{fact.name}" in wrong:
                    return "bad"
        return "ok"

    def _is_stale(self, fact: Fact, stamp: list[Any] | None) -> bool:
        if fact.fresh_days is None or stamp is None:
            return False
        return time.day_of(datetime.fromisoformat(stamp[1])) + timedelta(days=fact.fresh_days) < self.on

    def _source(self, fact: Fact, stamp: list[Any] | None, from_register: bool) -> str:
        if from_register:
            return _("From the platform's records")
        if stamp is None:
            return ""
        moment = time.local(datetime.fromisoformat(stamp[1]))
        how = Observation.Source(stamp[2]).label if stamp[2] in Observation.Source.values else stamp[2]
        return _("%(who)s %(how)s, %(when)s") % {"who": stamp[3], "how": how, "when": f"{moment:%m-%d %H:%M}"}
