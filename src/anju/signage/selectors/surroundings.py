"""What stands around a sign's subject: the areas above it with their people, the places above it, the office's style.

Read for many subjects at once, so that a batch of thousands costs a handful of queries.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from anju.areas.models import Area, Place
from anju.core import paths
from anju.signage import norms
from anju.signage.models import Contact, SignStyle

ROLES = Contact.Role
Line = dict[str, str]  # role, name, and tel or note


@dataclass(frozen=True)
class Style:
    issuer: str
    colour: str
    logo: Any  # StoredFile or None
    party: str
    names: str
    check_days: int


def _lines(paths_of: Iterable[str]) -> set[str]:
    return {above for path in paths_of for above in paths.ancestors(path)}


class Surroundings:
    """`areas` and `places` by path; contacts and styles by the path they hang on."""

    def __init__(self, area_paths: Iterable[str], place_paths: Iterable[str]) -> None:
        above, around = _lines(area_paths), _lines(place_paths)
        self.areas = {area.path: area for area in Area.objects.filter(path__in=above)}
        self.places = {place.path: place for place in Place.objects.filter(path__in=around)}
        self.of_area: dict[tuple[str, str], Contact] = {}
        self.of_place: dict[tuple[str, str], Contact] = {}
        for row in Contact.objects.filter(area__path__in=above).select_related("area"):
            assert row.area is not None
            self.of_area[row.role, row.area.path] = row
        for row in Contact.objects.filter(place__path__in=around).select_related("place"):
            assert row.place is not None
            self.of_place[row.role, row.place.path] = row
        styles = SignStyle.objects.filter(area__path__in=above).select_related("area", "logo")
        self.styles = {style.area.path: style for style in styles}

    def estate(self, place_path: str) -> Place:
        return self.places[paths.ancestors(place_path)[0]]

    def town(self, area_path: str) -> str:
        """The zone or town, else the city."""
        chain = [self.areas[path] for path in paths.ancestors(area_path) if path in self.areas]
        return next((area.name for area in chain if area.kind == Area.Kind.ZONE), chain[0].name if chain else "")

    def style(self, area_path: str) -> Style:
        own = next((self.styles[p] for p in reversed(paths.ancestors(area_path)) if p in self.styles), None)
        if own is None:
            return Style(self.town(area_path), norms.COLOUR, None, "landlord", "consent", norms.CHECK_DAYS)
        return Style(own.issuer, own.colour, own.logo, own.party, own.names, own.check_days)

    def contact(self, role: str, area_path: str, place_path: str = "") -> Contact | None:
        """The nearest: of the unit, building, estate, then of the grid, community, town, city."""
        for path in reversed(paths.ancestors(place_path)):
            if (role, path) in self.of_place:
                return self.of_place[role, path]
        for path in reversed(paths.ancestors(area_path)):
            if (role, path) in self.of_area:
                return self.of_area[role, path]
        return None

    # --- people on signs: duty telephones only --------------------------------------------------------------------------

    def police(self, area_path: str, place_path: str) -> Line | None:
        found = self.contact(ROLES.POLICE, area_path, place_path)
        if found is not None:
            return _person("社区民警", found, "报警110")
        chain = [self.areas[path] for path in reversed(paths.ancestors(area_path)) if path in self.areas]
        post = next((area.police_office for area in chain if area.police_office), "")
        return {"role": "派出所", "name": post, "note": "报警110"} if post else None

    def leader(self, area_path: str) -> Line | None:
        chain = [self.areas[path] for path in reversed(paths.ancestors(area_path)) if path in self.areas]
        found = next((area for area in chain if area.leader_name), None)
        if found is None:
            return None
        role = "网格长" if found.kind == Area.Kind.GRID else "社区负责人"
        line = {"role": role, "name": found.leader_name}
        return line | ({"tel": found.leader_phone} if found.leader_phone else {"note": found.name})

    def member(self, area_path: str) -> Line | None:
        found = self.contact(ROLES.MEMBER, area_path)
        if found is not None:
            return _person("网格员", found, "本网格")
        grid = self.areas.get(area_path)
        return {"role": "网格员", "name": str(grid.members[0]), "note": grid.name} if grid and grid.members else None

    def head(self, area_path: str, place_path: str) -> Line | None:
        found = self.contact(ROLES.HEAD, area_path, place_path)
        return _person("消防楼院长", found, "本楼志愿者") if found else None

    def property(self, area_path: str, place_path: str) -> Line | None:
        found = self.contact(ROLES.PROPERTY, area_path, place_path)
        if found is not None:
            return _person("物业消防负责人", found, "")
        company = self.estate(place_path).property_company
        return {"role": "物业企业", "name": company, "note": "负责公共部位"} if company else None

    def station(self, area_path: str, place_path: str) -> Line | None:
        found = self.contact(ROLES.STATION, area_path, place_path)
        return _person("微型消防站（24小时）", found, "火警119") if found else None


def _person(role: str, contact: Contact, note: str) -> Line:
    return {"role": role, "name": contact.name} | ({"tel": contact.phone} if contact.phone else {"note": note})


def present(lines: Iterable[Line | None], most: int = 4) -> list[Line]:
    return [line for line in lines if line is not None][:most]
