"""Piles and their ports, charges per day, and places that an estate needs against those it has (A4.5)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, Substr
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anju.accounts.models import User
from anju.areas.models import Place
from anju.areas.selectors import estates_of
from anju.core import paths, time
from anju.dwellings.models import Dwelling
from anju.monitoring.models import Charge, Device, EbikeCount, PilePort
from anju.monitoring.selectors import smart

KINDS = (Device.Kind.CHARGING_PILE.value,)
USED = 30  # days over which use is counted
TABS: tuple[tuple[str, str | Promise], ...] = (
    ("", _("Coverage of estates")),
    ("piles", _("Piles")),
    ("faults", _("Faulty ports")),
)
S = PilePort.State


def piles(user: User, query: QueryDict) -> "QuerySet[Any]":
    """With the number of ports in each state."""
    rows = smart.narrowed(smart.devices(user, KINDS).filter(retired_on=None), query).select_related("state")
    there = Q(ports__removed_on=None)
    marked: QuerySet[Any] = rows.annotate(
        port_count=Count("ports", filter=there),
        **{f"port_{state}": Count("ports", filter=there & Q(ports__state=state)) for state in S.values},
    )
    return marked


def faulty(user: User, query: QueryDict) -> "QuerySet[Any]":
    rows: QuerySet[Any] = PilePort.objects.for_user(user).select_related("device")
    rows = rows.filter(state=S.FAULT, removed_on=None, device__retired_on=None, state_at__isnull=False)
    return smart.narrowed(rows, query, "device__")


def tabs(user: User, query: QueryDict) -> list[tuple[str, Any, str]]:
    counts = {
        "": smart.number(estates(user, query)),
        "piles": smart.number(piles(user, query)),
        "faults": smart.number(faulty(user, query)),
    }
    return [(value, label, counts[value]) for value, label in TABS]


def estates(user: User, query: QueryDict) -> "QuerySet[Place]":
    rows = estates_of(user, area=query.get("area", ""), q=query.get("q", "").strip())
    return rows.filter(code=query["estate"]) if query.get("estate") else rows


@dataclass(frozen=True)
class Need:
    """E-bikes of an estate and the places they need. counted: None where it is estimated from the beds let (`beds`)."""

    ebikes: int
    places: int
    counted: EbikeCount | None
    beds: int


def need_of(counted: EbikeCount | None, beds: int) -> Need:
    """Rounded up: half a bike needs a whole place."""
    ebikes = counted.ebikes if counted is not None else ceil(beds * settings.ANJU_EBIKES_PER_100_BEDS / 100)
    return Need(ebikes, ceil(ebikes * settings.ANJU_CHARGING_PLACES_PER_100_EBIKES / 100), counted, beds)


@dataclass(frozen=True)
class Estate:
    """One estate. working: ports that are free or charging; a faulty one, and one that was never heard, charges nobody."""

    place: Place
    ports: int
    working: int
    faulty: int
    unknown: int
    charges: int
    energy: float
    need: Need

    @property
    def gap(self) -> int:
        """Places that are lacking; 0 when there are enough."""
        return max(0, self.need.places - self.working)

    @property
    def per_day(self) -> float:
        return self.charges / USED


def coverage(user: User, query: QueryDict, now: datetime) -> list[Estate]:
    """The estates of the person, the largest gap first."""
    places = list(estates(user, query))
    ports, used = _ports(), _used(time.day_of(now))
    counted, beds = _counted(places), _beds()
    made = []
    for place in places:
        state = ports.get(place.path, {})
        charges, energy = used.get(place.path, (0, 0.0))
        made.append(
            Estate(
                place, sum(state.values()), state.get(S.FREE, 0) + state.get(S.CHARGING, 0), state.get(S.FAULT, 0),
                state.get(S.UNKNOWN, 0), charges, energy, need_of(counted.get(place.pk), beds.get(place.path, 0)),
            )
        )  # fmt: skip
    return sorted(made, key=lambda row: (-row.gap, row.place.path))


def _ports() -> dict[str, dict[str, int]]:
    """Ports by estate and state. What a silent pile last said of its ports is no longer known, except that one is faulty."""
    rows = PilePort._base_manager.filter(removed_on=None, device__retired_on=None, device__kind__in=KINDS)
    groups = rows.annotate(estate=Substr("device__place_path", 1, paths.STEP)).values_list(
        "estate", "state", "device__state__silent"
    )
    found: dict[str, dict[str, int]] = {}
    for estate, said, silent, count in groups.annotate(n=Count("pk")).order_by():
        state = S.UNKNOWN if silent and said != S.FAULT else said
        there = found.setdefault(estate, {})
        there[state] = there.get(state, 0) + count
    return found


def _used(today: date) -> dict[str, tuple[int, float]]:
    """Charges and kWh of the last thirty whole days, by estate."""
    rows = Charge._base_manager.filter(day__gte=today - timedelta(days=USED), day__lt=today)
    groups = rows.annotate(estate=Substr("device__place_path", 1, paths.STEP)).values_list("estate")
    return {
        estate: (count, energy or 0.0)
        for estate, count, energy in groups.annotate(n=Count("pk"), kwh=Sum("energy")).order_by()
    }


def _counted(places: list[Place]) -> dict[int, EbikeCount]:
    """The newest count of each."""
    rows = EbikeCount._base_manager.filter(place__in=places).order_by("counted_on", "id")
    return {row.place_id: row for row in rows}


def _beds() -> dict[str, int]:
    """Beds let that the register knows of, by estate; a home of which it knows no beds counts its rooms, else one."""
    rows = Dwelling._base_manager.filter(hidden=False).exclude(letting_state=Dwelling.LettingState.CLEARED)
    groups = rows.annotate(estate=Substr("place_path", 1, paths.STEP)).values_list("estate")
    return dict(groups.annotate(n=Sum(Coalesce(F("beds_let"), F("rooms_let"), 1))).order_by())


def counts_of(place: Place) -> list[EbikeCount]:
    rows = EbikeCount._base_manager.filter(place=place).select_related("recorded_by")
    return list(rows.order_by("-counted_on", "-id")[:20])


@dataclass(frozen=True)
class Day:
    day: date
    charges: int
    energy: float


def days_of(pile: Device, today: date) -> list[Day]:
    """The last thirty days of a pile, oldest first; a day without a charge is 0 only since the pile is there."""
    first = max(today - timedelta(days=USED - 1), time.day_of(pile.added_at))
    rows = Charge._base_manager.filter(device=pile, day__gte=first).order_by().values_list("day")
    found = {day: (count, kwh or 0.0) for day, count, kwh in rows.annotate(n=Count("pk"), kwh=Sum("energy"))}
    span = (today - first).days + 1
    return [Day(day, *found.get(day, (0, 0.0))) for day in (first + timedelta(days=n) for n in range(span))]
