"""/alarms/AL…/: one alarm in the duty room, and the steps that are done with it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from anju.accounts.http import Request
from anju.core import time
from anju.core.errors import NotAllowed, Refused, Stale
from anju.core.policy import needs
from anju.monitoring.forms_alarms import CloseForm, SendForm
from anju.monitoring.models import Alarm
from anju.monitoring.selectors import alarms as selectors
from anju.monitoring.services import handling, sending
from anju.monitoring.views.alarms import around, listed  # the two pages are one screen
from anju.monitoring.views.showing import details

S = Alarm.State
STEPS = ("acknowledge", "dispatch", "close")


@needs("alarm.view")
@require_GET
def page(request: Request, code: str) -> HttpResponse:
    """The whole duty room with this alarm chosen; ?part=alarm: only the alarm."""
    now, alarm = time.now(), selectors.alarm_or_404(request.user, code)
    if request.GET.get("part") == "alarm":
        return render(request, "alarms/_alarm.html", details(request, alarm, now))
    context = {**listed(request, now), **around(request.user), **details(request, alarm, now), "chosen": code}
    return render(request, "alarms/queue.html", context)


@needs("alarm.handle")
@require_POST
def step(request: Request, code: str, move: str) -> HttpResponse:
    """Acknowledge, dispatch, close. Who comes second is told what happened, and keeps what was typed."""
    alarm = selectors.alarm_or_404(request.user, code)
    if move not in STEPS:
        raise Http404
    forms_: dict[str, Any] = {}
    if move == "close":
        forms_["close_form"] = CloseForm(request.POST)
    elif move == "dispatch":
        forms_["send_form"] = SendForm(request.POST)
    form: forms.Form | None = next(iter(forms_.values()), None)
    status = 422
    if form is None or form.is_valid():
        try:
            _do(request, alarm, move, form.cleaned_data if form is not None else {})
            return _after(request, code)
        except NotAllowed:
            raise
        except Refused as refusal:
            status = _told_why(request, form, refusal)
    fresh = selectors.alarm_or_404(request.user, code)
    context = {**details(request, fresh, time.now(), **forms_), "opened": move if form is not None else ""}
    return _answer(request, context, status)


def _do(request: Request, alarm: Alarm, move: str, data: dict[str, Any]) -> None:
    version = request.POST.get("version", "")
    seen = int(version) if version.isdecimal() else None
    if move == "acknowledge":
        handling.acknowledge(by=request.user, alarm=alarm, version=seen)
    elif move == "dispatch" and data["how"] == "station":
        sending.send_station(by=request.user, alarm=alarm, version=seen)
    elif move == "dispatch":
        handling.dispatch(by=request.user, alarm=alarm, to=data["to"], version=seen)
    else:
        handling.close(by=request.user, alarm=alarm, outcome=data["outcome"], reason=data["reason"], version=seen)


def _told_why(request: Request, form: forms.Form | None, refusal: Refused) -> int:
    words = " ".join(filter(None, (refusal.message, refusal.law, refusal.instead)))
    if form is None:
        messages.warning(request, words)
    else:
        form.add_error(None, words)
    return 409 if isinstance(refusal, Stale) else 422


def _after(request: Request, code: str) -> HttpResponse:
    if not request.htmx:
        return redirect("alarms:alarm", code=code)
    alarm = selectors.alarm_or_404(request.user, code)
    return _answer(request, {**details(request, alarm, time.now()), "done": True}, 200)


def _answer(request: Request, context: dict[str, Any], status: int) -> HttpResponse:
    if request.htmx:
        return render(request, "alarms/_alarm.html", context, status=status)
    whole = {**listed(request, time.now()), **around(request.user), **context, "chosen": context["alarm"].code}
    return render(request, "alarms/queue.html", whole, status=status)
