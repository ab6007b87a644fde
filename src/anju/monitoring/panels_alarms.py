"""Alarms on the page of a dwelling: what is open there, what there was, and the line in its history."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from anju.areas.permissions import can
from anju.core.templatetags.state_tags import Event
from anju.dwellings.models import Dwelling
from anju.monitoring import wording
from anju.monitoring.models import Alarm, Device
from anju.monitoring.selectors import alarms


def _of_home(request: Any, home: Dwelling) -> alarms.OfHome:
    """Read once per page."""
    kept: dict[int, alarms.OfHome] = getattr(request, "anju_alarms", {})
    if home.pk not in kept:
        kept[home.pk] = alarms.of_home(request.user, home)
        request.anju_alarms = kept
    return kept[home.pk]


def dwelling_above(request: HttpRequest, subject: Any) -> str:
    """subject: (dwelling, …). An alarm of danger that nobody has closed stands above whatever the verdict says."""
    home, _shown = subject
    if not can(request.user, "alarm.view"):
        return ""
    rows = [row for row in _of_home(request, home).open if row.kind in alarms.RINGING]
    lines = [(row, wording.title(row), wording.ICONS[row.kind]) for row in rows]
    return render_to_string("alarms/_above_home.html", {"lines": lines}) if lines else ""


def dwelling_side(request: HttpRequest, home: Dwelling) -> str:
    user: Any = request.user
    if not can(user, "alarm.view"):
        return ""
    found = _of_home(request, home)
    devices = Device.objects.for_user(user).filter(dwelling=home, retired_on=None).count()
    if not (found.total or devices):
        return ""
    context = {
        "open": [(row, wording.title(row), wording.ICONS[row.kind], wording.LOUD.get(row.kind, "")) for row in found.open],
        "closed": [(row, wording.title(row), wording.OUTCOMES.get(row.outcome, ("plain", "circle-check"))) for row in found.closed],
        "total": found.total, "devices": devices,
    }  # fmt: skip
    return render_to_string("alarms/_of_home.html", context)


def history(user: Any, home: Dwelling, most: int) -> Iterable[Event]:
    """Alarms of danger in the history of a home."""
    if not can(user, "alarm.view"):
        return []
    rows = alarms.visible(user).filter(dwelling=home, kind__in=alarms.RINGING).select_related("device")
    return [
        Event(
            row.received_at, wording.title(row), _ended(row), str(row.closed_by or "") if row.closed_by_id else "",
            "over" if row.is_open else "", reverse("alarms:alarm", args=[row.code]),
        )
        for row in rows.select_related("closed_by").order_by("-received_at", "-id")[:most]
    ]  # fmt: skip


def _ended(row: Alarm) -> str:
    return (
        ": ".join(filter(None, (str(row.get_outcome_display()), row.reason)))
        if not row.is_open
        else str(row.get_state_display())
    )
