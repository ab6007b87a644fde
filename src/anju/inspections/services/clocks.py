"""Terms of a hazard as rows. The hazard's own `due_at` and `overdue` follow from the rows of its present step.

Day n ends at its 24:00 in Shanghai, 0 days end today; life-safety rules count calendar days, papers working days.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from anju.audit.services import audited
from anju.core import time
from anju.core.errors import Refused
from anju.inspections.models import Clock, Hazard
from anju.inspections.services.moving import act, fresh, why_needed

REINSPECT_DAYS = 3
CONFIRM_DAYS = 3
MOVE_OUT_DAYS = 15

CORRECTION = (Clock.Kind.CORRECT, Clock.Kind.MOVE_OUT)
OF_STATE: dict[str, tuple[Clock.Kind, ...]] = {
    Hazard.State.OPEN: CORRECTION,
    Hazard.State.CORRECTING: CORRECTION,
    Hazard.State.JOINT: CORRECTION,
    Hazard.State.REINSPECT: (Clock.Kind.REINSPECT,),
    Hazard.State.CONFIRM: (Clock.Kind.CONFIRM,),
    Hazard.State.HANDED_OVER: (Clock.Kind.HAND_OVER,),
}


def last_day(due: datetime) -> date:
    """The day at whose 24:00 a term ends."""
    return time.day_of(due - timedelta(seconds=1))


def start(
    hazard: Hazard, kind: str, *, days: int, at: datetime, working: bool = False, order: bool = False, reason: str = ""
) -> Clock:
    due = time.due_at(time.day_of(at), days, working=working)
    return start_until(hazard, kind, due=due, at=at, order=order, reason=reason)


def start_until(
    hazard: Hazard, kind: str, *, due: datetime, at: datetime, order: bool = False, reason: str = ""
) -> Clock:
    return Clock.objects.create(hazard=hazard, kind=kind, started_at=at, due_at=due, order=order, reason=reason[:200])


def running(hazard: Hazard, kinds: Iterable[str] | None = None) -> list[Clock]:
    """Not done and not stopped, missed ones among them, earliest due first."""
    rows = Clock.objects.filter(hazard_id=hazard.pk, done_at=None, stopped_at=None)
    if kinds is not None:
        rows = rows.filter(kind__in=list(kinds))
    return list(rows.order_by("due_at", "id"))


def finish(hazard: Hazard, kinds: Iterable[str], at: datetime) -> None:
    Clock.objects.filter(hazard_id=hazard.pk, kind__in=list(kinds), done_at=None, stopped_at=None).update(done_at=at)


def finish_all(hazard: Hazard, at: datetime) -> None:
    Clock.objects.filter(hazard_id=hazard.pk, done_at=None, stopped_at=None).update(done_at=at)


def present(hazard: Hazard, begun: Sequence[Clock] | None = None) -> Clock | None:
    """The clock that counts in the present state: the one that runs out first, else the one missed last.

    `begun`: all clocks of a new hazard, which need not be read then.
    """
    kinds = OF_STATE.get(hazard.state, ())
    if begun is None:
        rows = running(hazard, kinds)
    else:
        rows = sorted((clock for clock in begun if clock.kind in kinds), key=lambda clock: (clock.due_at, clock.pk))
    ticking = [clock for clock in rows if clock.missed_at is None]
    return ticking[0] if ticking else (rows[-1] if rows else None)


def settle(hazard: Hazard, begun: Sequence[Clock] | None = None) -> None:
    """Copy the present clock into the hazard's columns; lists sort and filter by them. No version: it is derived."""
    clock = present(hazard, begun)
    overdue = bool(clock and clock.missed_at)
    due = clock.due_at if clock else hazard.due_at
    if (hazard.due_at, hazard.overdue) != (due, overdue):
        hazard.due_at, hazard.overdue = due, overdue
        Hazard._base_manager.filter(pk=hazard.pk).update(due_at=due, overdue=overdue)


def begin(hazard: Hazard, at: datetime) -> list[Clock]:
    """The clocks of a new hazard. A prohibited home gets three, refuge only when somebody with the power says so."""
    if not (hazard.is_prohibited and hazard.dwelling_id):
        return [start(hazard, Clock.Kind.CORRECT, days=hazard.days, at=at, working=hazard.working_days)]
    begun = [start(hazard, Clock.Kind.NO_NEW_LETTING, days=0, at=at)]
    if hazard.days == 0:
        begun.append(start(hazard, Clock.Kind.CORRECT, days=0, at=at))
    return [*begun, start(hazard, Clock.Kind.MOVE_OUT, days=hazard.days or MOVE_OUT_DAYS, at=at)]


@audited
def stop(*, by: Any, hazard: Hazard, reason: str, version: int | None = None) -> Hazard:
    """Stand the correction clock still while the party cannot go on (an appraisal, a court): the reason is shown on it."""
    row = fresh(hazard, version, by)
    why = why_needed(reason)
    rows = [clock for clock in running(row, CORRECTION) if clock.missed_at is None]
    if not rows or row.stopped_reason:
        raise Refused(_("No correction clock of “%(hazard)s” is running.") % {"hazard": row.title})
    act(row, by=by, verb="hazard.extend", name="stop", text=_("Clock stopped: %(why)s") % {"why": why},
        values={"stopped_reason": why[:200]})  # fmt: skip
    Clock.objects.filter(pk__in=[clock.pk for clock in rows]).update(stopped_at=time.now(), reason=why[:200])
    return row


@audited
def resume(*, by: Any, hazard: Hazard, version: int | None = None) -> Hazard:
    """Let the clock run again; the time it stood is added."""
    row = fresh(hazard, version, by)
    if not row.stopped_reason:
        raise Refused(_("The clock of “%(hazard)s” is not stopped.") % {"hazard": row.title})
    moment = time.now()
    act(row, by=by, verb="hazard.extend", name="resume", text=_("The clock runs again"), values={"stopped_reason": ""})
    for clock in Clock.objects.filter(hazard_id=row.pk, kind__in=CORRECTION, done_at=None, missed_at=None).exclude(
        stopped_at=None
    ):
        assert clock.stopped_at is not None
        clock.due_at += whole_days(moment - clock.stopped_at)
        clock.stopped_at, clock.reason = None, ""
        clock.save(update_fields=["due_at", "stopped_at", "reason"])
    settle(row)
    return row


def whole_days(stood: timedelta) -> timedelta:
    """A part of a day counts as a day, so that a term still ends at 24:00 and nobody loses time."""
    return timedelta(days=-(-stood // timedelta(days=1)))
