"""Counts are carried up, frozen at the end of the day, and agree with a count from nothing (A3.5)."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from anju.areas.models import Area
from anju.core import time
from anju.dwellings.models import Dwelling
from anju.dwellings.services.facts import observe
from anju.dwellings.testing import make_area, make_dwelling, make_grid, make_party, make_sound_dwelling
from anju.inspections.models import Hazard
from anju.inspections.services import hazards
from anju.inspections.testing import make_hazard, make_photo, make_team
from anju.jobs.models import Job
from anju.jobs.services import claim, run, run_all, run_due
from anju.overview import counting
from anju.overview.models import DayClose, DayTally, Mark, Tally
from anju.overview.services import carrying, closing
from anju.overview.services.carrying import carry, carry_all
from anju.overview.services.recounting import recount, verify
from anju.overview.testing import change, make_entry, make_guarantee, totals

pytestmark = pytest.mark.django_db
YESTERDAY = time.today() - timedelta(days=1)


def test_a_new_home_is_counted_in_its_grid_and_in_everything_above_it() -> None:
    grid = make_grid()
    make_sound_dwelling(grid)
    make_dwelling(grid)
    carry_all()
    assert not Mark.objects.exists()
    for area in Area.objects.all():
        tally = Tally.objects.get(area=area)
        assert (tally.total["let"], tally.total["compliant"], tally.total["unchecked"]) == (2, 1, 1)
    assert Tally.objects.get(area=grid).own["let"] == 2
    assert Tally.objects.get(area__kind="city").own.get("let", 0) == 0
    assert verify() == []


def test_an_estate_has_its_own_count_across_grids() -> None:
    one, two = make_grid(), make_grid()
    home = make_dwelling(one)
    make_dwelling(two, place=home.place)
    carry_all()
    estate = Tally.objects.get(place__path=home.place_path[:5])
    assert estate.own["let"] == 2


def test_an_observation_moves_the_counts_by_itself_through_the_worker() -> None:
    grid = make_grid()
    home = make_sound_dwelling(grid)
    run_due(time.now())
    run_all()
    assert Tally.objects.get(area=grid).total["compliant"] == 1
    observe(by=make_team().grid, dwelling=home, source="inspection", observed_at=time.now(),
            values={"facts": {"rcd": False}, "rooms": {}})  # fmt: skip
    run_due(time.now() + carrying.INTERVAL)
    run_all()
    assert Tally.objects.get(area=grid).total["non_compliant"] == 1


def test_every_step_of_a_hazard_reaches_the_counts() -> None:
    team = make_team()
    hazard = make_hazard(team, is_security=True)
    assert totals(team.zone)["hazards_in_hand"] == 1
    hazards.assign(by=team.office, hazard=hazard, handler=team.grid)
    hazards.correct(by=team.grid, hazard=hazard, text="补齐", photos=[make_photo()])
    hazards.reinspect(by=team.colleague, hazard=hazard, put_right=True)
    numbers = totals(team.zone)
    assert (numbers["hazards_in_hand"], numbers["security_closed"], numbers["security_counted"]) == (0, 1, 1)
    assert verify() == []


def test_a_change_that_comes_during_the_count_is_counted_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    grid = make_grid()
    make_dwelling(grid)
    real = counting.count

    def count_and_then_change(*args: Any) -> Any:
        numbers = real(*args)
        monkeypatch.setattr(carrying, "count", real)
        make_dwelling(grid)
        return numbers

    monkeypatch.setattr(carrying, "count", count_and_then_change)
    assert carry("area", [grid.path], time.now())
    assert Tally.objects.get(area=grid).total["let"] == 1
    assert Mark.objects.filter(path=grid.path).exists()
    assert totals(grid)["let"] == 2


def test_two_carriers_of_one_grid_add_the_difference_once(monkeypatch: pytest.MonkeyPatch) -> None:
    grid = make_grid()
    make_dwelling(grid)
    real = counting.count

    def count_while_another_carries(*args: Any) -> Any:
        numbers = real(*args)
        monkeypatch.setattr(carrying, "count", real)
        assert carry("area", [grid.path], time.now())
        return numbers

    monkeypatch.setattr(carrying, "count", count_while_another_carries)
    assert not carry("area", [grid.path], time.now())
    assert Tally.objects.get(area__kind="city").total["let"] == 1


def test_a_carrier_killed_in_the_middle_leaves_everything_as_it_was_and_the_next_one_completes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    grid = make_grid()
    make_dwelling(grid)
    before = Mark.objects.count()

    def killed(*args: Any, **kwargs: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Tally.objects, "bulk_update", killed)
        with pytest.raises(KeyboardInterrupt):
            carry("area", [grid.path], time.now())
    assert Mark.objects.count() == before
    assert not Tally.objects.exists()
    assert totals(grid)["let"] == 1
    assert verify() == []


def test_a_closed_day_is_frozen_and_later_changes_belong_to_the_next() -> None:
    grid = make_grid()
    home = make_sound_dwelling(grid)
    closing.close(YESTERDAY)
    change(home, verdict="non_compliant")
    carry_all()
    closing.close(YESTERDAY)  # a second run changes nothing
    city = Area.objects.get(kind="city")
    for area in (grid, city):
        assert DayTally.objects.get(area=area, day=YESTERDAY).total["compliant"] == 1
        assert Tally.objects.get(area=area).total["compliant"] == 0
    assert verify() == []


def test_a_hazard_recorded_after_the_close_stands_beside_the_frozen_day() -> None:
    team = make_team()
    closing.close(YESTERDAY)
    make_hazard(team, found_at=time.day_start(YESTERDAY) + timedelta(hours=9))
    carry_all()
    for area in (team.grid_area, team.zone):
        day = DayTally.objects.get(area=area, day=YESTERDAY)
        assert day.total["hazards_in_hand"] == 0
        assert day.late_total["hazards_in_hand"] == 1
    other = make_hazard(team)
    hazards.assign(by=team.office, hazard=other, handler=team.grid)
    carry_all()
    assert DayTally.objects.get(area=team.zone, day=YESTERDAY).late_total["hazards_in_hand"] == 1


def test_what_happened_after_midnight_is_not_in_the_day_before() -> None:
    team = make_team()
    make_hazard(team)  # found today
    closing.close(YESTERDAY)
    assert DayTally.objects.get(area=team.zone, day=YESTERDAY).total["hazards_in_hand"] == 0


def test_the_worker_closes_yesterday_once_and_goes_on_where_it_was_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    for _zone in range(6):
        make_sound_dwelling(make_grid())
    real = closing.freeze
    frozen: list[Area] = []

    def killed_at_the_second(areas: Any, day: Any) -> None:
        frozen.extend(areas)
        if len(frozen) > len(areas):
            raise KeyboardInterrupt
        real(areas, day)

    monkeypatch.setattr(closing, "MOST_NODES", 8)
    closing.start(time.now())
    monkeypatch.setattr(closing, "freeze", killed_at_the_second)
    job = claim(time.now())
    assert job is not None
    with pytest.raises(KeyboardInterrupt):
        run(job)
    assert not DayClose.objects.exists()
    monkeypatch.setattr(closing, "freeze", real)
    Job.objects.update(lease_until=time.now() - timedelta(seconds=1))
    run_all()
    assert [row.day for row in DayClose.objects.all()] == [YESTERDAY]
    city = DayTally.objects.get(area__kind="city", day=YESTERDAY)
    assert city.total["compliant"] == 6
    assert DayTally.objects.count() == Area.objects.count()
    assert closing.next_day(time.today()) is None
    assert closing.next_day(time.today() + timedelta(days=2)) == time.today()
    assert verify() == []


def test_verify_finds_a_planted_difference_and_recount_puts_it_right(capsys: pytest.CaptureFixture[str]) -> None:
    grid = make_grid()
    make_sound_dwelling(grid)
    carry_all()
    city = Tally.objects.get(area__kind="city")
    city.total["compliant"] = 7
    city.save()
    own = Tally.objects.get(area=grid)
    own.own["let"] = 9
    own.save()
    found = {(row.what, row.key, row.kept, row.counted) for row in verify()}
    assert found == {("total", "compliant", 7, 1), ("own", "let", 9, 1)}
    with pytest.raises(SystemExit) as stopped:
        call_command("indicators", "verify")
    assert stopped.value.code == 1
    recount()
    call_command("indicators", "verify")
    assert "kept 7, counted 1" in capsys.readouterr().out
    assert Tally.objects.get(area__kind="city").total["compliant"] == 1


def test_verify_finds_a_frozen_day_that_was_changed() -> None:
    grid = make_grid()
    make_sound_dwelling(grid)
    closing.close(YESTERDAY)
    row = DayTally.objects.get(area=grid, day=YESTERDAY)
    row.total["let"] += 1
    row.save()
    assert {difference.what for difference in verify()} == {f"day {YESTERDAY}"}


CHANGES = st.lists(
    st.tuples(st.sampled_from(["home", "verdict", "letting", "sign", "enter", "hazard", "void", "carry"]),
              st.integers(0, 5)),
    min_size=3, max_size=12,
)  # fmt: skip


class _City:
    """Two towns with two grids each, changed at random."""

    def __init__(self) -> None:
        zones = [make_area("zone"), make_area("zone")]
        self.grids = [make_grid(zone) for zone in zones for _ in range(2)]
        self.team = make_team()
        self.homes = [make_dwelling(grid, landlord=make_party(grid)) for grid in self.grids]

    def change(self, what: str, number: int) -> None:
        home = self.homes[number % len(self.homes)]
        if what == "home":
            self.homes.append(make_dwelling(self.grids[number % 4], landlord=home.landlord))
        elif what == "verdict":
            change(home, verdict=Dwelling.Verdict.values[number % 4], group_rental=(True, False, None)[number % 3])
        elif what == "letting":
            change(home, letting_state=Dwelling.LettingState.values[number % 5])
        elif what == "sign":
            signed_on = time.today() - timedelta(days=home.guarantees.count())
            make_guarantee(home, home.landlord, ("confirmed", "doubtful")[number % 2], signed_on=signed_on)
        elif what == "enter" and not home.group_rental_entries.exists():
            make_entry(home, registered=time.today() if number % 2 else None)
        elif what == "hazard":
            make_hazard(self.team, dwelling=home, is_security=bool(number % 2), outside=bool(number % 3))
        elif what == "void":
            row = Hazard.objects.unscoped(reason="test").filter(dwelling=home).exclude(state="void").first()
            if row is not None:
                head = self.team.head
                head.postings.update(area=Area.objects.get(kind="city"))
                hazards.void(by=head, hazard=row, kind="duplicate", reason="重复")
        elif what == "carry":
            carry("area", [self.grids[number % 4].path], time.now())


@settings(
    max_examples=4, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate]
)
@given(changes=CHANGES)
def test_what_is_carried_up_equals_a_count_from_nothing_after_any_changes(changes: list[tuple[str, int]]) -> None:
    with transaction.atomic():
        city = _City()
        for what, number in changes:
            city.change(what, number)
        assert verify() == []
        assert not Mark.objects.exists()
        transaction.set_rollback(True)
