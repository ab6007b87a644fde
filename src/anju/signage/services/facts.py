"""The sign inside as a fact of the standard (D31): posted and current, or not."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from anju.dwellings.models import Dwelling
from anju.dwellings.services.judging import RegisterFacts, register_sources
from anju.signage.models import Sign


def inside_sign(dwellings: Sequence[Dwelling], on: date) -> Mapping[int, RegisterFacts]:
    """Silent where no sign was ever printed here, so that what somebody saw or a ledger said still stands."""
    found: dict[int, bool] = defaultdict(bool)
    rows = Sign._base_manager.filter(dwelling__in=[home.pk for home in dwellings], kind=Sign.Kind.INSIDE)
    for pk, state, since in rows.values_list("dwelling", "state", "outdated_since"):
        found[pk] = found[pk] or (state == Sign.State.POSTED and since is None)
    return {pk: ({"inside_sign": posted}, None) for pk, posted in found.items()}


register_sources.append(inside_sign)
