"""The log of a stage that is made after the year: what it tells of earlier days is entered when it is made.

The year is played in the order of time and so is its log, which nobody can change. A later stage goes back some days for
its stories; their entries may not be put behind later ones under an earlier time, for that is what `anju audit verify`
finds. The rows themselves carry the time of the act.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db.models import Max
from django.db.models.signals import post_init

from anju.audit.models import Entry


@contextmanager
def log_in_order() -> Iterator[None]:
    """No entry that is made meanwhile, for one row or for many, is older than the newest one."""
    newest: datetime | None = Entry._base_manager.aggregate(newest=Max("at"))["newest"]

    def not_before(*, instance: Entry, **_signal: Any) -> None:
        nonlocal newest
        if instance.pk is None:  # made, not read
            newest = instance.at = max(instance.at, newest) if newest else instance.at

    post_init.connect(not_before, sender=Entry, weak=False)
    try:
        yield
    finally:
        post_init.disconnect(not_before, sender=Entry)
