"""The invented homes speak the standard's language, and nobody in them is real."""

import re
from datetime import date, timedelta
from random import Random

import pytest

from anju import standard
from anju.demo import homes, people
from anju.demo.accounts import ACCOUNTS
from anju.demo.flaws import FLAWS, Facts, Rooms
from anju.demo.geography import ZONES
from anju.dwellings.identity import check_character

pytestmark = pytest.mark.nodatabase
TODAY = date(2026, 11, 22)
REGISTER = {"extinguishers_expired": 0, "gas_hose_expired": False, "electrical_monitoring": True, "fire_management_system": True,
            "fire_manager": True, "fire_duties": True, "guarantee_signed": True, "inside_sign": True, "lease_count": 1, "building_height": 12.0}  # fmt: skip


def judged(facts: Facts, rooms: Rooms) -> standard.Judgement:
    listed = [{"name": name, **values} for name, values in rooms.items()]
    return standard.judge({**REGISTER, **facts, "rooms": listed}, TODAY)


@pytest.mark.parametrize("rural", [False, True])
@pytest.mark.parametrize("seed", range(25))
def test_a_sound_home_is_compliant_by_the_standard(rural: bool, seed: int) -> None:
    facts, rooms = homes.sound(Random(seed), rural=rural, storeys=3 if rural else 6)
    judgement = judged(facts, rooms)
    assert judgement.verdict == "compliant", [r for r in judgement.results if r.status in ("violation", "unknown")]


@pytest.mark.parametrize("flaw", FLAWS, ids=lambda flaw: flaw.rule)
def test_every_flaw_violates_the_rule_it_names(flaw: object) -> None:
    for seed in range(60):
        chance = Random(seed)
        facts, rooms = homes.sound(chance, rural=seed % 2 == 0, storeys=3)
        if not flaw.fits(facts, rooms):  # type: ignore[attr-defined]
            continue
        flaw.apply(facts, rooms, chance)  # type: ignore[attr-defined]
        violated = {result.rule for result in judged(facts, rooms).violations()}
        assert flaw.rule in violated  # type: ignore[attr-defined]
        return
    raise AssertionError("no home fits this flaw")


def test_the_same_seed_makes_the_same_home() -> None:
    made = [
        homes.make(Random(7), rural=False, storeys=6, registered=TODAY - timedelta(days=300), today=TODAY)
        for _ in range(2)
    ]
    assert made[0] == made[1]


def test_a_story_goes_forward_in_time_and_ends_before_today() -> None:
    for seed in range(200):
        home = homes.make(
            Random(seed), rural=seed % 3 == 0, storeys=4, registered=TODAY - timedelta(days=340), today=TODAY
        )
        days = [telling.day for telling in home.tellings]
        assert days == sorted(days)
        assert days[-1] <= TODAY


def test_about_one_home_in_twenty_five_is_left_with_something_wrong() -> None:
    made = [
        homes.make(Random(seed), rural=False, storeys=6, registered=TODAY - timedelta(days=340), today=TODAY)
        for seed in range(2000)
    ]
    wrong = sum(bool(home.tellings[-1].found) for home in made) / len(made)
    assert 0.03 < wrong < 0.06


def test_id_numbers_have_the_right_form_and_a_region_that_does_not_exist() -> None:
    chance = Random(1)
    for _turn in range(200):
        number = people.id_number(chance, TODAY)
        assert re.fullmatch(r"990000(19|20)\d{2}[01]\d[0-3]\d\d{3}[\dX]", number)
        assert number[-1] == check_character(number[:17])


def test_telephones_are_of_the_block_of_the_demo() -> None:
    assert people.phone(0) == "19900000000"
    assert people.phone(12_345) == "19900012345"
    assert all(re.fullmatch(r"1990\d{7}", people.phone(number)) for number in (0, 99_999, 10_000_001))


def test_a1_1_the_four_pilot_estates_stand_in_their_zones() -> None:
    pilots = {(zone.name, estate.name) for zone in ZONES for estate in zone.estates if estate.pilot}
    assert pilots == {
        ("开发区", "娄江新村C7区"),
        ("高新区", "紫竹品苑"),
        ("张浦镇", "施条新村"),
        ("周市镇", "兰泾花苑"),
    }


def test_all_kinds_of_estate_exist_beside_the_pilots() -> None:
    others = [estate for zone in ZONES for estate in zone.estates if not estate.pilot]
    assert len(others) >= 6
    assert {estate.kind for estate in others} == {"large_commercial", "small_old", "resettlement", "rural"}
    assert 2800 <= sum(estate.homes for zone in ZONES for estate in zone.estates) <= 3200


def test_the_demo_accounts_are_those_of_the_readme() -> None:
    assert {account.username for account in ACCOUNTS} == {
        "city", "town", "police", "housing", "grid", "station", "property", "operator", "landlord", "tenant", "audit",
    }  # fmt: skip
