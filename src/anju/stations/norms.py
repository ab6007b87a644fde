"""What a station must have, by its kind, with the source of each number. Plain Python, no Django models.

Where the sources differ the stricter figure of the issuing body is a choice of the station (`Station.least`), never lower
than what stands here.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from anju.core import time

COMMUNITY, UNIT, CONTROL_ROOM = "community", "unit", "control_room"

# 1-3-5, as the fire service drills it: one minute to turn out, three to be there.
ACCEPT = timedelta(seconds=60)
ARRIVE = timedelta(seconds=180)

AHEAD = 14  # days ahead within which a gap in the roster is somebody's work
SOON = 30  # days before an expiry at which it is somebody's work
DRILL_EVERY = 90  # days; practice of the stations, no national figure is known
UNANSWERED_WITHIN = 30  # days for which an unanswered call-out weighs on a station


@dataclass(frozen=True)
class Norm:
    """staff: people on the list; per_shift: on duty at any moment; needs: certificate that each of them holds;
    kit: items of which there must be one that has not run out."""

    staff: int
    per_shift: int
    needs: str
    kit: tuple[str, ...]
    source: str


NORMS: dict[str, Norm] = {
    COMMUNITY: Norm(6, 2, "training", ("extinguisher", "hose", "nozzle", "phone"), "公消〔2015〕301号《社区微型消防站建设标准》"),
    UNIT: Norm(
        6, 2, "training", ("extinguisher", "hose", "nozzle", "phone", "radio"), "公消〔2015〕301号《消防安全重点单位微型消防站建设标准》"
    ),
    CONTROL_ROOM: Norm(0, 2, "operator", (), "《高层民用建筑消防安全管理规定》第二十六条"),
}  # fmt: skip


@dataclass(frozen=True)
class Shift:
    """key: what stands in the roster's cell; starts: hour of the day in Shanghai; hours: how long."""

    key: str
    starts: int
    hours: int


# Who works twelve hours rests twelve, and so on: a shift's length is the least rest unless the station asks for more.
PATTERNS: dict[str, tuple[Shift, ...]] = {
    "12": (Shift("day", 8, 12), Shift("night", 20, 12)),
    "8": (Shift("morning", 8, 8), Shift("evening", 16, 8), Shift("small", 0, 8)),
    "24": (Shift("whole", 8, 24),),
}


@dataclass(frozen=True, order=True)
class Slot:
    """One shift of one day, from `starts` to before `ends` (UTC)."""

    starts: datetime
    ends: datetime
    day: date
    key: str


def slot_of(pattern: str, day: date, key: str) -> Slot:
    shift = next(shift for shift in PATTERNS[pattern] if shift.key == key)
    # The small hours belong to the night that began the evening before, so the eight-hour day runs from 8 to 8 too.
    begins = time.day_start(day + timedelta(days=1 if shift.starts < 8 else 0)) + timedelta(hours=shift.starts)
    return Slot(begins, begins + timedelta(hours=shift.hours), day, key)


def slots(pattern: str, first: date, last: date) -> list[Slot]:
    """All shifts of the days, in order; together they leave no minute out."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [slot_of(pattern, day, shift.key) for day in days for shift in PATTERNS[pattern]]
