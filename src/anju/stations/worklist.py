"""What waits for a person: an open call, shifts without people, certificates and kit that run out."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from anju.accounts.models import User
from anju.areas.permissions import can
from anju.areas.scope import scope_of
from anju.core import time
from anju.core.registry import WorkItem
from anju.stations import norms, wording
from anju.stations.models import CallOut, Drill, Station
from anju.stations.selectors import callouts

EACH = 30


def open_calls(user: User) -> int | None:
    """For the menu: calls under way that the person may see."""
    if not can(user, "callout.view"):
        return None
    return callouts.open_for(user)[:100].count() or None


def calls(user: User, now: datetime) -> Iterable[WorkItem]:
    """First of all: somebody waits for help."""
    if not can(user, "callout.answer") or not scope_of(user).departments:
        return []
    rows = callouts.open_for(user).select_related("station")[:EACH]
    return [
        WorkItem(
            title=_("%(title)s: %(where)s") % {"title": row.title, "where": row.where}, reason=str(row.get_state_display()),
            url=_call_page(user, row), action=_call_action(row), icon="bell-ringing",
            due_at=row.alarm_at + norms.ARRIVE, kind="callout",
        )
        for row in rows
    ]  # fmt: skip


def _call_page(user: User, row: CallOut) -> str:
    """In the hand of who goes there, on the desk of who directs."""
    if can(user, "callout.turn_out"):
        return f"{reverse('station:board')}?call={row.code}"
    return reverse("stations:callout", args=[row.code])


def _call_action(row: CallOut) -> str:
    return _("Answer the call") if row.state == CallOut.State.CALLED else _("Go on")


def _kept(user: User) -> Any:
    """Stations that the person keeps in order."""
    return Station.objects.for_user(user).exclude(readiness=Station.Readiness.CLOSED)


def gaps(user: User, now: datetime) -> Iterable[WorkItem]:
    """One line a station, due when the first shift without people begins."""
    if not can(user, "station.edit"):
        return []
    rows = _kept(user).filter(gaps_ahead__gt=0, next_gap_at__isnull=False).order_by("next_gap_at", "id")[:EACH]
    return [
        WorkItem(
            title=_("%(station)s: %(n)s shifts of the next %(days)s days lack people")
            % {"station": row.name, "n": row.gaps_ahead, "days": norms.AHEAD},
            reason=_("The first on %(at)s") % {"at": f"{time.local(row.next_gap_at):%m-%d %H:%M}"},
            url=f"{reverse('stations:roster', args=[row.code])}?month={time.local(row.next_gap_at):%Y-%m}",
            action=_("Fill the roster"), icon="calendar", due_at=max(row.next_gap_at, now), kind="roster",
        )
        for row in rows
    ]  # fmt: skip


def expiries(user: User, now: datetime) -> Iterable[WorkItem]:
    if not can(user, "station.edit"):
        return []
    soon = time.day_of(now) + timedelta(days=norms.SOON)
    rows = (
        _kept(user).filter(Q(expired__gt=0) | Q(next_expiry_on__lte=soon)).order_by("-expired", "next_expiry_on", "id")
    )
    return [_expiry(row, now) for row in rows[:EACH]]


def _expiry(row: Station, now: datetime) -> WorkItem:
    said = [
        wording.reason_words(code, values)[0]
        for code, _level, values in row.reasons
        if code.startswith(("certificates", "kit"))
    ]
    due = time.day_end(row.next_expiry_on) if row.next_expiry_on and not row.expired else time.day_end(time.day_of(now))
    return WorkItem(
        title=_("%(station)s: certificates or kit run out") % {"station": row.name}, reason=_("; ").join(said),
        url=reverse("stations:station", args=[row.code]), action=_("Renew them"), icon="certificate", due_at=due, kind="expiry",
    )  # fmt: skip


def drills(user: User, now: datetime) -> Iterable[WorkItem]:
    """Held by the calendar, with no result on record."""
    if not can(user, "station.edit"):
        return []
    rows = Drill.objects.for_user(user).filter(state=Drill.State.PLANNED, planned_at__lte=now).select_related("host")
    return [
        WorkItem(
            title=_("Record the drill: %(drill)s") % {"drill": row.subject}, reason=row.host.name,
            url=reverse("stations:drill", args=[row.code]), action=_("Record"), icon="checklist",
            due_at=time.day_end(time.day_of(row.planned_at) + timedelta(days=3)), kind="drill",
        )
        for row in rows.order_by("planned_at", "id")[:EACH]
    ]  # fmt: skip


SOURCES: tuple[Any, ...] = (calls, gaps, expiries, drills)
