"""Lists of papers, each narrowed to what the person may see."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from anju.accounts.models import User
from anju.areas.models import Area
from anju.core import paths
from anju.dwellings import search
from anju.dwellings.models import Dwelling, Finding, Occupant
from anju.registration.models import Declaration, GroupRentalEntry, Guarantee, Lease

SOON_DAYS = 30
GUARANTEE_TABS = ("missing", "pending", "doubtful", "ending", "confirmed")
GROUP_TABS = ("found", "registered", "removed")
DECLARATION_TABS = ("waiting", "accepted", "returned", "withdrawn")
RESIDENCE_TABS = ("to_check", "late", "checked")
LEASE_TABS = ("unfiled", "filed", "accepted", "ended")
S = Guarantee.State
Rows = QuerySet[Any]


def _narrow(user: User, rows: Rows, query: Mapping[str, str], prefix: str) -> Rows:
    """By the area and the words of the address line; `prefix` leads from the row to its home."""
    area = Area.objects.filter(code=query.get("area", "")).first() if query.get("area") else None
    if area is not None:
        rows = rows.filter(paths.under(f"{prefix}area_path", area.path))
    if query.get("kind"):
        rows = rows.filter(**{f"{prefix}kind": query["kind"]})
    if query.get("q"):
        found = search.find_ids(user, query["q"], limit=1000)
        rows = rows.filter(**{f"{prefix}pk__in": found})
    return rows


def _unsigned(user: User) -> Rows:
    """Let homes without a guarantee that counts, by the last judgement, and with none that waits for the police."""
    here = {"dwelling": OuterRef("pk")}  # asked per home, so that a page stops after fifty however many there are
    unsigned = Exists(Finding.objects.for_user(user).filter(rule="D27", **here))
    waits = Exists(Guarantee.objects.for_user(user).filter(state__in=[S.PENDING, S.DOUBTFUL], **here))
    rows = Dwelling.objects.for_user(user).filter(unsigned, ~waits, letting_state=Dwelling.LettingState.LET)
    return rows.select_related("area", "landlord", "sublessor")  # type: ignore[no-any-return]


def guarantees(user: User, tab: str, on: date, query: Mapping[str, str]) -> Rows:
    """Guarantees of a tab; for `missing`, homes."""
    if tab == "missing":
        return _narrow(user, _unsigned(user), query, "")
    rows = Guarantee.objects.for_user(user).select_related(
        "dwelling__area", "dwelling__landlord", "dwelling__sublessor", "party"
    )
    soon = Q(state=S.CONFIRMED, valid_until__lt=on + timedelta(days=SOON_DAYS))
    rows = {
        "pending": rows.filter(state=S.PENDING),
        "doubtful": rows.filter(state=S.DOUBTFUL),
        "ending": rows.filter(soon),
        "confirmed": rows.filter(state=S.CONFIRMED).exclude(valid_until__lt=on),
    }[tab]
    return _narrow(user, rows, query, "dwelling__")


def group_rentals(user: User, tab: str, query: Mapping[str, str]) -> Rows:
    """The register of group rentals (A3.2)."""
    rows = GroupRentalEntry.objects.for_user(user).select_related(
        "dwelling__area", "dwelling__landlord", "dwelling__sublessor", "registered_by"
    )
    if tab == "removed":
        rows = rows.filter(removed_on__isnull=False)
    else:
        rows = rows.filter(removed_on=None, registered_on__isnull=tab == "found")
    if query.get("how"):
        rows = rows.filter(found=query["how"])
    return _narrow(user, rows, query, "dwelling__")


def suspected(user: User) -> Rows:
    """Let homes of which nobody can say yet whether they are group rentals: beside the register, never in it."""
    rows = Dwelling.objects.for_user(user)
    return rows.filter(group_rental=None, letting_state=Dwelling.LettingState.LET)  # type: ignore[no-any-return]


def leases(user: User, tab: str, on: date, query: Mapping[str, str]) -> Rows:
    rows = Lease.objects.for_user(user).select_related("dwelling__area", "lessor", "lessee")
    over = Q(ends__lt=on) | Q(ended_on__lt=on)
    if tab == "ended":
        return _narrow(user, rows.filter(over), query, "dwelling__")
    rows = {
        "unfiled": rows.filter(filed_on=None),
        "filed": rows.filter(filed_on__isnull=False, accepted_on=None),
        "accepted": rows.filter(accepted_on__isnull=False),
    }[tab]
    return _narrow(user, rows.exclude(over), query, "dwelling__")


def declarations(user: User, tab: str, query: Mapping[str, str]) -> Rows:
    """Declarations in a state, as officers see them (A3.7)."""
    rows = Declaration.objects.for_user(user).select_related("dwelling__area", "decided_by").filter(state=tab)
    for name in ("of", "role"):
        if query.get(name):
            rows = rows.filter(**{"kind" if name == "of" else name: query[name]})
    return _narrow(user, rows, query, "dwelling__")


def residence(user: User, tab: str, on: date, query: Mapping[str, str]) -> Rows:
    """Occupants now, by how far their registration is: waits for the police, not collected in time, checked."""
    R = Occupant.Registration
    rows = Occupant.objects.for_user(user).filter(until=None).select_related("dwelling__area", "party", "room")
    late = on - timedelta(days=settings.ANJU_RESIDENCE_DAYS)
    rows = {
        "to_check": rows.filter(registration=R.DECLARED),
        "late": rows.filter(registration=R.NONE, since__lt=late),
        "checked": rows.filter(registration=R.CHECKED),
    }[tab]
    return _narrow(user, rows, query, "dwelling__")
