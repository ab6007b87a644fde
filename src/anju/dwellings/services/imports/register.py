"""What is known of the places and homes that a ledger speaks of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from anju.areas.models import Area, EstateKind, Place
from anju.core import paths
from anju.dwellings.ledger import address as addresses
from anju.dwellings.ledger.address import Address, Door
from anju.dwellings.ledger.rows import Places
from anju.dwellings.models import Dwelling, LedgerImport


@dataclass(frozen=True, slots=True)
class Home:
    pk: int
    address: Address
    area_path: str
    standard_code: str
    shown: str


def homes_of_import() -> Any:
    """Homes that an import found by their address in its own area; hidden ones, which it makes itself, among them."""
    return Dwelling.objects.unscoped(reason="an import looks at the homes of its area, and at those it is making")


def import_of(code: str) -> LedgerImport:
    """For a job, which finishes what its import began whoever lost a posting meanwhile."""
    found: LedgerImport = LedgerImport.objects.unscoped(reason="a job goes on with its import").get(code=code)
    return found


def building_key(name: str) -> str:
    """`12 幢`, `12号楼` and `12幢` are one building; `三组` and `3组` one group."""
    found = addresses.parse_door(name)
    if found is not None and found.building:
        return f"b{found.building}"
    group = addresses.parse_door(f"{name}1号")
    if group is not None and group.group:
        return f"g{group.group}"
    return f"n{addresses.estate_key(name)}"


def unit_key(name: str) -> str:
    return addresses.part(name, "单元 门 梯")


def door_of(building: str, unit: str, number: str, *, rural: bool) -> Door | None:
    """The door of a home from the names of its places: 12幢, 2单元, 302, or 三组, 48号."""
    bare = number.removesuffix("室")
    if rural and bare.isdigit():
        bare = f"{bare}号"
    return addresses.parse_door(f"{building}{unit}{bare}") or addresses.parse_door(bare)


@dataclass
class Register:
    """Estates of the importing area by name, and the homes in those that the ledger names."""

    area: Area
    estates: dict[str, Place] = field(default_factory=dict)
    homes: dict[str, Home] = field(default_factory=dict)
    by_code: dict[str, Home] = field(default_factory=dict)
    without_unit: dict[str, list[Home]] = field(default_factory=dict)

    @classmethod
    def of(cls, area: Area) -> Register:
        rows = Place.objects.filter(paths.under("area_path", area.path), kind=Place.Kind.ESTATE).select_related("area")
        return cls(area, {addresses.estate_key(place.name): place for place in rows})

    def places(self) -> Places:
        """For the reader: names it may accept, and names that stand in other areas."""
        others = Place.objects.filter(kind=Place.Kind.ESTATE).exclude(paths.under("area_path", self.area.path))
        own = frozenset(place.name for place in self.estates.values())
        return Places(self.area.name, own, frozenset(others.values_list("name", flat=True)) - own)

    def estate_of(self, found: Address) -> Place | None:
        return self.estates.get(addresses.estate_key(found.estate))

    def load(self, names: Iterable[str]) -> None:
        """Read the homes of the named estates, whoever may see them: an address must not be registered twice."""
        for name in {addresses.estate_key(name) for name in names}:
            estate = self.estates.get(name)
            if estate is not None:
                for home in _homes(estate):
                    self._add(home)

    def _add(self, home: Home) -> None:
        self.homes[home.address.key] = home
        self.without_unit.setdefault(home.address.key_without_unit, []).append(home)
        if home.standard_code:
            self.by_code[home.standard_code] = home

    def find(self, found: Address) -> Home | list[Home] | None:
        """The home of an address; several when the unit is left out and more than one has this room."""
        home = self.homes.get(found.key)
        if home is not None or found.door.unit or not found.door.building:
            return home
        likely = self.without_unit.get(found.key, [])
        return likely[0] if len(likely) == 1 else likely or None


def _homes(estate: Place) -> Iterator[Home]:
    tree = {place.pk: place for place in Place.objects.filter(paths.under("path", estate.path))}
    rural = estate.estate_kind == EstateKind.RURAL
    rows = homes_of_import().filter(paths.under("place_path", estate.path), hidden=False)
    for pk, place_id, number, area_path, code, shown in rows.values_list(
        "pk", "place_id", "number", "area_path", "standard_code", "address"
    ).iterator(chunk_size=2000):
        building, unit = _chain(tree, tree.get(place_id), estate)
        door = door_of(building, unit, number, rural=rural)
        if door is None:
            spoken = addresses.parse(shown)
            door = spoken.door if spoken else Door(room=number)
        yield Home(pk, Address(estate.name, door), area_path, code, shown)


def _chain(tree: dict[int, Place], place: Place | None, estate: Place) -> tuple[str, str]:
    """Names of building and unit above a home."""
    building = unit = ""
    while place is not None and place.pk != estate.pk:
        if place.kind == Place.Kind.UNIT:
            unit = place.name
        else:
            building = place.name
        place = tree.get(place.parent_id or 0)
    return building, unit
