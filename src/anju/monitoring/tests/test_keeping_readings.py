"""Readings by the hour, and what is forgotten when."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from anju.core import time
from anju.monitoring.models import Reading, ReadingHour, Rejected, RolledUp, Seen
from anju.monitoring.services import hours
from anju.monitoring.services.hours import SETTLED, roll_up
from anju.monitoring.services.retention import forget
from anju.monitoring.testing import NOON, hear, make_device, make_message, make_unusable

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=2)


def say(device: Any, at: datetime, **values: float) -> None:
    hear(make_message(device, at=at, values=values), received=at)


def kept() -> dict[str, tuple[int, float, float, float]]:
    return {
        f"{time.local(row.hour):%H} {row.name}": (row.count, row.lowest, row.highest, row.total)
        for row in ReadingHour.objects.all()
    }


def test_every_reading_is_counted_once_in_the_hour_in_which_it_was_measured() -> None:
    device = make_device()
    for minute, smoke in ((1, 2.0), (30, 4.0), (59, 3.0), (60, 9.0)):
        say(device, NOON + timedelta(minutes=minute), smoke=smoke, battery=90)
    assert roll_up(LATER) == 4
    assert kept()["12 smoke"] == (3, 2.0, 4.0, 9.0)
    assert kept()["13 smoke"] == (1, 9.0, 9.0, 9.0)
    assert kept()["12 battery"] == (3, 90, 90, 270)
    assert roll_up(LATER) == 0
    say(device, NOON + timedelta(minutes=58), smoke=1.0)  # late
    assert roll_up(LATER) == 1
    assert kept()["12 smoke"] == (4, 1.0, 4.0, 10.0)


def test_what_has_just_arrived_waits_and_everything_behind_it_too() -> None:
    device = make_device()
    say(device, NOON, smoke=1.0)
    say(device, NOON + timedelta(minutes=3), smoke=2.0)
    assert roll_up(NOON + SETTLED + timedelta(seconds=1)) == 1
    assert roll_up(NOON + SETTLED + timedelta(minutes=4)) == 1


def test_two_workers_that_count_at_once_count_once(monkeypatch: pytest.MonkeyPatch) -> None:
    device = make_device()
    say(device, NOON, smoke=1.0)
    real = hours.sums

    def overtaken(rows: Any) -> Any:
        monkeypatch.setattr(hours, "sums", real)
        assert roll_up(LATER) == 1  # the other worker, between our reading and our writing
        return real(rows)

    monkeypatch.setattr(hours, "sums", overtaken)
    assert roll_up(LATER) == 0
    assert kept() == {"12 smoke": (1, 1.0, 1.0, 1.0)}


def test_a_reading_goes_after_its_time_and_never_before_it_is_in_the_hours(settings: Any) -> None:
    settings.ANJU_KEEP_READINGS_DAYS = 31
    device = make_device()
    for days in range(3):
        say(device, NOON + timedelta(days=days), smoke=1.0)
    moment = NOON + timedelta(days=33)
    assert forget(moment)["readings"] == 0, "they are not in the hours yet"
    roll_up(moment)
    assert forget(moment)["readings"] == 2
    assert [time.day_of(row.received) for row in Reading.objects.all()] == [time.day_of(NOON + timedelta(days=2))]
    assert sum(row.count for row in ReadingHour.objects.all()) == 3


def test_a_repeat_is_known_for_thirty_days_and_a_frame_for_one() -> None:
    device, unit = make_device(), make_device("transmission_unit")
    old = make_message(device, at=NOON)
    frame = make_message(unit, at=NOON, source="gb26875")
    hear(old, frame, received=NOON)
    assert forget(NOON + timedelta(hours=24))["seen"] == 0
    assert forget(NOON + timedelta(days=2))["seen"] == 1
    assert hear(old, received=NOON + timedelta(days=29))[0].status == "repeated"
    assert forget(NOON + timedelta(days=30))["seen"] == 0
    assert forget(NOON + timedelta(days=31))["seen"] == 1
    assert not Seen.objects.exists()


def test_rejected_words_go_after_their_time(settings: Any) -> None:
    settings.ANJU_KEEP_REJECTED_DAYS = 10
    hear(make_unusable(make_device()), received=NOON)
    assert forget(NOON + timedelta(days=10))["rejected"] == 0
    assert forget(NOON + timedelta(days=10, seconds=1))["rejected"] == 1
    assert not Rejected.objects.exists()


def test_much_goes_in_many_small_steps_and_a_run_that_is_cut_off_goes_on(settings: Any) -> None:
    settings.ANJU_KEEP_READINGS_DAYS = 31
    device = make_device()
    for start in range(0, 3000, 500):
        hear(*[make_message(device, at=NOON, seq=start + n) for n in range(500)], received=NOON)
    RolledUp.objects.update_or_create(pk=1, defaults={"reading_id": Reading.objects.latest("pk").pk})
    moment = NOON + timedelta(days=40)
    assert forget(moment, longest=0)["readings"] == 0
    assert forget(moment)["readings"] == 3000
