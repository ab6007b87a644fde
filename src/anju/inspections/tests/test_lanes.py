"""A fire lane that stays blocked becomes a hazard of its place; the camera alone closes nothing."""

from datetime import timedelta

import pytest

from anju.dwellings.testing import make_estate, make_grid
from anju.inspections.models import Hazard
from anju.monitoring.services import lanes
from anju.monitoring.testing import NOON, hear, make_device, make_message

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def test_a4_7_a_lane_blocked_beyond_its_limit_is_a_hazard_of_the_estate_and_a_free_one_waits_for_a_person() -> None:
    estate = make_estate(make_grid())
    device = make_device("lane_camera", place=estate, name="东门")
    hear(make_message(device, event="lane_occupied", at=NOON, detail={"lane": "A1"}))
    lanes.look(NOON + 29 * MINUTE)
    assert not Hazard._base_manager.exists()
    lanes.look(NOON + 30 * MINUTE)
    hazard = Hazard._base_manager.get()
    assert (hazard.rule, hazard.place, hazard.source, hazard.dwelling) == ("U01", estate, "device", None)
    assert hazard.because["lane"] == "A1"
    hear(make_message(device, event="lane_cleared", at=NOON + 50 * MINUTE, detail={"lane": "A1"}))
    lanes.look(NOON + 51 * MINUTE)
    hazard.refresh_from_db()
    assert hazard.state != "closed"
    assert hazard.gone_at is not None


def test_a4_7_the_same_lane_blocked_again_finds_the_open_hazard() -> None:
    device = make_device("lane_camera", place=make_estate(make_grid()))
    for hour in (0, 3):
        at = NOON + timedelta(hours=hour)
        hear(make_message(device, event="lane_occupied", at=at, detail={"lane": "A1"}))
        lanes.look(at + 40 * MINUTE)
        hear(make_message(device, event="lane_cleared", at=at + 60 * MINUTE, detail={"lane": "A1"}))
        lanes.look(at + 61 * MINUTE)
    hazard = Hazard._base_manager.get()
    assert hazard.gone_at is not None
