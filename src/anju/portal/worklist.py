"""What waits for an officer: reports and objections."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from anju.accounts.models import User
from anju.areas.permissions import can
from anju.core.paging import capped_count
from anju.core.registry import WorkItem
from anju.portal import kinds, selectors

EACH = 10


def waiting(user: User) -> int | None:
    """For the menu."""
    return capped_count(selectors.reports(user, "new", {}))[0] or None


def reports(user: User, now: datetime) -> Iterable[WorkItem]:
    if not can(user, "report.answer"):
        return []
    rows = selectors.reports(user, "new", {}).order_by("due_at", "id")[:EACH]
    return [
        WorkItem(
            title=_("Report: %(what)s") % {"what": _(", ").join(kinds.words(row.kinds))}, reason=row.where,
            url=reverse("reports:report", args=[row.code]), action=_("Look into it"), icon="message-report", due_at=row.due_at,
            kind="report",
        )
        for row in rows
    ]  # fmt: skip


def objections(user: User, now: datetime) -> Iterable[WorkItem]:
    if not can(user, "hazard.review"):
        return []
    rows = selectors.objections(user, "waiting", {}).exclude(hazard__found_by=user).order_by("due_at", "id")[:EACH]
    return [
        WorkItem(
            title=_("Objection: %(what)s") % {"what": row.hazard.title}, reason=row.hazard.where,
            url=reverse("reports:objections"), action=_("Answer"), icon="message-report", due_at=row.due_at, kind="objection",
            severity=row.hazard.severity,
        )
        for row in rows
    ]  # fmt: skip


SOURCES: tuple[Any, ...] = (reports, objections)
