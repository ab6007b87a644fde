"""What waits for an officer: declarations, and residence registrations for the police."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from anju.accounts.models import User
from anju.areas.permissions import can
from anju.core.paging import capped_count
from anju.core.registry import WorkItem
from anju.registration import declared, selectors

EACH = 10


def waiting(user: User) -> int | None:
    """For the menu."""
    return capped_count(selectors.declarations(user, "waiting", {}))[0] or None


def declarations(user: User, now: datetime) -> Iterable[WorkItem]:
    if not can(user, "declaration.review"):
        return []
    rows = selectors.declarations(user, "waiting", {}).order_by("due_at", "id")[:EACH]
    return [
        WorkItem(
            title=_("%(kind)s: %(home)s") % {"kind": row.get_kind_display(), "home": row.dwelling.address},
            reason=declared.summary(row), url=reverse("declarations:declaration", args=[row.code]), action=_("Decide"),
            icon="clipboard-check", due_at=row.due_at, kind="declaration",
        )
        for row in rows
    ]  # fmt: skip


SOURCES: tuple[Any, ...] = (declarations,)
