"""X4: one cell to one value, or to a mistake that says what is expected."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from anju.dwellings.identity import check_character
from anju.dwellings.ledger import dates, normal
from anju.dwellings.ledger.fields import BY_NAME, FIELDS
from anju.dwellings.ledger.problems import Problem
from anju.dwellings.ledger.values import parser_for

pytestmark = pytest.mark.nodatabase


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Messages are compared in English; their Chinese has its own test."""
    with translation.override("en"):
        yield


TODAY = datetime.date(2026, 11, 22)


def read(target: str, cell: str | int | float) -> object:
    return parser_for(BY_NAME[target], TODAY)(cell)


def wrong(target: str, cell: str | int | float) -> tuple[str, str | None]:
    found = read(target, cell)
    assert isinstance(found, Problem), f"{cell!r} was read as {found!r}"
    assert found.text()
    return found.code, found.suggestion


@pytest.mark.parametrize(
    "cell",
    ["2026-03-01", "2026/3/1", "2026.3.1", "2026年3月1日", "20260301", 20260301, 46082, 46082.5, "46082", "26.3.1",
     "２０２６－３－１", "2026-03-01 00:00:00", "二〇二六年三月一日", "1-Mar-26"],
)  # fmt: skip
def test_x4_one_day_is_read_in_every_style(cell: str | int) -> None:
    assert dates.parse(cell, TODAY) == datetime.date(2026, 3, 1)


def test_x4_a_day_that_does_not_exist_is_named_with_the_last_that_does() -> None:
    found = read("lease_signed_on", "2026.2.30")
    assert isinstance(found, Problem)
    assert found.code == "no_such_day"
    assert "2026-02-28" in found.text()


def test_x4_days_to_come_and_ambiguous_days_are_asked_about() -> None:
    assert wrong("lease_signed_on", "2027-01-01")[0] == "date_in_future"
    assert wrong("lease_signed_on", "03/04/2026")[0] == "day_before_month"
    assert wrong("lease_signed_on", "去年")[0] == "not_a_date"
    assert wrong("lease_signed_on", "1958-01-01")[0] == "date_too_old"


@given(st.dates(datetime.date(1990, 1, 1), TODAY))
def test_x4_every_day_written_in_chinese_reads_back(day: datetime.date) -> None:
    assert dates.parse(f"{day.year}年{day.month}月{day.day}日", TODAY) == day
    assert dates.parse((day - dates.EPOCH).days, TODAY) == day


@pytest.mark.parametrize(
    ("cell", "value"), [("3", 3), ("３", 3), ("3间", 3), (3, 3), ("3.0", 3), (" 3 ", 3), ("/", None), ("", None)]
)
def test_x4_a_count_is_read_from_what_offices_write(cell: str | int, value: int | None) -> None:
    assert read("rooms_let", cell) == value


@pytest.mark.parametrize(
    ("cell", "code", "suggestion"),
    [("三间", "whole_number", "3"), ("十二", "whole_number", "12"), ("无", "whole_number", "0"), ("约3间", "whole_number", "3"),
     ("3-4", "whole_number", None), ("3.5", "whole_number", None), ("-2", "too_small", None), (-2, "too_small", None), (9999, "too_large", None)],
)  # fmt: skip
def test_x4_a_wrong_count_says_what_is_expected_and_suggests_only_what_is_certain(
    cell: str | int, code: str, suggestion: str | None
) -> None:
    assert wrong("rooms_let", cell) == (code, suggestion)


@pytest.mark.parametrize(("cell", "value"), [("80㎡", 80.0), ("80平方米", 80.0), ("1,080.5", 1080.5), (67.8, 67.8)])
def test_x4_an_area_is_read_with_its_unit(cell: str | float, value: float) -> None:
    assert read("area", cell) == value


@pytest.mark.parametrize(
    ("cell", "value"), [("商品房", "commercial"), ("商品房住宅", "commercial"), ("农民自建房", "rural"), ("无", None)]
)
def test_x4_kinds_of_housing_have_many_names(cell: str, value: str | None) -> None:
    assert read("kind", cell) == value


def test_x4_a_near_miss_is_an_error_with_a_suggestion_not_a_silent_guess() -> None:
    assert wrong("kind", "民房") == ("choice", "自建房")
    assert wrong("kind", "商品方") == ("choice", "商品房")
    assert wrong("kind", "别墅") == ("choice", None)
    found = read("kind", "民房")
    assert isinstance(found, Problem)
    assert "“商品房”" in found.text()
    assert "“自建房”" in found.text()


@pytest.mark.parametrize(("cell", "value"), [("是", True), ("√", True), ("已签", True), (1, True), ("TRUE", True), ("否", False), ("未签", False), ("×", False), (0, False), ("-", None)])  # fmt: skip
def test_x4_yes_and_no_have_many_names(cell: str | int, value: bool | None) -> None:
    assert read("guarantee_signed", cell) is value


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("199 0000 0001", "19900000001"),
        ("+86-19900000001", "19900000001"),
        (19900000001, "19900000001"),
        ("0512-57700000", "051257700000"),
        ("无", None),
    ],
)
def test_x4_phones_are_read_without_their_decoration(cell: str | int, value: str | None) -> None:
    assert read("landlord_phone", cell) == value


@pytest.mark.parametrize(
    ("cell", "code", "suggestion"),
    [("1990000001", "phone_digits", None), ("199****0001", "masked", None), ("19900000001/19900000002", "several", "19900000001"),
     ("57700000", "phone_form", "0512-57700000"), ("周桂芳", "phone_form", None)],
)  # fmt: skip
def test_x4_a_wrong_phone_says_what_is_wrong_with_it(cell: str, code: str, suggestion: str | None) -> None:
    assert wrong("landlord_phone", cell) == (code, suggestion)


FIRST_17 = "32058319900101123"


def test_x4_an_id_number_is_checked_to_its_last_character() -> None:
    good = FIRST_17 + check_character(FIRST_17)
    assert read("landlord_id", good) == good
    assert read("landlord_id", f" {good} ") == good
    bad = FIRST_17 + ("1" if good[-1] != "1" else "2")
    assert wrong("landlord_id", bad)[0] == "id_check"
    found = read("landlord_id", bad)
    assert isinstance(found, Problem)
    assert bad not in found.text()


@pytest.mark.parametrize(
    ("cell", "code"),
    [("320583900101123", "id_old"), (320583900101123, "id_old"), (3.20583199001011e17, "digits_lost"), ("3.20583E+17", "digits_lost"),
     ("32058319901301123X", "id_birthday"), ("3205831990010112O5", "id_character"), ("12345", "id_length"), ("3205831990****1234", "masked")],
)  # fmt: skip
def test_x4_a_wrong_id_number_says_where_it_is_wrong(cell: str | float, code: str) -> None:
    assert wrong("landlord_id", cell)[0] == code


def test_x4_a_door_that_the_spreadsheet_turned_into_a_date_is_noticed() -> None:
    assert wrong("door", "2026-12-02")[0] == "became_a_date"
    assert wrong("address", "03-Jan")[0] == "became_a_date"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("三", 3),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("一百零五", 105),
        ("三〇二", 302),
        ("二十间", None),
        ("", None),
    ],
)
def test_x4_chinese_numerals_are_numbers(text: str, value: int | None) -> None:
    assert normal.numeral(text) == value


@given(cell=st.one_of(st.text(max_size=40), st.integers(), st.floats(allow_nan=False, allow_infinity=False)))
def test_x4_no_cell_breaks_any_reader(cell: str | int | float) -> None:
    for field in FIELDS:
        found = read(field.name, cell)
        if isinstance(found, Problem):
            assert found.text()
