"""The worker's signs of life, which /readyz looks at: a city whose clocks stand still is not ready.

Two, because a worker that seals and runs jobs may nevertheless be stuck where it calls stations out.
"""

from datetime import timedelta

from django.db import DatabaseError
from django.utils import timezone

from anju.jobs.models import Tick

NAME = "worker's sign of life"
CALLING = "sign of life of who calls stations out"
EVERY = timedelta(seconds=5)
TOO_OLD = timedelta(seconds=30)


def beat(name: str = NAME) -> None:
    """By the real clock: a demo's clock that jumps must not make the worker look dead."""
    moment = timezone.now()
    row = Tick.objects.filter(name=name)
    # One statement, so that an embedded database is locked for that long only, however busy this process is.
    if not row.filter(due_at__gt=moment - EVERY).exists() and not row.update(due_at=moment):
        Tick.objects.get_or_create(name=name, defaults={"due_at": moment})


def runs() -> bool:
    """Whether a worker lives, however well it does."""
    return Tick.objects.filter(name__in=(NAME, CALLING), due_at__gt=timezone.now() - TOO_OLD).exists()


def check() -> str:
    try:
        seen = dict(Tick.objects.filter(name__in=(NAME, CALLING)).values_list("name", "due_at"))
    except DatabaseError:
        return "unknown: the database does not answer"
    if len(seen) < 2:
        return "has not started yet"
    age = timezone.now() - min(seen.values())
    if age < TOO_OLD:
        return "ok"
    stuck = "" if seen[CALLING] > seen[NAME] else " where stations are called out"
    return f"no sign of life{stuck} for {age.total_seconds():.0f} s"
