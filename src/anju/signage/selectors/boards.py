"""The two boards: an estate's (A8.1) and a unit's (A8.2). Counts and states of let homes, no name but of who is on duty."""

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Q

from anju.areas.models import PilotDesignation, Place
from anju.core import paths
from anju.dwellings.doors import door_of, plain
from anju.dwellings.models import Dwelling
from anju.signage.selectors.doors import state_of
from anju.signage.selectors.surroundings import Surroundings, present
from anju.signage.sources import overdue_in

ORDER = ("ok", "fix", "unknown", "new")
MOST_FLOORS = (
    16  # above that a row would be too low to read from three metres; floors without a let home are then left out
)
COLUMNS = (
    "number",
    "place_path",
    "verdict",
    "letting_state",
    "must_remediate_since",
    "accepted_on",
    "place_id",
    "area_path",
)


def _homes(places: Sequence[Place]) -> list[Dwelling]:
    inside = Q(pk__in=())
    for place in places:
        inside |= paths.under("place_path", place.path)
    return list(Dwelling._base_manager.filter(inside, hidden=False).only(*COLUMNS).order_by("place_path", "id"))


def _below(homes: Sequence[Dwelling], place: Place) -> list[Dwelling]:
    return [home for home in homes if home.place_path.startswith(place.path)]


# --- the estate ----------------------------------------------------------------------------------------------------------


def estates(places: Sequence[Place], on: date) -> dict[int, dict[str, Any]]:
    around = Surroundings([place.area_path for place in places], [place.path for place in places])
    homes = _homes(places)
    pilots = dict(PilotDesignation.objects.filter(place__in=places, until=None).values_list("place", "since"))
    parts = Place.objects.filter(parent__in=places).order_by("path")
    below: dict[int, list[Place]] = defaultdict(list)
    for part in parts:
        assert part.parent_id is not None
        below[part.parent_id].append(part)
    return {
        place.pk: {
            "name": place.name,
            "town": around.town(place.area_path),
            "stage": "试点整治小区" if place.pk in pilots else "",
            "number": place.code,
            "standard_code": "",
            "buildings": _buildings(place, below[place.pk], _below(homes, place)),
            "programme": programme(_below(homes, place), pilots.get(place.pk)),
            "people": present((
                around.police(place.area_path, place.path), around.leader(place.area_path),
                around.property(place.area_path, place.path), around.station(place.area_path, place.path),
            )),
        }
        for place in places
    }  # fmt: skip


def _buildings(estate: Place, parts: Sequence[Place], homes: Sequence[Dwelling]) -> list[dict[str, Any]]:
    """Buildings with a let home, in their order; homes that hang on the estate itself come under its own name."""
    found = []
    for place, own in [(part, _below(homes, part)) for part in parts] + [
        (estate, [h for h in homes if h.place_id == estate.pk])
    ]:
        states = [state_of(home) for home in own]
        counts = [states.count(state) for state in ORDER]
        if sum(counts):
            found.append({"name": place.name, "counts": counts})
    return found


def programme(homes: Sequence[Dwelling], began_on: date | None) -> dict[str, Any]:
    """Of the homes that must be remediated, how many passed acceptance; and how many had when the programme began here."""
    listed = [home for home in homes if home.must_remediate_since is not None]
    passed = [home.accepted_on for home in listed if home.accepted_on is not None]
    start = began_on or min((home.must_remediate_since for home in listed if home.must_remediate_since), default=None)
    before = sum(1 for day in passed if start is not None and day <= start)
    return {
        "must": len(listed),
        "passed": len(passed),
        "start": f"{start.year}年{start.month}月" if start else "",
        "began": before * 100 // len(listed) if listed else 0,
    }


# --- the unit ------------------------------------------------------------------------------------------------------------


def units(places: Sequence[Place]) -> dict[int, dict[str, Any]]:
    homes = _homes(places)
    own = {place.pk: _below(homes, place) for place in places}
    areas = {place.pk: _area_path(place, own[place.pk]) for place in places}
    around = Surroundings(areas.values(), [place.path for place in places])
    late = overdue_in(places)
    found = {}
    for place in places:
        floors, skipped = _floors(place, own[place.pk])
        fixing = sum(cell["state"] == "fix" for floor in floors for cell in floor["cells"])
        area = areas[place.pk]
        found[place.pk] = {
            "estate": around.estate(place.path).name,
            "name": _name(place, around),
            "number": place.code,
            "standard_code": "",
            "floors": floors,
            "skipped": skipped,
            "overdue": min(late[place.pk], fixing),
            "people": present((
                around.police(area, place.path), around.leader(area), around.member(area), around.head(area, place.path),
            )),
        }  # fmt: skip
    return found


def _area_path(place: Place, homes: Sequence[Dwelling]) -> str:
    """A unit's people are those of its homes' grid; an estate may span several."""
    return homes[0].area_path if homes else place.area_path


def _name(place: Place, around: Surroundings) -> str:
    """12幢2单元: from the building down."""
    return "".join(around.places[path].name for path in paths.ancestors(place.path)[1:]) or place.name


def _floors(place: Place, homes: Sequence[Dwelling]) -> tuple[list[dict[str, Any]], bool]:
    """Rows from the top floor down, each with a cell per door. Only what is let carries a number; a blank cell does not tell
    an empty home from one its owner lives in, nor from a door that is on no record."""
    shown = {plain(home.number): state_of(home) for home in homes}
    where = {number: found for number in shown if (found := door_of(number))}
    if len(where) < len(shown):
        return _rows_of(shown), False
    columns = sorted({column for _floor, column in where.values()})
    at = {place_of: number for number, place_of in where.items()}
    top = max([floor for floor, _column in where.values()] + [place.storeys or 1])
    rows: list[dict[str, Any]] = []
    for floor in range(top, 0, -1):
        numbers = [at.get((floor, column), "") for column in columns]
        rows.append({"floor": str(floor), "cells": [_cell(number, shown.get(number, "blank")) for number in numbers]})
    if len(rows) <= MOST_FLOORS:
        return rows, False
    return [row for row in rows if any(cell["no"] for cell in row["cells"])], True


def _cell(number: str, state: str) -> dict[str, str]:
    return {"no": number if state != "blank" else "", "state": state}


def _rows_of(shown: dict[str, str], across: int = 5) -> list[dict[str, Any]]:
    """Houses of a village and doors without a floor: let ones only, in the order of their numbers."""
    let = sorted((number for number, state in shown.items() if state != "blank"), key=_by_number)
    rows = [let[start : start + across] for start in range(0, len(let), across)]
    return [{"floor": "", "cells": [_cell(number, shown[number]) for number in row]} for row in rows]


def _by_number(text: str) -> tuple[list[int], str]:
    return [int(digits) for digits in re.findall(r"\d+", text)], text


def board_places(kind: str) -> Q:
    """Which places carry a board, as a condition on Place: estates; and units, or buildings whose homes hang on them."""
    if kind == "estate":
        return Q(kind=Place.Kind.ESTATE)
    return ~Q(kind=Place.Kind.ESTATE)
