"""The worker's sign of life, which /readyz looks at: a city whose clocks stand still is not ready."""

from datetime import timedelta

from django.db import DatabaseError
from django.utils import timezone

from anju.jobs.models import Tick

NAME = "worker's sign of life"
EVERY = timedelta(seconds=5)
TOO_OLD = timedelta(seconds=30)


def beat() -> None:
    """By the real clock: a demo's clock that jumps must not make the worker look dead."""
    moment = timezone.now()
    if not Tick.objects.filter(name=NAME, due_at__gt=moment - EVERY).exists():
        Tick.objects.update_or_create(name=NAME, defaults={"due_at": moment})


def check() -> str:
    try:
        last = Tick.objects.filter(name=NAME).values_list("due_at", flat=True).first()
    except DatabaseError:
        return "unknown: the database does not answer"
    if last is None:
        return "has not started yet"
    age = timezone.now() - last
    return "ok" if age < TOO_OLD else f"no sign of life for {age.total_seconds():.0f} s"
