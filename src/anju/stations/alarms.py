"""Call-outs as the help of an alarm (A4.4): who goes there, how far they are, and what they must know before going in."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from anju.areas.permissions import can
from anju.core import time
from anju.monitoring.models import Alarm
from anju.monitoring.response import Help, Reach
from anju.monitoring.vocabulary import DANGER
from anju.stations import norms, wording
from anju.stations.models import CallOut
from anju.stations.selectors import briefing
from anju.stations.selectors import callouts as selectors
from anju.stations.selectors.ladder import stations_for
from anju.stations.services.for_alarms import call_for

S = CallOut.State


class StationHelp:
    """What `monitoring.response` asks for."""

    def of(self, alarms: Sequence[Alarm]) -> dict[str, Help]:
        return {code: _help(row, code) for code, row in selectors.of_alarms(alarms).items()}

    def first(self, alarm: Alarm) -> str:
        found = stations_for(alarm.place, time.now())
        return found[0].name if found else _("the leader of the grid")

    def start(self, *, by: Any, alarm: Alarm) -> str:
        row = call_for(alarm, by=by)
        made = row.calls.order_by("-order").first()
        return str(made.name if made else row.station or "")

    def waits_for(self, alarm: Alarm) -> str:
        row = selectors.of_alarms([alarm]).get(alarm.code)
        if row is None or row.reported_at is not None or not row.is_open:
            return ""
        who = row.station or _("The station")
        return _("%(who)s has not reported from the spot yet.") % {"who": who}


def _help(row: CallOut, code: str) -> Help:
    tone, drawing = wording.STATES[row.state]
    answered = None if row.accepted_at is None else row.answer_seconds
    responders = list(row.responders.all())
    return Help(
        code=row.code, url=reverse("stations:callout", args=[row.code]), who=str(row.station or _("the leader of the grid")),
        state=str(row.get_state_display()), tone=tone, icon=drawing, called_at=row.called_at, sent_seconds=row.dispatch_seconds,
        answered=Reach(row.accepted_at, answered, norms.ACCEPT.seconds, row.called_at + norms.ACCEPT, responders[0].name if responders else ""),
        there=Reach(row.arrived_at, row.arrival_seconds, norms.ARRIVE.seconds, row.alarm_at + norms.ARRIVE),
        outcome=row.outcome if row.reported_at else "", finding=row.finding, reported_at=row.reported_at, open_=row.is_open,
    )  # fmt: skip


# --- panels on the alarm's page ----------------------------------------------------------------------------------------


def know(request: HttpRequest, alarm: Alarm) -> str:
    """Before going in: people by number only, gas, fire, water, the way. As it was at the call, else as it is known now."""
    if not can(request.user, "callout.view"):
        return ""
    row = selectors.of_alarms([alarm]).get(alarm.code) or _unwritten(alarm)
    return render_to_string("stations/_alarm_know.html", {"know": briefing.lines(row)})


def _unwritten(alarm: Alarm) -> CallOut:
    """A call-out that nobody has started, to read from it what would be told."""
    known = briefing.known_of(alarm.dwelling)
    return CallOut(
        dwelling=alarm.dwelling, place=alarm.place, place_path=alarm.place_path, people=known.people, need_help=known.need_help,
        known=[list(fact) for fact in known.facts],
    )  # fmt: skip


def side(request: HttpRequest, alarm: Alarm) -> str:
    """Who goes there and how long they have; before that, who would be called."""
    user: Any = request.user
    if not can(user, "callout.view"):
        return ""
    row, now = selectors.of_alarms([alarm]).get(alarm.code), time.now()
    targets = stations_for(alarm.place, now)[:2] if alarm.is_open and alarm.kind in DANGER else []
    context: dict[str, Any] = {
        "callout": row, "now": now, "targets": [(one, wording.names(one.people)) for one in targets], "alarm": alarm,
    }  # fmt: skip
    if row is not None and row.state not in (S.CALLED, S.ACCEPTED):
        context["targets"] = []  # somebody is there: what is needed now is on the card
    if row is not None:
        seen = selectors.visible(user).filter(pk=row.pk).exists()
        limit = row.alarm_at + norms.ARRIVE
        context |= {
            "tone": wording.STATES[row.state], "linked": seen, "limit": limit, "late": limit < now, "route": briefing.route_of(row),
            "crew": ", ".join(one.name for one in row.responders.all()), "runs": row.state in (S.CALLED, S.ACCEPTED),
            "calls": list(row.calls.order_by("order")), "may_answer": seen and can(user, "callout.answer"),
            "may_report": seen and can(user, "callout.command") and row.state in (S.CALLED, S.ACCEPTED, S.ARRIVED),
            "part": min(100, int(100 * (now - row.alarm_at) / norms.ARRIVE)), "outcome_tone": wording.OUTCOMES.get(row.outcome),
            "there": wording.seconds_words(row.arrival_seconds),
        }  # fmt: skip
    return render_to_string("stations/_alarm_side.html", context, request=request)
