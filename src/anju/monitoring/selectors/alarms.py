"""Alarms of a person's area: the queue of open ones, the history, and one alarm with what belongs to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import Http404, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anju.accounts.models import User
from anju.areas.models import Area
from anju.areas.scope import scope_of
from anju.core import paths, time
from anju.core.paging import capped_count
from anju.dwellings.models import Dwelling
from anju.monitoring.models import Alarm, AlarmEvent
from anju.monitoring.vocabulary import DANGER

Text = str | Promise
K, S = Alarm.Kind, Alarm.State
OPEN = ~Q(state=S.CLOSED)
MOST = 300  # of the queue on one screen; beyond that it says how many more there are

# Kinds as the duty room looks at them, in the order of their urgency: key, label, kinds.
GROUPS: tuple[tuple[str, Text, frozenset[str]], ...] = (
    ("danger", pgettext_lazy("alarms", "Danger"), frozenset({K.FIRE, K.GAS, K.ELECTRICAL})),
    ("pre", _("Pre-alarm"), frozenset({K.PRE_ALARM})),
    ("site", pgettext_lazy("alarms", "Blocked or misused"), frozenset({K.LIFT, K.PILE, K.LANE, K.TAMPER, K.PATROL})),
    ("fault", pgettext_lazy("alarms", "Fault"), frozenset({K.FAULT})),
    ("silent", pgettext_lazy("alarms", "Silent"), frozenset({K.SILENT})),
    ("battery", pgettext_lazy("alarms", "Battery"), frozenset({K.BATTERY})),
    ("test", pgettext_lazy("alarms", "Test"), frozenset({K.TEST})),
)
KINDS_OF: dict[str, frozenset[str]] = {key: kinds for key, _label, kinds in GROUPS}
RINGING = DANGER  # a new one of these rings, and waits to be acknowledged


def visible(user: User) -> "QuerySet[Any]":
    rows: QuerySet[Any] = Alarm.objects.for_user(user)
    return rows


def with_details(rows: "QuerySet[Any]") -> "QuerySet[Any]":
    return rows.select_related("device", "area", "acknowledged_by", "closed_by")


def open_for(user: User) -> "QuerySet[Any]":
    """Open alarms, the most urgent first, of one kind the one that waits longest."""
    return visible(user).filter(OPEN).order_by("rank", "received_at", "id")


def alarm_or_404(user: User, code: str) -> Alarm:
    rows = visible(user).select_related(
        "device", "area", "area__parent", "place", "dwelling", "incident", "acknowledged_by", "dispatched_by", "closed_by"
    )  # fmt: skip
    found: Alarm | None = rows.filter(code=code).first()
    if found is None:
        raise Http404
    return found


def areas_of(user: User) -> list[Area]:
    """For the filter: the towns of the person, or those below the city; within one town its communities."""
    scope = scope_of(user)
    rows = Area.objects.filter(kind__in=[Area.Kind.ZONE, Area.Kind.COMMUNITY], closed_on=None).order_by("path")
    seen = [row for row in rows if scope.everything or any(row.path.startswith(path) for path in scope.area_paths)]
    zones = [row for row in seen if row.kind == Area.Kind.ZONE]
    return zones if len(zones) > 1 else [row for row in seen if row.kind == Area.Kind.COMMUNITY]


# --- filters ---------------------------------------------------------------------------------------------------------


def in_area(rows: "QuerySet[Any]", query: QueryDict) -> "QuerySet[Any]":
    """Only the area of ?area=; nothing where that area does not exist, rather than everything."""
    if not query.get("area"):
        return rows
    area = Area.objects.filter(code=query["area"]).first()
    return rows.filter(paths.under("area_path", area.path)) if area else rows.none()


def of_group(rows: "QuerySet[Any]", group: str) -> "QuerySet[Any]":
    return rows.filter(kind__in=KINDS_OF[group]) if group in KINDS_OF else rows


def queue(user: User, query: QueryDict) -> "QuerySet[Any]":
    rows = of_group(in_area(open_for(user), query), query.get("kind", ""))
    if query.get("state") in S.values:
        rows = rows.filter(state=query["state"])
    return _words(rows, query)


def _words(rows: "QuerySet[Any]", query: QueryDict) -> "QuerySet[Any]":
    for word in query.get("q", "").split()[:5]:
        rows = rows.filter(Q(where__icontains=word) | Q(code=word.upper()) | Q(device__code=word.upper()))
    return rows


def counts(rows: "QuerySet[Any]") -> dict[str, int]:
    """Open alarms by group, and "" for all."""
    by_kind = dict(rows.order_by().values_list("kind").annotate(Count("id")))
    found = {key: sum(by_kind.get(kind, 0) for kind in kinds) for key, _label, kinds in GROUPS}
    return {"": sum(by_kind.values()), **found}


# --- history ---------------------------------------------------------------------------------------------------------

SPANS: tuple[tuple[str, Text], ...] = (
    ("1", _("Today")),
    ("7", _("7 days")),
    ("30", _("30 days")),
    ("", _("Since ever")),
)
TABS: tuple[tuple[str, Text], ...] = (
    ("", _("All closed")),
    (Alarm.Outcome.REAL, _("Real")),
    (Alarm.Outcome.FALSE, _("False alarm")),
    (Alarm.Outcome.TEST, _("Test")),
    (Alarm.Outcome.FAULT, _("Device fault")),
    (Alarm.Outcome.GONE, _("Gone by itself")),
)


def history(user: User, query: QueryDict) -> "QuerySet[Any]":
    """Closed alarms, with every filter but the outcome."""
    rows = _words(of_group(in_area(visible(user).filter(state=S.CLOSED), query), query.get("kind", "")), query)
    days = query.get("days", "")
    if days in ("1", "7", "30"):
        since = time.day_start(time.today() - timedelta(days=int(days) - 1))
        rows = rows.filter(received_at__gte=since)
    if query.get("late") == "1":
        rows = rows.filter(Q(acknowledge_seconds__gt=60) | Q(acknowledge_seconds=None) & ~Q(outcome=Alarm.Outcome.GONE))
    return rows


def of_outcome(rows: "QuerySet[Any]", outcome: str) -> "QuerySet[Any]":
    return rows.filter(outcome=outcome) if outcome in Alarm.Outcome.values else rows


def number(rows: "QuerySet[Any]") -> str:
    count, more = capped_count(rows)
    return f"{count:,}+" if more else str(count)


def closed_today(user: User, now: datetime) -> "QuerySet[Any]":
    since = time.day_start(time.day_of(now))
    return visible(user).filter(state=S.CLOSED, closed_at__gte=since).order_by("-closed_at", "-id")


# --- one alarm -------------------------------------------------------------------------------------------------------


def events_of(alarm: Alarm) -> list[AlarmEvent]:
    return list(AlarmEvent._base_manager.filter(alarm=alarm).select_related("by").order_by("-at", "-id")[:100])


def fellows(user: User, alarm: Alarm) -> list[Alarm]:
    """The other alarms of its incident, the first first."""
    if alarm.incident_id is None:
        return []
    rows = with_details(visible(user).filter(incident=alarm.incident_id).exclude(pk=alarm.pk))
    return list(rows.order_by("received_at", "id")[:20])


@dataclass(frozen=True)
class OfHome:
    open: list[Alarm]
    closed: list[Alarm]
    total: int


def of_home(user: User, home: Dwelling, most: int = 5) -> OfHome:
    rows = with_details(visible(user).filter(dwelling=home))
    return OfHome(
        list(rows.filter(OPEN).order_by("rank", "received_at")[:20]),
        list(rows.filter(state=S.CLOSED).order_by("-id")[:most]),
        rows.count(),
    )


def urgent_count(user: User) -> int:
    """Danger and pre-alarms that nobody has acknowledged."""
    return len(visible(user).filter(state=S.NEW, kind__in=RINGING).order_by().values_list("pk", flat=True)[:100])


def codes(rows: Iterable[Alarm]) -> list[str]:
    return [row.code for row in rows]
