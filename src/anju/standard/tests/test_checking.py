"""Facts from outside: what is refused, and what the message says."""

import math
from datetime import date
from typing import Any

import pytest

from anju.standard import FactError, judge

pytestmark = pytest.mark.nodatabase

ON = date(2026, 11, 22)


def refusal(case: Any) -> str:
    with pytest.raises(FactError) as caught:
        judge(case, ON)
    return str(caught.value)


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ({"storeyz": 3}, ["storeyz", "storeys"]),
        ({"rooms": [{"name": "A", "windw": True}]}, ["rooms[0].windw", "window"]),
        ({"unit": {"exit_stat": "clear"}}, ["unit.exit_stat", "exit_state"]),
        ({"exit_state": "clear"}, ["exit_state", "unit"]),
        ({"area": 12}, ["area", "rooms"]),
        ({"rooms": [{"name": "A", "storeys": 2}]}, ["rooms[0].storeys", "top level"]),
        ({"room": []}, ["room", "rooms"]),
        ({"letting_state": "lett"}, ["letting_state", "'lett'", "vacant", "Nearest: let"]),
        ({"kind": "Rural"}, ["kind", "'Rural'", "rural"]),
        ({"kind": 1}, ["kind", "commercial, rural"]),
        ({"rcd": "true"}, ["rcd", "'true'", "true / false", "without quotes"]),
        ({"rcd": 1}, ["rcd", "1", "true / false"]),
        ({"rcd": 0.0}, ["rcd", "true / false"]),
        ({"storeys": True}, ["storeys", "True", "a whole number from 0 to 200"]),
        ({"storeys": "3"}, ["storeys", "'3'", "without quotes"]),
        ({"storeys": 3.5}, ["storeys", "3.5", "a whole number"]),
        ({"storeys": -1}, ["storeys", "-1"]),
        ({"storeys": 201}, ["storeys", "201", "200"]),
        ({"storeys": 10**5000}, ["storeys"]),
        ({"storeys": math.inf}, ["storeys", "inf"]),
        ({"building_height": math.nan}, ["building_height", "nan", "null"]),
        ({"building_height": -0.5}, ["building_height", "-0.5"]),
        ({"building_height": 5e-324}, ["building_height", "1e-06"]),
        ({"building_height": False}, ["building_height", "False"]),
        ({"storeys": [3]}, ["storeys", "[3]"]),
        ({"kind": {"a": 1}}, ["kind"]),
        ({"rooms": {"A": {}}}, ["rooms", "a list"]),
        ({"rooms": [3]}, ["rooms[0]", "an object"]),
        ({"rooms": [{"name": "A"}, {"name": "A"}]}, ["rooms[1].name", "'A'", "twice"]),
        ({"rooms": [{"name": 3}]}, ["rooms[0].name", "3", "text"]),
        ({"rooms": [{"name": " "}]}, ["rooms[0].name"]),
        ({"rooms": [{"name": "2"}, {}]}, ["rooms[1].name", "'2'", "twice"]),
        ({"unit": []}, ["unit", "an object"]),
        ([], ["[]", "an object"]),
        ("rural", ["'rural'", "an object"]),
        (None, ["None", "an object"]),
        ({3: 4}, ["3: no such fact"]),
    ],
)
def test_a_wrong_fact_is_refused_by_name_with_what_is_accepted(case: Any, words: list[str]) -> None:
    message = refusal(case)
    assert [word for word in words if word not in message] == []


def test_every_problem_is_reported_at_once() -> None:
    message = refusal({"storeyz": 3, "kind": "x", "rooms": [{"name": "A", "area": -1}], "unit": {"roof_door": 1}})
    assert len(message.splitlines()) == 4


def test_problems_are_told_in_chinese_too() -> None:
    with pytest.raises(FactError) as caught:
        judge({"storeys": "3"}, ON)
    assert caught.value.in_words("zh") == "storeys（地上层数）：'3' 不行。应填：整数 0 到 200，不加引号"


def test_a_long_value_is_cut_in_the_message() -> None:
    assert len(refusal({"kind": "x" * 100_000})) < 300


def test_a_whole_number_written_as_a_float_is_the_same_number() -> None:
    # A phone's JSON cannot tell 3.0 from 3.
    assert judge({"storeys": 3.0}, ON) == judge({"storeys": 3}, ON)


def test_rooms_without_a_name_are_numbered() -> None:
    found = judge({"rooms": [{"let": True, "window": False}, {"let": True}]}, ON)
    assert {result.room for result in found.results if result.room} == {"1", "2"}


@pytest.mark.parametrize("value", [0, 0.0, -0.0, 1e-6, 10000, 9999.999])
def test_a_float_fact_takes_whole_numbers_and_both_ends(value: float) -> None:
    assert judge({"living_room_area": value}, ON).verdict == "unknown"
