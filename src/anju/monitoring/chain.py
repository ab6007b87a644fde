"""The chain of an alarm: five steps with their limits where somebody must go there, four where somebody must look (A4.4)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anju.monitoring.models import Alarm
from anju.monitoring.response import Help, Reach
from anju.monitoring.selectors.figures import ACKNOWLEDGE, DISPATCH
from anju.monitoring.vocabulary import DANGER

Text = str | Promise


@dataclass(frozen=True)
class Step:
    """state: ok, late, now, todo. seconds: how long it took, limit: how long it may take; due_at: while it runs."""

    name: Text
    state: str
    at: datetime | None = None
    seconds: int | None = None
    limit: int | None = None
    due_at: datetime | None = None
    who: str = ""


def chain(alarm: Alarm, help_: Help | None) -> list[Step]:
    """The limits are those of danger; nobody is late with a battery."""
    seen = _timed(
        _("Acknowledged"), alarm, alarm.acknowledged_at, alarm.acknowledge_seconds, ACKNOWLEDGE, alarm.acknowledged_by
    )
    if alarm.kind not in DANGER and help_ is None:
        seen = replace(seen, limit=None, due_at=None, state="ok" if seen.at else seen.state)
        sent = Step(_("Sent out"), "ok" if alarm.dispatched_at else "todo", alarm.dispatched_at, alarm.dispatch_seconds)
        return [Step(_("Alarm"), "ok", alarm.received_at), seen, sent, _end(alarm)]
    if alarm.state == Alarm.State.NEW and seen.at is not None:  # it burns again, and waits to be seen once more
        due = help_.called_at + timedelta(seconds=ACKNOWLEDGE) if help_ is not None else None
        seen = Step(seen.name, "now", limit=ACKNOWLEDGE, due_at=due)
    at, seconds = alarm.dispatched_at, alarm.dispatch_seconds
    if help_ is not None and (seconds is None or help_.sent_seconds < seconds):
        at, seconds = help_.called_at, help_.sent_seconds
    sent = _timed(_("Sent out"), alarm, at, seconds, DISPATCH, None)
    answered, there = (_reach(alarm, help_, name) for name in ("answered", "there"))
    return [seen, sent, answered, there, _end(alarm, help_)]


def _timed(
    name: Text, alarm: Alarm, at: datetime | None, seconds: int | None, limit: int, who: object
) -> Step:  # fmt: skip
    if at is None:
        running = alarm.is_open
        due = alarm.received_at + timedelta(seconds=limit) if running else None
        return Step(name, "now" if running else "todo", limit=limit, due_at=due)
    person = "" if who is None or getattr(who, "is_system", False) else str(who)
    return Step(name, "late" if (seconds or 0) > limit else "ok", at, seconds, limit, who=person)


def _reach(alarm: Alarm, help_: Help | None, what: str) -> Step:
    name = pgettext_lazy("chain", "Answered") if what == "answered" else pgettext_lazy("chain", "There")
    if help_ is None:
        return Step(name, "todo")
    reach: Reach = getattr(help_, what)
    if reach.at is not None:
        late = (reach.seconds or 0) > reach.limit
        return Step(name, "late" if late else "ok", reach.at, reach.seconds, reach.limit, who=reach.who)
    waits = help_.open_ and help_.reported_at is None and (what == "answered" or help_.answered.at is not None)
    return Step(name, "now" if waits else "todo", limit=reach.limit, due_at=reach.due_at if waits else None)


def _end(alarm: Alarm, help_: Help | None = None) -> Step:
    name = pgettext_lazy("chain", "Verified")
    if alarm.closed_at is None:
        gone_there = help_ is None or not help_.open_ or help_.reported_at is not None
        return Step(name, "now" if alarm.acknowledged_at and gone_there else "todo")
    person = str(alarm.closed_by) if alarm.closed_by and not alarm.closed_by.is_system else ""
    who = ", ".join(filter(None, (str(alarm.get_outcome_display()), person)))
    return Step(name, "ok", alarm.closed_at, alarm.close_seconds, who=who)
