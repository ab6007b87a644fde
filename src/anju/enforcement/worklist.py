"""What waits for a person: letters to answer, late answers, orders to be served."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from anju.accounts.models import User
from anju.areas.permissions import can
from anju.core import time
from anju.core.paging import capped_count
from anju.core.registry import WorkItem
from anju.enforcement import selectors
from anju.inspections import wording

EACH = 30


def waiting(user: User) -> int | None:
    """For the menu: letters that wait for an answer of the person's body."""
    return capped_count(selectors.inbox(user))[0] or None


def _item(request: Any, title: str, action: str) -> WorkItem:
    hazard = request.action.hazard
    return WorkItem(
        title=title, reason=_("%(where)s: %(asked)s") % {"where": hazard.where, "asked": request.asked},
        url=reverse("enforcement:request", args=[request.code]), action=action, icon="users-group", due_at=request.due_at,
        severity=hazard.severity, person=str(request.sent_by), kind="request",
    )  # fmt: skip


def letters(user: User, now: datetime) -> Iterable[WorkItem]:
    """To be answered by us; and what others have not answered us in time."""
    found = [
        _item(row, _("Letter %(number)s: %(title)s") % {"number": row.document, "title": wording.title(row.action.hazard)}, _("Answer"))
        for row in selectors.inbox(user).order_by("due_at", "id")[:EACH]
    ]  # fmt: skip
    if can(user, "enforcement.ask"):
        late = selectors.asked_by(user).filter(selectors.WAITING, due_at__lte=now).order_by("due_at", "id")[:EACH]
        found += [
            _item(row, _("No answer of %(body)s") % {"body": row.get_to_department_display()}, _("Remind"))
            for row in late
        ]
    return found


def unserved_orders(user: User, now: datetime) -> Iterable[WorkItem]:
    """An order that nobody served starts nothing."""
    if not can(user, "enforcement.order"):
        return []
    rows = selectors.orders(user).filter(officer=user, served_at=None, document__voided_at=None)
    return [
        WorkItem(
            title=_("Serve the order %(number)s") % {"number": row.document}, reason=row.document.addressee,
            url=reverse("documents:serve", args=[row.document.code]), action=_("Record the service"), icon="gavel",
            due_at=time.day_end(time.day_of(row.document.issued_at)), kind="order",
        )
        for row in rows.order_by("document__issued_at")[:EACH]
    ]  # fmt: skip


SOURCES: tuple[Any, ...] = (letters, unserved_orders)
