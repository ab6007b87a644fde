"""Fire patrol: rounds by plan, points in order, what was missed alarms, and what nobody could hear does not."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from anju.accounts.services import system_actor
from anju.areas.models import Place
from anju.core import time
from anju.core.errors import NotAllowed, Refused, Stale
from anju.dwellings.signals import places_moved
from anju.dwellings.testing import make_estate, make_grid, make_user
from anju.monitoring.models import Alarm, AlarmEvent, Device, PatrolRound, PatrolRoute, PatrolScan
from anju.monitoring.patrolling import GRACE, due_times, parse_time, walked
from anju.monitoring.services import patrol
from anju.monitoring.services.silence import listens
from anju.monitoring.testing import hear, make_device, make_message

MINUTE = timedelta(minutes=1)
EVERY_DAY = [1, 2, 3, 4, 5, 6, 7]
db = pytest.mark.django_db


# --- plain ---


def test_a4_2_rounds_are_due_on_their_weekdays_at_their_times_in_shanghai() -> None:
    friday = date(2026, 11, 20)
    found = due_times(friday, [5], ["22:00", "06:30"])
    assert [at.isoformat() for at in found] == ["2026-11-20T06:30:00+08:00", "2026-11-20T22:00:00+08:00"]
    assert due_times(friday, [1, 2], ["22:00"]) == []


@pytest.mark.parametrize("word", ["", "22", "24:00", "12:60", "1:5", "一:30", "12:３0"])
def test_what_is_no_time_of_day_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match=".*"):
        parse_time(word)


@pytest.mark.parametrize(
    ("scans", "missed", "ordered", "flags"),
    [
        ([1, 2, 3], (), True, (True, True, True)),
        ([1, 3, 2], (), False, (True, True, False)),
        ([1, 3], (2,), True, (True, True)),
        ([3, 1], (2,), False, (True, False)),
        ([1, 1, 2, 2, 3], (), True, (True, True, True, True, True)),
        ([9, 1], (2, 3), True, (True, True)),
        ([], (1, 2, 3), True, ()),
    ],
)
def test_a4_2_a_round_says_what_was_missed_and_what_was_out_of_order(
    scans: list[int], missed: tuple[int, ...], ordered: bool, flags: tuple[bool, ...]
) -> None:
    found = walked([1, 2, 3], scans)
    assert (found.missed, found.ordered, found.flags) == (missed, ordered, flags)


# --- with the database ---


class Night:
    """An estate with a route of three points that was due at `due`."""

    def __init__(self, told_by: str = "gateway", hours_ago: int = 3) -> None:
        self.estate: Place = make_estate(make_grid(), latitude=31.4, longitude=120.95)
        self.points: list[Device] = [
            make_device("patrol_point", place=self.estate, name=f"{n}号点") for n in ("一", "二", "三")
        ]
        start = time.now().replace(second=0, microsecond=0) - timedelta(hours=hours_ago)
        with time.in_the_past(start - 20 * MINUTE):
            self.route: PatrolRoute = patrol.plan_route(
                by=system_actor(), place=self.estate, name="夜巡", points=self.points, weekdays=EVERY_DAY,
                times=[time.local(start).strftime("%H:%M")], window_minutes=60, told_by=told_by,
            )  # fmt: skip
        patrol.make_rounds(start)
        self.due = start
        self.over = start + 60 * MINUTE + GRACE

    @property
    def round(self) -> PatrolRound:
        return PatrolRound._base_manager.get(due_at=self.due)

    def listening(self, since: datetime | None = None) -> None:
        listens("g", since or self.due - 30 * MINUTE)
        moment = since or self.due - 30 * MINUTE
        while moment < self.over + 30 * MINUTE:
            moment += 0.5 * MINUTE
            listens("g", moment)

    def walk(self, *points: int, minute: float = 5, received: datetime | None = None) -> None:
        for step, point in enumerate(points):
            at = self.due + (minute + step) * MINUTE
            hear(make_message(self.points[point], event="patrol_scan", at=at), received=received or at)


@db
def test_a4_2_a_round_walked_in_order_is_complete_and_alarms_nobody() -> None:
    night = Night()
    night.listening()
    night.walk(0, 1, 2)
    assert (night.round.scanned, night.round.state) == (3, "open")
    assert patrol.judge(night.over - MINUTE) == 0
    assert patrol.judge(night.over) == 1
    assert night.round.state == "complete"
    assert not Alarm._base_manager.exists()


@db
def test_a4_2_a_round_out_of_order_is_told_from_one_in_order() -> None:
    night = Night()
    night.listening()
    night.walk(0, 2, 1)
    patrol.judge(night.over)
    assert night.round.state == "disordered"
    assert list(PatrolScan._base_manager.order_by("at").values_list("in_order", flat=True)) == [True, True, False]


@db
def test_a4_2_a_missed_point_raises_one_alarm_per_route_that_counts_and_ends_with_the_next_complete_round() -> None:
    night = Night(hours_ago=30)
    night.listening()
    night.walk(0, 2)
    patrol.judge(night.over)
    assert (night.round.state, night.round.missed) == ("missed", [night.points[1].pk])
    alarm = Alarm._base_manager.get()
    assert (alarm.kind, alarm.part, alarm.because["missed"]) == ("patrol", night.route.code, ["二号点"])
    note = AlarmEvent._base_manager.get(alarm=alarm, move="missed")
    assert "二号点" in note.text
    patrol.judge(night.over + MINUTE)
    assert Alarm._base_manager.get().count == 1
    night.due += timedelta(days=1)
    night.over += timedelta(days=1)
    night.listening()
    patrol.make_rounds(night.due)
    night.walk(0, 1, 2)
    patrol.judge(night.over)
    assert Alarm._base_manager.get().outcome == "gone"


@db
@pytest.mark.parametrize("heard", ["never", "from the middle"])
def test_a4_2_the_time_in_which_nobody_was_listening_alarms_nobody(heard: str) -> None:
    night = Night()
    if heard == "from the middle":
        night.listening(night.due + 10 * MINUTE)
    night.walk(0)
    patrol.judge(night.over)
    assert night.round.state == "unheard"
    assert not Alarm._base_manager.exists()


@db
def test_a4_2_a_round_by_phone_does_not_depend_on_the_gateway() -> None:
    night = Night(told_by="phone")
    patrol.judge(night.over)
    assert night.round.state == "missed"
    assert Alarm._base_manager.get().kind == "patrol"


@db
def test_a4_2_scans_that_come_in_late_are_taken_into_their_round_and_end_the_alarm() -> None:
    night = Night()
    night.listening()
    night.walk(0, 1)
    patrol.judge(night.over)
    assert night.round.state == "missed"
    night.walk(2, minute=30, received=night.over + 20 * MINUTE)
    assert (night.round.state, night.round.late_scans) == ("complete", 1)
    assert Alarm._base_manager.get().state == "closed"


@db
def test_a_scan_outside_every_round_is_kept_and_belongs_to_none() -> None:
    night = Night()
    night.walk(0, minute=-40)
    night.walk(0, minute=90)
    assert list(PatrolScan._base_manager.values_list("round", flat=True)) == [None, None]


@db
def test_a4_2_a_signed_in_person_scans_with_the_position_of_the_phone() -> None:
    night = Night(told_by="phone", hours_ago=0)
    guard = make_user(department="property", place=night.estate)
    made = patrol.scan(by=guard, point=night.points[0], latitude=31.4009, longitude=120.95, accuracy=20)
    assert (made.round, made.by, made.metres) == (night.round, guard, 100)
    assert not patrol.is_far(made)
    far = patrol.scan(by=guard, point=night.points[1], latitude=31.41, longitude=120.95, accuracy=20)
    assert patrol.is_far(far)
    with pytest.raises(Refused):
        patrol.scan(by=guard, point=night.points[1])
    with pytest.raises(NotAllowed):
        patrol.scan(by=make_user(department="property", place=make_estate(make_grid())), point=night.points[2])
    with pytest.raises(NotAllowed):
        patrol.scan(by=make_user(department="market", area=night.estate.area), point=night.points[2])


@db
def test_where_a_guards_phone_was_is_forgotten_and_how_far_that_was_stays(settings: Any) -> None:
    settings.ANJU_PATROL_POSITION_DAYS = 30
    night = Night(told_by="phone", hours_ago=0)
    made = patrol.scan(by=system_actor(), point=night.points[0], latitude=31.41, longitude=120.95, accuracy=20)
    assert patrol.forget_positions(made.at + timedelta(days=30)) == 0
    assert patrol.forget_positions(made.at + timedelta(days=30, seconds=1)) == 1
    made.refresh_from_db()
    assert (made.latitude, made.longitude, made.accuracy) == (None, None, None)
    assert made.metres is not None
    assert made.metres > 1000


def plan(night: Night, **over: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "points": night.points, "weekdays": [1], "times": ["22:00"], "window_minutes": 60,
    }  # fmt: skip
    return {**values, **over}


@db
@pytest.mark.parametrize(
    "wrong",
    [
        {"weekdays": []}, {"times": []}, {"times": ["25:00"]}, {"window_minutes": 1}, {"points": []},
        {"times": ["22:00", "22:40"]}, {"times": ["23:30", "00:10"]},
    ],
)  # fmt: skip
def test_a_plan_that_cannot_be_walked_is_refused(wrong: dict[str, Any]) -> None:
    night = Night()
    with pytest.raises(Refused):
        patrol.plan_route(by=system_actor(), place=night.estate, name="另一条", **plan(night, **wrong))


@db
def test_a_point_of_another_estate_is_not_on_the_route() -> None:
    night, other = Night(), make_device("patrol_point", place=make_estate(make_grid()))
    with pytest.raises(Refused):
        patrol.plan_route(by=system_actor(), place=night.estate, name="另一条", **plan(night, points=[other]))


@db
def test_a_changed_plan_keeps_what_was_walked_and_needs_the_version_one_looked_at() -> None:
    night = Night()
    later = time.local(time.now() + timedelta(minutes=90)).strftime("%H:%M")
    values = plan(night, times=[later], weekdays=EVERY_DAY)
    changed = patrol.change_route(by=system_actor(), route=night.route, version=0, told_by="phone", **values)
    assert (changed.version, night.round.points) == (1, [point.pk for point in night.points])
    with pytest.raises(Stale):
        patrol.change_route(by=system_actor(), route=night.route, version=0, told_by="phone", **values)
    patrol.end_route(by=system_actor(), route=night.route, reason="改由物业人工巡查")
    assert patrol.make_rounds(time.now() + timedelta(days=1)) == 0
    assert PatrolRound._base_manager.filter(due_at__gt=time.now()).count() == 0


@db
def test_x1_a_route_and_its_points_follow_their_estate_to_another_grid() -> None:
    night, grid = Night(told_by="phone"), make_grid()
    patrol.judge(night.over)
    places_moved.send(Place, path=night.estate.path, area=grid)
    there = make_user(department="grid", area=grid)
    for model in (PatrolRoute, Device, Alarm, PatrolRound):
        assert model.objects.for_user(there).exists(), model
    before = make_user(department="grid", area=night.estate.area)
    assert not Alarm.objects.for_user(before).exists()
