"""One device: its readings against the limits of the day, what was refused of it, its keys, its history."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from django.db.models import FloatField, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import Cast, TruncDate
from django.utils.translation import gettext as _

from anju.audit.models import Entry
from anju.core import time
from anju.core.templatetags.state_tags import Event
from anju.monitoring import thresholds
from anju.monitoring.models import Alarm, Device, DeviceKey, Reading, ReadingHour, Rejected
from anju.monitoring.thresholds import Rule
from anju.monitoring.vocabulary import VALUES
from anju.monitoring.wording_devices import READINGS, changed_words, source_words

DAYS = 14  # so far back readings are looked for, day by day
POINTS = 240
LONG, LEAST_DAYS = timedelta(days=90), 3  # of the long curve; fewer days are on the short one anyway
CURVES = 3


def last_readings(device: Device, today: date, most: int = POINTS) -> list[Reading]:
    """Newest first. Readings lie by day of arrival, so they are read day by day backwards."""
    found: list[Reading] = []
    for back in range(DAYS):
        day = today - timedelta(days=back)
        rows = Reading.objects.filter(received_day=day, device=device).order_by("-received", "-id")
        found += rows[: most - len(found)]
        if len(found) >= most:
            break
    return found


@dataclass(frozen=True)
class Limit:
    """A threshold as it holds for this device on a day."""

    rule: Rule
    edition: str
    own: bool

    @property
    def words(self) -> str:
        sign = "≥" if self.rule.at_least is not None else "≤"
        text = f"{sign} {self.rule.limit:g} {self.rule.unit}"
        if self.rule.rises_by is not None:
            return _("%(limit)s and rises by %(by)s within %(seconds)s s") % {
                "limit": text, "by": f"{self.rule.rises_by:g}", "seconds": f"{self.rule.within:g}",
            }  # fmt: skip
        return (
            _("%(limit)s for %(seconds)s s") % {"limit": text, "seconds": f"{self.rule.for_:g}"}
            if self.rule.for_
            else text
        )

    @property
    def source(self) -> str:
        return source_words(self.rule.source)

    @property
    def reading(self) -> str:
        return str(READINGS[self.rule.reading])

    @property
    def raises(self) -> str:
        return str(dict(Alarm.Kind.choices)[self.rule.raises])


def limits_of(device: Device, day: date) -> list[Limit]:
    own = device.limits or {}
    rules = thresholds.rules_of(device.kind, day, tuple(sorted((name, float(value)) for name, value in own.items())))
    return [Limit(rule, rules.edition, rule.id in own) for rule in rules.rules]


@dataclass(frozen=True)
class Curve:
    name: str
    label: str
    chart: dict[str, Any]
    sentence: str


def curves(device: Device, readings: Sequence[Reading], limits: Sequence[Limit]) -> list[Curve]:
    """What has limits first; at most three."""
    names = [limit.rule.reading for limit in limits]
    names += [name for reading in readings[:50] for name in reading.values]
    found = []
    for name in islice(dict.fromkeys(names), 12):
        points = [(row.at, row.values[name]) for row in reversed(readings) if name in row.values]
        if len(points) >= 2:
            found.append(_curve(name, points, [limit for limit in limits if limit.rule.reading == name]))
    return found[:CURVES]


def _curve(name: str, points: Sequence[tuple[datetime, float]], limits: Iterable[Limit]) -> Curve:
    points = sorted(points)
    values = [value for _at, value in points]
    drawn = [limit for limit in limits if limit.rule.rises_by is None]
    chart = _chart(
        name, [f"{time.local(at):%m-%d %H:%M}" for at, _value in points], [{"name": str(READINGS[name]), "data": values}], drawn
    )  # fmt: skip
    sentence = _("%(name)s: last %(last)s %(unit)s, between %(low)s and %(high)s; limits %(limits)s") % {
        "name": READINGS[name], "last": f"{values[-1]:g}", "unit": VALUES[name], "low": f"{min(values):g}", "high": f"{max(values):g}",
        "limits": _(", ").join(limit.words for limit in drawn) or "–",
    }  # fmt: skip
    return Curve(name, str(READINGS[name]), chart, sentence)


def _chart(name: str, x: list[str], series: list[dict[str, Any]], limits: Sequence[Limit]) -> dict[str, Any]:
    """What frontend/charts.js draws, with the limits in sight."""
    values = [value for line in series for value in line["data"] if value is not None]
    unit = VALUES[name]
    marks = [
        {"y": limit.rule.limit, "name": f"{limit.raises} {limit.rule.limit:g}", "state": _tone(limit.rule.raises)}
        for limit in limits
    ]
    top = max([*values, *(limit.rule.limit for limit in limits)])
    bottom = min([*values, *(limit.rule.limit for limit in limits), 0 if min(values) >= 0 else min(values)])
    room = (top - bottom) * 0.1 or 1
    return {
        "kind": "line", "unit": unit if len(unit) <= 5 else "", "min": round(bottom, 1), "max": round(top + room, 1),
        "x": x, "series": series, "marks": marks,
    }  # fmt: skip


def long_curves(device: Device, limits: Sequence[Limit], today: date) -> list[Curve]:
    """Three months day by day, from what was counted together by the hour; the readings themselves may be gone.

    Of each day the mean and what came nearest to the limit: the highest, of a battery the lowest.
    """
    rows = ReadingHour.objects.filter(device=device, hour__gte=time.day_start(today - LONG))
    days = rows.annotate(day=TruncDate("hour", tzinfo=time.SHANGHAI)).values_list("name", "day").order_by("day")
    told: dict[str, dict[date, Day]] = {}
    for name, day, low, high, average in days.annotate(
        low=Min("lowest"), high=Max("highest"), average=Sum("total") / Cast(Sum("count"), FloatField())
    ):
        told.setdefault(name, {})[day] = Day(low, high, average)
    names = [limit.rule.reading for limit in limits] + [name for name in told if name in VALUES]
    found = []
    for name in dict.fromkeys(names):
        if len(told.get(name, ())) >= LEAST_DAYS:
            drawn = [limit for limit in limits if limit.rule.reading == name and limit.rule.rises_by is None]
            found.append(_by_day(name, told[name], drawn))
    return found[:CURVES]


@dataclass(frozen=True)
class Day:
    low: float
    high: float
    average: float


def _by_day(name: str, told: dict[date, Day], limits: Sequence[Limit]) -> Curve:
    first, last = min(told), max(told)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    downwards = any(limit.rule.at_most is not None for limit in limits)
    label = _("lowest") if downwards else _("highest")
    worse = {day: one.low if downwards else one.high for day, one in told.items()}
    series: list[dict[str, Any]] = [
        {"name": label, "data": [round(worse[day], 2) if day in told else None for day in days]},
        {"name": _("mean"), "data": [round(told[day].average, 2) if day in told else None for day in days], "dashed": True},
    ]  # fmt: skip
    chart = _chart(name, [f"{day:%m-%d}" for day in days], series, limits)
    worst = (min if downwards else max)(worse.values())
    sentence = _("%(name)s over %(days)s days: %(which)s %(worst)s %(unit)s") % {
        "name": READINGS[name], "days": len(days), "which": label, "worst": f"{worst:g}", "unit": VALUES[name],
    }  # fmt: skip
    return Curve(f"{name}-days", str(READINGS[name]), chart, sentence)


def _tone(raised: str) -> str:
    return "due" if raised in ("pre_alarm", "battery", "fault") else "bad"


@dataclass(frozen=True)
class Now:
    """The newest value of one reading."""

    name: str
    label: str
    value: float
    unit: str
    beyond: str  # what it raises, "" within all limits


def newest(device: Device, limits: Sequence[Limit]) -> list[Now]:
    found = []
    for name, value in device.state.readings.items():
        if name not in VALUES:
            continue
        hit = [
            limit
            for limit in limits
            if limit.rule.reading == name and limit.rule.rises_by is None and limit.rule.beyond(value)
        ]
        found.append(Now(name, str(READINGS[name]), value, VALUES[name], hit[-1].raises if hit else ""))
    return found


def alarms_of(user: Any, device: Device, most: int = 20) -> "list[Alarm]":
    """Open ones first, then the newest."""
    rows: QuerySet[Alarm] = Alarm.objects.for_user(user).filter(device=device)
    still = list(rows.exclude(state=Alarm.State.CLOSED).order_by("rank", "-id")[:most])
    return [*still, *rows.filter(state=Alarm.State.CLOSED).order_by("-id")[: most - len(still)]]


def rejected_of(device: Device) -> "QuerySet[Rejected]":
    """Its own, and those that came from its wire address before it was registered."""
    mine = Q(device=device)
    if device.wire_address:
        mine |= Q(device=None, reason=Rejected.Reason.UNKNOWN_DEVICE, address=device.wire_address)
    return Rejected.objects.filter(mine).order_by("-id")


@dataclass(frozen=True)
class KeyLine:
    key: DeviceKey
    state: str  # valid, ending, over, revoked


def keys_of(device: Device, moment: datetime) -> list[KeyLine]:
    """Newest first; never what they are."""
    found = []
    for key in device.keys.select_related("made_by").order_by("-valid_from", "-id")[:6]:
        state = (
            "revoked"
            if key.revoked_at
            else "over"
            if not key.holds(moment)
            else "ending"
            if key.valid_until
            else "valid"
        )
        found.append(KeyLine(key, state))
    return found


def history(device: Device, most: int = 30) -> list[Event]:
    """From the log: who changed what, newest first."""
    rows = Entry.objects.filter(subject_type=Device._meta.label_lower, subject_id=device.code).order_by("-at", "-id")
    return [Event(row.at, *changed_words(row), row.actor_name) for row in rows[:most]]


def parts_of(user: Any, device: Device) -> list[Device]:
    rows = Device.objects.for_user(user).filter(parent=device, retired_on=None).select_related("state", "parent")
    return list(rows.order_by("part", "id")[:500])
