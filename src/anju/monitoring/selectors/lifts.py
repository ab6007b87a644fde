"""Lifts with what they saw per week, repeat offenders, and the commands they got (A4.6)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anju.accounts.models import User
from anju.monitoring.models import Command, Device, LiftEvent
from anju.monitoring.selectors import smart
from anju.monitoring.services.lifts import week_of

KINDS = (Device.Kind.LIFT_BLOCKER.value,)
WEEKS = 4  # columns of the list, this week last
REPEATED = 3  # events of one lift in one week that make it a repeat offender
TABS: tuple[tuple[str, str | Promise], ...] = (
    ("", _("Lifts")),
    ("repeat", _("Repeat offenders this week")),
    ("events", _("What was seen")),
)


def lifts(user: User, query: QueryDict, now: datetime) -> "QuerySet[Any]":
    """With `this_week`, by which repeat offenders are told."""
    week = Count("lift_events", filter=Q(lift_events__week=week_of(now)))
    rows = smart.narrowed(smart.devices(user, KINDS).filter(retired_on=None), query).select_related("state")
    counted: QuerySet[Any] = rows.annotate(this_week=week)
    return counted


def repeat(rows: "QuerySet[Any]") -> "QuerySet[Any]":
    return rows.filter(this_week__gte=REPEATED)


def events(user: User, query: QueryDict) -> "QuerySet[Any]":
    rows: QuerySet[Any] = LiftEvent.objects.for_user(user).select_related("device", "command")
    if query.get("kind") in LiftEvent.Kind.values:
        rows = rows.filter(kind=query["kind"])
    return smart.narrowed(rows, query, "device__")


def tabs(user: User, query: QueryDict, now: datetime) -> list[tuple[str, Any, str]]:
    rows = lifts(user, query, now)
    counts = {
        "": smart.number(rows),
        "repeat": smart.number(repeat(rows)),
        "events": smart.number(events(user, query)),
    }
    return [(value, label, counts[value]) for value, label in TABS]


def weeks(now: datetime, count: int = WEEKS) -> list[date]:
    """Mondays, this week's last."""
    monday = week_of(now)
    return [monday - timedelta(weeks=back) for back in range(count - 1, -1, -1)]


@dataclass(frozen=True)
class Line:
    """A lift, what it saw in each of `weeks`, and the newest command."""

    lift: Device
    weeks: list[int]
    last_at: datetime | None
    command: Command | None


def lines(rows: list[Device], now: datetime) -> list[Line]:
    mondays = weeks(now)
    counted: dict[tuple[int, date], int] = {}
    found = LiftEvent._base_manager.filter(device__in=rows, week__gte=mondays[0]).order_by()
    for device, week, count in found.values_list("device", "week").annotate(n=Count("pk")):
        counted[(device, week)] = count
    last = dict(
        LiftEvent._base_manager.filter(device__in=rows).order_by().values_list("device").annotate(last=Max("at"))
    )
    commands: dict[int, Command] = {}
    for command in Command._base_manager.filter(device__in=rows).order_by("asked_at"):
        commands[command.device_id] = command
    return [
        Line(row, [counted.get((row.pk, week), 0) for week in mondays], last.get(row.pk), commands.get(row.pk))
        for row in rows
    ]


def commands_of(lift: Device) -> list[Command]:
    return list(lift.commands.select_related("asked_by").order_by("-asked_at")[:20])
