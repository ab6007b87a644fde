"""Time: aware UTC inside, Shanghai days at the edge, and the demo's clock that can be moved forward.

Code that needs "now" or "today" takes it as an argument and defaults to these functions at the outermost layer.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from chinese_calendar import is_workday
from django.conf import settings
from django.utils.translation import gettext as _

from anju.core.errors import Refused

SHANGHAI = ZoneInfo("Asia/Shanghai")


class CalendarYearMissing(Refused):
    """Working days of a year were asked for whose holidays the State Council's notice has not given us yet."""


def clock_file() -> Path:
    return Path(settings.ANJU_DIR) / "demo-clock.json"


@lru_cache(maxsize=1)
def _offset_of(stamp: int) -> timedelta:
    try:
        return timedelta(seconds=int(json.loads(clock_file().read_text())["seconds"]))
    except (OSError, ValueError, KeyError):
        return timedelta(0)


def demo_offset() -> timedelta:
    """How far the demo's clock runs ahead; always zero outside a demo."""
    if not settings.ANJU_DEMO:
        return timedelta(0)
    try:
        return _offset_of(clock_file().stat().st_mtime_ns)
    except OSError:
        return timedelta(0)


def move_demo_clock(by: timedelta) -> None:
    """Move the demo's clock forward. It cannot go back: what happened stays in order."""
    if not settings.ANJU_DEMO or by < timedelta(0):
        raise Refused(_("Only a demo's clock can be moved, and only forward."))
    total = demo_offset() + by
    draft = clock_file().with_suffix(".new")
    draft.write_text(json.dumps({"seconds": int(total.total_seconds())}))
    draft.rename(clock_file())


_past: ContextVar[datetime | None] = ContextVar("demo_past", default=None)


@contextmanager
def in_the_past(moment: datetime) -> Iterator[None]:
    """While a demo city is made: its services act at `moment`, so that it has a year behind it on its first day."""
    token = _past.set(moment)
    try:
        yield
    finally:
        _past.reset(token)


def now() -> datetime:
    return _past.get() or datetime.now(UTC) + demo_offset()


def local(moment: datetime) -> datetime:
    return moment.astimezone(SHANGHAI)


def day_of(moment: datetime) -> date:
    return local(moment).date()


def today() -> date:
    return day_of(now())


def day_start(day: date) -> datetime:
    return datetime.combine(day, time(0), tzinfo=SHANGHAI).astimezone(UTC)


def day_end(day: date) -> datetime:
    """24:00 of the day in Shanghai: the first moment that is no longer that day."""
    return day_start(day + timedelta(days=1))


def is_working_day(day: date) -> bool:
    try:
        return bool(is_workday(day))
    except NotImplementedError as error:
        raise CalendarYearMissing(
            _(
                "The holiday calendar of %(year)s is not loaded, so working days cannot be counted. Update the package chinesecalendar after the State Council's notice."
            )
            % {"year": day.year}
        ) from error


def add_days(start: date, days: int, *, working: bool) -> date:
    """The day on which a term of `days` ends: day n counts to its 24:00; 0 days ends on `start` itself."""
    if not working:
        return start + timedelta(days=days)
    day, left = start, days
    while left:
        day += timedelta(days=1)
        left -= is_working_day(day)
    return day


def due_at(start: date, days: int, *, working: bool) -> datetime:
    return day_end(add_days(start, days, working=working))
