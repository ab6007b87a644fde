"""/alarms/: the queue of the duty room, with the most urgent alarm beside it."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from anju.accounts.http import Request
from anju.accounts.models import User
from anju.areas.permissions import can
from anju.core import time
from anju.core.policy import needs
from anju.monitoring import wording
from anju.monitoring.listening import nobody_since
from anju.monitoring.models import Alarm
from anju.monitoring.response import Help, help_for
from anju.monitoring.selectors import alarms as selectors
from anju.monitoring.selectors.live import cursor_of
from anju.monitoring.views.showing import details

CLOSED_SHOWN = 6
S = Alarm.State


@needs("alarm.view")
@require_GET
def queue(request: Request) -> HttpResponse:
    """?part=queue: only the list, for the screen that keeps itself up to date."""
    now = time.now()
    if request.GET.get("part") == "queue":
        chosen = request.GET.get("chosen", "")
        return render(request, "alarms/_queue.html", {**listed(request, now), "chosen": chosen})
    context = {**listed(request, now), **around(request.user)}
    first = context["first"]
    if first is not None:
        context |= details(request, selectors.alarm_or_404(request.user, first.code), now)
    return render(request, "alarms/queue.html", {**context, "chosen": first.code if first else ""})


def around(user: User) -> dict[str, Any]:
    """What the script of every page of the duty room needs."""
    return {
        "keys": wording.KEYS, "states": [(S.NEW.value, S.NEW.label), (S.ACKNOWLEDGED.value, S.ACKNOWLEDGED.label), (S.DISPATCHED.value, S.DISPATCHED.label)],
        "areas": [(area.code, area.name) for area in selectors.areas_of(user)], "live_from": cursor_of(time.now()),
        "may_handle": can(user, "alarm.handle"),
    }  # fmt: skip


def listed(request: Request, now: datetime) -> dict[str, Any]:
    """The queue in three parts: nobody has seen it, somebody is at it, and what can wait."""
    rows = selectors.queue(request.user, request.GET)
    shown: list[Alarm] = list(selectors.with_details(rows)[: selectors.MOST + 1])
    more = len(shown) > selectors.MOST
    helps = help_for(shown)
    parts: dict[str, list[dict[str, Any]]] = {"waiting": [], "handled": [], "rest": []}
    for row in shown[: selectors.MOST]:
        name = "handled" if row.state != S.NEW else "waiting" if row.kind in selectors.RINGING else "rest"
        parts[name].append(line(row, helps.get(row.code), now))
    order = [*parts["waiting"], *parts["handled"], *parts["rest"]]
    closed = selectors.closed_today(request.user, now)
    return {
        **parts, "now": now, "deaf_since": nobody_since(now), "more": more, "most": selectors.MOST, "first": order[0]["row"] if order else None, "tabs": _tabs(request),
        "filtered": any(request.GET.get(name) for name in ("kind", "area", "state", "q")),
        "closed": [line(row, None, now) for row in selectors.with_details(closed)[:CLOSED_SHOWN]],
        "closed_number": selectors.number(closed), "shown": len(order), "tail": _tail(request),
    }  # fmt: skip


def _tail(request: Request) -> str:
    """The filters, carried along in the addresses of the list."""
    kept = request.GET.copy()
    for name in ("part", "chosen"):
        kept.pop(name, None)
    return f"?{kept.urlencode()}" if kept else ""


def _tabs(request: Request) -> list[dict[str, Any]]:
    counts = selectors.counts(selectors.in_area(selectors.open_for(request.user), request.GET))
    kept = request.GET.copy()
    for name in ("part", "chosen", "kind"):
        kept.pop(name, None)
    found = []
    for key, label, _kinds in selectors.GROUPS:
        query = kept.copy()
        if request.GET.get("kind") != key:  # a second click takes the filter away
            query["kind"] = key
        url = f"{reverse('alarms:queue')}?{query.urlencode()}" if query else reverse("alarms:queue")
        on = request.GET.get("kind") == key
        found.append({"key": key, "label": label, "count": counts[key], "url": url, "on": on})
    return found


def line(row: Alarm, help_: Help | None, now: datetime) -> dict[str, Any]:
    tone, drawing = wording.STATES[row.state]
    return {
        "row": row, "icon": wording.ICONS[row.kind], "loud": wording.LOUD.get(row.kind, ""), "title": wording.title(row),
        "device": wording.device_words(row), "tone": tone, "state_icon": drawing, "help": help_,
        "ago": wording.seconds(max(0, int((now - row.received_at).total_seconds()))),
        "waits": row.state == S.NEW and row.kind in selectors.RINGING,
    }  # fmt: skip
