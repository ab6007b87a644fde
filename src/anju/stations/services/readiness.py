"""Looking at a station again: its columns `readiness` to `looked_at`. They are derived, so nothing of it is audited.

Called after every change of a station, and every hour for all of them, because time alone empties rosters and ends
certificates.
"""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max

from anju.core import time
from anju.jobs.services import every
from anju.stations import norms
from anju.stations.models import Call, Drill, Kit, Member, Station
from anju.stations.readiness import Facts, level_of, reasons
from anju.stations.selectors import roster

BATCH = 200


def _expiries(days: list[date | None], today: date) -> tuple[int, int, date | None]:
    """(expired, within SOON days, the next day on which something runs out)."""
    known = [day for day in days if day is not None]
    coming = [day for day in known if day >= today]
    soon = sum(day <= today + timedelta(days=norms.SOON) for day in coming)
    return len(known) - len(coming), soon, min(coming, default=None)


def _later(one: date | None, other: date | None) -> date | None:
    """None does not run out at all."""
    return None if one is None or other is None else max(one, other)


def _certificate_days(members: list[Member], today: date) -> list[date | None]:
    """The last good day of each kind of certificate of each member: the newest replaces the older ones."""
    best: dict[tuple[int, str], date | None] = {}
    for member in members:
        for row in member.certificates.all() if member.belongs(today) else ():
            key = (member.pk, row.kind)
            best[key] = _later(best[key], row.expires_on) if key in best else row.expires_on
    return list(best.values())


def _kit_of(station: Station, today: date) -> tuple[tuple[str, ...], list[date | None]]:
    rows = list(Kit._base_manager.filter(station=station, removed_on=None))
    good = {row.item for row in rows if not row.is_expired(today)}
    return tuple(item for item in station.norm.kit if item not in good), [row.expires_on for row in rows]


def _drilled_on(station: Station) -> date | None:
    rows = Drill._base_manager.filter(stations=station, state=Drill.State.HELD)
    last = rows.aggregate(last=Max("held_at"))["last"]
    return time.day_of(last) if last else None


def facts_of(station: Station, moment: datetime) -> tuple[Facts, dict[str, Any]]:
    """What `readiness.reasons` judges, and the columns that follow from it."""
    today = time.day_of(moment)
    checked = roster.check(station, today - timedelta(days=1), today + timedelta(days=norms.AHEAD))
    gaps = [problem for problem in checked.problems if problem.kind == "short" and problem.slot.ends > moment]
    staff = [member for member in checked.members if member.belongs(today)]
    missing, kit_days = _kit_of(station, today)
    expired, soon, first = _expiries(_certificate_days(checked.members, today), today)
    kit_expired, kit_soon, kit_first = _expiries(kit_days, today)
    drilled_on = _drilled_on(station)
    unanswered = Call.objects.filter(
        station=station, missed_at__isnull=False, called_at__gte=moment - timedelta(days=norms.UNANSWERED_WITHIN)
    ).count()
    next_gap = gaps[0].slot.starts if gaps else None
    facts = Facts(
        kind=station.kind, on_duty=roster.counting_now(station, checked, moment), least=station.least, staff=len(staff),
        has_head=any(member.role == Member.Role.HEAD for member in staff), covers=station.coverage.count(), gaps=len(gaps),
        next_gap=next_gap.isoformat() if next_gap else "", certificates_expired=expired, certificates_soon=soon,
        kit_missing=missing, kit_expired=kit_expired, kit_soon=kit_soon, drilled_on=drilled_on, unanswered=unanswered,
    )  # fmt: skip
    columns = {
        "gaps_ahead": len(gaps), "next_gap_at": next_gap, "expired": expired + kit_expired, "drilled_on": drilled_on,
        "next_expiry_on": min((day for day in (first, kit_first) if day), default=None),
    }  # fmt: skip
    return facts, columns


def look(station: Station, moment: datetime | None = None) -> Station:
    """Judge the station as it stands and keep the answer in its columns."""
    at = moment or time.now()
    if station.closed_on is not None:
        columns: dict[str, Any] = {
            "readiness": Station.Readiness.CLOSED, "reasons": [], "gaps_ahead": 0, "next_gap_at": None, "expired": 0,
            "next_expiry_on": None,
        }  # fmt: skip
    else:
        facts, columns = facts_of(station, at)
        found = reasons(facts, time.day_of(at))
        columns |= {"readiness": level_of(found), "reasons": [reason.row() for reason in found]}
    columns["looked_at"] = at
    Station._base_manager.filter(pk=station.pk).update(**columns)
    for name, value in columns.items():
        setattr(station, name, value)
    return station


@every("stations.look", timedelta(hours=1))
def look_at_all(moment: datetime) -> None:
    after = 0
    while rows := list(Station._base_manager.filter(closed_on=None, pk__gt=after).order_by("pk")[:BATCH]):
        for station in rows:
            with transaction.atomic():
                look(station, moment)
        after = rows[-1].pk
