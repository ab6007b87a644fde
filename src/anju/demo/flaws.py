"""What can be wrong with a home: each flaw changes the facts of a sound one so that one rule of the standard is violated.

The rule book decides what follows; this list only knows how such a thing looks. Plain Python: the same flaws serve the
small city and the million homes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

Facts = dict[str, Any]
Rooms = dict[str, Facts]
Home = tuple[Facts, Rooms]


@dataclass(frozen=True)
class Flaw:
    rule: str
    weight: int
    apply: Callable[[Facts, Rooms, Random], None]
    fits: Callable[[Facts, Rooms], bool] = lambda facts, rooms: True


def _fact(name: str, value: Any) -> Callable[[Facts, Rooms, Random], None]:
    def apply(facts: Facts, rooms: Rooms, chance: Random) -> None:
        facts[name] = value

    return apply


def _room(**values: Any) -> Callable[[Facts, Rooms, Random], None]:
    """In one room, sometimes in two."""

    def apply(facts: Facts, rooms: Rooms, chance: Random) -> None:
        names = chance.sample(sorted(rooms), k=min(len(rooms), 1 if chance.random() < 0.7 else 2))
        for name in names:
            rooms[name].update(values)

    return apply


def _crowd(facts: Facts, rooms: Rooms, chance: Random) -> None:
    name = chance.choice(sorted(rooms))
    rooms[name].update(persons=3, family=False, area=max(12.5, rooms[name]["area"]))


def _cramp(facts: Facts, rooms: Rooms, chance: Random) -> None:
    name = chance.choice(sorted(rooms))
    rooms[name].update(persons=2, family=False, area=round(5.6 + chance.random() * 2, 1))


def _split(facts: Facts, rooms: Rooms, chance: Random) -> None:
    facts.update(living_room_splits=2, living_room_area=round(18 + chance.random() * 8, 1))


def _rural(facts: Facts, rooms: Rooms) -> bool:
    return bool(facts["kind"] == "rural")


def _commercial(facts: Facts, rooms: Rooms) -> bool:
    return bool(facts["kind"] == "commercial")


def _gas(facts: Facts, rooms: Rooms) -> bool:
    return bool(facts["kitchen_flame"])


def _ladders(facts: Facts, rooms: Rooms) -> bool:
    return bool(facts["kind"] == "rural" and facts["storeys"] >= 2 and facts["stairs"] == 1)


FLAWS = (
    Flaw("R09", 14, _room(alarm=False)),
    Flaw("R10", 12, _room(masks=0)),
    Flaw("R13", 7, _room(escape_opening=False)),
    Flaw("R02", 6, _crowd),
    Flaw("R01", 6, _cramp),
    Flaw("R12", 5, _room(ebike_inside=True)),
    Flaw("R11", 3, _room(flame_stove=True)),
    Flaw("R05", 4, _room(origin="bedroom", partitioned=True, partition_material="noncombustible", partition_to_slab=True), _commercial),
    Flaw("R07", 4, _room(partitioned=True, partition_material="combustible", partition_to_slab=False)),
    Flaw("R03", 2, _room(window=False, escape_opening=False)),
    Flaw("R04", 2, _room(origin="kitchen")),
    Flaw("D01", 4, _split, _commercial),
    Flaw("D05", 2, lambda facts, rooms, chance: facts.update(mixed_use="storage", mixed_use_separated=False), _rural),
    Flaw("D06", 1, _fact("hazmat_storage", True)),
    Flaw("D08", 7, _fact("common_alarm", False)),
    Flaw("D09", 11, _fact("extinguishers_3kg", 1)),
    Flaw("D11", 2, _fact("stair_material", "wood"), lambda facts, rooms: bool(facts["kind"] == "rural" and facts["storeys"] >= 3)),
    Flaw("D12", 4, _fact("rope_ladders", 0), _ladders),
    Flaw("D13", 3, _fact("combustible_fitout", True)),
    Flaw("D14", 3, _fact("inner_exit", "blocked")),
    Flaw("D16", 6, _fact("gas_alarm", False), _gas),
    Flaw("D17", 4, _fact("flameout_protection", False), _gas),
    Flaw("D20", 6, _fact("rcd", False)),
    Flaw("D21", 6, _fact("wiring", "exposed")),
    Flaw("D23", 5, _fact("ebike_inside", True)),
    Flaw("D33", 2, _fact("water_heater", "gas_in_bathroom")),
    Flaw("D34", 2, lambda facts, rooms, chance: facts.update(lpg_cylinders=1, lpg_place="bedroom"), _rural),
)  # fmt: skip


def spoil(
    facts: Facts, rooms: Rooms, chance: Random, count: int, lasting: Callable[[str], float] = lambda rule: 1.0
) -> list[str]:
    """Put `count` different flaws into the home; returns the rules they violate.

    `lasting`: how much longer than others a violation of the rule stays; what stays long is met more often.
    """
    rules: list[str] = []
    fitting = [flaw for flaw in FLAWS if flaw.fits(facts, rooms)]
    while fitting and len(rules) < count:
        flaw = chance.choices(fitting, weights=[flaw.weight * lasting(flaw.rule) for flaw in fitting])[0]
        fitting.remove(flaw)
        flaw.apply(facts, rooms, chance)
        rules.append(flaw.rule)
    return rules


def spoil_with(rule: str, facts: Facts, rooms: Rooms, chance: Random) -> list[str]:
    """The one flaw that violates this rule."""
    flaw = next(flaw for flaw in FLAWS if flaw.rule == rule)
    flaw.apply(facts, rooms, chance)
    return [rule]
