"""/smart/lifts/: lifts with what they saw, and one lift with its commands."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from anju.accounts.http import Request
from anju.areas.permissions import can
from anju.core import time
from anju.core.paging import keyset_page
from anju.core.policy import needs
from anju.monitoring.models import Command, LiftEvent
from anju.monitoring.selectors import lifts as selectors
from anju.monitoring.selectors import smart
from anju.monitoring.services import lifts
from anju.monitoring.views.smart.acting import crumbs, frame, sheet

S = Command.State
TONES: dict[str, tuple[str, str]] = {
    S.WAITING: ("work", "hourglass"),
    S.SENT: ("work", "send"),
    S.ACKNOWLEDGED: ("ok", "circle-check"),
    S.EXPIRED: ("bad", "clock-exclamation"),
    S.REFUSED: ("bad", "circle-x"),
}


@needs("smart.view")
@require_GET
def lift_list(request: Request) -> HttpResponse:
    context, user, query = frame(request, "lifts"), request.user, request.GET
    now, tab = context["now"], context["tab"]
    context |= {
        "tab_rows": selectors.tabs(user, query, now),
        "kinds": LiftEvent.Kind.choices,
        "repeated": selectors.REPEATED,
    }
    if tab == "events":
        rows = selectors.events(user, query)
        page: Any = keyset_page(rows, sort="-at", after=query.get("after", ""))
        context |= {"lines": [(row, *_tone(row.command)) for row in page.rows]}
    else:
        rows = selectors.lifts(user, query, now)
        rows = selectors.repeat(rows) if tab == "repeat" else rows
        page = keyset_page(rows, after=query.get("after", ""))
        lines = selectors.lines(list(page.rows), now)
        context |= {"lines": [(line, *_tone(line.command)) for line in lines], "weeks": selectors.weeks(now)}
    context |= {"page": page, "shown": smart.number(rows)}
    return render(request, "smart/lifts.html", context)


def _tone(command: Command | None) -> tuple[str, str]:
    return TONES[command.state] if command is not None else ("", "")


@needs("smart.export")
@require_GET
def export(request: Request) -> HttpResponse:
    """The events, or the lifts with their weeks, as the list shows them."""
    now, tab = time.now(), request.GET.get("state", "")
    if tab == "events":
        header = [
            _("Lift"),
            _("Where"),
            _("What was seen"),
            _("At"),
            _("Messages"),
            _("Command"),
            _("State of the command"),
        ]
        found = selectors.events(request.user, request.GET).order_by("-at", "-id")[: smart.MOST_EXPORTED]
        lines: Any = (
            [
                row.device.name, row.device.where, row.get_kind_display(), row.at, row.count,
                row.command.get_name_display() if row.command else "", row.command.get_state_display() if row.command else "",
            ]
            for row in found
        )  # fmt: skip
        return sheet(request, _("E-bikes and cylinders in lifts"), header, lines)
    weeks = selectors.weeks(now)
    header = [_("Code"), _("Lift"), _("Where"), *(f"{week:%m-%d}" for week in weeks), _("Last")]
    rows = selectors.lifts(request.user, request.GET, now)
    rows = selectors.repeat(rows) if tab == "repeat" else rows
    lines = (
        [line.lift.code, line.lift.name, line.lift.where, *line.weeks, line.last_at]
        for line in selectors.lines(list(rows.order_by("id")[: smart.MOST_EXPORTED]), now)
    )
    return sheet(request, _("Lifts by week"), header, lines)


@needs("smart.view")
@require_GET
def lift(request: Request, code: str) -> HttpResponse:
    row, now = smart.device_or_404(request.user, selectors.KINDS, code), time.now()
    weeks = selectors.weeks(now, 12)
    counted = dict.fromkeys(weeks, 0)
    events = list(row.lift_events.select_related("command").order_by("-at")[:50])
    for week in row.lift_events.filter(week__gte=weeks[0]).values_list("week", flat=True):
        counted[week] = counted.get(week, 0) + 1
    commands = selectors.commands_of(row)
    chart = {
        "kind": "line", "unit": "", "min": 0, "x": [f"{week:%m-%d}" for week in weeks],
        "series": [{"name": _("Per week"), "data": [counted[week] for week in weeks]}],
        "marks": [{"y": selectors.REPEATED, "name": _("Repeat offender"), "state": "bad"}],
    }  # fmt: skip
    context = {
        "lift": row, "state": getattr(row, "state", None), "events": [(event, *_tone(event.command)) for event in events],
        "commands": [(command, *_tone(command)) for command in commands], "chart": chart, "now": now,
        "running": next((command for command in commands if command.is_running), None), "this_week": counted[weeks[-1]],
        "repeated": selectors.REPEATED, "may_command": can(request.user, "alarm.handle"), "crumbs": crumbs("lifts", _("Lifts")),
        "total": sum(counted.values()),
    }  # fmt: skip
    template = "smart/_lift_commands.html" if request.htmx and request.GET.get("part") else "smart/lift.html"
    return render(request, template, context)


@needs("alarm.handle")
@require_POST
def ask(request: Request, code: str, name: str) -> HttpResponse:
    """Block or release; the answer of the lift shows on its page."""
    if name not in (Command.Name.BLOCK, Command.Name.RELEASE):
        raise Http404
    row = smart.device_or_404(request.user, selectors.KINDS, code)
    lifts.ask(by=request.user, lift=row, name=name)
    messages.success(request, _("Asked for. The lift has two minutes to confirm it."))
    return redirect("smart:lift", code)
