"""On which day a home was found in order: the one thing a sign outside says (A8.3).

Only a look on the spot counts. A home that turned compliant afterwards, because a paper came in, was found in order on no
day, however green it is: somebody has to go there before it gets its sign.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from anju.core import time
from anju.dwellings.models import Dwelling, Observation, VerdictRecord

LOOKS = (Observation.Source.INSPECTION, Observation.Source.DEPARTMENT)
SAME_STEP = timedelta(minutes=10)  # a look and the judgement that follows from it are one act


def found_in_order(homes: Sequence[Dwelling]) -> dict[int, date]:
    """By the homes' ids; a home that is not compliant now, or that nobody looked at since it is, is left out."""
    since = _compliant_since([home.pk for home in homes if home.verdict == Dwelling.Verdict.COMPLIANT])
    turned: dict[int, datetime | None] = {}  # when the look that made it compliant was, if it was one
    found: dict[int, datetime] = {}
    rows = Observation._base_manager.filter(dwelling__in=since, withdrawn_at=None).order_by("recorded_at", "id")
    for pk, source, seen, recorded in rows.values_list("dwelling", "source", "observed_at", "recorded_at"):
        look = source in LOOKS
        if recorded > since[pk] and look:
            found[pk] = max(seen, found.get(pk, seen))
        elif recorded <= since[pk]:  # the newest told before the change is what changed it
            turned[pk] = seen if look and since[pk] - recorded <= SAME_STEP else None
    for pk, moment in turned.items():
        if moment is not None:
            found[pk] = max(moment, found.get(pk, moment))
    return {pk: time.day_of(moment) for pk, moment in found.items()}


def _compliant_since(ids: Sequence[int]) -> dict[int, datetime]:
    """When the present spell of being compliant began."""
    began: dict[int, datetime] = {}
    rows = VerdictRecord._base_manager.filter(dwelling__in=ids).order_by("at", "id")
    for pk, at, verdict in rows.values_list("dwelling", "at", "verdict"):
        if verdict != Dwelling.Verdict.COMPLIANT:
            began.pop(pk, None)
        else:
            began.setdefault(pk, at)
    return began
