"""The three answers, the status of a rule, and the facts that forced it."""

import json
from datetime import date
from typing import Any

import pytest

from anju.standard import Judgement, Result, current_edition, draft_edition, judge, load_edition
from anju.standard.testing import make_case, make_room, make_unit

pytestmark = pytest.mark.nodatabase

ON = date(2026, 11, 22)


def result_of(found: Judgement, rule: str, room: str | None = None) -> Result:
    return next(result for result in found.results if result.rule == rule and result.room == room)


def test_a2_2_a_dwelling_with_nothing_wrong_is_compliant() -> None:
    found = judge(make_case(), ON)
    assert (found.verdict, found.paperwork, found.group_rental, found.tier) == ("compliant", "complete", False, None)
    assert found.missing == ()
    assert {result.status for result in found.results} == {"pass", "not_applicable"}


@pytest.mark.parametrize("name", ["common_alarm", "rcd", "inner_exit", "water_heater", "lpg_cylinders", "structure"])
def test_a2_2_never_compliant_because_a_fact_is_missing(name: str) -> None:
    found = judge(make_case() | {name: None}, ON)
    assert found.verdict == ("unknown" if name != "lpg_cylinders" else "compliant")
    assert (name in found.missing) == (name != "lpg_cylinders")


def test_a2_2_a_fact_that_cannot_change_the_answer_is_not_missing() -> None:
    # No cylinder in a low building can be wrong where its place is known to be none.
    found = judge(make_case(lpg_cylinders=None), ON)
    assert result_of(found, "D34").because == {"lpg_place": "none"}


def test_a_missing_room_fact_names_its_room() -> None:
    case = make_case(rooms=2)
    case["rooms"][1]["window"] = None
    assert judge(case, ON).missing == ("B.window",)


def test_a_department_that_has_not_decided_holds_nothing_back() -> None:
    found = judge(make_case(illegal_building=None, change_of_use=None, appraisal=None), ON)
    assert found.verdict == "compliant"
    assert found.missing == ()
    assert found.awaiting == ("illegal_building", "change_of_use", "appraisal")
    assert result_of(found, "D02").status == "unknown"


def test_a_department_that_decides_against_it_makes_it_red() -> None:
    found = judge(make_case(illegal_building=True), ON)
    assert (found.verdict, found.tier) == ("non_compliant", 2)


def test_a_rule_that_misses_a_field_fact_as_well_as_a_department_s_holds_the_verdict_back() -> None:
    draft = draft_edition({"rules": {"D02": {"violated": "illegal_building OR NOT common_alarm"}}}, ON)
    found = judge(make_case(illegal_building=None, common_alarm=True), ON, draft)
    assert found.verdict == "compliant"
    found = judge(make_case(illegal_building=None, common_alarm=None), ON, draft)
    assert found.verdict == "unknown"
    assert found.missing == ("common_alarm",)


def test_advice_never_turns_the_verdict() -> None:
    found = judge(make_case(rooms_let=2, beds_let=10, electrical_monitoring=False), ON)
    assert result_of(found, "D22").status == "violation"
    assert found.verdict == "compliant"
    assert judge(make_case(rooms_let=2, beds_let=10, electrical_monitoring=None), ON).verdict == "compliant"


def test_missing_papers_never_make_a_safe_home_red() -> None:
    found = judge(make_case(guarantee_signed=False, inside_sign=False), ON)
    assert (found.verdict, found.paperwork, found.tier) == ("compliant", "incomplete", 1)


def test_a_paper_that_nobody_knows_about_is_not_complete() -> None:
    found = judge(make_case(guarantee_signed=None), ON)
    assert (found.verdict, found.paperwork, found.missing) == ("compliant", "incomplete", ())


def test_a_violation_of_the_shared_part_stands_in_the_results_but_is_not_the_dwelling_s() -> None:
    found = judge(make_case(unit=make_unit(exit_state="locked", roof_door="locked", corridor_charging=True)), ON)
    assert (found.verdict, found.tier, found.missing) == ("compliant", None, ())
    assert [result.rule for result in found.violations()] == ["U01", "U02", "U03"]


def test_nobody_has_looked_at_the_shared_part_and_the_dwelling_is_still_compliant() -> None:
    found = judge(make_case(unit={}), ON)
    assert (found.verdict, found.missing) == ("compliant", ())
    assert result_of(found, "U01").status == "unknown"


def test_looking_at_the_staircase_is_not_looking_at_the_dwelling() -> None:
    assert judge({"kind": "commercial", "unit": make_unit()}, ON).verdict == "unchecked"


@pytest.mark.parametrize("seen", [{"sublet": False}, {"appraisal": "safe"}, {"rcd": True}, {"rooms": [{"let": True}]}])
def test_one_fact_that_somebody_established_ends_unchecked(seen: dict[str, Any]) -> None:
    assert judge({"kind": "rural", **seen}, ON).verdict == "unknown"


def test_a_room_with_a_name_and_no_fact_leaves_it_unchecked() -> None:
    assert judge({"kind": "rural", "rooms": [{"name": "A"}]}, ON).verdict == "unchecked"


@pytest.mark.parametrize("state", ["vacant", "self_occupied", "suspended", "cleared"])
def test_a2_4_what_is_not_let_is_not_judged(state: str) -> None:
    found = judge(make_case(letting_state=state, common_alarm=False), ON)
    assert (found.verdict, found.results, found.tier, found.missing) == ("not_let", (), None, ())


def test_fewer_rooms_recorded_than_let_cannot_be_compliant() -> None:
    found = judge(make_case(rooms=2, rooms_let=3), ON)
    assert (found.verdict, found.missing) == ("unknown", ("rooms",))


def test_a_kitchen_among_the_rooms_does_not_stand_for_a_room_that_is_let() -> None:
    case = make_case(rooms=2)
    case["rooms"][1] = make_room("厨房", origin="kitchen", let=False)
    assert judge(case, ON).missing == ("rooms",)


def test_with_the_number_of_rooms_let_unknown_the_rooms_are_missing() -> None:
    found = judge(make_case(rooms_let=None), ON)
    assert found.verdict == "unknown"
    assert "rooms" in found.missing
    assert "rooms_let" in found.missing


def test_a_violation_outweighs_what_is_missing() -> None:
    found = judge(make_case(rooms_let=5, common_alarm=False, rcd=None), ON)
    assert found.verdict == "non_compliant"
    assert set(found.missing) == {"rcd", "rooms"}


def test_a11_1_tier_counts_three_severe_ones_over_all_rooms() -> None:
    case = make_case(rooms=3)
    for room in case["rooms"][:2]:
        room["flame_stove"] = True
    assert judge(case, ON).tier == 1
    case["rooms"][2]["flame_stove"] = True
    assert judge(case, ON).tier == 2


def test_a3_2_group_rental_is_decided_by_what_is_known_if_it_can_be() -> None:
    assert judge({"whole_let_one_family": True}, ON).group_rental is False
    assert judge({"whole_let_one_family": False, "beds_let": 5}, ON).group_rental is True
    assert judge({"beds_let": 5}, ON).group_rental is None
    assert judge({}, date(2019, 4, 30)).group_rental is None


def test_results_stand_room_by_room_then_dwelling_then_unit_in_book_order() -> None:
    found = judge(make_case(rooms=2), ON)
    rooms = [f"R{number:02}" for number in range(1, 15)]
    dwelling = [f"D{number:02}" for number in range(1, 36)]
    expected: list[tuple[str, str | None]] = [(rule, room) for room in "AB" for rule in rooms]
    expected += [(rule, None) for rule in (*dwelling, "U01", "U02", "U03", "U04")]
    assert [(result.rule, result.room) for result in found.results] == expected


@pytest.mark.parametrize(
    ("day", "rules"),
    [
        (date(1995, 3, 5), set()),
        (date(1995, 3, 6), {"D27", "D29"}),
        (date(2011, 2, 1), {"D27", "D28", "D29"}),
    ],
)
def test_a_day_is_judged_by_the_rules_in_force_on_it(day: date, rules: set[str]) -> None:
    assert {result.rule for result in judge(make_case(rooms=0), day).results} == rules


def test_a_day_in_2020_uses_no_rule_of_2021() -> None:
    rules = {result.rule for result in judge(make_case(), date(2020, 6, 1)).results}
    assert {"D06", "D14", "D19", "U01", "U02", "U03", "U04"}.isdisjoint(rules)
    assert len(rules) == 53 - 7


def test_a_day_before_every_edition_is_judged_by_the_oldest() -> None:
    assert current_edition(date(1950, 1, 1)).name == "initial"


def test_the_same_room_fact_in_two_rooms_is_judged_apart() -> None:
    found = judge(make_case(rooms=2) | {"rooms": [make_room("A", area=3.9), make_room("B", area=4)]}, ON)
    assert result_of(found, "R01", "A").status == "violation"
    assert result_of(found, "R01", "B").status == "pass"


def test_because_of_a_division_names_both_numbers() -> None:
    found = judge(make_case() | {"rooms": [make_room("A", area=7.2, persons=2)]}, ON)
    assert result_of(found, "R01", "A").because == {"let": True, "family": False, "persons": 2, "area": 7.2}


def test_texts_carry_the_number_of_the_day_and_both_languages() -> None:
    case = make_case() | {"rooms": [make_room("A", area=3)]}
    assert result_of(judge(case, ON), "R01", "A").text == "人均使用面积不足 4 m²"
    assert result_of(judge(case, ON, lang="en"), "R01", "A").text == "Less than 4 m² of usable area per person"


def test_the_answer_has_the_published_shape() -> None:
    written = json.loads(json.dumps(judge(make_case(rcd=False), ON).as_dict()))
    assert list(written) == [
        *("edition", "on", "verdict", "paperwork", "group_rental", "tier", "missing", "results"),
    ]
    assert written["edition"] == "initial"
    assert written["on"] == "2026-11-22"
    result = next(result for result in written["results"] if result["rule"] == "D20")
    assert result == {
        "rule": "D20",
        "room": None,
        "status": "violation",
        "severity": "severe",
        "category": "electricity",
        "force": "guidance",
        "because": {"rcd": False},
        "text": "没有漏电保护",
    }


def test_an_empty_case_is_unchecked() -> None:
    found = judge({}, ON)
    assert (found.verdict, found.paperwork, found.group_rental, found.tier) == ("unchecked", "incomplete", None, None)


def test_facts_given_as_null_are_unknown() -> None:
    edition = load_edition()
    nulls: dict[str, Any] = dict.fromkeys(edition.facts["dwelling"])
    assert judge({**nulls, "unit": None, "rooms": None}, ON) == judge({}, ON)
