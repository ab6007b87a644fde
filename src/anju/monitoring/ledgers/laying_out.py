"""Which rooms and homes of an estate lack a device of a kind: what a batch for the estate consists of."""

from collections import defaultdict
from typing import Any

from anju.areas.models import Place
from anju.core import paths
from anju.dwellings.models import Dwelling
from anju.monitoring.models import Device, DeviceBatchRow

Result = DeviceBatchRow.Result


def rows(user: Any, place: Place, kind: str, per: str, profile: str) -> list[DeviceBatchRow]:
    """Homes that are let, in order of address. A home whose rooms nobody recorded stands among them as left out."""
    homes = Dwelling.objects.for_user(user).filter(
        paths.under("place_path", place.path), letting_state=Dwelling.LettingState.LET
    )
    have = _have(place, kind)
    found: list[DeviceBatchRow] = []
    for home in homes.select_related("current").order_by("place_path", "number", "id").distinct():
        there = have[home.pk]
        if per == "home":
            if not there:
                found.append(_row(len(found), home, kind, "", profile))
            continue
        let = rooms_let(home)
        if not let:
            found.append(_left(len(found), home))
        found += [
            _row(len(found) + n, home, kind, room, profile) for n, room in enumerate(r for r in let if r not in there)
        ]
    return found


def rooms_let(home: Dwelling) -> list[str]:
    """Names of the rooms that are let, by the home's facts."""
    current = getattr(home, "current", None)
    return [] if current is None else [name for name, facts in current.rooms.items() if facts.get("let") is True]


def _have(place: Place, kind: str) -> dict[int, set[str]]:
    """{home: rooms in which such a device hangs}."""
    found: dict[int, set[str]] = defaultdict(set)
    devices = Device._base_manager.filter(
        paths.under("place_path", place.path), kind=kind, retired_on=None, dwelling__isnull=False
    )
    for home, room in devices.values_list("dwelling", "room"):
        found[home].add(room)
    return found


def _row(number: int, home: Dwelling, kind: str, room: str, profile: str) -> DeviceBatchRow:
    values = {"kind": kind, "dwelling": home.pk, "room": room, "profile": profile}
    where = f"{home.address} {room}".strip()
    return DeviceBatchRow(number=number + 1, values=values, where=where[:200], result=Result.GOOD)


def _left(number: int, home: Dwelling) -> DeviceBatchRow:
    errors = [{"column": "", "code": "rooms_not_recorded", "params": {}}]
    return DeviceBatchRow(number=number + 1, errors=errors, where=home.address[:200], result=Result.LEFT)
