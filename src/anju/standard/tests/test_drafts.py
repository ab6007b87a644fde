"""A draft changes an edition for a trial, from a day on or altogether, and says what it changed."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from anju.standard import EditionError, draft_edition, judge, load_draft, load_edition
from anju.standard.testing import make_case, make_room

pytestmark = pytest.mark.nodatabase

ON = date(2026, 11, 22)
LATER = date(2027, 1, 1)
TIGHT = make_case(rooms_let=1) | {"rooms": [make_room(area=4.5)]}


def test_a_changed_number_changes_the_verdict() -> None:
    draft = draft_edition({"parameters": {"min_area_per_person": 5}}, ON)
    assert judge(TIGHT, ON).verdict == "compliant"
    found = judge(TIGHT, ON, draft)
    assert found.verdict == "non_compliant"
    assert next(result.text for result in found.violations()) == "人均使用面积不足 5 m²"
    assert draft.changes == ("min_area_per_person: 4 → 5",)


def test_a_draft_with_a_first_day_leaves_the_days_before_alone() -> None:
    draft = draft_edition({"valid_from": LATER, "parameters": {"min_area_per_person": 5}}, ON)
    assert judge(TIGHT, ON, draft).verdict == "compliant"
    assert judge(TIGHT, LATER, draft).verdict == "non_compliant"
    assert [entry.value for entry in draft.parameters["min_area_per_person"].values] == [4, 5]


def test_a_changed_rule_from_a_day_on_has_two_versions() -> None:
    draft = draft_edition({"valid_from": LATER, "rules": {"R14": {"severity": "minor", "zh": {"title": "新题"}}}}, ON)
    old, new = draft.versions("R14")
    assert (old.severity, old.valid_to) == ("advice", date(2026, 12, 31))
    assert (new.severity, new.valid_from, new.words.title.zh) == ("minor", LATER, "新题")
    assert new.words.title.en == old.words.title.en


def test_a_rule_taken_out_is_gone_from_the_day_on() -> None:
    draft = draft_edition({"valid_from": LATER, "rules": {"D20": None}}, ON)
    assert "D20" in {result.rule for result in judge(make_case(), ON, draft).results}
    assert "D20" not in {result.rule for result in judge(make_case(), LATER, draft).results}
    assert "D20" not in {rule.id for rule in draft_edition({"rules": {"D20": None}}, ON).rules}


def test_a_new_rule_joins_the_others() -> None:
    words = {"title": "x", "says": "x", "wrong": "x", "why": "x", "todo": "x"}
    rule = {
        "entity": "unit",
        "category": "fire",
        "applies": "always",
        "violated": "NOT stair_lights",
        "severity": "minor",
        "days": 7,
        "bound": ["property_or_village"],
        "force": "guidance",
        "zh": words,
        "en": words,
    }
    draft = draft_edition({"rules": {"U05": rule}}, ON)
    assert draft.changes == ("U05 +",)
    assert draft.versions("U05")[0].sources[0].law.key == "DRAFT"


def test_another_definition_of_a_group_rental_is_tried() -> None:
    draft = draft_edition({"definitions": {"group_rental": {"when": "beds_let > 0"}}}, ON)
    assert judge(make_case(), ON).group_rental is False
    assert judge(make_case(), ON, draft).group_rental is True
    dated = {"valid_from": LATER, "definitions": {"group_rental": {"when": "beds_let > 0"}}}
    assert judge(make_case(), ON, draft_edition(dated, ON)).group_rental is False
    assert judge(make_case(), LATER, draft_edition(dated, ON)).group_rental is True


def test_a_draft_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "draft.yaml"
    path.write_text("name: trial\nlabel: {zh: 试算, en: Trial}\nparameters:\n  min_area_per_person: 5\n", "utf-8")
    draft = load_draft(path, ON)
    assert (draft.name, draft.label.zh, draft.base) == ("trial", "试算", "initial")


def test_a_draft_leaves_its_base_alone() -> None:
    draft_edition({"parameters": {"min_area_per_person": 5}}, ON)
    assert load_edition().parameters["min_area_per_person"].on(ON) == 4


@pytest.mark.parametrize(
    ("draft", "reason"),
    [
        ({"parameter": {}}, "column parameter is unknown; nearest: parameters"),
        ({"parameters": {"min_area_per_persn": 5}}, "nearest: min_area_per_person"),
        ({"parameters": {"min_area_per_person": "five"}}, "parameter min_area_per_person: value 'five'"),
        ({"parameters": [1]}, "parameters: a mapping"),
        ({"rules": {"R99": {"severity": "minor"}}}, "rule R99 is unknown; nearest: R09"),
        ({"rules": {"R99": None}}, "rule R99 is unknown"),
        ({"rules": {"R14": 3}}, "rule R14: write the columns that change"),
        ({"rules": {"R14": {"violated": "ROUND(area) > 0"}}}, "rule R14: column violated: "),
        ({"rules": {"R14": {"zh": "x"}}}, "rule R14: zh"),
        ({"definitions": {"group": {}}}, "definition group"),
        ({"valid_from": "soon"}, "valid_from 'soon' is no day"),
        ({"base": "kunshan"}, "no edition 'kunshan'; there is: initial"),
        ({"note": "x"}, "edition draft"),
        ({"label": {"zh": "只有中文"}}, "a text is needed in Chinese and in English"),
    ],
    ids=str,
)
def test_a_wrong_draft_is_refused_by_name(draft: dict[str, Any], reason: str) -> None:
    with pytest.raises(EditionError) as caught:
        draft_edition(draft, ON)
    assert reason in str(caught.value)
    assert all(re.search("[一-鿿]", problem.zh) for problem in caught.value.problems)


def test_a_wrong_draft_is_refused_in_chinese_for_a_chinese_reader() -> None:
    with pytest.raises(EditionError) as caught:
        draft_edition({"parameters": {"min_area_per_persn": 5}}, ON)
    assert caught.value.in_words("zh") == "没有参数 min_area_per_persn。最接近的：min_area_per_person"


def test_a_name_that_is_like_no_other_is_refused_without_a_guess() -> None:
    with pytest.raises(EditionError) as caught:
        draft_edition({"qqqqqq": {}}, ON)
    assert str(caught.value) == "column qqqqqq is unknown"
