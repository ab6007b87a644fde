"""What people do with an alarm: acknowledge, dispatch, close. Each is checked, measured, and written once (A4.4, A9.3).

Two people on one alarm: each step names the version the person looked at, and who comes second is told what the first did.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from anju.accounts.services import system_actor
from anju.areas.permissions import require
from anju.audit.services import audited, changes, record
from anju.core import time
from anju.core.errors import NotAllowed, Refused, Stale
from anju.monitoring import workflow
from anju.monitoring.models import Alarm, AlarmEvent
from anju.monitoring.response import helper
from anju.monitoring.services.correlating import close_if_over
from anju.monitoring.signals import alarm_moved

S = Alarm.State
OUTCOMES = (Alarm.Outcome.REAL, Alarm.Outcome.FALSE, Alarm.Outcome.TEST, Alarm.Outcome.FAULT)


@audited
def acknowledge(*, by: Any, alarm: Alarm, version: int | None = None) -> Alarm:
    """Somebody has seen it. version: the one the person looked at."""
    now = time.now()
    values: dict[str, Any] = {}
    if alarm.acknowledged_at is None:  # one that rings again was measured the first time
        values = {"acknowledged_at": now, "acknowledged_by": by, "acknowledge_seconds": _seconds(alarm, now)}
    return _step(by, alarm, "acknowledge", version, values, _("Acknowledged"), now)


@audited
def ring_again(*, alarm: Alarm) -> None:
    """It burns again after the end of its call-out: the alarm waits anew for somebody to acknowledge it, and sounds."""
    _step(system_actor(), alarm, "ring_again", None, {}, _("It burns again, and rings again"), time.now())


@audited
def dispatch(*, by: Any, alarm: Alarm, to: str = "", version: int | None = None) -> Alarm:
    """Somebody is on the way. to: who, in words, for the history. Acknowledges as well, if nobody had."""
    now = time.now()
    values: dict[str, Any] = {}
    if not Alarm._base_manager.filter(pk=alarm.pk, dispatched_at__isnull=False).exists():
        # The platform itself may have called somebody before: the first call is what is measured.
        values |= {"dispatched_at": now, "dispatched_by": by, "dispatch_seconds": _seconds(alarm, now)}
    if alarm.acknowledged_at is None:
        values |= {"acknowledged_at": now, "acknowledged_by": by, "acknowledge_seconds": _seconds(alarm, now)}
    text = _("Sent: %(who)s") % {"who": to.strip()} if to.strip() else _("Somebody is sent")
    return _step(by, alarm, "dispatch", version, values, text, now)


@audited
def close(*, by: Any, alarm: Alarm, outcome: str, reason: str, version: int | None = None) -> Alarm:
    """It is over: real, false, test or device fault, with the reason in words."""
    if outcome not in OUTCOMES:
        raise Refused(
            _("“%(outcome)s” is no outcome of an alarm.") % {"outcome": outcome},
            instead=_("Choose one of: %(outcomes)s") % {"outcomes": _(", ").join(str(o.label) for o in OUTCOMES)},
        )
    if not reason.strip():
        raise Refused(_("Say how you know: who looked, and what was found."))
    helping = helper()
    waits = helping.waits_for(alarm) if helping else ""
    if waits:
        raise Refused(waits, instead=_("Wait for the report from the spot, or enter it as it was told by telephone."))
    now = time.now()
    values = {
        "closed_at": now, "closed_by": by, "close_seconds": _seconds(alarm, now), "outcome": outcome,
        "reason": reason.strip()[:300],
    }  # fmt: skip
    label = Alarm.Outcome(outcome).label
    text = _("%(outcome)s: %(reason)s") % {"outcome": label, "reason": reason.strip()}
    row = _step(by, alarm, "close", version, values, text, now, reason=reason.strip())
    close_if_over(row.incident, now)
    return row


def _seconds(alarm: Alarm, now: datetime) -> int:
    """Since the platform knew."""
    return max(0, int((now - alarm.received_at).total_seconds()))


def _step(
    by: Any, alarm: Alarm, move: str, version: int | None, values: Mapping[str, Any], text: str, now: datetime,
    reason: str = "",
) -> Alarm:  # fmt: skip
    """One move of the table: verb, sight, version, state; then row, history and log in one piece."""
    wanted = workflow.alarms.moves[move]
    require(by, wanted.verb)
    row: Alarm | None = (
        Alarm.objects.for_user(by)
        .select_for_update(of=("self",))
        .select_related("incident")
        .filter(pk=alarm.pk)
        .first()
    )
    if row is None:
        raise NotAllowed(_("There is no such alarm in your area."))
    if version is not None and row.version != version:
        raise _stale(row, version)
    workflow.alarms.check(move, row.state, row, by)
    columns = {**values, "state": wanted.target, "changed_at": now}
    before, after = changes(row, columns)
    old = row.state
    for name, value in columns.items():
        setattr(row, name, value)
    row.version += 1
    row.save(update_fields=[*columns, "version"])
    AlarmEvent.objects.create(
        alarm=row, at=now, by=by, move=move, from_state=old, to_state=row.state, text=text[:300], version=row.version
    )
    before.pop("changed_at", None)
    after.pop("changed_at", None)
    record(by=by, verb=wanted.verb, subject=row, before=before, after=after, reason=reason)
    alarm_moved.send(Alarm, alarm=row, move=move)
    return row


def _stale(row: Alarm, version: int) -> Stale:
    since = AlarmEvent._base_manager.filter(alarm=row, version__gt=version).select_related("by").order_by("id")
    lines = [
        _("%(at)s %(who)s: %(text)s")
        % {"at": time.local(event.at).strftime("%H:%M"), "who": event.by or "Anju", "text": event.text}
        for event in since
    ]
    return Stale(
        _("Somebody was faster. Meanwhile: %(changes)s")
        % {"changes": _("; ").join(lines) or _("the alarm was changed")},
        instead=_("Look at the new state and do it again if it still holds."),
    )
