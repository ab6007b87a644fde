"""Who plays a scene, what an ordinary day measures, and the list of devices from outside."""

import json
from datetime import UTC, datetime
from random import Random

import pytest

from anju.simulation import devices as lists
from anju.simulation import life, scenario
from anju.simulation.devices import Device
from anju.simulation.links import Ways
from anju.simulation.scenario import Scenario
from anju.simulation.simulator import CannotPlay, Simulator

pytestmark = pytest.mark.nodatabase
NOW = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)
WAYS = Ways("127.0.0.1", 1, 1, "http://127.0.0.1:1", lambda: NOW)
HEAD = "title: {zh: 火, en: Fire}\nabout: {zh: 火, en: Fire}\n"
STEPS = "steps:\n  - {at: 0, who: kitchen, event: fire}\n"


def _device(code: str, kind: str = "smoke", **over: str) -> Device:
    return Device(code=code, kind=kind, key="k" * 64, **over)  # type: ignore[arg-type]


def _scene(cast: str) -> Scenario:
    return scenario.parse(f"{HEAD}cast:\n{cast}{STEPS}", file="x.yaml")


def _cast(simulator: Simulator, cast: str) -> dict[str, str]:
    return {name: actor.device.code for name, actor in simulator.cast(_scene(cast)).items()}


def test_a_role_is_given_to_the_device_that_comes_nearest_to_what_it_wishes() -> None:
    able = [
        _device("T1", name="走道烟感"),
        _device("T2", name="厨房烟感", estate="兰泾花苑"),
        _device("T3", name="厨房烟感"),
        _device("T4", "gas"),
    ]
    role = "  kitchen: {kind: smoke, named: 厨房, estate: 兰泾花苑}\n"
    assert _cast(Simulator(able, WAYS), role) == {"kitchen": "T2"}
    assert _cast(Simulator(able[:1], WAYS), role) == {"kitchen": "T1"}, "a wish is no condition"
    with pytest.raises(CannotPlay, match="kitchen: this city has no smoke"):
        _cast(Simulator(able[3:], WAYS), role)


def test_a_role_beside_another_one_is_of_the_same_home() -> None:
    able = [_device("T1", home="A 101"), _device("T2", home="B 101"), _device("T3", "breaker", home="B 101")]
    must = "  kitchen: {kind: smoke}\n  mains: {kind: [residual_current, breaker], beside: kitchen}\n"
    for _turn in range(5):
        assert _cast(Simulator(able, WAYS), must) == {"kitchen": "T2", "mains": "T3"}, "the home that has both"
    with pytest.raises(CannotPlay, match="in the home of kitchen"):
        _cast(Simulator(able[:2], WAYS), must)
    may = must.replace("beside: kitchen}", "beside: kitchen, may_lack: true}")
    assert _cast(Simulator(able[:1], WAYS), may) == {"kitchen": "T1"}


def test_a_detector_behind_a_unit_plays_only_where_one_is_asked_for() -> None:
    unit = Device(code="T8", kind="transmission_unit", address="790300000000")
    part = Device(code="T9", kind="smoke", unit="T8", part="1-1-01000000")
    simulator = Simulator([unit, part, _device("T1")], WAYS)
    assert _cast(simulator, "  kitchen: {kind: smoke}\n") == {"kitchen": "T1"}
    assert _cast(simulator, "  kitchen: {kind: smoke, behind_unit: true}\n") == {"kitchen": "T9"}


def test_an_evening_differs_from_a_night_and_a_home_from_another_and_a_battery_only_drains() -> None:
    day = scenario.parse(scenario.load("ordinary-day")[1], file="ordinary-day.yaml")

    def current(code: str, hour: int) -> float:
        moment = datetime(2026, 11, 26, hour, 0)  # noqa: DTZ001  # local
        return life.measured(day.life["breaker"], code, moment, {}, Random(1))["current"]

    assert current("T1", 20) > current("T1", 3) + 5
    assert current("T1", 3) != current("T2", 3)
    smoke = day.life["smoke"]
    battery = life.measured(smoke, "T1", NOW, {"battery": 7.5}, Random(1))["battery"]
    assert 7.4 < battery <= 7.5


def test_the_register_s_own_words_are_a_list_of_devices_and_what_is_none_is_told_by_its_entry() -> None:
    one = {"id": "T1", "kind": "smoke", "where": "A 101", "user": "T1", "key": "k", "topic_up": "…"}
    unit = {"id": "T2", "kind": "transmission_unit", "where": "A", "address": "790300000000"}
    found = lists.read(json.dumps(one, indent=2) + "\n" + json.dumps(unit))
    assert [(device.code, device.home, device.address) for device in found] == [
        ("T1", "A 101", ""),
        ("T2", "A", "790300000000"),
    ]
    assert "k" not in repr(found[0]).replace("smoke", "")
    for text, told in (
        ("", "empty"),
        ("{]", "line 1"),
        (json.dumps(one) + '{"id": "T3"}', "entry 2 lacks kind"),
        ('{"id": "T3", "kind": "gas"}', "a key"),
    ):
        with pytest.raises(lists.BadList, match=told):
            lists.read(text)
