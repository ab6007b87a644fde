"""Patrol: routes with their plan, rounds made by it, scans, and the alarm for a round with missed points (A4.2).

A round is judged once its time and a few minutes are over. What was not heard is never told as missed: a round of readers that
report through the gateway counts as missed only if somebody was listening from its begin on. A scan that comes in late is taken
into the round it was made in, and the round is judged again.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import asin, cos, radians, sin, sqrt
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from anju.areas.models import Place
from anju.areas.permissions import require
from anju.areas.selectors import estates_of
from anju.audit.services import audited, record
from anju.core import time
from anju.core.errors import NotAllowed, Refused, Stale
from anju.jobs.services import every
from anju.monitoring.models import Alarm, Device, DeviceState, PatrolRound, PatrolRoute, PatrolScan, PatrolStop
from anju.monitoring.patrolling import EARLY, GRACE, due_times, parse_time, walked
from anju.monitoring.services.correlating import note
from anju.monitoring.services.judging import Finding
from anju.monitoring.services.kinds import Heard
from anju.monitoring.services.raising import Said, raise_alarms
from anju.monitoring.services.silence import listening_since

S = PatrolRound.State
BACK = timedelta(days=2)  # rounds of a worker that was away are made and judged afterwards
MOST_POINTS, MOST_TIMES = 60, 24
SHORTEST, LONGEST = 5, 720  # minutes
AT_ONCE = 100
POSITIONS = 2000  # that one run deletes
TWICE = timedelta(seconds=20)


# --- routes ----------------------------------------------------------------------------------------------------------


@audited
def plan_route(
    *, by: Any, place: Place, name: str, points: Sequence[Device], weekdays: Sequence[int], times: Sequence[str],
    window_minutes: int, told_by: str = PatrolRoute.Told.PHONE,
) -> PatrolRoute:  # fmt: skip
    """A route of an estate. points in the order in which they are walked."""
    require(by, "smart.edit")
    estate = estates_of(by).filter(pk=place.pk).first()
    if estate is None:
        raise NotAllowed(_("%(place)s is not in your area.") % {"place": place.name})
    now = time.now()
    plan = _checked(estate, points, weekdays, times, window_minutes)
    if PatrolRoute._base_manager.filter(place=estate, name=name.strip(), ended_on=None).exists():
        raise Refused(_("%(place)s already has a route “%(name)s”.") % {"place": estate.name, "name": name.strip()})
    route: PatrolRoute = PatrolRoute.objects.create(
        name=name.strip()[:60], place=estate, area=estate.area, area_path=estate.area_path, place_path=estate.path,
        told_by=told_by, planned_since=now, changed_at=now, changed_by=by, **plan,
    )  # fmt: skip
    _set_stops(route, points)
    record(by=by, verb="smart.edit", subject=route, after={**plan, "points": [point.code for point in points]})
    _make_rounds(route, now)
    return route


@audited
def change_route(
    *, by: Any, route: PatrolRoute, version: int, points: Sequence[Device], weekdays: Sequence[int],
    times: Sequence[str], window_minutes: int, told_by: str,
) -> PatrolRoute:  # fmt: skip
    """Another plan from now on: rounds that have begun keep theirs, rounds to come are made anew."""
    row, now = _fresh(by, route), time.now()
    if row.version != version:
        raise Stale(_("Somebody changed this route meanwhile. Look at it again, then repeat what still holds."))
    plan = _checked(row.place, points, weekdays, times, window_minutes)
    before = {"weekdays": row.weekdays, "times": row.times, "window_minutes": row.window_minutes}
    for name, value in {**plan, "told_by": told_by}.items():
        setattr(row, name, value)
    row.planned_since = row.changed_at = now
    row.changed_by, row.version = by, row.version + 1
    row.save()
    _set_stops(row, points)
    PatrolRound._base_manager.filter(route=row, state=S.OPEN, due_at__gt=now, scans=None).delete()
    record(by=by, verb="smart.edit", subject=row, before=before, after={**plan, "points": [p.code for p in points]})
    _make_rounds(row, now)
    return row


@audited
def end_route(*, by: Any, route: PatrolRoute, reason: str) -> PatrolRoute:
    """No longer walked; its rounds stay."""
    row, now = _fresh(by, route), time.now()
    if not reason.strip():
        raise Refused(_("Say why the route is no longer walked."))
    row.ended_on, row.ended_reason, row.version = time.day_of(now), reason.strip()[:200], row.version + 1
    row.save(update_fields=["ended_on", "ended_reason", "version"])
    PatrolRound._base_manager.filter(route=row, state=S.OPEN, due_at__gt=now, scans=None).delete()
    record(by=by, verb="smart.edit", subject=row, after={"ended_on": row.ended_on}, reason=reason.strip())
    return row


def _fresh(by: Any, route: PatrolRoute) -> PatrolRoute:
    require(by, "smart.edit")
    rows = PatrolRoute.objects.for_user(by).select_for_update(of=("self",)).select_related("place")
    row: PatrolRoute | None = rows.filter(pk=route.pk).first()
    if row is None:
        raise NotAllowed(_("There is no such route in your area."))
    if row.ended_on is not None:
        raise Refused(_("This route is no longer walked since %(day)s.") % {"day": row.ended_on})
    return row


def _checked(
    estate: Place, points: Sequence[Device], weekdays: Sequence[int], times: Sequence[str], window: int
) -> dict[str, Any]:
    if not 1 <= len(points) <= MOST_POINTS or len({point.pk for point in points}) != len(points):
        raise Refused(_("A route has 1 to %(most)s points, each of them once.") % {"most": MOST_POINTS})
    for point in points:
        inside = point.place_path.startswith(estate.path)
        if point.kind != Device.Kind.PATROL_POINT or point.retired_on is not None or not inside:
            raise Refused(_("%(device)s is no patrol point of %(place)s.") % {"device": point, "place": estate.name})
    days = sorted({day for day in weekdays if 1 <= day <= 7})
    if not days:
        raise Refused(_("Choose at least one weekday."))
    try:
        clock = sorted({"{:02d}:{:02d}".format(*parse_time(word)) for word in times})
    except ValueError as wrong:
        raise Refused(_("“%(word)s” is no time of day.") % {"word": wrong}, instead=_("Write it like 22:30.")) from None
    if not 1 <= len(clock) <= MOST_TIMES:
        raise Refused(_("A route is walked 1 to %(most)s times a day.") % {"most": MOST_TIMES})
    if not SHORTEST <= window <= LONGEST:
        raise Refused(_("A round may take %(least)s to %(most)s minutes.") % {"least": SHORTEST, "most": LONGEST})
    _require_apart(clock, window)
    return {"weekdays": days, "times": clock, "window_minutes": window}


def _require_apart(clock: Sequence[str], window: int) -> None:
    """Two rounds that run at once could not tell whose scan it is."""
    minutes = [hour * 60 + minute for hour, minute in map(parse_time, clock)]
    gap = window + int(EARLY.total_seconds() // 60)
    following = [*minutes[1:], minutes[0] + 24 * 60]
    for first, second, word in zip(minutes, following, clock, strict=True):
        if len(minutes) > 1 and second - first < gap:
            raise Refused(
                _("The round of %(time)s still runs when the next begins.") % {"time": word},
                instead=_("Allow fewer minutes, or set the times %(gap)s minutes apart.") % {"gap": gap},
            )


def _set_stops(route: PatrolRoute, points: Sequence[Device]) -> None:
    PatrolStop._base_manager.filter(route=route).delete()
    PatrolStop._base_manager.bulk_create(
        PatrolStop(route=route, device=point, position=number) for number, point in enumerate(points, start=1)
    )


# --- rounds ----------------------------------------------------------------------------------------------------------


def make_rounds(moment: datetime) -> int:
    """The rounds of today, and those since two days that a worker that was away did not make; how many are new."""
    routes = PatrolRoute._base_manager.filter(ended_on=None)
    return sum(_make_rounds(route, moment) for route in routes.order_by("id"))


def _make_rounds(route: PatrolRoute, moment: datetime) -> int:
    points = list(PatrolStop._base_manager.filter(route=route).order_by("position").values_list("device", flat=True))
    first, last = time.day_of(moment - BACK), time.day_of(moment)
    due = [
        at
        for number in range((last - first).days + 1)
        for at in due_times(first + timedelta(days=number), route.weekdays, route.times)
        if at >= max(route.planned_since, moment - BACK)
    ]
    there = set(PatrolRound._base_manager.filter(route=route, due_at__in=due).values_list("due_at", flat=True))
    window = timedelta(minutes=route.window_minutes)
    new = [PatrolRound(route=route, due_at=at, ends_at=at + window, points=points) for at in due if at not in there]
    if new and points:
        PatrolRound._base_manager.bulk_create(new, ignore_conflicts=True)
    return len(new)


def judge(moment: datetime) -> int:
    """Rounds whose time is over; how many were judged."""
    rows = PatrolRound._base_manager.filter(state=S.OPEN, ends_at__lte=moment - GRACE).order_by("ends_at")
    since = listening_since(moment)
    return sum(_judge(pk, moment, since) for pk in list(rows.values_list("pk", flat=True)[:AT_ONCE]))


def _judge(pk: int, moment: datetime, since: datetime | None) -> bool:
    with transaction.atomic():
        row = _locked(pk)
        if row is None or row.state != S.OPEN:
            return False
        heard = row.route.told_by == PatrolRoute.Told.PHONE or (since is not None and since <= row.due_at)
        _settle(row, moment, heard)
    return True


def _locked(pk: int) -> PatrolRound | None:
    rows = PatrolRound._base_manager.select_for_update(of=("self",)).select_related("route")
    found: PatrolRound | None = rows.filter(pk=pk).first()
    return found


def _settle(row: PatrolRound, moment: datetime, heard: bool) -> None:
    """What it came to; a missed one raises the alarm of its route, a complete one ends it."""
    scans = list(PatrolScan._base_manager.filter(round=row).order_by("at", "id"))
    result = walked(row.points, [scan.device_id for scan in scans])
    for scan, flag in zip(scans, result.flags, strict=True):
        if scan.in_order != flag:
            PatrolScan._base_manager.filter(pk=scan.pk).update(in_order=flag)
    row.scanned, row.missed, row.judged_at = result.scanned, list(result.missed), moment
    if not result.missed:
        row.state = S.COMPLETE if result.ordered else S.DISORDERED
    else:
        row.state = S.MISSED if heard else S.UNHEARD
    row.save(update_fields=["scanned", "missed", "judged_at", "state", "late_scans"])
    if row.state == S.MISSED:
        _raise(row, moment)
    elif row.is_done:
        _end_alarms(row, moment)


def _raise(row: PatrolRound, moment: datetime) -> None:
    """One alarm per route: it hangs on the route's first point and counts the rounds that were missed."""
    open_ones = _open_alarms(row.route)
    device = open_ones[0].device_id if open_ones else row.points[0]
    names = {point.pk: point for point in Device._base_manager.filter(pk__in=row.missed)}
    missed = [names[pk].name or names[pk].where for pk in row.missed if pk in names]
    because: dict[str, object] = {
        "route": row.route.name,
        "round": time.local(row.due_at).strftime("%m-%d %H:%M"),
        "missed": missed,
        "of": len(row.points),
    }
    list(DeviceState.objects.select_for_update(of=("self",)).filter(device=device))  # as raising wants it
    raise_alarms([Said(device, Finding("patrol", row.route.code, True, True, row.ends_at, because))], moment)
    with translation.override("zh-hans"):  # the history is written once, for everybody
        text = _("%(route)s, round of %(round)s: missed %(points)s") % {
            "route": row.route.name, "round": because["round"], "points": _(", ").join(missed),
        }  # fmt: skip
        for alarm in _open_alarms(row.route):
            note(alarm, moment, "missed", text)


def _end_alarms(row: PatrolRound, moment: datetime) -> None:
    """Complete again: the alarm is over, unless a round after this one was missed."""
    later = PatrolRound._base_manager.filter(route=row.route, due_at__gt=row.due_at, state=S.MISSED)
    if later.exists():
        return
    for alarm in _open_alarms(row.route):
        list(DeviceState.objects.select_for_update(of=("self",)).filter(device=alarm.device_id))
        over = Finding("patrol", row.route.code, False, False, row.ends_at, {})
        raise_alarms([Said(alarm.device_id, over)], moment)


def _open_alarms(route: PatrolRoute) -> list[Alarm]:
    rows = Alarm._base_manager.filter(kind=Alarm.Kind.PATROL, part=route.code).exclude(state=Alarm.State.CLOSED)
    return list(rows.order_by("id"))


# --- scans -----------------------------------------------------------------------------------------------------------


def take(heard: Sequence[Heard], received: datetime) -> None:
    """Scans of readers."""
    for one in heard:
        badge = str(one.detail.get("person", ""))[:64]
        _keep(PatrolScan(device_id=one.device_id, at=one.at, received=received, badge=badge), received)


@audited
def scan(
    *, by: Any, point: Device, latitude: float | None = None, longitude: float | None = None,
    accuracy: float | None = None,
) -> PatrolScan:  # fmt: skip
    """A signed-in person is at a point, with the phone's position where it gave one."""
    require(by, "patrol.scan")
    row: Device | None = Device.objects.for_user(by).select_related("place__parent__parent").filter(pk=point.pk).first()
    if row is None or row.kind != Device.Kind.PATROL_POINT:
        raise NotAllowed(_("There is no such patrol point in your area."))
    if row.retired_on is not None:
        raise Refused(_("%(device)s was taken out of use on %(day)s.") % {"device": row, "day": row.retired_on})
    now = time.now()
    last = PatrolScan._base_manager.filter(device=row, by=by, at__gt=now - TWICE).order_by("-at").first()
    if last is not None:
        raise Refused(_("This point was scanned a moment ago. Go on to the next."))
    made = PatrolScan(
        device=row, at=now, received=now, by=by, latitude=latitude, longitude=longitude, accuracy=accuracy,
        metres=_metres(row.place, latitude, longitude),
    )  # fmt: skip
    _keep(made, now)
    record(by=by, verb="patrol.scan", subject=row, after={"round": made.round_id, "metres": made.metres})
    return made


def _keep(made: PatrolScan, moment: datetime) -> None:
    """Into the round it was made in. A round that was judged already is judged again, with what is known now."""
    for row in _rounds_at(made.device_id, made.at):
        fresh = _locked(row.pk)
        if fresh is not None:
            made.round = fresh
            made.save()
            _taken_in(fresh, moment)
            return
    made.save()


def _rounds_at(device: int, at: datetime) -> list[PatrolRound]:
    """Rounds of which this point is a part and that ran then; the one that was not judged yet first."""
    routes = PatrolStop._base_manager.filter(device=device).values("route")
    rows = PatrolRound._base_manager.filter(route__in=routes, due_at__lte=at + EARLY, ends_at__gte=at)
    found = [row for row in rows.order_by("due_at") if device in row.points]
    return sorted(found, key=lambda row: (row.state != S.OPEN, row.due_at))


def _taken_in(row: PatrolRound, moment: datetime) -> None:
    if row.state != S.OPEN:
        row.late_scans += 1
        _settle(row, moment, heard=row.state != S.UNHEARD)
        return
    scans = PatrolScan._base_manager.filter(round=row).order_by("at", "id")
    result = walked(row.points, list(scans.values_list("device", flat=True)))
    newest = list(scans)[-1]
    if newest.in_order != result.flags[-1]:
        PatrolScan._base_manager.filter(pk=newest.pk).update(in_order=result.flags[-1])
    row.scanned = result.scanned
    row.save(update_fields=["scanned"])


def _metres(place: Place | None, latitude: float | None, longitude: float | None) -> int | None:
    """From the nearest place above the point whose position is known; None where that cannot be told."""
    while place is not None and (place.latitude is None or place.longitude is None):
        place = place.parent
    if place is None or latitude is None or longitude is None or place.latitude is None or place.longitude is None:
        return None
    north, east = radians(latitude - place.latitude), radians(longitude - place.longitude)
    half = sin(north / 2) ** 2 + cos(radians(latitude)) * cos(radians(place.latitude)) * sin(east / 2) ** 2
    return round(2 * 6_371_000 * asin(sqrt(half)))


def is_far(scan: PatrolScan) -> bool:
    """The phone was elsewhere, by more than it may err: worth a question, not an alarm."""
    return scan.metres is not None and scan.metres - (scan.accuracy or 0) > settings.ANJU_PATROL_NEAR_METRES


def forget_positions(moment: datetime) -> int:
    """Where a guard's phone was is deleted after ANJU_PATROL_POSITION_DAYS; how far that was from the point stays."""
    limit = moment - timedelta(days=settings.ANJU_PATROL_POSITION_DAYS)
    old = PatrolScan._base_manager.filter(at__lt=limit, latitude__isnull=False).order_by("at")
    ids = list(old.values_list("pk", flat=True)[:POSITIONS])
    return PatrolScan._base_manager.filter(pk__in=ids).update(latitude=None, longitude=None, accuracy=None)


@every("monitoring.patrol.positions", timedelta(hours=1))
def forget_old(moment: datetime) -> None:
    forget_positions(moment)


@every("monitoring.patrol", timedelta(minutes=1))
def look(moment: datetime) -> None:
    make_rounds(moment)
    judge(moment)
