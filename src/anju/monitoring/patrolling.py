"""When rounds of a patrol are due, and what the scans of one come to. Plain Python, no Django."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
EARLY = timedelta(minutes=10)  # a round may be begun so long before its time
GRACE = timedelta(minutes=5)  # scans that were made in time have so long to arrive


def parse_time(word: str) -> tuple[int, int]:
    """ "22:30" → (22, 30). Raises ValueError."""
    hour, colon, minute = word.strip().replace("：", ":").partition(":")
    if not (colon and hour.isascii() and hour.isdigit() and minute.isascii() and minute.isdigit() and len(minute) == 2):
        raise ValueError(word)
    if int(hour) > 23 or int(minute) > 59:
        raise ValueError(word)
    return int(hour), int(minute)


def due_times(day: date, weekdays: Iterable[int], times: Iterable[str]) -> list[datetime]:
    """Moments of one day in Shanghai on which rounds begin, in order. weekdays: 1 Monday to 7 Sunday."""
    if day.isoweekday() not in set(weekdays):
        return []
    found = [datetime(day.year, day.month, day.day, *parse_time(word), tzinfo=SHANGHAI) for word in times]
    return sorted(found)


@dataclass(frozen=True)
class Walked:
    """What the scans of a round come to. missed: points of the plan nobody was at. flags: per scan, whether in its turn."""

    scanned: int
    missed: tuple[int, ...]
    ordered: bool
    flags: tuple[bool, ...]


def walked(plan: Sequence[int], scans: Sequence[int]) -> Walked:
    """plan: points in order. scans: points as they were scanned, by time.

    A scan is in its turn when it is the next of the plan that nobody was at yet; a point left out for now puts itself out of
    order when it is scanned at last, not those after it. The same point again is neither.
    """
    position = {point: index for index, point in enumerate(plan)}
    furthest, seen, flags, ordered = -1, set[int](), list[bool](), True
    for point in scans:
        at = position.get(point)
        if at is None or point in seen:
            flags.append(True)
            continue
        seen.add(point)
        in_turn = at > furthest
        ordered = ordered and in_turn
        furthest = max(furthest, at)
        flags.append(in_turn)
    missed = tuple(point for point in plan if point not in seen)
    return Walked(len(seen), missed, ordered, tuple(flags))
