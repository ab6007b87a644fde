"""The list of stations, one station, estates without one. Everything starts from `for_user`."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Substr
from django.http import Http404, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anju.accounts.models import User
from anju.areas.models import Area, Place
from anju.areas.scope import scope_of
from anju.areas.selectors import estates_of
from anju.core import paths
from anju.core.paging import capped_count
from anju.stations.models import Certificate, Coverage, Kit, Member, SiteNote, Station
from anju.stations.selectors.roster import on_duty

Text = str | Promise
R = Station.Readiness
SORTS = ("name", "-name", "-gaps_ahead", "gaps_ahead", "-expired", "expired")

TABS: tuple[tuple[str, Text], ...] = (
    ("", _("In service")),
    ("not_ready", _("Not ready")),
    ("limited", _("Limited")),
    ("ready", _("Ready")),
    ("uncovered", _("Estates without a station")),
    ("closed", _("Closed down")),
)


def visible(user: User) -> "QuerySet[Any]":
    rows: QuerySet[Any] = Station.objects.for_user(user).select_related("place", "area__parent")
    return rows


def station_or_404(user: User, code: str) -> Station:
    found: Station | None = visible(user).filter(code=code).first()
    if found is None:
        raise Http404
    return found


def filtered(user: User, query: QueryDict) -> "QuerySet[Any]":
    """By area, kind and words; without the tab."""
    rows = visible(user)
    area = Area.objects.filter(code=query.get("area", "")).first()
    if area is not None:
        rows = rows.filter(paths.under("area_path", area.path))
    if query.get("kind") in Station.Kind.values:
        rows = rows.filter(kind=query["kind"])
    for word in query.get("q", "").split()[:5]:
        rows = rows.filter(Q(name__icontains=word) | Q(place__name__icontains=word) | Q(code=word.upper()))
    return rows


def of_tab(rows: "QuerySet[Any]", tab: str) -> "QuerySet[Any]":
    if tab == "closed":
        return rows.filter(readiness=R.CLOSED)
    rows = rows.exclude(readiness=R.CLOSED)
    return rows.filter(readiness=tab) if tab in (R.READY, R.LIMITED, R.NOT_READY) else rows


def number(rows: "QuerySet[Any]") -> str:
    count, more = capped_count(rows)
    return f"{count:,}+" if more else str(count)


def tabs(user: User, rows: "QuerySet[Any]", query: QueryDict) -> list[tuple[str, Text, str]]:
    found = [(tab, label, number(of_tab(rows, tab))) for tab, label in TABS if tab != "uncovered"]
    found.insert(4, ("uncovered", TABS[4][1], number(uncovered(user, query))))
    return found


def uncovered(user: User, query: QueryDict) -> "QuerySet[Place]":
    """Estates that no station answers for, not even for one building; those with homes to look after first."""
    estates = Coverage._base_manager.filter(station__closed_on=None).annotate(
        estate=Substr("place_path", 1, paths.STEP)
    )
    rows = estates_of(user, area=query.get("area", ""), q=query.get("q", ""))
    return rows.exclude(path__in=estates.values("estate"))


@dataclass(frozen=True)
class Line:
    """One row of the list."""

    station: Station
    on_duty: list[Member]


def lines(rows: list[Station], moment: datetime) -> list[Line]:
    there = on_duty([row.pk for row in rows], moment)
    return [Line(row, there.get(row.pk, [])) for row in rows]


def staff_numbers(rows: list[Station], today: date) -> dict[int, int]:
    """{station id: people on the list}, for the export."""
    found: dict[int, int] = {}
    for station in Member._base_manager.filter(station__in=rows, since__lte=today).exclude(until__lt=today).values_list("station_id", flat=True):  # fmt: skip
        found[station] = found.get(station, 0) + 1
    return found


# --- parts of one station's page -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Holder:
    """A member with the certificates that count, newest of each kind, and the number that is sealed, masked."""

    member: Member
    certificates: list[Certificate]


def holders(members: list[Member]) -> list[Holder]:
    """`members` with their certificates prefetched."""
    found = []
    for member in members:
        newest: dict[str, Certificate] = {}
        for row in member.certificates.all():
            kept = newest.get(row.kind)
            if kept is None or (row.expires_on or date.max) > (kept.expires_on or date.max):
                newest[row.kind] = row
        found.append(Holder(member, list(newest.values())))
    return found


def kit_of(station: Station) -> list[Kit]:
    """What runs out first stands first; what does not run out last."""
    rows = station.kit.filter(removed_on=None)
    return sorted(rows, key=lambda row: (row.expires_on or date.max, row.item, row.pk))


def coverage_of(station: Station) -> list[Coverage]:
    return list(station.coverage.select_related("place__parent").order_by("rank", "place_path"))


def notes_of(coverage: list[Coverage]) -> list[SiteNote]:
    near = Q(pk__in=())
    for row in coverage:
        near |= paths.under("place_path", row.place_path)
    return list(SiteNote._base_manager.filter(near).select_related("place__parent").order_by("place_path")[:60])


def places_of(station: Station) -> "QuerySet[Place]":
    """Estates and buildings of the station's town that it may cover."""
    return Place.objects.filter(
        paths.under("area_path", station.area_path[: 2 * paths.STEP]),
        kind__in=[Place.Kind.ESTATE, Place.Kind.BUILDING],
    ).order_by("path")


def place_in_cover(station: Station, code: str) -> Place:
    """A place the station covers, or one inside it."""
    place = Place.objects.filter(code=code).select_related("area", "parent").first()
    covered = station.coverage.values_list("place_path", flat=True)
    if place is None or not any(place.path.startswith(path) for path in covered):
        raise Http404
    return place


def homes_near(user: User) -> "QuerySet[Place]":
    """Where a new station may stand: estates of the person's areas."""
    return estates_of(user).order_by("name")


def areas_of(user: User) -> list[Area]:
    """Towns for the filter: those of the person, or those below the city."""
    scope = scope_of(user)
    rows = Area.objects.filter(kind=Area.Kind.ZONE, closed_on=None).order_by("path")
    if scope.everything:
        return list(rows)
    return [row for row in rows if any(row.path.startswith(path) for path in scope.area_paths)]


def places_seen(user: User) -> "QuerySet[Place]":
    """Estates and buildings to which the person may call somebody."""
    scope = scope_of(user)
    rows = Place.objects.filter(kind__in=[Place.Kind.ESTATE, Place.Kind.BUILDING]).order_by("path")
    if not scope.everything:
        rows = rows.filter(scope.under_areas("area_path") | scope.under_places("path"))
    return rows
