"""The people that a ledger names: met before in its area, or made. Looked up for many rows at once, nothing is written here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q

from anju.core import bulk, crypto, time
from anju.dwellings.models import Dwelling, LedgerImport, LedgerRow, Party
from anju.dwellings.services.imports.sealing import people_of

ROLES = ("landlord", "sublessor", "operator")
Said = Mapping[str, str]


class Parties:
    """Of one import. `look_up` first, for all rows that are about to be worked on."""

    def __init__(self, ledger: LedgerImport) -> None:
        self.ledger = ledger
        self.keys = bulk.Keys(Party)
        self._said: dict[int, Said] = {}
        self._known: dict[tuple[str, str], Party] = {}

    def look_up(self, rows: Iterable[LedgerRow]) -> None:
        """Read whom these rows may mean: the same name, and the same ID number or phone."""
        self._said = {row.pk: people_of(self.ledger, row.sheet, row.number, row.values) for row in rows}
        marks = {mark for said in self._said.values() for role in ROLES for mark in _marks(said, role)}
        ids = {index for kind, index in marks if kind == "id"}
        phones = {index for kind, index in marks if kind == "phone"}
        self._known = {}
        if marks:
            met = Party.objects.for_user(self.ledger.created_by).filter(Q(id_index__in=ids) | Q(phone_index__in=phones))
            for party in met.order_by("pk"):
                self._remember(party)

    def _remember(self, party: Party) -> None:
        for index in (party.id_index, party.phone_index):
            if index:
                self._known.setdefault((party.name, index), party)

    def set_on(
        self, dwelling: Dwelling, row: LedgerRow, before: dict[str, Any]
    ) -> tuple[list[str], list[Party], list[Party]]:
        """Set landlord, sub-lessor and operator, unsaved. Returns the roles set, the parties made and those that were
        completed, and puts what stood there in `before`."""
        said = self._said[row.pk]
        roles, made, completed = [], [], []
        for role in ROLES:
            name, phone, number = said.get(f"{role}_name"), said.get(f"{role}_phone", ""), said.get(f"{role}_id", "")
            party: Party | None = getattr(dwelling, role)
            if not (name or (party and (phone or number))):
                continue
            if party is not None and name in (None, party.name):
                if _complete(party, phone, number, before):
                    completed.append(party)
                continue
            before[role] = party.pk if party else None
            found, new = self._party(dwelling, role, said)
            setattr(dwelling, role, found)
            roles.append(role)
            made += [found] if new else []
        return roles, made, completed

    def _party(self, dwelling: Dwelling, role: str, said: Said) -> tuple[Party, bool]:
        """The same person met before in this area, else a new party."""
        name = said.get(f"{role}_name", "")
        for _kind, index in _marks(said, role):
            if (name, index) in self._known:
                return self._known[name, index], False
        kind = Party.Kind.COMPANY if role == "operator" else Party.Kind.PERSON
        party = Party(id=self.keys.next(), name=name, kind=kind, area_path=dwelling.area_path, created_at=time.now())
        if said.get(f"{role}_phone"):
            party.phone = said[f"{role}_phone"]
        if said.get(f"{role}_id"):
            party.id_number = said[f"{role}_id"]
        self._remember(party)
        return party, True


def _marks(said: Said, role: str) -> list[tuple[str, str]]:
    """What tells a named person from others of the name: the ID number, or else the phone."""
    if not said.get(f"{role}_name"):
        return []
    if said.get(f"{role}_id"):
        return [("id", crypto.index(said[f"{role}_id"], "id"))]
    return [("phone", crypto.index(said[f"{role}_phone"], "phone"))] if said.get(f"{role}_phone") else []


def _complete(party: Party, phone: str, number: str, before: dict[str, Any]) -> bool:
    """The same person with another phone or ID number, unsaved: what stood there is kept sealed in `before`, to be put back
    by an undo."""
    old = {
        "phone": [party.phone_sealed, party.phone_index, party.phone_tail_index],
        "id": [party.id_sealed, party.id_index, party.id_tail_index],
    }
    touched = []
    if phone and party.phone != phone:
        party.phone = phone
        touched.append("phone")
    if number and party.id_number != number:
        party.id_number = number
        touched.append("id")
    if touched:
        before.setdefault("completed", []).append([party.pk, {name: old[name] for name in touched}])
    return bool(touched)
