"""The first edition says what it must: the whole list of rules with their severity, days, parties, force and first day."""

from datetime import date

import pytest

from anju.standard import load_edition
from anju.standard.loading import vars_of

pytestmark = pytest.mark.nodatabase

EDITION = load_edition()

SZ, JS, HR, XF, GL, GA = "2019-05-01", "2018-01-01", "2021-08-01", "2021-04-29", "2011-02-01", "1995-03-06"

# id, category, severity, days (w = working), parties bound in order, force, first day
TABLE = f"""
R01 crowding severe 15 SLO B {SZ}
R02 crowding severe 15 SLO B {SZ}
R03 building prohibited 15 SLO B {SZ}
R04 building prohibited 15 SLO B {SZ}
R05 building severe 15 SLO B {SZ}
R06 building severe 15 SLO B {SZ}
R07 fire severe 15 SLO B {SZ}
R08 fire minor 15 SLO G {JS}
R09 fire minor 3 SLO B {SZ}
R10 fire minor 3 SLO B {SZ}
R11 gas severe 0 TSLO G {JS}
R12 fire severe 0 TSLO G {JS}
R13 fire severe 15 SLO B {SZ}
R14 crowding advice 30 SLO B {SZ}
D01 building severe 15 SLO B {SZ}
D02 building prohibited 15 L B {SZ}
D03 building prohibited 15 L B {SZ}
D04 building prohibited 0 L B {SZ}
D05 fire prohibited 15 LSO B {SZ}
D06 fire prohibited 0 TSL B {XF}
D07 fire severe 30 L G {JS}
D08 fire minor 3 SLO B {SZ}
D09 fire minor 3 SLO B {SZ}
D10 fire minor 3 SLO B {SZ}
D11 fire severe 30 L B {SZ}
D12 fire minor 7 LSO B {SZ}
D13 fire severe 15 SLO G {JS}
D14 fire severe 0 TSLO B {XF}
D15 fire advice 30 SLO G {JS}
D16 gas minor 7 SLO G {JS}
D17 gas minor 7 SLO G {JS}
D18 gas minor 3 SLO G {JS}
D19 gas severe 0 TSL B {HR}
D20 electricity severe 7 SLO G {JS}
D21 electricity severe 7 SLOT G {JS}
D22 electricity advice 30 SLO G {JS}
D23 fire severe 0 TSLO G {JS}
D24 fire severe 7 SLO B {SZ}
D25 fire severe 7 SLO B {SZ}
D26 fire minor 7 SLO B {SZ}
D27 paperwork minor 3w SL B {GA}
D28 paperwork minor 7w SL B {GL}
D29 paperwork minor 3w SLT B {GA}
D30 paperwork minor 15w S B {SZ}
D31 paperwork minor 7w SLO G {SZ}
D32 fire advice 30 SLO G {SZ}
D33 gas severe 0 SLO G {SZ}
D34 gas severe 0 TSL G {JS}
D35 fire minor 15 SLO G {JS}
U01 fire severe 0 P B {XF}
U02 fire minor 3 P B {XF}
U03 fire severe 0 P G {HR}
U04 fire minor 3 P B {HR}
"""
PARTIES = {"S": "sublessor", "L": "landlord", "O": "operator", "T": "tenant", "P": "property_or_village"}
ROWS = [line.split() for line in TABLE.split("\n") if line]


def test_there_are_fifty_three_rules() -> None:
    assert sorted(rule.id for rule in EDITION.rules) == sorted(row[0] for row in ROWS)
    assert len(ROWS) == 53


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a2_1_rule_says_what_the_rule_book_says(row: list[str]) -> None:
    (rule,) = EDITION.versions(row[0])
    assert rule.category == row[1]
    assert rule.severity == row[2]
    assert f"{rule.days}{'w' if rule.day_kind == 'working' else ''}" == row[3]
    assert rule.bound == tuple(PARTIES[letter] for letter in row[4])
    assert rule.force == {"B": "binding", "G": "guidance"}[row[5]]
    assert rule.valid_from == date.fromisoformat(row[6])
    assert rule.valid_to is None


def test_a3_3_security_hazards_are_those_of_the_list() -> None:
    marked = {rule.id for rule in EDITION.rules if rule.security}
    assert marked == {"R02", "R04", "D02", "D03", "D05", "D06", "D27", "D29", "D30"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("min_area_per_person", 4),
        ("max_persons_per_room", 2),
        ("small_living_room_area", 12),
        ("many_rooms", 10),
        ("many_beds", 10),
        ("high_rise_height", 27),
        ("lease_filing_days", 30),
        ("group_rental_leases", 3),
        ("group_rental_beds", 5),
        ("group_rental_people", 5),
        ("group_rental_people_if_split", 3),
    ],
)
def test_numbers_of_the_standard(name: str, value: float) -> None:
    assert EDITION.parameters[name].on(date(2026, 11, 22)) == value


def test_every_parameter_is_used() -> None:
    used = {name for rule in EDITION.rules for name in rule.parameters}
    assert set(EDITION.parameters) - used == {
        "group_rental_leases",
        "group_rental_beds",
        "group_rental_people",
        "group_rental_people_if_split",
    }


def test_every_text_is_there_in_both_languages() -> None:
    for rule in EDITION.rules:
        for text in vars_of(rule.words):
            assert any("一" <= letter <= "龥" for letter in text.zh), rule.id
            assert not any("一" <= letter <= "龥" for letter in text.en), rule.id


def test_a_fact_seen_on_the_spot_has_a_question_and_a_department_s_names_who_decides() -> None:
    for facts in EDITION.facts.values():
        for fact in facts.values():
            assert (fact.by != "field") or fact.question, fact.name
            assert (fact.by == "department") == bool(fact.departments), fact.name


def test_the_facts_of_the_rule_book_are_all_there() -> None:
    assert {entity: len(facts) for entity, facts in EDITION.facts.items()} == {"dwelling": 51, "room": 16, "unit": 5}
    departments = [fact.name for fact in EDITION.facts["dwelling"].values() if fact.by == "department"]
    assert departments == ["illegal_building", "change_of_use", "appraisal"]
    owners = [fact.name for fact in EDITION.facts["dwelling"].values() if fact.by == "owner"]
    assert owners == ["sublet", "sublet_consent"]


def test_the_edition_is_shown_as_what_it_is() -> None:
    assert EDITION.label.zh == "平台初始规则（非昆山官方清单）"
