"""Writing a roster. Rules are told while one edits (`stations.roster`); only what cannot be at all is refused."""

from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from anju.audit.services import audited, record
from anju.core import time
from anju.core.errors import Refused
from anju.stations.models import Duty, Member, Station
from anju.stations.norms import PATTERNS, slot_of
from anju.stations.roster import fill
from anju.stations.selectors import roster
from anju.stations.services.readiness import look
from anju.stations.services.sight import editable

PLAN_AHEAD = timedelta(days=400)


def following(station: Station, key: str) -> str:
    """What a tap on the cell makes of it: nothing, the first shift, the second …, nothing."""
    keys = ["", *[shift.key for shift in PATTERNS[station.pattern]]]
    return keys[(keys.index(key) + 1) % len(keys)] if key in keys else ""


def _check(station: Station, member: Member, day: date, key: str, moment: datetime) -> None:
    if key and key not in {shift.key for shift in PATTERNS[station.pattern]}:
        raise Refused(_("%(station)s has no shift “%(key)s”.") % {"station": station, "key": key})
    if day > time.day_of(moment) + PLAN_AHEAD:
        raise Refused(_("%(day)s is too far ahead to plan.") % {"day": day})
    if key and not member.belongs(day):
        raise Refused(_("%(who)s does not belong to %(station)s on %(day)s.") % {"who": member, "station": station, "day": day})  # fmt: skip
    if key and slot_of(station.pattern, day, key).ends <= moment:
        raise Refused(_("The shift of %(day)s is over: what was stays on record.") % {"day": day})


@audited
def put(*, by: Any, station: Station, member: Member, day: date, key: str) -> Station:
    """The person works this shift on this day and no other; "" takes the person off the day."""
    row, moment = editable(by, station), time.now()
    if member.station_id != row.pk:
        raise Refused(_("%(who)s does not belong to %(station)s.") % {"who": member, "station": row})
    _check(row, member, day, key, moment)
    old = list(Duty._base_manager.filter(member=member, day=day))
    over = [duty for duty in old if duty.ends_at <= moment]
    if over:
        raise Refused(_("The shift of %(day)s is over: what was stays on record.") % {"day": day})
    Duty._base_manager.filter(pk__in=[duty.pk for duty in old]).delete()
    if key:
        slot = slot_of(row.pattern, day, key)
        Duty.objects.create(station=row, member=member, day=day, shift=key, starts_at=slot.starts, ends_at=slot.ends)
    record(
        by=by, verb="station.roster", subject=row, before={"shift": [duty.shift for duty in old]},
        after={"member": member.name, "day": day, "shift": key},
    )  # fmt: skip
    return look(row)


@audited
def fill_month(*, by: Any, station: Station, first: date) -> int:
    """Put the teams in turn on every coming shift of the month that nobody stands on; returns how many turns were made."""
    row, today = editable(by, station), time.today()
    last = roster.next_month(first) - timedelta(days=1)
    begin = max(first, today + timedelta(days=1))
    if begin > last:
        raise Refused(_("This month is over: what was stays on record."))
    if last > today + PLAN_AHEAD:
        raise Refused(_("%(day)s is too far ahead to plan.") % {"day": last})
    people = [person for person in roster.check(row, begin, last).people if person.team]
    if not people:
        raise Refused(
            _("No team is set up at %(station)s, so there is nobody to take turns.") % {"station": row},
            instead=_("Give the members a team A to D on their pages, then fill the month."),
        )
    taken = [turn.slot for turn in roster.turns_of(row, begin, last)]
    made = fill(roster.rules_of(row), people, taken, begin, last)
    busy = set(Duty._base_manager.filter(station=row, day__gte=begin, day__lte=last).values_list("member_id", "day"))
    rows = [
        Duty(station=row, member_id=turn.person, day=turn.slot.day, shift=turn.slot.key, starts_at=turn.slot.starts, ends_at=turn.slot.ends)
        for turn in made
        if (turn.person, turn.slot.day) not in busy
    ]  # fmt: skip
    Duty.objects.bulk_create(rows, ignore_conflicts=True)
    record(by=by, verb="station.roster", subject=row, after={"month": first.isoformat()[:7], "turns": len(rows)})
    look(row)
    return len(rows)
