"""What one person has to do, by urgency: the lines that every app gives for the home page (X7: one list, nothing twice)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anju.accounts.models import User
from anju.core import time
from anju.core.registry import WorkItem, registry

PER_SOURCE = 30  # every source stops there, so a count that reaches it is "at least"
SHOWN = 4  # of each group, and TOGETHER where there are few groups
TOGETHER = 9
MOST_SHOWN = 200
TABS: tuple[tuple[str, str | Promise], ...] = (
    ("", _("All")),
    ("over", _("Overdue")),
    ("today", _("Due today")),
    ("week", _("This week")),
)


@dataclass
class Group:
    """Lines of one urgency under one heading."""

    key: str
    label: str | Promise
    css: str
    items: list[WorkItem] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.items)


@dataclass(frozen=True)
class Today:
    """Everything for the page; `more` when a source stopped counting."""

    groups: list[Group]
    more: bool

    def of(self, key: str) -> list[WorkItem]:
        return next((group.items for group in self.groups if group.key == key), [])

    @property
    def overdue(self) -> int:
        return len(self.of("over"))

    @property
    def pressing(self) -> int:
        """To be done today: overdue ones and those that end today."""
        return self.overdue + len(self.of("today"))

    @property
    def plus(self) -> str:
        """ "+" beside a number that is at least that many."""
        return "+" if self.more else ""

    @property
    def late_plus(self) -> str:
        return "+" if self.more and self.overdue >= PER_SOURCE else ""

    def tabs(self) -> list[tuple[str, str | Promise, int]]:
        everything = sum(group.count for group in self.groups)
        counts = {group.key: group.count for group in self.groups}
        return [(key, label, counts.get(key, 0) if key else everything) for key, label in TABS]

    def shown(self, tab: str) -> list[tuple[Group, list[WorkItem], int]]:
        """(group, lines to show, how many more); a chosen tab shows all of its own."""
        wanted = [group for group in self.groups if group.items and tab in ("", group.key)]
        most = MOST_SHOWN if tab else max(SHOWN, TOGETHER // max(1, len(wanted)))
        return [(group, group.items[:most], max(0, group.count - most)) for group in wanted]


def _group_of(due: datetime | None, now: datetime) -> str:
    if due is None:
        return "week"
    if due <= now:
        return "over"
    return "today" if due <= time.day_end(time.day_of(now)) else "week"


def today(user: User, now: datetime, *, mine: bool = False) -> Today:
    """`mine`: only lines that name the person or nobody."""
    groups = {
        "over": Group("over", _("Overdue"), "over"),
        "today": Group("today", _("Due today"), "due"),
        "week": Group("week", _("This week"), ""),
    }
    more = False
    for source in registry.work:
        found = list(source(user, now))
        more = more or len(found) >= PER_SOURCE
        for item in found:
            if not mine or item.person in ("", str(user)):
                groups[_group_of(item.due_at, now)].items.append(item)
    for group in groups.values():
        group.items.sort(key=lambda item: (item.due_at or now + timedelta(days=7), item.title))
    return Today(list(groups.values()), more)
