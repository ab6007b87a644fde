"""What whoever watches the queue is told: which alarms ring, how many are open, and what has changed since.

A watcher says up to which moment it knows (`cursor`, microseconds). An alarm carries the moment at which the platform took its
message, which lies a little before the commit that shows it; so a watcher is always told of a minute more than it asked for,
and telling twice does no harm.
"""

import threading
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

from django.db import close_old_connections
from django.utils import translation

from anju.accounts.models import User
from anju.areas.permissions import can
from anju.core import time
from anju.monitoring import wording
from anju.monitoring.models import Alarm
from anju.monitoring.selectors import alarms
from anju.monitoring.vocabulary import DANGER

OVERLAP = timedelta(minutes=1)
MOST_RINGING, MOST_CHANGED = 50, 300
EVERY = 0.5  # seconds between two looks of one process, however many people watch


def cursor_of(moment: datetime) -> str:
    return str(int(moment.timestamp() * 1_000_000))


def moment_of(cursor: str) -> datetime | None:
    """What `cursor_of` wrote; None for anything else."""
    try:
        return datetime.fromtimestamp(int(cursor) / 1_000_000, UTC) if cursor else None
    except (ValueError, OverflowError, OSError):
        return None


def news(user: User, cursor: str, now: datetime) -> dict[str, Any]:
    """ringing: alarms of danger that nobody has acknowledged; counts: open ones by group; changed: codes since `cursor`."""
    rows = alarms.visible(user)
    after = moment_of(cursor) or now
    ringing = rows.filter(state=Alarm.State.NEW, kind__in=DANGER).select_related("device").order_by("rank", "id")
    changed = rows.filter(changed_at__gt=after - OVERLAP).order_by("-changed_at").values_list("code", "changed_at")
    found = list(changed[:MOST_CHANGED])
    newest = max((at for _code, at in found), default=after)
    return {
        "cursor": cursor_of(max(newest, after)),
        "ringing": [_ring(row) for row in ringing[:MOST_RINGING]],
        "counts": alarms.counts(rows.filter(alarms.OPEN)),
        "urgent": alarms.urgent_count(user),
        "changed": [code for code, _at in found],
    }


def _ring(row: Alarm) -> dict[str, Any]:
    """ring: the same for as long as it is the same ringing; a computer sounds once for each."""
    ring = row.code if row.acknowledged_at is None else f"{row.code}/{row.version}"
    return {"code": row.code, "ring": ring, "kind": row.kind, "words": wording.spoken(row)}


def news_of(user_id: int, language: str, cursor: str) -> dict[str, Any] | None:
    """The same for a stream that has been open for a while: None when the person may no longer see alarms."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None or not can(user, "alarm.view"):
        return None
    with translation.override(language):
        return news(user, cursor, time.now())


# --- has anything changed? One cheap look for all watchers of a process ---------------------------------------------------

Marks = frozenset[tuple[int, datetime, str]]


class Lookout:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._at, self._marks = 0.0, frozenset[tuple[int, datetime, str]]()

    def marks(self) -> Marks:
        """Alarms that changed within two minutes, as (id, when, state): what is new in it is news to somebody."""
        with self._lock:
            if monotonic() - self._at >= EVERY:
                self._marks, self._at = self._read(), monotonic()
            return self._marks

    def _read(self) -> Marks:
        close_old_connections()  # this runs in a thread of its own, outside of any request
        try:
            rows = Alarm._base_manager.filter(changed_at__gt=time.now() - 2 * OVERLAP).order_by("-changed_at")
            return frozenset(rows.values_list("pk", "changed_at", "state")[:2000])
        finally:
            close_old_connections()


lookout = Lookout()
