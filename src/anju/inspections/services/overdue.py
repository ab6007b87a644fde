"""What time alone does: a clock that ran out becomes a stored move. Several workers may run it, each clock counts once.

Claim, hazard row, event and tier are one transaction: a worker that is killed in between leaves the clock unclaimed, and
the next run takes it.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from anju.accounts.services import system_actor
from anju.inspections import workflow
from anju.inspections.models import Clock, Hazard
from anju.inspections.services import clocks, tiers
from anju.inspections.services.moving import fresh, write
from anju.jobs.services import every

INTERVAL = timedelta(minutes=1)
BATCH = 200


def claim(clock: Clock, moment: datetime) -> bool:
    """True for the one worker that marks the clock as missed."""
    rows = Clock.objects.filter(pk=clock.pk, due_at__lte=moment, done_at=None, stopped_at=None, missed_at=None)
    return rows.update(missed_at=moment) == 1


def missed_words(row: Hazard, kind: str) -> str:
    who = row.answerable_name or row.get_answerable_display()
    if kind == Clock.Kind.MOVE_OUT:
        return _("The agreed move-out is late; this counts against %(who)s, not against the tenant") % {"who": who}
    return _("Overdue: %(who)s has not put it right") % {"who": who}


def _party_missed(row: Hazard, clock: Clock, moment: datetime) -> None:
    values = {"misses": row.misses + 1} if clock.order else {}
    text = missed_words(row, clock.kind)
    write(row, by=system_actor(), verb="hazard.overdue", move="overdue", text=text, values=values, at=clock.due_at)


def _miss(clock: Clock, moment: datetime) -> None:
    with transaction.atomic():
        if not claim(clock, moment):
            return
        row = fresh(clock.hazard, None)
        if (
            clock.kind in clocks.CORRECTION
            and row.state in clocks.OF_STATE
            and clock.kind in clocks.OF_STATE[row.state]
        ):
            _party_missed(row, clock, moment)
        else:
            text = _("%(what)s is late") % {"what": clock.get_kind_display()}
            write(row, by=system_actor(), verb="hazard.overdue", move="overdue", text=text, values={}, at=clock.due_at)
        clocks.settle(row)
        tiers.refresh(row)


def _first_day_passed(row: Hazard, moment: datetime) -> None:
    with transaction.atomic():
        done = Hazard._base_manager.filter(pk=row.pk, first_missed_at=None).update(first_missed_at=row.first_due_at)
        if done == 1:
            tiers.refresh(fresh(row, None))


def run_clocks(moment: datetime) -> int:
    """Everything that ran out by `moment`; returns how many clocks were found. Each in a transaction of its own."""
    ran_out = Clock.objects.filter(due_at__lte=moment, done_at=None, stopped_at=None, missed_at=None)
    found = list(ran_out.select_related("hazard").order_by("due_at", "id")[:BATCH])
    for clock in found:
        _miss(clock, moment)
    passed = Hazard._base_manager.filter(
        first_missed_at=None,
        first_due_at__lte=moment,
        state__in=[*workflow.UNDER_WORK, Hazard.State.JOINT],
        stopped_reason="",
    )
    for row in passed.order_by("first_due_at", "id")[:BATCH]:
        _first_day_passed(row, moment)
    return len(found)


@every("hazards.overdue", INTERVAL)
def overdue(moment: datetime) -> None:
    while run_clocks(moment) >= BATCH:
        pass
