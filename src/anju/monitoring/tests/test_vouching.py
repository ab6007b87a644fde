"""What devices say about their homes, and what they no longer say when they stop (A4.3)."""

from datetime import timedelta
from typing import Any

import pytest

from anju.accounts.services import system_actor
from anju.core import time
from anju.dwellings.models import Current, Dwelling
from anju.dwellings.services.facts import observe
from anju.dwellings.testing import SOUND_ROOM, make_dwelling, make_sound_dwelling
from anju.monitoring.models import Device, DeviceState, Vouched
from anju.monitoring.services import register, vouching
from anju.monitoring.testing import hear, make_alarm, make_device, make_message

pytestmark = pytest.mark.django_db


def _home(**room: Any) -> Dwelling:
    return make_dwelling(facts={"rooms_let": 1}, rooms={"A": {**SOUND_ROOM, "alarm": None, **room}})


def _speak(device: Device) -> None:
    now = time.now()
    hear(make_message(device, at=now, event="heartbeat"), received=now)


def _fall_silent(device: Device) -> None:
    DeviceState.objects.filter(device=device).update(silent=True)


def _alarm_of(home: Dwelling, room: str = "A") -> Any:
    return Current.objects.get(dwelling=home).rooms[room].get("alarm")


def test_a4_3_a_smoke_detector_that_speaks_proves_the_alarm_of_its_room_and_one_nobody_heard_does_not() -> None:
    home = _home()
    device = make_device(dwelling=home, room="A")
    vouching.look(time.now())
    assert _alarm_of(home) is None
    _speak(device)
    vouching.look(time.now())
    assert _alarm_of(home) is True
    assert home.observations.order_by("-id")[0].source == "device"
    count = home.observations.count()
    vouching.look(time.now())
    assert home.observations.count() == count, "nothing changed, so nothing is written"


@pytest.mark.parametrize("stop", ["silent", "fault", "tamper", "retired", "moved"])
def test_a4_3_a_detector_that_stops_withdraws_what_it_said(stop: str) -> None:
    home = _home()
    device = make_device(dwelling=home, room="A")
    _speak(device)
    vouching.look(time.now())
    assert _alarm_of(home) is True
    if stop == "silent":
        _fall_silent(device)
    elif stop in ("fault", "tamper"):
        make_alarm(device, event=stop, at=time.now())
    elif stop == "retired":
        register.retire(by=system_actor(), device=device, reason="Broken")
    else:
        register.move_device(by=system_actor(), device=device, spot=register.Spot(dwelling=make_dwelling()))
    vouching.look(time.now())
    assert _alarm_of(home) is None, "unknown: nobody has looked whether another alarm hangs there"
    home.refresh_from_db()
    assert home.verdict != "compliant"


def test_a4_3_the_room_stays_covered_while_a_second_detector_there_still_speaks() -> None:
    home = _home()
    first, second = make_device(dwelling=home, room="A"), make_device(dwelling=home, room="A")
    _speak(first)
    _speak(second)
    vouching.look(time.now())
    _fall_silent(first)
    vouching.look(time.now())
    assert _alarm_of(home) is True
    assert list(Vouched.objects.values_list("device", flat=True)) == [second.pk]


def test_a4_3_a_detector_of_no_room_speaks_for_the_common_part() -> None:
    home = make_sound_dwelling(facts={"common_alarm": False})
    _speak(make_device(dwelling=home))
    vouching.look(time.now())
    assert Current.objects.get(dwelling=home).facts["common_alarm"] is True
    home.refresh_from_db()
    assert home.verdict == "compliant"


def test_a4_3_what_an_inspector_saw_after_the_device_was_registered_stands() -> None:
    home = _home()
    device = make_device(dwelling=home, room="A")
    seen = {"rooms": {"A": {"alarm": False}}}
    observe(by=system_actor(), source="inspection", dwelling=home, values=seen, observed_at=time.now())
    _speak(device)
    vouching.look(time.now())
    assert _alarm_of(home) is False
    _fall_silent(device)
    vouching.look(time.now())
    assert _alarm_of(home) is False, "a violation somebody saw does not become unknown"


def test_a4_3_a_detector_does_not_bring_back_a_room_that_is_gone() -> None:
    home = make_dwelling()
    _speak(make_device(dwelling=home, room="X"))
    vouching.look(time.now())
    assert Current.objects.get(dwelling=home).rooms == {}


def test_a4_3_a_device_that_lives_on_says_so_again_before_the_fact_grows_stale() -> None:
    home = _home()
    device = make_device(dwelling=home, room="A")
    _speak(device)
    vouching.look(time.now())
    Vouched.objects.update(at=time.now() - vouching.AGAIN - timedelta(hours=1))
    count = home.observations.count()
    vouching.look(time.now())
    assert home.observations.count() == count + 1


@pytest.mark.parametrize("kind", ["residual_current", "breaker", "arc"])
def test_a4_3_electrical_monitoring_holds_while_a_detector_works_and_is_unknown_when_none_does(kind: str) -> None:
    home = make_sound_dwelling()

    def said() -> Any:
        return Current.objects.get(dwelling=home).register.get("electrical_monitoring", "silent")

    assert said() == "silent"
    device = make_device(kind, dwelling=home)
    _speak(device)
    vouching.look(time.now())
    assert said() is True
    _fall_silent(device)
    vouching.look(time.now())
    assert said() is None
    register.retire(by=system_actor(), device=device, reason="Broken")
    assert said() == "silent"


def test_a4_3_a_moved_electrical_detector_leaves_its_old_home_at_once() -> None:
    home, other = make_sound_dwelling(), make_sound_dwelling()
    device = make_device("breaker", dwelling=home)
    _speak(device)
    vouching.look(time.now())
    register.move_device(by=system_actor(), device=device, spot=register.Spot(dwelling=other))
    registers = [Current.objects.get(dwelling=one).register.get("electrical_monitoring") for one in (home, other)]
    assert registers == [None, True]
    assert vouching.to_settle(time.now()) == []
