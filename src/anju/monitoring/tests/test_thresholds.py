"""Editions of thresholds: which day has which, and what a wrong file is told."""

from datetime import date
from pathlib import Path

import pytest

from anju.monitoring import thresholds

pytestmark = pytest.mark.nodatabase
GOOD = "edition: a\nin_force: 2020-01-01\nkinds: {smoke: {rules: [%s]}}"
RULE = "{id: r, reading: smoke, raises: fire, at_least: 10, clears: 5, source: s, checked: true}"


def test_a4_3_the_day_of_the_measurement_decides_the_edition() -> None:
    assert thresholds.edition_on(date(2026, 7, 31)).name == "2020-11-01"
    assert thresholds.edition_on(date(2026, 8, 1)).name == "2026-08-01"
    assert thresholds.edition_on(date(1999, 1, 1)).name == "2020-11-01"
    assert thresholds.edition_on(date(2026, 7, 31)).confirm is None
    assert thresholds.edition_on(date(2026, 8, 1)).confirm is not None


def test_a4_3_every_rule_names_its_source_and_every_kind_of_device_has_an_entry() -> None:
    from anju.monitoring.models import Device

    for edition in thresholds.editions():
        assert set(edition.kinds) == set(Device.Kind.values)
        assert all(rule.source for kind in edition.kinds.values() for rule in kind.rules)


def test_an_edition_takes_over_what_it_does_not_name() -> None:
    before, after = (thresholds.rules_of("arc", day) for day in (date(2026, 1, 1), date(2026, 9, 1)))
    assert before.by_reading == after.by_reading


def test_a_limit_of_the_device_moves_the_lower_limit_along() -> None:
    [rule] = thresholds.rules_of("residual_current", date(2026, 9, 1), (("leak_danger", 500.0),)).by_reading[
        "residual_current"
    ]
    assert (rule.at_least, rule.clears) == (500, 440)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GOOD % RULE.replace("reading: smoke", "reading: smok"), "smok"),
        (GOOD % RULE.replace("at_least: 10, ", ""), "name one limit"),
        (GOOD % RULE.replace("clears: 5", "clears: 11"), "would never be over"),
        (GOOD % f"{RULE}, {RULE}", "stands twice"),
        (GOOD % RULE.replace("clears: 5", "rises_by: 5"), "within"),
        (GOOD % RULE.replace("id: r", "id: r, forr: 3"), "forr"),
        (GOOD % RULE + "\nbased_on: nothing", "nothing"),
        ("edition: a\nin_force: someday\nkinds: {}", "in_force"),
        ("edition: [", "x.yaml"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_the_place(text: str, told: str) -> None:
    with pytest.raises(thresholds.BadThresholds, match=told) as refused:
        thresholds.parse(text, "x.yaml", {})
    assert "x.yaml" in str(refused.value)


def test_a_folder_without_editions_is_told(tmp_path: Path) -> None:
    with pytest.raises(thresholds.BadThresholds, match="no edition"):
        thresholds.editions(tmp_path)
