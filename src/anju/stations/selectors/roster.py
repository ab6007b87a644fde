"""Rosters as they stand in the tables, handed to the rules of `stations.roster`."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Prefetch

from anju.core import time
from anju.stations import norms
from anju.stations.models import Certificate, Duty, Member, Station
from anju.stations.norms import Slot
from anju.stations.roster import LOOK_BACK, Person, Problem, Rules, Turn, counts, problems


def rules_of(station: Station) -> Rules:
    return Rules(station.pattern, station.least, timedelta(hours=station.rest_hours))


def members_of(station: Station, since: date) -> list[Member]:
    """Whoever belongs to the station on the day or later, with certificates; teams together, heads first."""
    certificates = Certificate._base_manager.filter(withdrawn_on=None).order_by("kind", "-issued_on")
    rows = Member._base_manager.filter(station=station).exclude(until__lt=since)
    found = list(rows.prefetch_related(Prefetch("certificates", certificates)).order_by("id"))
    order = list(Member.Role.values)
    return sorted(found, key=lambda member: (member.team or "Z", order.index(member.role), member.pk))


def person_of(member: Member, needs: str) -> Person:
    """`member` with its certificates prefetched."""
    spans = [(row.issued_on, row.expires_on) for row in member.certificates.all() if row.kind == needs]
    return Person(member.pk, member.name, member.since, member.until, tuple(spans), member.team)


def turns_of(station: Station, first: date, last: date) -> list[Turn]:
    rows = Duty._base_manager.filter(station=station, day__gte=first - timedelta(days=LOOK_BACK), day__lte=last)
    return [
        Turn(member, Slot(starts, ends, day, shift))
        for member, starts, ends, day, shift in rows.values_list("member_id", "starts_at", "ends_at", "day", "shift")
    ]


@dataclass(frozen=True)
class Checked:
    """A stretch of a roster with what is wrong in it."""

    members: list[Member]
    people: list[Person]
    turns: list[Turn]
    problems: list[Problem]


def check(station: Station, first: date, last: date) -> Checked:
    members = members_of(station, first - timedelta(days=1))
    people = [person_of(member, station.norm.needs) for member in members]
    turns = turns_of(station, first, last)
    return Checked(members, people, turns, problems(rules_of(station), people, turns, first, last))


def on_duty(stations: Iterable[int], moment: datetime) -> dict[int, list[Member]]:
    """{station id: who stands on the roster at this moment}, in one query for many stations."""
    rows = Duty._base_manager.filter(station__in=list(stations), starts_at__lte=moment, ends_at__gt=moment)
    found: dict[int, list[Member]] = defaultdict(list)
    for duty in rows.select_related("member"):
        found[duty.station_id].append(duty.member)
    order = list(Member.Role.values)
    for people in found.values():
        people.sort(key=lambda member: (order.index(member.role), member.pk))
    return found


def counting_now(station: Station, checked: Checked, moment: datetime) -> int:
    """How many people who count are on duty at the moment."""
    known, rules = {person.pk: person for person in checked.people}, rules_of(station)
    return sum(
        turn.slot.starts <= moment < turn.slot.ends
        and turn.person in known
        and counts(known[turn.person], turn.slot, rules)
        for turn in checked.turns
    )


# --- the month as a table --------------------------------------------------------------------------------------------


@dataclass
class Cell:
    """One person on one day: the shift's key or "", and what is wrong there."""

    day: date
    key: str = ""
    wrong: list[Problem] = field(default_factory=list)
    locked: bool = False

    @property
    def is_soft(self) -> bool:
        return not any(problem.firm for problem in self.wrong)


@dataclass
class Column:
    day: date
    short: list[Problem] = field(default_factory=list)
    past: bool = False


@dataclass(frozen=True)
class Month:
    """rows: (member, cells); columns: one per day with its gaps; foot: per shift, how many count on each day."""

    first: date
    last: date
    rows: list[tuple[Member, list[Cell]]]
    columns: list[Column]
    foot: list[tuple[str, list[tuple[date, int, bool]]]]
    checked: Checked


def month_of(text: str) -> date:
    """The first day of "2026-11"; of this month when it is no month."""
    today = time.today()
    try:
        year, month = (int(part) for part in text.split("-"))
        return date(year, month, 1) if 2000 <= year <= 2100 else today.replace(day=1)
    except ValueError:
        return today.replace(day=1)


def next_month(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


def month(station: Station, first: date, moment: datetime) -> Month:
    last = next_month(first) - timedelta(days=1)
    checked = check(station, first, last)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    today = time.day_of(moment)
    columns = {day: Column(day, past=day < today) for day in days}
    for problem in checked.problems:
        if problem.kind == "short" and problem.slot.ends > moment:
            columns[problem.slot.day].short.append(problem)
    held = {(turn.person, turn.slot.day): turn.slot for turn in checked.turns}
    wrong = defaultdict(list)
    for problem in checked.problems:
        if problem.pk:
            wrong[problem.pk, problem.slot.day].append(problem)
    rows = []
    for member in checked.members:
        if member.since > last:
            continue
        cells = [
            Cell(day, slot.key if (slot := held.get((member.pk, day))) else "", wrong[member.pk, day], _locked(station, day, moment))
            for day in days
        ]  # fmt: skip
        rows.append((member, cells))
    return Month(first, last, rows, list(columns.values()), _foot(station, checked, days, moment), checked)


def _locked(station: Station, day: date, moment: datetime) -> bool:
    """The day's last shift has ended: what was stays."""
    last = norms.PATTERNS[station.pattern][-1].key
    return norms.slot_of(station.pattern, day, last).ends <= moment


def _foot(
    station: Station, checked: Checked, days: Sequence[date], moment: datetime
) -> list[tuple[str, list[tuple[date, int, bool]]]]:
    rules, known = rules_of(station), {person.pk: person for person in checked.people}
    have: dict[tuple[str, date], int] = defaultdict(int)
    for turn in checked.turns:
        if turn.person in known and counts(known[turn.person], turn.slot, rules):
            have[turn.slot.key, turn.slot.day] += 1
    found = []
    for shift in norms.PATTERNS[station.pattern]:
        row = []
        for day in days:
            n = have[shift.key, day]
            over = norms.slot_of(station.pattern, day, shift.key).ends <= moment
            row.append((day, n, n < station.least and not over))
        found.append((shift.key, row))
    return found
