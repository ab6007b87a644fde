"""The rules of a roster at their boundaries: around the clock, two who count, rest, certificates (A6.1, A9.3)."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anju.core import time
from anju.stations.norms import NORMS, PATTERNS, slot_of, slots
from anju.stations.roster import Person, Rules, Turn, fill, gaps, problems

pytestmark = pytest.mark.nodatabase
MONDAY = date(2026, 11, 23)
DAY = timedelta(days=1)


def rules(pattern: str = "12", least: int = 2, rest: int = 12) -> Rules:
    return Rules(pattern, least, timedelta(hours=rest))


def person(pk: int, *, since: date = date(2020, 1, 1), until: date | None = None, certified: Any = ((date(2020, 1, 1), None),), team: str = "") -> Person:  # fmt: skip
    return Person(pk, f"队员{pk}", since, until, tuple(certified), team)


def turns(pattern: str, *which: tuple[int, date, str]) -> list[Turn]:
    return [Turn(pk, slot_of(pattern, day, key)) for pk, day, key in which]


def found(people: list[Person], made: list[Turn], own: Rules, first: date = MONDAY, last: date = MONDAY) -> list[Any]:
    return [(p.kind, p.slot.key, p.pk or p.have) for p in problems(own, people, made, first, last)]


def all_day(*pks: int, day: date = MONDAY) -> list[Turn]:
    return [turn for pk in pks for turn in turns("24", (pk, day, "whole"))]


@pytest.mark.parametrize("pattern", list(PATTERNS))
def test_a6_1_the_shifts_of_a_day_leave_no_minute_out_and_none_twice(pattern: str) -> None:
    found = sorted(slots(pattern, MONDAY, MONDAY + 30 * DAY))
    assert all(before.ends == after.starts for before, after in zip(found, found[1:], strict=False))
    assert found[0].starts == time.day_start(MONDAY) + timedelta(hours=8)
    assert found[-1].ends - found[0].starts == timedelta(days=31)


def test_a6_1_two_who_count_are_enough_and_one_is_a_gap() -> None:
    people = [person(1), person(2)]
    assert found(people, all_day(1, 2), rules("24")) == []
    assert found(people, all_day(1), rules("24")) == [("short", "whole", 1)]
    assert found(people, [], rules("24")) == [("short", "whole", 0)]


def test_a6_1_a_day_with_people_by_day_only_has_its_gap_at_night() -> None:
    people = [person(1), person(2)]
    made = turns("12", (1, MONDAY, "day"), (2, MONDAY, "day"), (1, MONDAY + DAY, "day"), (2, MONDAY + DAY, "day"))
    assert found(people, made, rules()) == [("short", "night", 0)]


def test_a9_3_a_certificate_counts_to_the_end_of_its_last_day_and_not_a_minute_longer() -> None:
    until = MONDAY
    people = [person(1), person(2, certified=[(date(2020, 1, 1), until)])]
    by_day = turns("12", (1, MONDAY, "day"), (2, MONDAY, "day"))
    by_night = turns("12", (1, MONDAY, "night"), (2, MONDAY, "night"))
    assert ("short", "day", 1) not in found(people, by_day, rules())
    assert found(people, by_night, rules())[-2:] == [("no_certificate", "night", 2), ("short", "night", 1)]
    evening = turns("8", (1, MONDAY, "evening"), (2, MONDAY, "evening"))  # ends at midnight of the last day
    assert ("no_certificate", "evening", 2) not in found(people, evening, rules("8", rest=8))


def test_a9_3_a_certificate_that_begins_on_the_day_counts_and_one_that_begins_the_day_after_does_not() -> None:
    early, late = person(2, certified=[(MONDAY, None)]), person(2, certified=[(MONDAY + DAY, None)])
    made = turns("12", (1, MONDAY, "day"), (2, MONDAY, "day"))
    assert ("short", "day", 1) not in found([person(1), early], made, rules())
    assert ("short", "day", 1) in found([person(1), late], made, rules())


def test_a9_3_two_certificates_that_meet_leave_no_gap_but_a_shift_over_their_border_needs_one_that_holds_throughout() -> (
    None
):
    split = [(date(2020, 1, 1), MONDAY), (MONDAY + DAY, None)]
    overlap = [(date(2020, 1, 1), MONDAY), (MONDAY, None)]
    night = turns("12", (1, MONDAY, "night"), (2, MONDAY, "night"))
    assert ("no_certificate", "night", 2) in found([person(1), person(2, certified=split)], night, rules())
    assert ("no_certificate", "night", 2) not in found([person(1), person(2, certified=overlap)], night, rules())


def test_a6_1_who_left_or_has_not_begun_does_not_count() -> None:
    made = all_day(1, 2)
    assert found([person(1), person(2, until=MONDAY)], made, rules("24")) == [
        ("left", "whole", 2),
        ("short", "whole", 1),
    ]
    assert found([person(1), person(2, until=MONDAY + DAY)], made, rules("24")) == []
    assert found([person(1), person(2, since=MONDAY + DAY)], made, rules("24"))[0] == ("left", "whole", 2)


@pytest.mark.parametrize(("rest", "broken"), [(11, False), (12, False), (13, True)])
def test_a6_1_rest_of_exactly_the_least_is_rest(rest: int, broken: bool) -> None:
    own = rules(least=1, rest=rest)
    made = turns("12", (1, MONDAY - DAY, "day"), (1, MONDAY, "day"))  # 12 hours between
    assert (("rest", "day", 1) in found([person(1)], made, own)) is broken


def test_a6_1_a_night_and_the_day_after_it_is_no_rest_also_across_the_first_of_the_month() -> None:
    first = date(2026, 12, 1)
    made = turns("12", (1, first - DAY, "night"), (1, first, "day"))
    assert ("rest", "day", 1) in found([person(1)], made, rules(least=1), first, first)


def test_the_seventh_day_in_a_row_is_advice_and_six_are_none() -> None:
    week = [(1, MONDAY - n * DAY, "day") for n in range(7)]
    own = rules(least=1, rest=12)
    said = problems(own, [person(1)], turns("12", *week), MONDAY, MONDAY)
    assert [(p.kind, p.firm) for p in said if p.kind == "no_day_off"] == [("no_day_off", False)]
    assert not [p for p in problems(own, [person(1)], turns("12", *week[:6]), MONDAY, MONDAY) if p.kind == "no_day_off"]


def test_a9_3_a_control_room_asks_for_another_certificate_and_two_of_them() -> None:
    norm = NORMS["control_room"]
    assert (norm.per_shift, norm.needs) == (2, "operator")
    assert "第二十六条" in norm.source


def test_filling_a_month_with_three_teams_of_two_leaves_no_gap_and_breaks_no_rest() -> None:
    people = [person(n, team="ABC"[n % 3]) for n in range(6)]
    first, last = date(2026, 12, 1), date(2026, 12, 31)
    made = fill(rules(), people, [], first, last)
    said = problems(rules(), people, made, first, last)
    assert [p for p in said if p.firm] == []


def test_a_month_goes_on_where_the_one_before_ended() -> None:
    people = [person(n, team="ABC"[n % 3]) for n in range(6)]
    both = [
        *fill(rules(), people, [], date(2026, 11, 1), date(2026, 11, 30)),
        *fill(rules(), people, [], date(2026, 12, 1), date(2026, 12, 31)),
    ]
    said = problems(rules(), people, both, date(2026, 11, 9), date(2026, 12, 31))
    assert [p for p in said if p.firm] == []


def test_filling_leaves_shifts_alone_on_which_somebody_stands() -> None:
    people = [person(n, team="AB"[n % 2]) for n in range(4)]
    taken = slot_of("12", MONDAY, "day")
    assert all(turn.slot != taken for turn in fill(rules(), people, [taken], MONDAY, MONDAY))


@given(
    certified=st.dates(date(2026, 11, 1), date(2026, 12, 31)),
    pattern=st.sampled_from(list(PATTERNS)),
    day=st.dates(date(2026, 11, 10), date(2026, 12, 20)),
)
def test_a_shift_counts_exactly_when_the_certificate_holds_at_its_first_and_last_minute(
    certified: date, pattern: str, day: date
) -> None:
    own = rules(pattern, least=1)
    who = person(1, certified=[(date(2020, 1, 1), certified)])
    ends = time.day_end(certified)
    for shift in PATTERNS[pattern]:
        slot = slot_of(pattern, day, shift.key)
        short = [p for p in gaps(problems(own, [who], [Turn(1, slot)], day, day)) if p.slot == slot]
        assert (not short) == (slot.ends <= ends)


def test_the_eight_hour_day_ends_in_the_small_hours_of_the_next() -> None:
    small = slot_of("8", MONDAY, "small")
    assert time.local(small.starts) == datetime(2026, 11, 24, 0, 0, tzinfo=time.SHANGHAI)
