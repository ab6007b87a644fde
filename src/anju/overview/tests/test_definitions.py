"""Every indicator's numerator, denominator and left-out groups, each pinned by one home or hazard (A3.5, A2.4)."""

from datetime import date, timedelta

import pytest

from anju.core import time
from anju.dwellings.testing import make_dwelling, make_grid, make_party, make_sound_dwelling
from anju.inspections.models import HandOver, Hazard
from anju.inspections.testing import make_hazard, make_team
from anju.overview.counting import Numbers
from anju.overview.definitions import INDICATORS, PARTS, AsOf, Indicator
from anju.overview.testing import change, counted, make_entry, make_guarantee

pytestmark = pytest.mark.django_db
TODAY = time.today()
LONG_AGO = TODAY - timedelta(days=200)


def _of(indicator: Indicator, numbers: Numbers) -> tuple[int, int, list[int], list[int]]:
    """(numerator, denominator, the parts of the gap, what stands beside)"""
    gap = [numbers[part.key] for part in indicator.gap]
    beside = [numbers[part.key] for part in indicator.beside]
    return numbers[indicator.numerator.key], numbers[indicator.denominator.key], gap, beside


def test_a3_1_a_guarantee_counts_when_everybody_who_lets_now_has_signed_and_the_police_confirmed() -> None:
    grid = make_grid()
    owner, tenant_who_sublets, old = make_party(grid, "甲"), make_party(grid, "乙"), make_party(grid, "丙")
    signed = make_dwelling(grid, landlord=owner)
    make_guarantee(signed, owner)
    sublet = make_dwelling(grid, landlord=owner, sublessor=tenant_who_sublets)
    make_guarantee(sublet, owner)  # the sub-lessor has not signed
    both = make_dwelling(grid, landlord=owner, sublessor=tenant_who_sublets)
    make_guarantee(both, owner)
    make_guarantee(both, tenant_who_sublets)
    sold = make_dwelling(grid, landlord=owner)
    make_guarantee(sold, old)  # signed by who let before
    expired = make_dwelling(grid, landlord=owner)
    make_guarantee(expired, owner, valid_until=TODAY - timedelta(days=1))
    doubtful = make_dwelling(grid, landlord=owner)
    make_guarantee(doubtful, owner, "doubtful")
    pending = make_dwelling(grid, landlord=owner)
    make_guarantee(pending, owner, "pending")
    withdrawn = make_dwelling(grid, landlord=owner)
    make_guarantee(withdrawn, owner, "withdrawn")
    make_dwelling(grid)  # nobody knows who lets
    make_dwelling(grid, letting_state="vacant", landlord=owner)
    make_dwelling(grid, first_let_on=TODAY)
    make_dwelling(grid, first_let_on=LONG_AGO)
    assert _of(INDICATORS["guarantee"], counted(grid)) == (2, 10, [6, 2], [1, 1])


def test_a3_1_a_new_letting_is_due_after_three_working_days() -> None:
    grid = make_grid()
    make_dwelling(grid, first_let_on=date(2026, 3, 5))  # a Thursday; three working days end on Tuesday the 10th
    for day, new in ((9, 1), (10, 0)):
        numbers = counted(grid, AsOf.end_of(date(2026, 3, day)))
        assert (numbers["guarantee_new"], numbers["guarantee_due"]) == (new, 1 - new)


def test_a3_2_a_group_rental_counts_as_registered_with_home_rooms_and_people() -> None:
    grid = make_grid()
    complete = change(make_dwelling(grid), group_rental=True, rooms_let=4, people=6)
    make_entry(complete, registered=TODAY)
    no_people = change(make_dwelling(grid), group_rental=True, rooms_let=4, people=0)
    make_entry(no_people, registered=TODAY)
    make_entry(change(make_dwelling(grid), group_rental=True, rooms_let=4, people=6))
    change(make_dwelling(grid), group_rental=True)  # by its facts, not in the register yet
    found = change(make_dwelling(grid), group_rental=False)
    make_entry(found)  # found on the spot counts whatever the rule says
    change(make_dwelling(grid), group_rental=None)  # suspected
    change(make_dwelling(grid), group_rental=False)
    gone = change(make_dwelling(grid), group_rental=False)
    make_entry(gone, registered=LONG_AGO, found_on=LONG_AGO, removed_on=TODAY)
    assert _of(INDICATORS["group"], counted(grid)) == (1, 5, [3, 1], [1])


def _hazard(team: object, **columns: object) -> Hazard:
    over = {name: columns.pop(name) for name in ("is_security", "outside") if name in columns}
    hazard = make_hazard(team, dwelling=make_dwelling(team.grid_area), **over)  # type: ignore[attr-defined, arg-type]
    Hazard.objects.unscoped(reason="test").filter(pk=hazard.pk).update(**columns)
    hazard.refresh_from_db()
    return hazard


def test_a3_3_security_hazards_count_when_they_are_due_and_are_put_right_when_somebody_saw_it() -> None:
    team = make_team()
    now = time.now()
    past, ahead = now - timedelta(days=2), now + timedelta(days=2)
    closed = {"state": "closed", "closed_at": now, "reinspected_by": team.grid}
    _hazard(team, is_security=True, first_due_at=ahead, **closed)
    _hazard(team, is_security=True, first_due_at=past, **closed)
    _hazard(team, is_security=True, first_due_at=past)
    _hazard(team, is_security=True, first_due_at=past, due_at=ahead)  # an extension takes nothing out
    _hazard(team, is_security=True, first_due_at=past, due_at=ahead, state="reinspect")  # nor does a mere report
    _hazard(team, is_security=True, first_due_at=ahead)
    _hazard(team, is_security=True, first_due_at=past, state="void", void_reason="false", closed_at=now)
    _hazard(team, is_security=False, first_due_at=past)
    numbers = counted(team.grid_area)
    assert _of(INDICATORS["security"], numbers) == (2, 5, [2, 1], [1, 1])
    assert _of(INDICATORS["hazards"], numbers) == (2, 6, [3, 1], [1, 1])


def test_a3_3_until_the_police_decide_the_mark_of_the_rule_counts_and_is_told_apart() -> None:
    team = make_team()
    now = time.now()
    past = now - timedelta(days=2)
    _hazard(team, is_security=True, first_due_at=past)
    _hazard(team, is_security=True, first_due_at=past, security_decided_at=now)
    _hazard(team, is_security=False, first_due_at=past, security_decided_at=now)
    numbers = counted(team.grid_area)
    assert numbers["security_counted"] == 2
    assert numbers["security_undecided"] == 1


def test_a3_4_a_hazard_outside_the_jurisdiction_counts_after_one_working_day_and_a_returned_one_is_not_handed_over() -> (
    None
):
    team = make_team()
    now = time.now()
    long_ago = now - timedelta(days=20)

    def handed(state: str) -> None:
        hazard = _hazard(team, outside=True, outside_since=long_ago)
        HandOver.objects.create(
            hazard=hazard, to_department="urban", to_area=team.zone, from_department="office", sent_at=long_ago,
            sent_by=team.office, reason="t", reply_due_at=now, state=state,
            answered_at=None if state == "sent" else long_ago,
        )  # fmt: skip

    for state in ("accepted", "sent", "returned"):
        handed(state)
    _hazard(team, outside=True, outside_since=long_ago)
    _hazard(team, outside=True, outside_since=long_ago, state="void", void_reason="other_body", closed_at=now)
    _hazard(team, outside=True, outside_since=long_ago, state="void", void_reason="duplicate", closed_at=now)
    _hazard(team, outside=True, outside_since=now)
    _hazard(team, outside=False)
    assert _of(INDICATORS["handover"], counted(team.grid_area)) == (2, 5, [1, 1, 1], [1])


def test_a3_4_one_working_day_leaves_the_weekend_out() -> None:
    team = make_team()
    friday = time.day_start(date(2026, 3, 6)) + timedelta(hours=10)
    _hazard(team, outside=True, outside_since=friday, found_at=friday)
    for day, due in ((8, 0), (9, 1)):  # Sunday, Monday
        assert counted(team.grid_area, AsOf.end_of(date(2026, 3, day)))["handover_due"] == due


def test_a2_4_remediation_counts_listed_homes_and_what_nobody_looked_at_stays_in() -> None:
    grid = make_grid()
    since = {"must_remediate_since": LONG_AGO}
    change(make_sound_dwelling(grid), **since, accepted_on=TODAY)
    change(make_sound_dwelling(grid), **since)
    change(make_sound_dwelling(grid, room={"window": False}), **since)
    change(make_dwelling(grid), **since)  # nobody has been there
    change(make_sound_dwelling(grid, facts={"rcd": None}), **since)  # something is unknown
    change(make_dwelling(grid, letting_state="vacant"), **since)
    make_dwelling(grid)
    make_sound_dwelling(grid)
    assert _of(INDICATORS["remediation"], counted(grid)) == (1, 5, [1, 1, 2], [1, 1])


def test_a2_4_compliance_is_of_all_that_is_let_and_unknown_is_never_compliant() -> None:
    grid = make_grid()
    make_sound_dwelling(grid)
    make_sound_dwelling(grid, room={"window": False})
    make_sound_dwelling(grid, facts={"rcd": None})
    make_dwelling(grid)
    make_dwelling(grid, letting_state="cleared")
    assert _of(INDICATORS["compliance"], counted(grid)) == (1, 4, [1, 1, 1], [1])


def test_overdue_is_of_what_is_under_way() -> None:
    team = make_team()
    _hazard(team, overdue=True)
    _hazard(team)
    _hazard(team, overdue=True, state="void", void_reason="false", closed_at=time.now())
    numbers = counted(team.grid_area)
    assert (numbers["hazards_overdue"], numbers["hazards_in_hand"]) == (1, 2)


def test_a_home_staged_by_an_import_is_in_no_number() -> None:
    grid = make_grid()
    change(make_sound_dwelling(grid), hidden=True)
    assert set(counted(grid).values()) == {0}


@pytest.mark.parametrize("key", INDICATORS)
def test_the_gap_is_split_without_rest(key: str) -> None:
    """Numerator and gap make up the denominator, in a city where every home and hazard is something else."""
    indicator = INDICATORS[key]
    if indicator.low:
        assert indicator.gap == (indicator.numerator,)
        return
    team = make_team()
    owner = make_party(team.grid_area)
    now = time.now()
    homes = [make_dwelling(team.grid_area, landlord=owner, letting_state=state) for state in ("let", "vacant")]
    homes += [make_sound_dwelling(team.grid_area), make_sound_dwelling(team.grid_area, room={"window": False})]
    make_guarantee(homes[0], owner, "doubtful")
    for home in homes:
        change(home, must_remediate_since=LONG_AGO, group_rental=True)
    for state in Hazard.State.values:
        for due in (now - timedelta(days=5), now + timedelta(days=5)):
            _hazard(team, is_security=True, outside=True, outside_since=due, state=state, first_due_at=due,
                    closed_at=now if state in ("closed", "void") else None)  # fmt: skip
    numbers = counted(team.grid_area)
    gap = sum(numbers[part.key] for part in indicator.gap)
    assert numbers[indicator.numerator.key] + gap == numbers[indicator.denominator.key] > 0


def test_every_part_belongs_to_an_indicator_or_to_the_whole() -> None:
    used = {part.key for indicator in INDICATORS.values() for part in indicator.parts}
    assert set(PARTS) - used == set()
