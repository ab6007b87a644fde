"""The papers of the homes: guarantees, leases, residence registration, fire-safety duties, the register of group rentals.

Rows written in bulk, each with its day; `register_of` says what the register knew of a home on any day of the year.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from anju.core import time
from anju.demo.pace import REGISTERED, SIGNED, YEAR, turn
from anju.demo.rows import insert_many
from anju.demo.settled import Papers, Settled
from anju.dwellings.models import Equipment, Party
from anju.inspections.models import FireManagement
from anju.registration.models import GroupRentalEntry, Guarantee, Lease

RESIDENCE_DAYS = 3
DAY, TERM = timedelta(days=1), timedelta(days=365)
DOUBTS = ("签名与房东姓名不一致", "照片看不清日期", "签字人不是现房东")


@dataclass(frozen=True)
class Lack:
    """A paper that the register found missing: the rule, the fact that says so, the days found and put right."""

    rule: str
    found_on: date
    fixed_on: date | None
    wrong: tuple[str, Any]
    right: tuple[str, Any] | None = None  # None: the paper itself says it


def make(chance: Random, settled: Sequence[Settled], today: date, behind: float) -> None:
    """The papers of one estate's homes."""
    for one in settled:
        if one.home.letting_state == "let":
            one.papers = _of_home(chance, one, today, behind)
    insert_many(row for one in settled for row in one.papers.guarantees)
    insert_many(row for one in settled for row in one.papers.leases)
    insert_many(one.papers.management for one in settled if one.papers.management)
    insert_many(row for one in settled for row in one.papers.equipment)


def _of_home(chance: Random, one: Settled, today: date, behind: float) -> Papers:
    signed = turn(chance, SIGNED.behind(behind), today)
    papers = Papers(
        guarantees=list(_guarantees(chance, one, signed, today)) if signed and not one.new else [],
        leases=list(_leases(chance, one, today)),
        management=_management(one) if _large(one) and not _just_seen(one, today) else None,
        equipment=list(_equipment(chance, one, today)),
    )
    if not one.new:
        papers.lacks = list(_lacks(chance, one, papers, today))
    return papers


# --- what was missing, and since when ------------------------------------------------------------------------------------


def _lacks(chance: Random, one: Settled, papers: Papers, today: date) -> Iterator[Lack]:
    first = one.dwelling.created_at.date() + timedelta(days=2)
    signed = papers.guarantees[0].signed_on if papers.guarantees else None
    unsigned = ("guarantee_signed", False)
    if (
        signed is not None
        and signed > today - YEAR - timedelta(days=25)
        and chance.random() < 0.13 + 0.17 * _early(signed, today)
    ):
        yield Lack("D27", max(first, signed - timedelta(days=_took(chance, signed, today))), signed, unsigned)
    elif signed is None and chance.random() < 0.2:
        yield Lack("D27", today - timedelta(days=_open_for(chance)), None, unsigned)
    for rule, name, share in (
        ("D31", "inside_sign", 0.035),
        ("D30", "sublet_consent", 0.12 if one.home.sublet else 0.0),
    ):
        if chance.random() < share:
            is_open = chance.random() < 0.07
            found = today - timedelta(days=_open_for(chance) if is_open else chance.randint(25, 360))
            fixed = None if is_open else min(today, found + timedelta(days=_took(chance, found, today)))
            yield Lack(rule, max(first, found), fixed, (name, False), (name, True) if fixed else None)


def _took(chance: Random, on: date, today: date) -> int:
    """Days until it was there: early in the year most were late."""
    early = _early(on, today)
    if chance.random() < 0.88 - 0.7 * early:
        return chance.randint(1, 3)
    return chance.randint(5, 12 + round(150 * early))


def _early(day: date, today: date) -> float:
    """1 when the year began, 0 today."""
    return max(0.0, min(1.0, (today - day) / YEAR))


def _open_for(chance: Random) -> int:
    return chance.randint(1, 3) if chance.random() < 0.75 else chance.randint(6, 20)


# --- what the register says on a day -------------------------------------------------------------------------------------


def _known(rows: Iterable[Any], on: date) -> list[Any]:
    return [row for row in rows if time.day_of(row.recorded_at) <= on]


def register_of(one: Settled, on: date) -> tuple[dict[str, Any], date | None]:
    """What `judging.register_sources` would have answered on a day, from the rows in memory; a test compares the two."""
    papers, dwelling = one.papers, one.dwelling
    facts: dict[str, Any] = {**one.height, **_duties(papers.management)}
    letting = {party.pk for party in (dwelling.landlord, dwelling.sublessor) if party}
    guarantees, leases = _known(papers.guarantees, on), _known(papers.leases, on)
    if guarantees:
        facts["guarantee_signed"] = letting <= {row.party_id for row in guarantees if row.holds(on)}
    if leases:
        running = [row for row in leases if row.in_force(on)]
        unfiled = [row.signed_on for row in running if row.filed_on is None or row.filed_on > on]
        facts |= {
            "lease_count": len(running),
            "lease_signed_days": max((on - day).days for day in unfiled) if unfiled else 0,
        }
    living = [occupant for occupant in one.occupants if occupant.since <= on]
    if living:
        late = on - timedelta(days=RESIDENCE_DAYS)
        facts["occupants_unregistered"] = sum(o.registration == "none" and o.since < late for o in living)
    if dwelling.sublessor_id:
        facts["sublet"] = True
    facts |= _expiries(_known(papers.equipment, on), on)
    return facts, min(_turns(one, on), default=None)


def _duties(row: FireManagement | None) -> dict[str, bool]:
    return {
        "fire_management_system": bool(row and row.system_id),
        "fire_manager": bool(row and row.manager_name),
        "fire_duties": bool(row and row.duties),
    }


def _expiries(rows: Sequence[Equipment], on: date) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    extinguishers = [row for row in rows if row.item == Equipment.Item.EXTINGUISHER]
    hoses = [row for row in rows if row.item == Equipment.Item.GAS_HOSE]
    if extinguishers:
        facts["extinguishers_expired"] = sum(row.quantity for row in extinguishers if row.is_expired(on))
    if hoses:
        facts["gas_hose_expired"] = any(row.is_expired(on) for row in hoses)
    return facts


def _turns(one: Settled, on: date) -> Iterator[date]:
    """The days after `on` on which one of these facts may be another: the home is then judged anew by itself."""
    ends = [row.valid_until + DAY for row in one.papers.guarantees if row.valid_until]
    ends += [row.last_day + DAY for row in one.papers.leases]
    ends += [row.signed_on + timedelta(days=31) for row in one.papers.leases if row.filed_on is None]
    ends += [o.since + timedelta(days=RESIDENCE_DAYS + 1) for o in one.occupants if o.registration == "none"]
    ends += [row.expires_on + DAY for row in one.papers.equipment if row.expires_on]
    return (end for end in ends if end > on)


# --- the rows ------------------------------------------------------------------------------------------------------------


def _equipment(chance: Random, one: Settled, today: date) -> Iterator[Equipment]:
    """Extinguishers and the gas hose of a home that somebody visited; one in some hundred ran out in these days."""
    visits = [telling for telling in one.home.tellings if telling.source == "inspection"]
    if not visits:
        return
    items = [(Equipment.Item.EXTINGUISHER, one.home.facts["extinguishers_3kg"], 5 * 365)]
    if one.home.facts["kitchen_flame"]:
        items.append((Equipment.Item.GAS_HOSE, 1, 18 * 30))
    for item, quantity, days in items:
        left = -chance.randint(1, 2) if chance.random() < 0.002 else chance.randint(1, days)
        expires = today + timedelta(days=left)
        yield Equipment(
            dwelling=one.dwelling, item=item, quantity=quantity, fitted_on=expires - timedelta(days=days),
            expires_on=expires, recorded_at=time.day_start(visits[0].day) + timedelta(hours=18),
            recorded_by=one.crew.grid[one.dwelling.area_path],
        )  # fmt: skip


def _guarantees(chance: Random, one: Settled, signed: date, today: date) -> Iterator[Guarantee]:
    """Of everybody who lets; renewed when a year is over, sometimes late."""
    for party in filter(None, (one.dwelling.landlord, one.dwelling.sublessor)):
        day = signed
        while day <= today:
            yield _guarantee(chance, one, party, day, today, renewed=day > signed)
            late = chance.random() < 0.015
            day += TERM + timedelta(days=chance.randint(1, 25) if late else -chance.randint(1, 20))


def _guarantee(chance: Random, one: Settled, party: Party, signed: date, today: date, *, renewed: bool) -> Guarantee:
    state = Guarantee.State.CONFIRMED
    if not renewed and today - signed < timedelta(days=60) and chance.random() < 0.06:
        state = Guarantee.State.DOUBTFUL
    elif today - signed < timedelta(days=3) and chance.random() < 0.25:
        state = Guarantee.State.PENDING
    decided = state != Guarantee.State.PENDING
    return Guarantee(
        dwelling=one.dwelling, party=party, signed_on=signed, valid_until=signed + TERM,
        how=chance.choice(Guarantee.How.values), state=state,
        doubt=chance.choice(DOUBTS) if state == Guarantee.State.DOUBTFUL else "",
        decided_at=time.day_start(signed) + timedelta(hours=10, minutes=30) if decided else None,
        decided_by=one.crew.police if decided else None,
        recorded_at=time.day_start(signed) + timedelta(hours=10), recorded_by=one.crew.community,
    )  # fmt: skip


def _leases(chance: Random, one: Settled, today: date) -> Iterator[Lease]:
    """One for the whole home, or one a room: from three on the standard speaks of a group rental."""
    if not one.occupants or one.dwelling.letting_party is None:
        return
    whole = one.home.facts["whole_let_one_family"] or chance.random() < 0.45
    lessees = {occupant.room_id: occupant for occupant in reversed(one.occupants)}
    for occupant in one.occupants[:1] if whole else lessees.values():
        signed, years = occupant.since, (today - occupant.since) // TERM + 1
        forgotten = 31 <= (today - signed).days < 36 and chance.random() < 0.15
        filed = None if forgotten else signed + timedelta(days=chance.randint(1, 28))
        if filed is not None and filed > today:
            filed = None
        accepted = filed + timedelta(days=3) if filed and chance.random() < 0.97 else None
        if accepted is not None and accepted > today:
            accepted = None
        yield Lease(
            dwelling=one.dwelling, lessor=one.dwelling.letting_party, lessee=occupant.party,
            rooms="" if whole else str(occupant.room or ""), kind=chance.choice(("model", "model", "own")),
            signed_on=signed, starts=signed, ends=signed + TERM * years - DAY, filed_on=filed,
            accepted_on=accepted, accepted_by=one.crew.housing if accepted else None,
            recorded_at=time.day_start(signed) + timedelta(hours=11), recorded_by=one.crew.community,
        )  # fmt: skip


def _large(one: Settled) -> bool:
    return max(one.home.rooms_let, one.home.beds_let) >= 10


def _just_seen(one: Settled, today: date) -> bool:
    """Found to be a large one in these days: the duties are not on record yet."""
    visits = [telling.day for telling in one.home.tellings if telling.source == "inspection"]
    return not visits or visits[0] > today - timedelta(days=5)


def _management(one: Settled) -> FireManagement:
    """A2.5; the document itself is a paper of the office, here only its record."""
    landlord: Any = one.dwelling.letting_party
    return FireManagement(
        dwelling=one.dwelling, system=one.crew.paper, manager_name=landlord.name if landlord else "",
        duties="每日巡查公共部位，每周试验报警器，保持通道畅通", updated_at=time.now(), updated_by=one.crew.community,
    )  # fmt: skip


def register_group_rentals(chance: Random, settled: Sequence[Settled], today: date) -> None:
    """What the standard calls a group rental is in the register since it was found; registered when its turn came (A3.2)."""
    insert_many(
        _entry(chance, one, today)
        for one in settled
        if one.records and one.records[-1].group_rental and one.home.letting_state == "let"
    )


def _entry(chance: Random, one: Settled, today: date) -> GroupRentalEntry:
    found = one.group_since or today
    registered = turn(chance, REGISTERED.behind(one.behind), today)
    if registered is not None and registered < found:  # found late: most are then registered soon
        registered = min(today, found + timedelta(days=chance.randint(1, 21)))
    return GroupRentalEntry(
        dwelling=one.dwelling,
        found=GroupRentalEntry.Found.SPOT,
        found_on=found,
        registered_on=registered,
        registered_by=one.crew.office if registered else None,
    )


def register_from_records(chance: Random, settled: Sequence[Settled], today: date) -> None:
    """What became a group rental by its leases, since somebody was last there: found in the records, soon registered."""
    known = set(GroupRentalEntry._base_manager.values_list("dwelling_id", flat=True))
    rows = []
    for one in settled:
        if one.judged and one.judged.group_rental and one.judged.verdict != "not_let" and one.dwelling.pk not in known:
            found = max((row.signed_on for row in one.papers.leases), default=today)
            registered = found + timedelta(days=chance.randint(0, 9)) if chance.random() < 0.95 else None
            if registered is not None and registered > today:
                registered = None
            rows.append(
                GroupRentalEntry(
                    dwelling=one.dwelling,
                    found=GroupRentalEntry.Found.RECORDS,
                    found_on=found,
                    registered_on=registered,
                    registered_by=one.crew.office if registered else None,
                )
            )
    insert_many(rows)
