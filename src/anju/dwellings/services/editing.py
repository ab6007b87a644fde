"""Registering a home by hand, changing who lets it, and the facts that only a department decides."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from anju.areas.models import Area, Place
from anju.areas.permissions import require
from anju.areas.scope import postings_of
from anju.audit.services import audited, changes, record
from anju.core import time
from anju.core.errors import NotAllowed, Refused, Stale
from anju.dwellings import search
from anju.dwellings.ledger import address as addresses
from anju.dwellings.models import Dwelling, Observation, Party
from anju.dwellings.services.creating import create_dwelling
from anju.dwellings.services.facts import observe
from anju.dwellings.services.judging import judge_dwelling
from anju.dwellings.signals import dwelling_changed
from anju.standard import current_edition

# The rule book's name of a body → the department of a posting.
BODIES = {"city_management": "urban"}


@audited
def register_home(
    *, by: Any, area: Area, place: Place, number: str, kind: str, letting_state: str, standard_code: str = ""
) -> Dwelling:
    """A home nobody has looked at yet. The address is put together from the place; the same door twice is refused."""
    names = [place.name]
    parent = place.parent
    while parent is not None:
        names.append(parent.name)
        parent = parent.parent
    room = f"{number} 室" if number.isdigit() else number
    address = " ".join([*reversed(names), room])
    spoken = addresses.parse(address.replace(" ", ""))
    dwelling = create_dwelling(
        by=by,
        area=area,
        place=place,
        number=number,
        address=address,
        address_key=spoken.key if spoken else address.replace(" ", ""),
        kind=kind,
        letting_state=letting_state,
        standard_code=standard_code,
    )
    search.index(dwelling)
    return dwelling


@audited
def change_parties(*, by: Any, dwelling: Dwelling, seen_at: datetime, **parties: Party | None) -> Dwelling:
    """Set landlord, sublessor and operator. `seen_at`: `updated_at` of the page the person filled in."""
    require(by, "dwelling.edit")
    fresh: Dwelling = Dwelling.objects.for_user(by).select_for_update(of=("self",)).get(pk=dwelling.pk)
    if fresh.updated_at != seen_at:
        raise Stale(
            _(
                "Somebody changed this home at %(when)s while you were editing. Your entries are kept below: compare and save again."
            )
            % {"when": f"{time.local(fresh.updated_at):%H:%M:%S}"}
        )
    before, after = changes(fresh, parties)
    for name, party in parties.items():
        setattr(fresh, name, party)
    fresh.updated_at = time.now()
    fresh.save(update_fields=[*parties, "updated_at"])
    record(by=by, verb="dwelling.edit", subject=fresh, before=before, after=after)
    judge_dwelling(fresh, time.today())
    search.index(fresh)
    dwelling_changed.send(Dwelling, dwelling=fresh)
    return fresh


def decidable(by: Any) -> list[str]:
    """The dwelling facts that the person's own body decides, by name."""
    mine = {posting.department for posting in postings_of(by, time.today())}
    facts = current_edition(time.today()).facts["dwelling"].values()
    return [
        fact.name
        for fact in facts
        if fact.by == "department" and mine & {BODIES.get(body, body) for body in fact.departments}
    ]


def decide(*, by: Any, dwelling: Dwelling, fact: str, value: Any, document: str) -> Observation:
    """A department's own decision (illegal building, change of use, appraisal), with the paper it stands on."""
    require(by, "dwelling.decide_fact")
    if fact not in decidable(by):
        raise NotAllowed(_("“%(fact)s” is decided by another body.") % {"fact": fact})
    if not document.strip():
        raise Refused(_("Name the paper that the decision stands on, for example its number."))
    observation: Observation = observe(
        by=by,
        dwelling=dwelling,
        source=Observation.Source.DEPARTMENT,
        values={"facts": {fact: value}},
        observed_at=time.now(),
        origin=document.strip()[:60],
    )
    return observation
