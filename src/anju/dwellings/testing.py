"""Builders for tests of this app and those above: a small town and homes in it."""

import itertools
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from anju.accounts.models import User
from anju.accounts.services import system_actor
from anju.areas.models import Area, Place, Posting
from anju.areas.planning import last_child
from anju.core import paths, time
from anju.dwellings.models import Dwelling, Party
from anju.dwellings.services.creating import create_dwelling
from anju.dwellings.services.facts import observe

_numbers = itertools.count(1)
LONG_AGO = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)

# A home in which every rule that a grid worker can answer passes.
SOUND_FACTS: dict[str, Any] = {
    "storeys": 6, "structure": "concrete", "stairs": 1, "stair_material": "concrete", "rooms_let": 1, "beds_let": 2,
    "lease_count": 1, "whole_let_one_family": False, "unrelated_people": 2, "living_room_area": 18, "living_room_splits": 0,
    "mixed_use": "none", "hazmat_storage": False, "combustible_fitout": False, "common_alarm": True, "extinguishers_3kg": 2,
    "rope_ladders": 5, "inner_exit": "clear", "kitchen_flame": False, "water_heater": "electric", "lpg_cylinders": 0,
    "rcd": True, "wiring": "protected", "ebike_inside": False, "extinguishers_expired": 0, "respirators": 2, "need_help": 0,
}  # fmt: skip
SOUND_ROOM: dict[str, Any] = {
    "origin": "bedroom", "let": True, "area": 12, "persons": 2, "family": False, "window": True, "escape_opening": True,
    "partitioned": False, "alarm": True, "masks": 1, "whistles": 1, "torches": 1, "flame_stove": False, "ebike_inside": False,
}  # fmt: skip


def make_area(kind: str = "zone", name: str = "", parent: Area | None = None, **over: Any) -> Area:
    if parent is None and kind != "city":
        parent = Area.objects.filter(kind="city").first() or make_area("city", "昆山市")
    path = _next_path(Area, parent)
    return Area.objects.create(kind=kind, name=name or f"{kind}{next(_numbers)}", parent=parent, path=path, **over)


def _next_path(model: type[Area] | type[Place], parent: Area | Place | None) -> str:
    above = parent.path if parent else ""
    return paths.child(above, last_child(model, above) + 1)


def _make_place(kind: str, name: str, area: Area, parent: Place | None = None, **over: Any) -> Place:
    path = _next_path(Place, parent)
    return Place.objects.create(kind=kind, name=name, parent=parent, area=area, area_path=area.path, path=path, **over)


def make_grid(zone: Area | None = None, name: str = "") -> Area:
    """A grid with its community and zone above it."""
    community = make_area("community", parent=zone or make_area("zone"))
    return make_area("grid", name or f"第{next(_numbers)}网格", parent=community)


def make_estate(area: Area, name: str = "", estate_kind: str = "large_commercial", **over: Any) -> Place:
    return _make_place("estate", name or f"小区{next(_numbers)}", area, estate_kind=estate_kind, **over)


def make_unit(area: Area, estate: Place | None = None, **over: Any) -> Place:
    estate = estate or make_estate(area)
    building = _make_place("building", f"{next(_numbers) % 900 + 1}幢", area, estate)
    return _make_place("unit", "1单元", area, building, **over)


def make_party(area: Area, name: str = "顾阿大", **over: Any) -> Party:
    party = Party(name=name, area_path=area.path, created_at=time.now(), **over)
    party.save()
    return party


def make_user(
    username: str = "", department: str = "office", area: Area | None = None, place: Place | None = None, **over: Any
) -> User:
    """A person with one posting (none with department="")."""
    leader = over.pop("is_leader", False)
    user = User.objects.create(
        username=username or f"user{next(_numbers)}", display_name=over.pop("display_name", username or "甲"), **over
    )
    if department:
        Posting.objects.create(
            user=user, department=department, area=area, place=place, is_leader=leader, since=date(2020, 1, 1)
        )
    return user


def make_dwelling(
    area: Area | None = None,
    *,
    place: Place | None = None,
    kind: str = "commercial",
    facts: Mapping[str, Any] | None = None,
    rooms: Mapping[str, Mapping[str, Any]] | None = None,
    observed_at: datetime | None = None,
    inspector: Any = None,
    **over: Any,
) -> Dwelling:
    """A dwelling nobody looked at; with `facts` or `rooms`, one that was inspected (by `inspector`, else the system)."""
    area = area or make_grid()
    place = place or make_unit(area)
    number = over.pop("number", f"{next(_numbers)}01")
    address = over.pop("address", f"{place.name} {number} 室")
    dwelling = create_dwelling(
        by=system_actor(), area=area, place=place, number=number, address=address,
        address_key=over.pop("address_key", f"{place.path}:{number}"), kind=kind, at=over.pop("at", LONG_AGO), **over,
    )  # fmt: skip
    if facts is not None or rooms is not None:
        observe(
            by=inspector or system_actor(), dwelling=dwelling, source="inspection", observed_at=observed_at or time.now(),
            values={"facts": dict(facts or {}), "rooms": {name: dict(values) for name, values in (rooms or {}).items()}},
        )  # fmt: skip
        dwelling.refresh_from_db()
    return dwelling


def make_sound_dwelling(
    area: Area | None = None,
    *,
    facts: Mapping[str, Any] | None = None,
    room: Mapping[str, Any] | None = None,
    **over: Any,
) -> Dwelling:
    """A compliant home with one room; `facts` and `room` change single facts of it."""
    return make_dwelling(
        area, facts={**SOUND_FACTS, **(facts or {})}, rooms={"A": {**SOUND_ROOM, **(room or {})}}, **over
    )
