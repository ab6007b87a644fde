"""How fast alarms of danger were seen to, per area: never per person (A4.4). What was not done counts against the share."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.db.models import QuerySet

from anju.accounts.models import User
from anju.areas.models import Area
from anju.monitoring.models import Alarm
from anju.monitoring.selectors.alarms import KINDS_OF, areas_of, visible

MEASURED = timedelta(days=30)
# Seconds. The fire service's 1-3-5 asks for one minute to turn out; the acknowledgement cannot take longer than that.
ACKNOWLEDGE, DISPATCH = 60, 60
MOST = 50_000


@dataclass(frozen=True)
class Share:
    """kept: within the limit; of: all whose limit has run out or that were done; half: seconds, median of those done."""

    kept: int
    of: int
    half: int | None
    never: int


@dataclass(frozen=True)
class Line:
    area: Area | None  # None: all together
    alarms: int
    acknowledge: Share
    dispatch: Share
    close: int | None  # median seconds to the end


Row = tuple[str, int | None, int | None, int | None, datetime, str]
COLUMNS = ("area_path", "acknowledge_seconds", "dispatch_seconds", "close_seconds", "received_at", "outcome")


def measured(user: User, now: datetime) -> "QuerySet[Any]":
    """Alarms of danger of the last 30 days; what was over by itself before anybody could see it is left out."""
    rows = visible(user).filter(kind__in=KINDS_OF["danger"], received_at__gte=now - MEASURED)
    return rows.exclude(outcome=Alarm.Outcome.GONE)


def strip(user: User, now: datetime) -> list[Line]:
    """All together first, then each area that had any."""
    rows: list[Row] = list(measured(user, now).order_by("-id").values_list(*COLUMNS)[:MOST])
    areas = areas_of(user)
    parts: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        area = next((area for area in areas if row[0].startswith(area.path)), None)
        if area is not None:
            parts[area.pk].append(row)
    lines = [_line(None, rows, now)]
    return lines + [_line(area, parts[area.pk], now) for area in areas if area.pk in parts and len(areas) > 1]


def _line(area: Area | None, rows: Sequence[Row], now: datetime) -> Line:
    return Line(
        area,
        len(rows),
        _share([(row[1], row[4], row[5]) for row in rows], ACKNOWLEDGE, now),
        _share([(row[2], row[4], row[5]) for row in rows], DISPATCH, now),
        _half([row[3] for row in rows if row[3] is not None]),
    )


def _share(rows: Sequence[tuple[int | None, datetime, str]], limit: int, now: datetime) -> Share:
    done = [seconds for seconds, _received, _outcome in rows if seconds is not None]
    missed = [
        1 for seconds, received, _outcome in rows if seconds is None and received + timedelta(seconds=limit) <= now
    ]
    kept = sum(seconds <= limit for seconds in done)
    return Share(kept, len(done) + len(missed), _half(done), len(missed))


def _half(seconds: Sequence[int]) -> int | None:
    return round(median(seconds)) if seconds else None
