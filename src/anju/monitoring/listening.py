"""Whether a gateway listens, for /readyz: a city whose devices nobody hears is not ready."""

from datetime import datetime, timedelta

from django.db import DatabaseError
from django.db.models import Max

from anju.core import time
from anju.monitoring.models import Device, Listening

TOO_OLD = timedelta(seconds=30)


def nobody_since(now: datetime) -> datetime | None:
    """Since when no gateway has listened although one did before; None while one does."""
    last: datetime | None = Listening.objects.aggregate(last=Max("beat_at"))["last"]
    return last if last is not None and now - last >= TOO_OLD else None


def check() -> str:
    """ "ok" also where no gateway ever listened and no device is registered: not every city has devices yet."""
    try:
        last = Listening.objects.aggregate(last=Max("beat_at"))["last"]
        if last is None:
            return "has not started yet" if Device._base_manager.exists() else "ok"
    except DatabaseError:
        return "unknown: the database does not answer"
    age = time.now() - last
    return "ok" if age < TOO_OLD else f"no sign of life for {age.total_seconds():.0f} s"
