"""The rules of a roster: around the clock, enough people who count, rest between shifts. Plain Python, no tables.

A person counts on a shift who belongs to the station and holds the certificate its kind asks for, from the first to the last
minute of the shift. Everything is worked out for days to come, so that a gap is seen before it happens.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from anju.core import time
from anju.stations.norms import Slot, slots

ProblemKind = Literal["short", "no_certificate", "left", "rest", "no_day_off"]
MOMENT = timedelta(microseconds=1)
WEEK = 7
LOOK_BACK = 8  # days before the first that rest and days off depend on


@dataclass(frozen=True)
class Person:
    """since, until: days on the staff. certified: spans (first day, last day or None) in which the needed certificate holds."""

    pk: int
    name: str
    since: date
    until: date | None = None
    certified: tuple[tuple[date, date | None], ...] = ()
    team: str = ""

    def belongs(self, slot: Slot) -> bool:
        first, last = _days(slot)
        return self.since <= first and (self.until is None or last <= self.until)

    def is_certified(self, slot: Slot) -> bool:
        first, last = _days(slot)
        return any(begins <= first and (ends is None or last <= ends) for begins, ends in self.certified)


@dataclass(frozen=True)
class Turn:
    """One person on one shift."""

    person: int
    slot: Slot


@dataclass(frozen=True)
class Rules:
    """least: people who count at any moment; rest: between the end of a shift and the start of the next."""

    pattern: str
    least: int
    rest: timedelta
    needs_certificate: bool = True


@dataclass(frozen=True)
class Problem:
    """kind "short": `have` of `least` people; the others name one person. `firm`: breaks a rule, else it is advice."""

    kind: ProblemKind
    slot: Slot
    person: str = ""
    pk: int = 0
    have: int = 0
    least: int = 0
    firm: bool = True


def _days(slot: Slot) -> tuple[date, date]:
    """The first and the last day that a shift touches; one that ends at midnight does not touch the next."""
    return time.day_of(slot.starts), time.day_of(slot.ends - MOMENT)


def counts(person: Person, slot: Slot, rules: Rules) -> bool:
    return person.belongs(slot) and (person.is_certified(slot) or not rules.needs_certificate)


def problems(rules: Rules, people: Sequence[Person], turns: Iterable[Turn], first: date, last: date) -> list[Problem]:
    """What is wrong from the first day to the last, in order of time. `turns` begin LOOK_BACK days earlier."""
    known = {person.pk: person for person in people}
    by_slot: dict[Slot, list[Person]] = defaultdict(list)
    by_person: dict[int, list[Slot]] = defaultdict(list)
    for turn in turns:
        by_person[turn.person].append(turn.slot)
        if turn.person in known and first <= turn.slot.day <= last:
            by_slot[turn.slot].append(known[turn.person])
    found = [problem for slot in slots(rules.pattern, first, last) for problem in _of_slot(rules, slot, by_slot[slot])]
    for pk, own in by_person.items():
        if pk in known:
            found += [p for p in _of_person(rules, known[pk], sorted(own)) if first <= p.slot.day <= last]
    return sorted(found, key=lambda problem: (problem.slot, problem.kind, problem.person))


def _of_slot(rules: Rules, slot: Slot, there: list[Person]) -> Iterable[Problem]:
    have = sum(counts(person, slot, rules) for person in there)
    if have < rules.least:
        yield Problem("short", slot, have=have, least=rules.least)
    for person in there:
        if not person.belongs(slot):
            yield Problem("left", slot, person.name, person.pk)
        elif rules.needs_certificate and not person.is_certified(slot):
            yield Problem("no_certificate", slot, person.name, person.pk)


def _of_person(rules: Rules, person: Person, own: list[Slot]) -> Iterable[Problem]:
    for before, after in zip(own, own[1:], strict=False):
        if after.starts - before.ends < rules.rest:
            yield Problem("rest", after, person.name, person.pk)
    days = sorted({day for slot in own for day in [_days(slot)[0]]})
    run: list[date] = []
    for day in days:
        run = [*run, day] if run and day - run[-1] == timedelta(days=1) else [day]
        if len(run) == WEEK:
            slot = next(slot for slot in own if _days(slot)[0] == day)
            yield Problem("no_day_off", slot, person.name, person.pk, firm=False)


def gaps(found: Iterable[Problem]) -> list[Problem]:
    return [problem for problem in found if problem.kind == "short"]


def fill(rules: Rules, people: Sequence[Person], taken: Iterable[Slot], first: date, last: date) -> list[Turn]:
    """Turns for the shifts nobody stands on: the teams in order, each shift the next one. [] without teams.

    Whose turn it is depends on the day alone, so that a month goes on where the one before ended.
    """
    teams = sorted({person.team for person in people if person.team})
    if not teams:
        return []
    full, made, per_day = set(taken), list[Turn](), len(slots(rules.pattern, first, first))
    for number, slot in enumerate(slots(rules.pattern, first, last), start=first.toordinal() * per_day):
        if slot in full:
            continue
        team = teams[number % len(teams)]
        made += [Turn(person.pk, slot) for person in people if person.team == team and counts(person, slot, rules)]
    return made
