"""Every rule answers its cases, and no rule lacks a kind of case that it can have."""

from datetime import date

import pytest

from anju.standard import judge, load_edition
from anju.standard.cases import USUAL_DAY, RuleCase, outcome, rule_cases
from anju.standard.edition import Rule
from anju.standard.expressions import Always, And, Compare, atoms_of
from anju.standard.loading import folder_of
from anju.standard.reading import read_yaml

pytestmark = pytest.mark.nodatabase

EDITION = load_edition()
CASES = [case for cases in rule_cases().values() for case in cases]
DWELLINGS = read_yaml(folder_of("initial") / "cases" / "dwellings.yaml")["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule} {case.name.en}")
def test_a2_1_rule_answers_its_case(case: RuleCase) -> None:
    found = outcome(case, EDITION)
    if case.expect == "absent":
        assert found is None
        return
    assert found is not None
    assert found.status == case.expect
    if case.because is not None:
        assert found.because == case.because
    if case.force is not None:
        assert found.force == case.force


@pytest.mark.parametrize("rule", EDITION.rules, ids=lambda rule: rule.id)
def test_rule_has_every_kind_of_case_it_can_have(rule: Rule) -> None:
    kinds = {case.expect for case in rule_cases()[rule.id] if case.on == USUAL_DAY}
    can_not_apply = not isinstance(rule.applies, Always)
    assert kinds >= {"pass", "violation", "unknown"} | ({"not_applicable"} if can_not_apply else set())


@pytest.mark.parametrize("rule", EDITION.rules, ids=lambda rule: rule.id)
def test_rule_with_a_limit_has_a_case_on_both_sides_of_it(rule: Rule) -> None:
    conditions = [rule.applies, rule.violated, *([rule.binding_when] if rule.binding_when else [])]
    if any(isinstance(atom, Compare) for atom in atoms_of(And(tuple(conditions)))):
        edges = [case for case in rule_cases()[rule.id] if case.edge]
        assert len({(case.expect, case.force) for case in edges}) >= 2


def test_no_case_is_for_a_rule_that_does_not_exist() -> None:
    assert set(rule_cases()) == {rule.id for rule in EDITION.rules}


@pytest.mark.parametrize("case", DWELLINGS, ids=lambda case: case["en"])
def test_a2_2_dwelling_gets_its_three_answers(case: dict[str, dict[str, object]]) -> None:
    found = judge(case["facts"], on=date(2026, 11, 22)).as_dict()
    assert {name: found[name] for name in case["expect"]} == case["expect"]
