"""From findings to alarms, inside the transaction of the batch: opened once, counted when repeated, closed when over.

The findings are taken one after the other as the messages came, so that it makes no difference how they fell into batches.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Max
from django.utils import translation
from django.utils.translation import gettext as _

from anju.accounts.services import system_actor
from anju.audit.models import Entry
from anju.audit.services import entry_of
from anju.monitoring import wording
from anju.monitoring.models import Alarm, AlarmEvent, Device
from anju.monitoring.services import correlating
from anju.monitoring.services.judging import Finding

AGAIN = timedelta(minutes=10)  # a reading that stays beyond its limit raises a closed alarm again after this time
Key = tuple[int, str, str]  # device, kind, part


@dataclass(frozen=True)
class Said:
    """A finding with the device that it is about and whether it came late."""

    device_id: int
    finding: Finding
    late: bool = False

    @property
    def key(self) -> Key:
        return (self.device_id, self.finding.kind, self.finding.part)


@dataclass
class Raised:
    """What the batch does to alarms, in memory until `write`."""

    received: datetime
    open: dict[Key, Alarm] = field(default_factory=dict)
    closed_at: dict[Key, datetime] = field(default_factory=dict)
    devices: dict[int, Device] = field(default_factory=dict)
    new: list[Alarm] = field(default_factory=list)
    counted: dict[int, Alarm] = field(default_factory=dict)
    moved: dict[int, Alarm] = field(default_factory=dict)
    events: list[AlarmEvent] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)


def raise_alarms(said: Sequence[Said], received: datetime) -> list[Alarm]:
    """Take the findings in; the alarms that were opened. The caller holds the locks of these devices' states."""
    if not said:
        return []
    raised = _looked_up(said, received)
    with translation.override("zh-hans"):  # the history is written once, for everybody
        for one in said:
            if one.finding.present:
                _present(raised, one)
            else:
                _over(raised, one)
        _write(raised)
        correlating.correlate(raised.new, received)
    return raised.new


def _looked_up(said: Sequence[Said], received: datetime) -> Raised:
    ids = sorted({one.device_id for one in said})
    raised = Raised(received)
    rows = Alarm._base_manager.filter(device__in=ids).exclude(state=Alarm.State.CLOSED)
    for alarm in rows.select_for_update(of=("self",)).order_by("id"):
        raised.open[(alarm.device_id, alarm.kind, alarm.part)] = alarm
    going_on = [one for one in said if one.finding.present and not one.finding.new and one.key not in raised.open]
    if going_on:
        closed = Alarm._base_manager.filter(
            device__in=[one.device_id for one in going_on], closed_at__gt=received - AGAIN
        ).exclude(outcome=Alarm.Outcome.GONE)
        for device, kind, part, at in closed.values_list("device", "kind", "part").annotate(Max("closed_at")):
            raised.closed_at[(device, kind, part)] = at
    missing = {one.device_id for one in said if one.finding.present and one.key not in raised.open}
    if missing:
        raised.devices = Device._base_manager.select_related("area", "place", "dwelling").in_bulk(sorted(missing))
    return raised


def _present(raised: Raised, one: Said) -> None:
    alarm = raised.open.get(one.key)
    if alarm is None:
        if one.finding.new or not (one.key in raised.closed_at or _said_by_fire(raised, one)):
            _open(raised, one)
        return
    alarm.count += 1
    alarm.first_at = min(alarm.first_at, one.finding.at)
    alarm.last_at = max(alarm.last_at, one.finding.at)
    alarm.restored_at = None
    alarm.changed_at = raised.received
    raised.counted[id(alarm)] = alarm


def _said_by_fire(raised: Raised, one: Said) -> bool:
    """The smoke of an open fire alarm thins out and passes the pre-alarm once more: nothing that anybody must see to."""
    fire = (one.device_id, Alarm.Kind.FIRE.value, one.finding.part)
    return one.finding.kind == Alarm.Kind.PRE_ALARM and fire in raised.open


def _open(raised: Raised, one: Said) -> None:
    device, finding = raised.devices[one.device_id], one.finding
    alarm = Alarm.of(device, finding.kind, at=finding.at, received=raised.received, part=finding.part)
    alarm.because, alarm.late = finding.because, one.late
    raised.open[one.key] = alarm
    raised.new.append(alarm)
    _note(raised, alarm, "open", "", told(alarm))
    raised.entries.append(
        entry_of(by=system_actor(), verb="alarm.opened", subject=alarm, after={"kind": alarm.kind, **alarm.because})
    )
    if finding.kind == Alarm.Kind.FIRE:
        before = raised.open.get((one.device_id, Alarm.Kind.PRE_ALARM, finding.part))
        if before is not None:
            _close(raised, before, _("It became the fire alarm %(code)s") % {"code": alarm.code})


def told(alarm: Alarm) -> str:
    """Why it was raised, in one line."""
    because = alarm.because
    if "reading" in because:
        return _("%(title)s, limit %(limit)s") % {"title": wording.title(alarm), "limit": f"{because['limit']:g}"}
    return _("%(kind)s: told by the device") % {"kind": alarm.get_kind_display()}


def _over(raised: Raised, one: Said) -> None:
    alarm = raised.open.get(one.key)
    if alarm is None or alarm.restored_at is not None:
        return
    alarm.restored_at, alarm.changed_at = one.finding.at, raised.received
    raised.counted[id(alarm)] = alarm
    if alarm.latched:
        _note(raised, alarm, "restored", alarm.state, _("The cause is gone, by what the device says"))
    else:
        _close(raised, alarm, _("The cause is gone, by what the device says"))


def _close(raised: Raised, alarm: Alarm, why: str) -> None:
    """By the platform: what is not latched and is over."""
    before = alarm.state
    alarm.state, alarm.outcome, alarm.reason = Alarm.State.CLOSED, Alarm.Outcome.GONE, why
    alarm.closed_at = alarm.changed_at = raised.received
    alarm.close_seconds = max(0, int((raised.received - alarm.received_at).total_seconds()))
    alarm.version += 1
    raised.open.pop((alarm.device_id, alarm.kind, alarm.part), None)
    raised.moved[id(alarm)] = alarm
    _note(raised, alarm, "gone", before, why)
    raised.entries.append(
        entry_of(
            by=system_actor(), verb="alarm.gone", subject=alarm, before={"state": before}, after={"state": alarm.state}
        )
    )


def _note(raised: Raised, alarm: Alarm, move: str, before: str, text: str) -> None:
    raised.events.append(
        AlarmEvent(
            alarm=alarm,
            at=raised.received,
            by=None,
            move=move,
            from_state=before,
            to_state=alarm.state,
            text=text[:300],
            version=alarm.version,
        )  # fmt: skip
    )


COUNTED = ["count", "first_at", "last_at", "restored_at", "changed_at"]
MOVED = [*COUNTED, "state", "outcome", "reason", "closed_at", "close_seconds", "version"]


def _write(raised: Raised) -> None:
    Alarm._base_manager.bulk_create(raised.new)
    created = {id(alarm) for alarm in raised.new}
    _update(raised.moved, created, MOVED)
    _update(raised.counted, created | raised.moved.keys(), COUNTED)
    for event in raised.events:
        event.alarm_id = event.alarm.pk  # it had none while the event was made
    AlarmEvent._base_manager.bulk_create(raised.events)
    Entry.objects.bulk_create(raised.entries)


def _update(alarms: dict[int, Alarm], but: Collection[int], columns: list[str]) -> None:
    rows = sorted((alarm for key, alarm in alarms.items() if key not in but), key=lambda alarm: alarm.pk)
    Alarm._base_manager.bulk_update(rows, columns, batch_size=100)
