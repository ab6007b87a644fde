"""The form of an inspection: what is asked, what is only shown, and in which order."""

from datetime import date
from typing import Any

import pytest

from anju.standard import Question, draft_edition, facts_of_rule, load_edition, questions, rules_reading
from anju.standard.testing import make_case, make_room

pytestmark = pytest.mark.nodatabase

ON = date(2026, 11, 22)
EDITION = load_edition()


def asked(case: dict[str, Any], entity: str = "dwelling", room: str | None = None) -> dict[str, Question]:
    found = [question for question in questions(case, ON) if (question.entity, question.room) == (entity, room)]
    return {question.fact.name: question for question in found}


def test_a2_2_only_what_can_be_seen_is_asked() -> None:
    for question in questions({"kind": "rural", "rooms": [{"name": "A"}]}, ON):
        assert question.fact.by == "field"
        assert question.words("zh").endswith(("？", "0", "人数", "照片"))


def test_a_department_s_fact_is_never_asked_of_a_grid_worker() -> None:
    assert {"illegal_building", "change_of_use", "appraisal"}.isdisjoint(asked({}))


def test_a_kind_of_house_hides_the_rules_of_the_other() -> None:
    assert "rope_ladders" not in asked({"kind": "commercial"})
    assert {"rope_ladders", "stair_material", "stairs", "storeys"} <= set(asked({"kind": "rural"}))


def test_without_flame_nothing_about_gas_in_the_kitchen_is_asked() -> None:
    found = asked({"kitchen_flame": False})
    assert {"gas_alarm", "flameout_protection", "kitchen_fire_door"}.isdisjoint(found)
    assert found["kitchen_flame"].state == "known"


def test_what_is_known_is_shown_and_not_asked_again() -> None:
    case = make_case()
    assert {question.state for question in questions(case, ON)} == {"known"}


def test_with_enough_area_nobody_asks_who_is_family() -> None:
    case = make_case(rooms_let=1) | {"rooms": [make_room(family=None, area=20, persons=2)]}
    assert "family" not in asked(case, "room", "A")
    case = make_case(rooms_let=1) | {"rooms": [make_room(family=None, area=6, persons=2)]}
    assert asked(case, "room", "A")["family"].state == "unknown"


def test_a_fact_behind_a_violation_comes_first_and_names_its_rules() -> None:
    found = questions(make_case(common_alarm=False, rcd=None), ON)
    assert [(question.fact.name, question.state) for question in found[:2]] == [
        ("common_alarm", "violated"),
        ("rcd", "unknown"),
    ]
    assert found[0].rules == ("D08",)
    assert found[0].fact.photo


def test_the_fact_that_only_makes_a_rule_apply_does_not_count_as_violated() -> None:
    case = make_case(rooms_let=1) | {"rooms": [make_room(window=False)]}
    found = asked(case, "room", "A")
    assert found["window"].state == "violated"
    assert found["let"].state == "known"


def test_rooms_are_asked_apart() -> None:
    case = {"rooms": [make_room("A"), {"name": "B", "let": False}]}
    assert asked(case, "room", "A")["window"].value is True
    assert "window" not in asked(case, "room", "B")


def test_dwelling_comes_before_rooms_and_rooms_before_the_unit() -> None:
    places = [question.entity for question in questions({"rooms": [{"name": "A"}]}, ON)]
    unknown = [place for number, place in enumerate(places) if number == 0 or places[number - 1] != place]
    assert unknown == ["dwelling", "room", "unit"]


def test_a_dwelling_that_is_not_let_is_asked_only_whether_it_is() -> None:
    assert [question.fact.name for question in questions({"letting_state": "vacant"}, ON)] == ["kind", "letting_state"]


def test_people_who_need_help_are_always_asked_about() -> None:
    assert asked({})["need_help"].state == "unknown"


def test_what_decides_on_a_group_rental_is_asked() -> None:
    assert "unrelated_people" in asked({"whole_let_one_family": False})
    assert "unrelated_people" not in asked({"whole_let_one_family": True})


def test_a_draft_without_a_rule_asks_less() -> None:
    draft = draft_edition({"rules": {"D20": None}}, ON)
    assert "rcd" in asked({})
    assert "rcd" not in {question.fact.name for question in questions({}, ON, draft)}


def test_rules_and_facts_lead_to_each_other() -> None:
    rule = EDITION.versions("R06")[0]
    assert [ref.text for ref in facts_of_rule(rule)] == [
        *("origin", "partitioned", "dwelling.kind", "dwelling.living_room_area"),
    ]
    assert [found.id for found in rules_reading(EDITION, "dwelling", "living_room_area")] == ["R06", "D01"]
    assert [found.id for found in rules_reading(EDITION, "room", "ebike_inside")] == ["R12"]
    with pytest.raises(KeyError, match="living_room_area"):
        rules_reading(EDITION, "dwelling", "livingroom_area")
