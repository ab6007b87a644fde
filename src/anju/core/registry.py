"""Where upper apps hang what lower pages show, so that no lower app knows an upper one.

Filled in `AppConfig.ready`; read by the context processor, by pages with panels, and by the worker.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise

from anju.core.templatetags.state_tags import Event

Text = str | Promise


@dataclass(frozen=True)
class MenuItem:
    group: str  # "today", "homes", "remedy", "basis": the jobs of the menu, in this order
    order: int
    label: Text
    icon: str
    url_name: str
    verb: str
    count: Callable[[Any], int | None] | None = None  # user -> number shown beside it
    urgent: bool = False  # the number is shown as overdue


@dataclass(frozen=True)
class Panel:
    """A part of another app's page. `render(request, subject)` returns safe HTML or "" to stay away."""

    page: str  # "dwelling.above", "dwelling.side", "dwelling.actions", "dwelling.line", "place.main", "home.side" …
    order: int
    render: Callable[[HttpRequest, Any], str]


@dataclass(frozen=True)
class WorkItem:
    """One line of somebody's to-do list."""

    title: str
    reason: str
    url: str
    action: str  # a verb: what the button says
    icon: str
    due_at: datetime | None
    severity: str = ""
    person: str = ""
    kind: str = ""


@dataclass(frozen=True)
class SearchHit:
    title: str
    detail: str
    url: str
    icon: str
    state: str = ""


GROUPS = ("today", "homes", "remedy", "basis")


@dataclass
class Registry:
    menu: list[MenuItem] = field(default_factory=list)
    panels: list[Panel] = field(default_factory=list)
    work: list[Callable[[Any, datetime], Iterable[WorkItem]]] = field(default_factory=list)
    search: list[Callable[[Any, str], Iterable[SearchHit]]] = field(default_factory=list)
    history: list[Callable[[Any, Any, int], Iterable[Event]]] = field(default_factory=list)  # user, dwelling, at most
    demo: list[Callable[..., None]] = field(default_factory=list)

    def menu_for(self, can: Callable[[str], bool]) -> list[tuple[str, list[MenuItem]]]:
        groups = []
        for group in GROUPS:
            items = sorted((i for i in self.menu if i.group == group and can(i.verb)), key=lambda i: i.order)
            if items:
                groups.append((group, items))
        return groups

    def panels_of(self, page: str) -> list[Panel]:
        return sorted((panel for panel in self.panels if panel.page == page), key=lambda panel: panel.order)


registry = Registry()
