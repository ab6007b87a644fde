"""/station/: the page in the hand of whoever is called. One screen, one big button for the next step."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anju.accounts.http import Request, prolong
from anju.core import time
from anju.core.errors import Refused
from anju.core.policy import needs
from anju.stations import norms, wording
from anju.stations.models import CallOut, Responder
from anju.stations.selectors import briefing, roster
from anju.stations.selectors import callouts as selectors
from anju.stations.selectors import stations as station_rows
from anju.stations.services import callouts
from anju.stations.views.acting import sent
from anju.stations.views.callouts import TAPS, act_with, form_of, step_titles

S = CallOut.State
# state → what the big button does
NEXT: dict[str, str] = {S.CALLED: "accept", S.ACCEPTED: "arrive", S.ARRIVED: "report", S.REPORTED: "close"}


def _shown(request: Request) -> tuple[CallOut | None, list[CallOut]]:
    """(the call-out on the screen, the other open ones): the one asked for, else the oldest nobody has answered."""
    rows = list(selectors.open_for(request.user).select_related("place", "area", "station")[:20])
    wanted = request.GET.get("call", "")
    found = next((row for row in rows if row.code == wanted), None)
    mine = set(_joined(request, rows))
    if found is None:
        found = next((row for row in rows if row.code in mine), None) or next(
            (row for row in rows if row.state == S.CALLED), rows[0] if rows else None
        )
    return found, [row for row in rows if row is not found]


def _joined(request: Request, rows: list[CallOut]) -> list[str]:
    found = Responder.objects.filter(callout__in=rows, user=request.user)
    return list(found.values_list("callout__code", flat=True))


def _time(row: CallOut, moment: Any) -> dict[str, Any]:
    """The clock of the band: counts up from the alarm until somebody is there, against three minutes."""
    ends = row.arrived_at or moment
    passed = max(0, int((ends - row.alarm_at).total_seconds()))
    limit = norms.ARRIVE.seconds
    due = row.alarm_at + norms.ARRIVE
    return {
        "passed": passed, "clock": _minutes(passed), "left": _minutes(abs(limit - passed)), "late": passed > limit,
        "part": min(100, passed * 100 // limit), "running": row.arrived_at is None, "due": due,
    }  # fmt: skip


def _minutes(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02d}"


def _steps(row: CallOut) -> list[dict[str, Any]]:
    """The steps that are done, with who and how long, and the one that is now."""
    people = [responder.name for responder in row.responders.order_by("pk")]
    done = []
    if row.accepted_at:
        done.append(
            {"text": _("Answered"), "who": _(", ").join(people), "took": wording.seconds_words(row.answer_seconds)}
        )
    if row.arrived_at:
        done.append({"text": _("There"), "who": "", "took": wording.seconds_words(row.arrival_seconds)})
    if row.reported_at:
        done.append({"text": row.get_outcome_display(), "who": row.finding, "took": ""})
    now = {
        S.CALLED: _("Waits for your answer"), S.ACCEPTED: _("On the way to the spot"), S.ARRIVED: _("Look, then report"),
        S.REPORTED: _("Put everything back, then close"),
    }  # fmt: skip
    return [{**line, "done": True} for line in done] + [
        {"text": now[S(row.state)], "done": False, "number": len(done) + 1}
    ]


def _context(request: Request) -> dict[str, Any]:
    row, others = _shown(request)
    moment = time.now()
    if row is None:
        return {"callout": None, "now": moment, **_calm(request, moment)}
    joined = row.code in _joined(request, [row])
    return {
        "callout": row, "others": others, "time": _time(row, moment), "now": moment, "next": NEXT[row.state],
        "know": briefing.lines(row), "route": briefing.route_of(row), "steps": _steps(row), "joined": joined,
        "level_icon": wording.LEVEL_ICONS[row.level], "outcomes": [(value, label, wording.OUTCOMES[value][1]) for value, label in CallOut.Outcome.choices],
    }  # fmt: skip


def _calm(request: Request, moment: Any) -> dict[str, Any]:
    """Nothing burns: who is on duty at the own stations, what has to be seen to."""
    own = list(station_rows.visible(request.user).filter(closed_on=None).order_by("name")[:3])
    there = roster.on_duty([row.pk for row in own], moment)
    return {
        "stations": [
            {"row": row, "people": there.get(row.pk, []), "tone": wording.READINESS[row.readiness], "whys": wording.whys(row)[:3]}
            for row in own
        ],
        "last": selectors.visible(request.user).filter(state=S.CLOSED).order_by("-alarm_at")[:3],
    }  # fmt: skip


@needs("callout.turn_out")
@require_GET
def board(request: Request) -> HttpResponse:
    return render(request, "stations/phone.html", _context(request))


@needs("callout.turn_out")
@require_GET
def now(request: Request) -> HttpResponse:
    """The same without the frame, asked for every two seconds."""
    prolong(request)
    return render(request, "stations/_phone.html", _context(request))


@needs("callout.turn_out")
@require_http_methods(["GET", "POST"])
def step(request: Request, code: str, step: str) -> HttpResponse:
    """A tap, or the form of the last step. A refusal (somebody was faster) is said above the new state."""
    row, back = selectors.callout_or_404(request.user, code), f"{reverse('station:board')}?call={code}"
    if step in TAPS or (step == "report" and "outcome" in request.POST):
        if request.method == "POST":
            try:
                _tap(request, row, step)
            except Refused as refusal:
                messages.warning(request, f"{refusal.message} {refusal.instead}".strip())
        return redirect(back)
    if step != "close":
        raise Http404
    form = form_of(request, row, step)
    if sent(request, form, lambda data: act_with(request, row, step, data), _("The call-out is closed.")):
        return redirect("station:board")
    context = {"callout": row, "form": form, "back": back, "title": step_titles()[step]}
    return render(request, "stations/phone_close.html", context, status=422 if form.errors else 200)


def _tap(request: Request, row: CallOut, step: str) -> None:
    if step == "report":
        callouts.report(by=request.user, callout=row, outcome=request.POST["outcome"])
    else:
        TAPS[step](by=request.user, callout=row)
