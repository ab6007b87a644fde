"""What is forgotten and when: readings, repeats and rejected words, in short steps (X3, and A4.3 for the hours that stay).

| | kept |
|---|---|
| readings | ANJU_KEEP_READINGS_DAYS by day of arrival, and in any case until they are in the hours |
| that a message was seen | 30 days; a GB/T 26875.3 frame 24 hours |
| rejected words | ANJU_KEEP_REJECTED_DAYS |

Rows go in chunks of a few milliseconds on both databases, found by the index on the day of arrival (or of forgetting): the
oldest lie together, so a chunk touches few pages, and nobody waits for it.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from time import perf_counter
from typing import TypeVar

from django.conf import settings
from django.db import connection
from django.db.models import Model, QuerySet

from anju.core import time
from anju.jobs.pacing import Pace
from anju.jobs.services import every
from anju.monitoring.models import Reading, Rejected
from anju.monitoring.services.hours import counted_up_to

Row = TypeVar("Row", bound=Model)
LONGEST = 20.0  # seconds of work in one run; the next run goes on
AT_ONCE = 2000  # rows of one transaction, at most


def forget(moment: datetime, longest: float = LONGEST) -> dict[str, int]:
    """Delete what is over, in paced transactions, for at most so long; how many rows of each kind."""
    today, until = time.day_of(moment), perf_counter() + longest
    return {
        "readings": _readings(today - timedelta(days=settings.ANJU_KEEP_READINGS_DAYS), until),
        "seen": _in_steps(_seen(today), until),
        "rejected": _in_steps(_rejected(moment), until),
    }


def _in_steps(step: Callable[[int], int], until: float) -> int:
    """`step(n)` deletes up to n rows inside a transaction and returns how many."""
    pace, done = Pace(first=200, most=AT_ONCE), 0
    while perf_counter() < until:
        size = pace.size
        with pace.transaction(size):
            gone = step(size)
        done += gone
        if gone < size:
            break
    return done


def _readings(before: date, until: float) -> int:
    """Days of arrival before this one. A reading that is not in the hours yet stays: the hours come first."""
    counted = counted_up_to()
    rows = Reading.objects.filter(received_day__lt=before, pk__lte=counted)
    return _in_steps(lambda size: _delete(rows.order_by("received_day", "device_id"), size), until)


def _rejected(moment: datetime) -> Callable[[int], int]:
    over = moment - timedelta(days=settings.ANJU_KEEP_REJECTED_DAYS)
    rows = Rejected.objects.filter(at__lt=over).order_by("at")
    return lambda size: _delete(rows, size)


def _delete(rows: QuerySet[Row], size: int) -> int:
    keys = list(rows.values_list("pk", flat=True)[:size])
    return rows.model._base_manager.filter(pk__in=keys).delete()[0] if keys else 0  # nothing hangs on them


SEEN_SQLITE = """DELETE FROM monitoring_seen WHERE rowid IN
 (SELECT rowid FROM monitoring_seen WHERE forget_on < %s ORDER BY forget_on LIMIT %s)"""
SEEN_POSTGRES = """DELETE FROM monitoring_seen WHERE ctid = ANY(ARRAY
 (SELECT ctid FROM monitoring_seen WHERE forget_on < %s ORDER BY forget_on LIMIT %s))"""


def _seen(today: date) -> Callable[[int], int]:
    """Its key has three columns, so the rows are named by where they lie."""
    statement = SEEN_POSTGRES if connection.vendor == "postgresql" else SEEN_SQLITE

    def step(size: int) -> int:
        with connection.cursor() as cursor:
            cursor.execute(statement, [connection.ops.adapt_datefield_value(today), size])
            return int(cursor.rowcount)

    return step


@every("monitoring.retention", timedelta(minutes=10))
def forget_what_is_over(moment: datetime) -> None:
    forget(moment)
