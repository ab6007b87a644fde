"""Fire lanes: how long each was blocked, whom the platform warns and when, what becomes a hazard, and where it happens again."""

from datetime import date, timedelta
from typing import Any

import pytest

from anju.accounts.services import system_actor
from anju.areas.models import Place
from anju.core.errors import NotAllowed, Refused
from anju.dwellings.testing import make_estate, make_grid, make_user
from anju.monitoring.models import Alarm, AlarmEvent, Device, LaneOccupation
from anju.monitoring.services import lanes
from anju.monitoring.signals import lane_cleared, lane_still_blocked
from anju.monitoring.testing import NOON, hear, make_device, make_message

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def camera(estate: Place | None = None) -> Device:
    return make_device("lane_camera", place=estate or make_estate(make_grid()), name="东门")


def said(device: Device, event: str, minute: float = 0, lane: str = "A1", **over: Any) -> None:
    detail = {"lane": lane, **over.pop("detail", {})}
    at = NOON + minute * MINUTE
    hear(make_message(device, event=event, at=at, detail=detail, **over), received=over.pop("received", at))


def only() -> LaneOccupation:
    return LaneOccupation._base_manager.get()


def test_a4_7_dwell_time_runs_from_occupied_to_cleared_by_lane() -> None:
    device = camera()
    said(device, "lane_occupied")
    said(device, "lane_occupied", 1, lane="B2")
    said(device, "lane_occupied", 4)
    said(device, "lane_cleared", 12)
    ended, running = LaneOccupation._base_manager.order_by("began_at")
    assert (ended.lane, ended.seconds, ended.ended_at) == ("A1", 720, NOON + 12 * MINUTE)
    assert (running.lane, running.ended_at) == ("B2", None)


def test_a_camera_that_says_how_long_it_has_been_so_moves_the_begin_back() -> None:
    device = camera()
    said(device, "lane_occupied", 10, detail={"dwell_s": 300})
    assert only().began_at == NOON + 5 * MINUTE
    said(device, "lane_occupied", 11, detail={"dwell_s": "x"})
    assert only().began_at == NOON + 5 * MINUTE


def test_only_the_end_was_heard_and_the_camera_says_how_long_it_was() -> None:
    device = camera()
    said(device, "lane_cleared", 30, detail={"dwell_s": 1200})
    assert (only().began_at, only().seconds) == (NOON + 10 * MINUTE, 1200)


def test_a_late_occupied_after_the_cleared_does_not_leave_the_lane_blocked_for_ever() -> None:
    device = camera()
    said(device, "lane_cleared", 30, seq=8, detail={"dwell_s": 1200})
    hear(
        make_message(device, event="lane_occupied", at=NOON + 10 * MINUTE, seq=7, detail={"lane": "A1"}),
        received=NOON + 31 * MINUTE,
    )
    assert (LaneOccupation._base_manager.count(), only().ended_at) == (1, NOON + 30 * MINUTE)


def test_a4_7_the_warning_comes_once_after_the_minutes_of_the_edition_and_stands_in_the_history_of_the_alarm() -> None:
    device = camera()
    said(device, "lane_occupied")
    assert only().edition == "2026-08-01"
    assert lanes.warn(NOON + 4.9 * MINUTE) == 0
    assert lanes.warn(NOON + 5 * MINUTE) == 1
    assert lanes.warn(NOON + 6 * MINUTE) == 0
    event = AlarmEvent._base_manager.get(move="warned")
    assert (event.alarm.kind, "5" in event.text) == ("lane", True)


def test_what_was_cleared_in_time_warns_nobody() -> None:
    device = camera()
    said(device, "lane_occupied")
    said(device, "lane_cleared", 4)
    assert lanes.warn(NOON + 60 * MINUTE) == 0
    assert lanes.announce(NOON + 60 * MINUTE) == 0
    assert Alarm._base_manager.get().outcome == "gone"


def test_a4_7_a_lane_still_blocked_is_announced_once_and_its_end_too_and_a_failing_receiver_is_told_again() -> None:
    device, told, broken = camera(), list[str](), [True]

    def blocked(occupation: LaneOccupation, **kwargs: Any) -> None:
        if broken.pop() if broken else False:
            raise RuntimeError("receiver is down")
        told.append(f"blocked {occupation.lane}")

    def free(occupation: LaneOccupation, **kwargs: Any) -> None:
        told.append(f"free {occupation.lane}")

    lane_still_blocked.connect(blocked)
    lane_cleared.connect(free)
    try:
        said(device, "lane_occupied")
        assert lanes.announce(NOON + 29 * MINUTE) == 0
        assert lanes.announce(NOON + 30 * MINUTE) == 0  # the receiver failed
        assert lanes.announce(NOON + 31 * MINUTE) == 1
        said(device, "lane_cleared", 40)
        lanes.look(NOON + 41 * MINUTE)
        lanes.look(NOON + 42 * MINUTE)
    finally:
        lane_still_blocked.disconnect(blocked)
        lane_cleared.disconnect(free)
    assert told == ["blocked A1", "free A1"]


def test_while_the_camera_is_maintained_nothing_is_counted() -> None:
    device = camera()
    Device._base_manager.filter(pk=device.pk).update(quiet_from=NOON - MINUTE, quiet_until=NOON + 60 * MINUTE)
    said(device, "lane_occupied")
    assert not LaneOccupation._base_manager.exists()


def test_a_campaign_needs_estates_of_the_own_area_and_a_day_that_comes_after_the_first() -> None:
    estate = make_estate(make_grid())
    person = make_user(department="office", area=estate.area)
    day = date(2026, 11, 1)
    values: dict[str, Any] = {"by": person, "area": estate.area, "name": "打通生命通道", "since": day, "until": day}
    made = lanes.plan_campaign(estates=[estate], **values)
    assert [place.pk for place in made.estates.all()] == [estate.pk]
    with pytest.raises(NotAllowed):
        lanes.plan_campaign(estates=[make_estate(make_grid())], **values)
    with pytest.raises(Refused):
        lanes.plan_campaign(estates=[], **values)
    with pytest.raises(Refused):
        lanes.plan_campaign(estates=[estate], **{**values, "until": day - timedelta(days=1)})
    with pytest.raises(NotAllowed):
        lanes.plan_campaign(estates=[estate], **{**values, "by": make_user(department="market", area=estate.area)})
    assert lanes.plan_campaign(estates=[estate], **{**values, "by": system_actor()}).name == "打通生命通道"
