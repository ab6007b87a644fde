"""Routes with today's rounds, the share that was complete, one route's day point by point, and what was missed (A4.2)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import Http404, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anju.accounts.models import User
from anju.areas.models import Area, Place
from anju.core import paths, time
from anju.monitoring.models import Device, PatrolRound, PatrolRoute, PatrolScan
from anju.monitoring.patrolling import EARLY, due_times
from anju.monitoring.selectors import smart
from anju.monitoring.services.patrol import is_far

S = PatrolRound.State
MEASURED = timedelta(days=30)
TABS: tuple[tuple[str, str | Promise], ...] = (
    ("", _("Routes")),
    ("missed", _("Missed rounds")),
    ("rounds", _("All rounds")),
    ("ended", _("No longer walked")),
)
SPANS: tuple[tuple[str, str | Promise], ...] = (("7", _("Last 7 days")), ("30", _("Last 30 days")))
TONES: dict[str, tuple[str, str]] = {
    S.OPEN: ("work", "progress"),
    S.COMPLETE: ("ok", "circle-check"),
    S.DISORDERED: ("due", "arrows-sort"),
    S.MISSED: ("bad", "circle-x"),
    S.UNHEARD: ("unk", "question-mark"),
}


def visible(user: User) -> "QuerySet[Any]":
    rows: QuerySet[Any] = PatrolRoute.objects.for_user(user).select_related("place", "area")
    return rows


def route_or_404(user: User, code: str) -> PatrolRoute:
    found: PatrolRoute | None = visible(user).filter(code=code).first()
    if found is None:
        raise Http404
    return found


def routes(user: User, query: QueryDict, *, ended: bool = False) -> "QuerySet[Any]":
    rows = visible(user).filter(ended_on__isnull=not ended)
    return _narrowed(rows, query, "")


def _narrowed(rows: "QuerySet[Any]", query: QueryDict, prefix: str) -> "QuerySet[Any]":
    area = query.get("area", "")
    if area:
        found = Area.objects.filter(code=area).first()
        rows = rows.filter(paths.under(f"{prefix}area_path", found.path)) if found else rows
    if query.get("estate"):
        rows = rows.filter(**{f"{prefix}place__code": query["estate"]})
    for word in query.get("q", "").split()[:5]:
        rows = rows.filter(Q(**{f"{prefix}name__icontains": word}) | Q(**{f"{prefix}place__name__icontains": word}))
    return rows


def rounds(user: User, query: QueryDict, *, missed: bool = False) -> "QuerySet[Any]":
    rows: QuerySet[Any] = PatrolRound.objects.for_user(user).select_related("route__place")
    rows = rows.filter(state=S.MISSED) if missed else rows.filter(due_at__lte=time.now())
    if query.get("result") in S.values:
        rows = rows.filter(state=query["result"])
    if query.get("route"):
        rows = rows.filter(route__code=query["route"])
    days = query.get("days", "")
    if days in dict(SPANS):
        rows = rows.filter(due_at__gte=time.now() - timedelta(days=int(days)))
    return _narrowed(rows, query, "route__")


def tabs(user: User, query: QueryDict) -> list[tuple[str, Any, str]]:
    counts = {
        "": smart.number(routes(user, query)),
        "missed": smart.number(rounds(user, query, missed=True)),
        "rounds": smart.number(rounds(user, query)),
        "ended": smart.number(routes(user, query, ended=True)),
    }
    return [(value, label, counts[value]) for value, label in TABS]


@dataclass(frozen=True)
class Share:
    """Of the rounds that are over: complete in order, out of order, missed. Those nobody could hear count in neither."""

    done: int
    disordered: int
    missed: int
    unheard: int

    @property
    def judged(self) -> int:
        return self.done + self.disordered + self.missed

    @property
    def walked(self) -> int:
        return self.done + self.disordered


NONE = Share(0, 0, 0, 0)


def shares(routes_: list[PatrolRoute], since: datetime, until: datetime | None = None) -> dict[int, Share]:
    rows = PatrolRound._base_manager.filter(route__in=routes_, due_at__gte=since)
    if until is not None:
        rows = rows.filter(due_at__lt=until)
    found = rows.order_by().values_list("route").annotate(
        done=Count("pk", filter=Q(state=S.COMPLETE)), disordered=Count("pk", filter=Q(state=S.DISORDERED)),
        missed=Count("pk", filter=Q(state=S.MISSED)), unheard=Count("pk", filter=Q(state=S.UNHEARD)),
    )  # fmt: skip
    return {route: Share(*counts) for route, *counts in found}


@dataclass(frozen=True)
class Line:
    """A route with its points, today's rounds, the share of thirty days and the next round."""

    route: PatrolRoute
    points: int
    today: list[PatrolRound]
    share: Share
    next_at: datetime | None


def lines(rows: list[PatrolRoute], now: datetime) -> list[Line]:
    points = dict(
        PatrolRoute._base_manager.filter(pk__in=[row.pk for row in rows]).values_list("pk").annotate(n=Count("stops"))
    )
    day = time.day_of(now)
    today: dict[int, list[PatrolRound]] = {}
    found = PatrolRound._base_manager.filter(
        route__in=rows, due_at__gte=time.day_start(day), due_at__lt=time.day_end(day)
    )
    for one in found.order_by("due_at"):
        today.setdefault(one.route_id, []).append(one)
    measured = shares(rows, now - MEASURED)
    return [
        Line(row, points.get(row.pk, 0), today.get(row.pk, []), measured.get(row.pk, NONE), next_round(row, now))
        for row in rows
    ]


def next_round(route: PatrolRoute, now: datetime) -> datetime | None:
    if route.ended_on is not None:
        return None
    first = time.day_of(now)
    return next(
        (
            at
            for number in range(8)
            for at in due_times(first + timedelta(days=number), route.weekdays, route.times)
            if at > now
        ),
        None,
    )


# --- one route -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Point:
    """A point of a round: when somebody was there, whether in turn, and whether the phone was near."""

    position: int
    device: Device
    scan: PatrolScan | None
    again: int  # further scans in the same round

    @property
    def is_far(self) -> bool:
        return self.scan is not None and is_far(self.scan)


@dataclass(frozen=True)
class Round:
    row: PatrolRound
    points: list[Point]


def rounds_of_day(route: PatrolRoute, day: date) -> list[Round]:
    rows = PatrolRound._base_manager.filter(
        route=route, due_at__gte=time.day_start(day), due_at__lt=time.day_end(day)
    ).order_by("due_at")
    rounds_ = list(rows)
    ids = {pk for row in rounds_ for pk in row.points}
    devices = Device._base_manager.select_related("place").in_bulk(sorted(ids))
    scans: dict[tuple[int, int], list[PatrolScan]] = {}
    found = PatrolScan._base_manager.filter(round__in=rounds_).select_related("by").order_by("at", "id")
    for scan in found:
        scans.setdefault((scan.round_id or 0, scan.device_id), []).append(scan)
    return [
        Round(
            row,
            [
                Point(number, devices[pk], made[0] if (made := scans.get((row.pk, pk), [])) else None, len(made) - 1)
                for number, pk in enumerate(row.points, start=1)
                if pk in devices
            ],
        )
        for row in rounds_
    ]


def points_of(place: Place) -> "QuerySet[Any]":
    """Patrol points of an estate, for a route."""
    rows: QuerySet[Any] = Device._base_manager.filter(
        paths.under("place_path", place.path), kind=Device.Kind.PATROL_POINT, retired_on=None
    )
    return rows.order_by("place_path", "name", "id")


def stops_of(route: PatrolRoute) -> list[Device]:
    return [stop.device for stop in route.stops.select_related("device__place").order_by("position")]


def names_of(rounds_: list[PatrolRound]) -> dict[int, str]:
    """Names of the points that were missed, by id."""
    ids = {pk for row in rounds_ for pk in row.missed}
    return {row.pk: row.name or row.where for row in Device._base_manager.filter(pk__in=ids)}


@dataclass(frozen=True)
class Here:
    """A point for who stands before it: the round it belongs to now, and how far that one is."""

    point: Device
    round: PatrolRound | None
    position: int
    next_point: Device | None
    next_at: datetime | None  # the next round, where none runs


def here(point: Device, now: datetime) -> Here:
    routes_ = PatrolRoute._base_manager.filter(stops__device=point, ended_on=None)
    running = PatrolRound._base_manager.filter(
        route__in=routes_.values("pk"), due_at__lte=now + EARLY, ends_at__gte=now
    ).select_related("route__place")
    row = next((one for one in running.order_by("due_at") if point.pk in one.points), None)
    if row is None:
        coming = [at for route in routes_ if (at := next_round(route, now)) is not None]
        return Here(point, None, 0, None, min(coming, default=None))
    been = set(PatrolScan._base_manager.filter(round=row).values_list("device", flat=True))
    left = [pk for pk in row.points if pk not in been]
    following = Device._base_manager.filter(pk=left[0]).first() if left else None
    return Here(point, row, row.points.index(point.pk) + 1, following, None)
