"""Devices that do not speak: counted from when somebody was listening, and never mixed with fire (A4.3, A4.4).

A gateway that was away heard nobody. So silence of a device begins at the earliest with the listening span that runs now, and
after a restart nothing is silent that has not been so for its full time since.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from anju.core import time
from anju.jobs.services import every
from anju.monitoring import thresholds
from anju.monitoring.models import Alarm, Device, DeviceState, Listening
from anju.monitoring.services.judging import Finding
from anju.monitoring.services.raising import Said, raise_alarms

GAP = timedelta(seconds=60)  # a gateway that has not been heard of for this long was away
BEAT = timedelta(seconds=10)  # how often a gateway should say that it listens
AT_ONCE = 200  # devices in one transaction
TESTS_STAY = timedelta(hours=1)


def listens(gateway: str, moment: datetime) -> None:
    """A gateway says that it is listening; call it every BEAT. After a gap its span begins anew."""
    going_on = Listening.objects.filter(gateway=gateway, beat_at__gte=moment - GAP)
    # One statement, so that an embedded database is locked for that long only, however busy the gateway is.
    if not going_on.update(beat_at=moment):
        Listening.objects.update_or_create(gateway=gateway, defaults={"since": moment, "beat_at": moment})


def listening_since(moment: datetime) -> datetime | None:
    """Since when somebody has been listening without a gap; None while nobody is."""
    alive = Listening.objects.filter(beat_at__gt=moment - GAP)
    return alive.order_by("since").values_list("since", flat=True).first()


def find_silent(moment: datetime) -> int:
    """Raise an alarm for each device that has said nothing for its time; how many became silent."""
    since = listening_since(moment)
    if since is None:
        return 0
    return sum(_mark(ids, moment, since) for ids in _overdue(moment, since))


def _overdue(moment: datetime, since: datetime) -> Iterator[list[int]]:
    edition = thresholds.edition_on(time.day_of(moment))
    late = Q(pk__in=())
    for kind, rules in edition.kinds.items():
        if rules.silent_after is not None:
            late |= Q(kind=kind, silent_after=None) & _quiet_since(
                moment - timedelta(seconds=rules.silent_after), since
            )
    ids = list(_candidates().filter(late).values_list("pk", flat=True))
    own = _candidates().filter(silent_after__isnull=False)
    for pk, seconds, seen, added in own.values_list("pk", "silent_after", "state__seen_at", "added_at"):
        if max(seen or added, added, since) <= moment - timedelta(seconds=seconds or 0):
            ids.append(pk)
    ids.sort()
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]


def _candidates() -> QuerySet[Device]:
    """In use, not silent yet; what hangs behind a unit speaks when it has something to say."""
    return Device._base_manager.filter(retired_on=None, parent=None, state__silent=False)


def _quiet_since(limit: datetime, since: datetime) -> Q:
    """Nothing was heard after `limit`, and somebody had been listening by then."""
    if since > limit:
        return Q(pk__in=())
    return Q(added_at__lte=limit) & (Q(state__seen_at__lte=limit) | Q(state__seen_at=None))


def _mark(ids: list[int], moment: datetime, since: datetime) -> int:
    with transaction.atomic():
        rows = DeviceState.objects.select_for_update(of=("self",)).filter(device__in=ids, silent=False)
        # Looked at again under the lock: one that has spoken meanwhile is not silent.
        states = [
            state for state in rows.select_related("device").order_by("device_id") if _is_silent(state, moment, since)
        ]
        DeviceState.objects.filter(device__in=[state.device_id for state in states]).update(silent=True)
        raise_alarms([_said(state, moment) for state in states if not state.device.is_quiet(moment)], moment)
        return len(states)


def _is_silent(state: DeviceState, moment: datetime, since: datetime) -> bool:
    seconds = silent_after(state.device, moment)
    heard = max(state.seen_at or state.device.added_at, since)
    return seconds is not None and heard <= moment - timedelta(seconds=seconds)


def silent_after(device: Device, moment: datetime) -> int | None:
    """Seconds of silence that are allowed; None where a device need not speak by itself."""
    return device.silent_after or thresholds.rules_of(device.kind, time.day_of(moment)).silent_after


def _said(state: DeviceState, moment: datetime) -> Said:
    last = state.seen_at.isoformat() if state.seen_at else ""
    because: dict[str, object] = {"last_heard": last, "silent_after": silent_after(state.device, moment)}
    return Said(state.device_id, Finding("silent", "", True, True, moment, because))


def end_tests(moment: datetime) -> int:
    """A test alarm that nobody closed within an hour is over; how many."""
    rows = Alarm._base_manager.filter(kind=Alarm.Kind.TEST, last_at__lt=moment - TESTS_STAY)
    done = 0
    for alarm in rows.exclude(state=Alarm.State.CLOSED).order_by("device_id")[:AT_ONCE]:
        over = Finding("test", alarm.part, False, False, moment, {})
        with transaction.atomic():
            raise_alarms([Said(alarm.device_id, over)], moment)
        done += 1
    return done


@every("monitoring.silence", timedelta(minutes=1))
def look(moment: datetime) -> None:
    find_silent(moment)
    end_tests(moment)
