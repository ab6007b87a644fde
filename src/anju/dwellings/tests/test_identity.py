"""Numbers of cards and companies: what can be one, and what is said to the person whose number cannot."""

from datetime import date

import pytest

from anju.dwellings import identity

pytestmark = pytest.mark.nodatabase


def full(first_17: str) -> str:
    return first_17 + identity.check_character(first_17)


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("resident", "11010519491231002X"),
        ("resident", "440524188001010014"[:6] + "19800101001" + identity.check_character("44052419800101001")),
        ("resident", " 1101051949 1231 002x "),
        ("hmt", full("81000019940823002")),
        ("hmt", full("82000019700131011")),
        ("hmt", full("83000019920130002")),
        ("foreign", full("91112419800815001")),
        ("foreign", "USA110084010112"[:3] + "110084010112"),
        ("passport", "E12345678"),
        ("passport", "ab123456"),
        ("company", "91350100M000100Y43"),
        ("company", "91110000802100433B"),
    ],
)
def test_numbers_that_can_be_one(kind: str, number: str) -> None:
    assert identity.problem(number, kind) == ""


@pytest.mark.parametrize(
    ("kind", "number", "says"),
    [
        ("resident", "110105194912310021", "与前 17 位对不上"),
        ("resident", "110105490101002", "15"),
        ("resident", "1101051949123100", "16"),
        ("resident", "1101O519491231002X", "第 5 位"),
        ("resident", "11010519491331002X", "19491331"),
        ("resident", "11010520991231002X", "20991231"),
        ("resident", full("81000019940823002"), "810000"),
        ("resident", full("91112419800815001"), "永久居留"),
        ("hmt", "11010519491231002X", "110105"),
        ("hmt", "810000199408230020", "与前 17 位对不上"),
        ("foreign", "USA110084013312", "840133"),
        ("foreign", "110105194912310021", "9"),
        ("foreign", "US1100840101123", "15"),
        ("passport", "E123", "4"),
        ("passport", "E1234-567#", "#"),
        ("passport", "ABCDEF12", "三个数字"),
        ("company", "91350100M000100Y44", "与前 17 位对不上"),
        ("company", "91350100I000100Y43", "第 9 位"),
        ("company", "91350100M000100Y4", "17"),
    ],
)
def test_what_is_wrong_is_said_exactly(kind: str, number: str, says: str) -> None:
    problem = identity.problem(number, kind)
    assert says in problem
    assert identity.plain(number) not in problem  # never the whole number


def test_the_foreign_check_digit_is_checked_on_the_card_of_2023() -> None:
    good = full("91112419800815001")
    wrong = good[:-1] + ("0" if good[-1] != "0" else "1")
    assert identity.problem(wrong, "foreign") != ""


def test_a_minor_is_known_by_the_number_and_not_guessed_without_it() -> None:
    on = date(2026, 11, 27)
    assert identity.is_minor(full("11010520081128003"), "resident", on) is True
    assert identity.is_minor(full("11010520081127003"), "resident", on) is False
    assert identity.is_minor("E12345678", "passport", on) is None
