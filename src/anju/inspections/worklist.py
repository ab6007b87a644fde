"""What somebody has to do today: visits by day, and the lines for the home page."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anju.accounts.models import User
from anju.areas.models import Area
from anju.areas.permissions import can
from anju.areas.scope import scope_of
from anju.core import paths, time
from anju.core.paging import capped_count
from anju.core.registry import SearchHit, WorkItem
from anju.inspections import selectors, wording
from anju.inspections.models import Hazard, Plan, PlanItem

MOST = 200
EACH = 30

GROUPS: tuple[tuple[str, str | Promise, str], ...] = (
    ("over", gettext_lazy("Overdue"), "over"),
    ("today", gettext_lazy("Today"), "due"),
    ("week", gettext_lazy("This week"), ""),
    ("later", gettext_lazy("Later"), ""),
)


@dataclass
class VisitGroup:
    key: str
    label: str | Promise
    css: str
    items: list[PlanItem] = field(default_factory=list)


def open_items(user: User) -> "QuerySet[PlanItem]":
    rows: QuerySet[PlanItem] = PlanItem.objects.for_user(user).filter(state=PlanItem.State.OPEN)
    return rows


def visits(user: User, *, mine: bool, reason: str = "", area: str = "") -> list[VisitGroup]:
    """Open visits by urgency; re-occupation checks appear a week ahead, not months."""
    today = time.today()
    week = today + timedelta(days=6 - today.weekday() or 7)
    rows = open_items(user)
    if mine:
        rows = rows.filter(inspector=user)
    if reason:
        rows = rows.filter(reason=reason)
    found = Area.objects.filter(code=area).first() if area else None
    if found is not None:
        rows = rows.filter(paths.under("area_path", found.path))
    rows = rows.exclude(reason=Plan.Reason.REOCCUPATION, due_on__gt=today + timedelta(days=7))
    groups = {key: VisitGroup(key, label, css) for key, label, css in GROUPS}
    for item in rows.select_related("dwelling", "place", "inspector", "plan", "hazard").order_by("due_on", "id")[:MOST]:
        groups[_group(item.due_on, today, week)].items.append(item)
    return [group for group in groups.values() if group.items]


def _group(due: date, today: date, week: date) -> str:
    if due < today:
        return "over"
    if due == today:
        return "today"
    return "week" if due <= week else "later"


def rounds(user: User) -> "QuerySet[Plan]":
    rows: QuerySet[Plan] = Plan.objects.for_user(user).select_related("area", "created_by")
    done = Count("items", filter=Q(items__state=PlanItem.State.DONE))
    late = Count("items", filter=Q(items__state=PlanItem.State.OPEN, items__due_on__lt=time.today()))
    return rows.annotate(homes=Count("items"), visited=done, late=late).order_by("-created_at")[:100]


def overdue_count(user: User) -> int | None:
    """For the menu: overdue hazards in what the person sees."""
    if not can(user, "hazard.view"):
        return None
    return capped_count(selectors.visible(user).filter(overdue=True, active=True))[0] or None


def visit_count(user: User) -> int | None:
    rows = open_items(user).filter(due_on__lte=time.today())
    if can(user, "inspection.record") and not can(user, "inspection.plan"):
        rows = rows.filter(inspector=user)
    return capped_count(rows)[0] or None


def _hazard_item(row: Hazard, user: User) -> WorkItem:
    label, url = selectors.next_step(row, user)
    about = selectors.about(row)
    reason = _("%(where)s: %(about)s") % {"where": row.where, "about": about} if about else row.where
    return WorkItem(
        title=wording.title(row), reason=reason, url=url, action=label, icon="alert-triangle", due_at=row.due_at,
        severity=row.severity, person=str(row.handler or ""), kind="hazard",
    )  # fmt: skip


def hazard_work(user: User, now: datetime) -> Iterable[WorkItem]:
    """Hazards that wait for this person: one's own for who handles, the urgent ones of the area for who assigns."""
    if not can(user, "hazard.view") or not scope_of(user).departments:
        return []
    rows = selectors.visible(user).filter(active=True)
    soon = time.day_end(time.day_of(now)) + timedelta(days=6)
    own = rows.filter(handler=user, due_at__lte=soon)
    found = list(selectors.with_details(own).order_by("due_at", "id")[:EACH])
    if can(user, "hazard.assign") or can(user, "hazard.confirm"):
        urgent = rows.exclude(handler=user).filter(Q(overdue=True) | Q(due_at__lte=time.day_end(time.day_of(now))))
        found += list(selectors.with_details(urgent).order_by("due_at", "id")[:EACH])
    return [_hazard_item(row, user) for row in found]


def visit_work(user: User, now: datetime) -> Iterable[WorkItem]:
    if not can(user, "inspection.record"):
        return []
    rows = open_items(user).filter(inspector=user, due_on__lte=time.day_of(now) + timedelta(days=6))
    return [
        WorkItem(
            title=str(item), reason=_("%(reason)s, %(when)s") % {"reason": item.get_reason_display(), "when": item.get_next_try_display()},
            url=visit_url(item), action=_("Visit"), icon="route", due_at=time.day_end(item.due_on), kind="visit",
        )
        for item in rows.select_related("dwelling", "place").order_by("due_on", "id")[:EACH]
    ]  # fmt: skip


def visit_url(item: PlanItem) -> str:
    if item.dwelling is None:
        return reverse("inspections:work")
    return f"{reverse('inspections:visit-new', args=[item.dwelling.code])}?item={item.pk}"


def inbox_work(user: User, now: datetime) -> Iterable[WorkItem]:
    if not can(user, "hazard.answer"):
        return []
    return [
        WorkItem(
            title=_("Handed over to us: %(title)s") % {"title": wording.title(sent.hazard)}, reason=sent.reason,
            url=reverse("hazards:hazard", args=[sent.hazard.code]), action=_("Answer"), icon="transfer",
            due_at=sent.reply_due_at, severity=sent.hazard.severity, person=str(sent.sent_by), kind="hand_over",
        )
        for sent in selectors.inbox(user)[:EACH]
    ]  # fmt: skip


SOURCES: tuple[Any, ...] = (hazard_work, visit_work, inbox_work)


def search(user: User, text: str) -> Iterable[SearchHit]:
    """Hazards by code, or by the words of their title; the site's search box."""
    if not can(user, "hazard.view") or len(text) < 2:
        return []
    rows = selectors.visible(user)
    by_code = rows.filter(code=text.upper())
    found = list(by_code[:1]) or list(rows.filter(active=True, title__icontains=text).order_by("due_at", "id")[:5])
    return [
        SearchHit(
            wording.title(row), row.where, reverse("hazards:hazard", args=[row.code]), "alert-triangle",
            "overdue" if row.overdue else "",
        )
        for row in found
    ]  # fmt: skip
