"""Landlords, sub-lessors, operators and occupants: recorded once, masked, revealed only for a written reason (X3)."""

import re
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from anju.accounts.services import one_at_a_time
from anju.areas.models import Area
from anju.areas.permissions import require
from anju.audit.services import audited, record
from anju.core import crypto, time
from anju.core.errors import Refused
from anju.dwellings import identity, search
from anju.dwellings.models import Dwelling, Occupant, Party, Room
from anju.dwellings.signals import dwelling_changed

TWICE = timedelta(seconds=30)


def id_number_problem(number: str, kind: str = Party.IdKind.RESIDENT) -> str:
    """Why a number cannot be one of this kind of card, or "" (see `dwellings.identity`)."""
    return identity.problem(number, kind)


def phone_problem(phone: str) -> str:
    if re.fullmatch(r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}(-\d{1,6})?", phone.strip()):
        return ""
    return _("“%(phone)s” is no telephone number. Expected: 11 digits, or 0512-57300000.") % {"phone": phone}


def party_for(
    *, name: str, area: Area, phone: str = "", id_number: str = "", kind: str = Party.Kind.PERSON,
    id_kind: str = Party.IdKind.RESIDENT,
) -> Party:  # fmt: skip
    """The party of this area with this ID number or phone and name, else a new one: nobody is recorded twice."""
    problems = [
        phone_problem(phone) if phone else "",
        id_number_problem(id_number, id_kind) if id_number and kind == Party.Kind.PERSON else "",
    ]
    if any(problems):
        raise Refused(" ".join(problem for problem in problems if problem))
    id_number = identity.plain(id_number)
    known = Party.objects.unscoped(reason="one person of an area is one row").filter(area_path=area.path, name=name)
    match = None
    if id_number:
        match = known.filter(id_index=crypto.index(id_number, "id")).first()
    if match is None and phone:
        match = known.filter(phone_index=crypto.index(phone, "phone")).first()
    if not (id_number or phone):  # a form that was sent twice; otherwise one name may be two people
        match = known.filter(id_index="", phone_index="", created_at__gte=time.now() - TWICE).first()
    if match is not None:
        return match  # type: ignore[no-any-return]
    party = Party(name=name, kind=kind, id_kind=id_kind, area_path=area.path, created_at=time.now())
    if phone:
        party.phone = phone
    if id_number:
        party.id_number = id_number
    party.full_clean()
    party.save()
    return party


def _count_people(dwelling: Dwelling) -> None:
    dwelling.people = dwelling.occupants.filter(until=None).count()
    dwelling.updated_at = time.now()
    dwelling.save(update_fields=["people", "updated_at"])
    search.index(dwelling)
    dwelling_changed.send(Dwelling, dwelling=dwelling)


@audited
def arrive(
    *,
    by: Any,
    dwelling: Dwelling,
    name: str,
    since: date,
    room: Room | None = None,
    phone: str = "",
    id_number: str = "",
    id_kind: str = Party.IdKind.RESIDENT,
    checked: bool = False,
) -> Occupant:
    """Somebody moved in. `checked`: the police compared it with the card; else it waits for them."""
    require(by, "registration.edit")
    if since > time.today():
        raise Refused(_("The day of arrival lies in the future."))
    one_at_a_time(by)
    party = party_for(name=name, area=dwelling.area, phone=phone, id_number=id_number, id_kind=id_kind)
    if dwelling.occupants.filter(party=party, until=None).exists():
        raise Refused(_("%(name)s is already registered here.") % {"name": party.masked_name})
    state = (
        Occupant.Registration.CHECKED
        if checked
        else Occupant.Registration.DECLARED
        if id_number
        else Occupant.Registration.NONE
    )
    occupant = Occupant(dwelling=dwelling, room=room, party=party, since=since, registration=state)
    occupant.full_clean()
    occupant.save()
    record(
        by=by,
        verb="registration.edit",
        subject=dwelling,
        after={"arrived": party.code, "since": since, "room": str(room or "")},
    )
    _count_people(dwelling)
    return occupant


@audited
def add_card(*, by: Any, occupant: Occupant, id_number: str, id_kind: str, room: Room | None = None) -> Occupant:
    """Who was put on record without a card declared it; the police still compare it."""
    require(by, "registration.edit")
    if occupant.until is not None or occupant.registration != Occupant.Registration.NONE:
        raise Refused(_("This registration is “%(state)s” already.") % {"state": occupant.get_registration_display()})
    problem = id_number_problem(id_number, id_kind)
    if problem:
        raise Refused(problem)
    party = occupant.party
    party.id_kind, party.id_number = id_kind, identity.plain(id_number)
    party.full_clean()
    party.save()
    occupant.registration, occupant.room = Occupant.Registration.DECLARED, room or occupant.room
    occupant.save(update_fields=["registration", "room"])
    after = {"occupant": party.code, "registration": occupant.registration}
    record(by=by, verb="registration.edit", subject=occupant.dwelling, after=after)
    search.index(occupant.dwelling)
    dwelling_changed.send(Dwelling, dwelling=occupant.dwelling)
    return occupant


@audited
def leave(*, by: Any, occupant: Occupant, until: date) -> None:
    require(by, "registration.edit")
    if until < occupant.since or until > time.today():
        raise Refused(
            _("The day of departure must lie between the arrival (%(since)s) and today.") % {"since": occupant.since}
        )
    occupant.until = until
    occupant.save(update_fields=["until"])
    record(
        by=by, verb="registration.edit", subject=occupant.dwelling, after={"left": occupant.party.code, "until": until}
    )
    _count_people(occupant.dwelling)


@audited
def check_residence(*, by: Any, occupant: Occupant, right: bool, note: str = "") -> Occupant:
    """The police compared an occupant with the card (A3.7). What does not fit goes back to "not collected", with why."""
    require(by, "residence.check")
    row: Occupant = Occupant.objects.for_user(by).select_for_update(of=("self",)).get(pk=occupant.pk)
    if row.registration != Occupant.Registration.DECLARED:
        raise Refused(_("This registration is “%(state)s” already.") % {"state": row.get_registration_display()})
    if not right and not note.strip():
        raise Refused(_("Say what does not fit, so that it can be collected anew."))
    row.registration = Occupant.Registration.CHECKED if right else Occupant.Registration.NONE
    row.save(update_fields=["registration"])
    record(
        by=by, verb="residence.check", subject=row.dwelling, before={"occupant": row.party.code, "registration": "declared"},
        after={"occupant": row.party.code, "registration": row.registration}, reason=note.strip(),
    )  # fmt: skip
    dwelling_changed.send(Dwelling, dwelling=row.dwelling)
    return row


@audited
def reveal(*, by: Any, dwelling: Dwelling, reason: str, at: datetime | None = None) -> list[Occupant]:
    """The occupants unmasked, for one written reason; the log keeps who, when, whose and why, never the values."""
    require(by, "person.reveal")
    if len(reason.strip()) < 4:
        raise Refused(_("Write the reason in a few words. It goes to the audit log with your name."))
    found = list(dwelling.occupants.filter(until=None).select_related("party", "room"))
    parties = [occupant.party.code for occupant in found]
    parties += [party.code for party in (dwelling.landlord, dwelling.sublessor, dwelling.operator) if party]
    record(by=by, verb="person.reveal", subject=dwelling, after={"parties": parties}, reason=reason.strip())
    return found
