"""What the simulator gets of a demo, and that its ordinary day fits this register and its limits."""

import pytest
from django.conf import LazySettings

from anju.accounts.services import system_actor
from anju.core import time
from anju.core.errors import Refused
from anju.demo.lending import lend
from anju.dwellings.testing import make_dwelling
from anju.monitoring.models import Device
from anju.monitoring.services import keys, register
from anju.monitoring.testing import hear, make_device, make_device_with_key, make_message
from anju.monitoring.thresholds import edition_on
from anju.simulation import scenario
from anju.simulation.life import swell


@pytest.mark.django_db
def test_only_a_demo_lends_and_only_what_was_heard_with_the_newest_key(settings: LazySettings) -> None:
    device, _first = make_device_with_key(dwelling=make_dwelling(), name="厨房烟感")
    unit = make_device("transmission_unit", place=device.place, address="790300000000")
    part = make_device(place=device.place, parent=unit, part="1-1-01000000")
    retired = make_device()
    for one in (device, unit, part, retired):
        hear(make_message(one, at=time.now(), values={"battery": 80}), received=time.now())
    register.retire(by=system_actor(), device=retired, reason="Broken")
    make_device()  # never heard
    with pytest.raises(Refused):
        lend(time.now())
    settings.ANJU_DEMO = True
    newest = keys.rotate_key(by=system_actor(), device=device)
    lent = {one.code: one for one in lend(time.now())}
    assert lent.keys() == {device.code, unit.code, part.code}
    own = lent[device.code]
    assert (own.key, own.name, own.readings) == (newest, "厨房烟感", {"battery": 80})
    assert newest not in repr(own)
    assert (lent[unit.code].address, lent[part.code].unit, lent[part.code].part) == (
        "790300000000",
        unit.code,
        "1-1-01000000",
    )


def test_it_knows_the_kinds_of_the_register_and_an_ordinary_day_has_a_rhythm_for_each_that_speaks() -> None:
    assert set(scenario.KINDS) == set(Device.Kind.values)
    found = scenario.parse(scenario.load("ordinary-day")[1], file="ordinary-day.yaml")
    lent = {
        "smoke",
        "gas",
        "residual_current",
        "breaker",
        "lock",
        "face_terminal",
        "charging_pile",
        "lane_camera",
        "lift_blocker",
    }
    assert lent <= set(found.life)


def test_on_an_ordinary_day_no_reading_comes_near_a_limit_and_nobody_falls_silent() -> None:
    """What a device can say at most, against the limits in force: a living city raises no danger by itself."""
    found = scenario.parse(scenario.load("ordinary-day")[1], file="ordinary-day.yaml")
    kinds = edition_on(time.today()).kinds
    for kind, rhythm in found.life.items():
        allowed = kinds[kind].silent_after
        assert allowed is None or scenario.seconds(rhythm.every) * 1.2 < allowed
        for name, wave in rhythm.values.items():
            most = wave.calm + wave.own + wave.noise + max(swell(wave, quarter / 4) for quarter in range(96))
            limits = [
                rule.at_least
                for rule in kinds[kind].by_reading.get(name, ())
                if rule.at_least is not None and rule.rises_by is None
            ]
            assert all(most < limit * 0.8 for limit in limits), (kind, name)
