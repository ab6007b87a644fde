"""Alarms outside of their own pages: the number in the menu, the day's work, the search box."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from anju.accounts.models import User
from anju.areas.permissions import can
from anju.areas.scope import scope_of
from anju.core.registry import SearchHit, WorkItem
from anju.monitoring import wording
from anju.monitoring.models import Alarm
from anju.monitoring.selectors import alarms, figures

EACH = 20
S = Alarm.State


def urgent(user: User) -> int | None:
    """For the menu: danger that nobody has acknowledged."""
    return alarms.urgent_count(user) or None if can(user, "alarm.view") else None


def work(user: User, now: datetime) -> Iterable[WorkItem]:
    """Danger that waits to be acknowledged, then what was acknowledged and still has no end."""
    if not can(user, "alarm.handle") or not scope_of(user).departments:
        return []
    rows = alarms.with_details(alarms.open_for(user).filter(kind__in=alarms.RINGING))
    waiting = list(rows.filter(state=S.NEW)[:EACH])
    return [_item(row) for row in [*waiting, *rows.exclude(state=S.NEW)[: EACH - len(waiting)]]]


def _item(row: Alarm) -> WorkItem:
    new = row.state == S.NEW
    return WorkItem(
        title=wording.spoken(row), reason=str(row.get_state_display()), url=reverse("alarms:alarm", args=[row.code]),
        action=_("Acknowledge") if new else _("Bring it to an end"), icon=wording.ICONS[row.kind],
        due_at=row.received_at + timedelta(seconds=figures.ACKNOWLEDGE if new else 3600), kind="alarm",
    )  # fmt: skip


def search(user: User, text: str) -> Iterable[SearchHit]:
    """By the alarm's code, or open ones by their address."""
    if not can(user, "alarm.view") or len(text) < 2:
        return []
    rows: Any = alarms.with_details(alarms.visible(user))
    found = list(rows.filter(code=text.upper())[:1])
    found = found or list(rows.filter(alarms.OPEN, where__icontains=text).order_by("rank", "received_at")[:5])
    return [
        SearchHit(
            wording.title(row), row.where, reverse("alarms:alarm", args=[row.code]), wording.ICONS[row.kind],
            "overdue" if row.state == S.NEW and row.kind in alarms.RINGING else "",
        )
        for row in found
    ]  # fmt: skip
