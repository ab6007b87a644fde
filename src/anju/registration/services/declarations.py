"""Declarations of who lets or lives (A3.7): made, accepted, returned, withdrawn. Accepting is the only way they count.

What an inspector saw is never lowered by what somebody merely says: a declared number below the seen one needs the
officer's word that it was looked at, and arrivals only ever raise the number of people in a room.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from anju.accounts.services import system_actor
from anju.areas.permissions import require
from anju.audit.services import audited, record
from anju.core import time
from anju.core.errors import NotAllowed, Refused, Stale
from anju.dwellings import identity
from anju.dwellings.models import Dwelling, Observation, Occupant, Party, Room
from anju.dwellings.services import people
from anju.dwellings.services.facts import observe
from anju.registration.models import Consent, Declaration
from anju.registration.services import consents
from anju.registration.services.leases import record_lease
from anju.registration.services.papers import filing_days

K, S = Declaration.Kind, Declaration.State
LOOKED = (Observation.Source.INSPECTION.value, Observation.Source.DEPARTMENT.value)
DECLARED = Observation.Source.DECLARATION


@dataclass(frozen=True)
class Lower:
    """A number that was declared below what was seen on the spot."""

    room: str
    fact: str  # rooms_let, beds_let, persons
    declared: int
    seen: int
    seen_at: str


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def term_of(kind: str, said: Mapping[str, Any]) -> date | None:
    """The last day on which it is still in time."""
    if kind == K.ARRIVAL:
        return _day(said["since"]) + timedelta(days=settings.ANJU_RESIDENCE_DAYS)
    if kind == K.DEPARTURE:
        return _day(said["until"]) + timedelta(days=settings.ANJU_RESIDENCE_DAYS)
    if kind == K.LEASE:
        days = filing_days(time.today())
        return _day(said["signed_on"]) + timedelta(days=days) if days is not None else None
    return None


def _person_problems(said: Mapping[str, Any]) -> list[str]:
    found = [] if str(said.get("name", "")).strip() else [_("The name is missing.")]
    if said.get("phone"):
        found.append(people.phone_problem(said["phone"]))
    if said.get("id_number"):
        found.append(people.id_number_problem(said["id_number"], said.get("id_kind", Party.IdKind.RESIDENT)))
    elif "id_kind" in said:
        found.append(_("The number of the card is missing."))
    return [problem for problem in found if problem]


def _problems(kind: str, dwelling: Dwelling, said: Mapping[str, Any]) -> list[str]:
    if kind == K.ARRIVAL:
        late = [_("The day of arrival lies in the future.")] if _day(said["since"]) > time.today() else []
        return _person_problems(said) + late
    if kind == K.DEPARTURE:
        return [_("The day of departure lies in the future.")] if _day(said["until"]) > time.today() else []
    if kind == K.ROOMS:
        beds, rooms = said["beds_let"], said["rooms_let"]
        return [_("Beds let (%(beds)s) are fewer than rooms let (%(rooms)s).") % {"beds": beds, "rooms": rooms}] if beds < rooms else []  # fmt: skip
    swapped = [_("The lease ends before it starts.")] if _day(said["ends"]) < _day(said["starts"]) else []
    return _person_problems({"name": said["name"], "phone": said.get("phone", "")}) + swapped


def _may_declare(by: Any, dwelling: Dwelling, role: str, proof: str) -> None:
    """Who is signed in declares for his own home; who is not has proved a telephone or was invited (checked by the page)."""
    if by is None:
        if role != Declaration.Role.TENANT or proof == Declaration.Proof.SIGNED_IN:
            raise NotAllowed(_("Sign in first."))
        return
    require(by, "own.let" if role == Declaration.Role.LANDLORD else "own.live")
    if not Dwelling.objects.for_user(by).filter(pk=dwelling.pk).exists():
        raise NotAllowed(_("This home is not yours."))


@audited
def declare(
    *, by: Any, dwelling: Dwelling, kind: str, said: Mapping[str, Any], role: str, token: str,
    proof: str = Declaration.Proof.SIGNED_IN,
) -> Declaration:  # fmt: skip
    """Keep what somebody says, for an officer to decide on. The same form sent twice is one declaration."""
    _may_declare(by, dwelling, role, proof)
    problems = _problems(kind, dwelling, said)
    if problems:
        raise Refused(" ".join(problems))
    known = Declaration._base_manager.filter(token=token).first()
    if known is not None:
        return _once(by, known, dwelling)
    now, term = time.now(), term_of(kind, said)
    row = Declaration(
        token=token, dwelling=dwelling, kind=kind, role=role, proof=proof, by_user=by, declared_at=now,
        term_ends_at=time.day_end(term) if term else None,
        due_at=time.due_at(time.today(), settings.ANJU_DECISION_DAYS, working=False),
    )  # fmt: skip
    row.said = dict(said)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # the other click was faster by less than a moment
        return _once(by, Declaration._base_manager.get(token=token), dwelling)
    record(
        by=by or system_actor(), verb="declaration.make", subject=dwelling,
        after={"declaration": row.code, "kind": kind, "role": role, "proof": proof},
    )  # fmt: skip
    return row


def _once(by: Any, known: Declaration, dwelling: Dwelling) -> Declaration:
    if known.dwelling_id != dwelling.pk:
        raise Refused(_("This form was sent already. Open it anew."))
    record(
        by=by or system_actor(),
        verb="declaration.make",
        subject=dwelling,
        after={"declaration": known.code, "again": True},
    )
    return known


def _waiting(by: Any, declaration: Declaration) -> Declaration:
    rows = Declaration.objects.for_user(by).select_for_update(of=("self",))
    row: Declaration = rows.select_related("dwelling__area").get(pk=declaration.pk)
    if row.state != S.WAITING:
        raise Stale(
            _("%(who)s decided on this declaration meanwhile: it is “%(state)s” now.")
            % {"who": row.decided_by or _("Somebody"), "state": row.get_state_display()}
        )
    return row


def lower_than_seen(row: Declaration) -> list[Lower]:
    """Numbers of a declaration of rooms that are below what somebody saw on the spot, and since when that is known."""
    current = getattr(row.dwelling, "current", None)
    if row.kind != K.ROOMS or current is None:
        return []
    said, stamps = row.said, current.provenance or {}
    found = [_lower("", name, said.get(name), current.facts.get(name), stamps.get("facts", {}).get(name)) for name in ("rooms_let", "beds_let")]  # fmt: skip
    for room, values in said.get("rooms", {}).items():
        stamp = stamps.get("rooms", {}).get(room, {}).get("persons")
        found.append(_lower(room, "persons", values.get("persons"), current.rooms.get(room, {}).get("persons"), stamp))
    return [one for one in found if one is not None]


def _lower(room: str, fact: str, declared: int | None, seen: Any, stamp: Any) -> Lower | None:
    looked = stamp is not None and stamp[2] in LOOKED
    if declared is None or seen is None or not looked or declared >= seen:
        return None
    return Lower(room, fact, declared, seen, stamp[1][:10])


@audited
def accept(*, by: Any, declaration: Declaration, looked: bool = False) -> Declaration:
    """It becomes an occupant, a lease or an observation. `looked`: somebody saw that fewer are let or live there now."""
    require(by, "declaration.review")
    row = _waiting(by, declaration)
    lower = lower_than_seen(row)
    if lower and not looked:
        raise Refused(
            _("Less was declared than was seen on the spot: %(what)s.")
            % {"what": _("; ").join(map(_lower_words, lower))},
            instead=_("Have it looked at, and say so when you accept. Until then what was seen counts."),
        )
    {K.ARRIVAL: _arrived, K.DEPARTURE: _left, K.ROOMS: _rooms, K.LEASE: _leased}[K(row.kind)](by, row)
    return _decide(by, row, S.ACCEPTED, "")


def _lower_words(one: Lower) -> str:
    names = {"rooms_let": _("rooms let"), "beds_let": _("beds let"), "persons": _("people")}
    values = {"room": one.room, "fact": names[one.fact], "declared": one.declared, "seen": one.seen, "day": one.seen_at}
    return (_("%(room)s %(fact)s %(declared)s, seen %(seen)s on %(day)s") % values).strip()


def _decide(by: Any, row: Declaration, state: str, reason: str) -> Declaration:
    row.state, row.decided_at, row.decided_by, row.reason = state, time.now(), by, reason[:200]
    row.save()
    record(
        by=by, verb="declaration.review", subject=row.dwelling, before={"declaration": row.code, "state": S.WAITING},
        after={"declaration": row.code, "state": state}, reason=reason,
    )  # fmt: skip
    return row


def _room(dwelling: Dwelling, name: str) -> Room | None:
    return dwelling.rooms.filter(name=name, removed_on=None).first() if name else None


def _arrived(by: Any, row: Declaration) -> None:
    said, dwelling = row.said, row.dwelling
    room = _room(dwelling, said.get("room", ""))
    card = {"id_number": said.get("id_number", ""), "id_kind": said.get("id_kind", Party.IdKind.RESIDENT), "room": room}
    known = _on_record(row)
    if known is not None:
        row.occupant = people.add_card(by=by, occupant=known, **card)
    else:
        row.occupant = people.arrive(
            by=by, dwelling=dwelling, name=said["name"], since=_day(said["since"]), phone=said.get("phone", ""), **card
        )
    if said.get("sign_name") and not _is_minor(row.occupant):
        consents.give(by=by, dwelling=dwelling, party=row.occupant.party, how=Consent.How.ARRIVAL)
    if room is not None:
        _raise_persons(by, row, room)


def _on_record(row: Declaration) -> Occupant | None:
    """Who declares for himself, signed in, and lives there by the record already."""
    if row.by_user is None or row.role != Declaration.Role.TENANT:
        return None
    lives = row.dwelling.occupants.select_related("party", "dwelling").filter(until=None, party__user=row.by_user)
    found: Occupant | None = lives.first()
    return found


def _is_minor(occupant: Occupant) -> bool:
    party = occupant.party
    return bool(identity.is_minor(party.id_number, party.id_kind, time.today()))


def _raise_persons(by: Any, row: Declaration, room: Room) -> None:
    """More people are registered in the room than were seen there: then at least so many live in it."""
    registered = row.dwelling.occupants.filter(room=room, until=None).count()
    current = getattr(row.dwelling, "current", None)
    known = current.rooms.get(room.name, {}).get("persons") if current else None
    if known is None or registered > known:
        row.observation = _observed(by, row, {"rooms": {room.name: {"persons": registered}}})


def _observed(by: Any, row: Declaration, values: dict[str, Any]) -> Observation:
    return observe(
        by=by, dwelling=row.dwelling, source=DECLARED, values=values, observed_at=row.declared_at,
        origin=f"declaration {row.code}",
    )  # fmt: skip


def _left(by: Any, row: Declaration) -> None:
    """The register follows; how many people an inspector saw in the room stays until somebody looks again."""
    said = row.said
    rows = row.dwelling.occupants.select_related("party", "dwelling")
    occupant = rows.filter(party__code=said["party"], until=None).first()
    if occupant is None:
        raise Refused(_("%(name)s is not registered here any more.") % {"name": said.get("name", "")})
    people.leave(by=by, occupant=occupant, until=_day(said["until"]))
    row.occupant = occupant


def _rooms(by: Any, row: Declaration) -> None:
    said = row.said
    rooms = {name: {key: values[key] for key in ("let", "persons") if values.get(key) is not None} for name, values in said.get("rooms", {}).items()}  # fmt: skip
    facts = {name: said[name] for name in ("rooms_let", "beds_let")}
    row.observation = _observed(by, row, {"facts": facts, "rooms": rooms})


def _leased(by: Any, row: Declaration) -> None:
    said, dwelling = row.said, row.dwelling
    lessee = people.party_for(
        name=said["name"], area=dwelling.area, phone=said.get("phone", ""), id_number=said.get("id_number", ""),
        id_kind=said.get("id_kind", Party.IdKind.RESIDENT),
    )  # fmt: skip
    row.lease = record_lease(
        by=by, dwelling=dwelling, lessee=lessee, signed_on=_day(said["signed_on"]), starts=_day(said["starts"]),
        ends=_day(said["ends"]), kind=said["contract"], rooms=said.get("rooms", ""),
        filed_on=time.day_of(row.declared_at) if said.get("file") else None,
    )  # fmt: skip


@audited
def send_back(*, by: Any, declaration: Declaration, reason: str) -> Declaration:
    """Return it with the reason, which the person reads: what to put right, or where to come."""
    require(by, "declaration.review")
    if not reason.strip():
        raise Refused(_("Say what is wrong, so that it can be declared anew."))
    return _decide(by, _waiting(by, declaration), S.RETURNED, reason.strip())


@audited
def withdraw(*, by: Any, declaration: Declaration) -> Declaration:
    """Taken back by who made it, as long as nobody decided."""
    row = _waiting(by, declaration)
    if row.by_user_id != by.pk:
        raise NotAllowed(_("Only who declared it can take it back."))
    row.state = S.WITHDRAWN
    row.save(update_fields=["state"])
    record(by=by, verb="declaration.withdraw", subject=row.dwelling, after={"declaration": row.code})
    return row
