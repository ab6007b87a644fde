"""The shortfall list of a dwelling."""

from datetime import date
from typing import Any

import pytest

from anju.standard import SUPPLIES, load_edition, shortfall
from anju.standard.testing import make_case, make_room

pytestmark = pytest.mark.nodatabase

ON = date(2026, 11, 22)


def lacking(case: dict[str, Any]) -> list[tuple[str, int, str | None]]:
    return [(line.item, line.quantity, line.room) for line in shortfall(case, ON)]


def test_a2_3_a_dwelling_with_nothing_wrong_lacks_nothing() -> None:
    assert lacking(make_case()) == []


@pytest.mark.parametrize(
    ("facts", "item", "quantity"),
    [
        ({"extinguishers_3kg": 0}, "extinguisher", 2),
        ({"extinguishers_3kg": 1}, "extinguisher", 1),
        ({"extinguishers_expired": 3}, "extinguisher", 3),
        ({"common_alarm": False}, "smoke_alarm", 1),
        ({"kind": "rural", "stairs": 1, "storeys": 4, "rope_ladders": 1}, "escape_ladder", 2),
        ({"beds_let": 10, "exit_signs": False}, "exit_sign", 1),
        ({"beds_let": 10, "emergency_lights": False, "exit_signs": None}, "emergency_light", 1),
        ({"building_height": 54, "respirators": 0}, "respirator", 2),
    ],
    ids=str,
)
def test_a2_3_what_is_lacking_is_listed_with_how_many(facts: dict[str, Any], item: str, quantity: int) -> None:
    assert lacking(make_case() | facts) == [(item, quantity, None)]


def test_a2_3_a_room_lacks_its_own_kit() -> None:
    case = make_case(rooms_let=1) | {"rooms": [make_room("B", masks=0, torches=0, alarm=False)]}
    assert lacking(case) == [("smoke_alarm", 1, "B"), ("smoke_mask", 1, "B"), ("torch", 1, "B")]


def test_what_nobody_has_counted_is_not_lacking() -> None:
    assert lacking(make_case() | {"extinguishers_3kg": None}) == []


def test_what_is_not_let_lacks_nothing() -> None:
    assert lacking(make_case(letting_state="vacant", extinguishers_3kg=0)) == []


def test_every_supply_of_a_rule_is_a_listed_item() -> None:
    assert {supply.item for rule in load_edition().rules for supply in rule.remedy} <= set(SUPPLIES)
