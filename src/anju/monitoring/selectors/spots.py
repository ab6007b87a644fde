"""From what somebody wrote (a code, an address, an estate) to the home or place where a device hangs."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from anju.areas.models import Area, Place
from anju.areas.scope import scope_of
from anju.core import paths
from anju.dwellings.ledger import address as addresses
from anju.dwellings.ledger.address import Address
from anju.dwellings.ledger.problems import Problem, problem
from anju.dwellings.models import Dwelling
from anju.dwellings.services.imports.register import Home, Register, building_key, unit_key


@dataclass(frozen=True)
class Found:
    """A home, or a place without one."""

    dwelling: Dwelling | None = None
    place: Place | None = None


@dataclass
class Spots:
    """Looks things up for one person, and remembers what it read: a ledger asks thousands of times."""

    user: Any
    registers: list[Register] = field(default_factory=list)
    homes: dict[str, Dwelling | None] = field(default_factory=dict)
    loaded: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, user: Any) -> "Spots":
        return cls(user, [Register.of(area) for area in _areas(user)])

    def by_code(self, code: str) -> Found | Problem:
        """The code of a home or of a place."""
        home = self._home(code.upper())
        if home is not None:
            return Found(dwelling=home)
        place = self._places().filter(code=code.upper()).first()
        return Found(place=place) if place is not None else problem("home_unknown")

    def by_address(self, text: str) -> Found | Problem:
        """An address down to the home; or an estate, building or unit alone."""
        estate = self._estate(addresses.estate_key(text))
        if estate is not None:
            return Found(place=estate)
        spoken = addresses.parse(text)
        if spoken is None:
            return problem("address_unclear")
        estate = self._estate(addresses.estate_key(spoken.estate))
        if estate is None:
            return problem("estate_unknown")
        door = spoken.door
        if door.room or door.house or door.annex:
            return self._at_door(spoken)
        return self._below(estate, door.building or f"{door.group}组", door.unit)

    def _at_door(self, spoken: Address) -> Found | Problem:
        for register in self.registers:
            found = register.find(spoken)
            if isinstance(found, list):
                return problem("home_in_doubt")
            if isinstance(found, Home):
                home = Dwelling.objects.for_user(self.user).filter(pk=found.pk).select_related("place", "area").first()
                if home is not None:
                    return Found(dwelling=home)
        return problem("home_not_here")

    def _estate(self, key: str) -> Place | None:
        if not key:
            return None
        for register in self.registers:
            estate = register.estates.get(key)
            if estate is not None and self._sees(estate):
                if key not in self.loaded:
                    register.load([estate.name])
                    self.loaded.add(key)
                return estate
        return None

    def _below(self, estate: Place, building: str, unit: str) -> Found | Problem:
        wanted = building_key(building if building.endswith("组") else f"{building}幢")
        rows = (
            Place.objects.filter(paths.under("path", estate.path))
            .exclude(pk=estate.pk)
            .select_related("area", "parent")
        )
        inside = {place.pk: place for place in rows}
        house = next(
            (p for p in inside.values() if p.kind == Place.Kind.BUILDING and building_key(p.name) == wanted), None
        )
        if house is None:
            return problem("building_unknown", estate=estate.name)
        if not unit:
            return Found(place=house)
        found = next((p for p in inside.values() if p.parent_id == house.pk and unit_key(p.name) == unit), None)
        return Found(place=found) if found is not None else problem("unit_unknown", building=house.name)

    def _sees(self, place: Place) -> bool:
        scope = scope_of(self.user)
        return scope.has_area(place.area_path) or any(place.path.startswith(root) for root in scope.place_paths)

    def _home(self, code: str) -> Dwelling | None:
        if code not in self.homes:
            rows = Dwelling.objects.for_user(self.user).filter(code=code).select_related("place", "area")
            self.homes[code] = rows.first()
        return self.homes[code]

    def _places(self) -> Any:
        scope = scope_of(self.user)
        rows = Place.objects.select_related("area", "parent")
        return rows if scope.everything else rows.filter(scope.under_areas("area_path") | scope.under_places("path"))


def _areas(user: Any) -> list[Area]:
    scope = scope_of(user)
    if scope.everything:
        return list(Area.objects.filter(parent=None))
    estates = Place.objects.filter(path__in=[path[: paths.STEP] for path in scope.place_paths])
    return list(Area.objects.filter(Q(path__in=scope.area_paths) | Q(pk__in=estates.values("area"))).order_by("path"))


def rooms_of(dwelling: Dwelling) -> list[str]:
    return list(dwelling.rooms.filter(removed_on=None).values_list("name", flat=True))
