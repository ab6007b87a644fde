"""Drills of the stations a person sees."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import Http404, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anju.accounts.models import User
from anju.areas.models import Area
from anju.core import paths
from anju.core.paging import capped_count
from anju.stations.models import Drill, Station

Text = str | Promise
S = Drill.State

TABS: tuple[tuple[str, Text], ...] = (
    ("", _("Planned")),
    ("late", _("Not recorded yet")),
    ("held", _("Held")),
    ("cancelled", _("Cancelled")),
)


def visible(user: User) -> "QuerySet[Any]":
    present = Count("attendance", filter=Q(attendance__present=True), distinct=True)
    rows: QuerySet[Any] = Drill.objects.for_user(user).select_related("host")
    marked: QuerySet[Any] = rows.annotate(present=present, asked=Count("attendance", distinct=True))
    return marked


def drill_or_404(user: User, code: str) -> Drill:
    found: Drill | None = visible(user).filter(code=code).first()
    if found is None:
        raise Http404
    return found


def of_station(user: User, station: Station) -> "QuerySet[Any]":
    return visible(user).filter(stations=station).order_by("-planned_at", "-id")


def filtered(user: User, query: QueryDict) -> "QuerySet[Any]":
    rows = visible(user)
    area = Area.objects.filter(code=query.get("area", "")).first()
    if area is not None:
        near = Station._base_manager.filter(paths.under("area_path", area.path)).values("pk")
        rows = rows.filter(host__in=near)
    if query.get("kind") in Drill.Kind.values:
        rows = rows.filter(kind=query["kind"])
    station = query.get("station", "")
    if station:
        rows = rows.filter(stations__in=Station._base_manager.filter(code=station).values("pk"))
    for word in query.get("q", "").split()[:5]:
        rows = rows.filter(Q(subject__icontains=word) | Q(host__name__icontains=word))
    return rows


def of_tab(rows: "QuerySet[Any]", tab: str, now: datetime) -> "QuerySet[Any]":
    if tab in (S.HELD, S.CANCELLED):
        return rows.filter(state=tab)
    rows = rows.filter(state=S.PLANNED)
    return rows.filter(planned_at__lte=now) if tab == "late" else rows


def tabs(rows: "QuerySet[Any]", now: datetime) -> list[tuple[str, Text, str]]:
    found = []
    for tab, label in TABS:
        count, more = capped_count(of_tab(rows, tab, now))
        found.append((tab, label, f"{count:,}+" if more else str(count)))
    return found
