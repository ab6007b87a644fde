"""Builders for tests of this app and those above: a station with people who count, a roster, a call-out."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from anju.accounts.models import User
from anju.accounts.services import system_actor
from anju.areas.models import Area, Place
from anju.core import time
from anju.dwellings.models import Dwelling
from anju.dwellings.testing import make_dwelling, make_estate, make_grid, make_unit, make_user
from anju.stations.models import CallOut, Drill, Duty, Kit, Member, Station
from anju.stations.norms import PATTERNS, slot_of
from anju.stations.services import callouts, drills, duties, kit, people, stations
from anju.stations.services.readiness import look

_numbers = itertools.count(1)
LONG_AGO = timedelta(days=400)
NAMES = ("朱建国", "陈刚", "吴小军", "丁强", "薛飞", "俞海涛", "曹磊", "顾永兴")


@dataclass(frozen=True)
class Site:
    """An estate with a station, its people who sign in, the office of the town and somebody of another town."""

    zone: Area
    grid: Area
    estate: Place
    home: Dwelling
    station: Station
    head: User
    mate: User
    office: User
    grid_worker: User
    stranger: User
    members: list[Member] = field(default_factory=list)


def make_station(estate: Place | None = None, name: str = "", **over: Any) -> Station:
    estate = estate or make_estate(make_grid())
    values: dict[str, Any] = {
        "name": name or f"微型消防站{next(_numbers)}", "kind": "community", "where": "物业楼一楼", "phone": "0512-50000119",
        "pattern": "12", "least": 2, "rest_hours": 12, **over,
    }  # fmt: skip
    opened = values.pop("opened_on", time.today() - LONG_AGO)
    return stations.open_station(by=system_actor(), place=estate, values=values, opened_on=opened)


def make_member(station: Station, name: str = "", *, certified_until: date | None = None, **over: Any) -> Member:
    """Somebody who holds what the kind of station asks for (until a day, else for good); certified=False: nothing."""
    since = over.pop("since", time.today() - LONG_AGO)
    certified = over.pop("certified", True)
    values = {"role": "firefighter", **over}
    member = people.add_member(
        by=system_actor(), station=station, name=name or f"队员{next(_numbers)}", since=since, **values
    )
    if certified:
        people.add_certificate(
            by=system_actor(), member=member, kind=station.norm.needs, issued_on=since, expires_on=certified_until
        )
    return member


def make_turns(
    station: Station, members: Sequence[Member], first: date, days: int = 1, keys: Sequence[str] = ()
) -> None:
    """Everybody named stands on every shift (or those of `keys`), whatever the rules say: rows, not the service."""
    for day in (first + timedelta(days=n) for n in range(days)):
        for key in keys or [shift.key for shift in PATTERNS[station.pattern]]:
            slot = slot_of(station.pattern, day, key)
            Duty.objects.bulk_create(
                Duty(station=station, member=member, day=day, shift=key, starts_at=slot.starts, ends_at=slot.ends)
                for member in members
            )
    look(station)


def make_crew(station: Station, count: int = 6, *, on_duty: bool = True) -> list[Member]:
    """A head and members in three teams, with turns from yesterday for five weeks."""
    crew = [
        make_member(station, NAMES[n % len(NAMES)], role="head" if n == 0 else "firefighter", team="ABC"[n % 3])
        for n in range(count)
    ]
    if on_duty:
        make_turns(station, crew[:2], time.today() - timedelta(days=1), 36)
    return crew


def make_kit(station: Station, *items: str, expires_on: date | None = None) -> list[Kit]:
    return [
        kit.add_kit(by=system_actor(), station=station, item=item, quantity=2, expires_on=expires_on)
        for item in items or station.norm.kit
    ]


def make_site(**over: Any) -> Site:
    grid = make_grid()
    community = grid.parent
    assert community is not None
    zone = community.parent
    assert zone is not None
    estate = make_estate(grid, **over)
    unit = make_unit(grid, estate)
    station = make_station(estate)
    crew = make_crew(station)
    n = next(_numbers)
    head = make_user(f"head{n}", "station", place=estate, is_leader=True, display_name="朱建国")
    return Site(
        zone=zone, grid=grid, estate=estate, home=make_dwelling(grid, place=unit), station=station, head=head,
        mate=make_user(f"mate{n}", "station", place=estate, display_name="陈刚"),
        office=make_user(f"town{n}", "office", zone, display_name="陆晓岚"),
        grid_worker=make_user(f"worker{n}", "grid", grid, display_name="顾小妹"),
        stranger=make_user(f"other{n}", "office", make_grid(), display_name="外人"), members=crew,
    )  # fmt: skip


def make_callout(site: Site, *, by: Any = None, **over: Any) -> CallOut:
    values: dict[str, Any] = {"title": "厨房烟感报火警", **over}
    subject = values.pop("subject", None) or callouts.Subject(dwelling=site.home)
    return callouts.call_out(by=by or site.office, subject=subject, **values)


def make_drill(station: Station, *others: Station, **over: Any) -> Drill:
    values: dict[str, Any] = {
        "kind": "joint" if others else "turn_out", "subject": "夜间出动", "planned_at": time.now() + timedelta(days=3), **over,
    }  # fmt: skip
    return drills.plan_drill(by=system_actor(), host=station, others=others, **values)


def hold(drill: Drill, present: Sequence[Member], **over: Any) -> Drill:
    values: dict[str, Any] = {"held_at": time.now(), "result": "good", **over}
    return drills.hold_drill(by=system_actor(), drill=drill, present=present, **values)


def fill_month(station: Station, first: date) -> int:
    return duties.fill_month(by=system_actor(), station=station, first=first)
