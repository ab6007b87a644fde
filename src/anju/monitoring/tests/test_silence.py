"""Silence counts from when somebody was listening; after a restart nothing storms."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from anju.monitoring.models import Alarm, Device, DeviceState
from anju.monitoring.services import silence
from anju.monitoring.testing import NOON, hear, make_device, make_message

pytestmark = pytest.mark.django_db


def heard(minutes_ago: float, kind: str = "gas", **over: Any) -> Device:
    """A device that was heard of last some minutes before NOON."""
    device = make_device(kind, **over)
    at = NOON - timedelta(minutes=minutes_ago)
    Device._base_manager.filter(pk=device.pk).update(added_at=NOON - timedelta(days=9))
    hear(make_message(device, at=at), received=at)
    return device


def listening(since: datetime) -> None:
    silence.listens("g1", since)
    for minute in range(int((NOON - since).total_seconds() // 60) + 1):
        silence.listens("g1", since + timedelta(minutes=minute))


def silent() -> list[Device]:
    return [alarm.device for alarm in Alarm._base_manager.filter(kind="silent").exclude(state="closed").order_by("id")]


def test_a4_3_a_device_that_should_have_spoken_is_silent_and_that_is_no_fire() -> None:
    quiet, talking = heard(121), heard(119)
    listening(NOON - timedelta(hours=3))
    assert silence.find_silent(NOON) == 1
    assert silence.find_silent(NOON) == 0
    [alarm] = Alarm._base_manager.all()
    assert (alarm.device, alarm.kind, alarm.latched, alarm.incident) == (quiet, "silent", False, None)
    assert alarm.because["silent_after"] == 7200
    assert not DeviceState.objects.get(device=talking).silent


def test_a4_4_after_a_gateway_was_away_nothing_is_silent_before_its_time_has_passed_again() -> None:
    for _n in range(3):
        heard(600)
    silence.listens("g1", NOON - timedelta(hours=5))  # then it was away
    listening(NOON - timedelta(minutes=30))
    assert silence.find_silent(NOON) == 0
    for minute in range(31, 121):
        silence.listens("g1", NOON - timedelta(minutes=30) + timedelta(minutes=minute))
    assert silence.find_silent(NOON + timedelta(minutes=90)) == 3


def test_while_nobody_listens_nobody_is_silent() -> None:
    heard(600)
    assert silence.find_silent(NOON) == 0
    listening(NOON - timedelta(hours=3))
    assert silence.find_silent(NOON + timedelta(minutes=2)) == 0


def test_a_silent_device_that_speaks_again_ends_its_alarm_whatever_it_says() -> None:
    device = heard(121)
    listening(NOON - timedelta(hours=3))
    silence.find_silent(NOON)
    assert silent() == [device]
    hear(make_message(device, event="heartbeat", at=NOON + timedelta(minutes=1)))
    assert silent() == []
    [alarm] = Alarm._base_manager.all()
    assert (alarm.outcome, alarm.state) == ("gone", "closed")


def test_a_time_of_its_own_counts_before_that_of_the_kind() -> None:
    hasty, patient = heard(11, silent_after=600), heard(500, silent_after=86400)
    listening(NOON - timedelta(hours=9))
    silence.find_silent(NOON)
    assert silent() == [hasty]
    assert patient not in silent()


def test_what_need_not_speak_is_never_silent() -> None:
    heard(6000, "patrol_point")
    part = heard(6000, "smoke", parent=make_device("transmission_unit", silent_after=86400), part="1")
    listening(NOON - timedelta(hours=9))
    silence.find_silent(NOON)
    assert part not in silent()


def test_a_new_device_is_given_its_time_before_it_is_called_silent() -> None:
    device = make_device("gas")
    Device._base_manager.filter(pk=device.pk).update(added_at=NOON - timedelta(minutes=5))
    listening(NOON - timedelta(hours=9))
    assert silence.find_silent(NOON) == 0


def test_a_test_alarm_is_over_after_an_hour() -> None:
    hear(make_message(make_device(), event="test"))
    assert silence.end_tests(NOON + timedelta(minutes=59)) == 0
    assert silence.end_tests(NOON + timedelta(minutes=61)) == 1
    assert Alarm._base_manager.get().outcome == "gone"
