"""Blocked lanes now and before, places where it happens again, campaigns with their figures (A4.7)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Min, QuerySet, Sum
from django.http import Http404, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anju.accounts.models import User
from anju.areas.models import Place
from anju.core import paths, time
from anju.monitoring.models import Device, DeviceState, LaneCampaign, LaneOccupation
from anju.monitoring.selectors import smart

KINDS = (Device.Kind.LANE_CAMERA.value,)
REPEATS = timedelta(days=30)
LEAST_REPEATS = 2
TABS: tuple[tuple[str, str | Promise], ...] = (
    ("", _("Blocked now")),
    ("ended", _("Free again")),
    ("repeat", _("Repeat places")),
    ("cameras", _("Cameras")),
)


def visible(user: User) -> "QuerySet[Any]":
    rows: QuerySet[Any] = LaneOccupation.objects.for_user(user).select_related("device__place", "device__state")
    return rows


def of_tab(rows: "QuerySet[Any]", tab: str) -> "QuerySet[Any]":
    return rows.filter(ended_at__isnull=tab != "ended")


def tabs(user: User, query: QueryDict, now: datetime) -> list[tuple[str, Any, str]]:
    rows = smart.narrowed(visible(user), query, "device__")
    counts = {
        "": smart.number(of_tab(rows, "")),
        "ended": smart.number(of_tab(rows, "ended")),
        "repeat": f"{len(repeats(rows, now)):,}",
        "cameras": smart.number(cameras(user, query)),
    }
    return [(value, label, counts[value]) for value, label in TABS]


def cameras(user: User, query: QueryDict) -> "QuerySet[Any]":
    return smart.narrowed(smart.devices(user, KINDS).filter(retired_on=None), query).select_related("state")


@dataclass(frozen=True)
class Repeat:
    """One lane in thirty days. minutes: of all its occupations, a running one until now."""

    device: Device
    lane: str
    count: int
    minutes: int
    longest: int
    last_at: datetime


def repeats(rows: "QuerySet[Any]", now: datetime) -> list[Repeat]:
    """Lanes blocked more than once in thirty days, the most often first."""
    recent = rows.filter(began_at__gte=now - REPEATS).order_by()
    groups = list(
        recent.values("device", "lane").annotate(
            n=Count("pk"), total=Sum("seconds"), longest=Max("seconds"), last=Max("began_at")
        )
    )
    running = {
        (device, lane): int((now - began).total_seconds())
        for device, lane, began in recent.filter(ended_at=None).values_list("device", "lane", "began_at")
    }
    groups = [group for group in groups if group["n"] >= LEAST_REPEATS]
    found = Device._base_manager.select_related("place", "area").in_bulk([group["device"] for group in groups])
    made = []
    for group in groups:
        more = running.get((group["device"], group["lane"]), 0)
        made.append(
            Repeat(
                found[group["device"]], group["lane"], group["n"], (group["total"] + more) // 60,
                max(group["longest"], more) // 60, group["last"],
            )
        )  # fmt: skip
    return sorted(made, key=lambda row: (-row.count, -row.minutes, row.device.pk, row.lane))


# --- campaigns -------------------------------------------------------------------------------------------------------


def campaigns(user: User) -> "QuerySet[Any]":
    rows: QuerySet[Any] = LaneCampaign.objects.for_user(user).select_related("area")
    counted: QuerySet[Any] = rows.annotate(estate_count=Count("estates"))
    return counted


def campaign_or_404(user: User, code: str) -> LaneCampaign:
    found: LaneCampaign | None = campaigns(user).filter(code=code).first()
    if found is None:
        raise Http404
    return found


@dataclass(frozen=True)
class Span:
    """What the cameras of some estates said in some days.

    camera_days: days on which a camera spoke, summed over the cameras; without any there are no figures, which is not 0.
    """

    since: date
    until: date
    camera_days: int
    count: int
    minutes: int
    hazards: int

    @property
    def per_day(self) -> float | None:
        """Occupations per camera and day."""
        return self.count / self.camera_days if self.camera_days else None

    @property
    def minutes_per_day(self) -> float | None:
        return self.minutes / self.camera_days if self.camera_days else None

    @property
    def mean(self) -> float | None:
        return self.minutes / self.count if self.count else None


@dataclass(frozen=True)
class Compared:
    """An estate (None: all of the campaign) before, during and after, each as far as its days have come."""

    place: Place | None
    before: Span
    during: Span | None
    after: Span | None


def compare(campaign: LaneCampaign, now: datetime) -> list[Compared]:
    """All estates together, then each. Before and after are as long as the campaign itself."""
    length = campaign.until - campaign.since + timedelta(days=1)
    one = timedelta(days=1)
    spans = (
        (campaign.since - length, campaign.since - one),
        (campaign.since, campaign.until),
        (campaign.until + one, campaign.until + length),
    )
    estates = list(campaign.estates.order_by("path"))
    found = []
    for place in [None, *estates]:
        mine = estates if place is None else [place]
        made = [_span(mine, since, until, now) for since, until in spans]
        if made[0] is not None:
            found.append(Compared(place, made[0], made[1], made[2]))
    return found


def _span(estates: Sequence[Place], since: date, until: date, now: datetime) -> Span | None:
    """None for days that have not come."""
    today = time.day_of(now)
    if since > today:
        return None
    until = min(until, today)
    devices = _cameras_of(estates)
    begin, end = time.day_start(since), min(time.day_end(until), now)
    rows = LaneOccupation._base_manager.filter(device__in=devices, began_at__gte=begin, began_at__lt=end)
    found = rows.aggregate(n=Count("pk"), total=Sum("seconds"), hazards=Count("announced_at"))
    running = rows.filter(ended_at=None).values_list("began_at", flat=True)
    seconds = (found["total"] or 0) + sum(int((end - began).total_seconds()) for began in running)
    return Span(since, until, _camera_days(devices, since, until), found["n"], seconds // 60, found["hazards"])


def _cameras_of(estates: Iterable[Place]) -> list[int]:
    ids: list[int] = []
    for place in estates:
        rows = Device._base_manager.filter(paths.under("place_path", place.path), kind__in=KINDS)
        ids += rows.values_list("pk", flat=True)
    return ids


def _camera_days(devices: Sequence[int], since: date, until: date) -> int:
    """Days on which each camera was in use: from its first word to its last, as far as they fall into these days.

    Readings are deleted after their time, so what a camera said then is not counted day by day: it was there from the first
    day on which anything of it is known (its register entry, its first occupation) until it was last heard.
    """
    first = dict(
        LaneOccupation._base_manager.filter(device__in=devices)
        .values_list("device")
        .annotate(Min("began_at"))
        .values_list("device", "began_at__min")
    )
    days = 0
    rows = DeviceState.objects.filter(device__in=devices).values_list("device", "device__added_at", "seen_at")
    for device, added, seen in rows:
        if seen is None:
            continue
        begin = max(since, time.day_of(min(added, first.get(device, added))))
        days += max(0, (min(until, time.day_of(seen)) - begin).days + 1)
    return days
