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


def dwelling_side(request: HttpRequest, home: Dwelling) -> str:
    user: Any = request.user
    if not can(user, "alarm.view"):
        return ""
    found = alarms.of_home(user, home)
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
