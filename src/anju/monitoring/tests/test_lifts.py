"""Lifts: each e-bike and cylinder once, by lift and week and never by person; the block with its answer or its time-out."""

from datetime import date, timedelta
from typing import Any

import pytest

from anju.accounts.services import system_actor
from anju.core import time
from anju.core.errors import NotAllowed
from anju.dwellings.testing import make_estate, make_grid, make_user
from anju.monitoring.models import Command, Device, LiftEvent
from anju.monitoring.services import commands, lifts
from anju.monitoring.testing import NOON, hear, make_device, make_message

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def lift() -> Device:
    return make_device("lift_blocker", place=make_estate(make_grid()), name="1 号梯")


def seen(device: Device, event: str = "ebike_in_lift", minute: float = 0, **over: Any) -> None:
    at = over.pop("start", NOON) + minute * MINUTE
    hear(make_message(device, event=event, at=at, **over), received=at)


def test_a4_6_one_bike_that_is_told_four_times_is_one_event_and_the_next_bike_another() -> None:
    device = lift()
    for minute in (0, 0.1, 0.2, 2):
        seen(device, minute=minute)
    seen(device, minute=20)
    seen(device, "cylinder_in_lift", minute=20)
    found = list(LiftEvent._base_manager.order_by("at", "id").values_list("kind", "count"))
    assert found == [("ebike", 4), ("ebike", 1), ("cylinder", 1)]


def test_a4_6_nothing_of_a_person_is_kept_with_a_lift() -> None:
    device = lift()
    seen(device, detail={"person": "p-77", "face": "AAAA", "picture": "ab" * 32})
    columns = {field.name for field in LiftEvent._meta.fields}
    assert columns.isdisjoint({"person", "picture", "name"})


def test_the_week_is_the_monday_in_shanghai() -> None:
    device = lift()
    sunday_night = time.day_start(date(2026, 11, 23)) - timedelta(seconds=1)
    seen(device, start=sunday_night)
    seen(device, start=sunday_night + timedelta(seconds=1) + 30 * MINUTE)
    assert list(LiftEvent._base_manager.order_by("at").values_list("week", flat=True)) == [
        date(2026, 11, 16),
        date(2026, 11, 23),
    ]


def test_a4_6_a_block_belongs_to_what_the_lift_saw_and_says_whether_the_lift_confirmed() -> None:
    device = lift()
    now = time.now()
    seen(device, start=now)
    command = lifts.ask(by=system_actor(), lift=device, name="block")
    event = LiftEvent._base_manager.get()
    assert event.command == command
    assert commands.expire(now + 2 * lifts.ANSWER) == 1
    assert Command._base_manager.get().state == "expired"


def test_a4_6_the_platform_blocks_by_itself_only_where_the_city_wants_it(settings: Any) -> None:
    device, now = lift(), time.now()
    seen(device, start=now)
    assert not Command._base_manager.exists()
    settings.ANJU_LIFT_AUTO_BLOCK = True
    seen(device, start=now, minute=5)
    command = Command._base_manager.get()
    assert (command.name, command.asked_by, command.state) == ("block", None, "waiting")
    seen(device, start=now, minute=10)  # one is asked for already
    assert Command._base_manager.count() == 1


def test_x1_a_lift_of_another_town_is_not_blocked() -> None:
    with pytest.raises(NotAllowed):
        lifts.ask(by=make_user(department="fire", area=make_grid()), lift=lift(), name="block")
