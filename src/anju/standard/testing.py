"""Builders for tests of whoever judges dwellings: a dwelling about which everything is known and nothing is wrong."""

from collections.abc import Mapping
from typing import Any


def make_room(name: str = "A", **over: Any) -> dict[str, Any]:
    """Return a room that violates nothing: a bedroom of 12 m² for one person."""
    room = {
        "name": name,
        "origin": "bedroom",
        "let": True,
        "area": 12.0,
        "persons": 1,
        "family": False,
        "window": True,
        "escape_opening": True,
        "partitioned": False,
        "partition_material": "noncombustible",
        "partition_to_slab": True,
        "alarm": True,
        "masks": 1,
        "whistles": 1,
        "torches": 1,
        "flame_stove": False,
        "ebike_inside": False,
    }
    return {**room, **over}


def make_unit(**over: Any) -> dict[str, Any]:
    """Return a staircase that violates nothing."""
    unit = {
        "exit_state": "clear",
        "roof_door": "open",
        "corridor_charging": False,
        "fire_doors": "closed",
        "stair_lights": True,
    }
    return {**unit, **over}


COMPLIANT: dict[str, Any] = {
    "kind": "commercial",
    "letting_state": "let",
    "storeys": 6,
    "building_height": 18.0,
    "structure": "concrete",
    "stairs": 2,
    "stair_material": "concrete",
    "lease_count": 1,
    "whole_let_one_family": False,
    "living_room_area": 18.0,
    "living_room_splits": 0,
    "illegal_building": False,
    "change_of_use": False,
    "appraisal": "safe",
    "mixed_use": "none",
    "mixed_use_separated": True,
    "hazmat_storage": False,
    "combustible_fitout": False,
    "common_alarm": True,
    "extinguishers_3kg": 2,
    "extinguishers_expired": 0,
    "rope_ladders": 0,
    "emergency_lights": True,
    "exit_signs": True,
    "respirators": 0,
    "inner_exit": "clear",
    "kitchen_flame": True,
    "kitchen_fire_door": True,
    "gas_alarm": True,
    "flameout_protection": True,
    "gas_hose_expired": False,
    "water_heater": "electric",
    "lpg_cylinders": 0,
    "lpg_place": "none",
    "rcd": True,
    "wiring": "protected",
    "electrical_monitoring": True,
    "ebike_inside": False,
    "fire_management_system": True,
    "fire_manager": True,
    "fire_duties": True,
    "guarantee_signed": True,
    "lease_signed_days": 0,
    "occupants_unregistered": 0,
    "sublet": False,
    "sublet_consent": False,
    "inside_sign": True,
    "need_help": 0,
}


def make_case(rooms: int = 2, unit: Mapping[str, Any] | None = None, **over: Any) -> dict[str, Any]:
    """Return a case as judge() takes it: compliant, papers complete, no group rental. ``over`` changes its facts."""
    return {
        **COMPLIANT,
        "rooms_let": rooms,
        "beds_let": rooms,
        "unrelated_people": rooms,
        "unit": make_unit() if unit is None else dict(unit),
        "rooms": [make_room(chr(ord("A") + number)) for number in range(rooms)],
        **over,
    }
