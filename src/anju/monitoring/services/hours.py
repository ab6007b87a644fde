"""Readings counted together by the hour, which stay when the readings themselves are gone (A4.3).

Every reading is counted once: the place up to which they are counted moves in the transaction that counts them. Counted is what
arrived at least a few minutes ago: on PostgreSQL a batch that began earlier may commit later than one with higher numbers.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from time import perf_counter

from django.db import connection

from anju.jobs.pacing import Pace
from anju.jobs.services import every
from anju.monitoring.models import Reading, RolledUp

SETTLED = timedelta(minutes=5)  # longer than a batch can take to commit
LONGEST = 20.0  # seconds of work in one run, so that the schedules behind it are not kept waiting
AT_ONCE = 500  # readings of one transaction, at most
Key = tuple[int, datetime, str]  # device, hour, name

ADD = """INSERT INTO monitoring_readinghour AS h (device_id, hour, name, count, lowest, highest, total)
 VALUES (%s, %s, %s, %s, %s, %s, %s)
 ON CONFLICT (device_id, hour, name) DO UPDATE SET count = h.count + excluded.count, total = h.total + excluded.total,
 lowest = CASE WHEN excluded.lowest < h.lowest THEN excluded.lowest ELSE h.lowest END,
 highest = CASE WHEN excluded.highest > h.highest THEN excluded.highest ELSE h.highest END"""

_pace = Pace(first=50, most=AT_ONCE)


def roll_up(moment: datetime, longest: float = LONGEST) -> int:
    """Count what is settled, in paced transactions; how many readings."""
    began, done = perf_counter(), 0
    while perf_counter() - began < longest:
        counted = _step(moment - SETTLED)
        if not counted:
            break
        done += counted
    return done


def _step(settled: datetime) -> int:
    place, _made = RolledUp.objects.get_or_create(pk=1)
    rows = list(
        Reading.objects.filter(pk__gt=place.reading_id)
        .order_by("pk")
        .values_list("pk", "device_id", "at", "values", "received")[: _pace.size]
    )
    # A row that is not settled ends the step: what stands behind it may still get a neighbour with a lower number.
    usable = next((number for number, row in enumerate(rows) if row[4] > settled), len(rows))
    rows = rows[:usable]
    if not rows:
        return 0
    hours = sums((device, at, values) for _pk, device, at, values, _received in rows)
    with _pace.transaction(len(rows)):
        moved = RolledUp.objects.filter(pk=1, reading_id=place.reading_id).update(reading_id=rows[-1][0])
        if moved:
            _add(hours)
    return len(rows) if moved else 0


def sums(readings: Iterable[tuple[int, datetime, dict[str, float]]]) -> dict[Key, tuple[int, float, float, float]]:
    """Number, lowest, highest and total by device, hour and name."""
    found: dict[Key, tuple[int, float, float, float]] = {}
    for device, at, values in readings:
        hour = at.replace(minute=0, second=0, microsecond=0)
        for name, value in values.items():
            key = (device, hour, name)
            count, lowest, highest, total = found.get(key, (0, value, value, 0.0))
            found[key] = (count + 1, min(lowest, value), max(highest, value), total + value)
    return found


def _add(hours: dict[Key, tuple[int, float, float, float]]) -> None:
    rows = []
    for (device, hour, name), (count, lowest, highest, total) in sorted(hours.items()):
        rows.append((device, connection.ops.adapt_datetimefield_value(hour), name, count, lowest, highest, total))
    with connection.cursor() as cursor:
        cursor.executemany(ADD, rows)


def counted_up_to() -> int:
    """Number of the last reading that is in the hours."""
    return RolledUp.objects.filter(pk=1).values_list("reading_id", flat=True).first() or 0


@every("monitoring.hours", timedelta(minutes=1))
def count_hours(moment: datetime) -> None:
    roll_up(moment)
