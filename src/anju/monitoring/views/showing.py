"""What the screen of one alarm shows: chain, curve, incident, history, telephones, and which steps are open."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from anju.accounts.http import Request
from anju.areas.permissions import can
from anju.core import time
from anju.core.registry import registry
from anju.monitoring import wording
from anju.monitoring.chain import chain
from anju.monitoring.forms_alarms import CloseForm, SendForm
from anju.monitoring.models import Alarm, AlarmEvent
from anju.monitoring.response import help_for, helper
from anju.monitoring.selectors import alarms as selectors
from anju.monitoring.selectors.curve import curve_of
from anju.monitoring.selectors.elevation import elevation_of
from anju.monitoring.services import handling
from anju.monitoring.vocabulary import DANGER

S = Alarm.State


def details(
    request: Request, alarm: Alarm, now: datetime, close_form: CloseForm | None = None, send_form: SendForm | None = None
) -> dict[str, Any]:  # fmt: skip
    help_, helping = help_for([alarm]).get(alarm.code), helper()
    may = can(request.user, "alarm.handle") and alarm.is_open
    curve = curve_of(alarm, request.GET.get("reading", ""), now)
    return {
        "alarm": alarm, "now": now, "title": wording.title(alarm), "why": wording.why(alarm), "why_source": wording.source(alarm),
        "icon": wording.ICONS[alarm.kind], "loud": wording.LOUD.get(alarm.kind, ""), "device_words": wording.device_words(alarm),
        "steps": [(step, wording.seconds(step.seconds)) for step in chain(alarm, help_)], "help": help_,
        "curve": curve, "chart": curve.chart if curve else None, "curve_sentence": _curve_sentence(alarm, curve),
        "fellows": [(row, wording.title(row)) for row in selectors.fellows(request.user, alarm)],
        "events": [_event(event) for event in selectors.events_of(alarm)],
        "elevation": elevation_of(request.user, alarm), "dangerous": alarm.kind in DANGER, "old": now - alarm.received_at > timedelta(hours=1),
        "took": wording.seconds(int(((alarm.closed_at or now) - alarm.received_at).total_seconds())),
        "telephones": _telephones(alarm), "first_help": helping.first(alarm) if helping and may else "",
        "may_acknowledge": may and alarm.state == S.NEW, "may_dispatch": may and alarm.state in (S.NEW, S.ACKNOWLEDGED),
        "may_close": may and alarm.state in (S.ACKNOWLEDGED, S.DISPATCHED), "locked": helping.waits_for(alarm) if helping and may else "",
        "close_form": close_form or CloseForm(initial=_told(help_)), "send_form": send_form or SendForm(initial={"how": "station"}),
        "outcome_tone": wording.OUTCOMES.get(alarm.outcome, ("plain", "circle-check")), "panel_know": panels(request, "alarm.know", alarm),
        "panel_side": panels(request, "alarm.side", alarm), "sees_home": alarm.dwelling_id is not None and can(request.user, "dwelling.view"),
        "ends": [(one.value, one.label, key, wording.OUTCOMES[one][1]) for one, key in zip(handling.OUTCOMES, "RFTX", strict=True)],
    }  # fmt: skip


def _told(help_: Any) -> dict[str, str]:
    """What was reported from the spot is the beginning of how the alarm ends."""
    return {"outcome": help_.outcome, "reason": help_.finding} if help_ is not None and help_.outcome else {}


def _curve_sentence(alarm: Alarm, curve: Any) -> str:
    if curve is None:
        return ""
    return _("%(reading)s around %(at)s, newest %(value)s %(unit)s") % {
        "reading": curve.label, "at": f"{time.local(alarm.first_at):%H:%M:%S}", "value": curve.newest, "unit": curve.unit,
    }  # fmt: skip


def panels(request: HttpRequest, name: str, alarm: Alarm) -> SafeString:
    """Parts of apps above this one: who goes there, what to know before going in."""
    return mark_safe("".join(panel.render(request, alarm) for panel in registry.panels_of(name)))  # noqa: S308  # escaped by their templates


def _event(event: AlarmEvent) -> dict[str, Any]:
    states = {"open": "bad", "acknowledge": "now", "dispatch": "now", "sent": "now", "there": "ok", "answered": "ok",
              "missed": "over", "close": "ok", "gone": "ok", "confirmed": "bad"}  # fmt: skip
    who = str(event.by) if event.by and not event.by.is_system else ""
    return {"at": event.at, "title": event.text, "text": "", "who": who, "state": states.get(event.move, "")}


def _telephones(alarm: Alarm) -> list[dict[str, str]]:
    """Duty numbers of who is responsible for the spot, nearest first; nobody's private telephone."""
    found, area = [], alarm.area
    while area is not None:
        if area.leader_phone:
            who = f"{area.name} {area.leader_name}".strip()
            found.append({"who": who, "phone": area.leader_phone})
        area = area.parent  # type: ignore[assignment]  # the city has none
    return found[:3]
