"""The homes of one estate: doors, people, papers; then what was told about them over the year (`tellings`)."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from anju.areas.models import Place
from anju.core import time
from anju.demo import homes, papers, people, tellings
from anju.demo.geography import HARD_CASES, Estate
from anju.demo.homes import Home
from anju.demo.pace import BEFORE, YEAR
from anju.demo.papers import RESIDENCE_DAYS
from anju.demo.rows import insert_many
from anju.demo.settled import Settled, crew_of
from anju.dwellings.ledger.address import Address, Door
from anju.dwellings.models import Current, Dwelling, Occupant, Party, Room
from anju.files.models import StoredFile

NEW = 0.012  # of all homes: let for the first time in these days
LEDGER = 30  # days over which the estates' ledgers were read, before the first visits


class Settling:
    """Builds the rows of one estate and writes them in bulk."""

    def __init__(
        self, chance: Random, estate: Estate, today: date, operators: list[Party], *, behind: float, paper: StoredFile
    ) -> None:
        self.chance, self.estate, self.today, self.operators, self.behind = chance, estate, today, operators, behind
        self.top = Place.objects.get(kind="estate", name=estate.name)
        self.crew = crew_of(self.top.area, paper)
        self.registered = today - YEAR - timedelta(days=BEFORE + 3 + self.top.pk * 7 % LEDGER)
        self.landlords: list[Party] = []
        self.sublessors: list[Party] = []

    def run(self) -> list[Settled]:
        special = HARD_CASES.get(self.estate.name, {})
        settled = [self._settle(place, door, special.get(i, "")) for i, (place, door) in enumerate(self._doors())]
        insert_many([*self.landlords, *self.sublessors])
        insert_many(one.dwelling for one in settled)
        rooms = {one.dwelling.pk: _rooms(one) for one in settled}
        insert_many(room for each in rooms.values() for room in each.values())
        self._move_in(settled, rooms)
        papers.make(self.chance, settled, self.today - timedelta(days=1), self.behind)
        tellings.tell(self.chance, settled)
        return settled

    # --- doors ---------------------------------------------------------------------------------------------------

    def _doors(self) -> list[tuple[Place, Door]]:
        doors = list(self._houses() if self.estate.rural else self._flats())
        chosen = self.chance.sample(range(len(doors)), k=min(self.estate.homes, len(doors)))
        return [doors[index] for index in sorted(chosen)]

    def _flats(self) -> Iterator[tuple[Place, Door]]:
        for unit in self._places("unit"):
            assert unit.parent is not None
            building, number = unit.parent.name.removesuffix("幢"), unit.name.removesuffix("单元")
            for floor in range(1, self.estate.storeys + 1):
                for side in (1, 2):
                    yield unit, Door(building=building, unit=number, room=f"{floor}{side:02d}")

    def _houses(self) -> Iterator[tuple[Place, Door]]:
        for group in self._places("building"):
            for house in range(1, 36):
                yield group, Door(group=group.name.removesuffix("组"), house=str(house))

    def _places(self, kind: str) -> list[Place]:
        rows = Place.objects.filter(kind=kind, path__startswith=self.top.path)
        return list(rows.select_related("area", "parent__parent").order_by("path"))

    # --- a home and its people -------------------------------------------------------------------------------------

    def _settle(self, place: Place, door: Door, fate: str) -> Settled:
        chance = self.chance
        new = chance.random() < NEW and not fate
        registered = self.today - timedelta(days=chance.randint(1, 9)) if new else self.registered
        home = homes.make(
            chance,
            rural=self.estate.rural,
            storeys=chance.choice((2, 2, 3, 3, 4)) if self.estate.rural else self.estate.storeys,
            registered=registered,
            today=self.today - timedelta(days=1),
            behind=self.behind,
            fate="unseen" if new else fate,
        )
        address = Address(estate=self.estate.name, door=door)
        created = tellings.moment_of(chance, registered)
        rooms, beds = home.let_before
        dwelling = Dwelling(
            area=place.area, area_path=place.area_path, place=place, place_path=place.path,
            number=f"{door.room}室" if door.room else f"{door.house}号",
            address=address.text, address_key=address.key,
            kind=home.kind, letting_state="let", rooms_let=rooms, beds_let=beds, people=home.people,
            landlord=self._landlord(place),
            sublessor=self._sublessor(place) if home.sublet else None,
            operator=chance.choice(self.operators) if chance.random() < 0.09 else None,
            first_let_on=registered - timedelta(days=0 if new else chance.randint(30, 1500)),
            created_at=created, updated_at=created,
        )  # fmt: skip
        self._programme(home, dwelling)
        height = self._height(place)
        current = Current(dwelling=dwelling, register=height)
        return Settled(home, dwelling, current, self.crew, height, behind=self.behind, new=new)

    def _height(self, place: Place) -> dict[str, float]:
        building = place.parent if place.kind == Place.Kind.UNIT else None
        return {"building_height": building.height} if building and building.height else {}

    def _programme(self, home: Home, dwelling: Dwelling) -> None:
        """Listed for remediation: all of a pilot from its beginning, elsewhere where something was found.

        Accepted some days after somebody first saw it right; what was accepted stays so.
        """
        found = [telling.day for telling in home.tellings if telling.found]
        if home.letting_state != "let" or not (self.estate.pilot or found):
            return
        dwelling.must_remediate_since = self.registered + timedelta(days=3) if self.estate.pilot else found[0]
        seen = [one.day for one in home.tellings if one.source == "inspection" and not one.found]
        right = [day for day in seen if self.estate.pilot or day > found[0]]
        if not right or home.fate in ("defiant", "let_again", "half_seen"):
            return
        accepted = right[0] + timedelta(days=self.chance.randint(1, 16))
        if accepted < self.today and self.chance.random() < 0.98 - self.behind:
            dwelling.accepted_on = accepted

    def _landlord(self, place: Place) -> Party:
        if self.landlords and self.chance.random() < 0.14:
            return self.chance.choice(self.landlords)
        self.landlords.append(self.person(place.area_path, local=True))
        return self.landlords[-1]

    def _sublessor(self, place: Place) -> Party:
        if len(self.sublessors) < 2 + self.estate.homes // 40:
            self.sublessors.append(self.person(place.area_path))
        return self.chance.choice(self.sublessors)

    def person(self, area_path: str, *, local: bool = False) -> Party:
        chance = self.chance
        party = Party(
            name=people.name(chance, local=local),
            area_path=area_path,
            is_demo=True,
            created_at=time.day_start(self.registered),
        )
        party.id_number = people.id_number(chance, self.today)
        party.phone = people.phone(chance.randint(0, 99_999))
        return party

    def _move_in(self, settled: list[Settled], rooms: dict[int, dict[str, Room]]) -> None:
        for one in settled:
            for name, facts in one.home.rooms.items():
                for _person in range(facts["persons"]):
                    party = self.person(one.dwelling.area_path)
                    one.occupants.append(self._occupant(one, rooms[one.dwelling.pk].get(name), party))
        insert_many(occupant.party for one in settled for occupant in one.occupants)
        insert_many(occupant for one in settled for occupant in one.occupants)

    def _occupant(self, one: Settled, room: Room | None, party: Party) -> Occupant:
        """Collected within the days that one has for it, then checked by the police within some weeks."""
        days = self.chance.randint(1, 9 if one.new else 900)
        stage, lot = "checked", self.chance.random()
        if days < 25 and lot < 0.35:
            stage = "declared"
        elif days <= RESIDENCE_DAYS and lot < 0.7 or days <= 6 and lot < 0.4:
            stage = "none"
        return Occupant(
            dwelling=one.dwelling, room=room, party=party, since=self.today - timedelta(days=days), registration=stage
        )


def _rooms(one: Settled) -> dict[str, Room]:
    names = dict.fromkeys(name for telling in one.home.tellings for name in telling.rooms)
    return {name: Room(dwelling=one.dwelling, name=name, position=position) for position, name in enumerate(names)}
