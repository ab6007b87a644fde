"""Devices of a demo keep speaking: nobody plays them all day, and a city where every detector falls silent shows nothing.

Only in a demo, and only those that were alive when it was made: what is silent, was never heard or has retired stays so.
"""

from datetime import datetime, timedelta

from django.conf import settings

from anju.jobs.services import every
from anju.monitoring.models import DeviceState

EVERY = timedelta(minutes=2)


@every("demo.heartbeats", EVERY)
def renew(moment: datetime) -> None:
    if settings.ANJU_DEMO:
        keep_alive(moment)


def keep_alive(moment: datetime) -> int:
    """Last heard: now. One statement; how many devices spoke."""
    alive = DeviceState.objects.filter(silent=False, seen_at__isnull=False, seen_at__lt=moment)
    return alive.filter(device__retired_on=None, device__parent=None).update(seen_at=moment)
