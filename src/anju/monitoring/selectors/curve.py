"""The readings around an alarm as a curve with its thresholds: what was measured, with gaps where nothing was."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from anju.core import time
from anju.monitoring import thresholds, wording
from anju.monitoring.models import Alarm, Device, Reading
from anju.monitoring.thresholds import Rule
from anju.monitoring.vocabulary import DANGER, VALUES

BEFORE, AFTER = timedelta(minutes=8), timedelta(minutes=12)
MOST = 5000
# What a kind of device is there for: shown where the alarm itself names no reading.
MAIN: dict[str, str] = {
    Device.Kind.SMOKE: "smoke", Device.Kind.GAS: "gas", Device.Kind.RESIDUAL_CURRENT: "residual_current",
    Device.Kind.CABLE_TEMPERATURE: "cable_temperature", Device.Kind.ARC: "arc", Device.Kind.BREAKER: "current",
    Device.Kind.LOCK: "battery", Device.Kind.CHARGING_PILE: "temperature",
}  # fmt: skip


@dataclass(frozen=True)
class Curve:
    """name: of the reading. chart: what frontend/charts.js draws. others: further readings that can be shown."""

    name: str
    label: str
    unit: str
    chart: dict[str, Any]
    newest: float | None
    others: list[tuple[str, str]]


def curve_of(alarm: Alarm, wanted: str = "", now: datetime | None = None) -> Curve | None:
    """None where the device has said no number around the alarm, or what it said is no longer kept."""
    begin, end = alarm.first_at - BEFORE, max(alarm.received_at, alarm.last_at) + AFTER
    end = min(end, begin + timedelta(hours=2), max(now or time.now(), alarm.received_at))
    rows = _readings(alarm.device, begin, end)
    names = sorted({name for _at, values in rows for name in values if name != "rssi"})
    name = next((one for one in (wanted, str(alarm.because.get("reading", "")), MAIN.get(alarm.device.kind, "")) if one in names), "")  # fmt: skip
    if not name and not names:
        return None
    return _curve(alarm, name or names[0], names, rows, (begin, end))


def _readings(device: Device, begin: datetime, end: datetime) -> list[tuple[datetime, dict[str, float]]]:
    """By when they were measured, in order. A late message lies in a later day of arrival: one more day is looked at."""
    first, last = time.day_of(begin), time.day_of(end) + timedelta(days=1)
    rows = Reading.objects.filter(received_day__range=(first, last), device=device.pk, at__gte=begin, at__lte=end)
    return sorted(rows.order_by("-pk").values_list("at", "values")[:MOST], key=lambda row: row[0])


def _curve(
    alarm: Alarm, name: str, names: list[str], rows: list[tuple[datetime, dict[str, float]]], span: tuple[datetime, datetime]
) -> Curve:  # fmt: skip
    points = [(at, values[name]) for at, values in rows if name in values]
    label, unit = str(wording.READINGS.get(name, name)), wording.unit(name, VALUES[name])
    rules = limits_of(alarm, name)
    newest = points[-1][1] if points else None
    chart = {
        "kind": "line", "time": True, "unit": f" {unit}", "from": _ms(span[0]), "to": _ms(span[1]),
        "series": [{"name": label, "data": _with_gaps(points), "ink": True}],
        "marks": [
            {"y": rule.limit, "name": f"{wording.LIMITS.get(rule.raises, '')} {rule.limit:g}", "state": _tone(rule)}
            for rule in rules
        ],
        "events": [{"x": _ms(alarm.first_at), "name": f"{time.local(alarm.first_at):%H:%M:%S}", "state": "bad" if alarm.kind in DANGER else "due"}],
        "since": _ms(alarm.first_at) if alarm.kind in DANGER and alarm.is_open else None,
        "min": 0 if all(value >= 0 for _at, value in points) else None,
        "least": max([rule.limit * 1.15 for rule in rules] + [0]),
    }  # fmt: skip
    others = [(other, str(wording.READINGS.get(other, other))) for other in names]
    return Curve(name, label, unit, chart, newest, others)


def limits_of(alarm: Alarm, reading: str) -> list[Rule]:
    """The limits of this very device for a reading on the day of the alarm; a rise has no line to draw."""
    own = tuple(sorted(alarm.device.limits.items()))
    rules = thresholds.rules_of(alarm.device.kind, time.day_of(alarm.first_at), own)
    return [rule for rule in rules.by_reading.get(reading, ()) if rule.rises_by is None]


def _tone(rule: Rule) -> str:
    return "bad" if rule.raises in ("fire", "gas", "electrical") else "due"


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _with_gaps(points: list[tuple[datetime, float]]) -> list[list[Any]]:
    """Pairs of milliseconds and value; a gap much longer than the usual step is a break in the line, not a slope."""
    if len(points) < 3:
        return [[_ms(at), value] for at, value in points]
    steps = sorted((after - before).total_seconds() for (before, _a), (after, _b) in pairwise(points))
    usual = max(steps[len(steps) // 2], 1.0)
    found: list[list[Any]] = [[_ms(points[0][0]), points[0][1]]]
    for (before, _a), (after, value) in pairwise(points):
        if (after - before).total_seconds() > 5 * usual:
            found.append([_ms(before) + 1, None])
        found.append([_ms(after), value])
    return found
