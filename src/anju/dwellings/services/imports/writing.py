"""New homes of an import: staged hidden and judged, then shown. Prepared for many rows at once, then written in milliseconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from anju.areas.models import Area, EstateKind, Place
from anju.core import bulk, paths, time
from anju.core.errors import Refused
from anju.dwellings import search
from anju.dwellings.ledger.address import Address
from anju.dwellings.models import Current, Dwelling, LedgerImport, LedgerRow, Observation, Party
from anju.dwellings.services import judging
from anju.dwellings.services.facts import absorb
from anju.dwellings.services.imports.parties import ROLES, Parties
from anju.dwellings.services.imports.planning import area_for
from anju.dwellings.services.imports.register import Register, building_key, homes_of_import, unit_key
from anju.dwellings.services.imports.sealing import address_of
from anju.dwellings.signals import homes_changed

ROW_AS_WRITTEN = ("dwelling_id", "undo", "written")


@dataclass(slots=True)
class Draft:
    """A home that nobody sees yet, with what the ledger says of it; `places` and `parties` are those made for it."""

    row: LedgerRow
    dwelling: Dwelling
    current: Current
    observation: Observation
    places: list[Place]
    parties: list[Party]


class Writer:
    """Writes the new homes of one import; remembers places it has found, for as long as its job runs in this process.

    `stage` and `show` prepare outside a transaction; what they return is written inside one.
    """

    def __init__(self, ledger: LedgerImport, moment: datetime) -> None:
        self.ledger = ledger
        self.by = ledger.created_by
        self.moment = moment
        self.register = Register.of(ledger.area)
        self.parties = Parties(ledger)
        self._homes, self._seen, self._places = bulk.Keys(Dwelling), bulk.Keys(Observation), bulk.Keys(Place, 10)
        self._children: dict[int, _Children] = {}
        self._areas: dict[tuple[str, str], Area | None] = {}

    # --- staging: written, hidden ------------------------------------------------------------------------------------

    def stage(self, rows: Sequence[LedgerRow]) -> Staged:
        """Homes with their places and people, judged for the first time. What follows from papers alone (hazards) is
        announced by tomorrow's run: until then an undo leaves no trace."""
        self.parties.look_up(rows)
        drafts = [self.draft(row) for row in rows]
        answers = judging.answers_of([(one.dwelling, one.current) for one in drafts], time.today(), staged=True)
        tomorrow = time.today() + timedelta(days=1)
        for draft in drafts:
            draft.dwelling.verdict_until = min(draft.dwelling.verdict_until or tomorrow, tomorrow)
        return Staged(drafts, answers)

    def draft(self, row: LedgerRow) -> Draft:
        spoken = address_of(row.values)
        estate = self.register.estate_of(spoken)
        if estate is None:
            raise Refused(_("%(estate)s is no longer in the register.") % {"estate": spoken.estate}, instead=_again())
        places: list[Place] = []
        place = self._place(estate, spoken, places)
        facts = dict(row.values["facts"])
        facts.setdefault("kind", "rural" if estate.estate_kind == EstateKind.RURAL else "commercial")
        facts.setdefault("letting_state", "let")
        area, now = self._area(spoken, place, estate), time.now()
        dwelling = Dwelling(
            id=self._homes.next(), area=area, area_path=area.path, place=place, place_path=place.path,
            number=_number(spoken), address=spoken.text, address_key=spoken.key, standard_code=row.values["std_code"],
            kind=facts["kind"], letting_state=facts["letting_state"], rooms_let=facts.get("rooms_let"),
            beds_let=facts.get("beds_let"), ledger_says=row.values["says"], hidden=True, created_at=now, updated_at=now,
        )  # fmt: skip
        _roles, parties, _completed = self.parties.set_on(dwelling, row, {})
        seen = Observation(
            id=self._seen.next(), dwelling=dwelling, source=Observation.Source.IMPORT, origin=f"ledger {self.ledger.code}",
            observed_at=self.moment, observed_by=self.by, recorded_at=now, values={"facts": facts, "rooms": {}},
        )  # fmt: skip
        current = Current(dwelling=dwelling, changed_at=now, version=1)
        absorb(current, seen)
        row.dwelling_id, row.written = dwelling.pk, True
        row.undo = {"places": [one.pk for one in places], "parties": [one.pk for one in parties]}
        return Draft(row, dwelling, current, seen, places, parties)

    def _area(self, spoken: Address, place: Place, estate: Place) -> Area:
        within = place.area if place.area_path.startswith(self.ledger.area_path) else estate.area
        if not spoken.grid:
            return within
        named = spoken.community, spoken.grid
        if named not in self._areas:
            found = area_for(self.register, *named, within)
            self._areas[named] = None if found is within else found
        return self._areas[named] or within

    def _place(self, estate: Place, spoken: Address, made: list[Place]) -> Place:
        """The unit, building, group or estate of a door; missing ones are made and added to `made`."""
        door = spoken.door
        place = estate
        if door.building or door.group:
            name = f"{door.building}幢" if door.building else f"{door.group}组"
            place = self._child(estate, Place.Kind.BUILDING, name, building_key(name), made)
            if door.unit:
                place = self._child(place, Place.Kind.UNIT, f"{door.unit}单元", unit_key(door.unit), made)
        return place

    def _child(self, parent: Place, kind: str, name: str, key: str, made: list[Place]) -> Place:
        if parent.pk not in self._children:
            self._children[parent.pk] = _Children(parent)
        children = self._children[parent.pk]
        found = children.known.get((kind, key))
        if found is None:
            # Somebody who makes a place here before this is written takes its path: the write fails and is tried anew.
            found = Place(
                id=self._places.next(), kind=kind, name=name, parent=parent, area=parent.area,
                area_path=parent.area_path, path=children.next_path(),
            )  # fmt: skip
            children.known[kind, key] = found
            made.append(found)
        return found

    # --- publishing --------------------------------------------------------------------------------------------------

    def show(self, rows: Sequence[LedgerRow]) -> Shown:
        homes = homes_of_import().select_related(*ROLES).filter(pk__in=[row.dwelling_id for row in rows])
        return Shown(list(homes.order_by("pk")))


class _Children:
    """The places under a place by what they are called, and the next free path there."""

    def __init__(self, parent: Place) -> None:
        self.parent = parent
        rows = list(Place.objects.filter(parent=parent).select_related("area").order_by("-path"))
        keys = {Place.Kind.BUILDING: building_key, Place.Kind.UNIT: unit_key}
        self.known = {(row.kind, keys[Place.Kind(row.kind)](row.name)): row for row in rows if row.kind in keys}
        below = Place.objects.filter(paths.under("path", parent.path)).exclude(pk=parent.pk).order_by("-path")
        last = below.values_list("path", flat=True).first()
        step = len(parent.path) + paths.STEP
        self.last = int(last[len(parent.path) : step]) if last else 0

    def next_path(self) -> str:
        self.last += 1
        return paths.child(self.parent.path, self.last)


class Staged:
    """Drafts with everything the database needs to know of them."""

    def __init__(self, drafts: Sequence[Draft], answers: Sequence[judging.Answer]) -> None:
        self.doors = {(one.dwelling.place_id, one.dwelling.number): one.dwelling.address for one in drafts}
        self.prepared = [
            bulk.insert(place for one in drafts for place in one.places),
            bulk.insert(party for one in drafts for party in one.parties),
            bulk.insert(one.dwelling for one in drafts),
            bulk.insert(one.observation for one in drafts),
            bulk.insert(one.current for one in drafts),
            *judging.prepared_of(answers, staged=True),
            bulk.update([one.row for one in drafts], ROW_AS_WRITTEN),
        ]

    def write(self) -> None:
        """Call inside a transaction. Raises Refused where one of the homes was registered meanwhile."""
        places, numbers = ({door[n] for door in self.doors} for n in (0, 1))
        there = homes_of_import().filter(place__in=places, number__in=numbers).values_list("place", "number")
        taken = [self.doors[door] for door in there if door in self.doors]
        if taken:
            raise Refused(_("%(address)s was registered meanwhile.") % {"address": taken[0]}, instead=_again())
        for prepared in self.prepared:
            prepared.write()


class Shown:
    """Staged homes that everybody may see now and find."""

    def __init__(self, homes: list[Dwelling]) -> None:
        self.homes = homes
        self.lines = search.lines_of(homes)
        for home in homes:
            home.hidden = False
        self.prepared = bulk.update(homes, ["hidden"])

    def write(self) -> bool:
        """Call inside a transaction. False, and nothing is written, where one of the homes passed to another grid
        meanwhile: read them again."""
        paths_now = homes_of_import().filter(pk__in=[home.pk for home in self.homes]).values_list("pk", "area_path")
        if dict(paths_now) != {home.pk: home.area_path for home in self.homes}:
            return False
        self.prepared.write()
        search.write(self.lines)
        homes_changed.send(Dwelling, homes=self.homes)
        return True


def _number(spoken: Address) -> str:
    """What stands on the door: 302室, 48号, 48号附房, 车库3."""
    door = spoken.door
    return (f"{door.house}号" if door.house else "") + (f"{door.room}室" if door.room else "") + door.annex


def _again() -> str:
    return _("Nothing was written. Check the rows again and write then.")
