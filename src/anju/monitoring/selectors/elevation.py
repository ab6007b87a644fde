"""The house of an alarm from the front: on which floor it is, and who is above, where the smoke goes first (A4.4).

Numbers of people, never a name. Only homes that the person may see; a door on no record stays blank.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anju.areas.models import Place
from anju.dwellings.doors import door_of, plain
from anju.dwellings.models import Dwelling
from anju.monitoring.models import Alarm

ABOVE, BELOW = 4, 3  # floors shown around the alarm; a tower does not fit


@dataclass(frozen=True)
class Door:
    """state: "bad" where the alarm is, "due" above it, "" elsewhere. number: "" where no home is on record."""

    number: str
    words: str
    state: str


@dataclass(frozen=True)
class Elevation:
    """rows: floor and its doors from the top down. above: people registered in the homes right above, on all floors."""

    title: str
    rows: list[tuple[int, list[Door]]]
    floor: int
    above: int
    sentence: str


def elevation_of(user: Any, alarm: Alarm) -> Elevation | None:
    """None where the alarm is in no home, or its number says no floor."""
    home = alarm.dwelling
    door = door_of(home.number) if home is not None else None
    if home is None or door is None:
        return None
    near = Dwelling.objects.for_user(user).filter(place=home.place_id, hidden=False).order_by("number", "id")
    homes = {found: one for one in near if (found := door_of(one.number))}
    columns = sorted({column for _floor, column in homes} | {door[1]})
    above = [one for (floor, column), one in homes.items() if column == door[1] and floor > door[0]]
    people = sum(one.people for one in above)
    title = _name(home.place)
    sentence = _("%(unit)s from the front: the alarm is on floor %(floor)s, door %(door)s; %(n)s people registered above it") % {
        "unit": title, "floor": door[0], "door": plain(home.number), "n": people,
    }  # fmt: skip
    rows = [
        (floor, [_door(homes.get((floor, column)), (floor, column), door) for column in columns])
        for floor in _floors(door[0], [floor for floor, _column in homes], home.place)
    ]
    return Elevation(title, rows, door[0], people, sentence)


def _floors(at: int, known: Sequence[int], place: Place) -> range:
    """From the top down, not more than fit."""
    parent = place.parent
    top = max([at, *known, place.storeys or (parent.storeys if parent else None) or 1])
    return range(min(top, at + ABOVE), max(1, at - BELOW) - 1, -1)


def _door(home: Dwelling | None, here: tuple[int, str], alarm: tuple[int, str]) -> Door:
    state = "bad" if here == alarm else "due" if here[1] == alarm[1] and here[0] > alarm[0] else ""
    if home is None:
        return Door("", "", state)
    if home.people:
        words = ngettext("%(n)s person", "%(n)s people", home.people) % {"n": home.people}
    else:
        words = str(home.get_letting_state_display())
    return Door(plain(home.number), words, state)


def _name(place: Place) -> str:
    """12幢2单元: from the building down."""
    parent = place.parent
    return f"{parent.name}{place.name}" if place.kind == Place.Kind.UNIT and parent is not None else place.name
