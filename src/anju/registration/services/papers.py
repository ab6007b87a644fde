"""Register facts: what the papers on record say about a home on a day, and when that changes by itself."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.conf import settings

from anju import standard
from anju.dwellings.models import Dwelling, Occupant
from anju.dwellings.services.judging import RegisterFacts, judge_dwelling, register_sources
from anju.dwellings.signals import dwelling_changed
from anju.registration.models import Guarantee, Lease

# A grid worker or the landlord registers who moved in within so many days (A3.7); the police check comes after it.
DAY = timedelta(days=1)


def _by_home(model: Any, dwellings: Sequence[Dwelling], **which: Any) -> dict[Dwelling, list[Any]]:
    """The rows of homes that a service has already fetched for somebody; homes without any are left out."""
    homes = {dwelling.pk: dwelling for dwelling in dwellings}
    found: dict[Dwelling, list[Any]] = defaultdict(list)
    for row in model._base_manager.filter(dwelling__in=homes, **which):
        found[homes[row.dwelling_id]].append(row)
    return found


def guarantee_facts(dwellings: Sequence[Dwelling], on: date) -> Mapping[int, RegisterFacts]:
    """Signed by everybody who lets now: the sub-lessor as well as the landlord. Silent where no paper was recorded here,
    so that what a ledger said still stands."""
    kept = _by_home(Guarantee, dwellings)
    return {home.pk: _guaranteed(home, rows, on) for home, rows in kept.items() if _letting(home)}


def _letting(dwelling: Dwelling) -> set[int]:
    return {pk for pk in (dwelling.landlord_id, dwelling.sublessor_id) if pk}


def _guaranteed(dwelling: Dwelling, papers: list[Guarantee], on: date) -> RegisterFacts:
    rows = [row for row in papers if row.state != Guarantee.State.WITHDRAWN]
    signed = {row.party_id for row in rows if row.holds(on)}
    turns = [row.valid_until + DAY for row in rows if row.valid_until] + [row.signed_on for row in rows]
    return {"guarantee_signed": _letting(dwelling) <= signed}, min((day for day in turns if day > on), default=None)


def lease_facts(dwellings: Sequence[Dwelling], on: date) -> Mapping[int, RegisterFacts]:
    """How many leases are in force, and how long the oldest unfiled one has been signed (0: all are filed)."""
    limit = filing_days(on)
    return {home.pk: _leased(rows, on, limit) for home, rows in _by_home(Lease, dwellings).items()}


def _leased(rows: list[Lease], on: date, limit: int | None) -> RegisterFacts:
    running = [row for row in rows if row.in_force(on)]
    open_since = [row.signed_on for row in running if row.filed_on is None]
    days = (on - min(open_since)).days if open_since else 0
    turns = [row.starts for row in rows] + [row.last_day + DAY for row in rows]
    if open_since and limit is not None:
        turns.append(min(open_since) + timedelta(days=limit + 1))
    facts = {"lease_count": len(running), "lease_signed_days": max(0, days)}
    return facts, min((day for day in turns if day > on), default=None)


def filing_days(on: date) -> int | None:
    parameter = standard.current_edition(on).parameters.get("lease_filing_days")
    value = parameter.on(on) if parameter else None
    return int(value) if value is not None else None


def residence_facts(dwellings: Sequence[Dwelling], on: date) -> Mapping[int, RegisterFacts]:
    """Occupants on record whose details nobody collected within the deadline. Silent where nobody is on record."""
    return {home.pk: _resident(rows, on) for home, rows in _by_home(Occupant, dwellings, until=None).items()}


def _resident(rows: list[Occupant], on: date) -> RegisterFacts:
    ends = [
        row.since + timedelta(days=settings.ANJU_RESIDENCE_DAYS)
        for row in rows
        if row.registration == Occupant.Registration.NONE
    ]
    late = sum(1 for end in ends if end < on)
    return {"occupants_unregistered": late}, min((end + DAY for end in ends if end >= on), default=None)


def letting_facts(dwellings: Sequence[Dwelling], on: date) -> Mapping[int, RegisterFacts]:
    """Sub-let where a sub-lessor is on record; nobody has to be asked for that again."""
    return {dwelling.pk: ({"sublet": True}, None) for dwelling in dwellings if dwelling.sublessor_id}


SOURCES = (guarantee_facts, lease_facts, residence_facts, letting_facts)
register_sources.extend(SOURCES)


def papers_changed(dwelling: Dwelling, on: date) -> None:
    """Judge anew and tell the counts; in the transaction of the change."""
    judge_dwelling(dwelling, on)
    dwelling_changed.send(Dwelling, dwelling=dwelling)
