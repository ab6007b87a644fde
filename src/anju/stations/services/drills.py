"""Drills and joint training: planned with who takes part, held with attendance and a result (A6.2)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from anju.areas.permissions import require
from anju.areas.scope import scope_of
from anju.audit.services import audited, record
from anju.core import time
from anju.core.errors import NotAllowed, Refused
from anju.files.models import StoredFile
from anju.stations.models import Attendance, Drill, Member, Station
from anju.stations.services.readiness import look
from anju.stations.services.sight import editable

MOST_STATIONS = 20


@audited
def plan_drill(
    *, by: Any, host: Station, kind: str, subject: str, planned_at: datetime, where: str = "", others: Sequence[Station] = ()
) -> Drill:  # fmt: skip
    row = editable(by, host)
    stations = {station.pk: station for station in (row, *others)}
    if kind == Drill.Kind.JOINT and len(stations) < 2:
        raise Refused(_("Joint training needs a second station: choose with whom."))
    if len(stations) > MOST_STATIONS:
        raise Refused(_("At most %(n)s stations train together.") % {"n": MOST_STATIONS})
    if planned_at <= time.now():
        raise Refused(_("A drill is planned ahead; %(at)s has passed.") % {"at": f"{time.local(planned_at):%F %H:%M}"})
    drill: Drill = Drill.objects.create(
        host=row, kind=kind, subject=subject.strip(), where=where.strip(), planned_at=planned_at, planned_by=by
    )
    drill.stations.add(*stations.values())
    after = {"station": row.name, "kind": kind, "planned_at": planned_at, "stations": len(stations)}
    record(by=by, verb="station.drill", subject=drill, after=after)
    return drill


def _planned(by: Any, drill: Drill) -> Drill:
    require(by, "station.edit")
    if not scope_of(by).everything and not Drill.objects.for_user(by).filter(pk=drill.pk).exists():
        raise NotAllowed(_("There is no such drill in your area."))
    row = Drill._base_manager.select_for_update(of=("self",)).select_related("host").get(pk=drill.pk)
    if row.state != Drill.State.PLANNED:
        raise Refused(_("“%(drill)s” is %(state)s.") % {"drill": row, "state": row.get_state_display()})
    return row


def takes_part(drill: Drill) -> list[Member]:
    """Everybody of the stations of the drill on its day."""
    day = time.day_of(drill.held_at or drill.planned_at)
    rows = Member._base_manager.filter(station__drills=drill, since__lte=day).exclude(until__lt=day)
    return list(rows.select_related("station").order_by("station_id", "id"))


@audited
def hold_drill(
    *,
    by: Any,
    drill: Drill,
    held_at: datetime,
    present: Sequence[Member],
    result: str,
    lessons: str = "",
    seconds: int | None = None,
    photos: Sequence[StoredFile] = (),
) -> Drill:
    """What became of it. Whoever of the stations is not among `present` was absent."""
    row = _planned(by, drill)
    if held_at > time.now():
        raise Refused(_("%(at)s has not come yet.") % {"at": f"{time.local(held_at):%F %H:%M}"})
    everybody = {member.pk for member in takes_part(row)}
    there = {member.pk for member in present}
    if not there or not there <= everybody:
        raise Refused(_("Tick who was there: at least one, and only people of the stations that take part."))
    if result == Drill.Result.FAILED and not lessons.strip():
        raise Refused(_("A drill that did not reach its aim needs what to do better."))
    row.held_at, row.state, row.result, row.seconds = held_at, Drill.State.HELD, result, seconds
    row.lessons, row.recorded_by = lessons.strip(), by
    row.save()
    row.photos.set(photos)
    Attendance.objects.bulk_create(Attendance(drill=row, member_id=pk, present=pk in there) for pk in sorted(everybody))
    after = {"result": result, "present": len(there), "absent": len(everybody) - len(there), "held_at": held_at}
    record(by=by, verb="station.drill", subject=row, after=after, reason=lessons)
    for station in Station._base_manager.filter(drills=row):
        look(station)
    return row


@audited
def cancel_drill(*, by: Any, drill: Drill, reason: str) -> Drill:
    row = _planned(by, drill)
    if not reason.strip():
        raise Refused(_("Say why “%(drill)s” is cancelled.") % {"drill": row})
    row.state, row.lessons = Drill.State.CANCELLED, reason.strip()
    row.save(update_fields=["state", "lessons"])
    record(by=by, verb="station.drill", subject=row, after={"state": row.state}, reason=reason)
    return row
