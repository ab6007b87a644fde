"""The cases of an edition: examples in YAML with a sentence for a name that say what a rule must answer.

They are tests, and the rule book's page shows them beside the rule with what the rule really answers.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from anju.standard.edition import Edition
from anju.standard.facts import Text
from anju.standard.judging import Result, judge
from anju.standard.loading import folder_of
from anju.standard.mistakes import EditionError
from anju.standard.reading import read_yaml

USUAL_DAY = date(2026, 11, 22)
COLUMNS = {"zh", "en", "given", "dwelling", "unit", "day", "expect", "edge", "because", "force"}


@dataclass(frozen=True, slots=True)
class RuleCase:
    """One example of a rule.

    ``given`` are facts of the rule's own entity, ``dwelling`` and ``unit`` those around it. ``expect`` is a status, or
    ``absent`` when the rule is not in force. ``edge``: the case stands on one side of a limit.
    """

    rule: str
    name: Text
    given: Mapping[str, Any]
    dwelling: Mapping[str, Any]
    unit: Mapping[str, Any]
    on: date
    expect: str
    edge: bool
    because: Mapping[str, Any] | None
    force: str | None


@functools.cache
def rule_cases(edition_name: str = "initial") -> dict[str, tuple[RuleCase, ...]]:
    """Read the cases of an edition by rule id; an edition without cases has none."""
    found: dict[str, tuple[RuleCase, ...]] = {}
    for path in sorted((folder_of(edition_name) / "cases").glob("*.yaml")):
        if path.name == "dwellings.yaml":
            continue
        for rule, items in read_yaml(path).items():
            found[rule] = tuple(_case(rule, item) for item in items)
    return found


def _case(rule: str, item: Mapping[str, Any]) -> RuleCase:
    if unknown := set(item) - COLUMNS:
        names = sorted(unknown)
        raise EditionError(
            [
                Text(
                    f"{rule} 的用例：没有 {'、'.join(names)} 这一栏",
                    f"case of {rule}: column {', '.join(names)} is unknown",
                )
            ]
        )
    return RuleCase(
        rule=rule,
        name=Text(item["zh"], item["en"]),
        given=item["given"],
        dwelling=item.get("dwelling", {}),
        unit=item.get("unit", {}),
        on=item.get("day", USUAL_DAY),
        expect=item["expect"],
        edge=item.get("edge", False),
        because=item.get("because"),
        force=item.get("force"),
    )


def outcome(case: RuleCase, edition: Edition) -> Result | None:
    """Judge a case; None when its rule is not in force on its day."""
    entity = edition.versions(case.rule)[0].entity
    facts: dict[str, Any] = {**case.dwelling, "unit": dict(case.unit)}
    if entity == "room":
        facts["rooms"] = [{"name": "A", **case.given}]
    elif entity == "unit":
        facts["unit"].update(case.given)
    else:
        facts.update(case.given)
    found = judge(facts, case.on, edition)
    return next((result for result in found.results if result.rule == case.rule), None)
