"""The loader: what an edition must be, and what it says of one that is not."""

import copy
import re
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from anju.standard import EditionError, editions, load_edition, loading, use_editions
from anju.standard.loading import build_edition, folder_of
from anju.standard.reading import Raw, read_folder, read_yaml

pytestmark = pytest.mark.nodatabase

RAW = read_folder(folder_of("initial"))
EDITION = load_edition()


def small_edition() -> Raw:
    """Return the initial edition with two rules only, to be changed and built quickly."""
    rules = [rule for rule in RAW.rules if rule["id"] in ("R01", "R09")]
    return copy.deepcopy(Raw(RAW.head, RAW.parameters, RAW.facts, rules))


def problems(change: Any) -> str:
    raw = small_edition()
    change(raw)
    with pytest.raises(EditionError) as caught:
        build_edition(raw)
    assert [text for text in caught.value.problems if not in_chinese(text.zh)] == []
    assert caught.value.in_words("en") == str(caught.value)
    return str(caught.value)


def in_chinese(text: str) -> bool:
    return bool(re.search("[一-鿿]", text))


def rule_with(**columns: Any) -> Any:
    """Return a change that gives R09 (which applies where let) other columns."""

    def change(raw: Raw) -> None:
        next(rule for rule in raw.rules if rule["id"] == "R09").update(columns)

    return change


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("ROUND(area) > 0", "Round"),
        ("read_csv('x')", "allowed:"),
        ("pg_sleep(0)", "allowed:"),
        ("getenv('HOME') = 'x'", "allowed:"),
        ("let; DROP TABLE rooms", "a second statement"),
        ("let -- AND window", "a comment"),
        ("let /* x */", "a comment"),
        ("origin LIKE 'b%'", "Like"),
        ("window IS NULL", "Is"),
        ("window IS TRUE", "Is"),
        ("window = NULL", "yes/no fact"),
        ("origin = NULL", "Null"),
        ("area = NULL", "Null"),
        ("origin IN ('bedroom', NULL)", "Null"),
        ("origin IN (SELECT 1)", "In"),
        ("(SELECT TRUE)", "Subquery"),
        ("area BETWEEN 0 AND 0", "Between"),
        ("CAST(area AS INT) > 0", "Cast"),
        ("CASE WHEN let THEN window END", "Case"),
        ("area // persons > 0", "IntDiv"),
        ("area % persons > 0", "Mod"),
        ("-area < 0", "Neg"),
        ("area || 'x' = 'y'", "allowed:"),
        ("area > 3", "named parameter"),
        ("area > 1e3", "named parameter"),
        ("area / dwelling.living_room_area < 0", "whole-number fact"),
        ("area / 0 < 0", "whole-number fact"),
        ("area / (persons - persons) < 0", "whole-number fact"),
        ("area * area * area * area * area > 0", "can grow beyond"),
        ("area + area + area + area + area + area + area + area + area + area > 0", "calculations"),
        ("area", "no yes/no fact"),
        ("TRUE", "Boolean"),
        ("0 = 0 AND window = let", "yes/no fact"),
        ("origin < 'bedroom'", "no order"),
        ("origin = 'bedrom'", "nearest: 'bedroom'"),
        ("'bedrom' = origin", "nearest: 'bedroom'"),
        ('origin = "bedroom"', "single quotes"),
        ("persons = 'two'", "allowed:"),
        ("windo", "nearest: window"),
        ("dwelling.knd = 'rural'", "nearest: dwelling.kind"),
        ("house.kind = 'rural'", "nearest: dwelling.kind"),
        ("city.dwelling.kind = 'rural'", "dwelling.kind"),
        ("min_area_per_persn > area", "nearest: min_area_per_person"),
        ("area > min_area_per_person > 0", "allowed:"),
        ("$1 > area", "Placeholder"),
        ("area = ANY(persons)", "allowed:"),
        ("let AND", "cannot be read"),
        ("", "one expression"),
        ("(" * 900 + "let" + ")" * 900, "cannot be read"),
        ("let OR " * 1000 + "let", "longer than"),
        ("always AND let", "always"),
    ],
)
def test_an_expression_outside_the_language_is_refused_by_rule_and_column(expression: str, reason: str) -> None:
    message = problems(rule_with(violated=expression))
    assert message.startswith("rule R09: column violated: ")
    assert reason in message


def test_a_chinese_reader_is_told_place_reason_and_what_is_allowed_in_chinese() -> None:
    raw = small_edition()
    rule_with(violated="ROUND(area) > 0", severity="minor", days=15)(raw)
    with pytest.raises(EditionError) as caught:
        build_edition(raw)
    assert caught.value.in_words("zh-hans").startswith("规则 R09：violated 一栏：不能用 ")
    assert "有名称的参数" in caught.value.in_words("zh-hans")


def test_the_message_lists_the_allowed_forms() -> None:
    message = problems(rule_with(applies="ROUND(area) > 0"))
    assert "column applies" in message
    for form in ("AND, OR, NOT", "IN ('a', 'b')", "named parameters", "dwelling.fact", "always"):
        assert form in message


@pytest.mark.parametrize(
    "expression",
    [
        "let AND NOT (window OR alarm)",
        "origin NOT IN ('bedroom', 'study')",
        "NOT origin IN ('bedroom')",
        "'bedroom' <> origin",
        "origin != 'bedroom'",
        "min_area_per_person * persons > area - 0",
        "area / persons / min_area_per_person < 0",
        "dwelling.kind = 'rural' AND unit.exit_state = 'clear'",
    ],
)
def test_an_expression_inside_the_language_is_read(expression: str) -> None:
    raw = small_edition()
    rule_with(violated=expression)(raw)
    assert build_edition(raw).versions("R09")[0].violated_text == expression


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"severity": "deadly"}, "severity 'deadly' is unknown; allowed: prohibited, severe, minor, advice"),
        ({"category": "water"}, "category 'water'"),
        ({"force": "law"}, "force 'law'"),
        ({"bound": ["owner"]}, "bound 'owner'"),
        ({"days": -1}, "days -1"),
        ({"days": True}, "days True"),
        ({"day_kind": "office"}, "day_kind 'office'"),
        ({"sources": [{"law": "XX"}]}, "law XX is not listed"),
        ({"valid_from": date(2019, 4, 30)}, "lies before its earliest source"),
        ({"valid_from": "2019"}, "is no day"),
        ({"valid_to": date(2019, 1, 1)}, "lies before valid_from"),
        ({"remedy": [{"item": "hammer"}]}, "item 'hammer'"),
        ({"remedy": [{"item": "torch", "quantity": "2"}]}, "column quantity of torch"),
        ({"severty": "minor"}, "column severty is unknown; nearest: severity"),
        ({"zh": {"title": "x"}}, "zh must have exactly the texts title, says"),
        ({"violated": "area < lease_filing_day"}, "nearest: lease_filing_days"),
        (
            {"violated": "area < fire_door_rooms", "valid_from": date(2017, 1, 1), "sources": [{"law": "GL"}]},
            "no value",
        ),
    ],
    ids=str,
)
def test_a_wrong_column_is_refused_by_name(columns: dict[str, Any], reason: str) -> None:
    message = problems(rule_with(**columns))
    assert message.startswith("rule R09: ")
    assert reason in message


def test_a_text_may_only_name_numbers_that_the_rule_uses() -> None:
    def change(raw: Raw) -> None:
        rule = next(rule for rule in raw.rules if rule["id"] == "R09")
        rule["zh"]["says"] = "至少 {min_extinguishers} 只"

    assert "min_extinguishers is no parameter that the rule uses" in problems(change)


def test_two_versions_of_a_rule_may_not_overlap() -> None:
    def change(raw: Raw) -> None:
        rule = next(rule for rule in raw.rules if rule["id"] == "R09")
        raw.rules.append({**rule, "valid_from": date(2025, 1, 1)})

    assert problems(change) == "rule R09: two versions are in force on 2025-01-01"


def test_a_parameter_may_not_be_called_like_a_fact() -> None:
    assert "parameter area: a fact has the same name" in problems(
        lambda raw: raw.parameters.update(area=raw.parameters["many_beds"])
    )


@pytest.mark.parametrize("value", [True, "4", 0, 1e10, 0.1234567891, float("nan"), float("inf")])
def test_a_parameter_is_a_plain_number(value: Any) -> None:
    def change(raw: Raw) -> None:
        raw.parameters["many_beds"]["values"][0]["value"] = value

    assert "parameter many_beds" in problems(change)


def test_every_problem_is_reported_at_once() -> None:
    def change(raw: Raw) -> None:
        rule_with(severity="deadly")(raw)
        raw.rules[0]["force"] = "law"

    assert len(problems(change).splitlines()) == 2


@pytest.mark.parametrize("path", sorted(folder_of("initial").rglob("*.yaml")), ids=lambda path: path.name)
def test_the_files_are_read_alike_without_the_fast_yaml_library(path: Path) -> None:
    assert yaml.safe_load(path.read_text()) == read_yaml(path)


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("a: 1\nb: 2\na: 3\n")
    with pytest.raises(EditionError, match="'a' stands twice"):
        read_yaml(path)


@pytest.mark.parametrize("text", ["- 1", "a: [", "on: 1", "\x00", "a: !!python/object/apply:os.system [ls]"])
def test_a_file_that_is_no_plain_mapping_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(text)
    with pytest.raises(EditionError, match=re.escape(str(path))) as caught:
        read_yaml(path)
    assert in_chinese(caught.value.in_words("zh"))


def test_an_office_loads_its_own_edition_without_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "_FOLDERS", [*loading._FOLDERS])
    shutil.copytree(folder_of("initial"), tmp_path / "kunshan")
    head = tmp_path / "kunshan" / "edition.yaml"
    head.write_text(head.read_text().replace("name: initial", "name: kunshan").replace("1995-03-06", "2027-01-01", 1))
    try:
        use_editions(tmp_path)
        assert [edition.name for edition in editions()] == ["initial", "kunshan"]
        assert loading.current_edition(date(2026, 12, 31)).name == "initial"
        assert loading.current_edition(date(2027, 1, 1)).name == "kunshan"
    finally:
        editions.cache_clear()
