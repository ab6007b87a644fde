"""What time alone does to a call-out: nobody answered, nobody is there. Several workers may run it, each clock counts once.

Claim, next call and log are one transaction: a worker that is killed in between leaves the clock to the next run.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from anju.accounts.services import system_actor
from anju.audit.services import record
from anju.jobs.services import EACH_TURN, Lane, every
from anju.stations.models import Call, CallClock, CallOut
from anju.stations.services.calling import call, log, next_target
from anju.stations.signals import callout_moved
from anju.stations.workflow import RUNNING

BATCH = 200
Kind = CallClock.Kind


def claim(clock: CallClock, moment: datetime) -> bool:
    """True for the one worker that marks the clock as missed."""
    rows = CallClock.objects.filter(pk=clock.pk, due_at__lte=moment, done_at=None, missed_at=None)
    return rows.update(missed_at=moment) == 1


def _unanswered(row: CallOut, clock: CallClock, moment: datetime) -> None:
    missed = clock.call
    if missed is not None:
        Call.objects.filter(pk=missed.pk).update(missed_at=clock.due_at)
        log(
            row, move="missed", text=_("%(who)s did not answer within a minute") % {"who": missed.name}, at=clock.due_at
        )
    target = next_target(row, moment)
    if target is None:
        log(row, move="nobody", text=_("Nobody on the list answered. Call by telephone and send somebody."), at=moment)
        return
    made = call(row, target, why=Call.Why.UNANSWERED, moment=moment)
    log(row, move="call", text=_("%(who)s is called") % {"who": made.name}, at=moment)


def _not_there(row: CallOut, clock: CallClock, moment: datetime) -> None:
    log(row, move="missed", text=_("Nobody was there within three minutes"), at=clock.due_at)
    target = next_target(row, moment, only_stations=True)
    if target is not None:  # three minutes: there, or the neighbours come too
        made = call(row, target, why=Call.Why.LATE, moment=moment)
        log(row, move="call", text=_("%(who)s is called too") % {"who": made.name}, at=moment)


def _miss(clock: CallClock, moment: datetime) -> None:
    with transaction.atomic():
        if not claim(clock, moment):
            return
        row = CallOut._base_manager.select_related("place", "area", "dwelling").get(pk=clock.callout_id)
        if clock.kind == Kind.ACCEPT and row.state == CallOut.State.CALLED:
            _unanswered(row, clock, moment)
        elif clock.kind == Kind.ARRIVE and row.state in RUNNING:
            _not_there(row, clock, moment)
        else:
            return
        record(
            by=system_actor(), verb="callout.missed", subject=row, after={"clock": clock.kind, "due_at": clock.due_at}
        )
        callout_moved.send(CallOut, callout=row, move="missed")


def run_clocks(moment: datetime) -> int:
    """Every limit that ran out by `moment`; returns how many were found."""
    rows = CallClock.objects.filter(due_at__lte=moment, done_at=None, missed_at=None).select_related("call")
    found = list(rows.order_by("due_at", "pk")[:BATCH])
    for clock in found:
        _miss(clock, moment)
    return len(found)


@every("stations.callouts", EACH_TURN, Lane.ALARMS)
def escalate(moment: datetime) -> None:
    while run_clocks(moment) >= BATCH:
        pass
