"""Fire lanes: from “occupied” to “cleared”, the warning and the hazard after the minutes of the edition, campaigns (A4.7).

Upper apps are told of a lane that is still blocked, and of one that is free again, by the signals of `monitoring/signals.py`,
each in a transaction of its own: whoever makes a hazard of it neither delays nor endangers the storing of messages.
"""

import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.dispatch import Signal
from django.utils import translation
from django.utils.translation import gettext as _

from anju.accounts.services import system_actor
from anju.areas.models import Area, Place
from anju.areas.permissions import require
from anju.areas.selectors import estates_of
from anju.audit.services import audited, record
from anju.core import time
from anju.core.errors import NotAllowed, Refused
from anju.jobs.services import every
from anju.monitoring import thresholds
from anju.monitoring.models import Alarm, LaneCampaign, LaneOccupation
from anju.monitoring.services.correlating import note
from anju.monitoring.services.kinds import Heard
from anju.monitoring.signals import lane_cleared, lane_still_blocked

log = logging.getLogger(__name__)
LONGEST = timedelta(days=7)  # a dwell time beyond it is a broken counter
AT_ONCE = 50
LONGEST_CAMPAIGN = timedelta(days=366)


def take(heard: Sequence[Heard], received: datetime) -> None:
    for one in heard:
        if one.event == "lane_occupied":
            _occupied(one, received)
        else:
            _cleared(one, received)


def _dwell(one: Heard) -> timedelta:
    """For how long it has been so, as the camera says; nothing where it says nothing that makes sense."""
    seconds = one.number("dwell_s")
    return timedelta(seconds=seconds) if seconds is not None and seconds <= LONGEST.total_seconds() else timedelta(0)


def _running(one: Heard) -> LaneOccupation | None:
    found: LaneOccupation | None = LaneOccupation._base_manager.filter(
        device=one.device_id, lane=one.part, ended_at=None
    ).first()
    return found


def _occupied(one: Heard, received: datetime) -> None:
    begun, row = one.at - _dwell(one), _running(one)
    if row is not None:
        row.last_at = max(row.last_at, one.at)
        if begun < row.began_at:
            _set_begin(row, begun)
        # Only these columns: the schedules mark the same row as warned of and announced meanwhile.
        row.save(update_fields=["last_at", "began_at", "edition", "warn_at", "hazard_at"])
        return
    covered = LaneOccupation._base_manager.filter(
        device=one.device_id, lane=one.part, began_at__lte=one.at, ended_at__gte=one.at
    )
    if not one.newest and covered.exists():
        return
    row = LaneOccupation(device_id=one.device_id, lane=one.part, last_at=one.at, received=received)
    _set_begin(row, begun)
    if not one.newest:  # something newer has come: that it ended is certain, when it did is not
        _end(row, one.at)
    row.save(force_insert=True)


def _set_begin(row: LaneOccupation, begun: datetime) -> None:
    edition = thresholds.edition_on(time.day_of(begun))
    limits = edition.lane or thresholds.LaneLimits(warn_after=0, hazard_after=0, source="–", checked=False)
    row.began_at, row.edition = begun, edition.name
    row.warn_at = begun + timedelta(minutes=limits.warn_after)
    row.hazard_at = begun + timedelta(minutes=limits.hazard_after)


def _end(row: LaneOccupation, at: datetime) -> None:
    row.ended_at, row.last_at = at, max(row.last_at, at)
    row.seconds = max(0, int((at - row.began_at).total_seconds()))


def _cleared(one: Heard, received: datetime) -> None:
    row, dwell = _running(one), _dwell(one)
    if row is not None:
        if one.at >= row.began_at:
            _end(row, one.at)
            row.save(update_fields=["ended_at", "last_at", "seconds"])
        return
    if one.newest and dwell:  # only its end was heard: the camera itself says how long it was
        row = LaneOccupation(device_id=one.device_id, lane=one.part, last_at=one.at, received=received)
        _set_begin(row, one.at - dwell)
        _end(row, one.at)
        row.save(force_insert=True)


# --- by schedule -----------------------------------------------------------------------------------------------------


def warn(moment: datetime) -> int:
    """Lanes that are blocked for longer than the first limit: once, in the history of their alarm and in the log."""
    rows = LaneOccupation._base_manager.filter(ended_at=None, warned_at=None, warn_at__lte=moment)
    return sum(_warn(pk, moment) for pk in list(rows.order_by("warn_at").values_list("pk", flat=True)[:AT_ONCE]))


def _warn(pk: int, moment: datetime) -> bool:
    with transaction.atomic(), translation.override("zh-hans"):
        rows = LaneOccupation._base_manager.filter(pk=pk, ended_at=None, warned_at=None)
        if not rows.update(warned_at=moment):
            return False
        row = LaneOccupation._base_manager.select_related("device").get(pk=pk)
        minutes = int((moment - row.began_at).total_seconds() // 60)
        alarms = Alarm._base_manager.filter(device=row.device_id, kind=Alarm.Kind.LANE, part=row.lane)
        for alarm in alarms.exclude(state=Alarm.State.CLOSED):
            note(alarm, moment, "warned", _("Still blocked after %(n)s minutes") % {"n": minutes})
        record(by=system_actor(), verb="lane.warned", subject=row.device, after={"lane": row.lane, "minutes": minutes})
    return True


def announce(moment: datetime) -> int:
    """Tell upper apps of lanes blocked beyond the second limit, and of those told of that are free again."""
    blocked = LaneOccupation._base_manager.filter(ended_at=None, announced_at=None, hazard_at__lte=moment)
    done = sum(_tell(pk, "announced_at", lane_still_blocked, moment) for pk in _ids(blocked.order_by("hazard_at")))
    free = LaneOccupation._base_manager.filter(
        ended_at__isnull=False, announced_at__isnull=False, cleared_told_at=None
    ).order_by("ended_at")
    return done + sum(_tell(pk, "cleared_told_at", lane_cleared, moment) for pk in _ids(free))


def _ids(rows: Any) -> list[int]:
    return list(rows.values_list("pk", flat=True)[:AT_ONCE])


def _tell(pk: int, column: str, signal: Signal, moment: datetime) -> bool:
    try:
        with transaction.atomic():
            # A receiver that fails takes the mark back with everything else it wrote; it is told again.
            if not LaneOccupation._base_manager.filter(pk=pk, **{column: None}).update(**{column: moment}):
                return False
            row = LaneOccupation._base_manager.select_related("device__place", "device__area").get(pk=pk)
            signal.send(LaneOccupation, occupation=row)
    except Exception:
        log.exception("lane %s could not be told to all; it is told again", pk)
        return False
    return True


@every("monitoring.lanes", timedelta(seconds=10))
def look(moment: datetime) -> None:
    warn(moment)
    announce(moment)


# --- campaigns -------------------------------------------------------------------------------------------------------


@audited
def plan_campaign(
    *, by: Any, area: Area, name: str, estates: Sequence[Place], since: date, until: date, measures: str = ""
) -> LaneCampaign:
    """Estates of the person's area, from a day to a day. Its figures are counted from what the cameras say."""
    require(by, "smart.edit")
    seen = {place.pk for place in estates_of(by).filter(pk__in=[place.pk for place in estates])}
    if not estates:
        raise Refused(_("Choose at least one estate."))
    strange = [place.name for place in estates if place.pk not in seen]
    if strange:
        raise NotAllowed(_("%(place)s is not in your area.") % {"place": _(", ").join(strange)})
    if until < since:
        raise Refused(
            _("The last day (%(until)s) comes before the first (%(since)s).") % {"until": until, "since": since}
        )
    if until - since > LONGEST_CAMPAIGN:
        raise Refused(_("A campaign lasts a year at most."))
    campaign: LaneCampaign = LaneCampaign.objects.create(
        name=name.strip(), area=area, area_path=area.path, since=since, until=until, measures=measures.strip()[:300],
        made_by=by, made_at=time.now(),
    )  # fmt: skip
    campaign.estates.set(estates)
    after = {"since": since, "until": until, "estates": sorted(place.name for place in estates)}
    record(by=by, verb="smart.edit", subject=campaign, after=after)
    return campaign
