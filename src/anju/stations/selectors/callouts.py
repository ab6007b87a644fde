"""Call-outs of a person's area or station, and how fast they were."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import Http404, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anju.accounts.models import User
from anju.areas.models import Area
from anju.core import paths, time
from anju.core.paging import capped_count
from anju.monitoring.models import Alarm
from anju.stations import norms
from anju.stations.models import Call, CallClock, CallOut, Message, Station
from anju.stations.workflow import OPEN_STATES

Text = str | Promise
MEASURED = timedelta(days=30)

TABS: tuple[tuple[str, Text], ...] = (
    ("", _("Under way")),
    ("real", _("Real fires")),
    ("late", _("Too late")),
    ("closed", _("Closed")),
    ("all", _("All")),
)


def visible(user: User) -> "QuerySet[Any]":
    rows: QuerySet[Any] = CallOut.objects.for_user(user).select_related("station", "area")
    return rows


def callout_or_404(user: User, code: str) -> CallOut:
    rows = visible(user).select_related("station", "area", "place", "dwelling", "hazard", "opened_by")
    found: CallOut | None = rows.filter(code=code).first()
    if found is None:
        raise Http404
    return found


def of_station(user: User, station: Station) -> "QuerySet[Any]":
    """Those to which the station was called, newest first."""
    called = Call.objects.filter(station=station).values("callout_id")
    return visible(user).filter(pk__in=called).order_by("-alarm_at", "-id")


def of_alarms(alarms: Sequence[Alarm]) -> dict[str, CallOut]:
    """The newest call-out of each alarm, by the alarm's code: its own, or the one of its home that it joined."""
    codes = {alarm.code for alarm in alarms}
    if not codes:
        return {}
    there = Q(dwelling__in={alarm.dwelling_id for alarm in alarms if alarm.dwelling_id})
    there |= Q(dwelling=None, place__in={alarm.place_id for alarm in alarms})
    rows = CallOut._base_manager.select_related("station").prefetch_related("responders")
    rows = rows.filter(Q(source_code__in=codes) | there, source=CallOut.Source.ALARM)
    found: dict[str, CallOut] = {}
    for row in rows.exclude(closed_at__lt=min(alarm.received_at for alarm in alarms)).order_by("pk"):
        found |= {code: row for code in (row.source_code, *row.also) if code in codes}
    return found


def filtered(user: User, query: QueryDict) -> "QuerySet[Any]":
    rows = visible(user)
    area = Area.objects.filter(code=query.get("area", "")).first()
    if area is not None:
        rows = rows.filter(paths.under("area_path", area.path))
    if query.get("outcome") in CallOut.Outcome.values:
        rows = rows.filter(outcome=query["outcome"])
    if query.get("level") in CallOut.Level.values:
        rows = rows.filter(level=query["level"])
    if query.get("station"):
        called = Call.objects.filter(station__code=query["station"]).values("callout_id")
        rows = rows.filter(pk__in=called)
    for word in query.get("q", "").split()[:5]:
        rows = rows.filter(Q(where__icontains=word) | Q(title__icontains=word) | Q(code=word.upper()))
    return rows


LATE = (
    Q(dispatch_seconds__gt=norms.ACCEPT.seconds)
    | Q(answer_seconds__gt=norms.ACCEPT.seconds)
    | Q(arrival_seconds__gt=norms.ARRIVE.seconds)
)


def of_tab(rows: "QuerySet[Any]", tab: str) -> "QuerySet[Any]":
    if tab == "real":
        return rows.filter(outcome=CallOut.Outcome.REAL)
    if tab == "late":
        return rows.filter(LATE)
    if tab == "closed":
        return rows.filter(state=CallOut.State.CLOSED)
    return rows if tab == "all" else rows.filter(state__in=OPEN_STATES)


def number(rows: "QuerySet[Any]") -> str:
    count, more = capped_count(rows)
    return f"{count:,}+" if more else str(count)


def tabs(rows: "QuerySet[Any]") -> list[tuple[str, Text, str]]:
    return [(tab, label, number(of_tab(rows, tab))) for tab, label in TABS]


@dataclass(frozen=True)
class Times:
    """Of all call-outs of the last thirty days: how many kept each limit, of how many that reached that step."""

    all: int
    dispatched: int
    answered: int
    answered_of: int
    there: int
    there_of: int
    never_answered: int


def times_of(rows: "QuerySet[Any]", now: datetime | None = None) -> Times:
    """A call-out that nobody answered counts against the answer; an open one that is not late yet counts nowhere."""
    moment = now or time.now()
    minute, three = norms.ACCEPT.seconds, norms.ARRIVE.seconds
    old = Q(called_at__lte=moment - norms.ACCEPT)
    gone = Q(alarm_at__lte=moment - norms.ARRIVE)
    reported = Q(reported_at__isnull=False, arrived_at=None)  # by telephone: nobody of a station had to be there
    found = rows.filter(alarm_at__gte=moment - MEASURED, alarm_at__lte=moment).order_by().aggregate(
        all=Count("pk"),
        dispatched=Count("pk", filter=Q(dispatch_seconds__lte=minute)),
        answered=Count("pk", filter=Q(answer_seconds__lte=minute)),
        answered_of=Count("pk", filter=Q(answer_seconds__isnull=False) | old & ~reported),
        there=Count("pk", filter=Q(arrival_seconds__lte=three)),
        there_of=Count("pk", filter=Q(arrival_seconds__isnull=False) | gone & ~reported),
        never_answered=Count("pk", filter=Q(answer_seconds=None) & old & ~reported),
    )  # fmt: skip
    return Times(**found)


# --- one call-out ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """One link of the chain. state: ok, late, now, todo. seconds: how long it took; due_at: while it runs."""

    name: Text
    state: str
    at: datetime | None = None
    seconds: int | None = None
    limit: int | None = None
    due_at: datetime | None = None
    who: str = ""


def _state(at: datetime | None, seconds: int | None, limit: int | None, now_open: bool) -> str:
    if at is None:
        return "now" if now_open else "todo"
    return "late" if limit is not None and seconds is not None and seconds > limit else "ok"


def chain(row: CallOut) -> list[Step]:
    """Alarm, call, answer, there, report, end."""
    minute, three = norms.ACCEPT.seconds, norms.ARRIVE.seconds
    clocks = {clock.kind: clock for clock in row.clocks.order_by("due_at") if clock.done_at is None}
    accept, arrive = clocks.get(CallClock.Kind.ACCEPT), clocks.get(CallClock.Kind.ARRIVE)
    responders = list(row.responders.order_by("pk"))
    waits, goes, there, told = (row.state == state for state in OPEN_STATES)
    return [
        Step(_("Alarm"), "ok", row.alarm_at),
        Step(_("Dispatched"), _state(row.called_at, row.dispatch_seconds, minute, False), row.called_at, row.dispatch_seconds, minute),
        Step(_("Answered"), _state(row.accepted_at, row.answer_seconds, minute, waits), row.accepted_at, row.answer_seconds,
             minute, accept.due_at if accept else None, responders[0].name if responders else ""),
        Step(_("There"), _state(row.arrived_at, row.arrival_seconds, three, goes), row.arrived_at, row.arrival_seconds, three,
             arrive.due_at if arrive else row.alarm_at + norms.ARRIVE),
        Step(_("Reported"), _state(row.reported_at, None, None, there), row.reported_at),
        Step(_("Ended"), _state(row.closed_at, None, None, told), row.closed_at),
    ]  # fmt: skip


def messages_of(row: CallOut) -> list[Message]:
    return list(Message.objects.filter(call__callout=row).select_related("call").order_by("pk"))


def open_for(user: User) -> "QuerySet[Any]":
    """Open call-outs, the oldest first."""
    return visible(user).filter(state__in=OPEN_STATES).order_by("alarm_at", "id")
