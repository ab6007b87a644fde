"""Alarms of danger at one spot are one incident, and two devices confirm each other (A4.3).

Smoke and residual current in one dwelling are one thing that somebody has to see to. Where the edition of the day says so,
pre-alarms of so many devices within so many seconds are a fire alarm.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from anju.accounts.services import system_actor
from anju.audit.services import record
from anju.core import time
from anju.monitoring import thresholds
from anju.monitoring.models import Alarm, AlarmEvent, Incident
from anju.monitoring.vocabulary import DANGER


def correlate(alarms: Sequence[Alarm], received: datetime) -> None:
    """Put new alarms of danger into the incident of their spot, opening it with the first. In the order of the spots, for each
    incident stays locked: of two writers the second one must see the alarm that confirms its own.
    """
    for alarm in sorted(alarms, key=lambda alarm: (alarm.dwelling_id or 0, alarm.place_id)):
        if alarm.kind in DANGER and alarm.state != Alarm.State.CLOSED:
            _join(alarm, received)


def _join(alarm: Alarm, received: datetime) -> None:
    incident = _incident_of(alarm, received)
    alarm.incident = incident
    Alarm._base_manager.filter(pk=alarm.pk).update(incident=incident)
    fellows = list(
        Alarm._base_manager.filter(incident=incident).exclude(state=Alarm.State.CLOSED).exclude(device=alarm.device_id)
    )
    values: dict[str, object] = {"last_at": received}
    if fellows and incident.confirmed_at is None:
        values["confirmed_at"] = received
        alarm_text = _("A second device of the same home says it too: %(device)s") % {"device": alarm.device}
        for one in fellows:
            note(one, received, "confirmed", alarm_text)
    Incident._base_manager.filter(pk=incident.pk).update(**values)
    _raise_to_fire(alarm, fellows, received)


def note(alarm: Alarm, at: datetime, move: str, text: str) -> None:
    """A line of the history that moves nothing."""
    AlarmEvent._base_manager.create(
        alarm=alarm, at=at, move=move, from_state=alarm.state, to_state=alarm.state, text=text[:300],
        version=alarm.version,
    )  # fmt: skip


def _incident_of(alarm: Alarm, received: datetime) -> Incident:
    found = _open_incident(alarm)
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return Incident._base_manager.create(
                dwelling_id=alarm.dwelling_id, place_id=alarm.place_id, area_id=alarm.area_id,
                area_path=alarm.area_path, place_path=alarm.place_path, where=alarm.where, opened_at=received,
                last_at=received,
            )  # fmt: skip
    except IntegrityError:  # another gateway opened it in this very moment
        found = _open_incident(alarm)
        if found is None:
            raise
        return found


def _open_incident(alarm: Alarm) -> Incident | None:
    rows = Incident._base_manager.select_for_update(of=("self",)).filter(closed_at=None)
    if alarm.dwelling_id is not None:
        return rows.filter(dwelling=alarm.dwelling_id).first()
    return rows.filter(place=alarm.place_id, dwelling=None).first()


def _raise_to_fire(alarm: Alarm, fellows: Sequence[Alarm], received: datetime) -> None:
    """The pre-alarm that completes the number makes a fire alarm of its own device."""
    confirm = thresholds.edition_on(time.day_of(alarm.first_at)).confirm
    if confirm is None or alarm.kind != Alarm.Kind.PRE_ALARM:
        return
    within = timedelta(seconds=confirm.within)
    others = {
        one.device_id: one
        for one in fellows
        if one.kind == Alarm.Kind.PRE_ALARM and abs(one.last_at - alarm.first_at) <= within
    }
    taken = Alarm._base_manager.filter(incident=alarm.incident, kind=Alarm.Kind.FIRE).exclude(state=Alarm.State.CLOSED)
    if len(others) + 1 < confirm.devices or taken.exists():
        return
    fire = Alarm.of(alarm.device, Alarm.Kind.FIRE, at=alarm.first_at, received=received, part=alarm.part)
    fire.incident = alarm.incident
    fire.because = {
        "confirmed_by": sorted(str(one.device.code) for one in others.values()),
        "edition": thresholds.edition_on(time.day_of(alarm.first_at)).name,
        "source": confirm.source,
    }
    fire.save(force_insert=True)
    note(fire, received, "open", _("Fire: %(n)s devices of the same place give a pre-alarm") % {"n": len(others) + 1})
    record(by=system_actor(), verb="alarm.opened", subject=fire, after={"kind": fire.kind, **fire.because})


def close_if_over(incident: Incident | None, at: datetime) -> None:
    """An incident ends with its last alarm."""
    if incident is None:
        return
    left = Alarm._base_manager.filter(incident=incident).exclude(state=Alarm.State.CLOSED)
    if not left.exists():
        Incident._base_manager.filter(pk=incident.pk, closed_at=None).update(closed_at=at)
