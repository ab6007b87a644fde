"""How often: counted per hour in rows that all processes share, keyed by a hash, so that no address is kept.

`spend` counts and says whether it may be done; what is refused is logged without saying whose it was.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from anju.core import crypto, time
from anju.portal.models import Tally

log = logging.getLogger(__name__)
HOUR = timedelta(hours=1)
EVERYBODY = "everybody"


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _key(value: str) -> str:
    return crypto.index(value, "tally") if value else "-"


def spend(kind: str, value: str, most: int) -> bool:
    """Count one of `kind` for an address or a telephone; False when it was one too many in this hour."""
    hour, key = _hour(time.now()), _key(value)
    with transaction.atomic():
        changed = Tally.objects.filter(kind=kind, key=key, hour=hour).update(count=F("count") + 1)
        if not changed:
            row, made = Tally.objects.get_or_create(kind=kind, key=key, hour=hour, defaults={"count": 1})
            if not made:
                Tally.objects.filter(pk=row.pk).update(count=F("count") + 1)
    count = Tally.objects.values_list("count", flat=True).get(kind=kind, key=key, hour=hour)
    if count > most:
        log.warning("limit reached: %s (%s in this hour)", kind, count)
        return False
    return True


def spent(kind: str, value: str, most: int) -> bool:
    """Whether the limit of this hour is used up, without counting."""
    rows = Tally.objects.filter(kind=kind, key=_key(value), hour=_hour(time.now()))
    return (rows.values_list("count", flat=True).first() or 0) >= most


def sweep(moment: datetime) -> None:
    Tally.objects.filter(hour__lt=_hour(moment) - 24 * HOUR).delete()
