"""What the platform makes of a unit's frames: events, readings, keys, and what it refuses."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anju.monitoring.gateway.gb26875 import (
    STANDARD,
    CustomType,
    Frame,
    Profile,
    Quantity,
    Unit,
    decode,
    objects,
    tables,
    to_messages,
    write_time,
    write_unit,
)
from anju.monitoring.messages import Message, Unusable
from anju.monitoring.tests.gb26875_frames import CENTRE, FRAMES, UNIT
from anju.monitoring.vocabulary import EVENTS

pytestmark = pytest.mark.nodatabase
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CLOCK = write_time(NOW - timedelta(seconds=2))


def make_frame(kind: int, *what: objects.Object, command: int = 2, serial: int = 7, time: bytes = CLOCK) -> Frame:
    return Frame(serial, command, UNIT, CENTRE, time, write_unit(Unit(kind, what)))


def make_status(
    status: int, component: int = 40, location: str = "0a000200", time: bytes = CLOCK
) -> objects.ComponentStatus:
    return objects.ComponentStatus(1, 1, component, bytes.fromhex(location), status, objects.description("走廊"), time)


def said(frame: Frame, profile: Profile = STANDARD, received: datetime = NOW) -> list[Message]:
    found = to_messages(frame, device="U1", received=received, profile=profile)
    messages = [one for one in found if isinstance(one, Message)]
    assert len(messages) == len(found), found
    return messages


def refused(frame: Frame, profile: Profile = STANDARD) -> Unusable:
    (found,) = to_messages(frame, device="U1", received=NOW, profile=profile)
    assert isinstance(found, Unusable)
    return found


def status_events(status: int, component: int = 40, profile: Profile = STANDARD) -> list[str]:
    return [one.event for one in said(make_frame(tables.COMPONENT_STATUS, make_status(status, component)), profile)]


def test_a_smoke_detectors_fire_says_where_and_when() -> None:
    (found,) = said(make_frame(tables.COMPONENT_STATUS, make_status(2)))
    assert (found.device, found.source, found.event, found.values) == ("U1", "gb26875", "fire", {})
    assert found.at == NOW - timedelta(seconds=2)
    assert found.detail == {
        "type": 2,
        "system": 1,
        "system_address": 1,
        "component": 40,
        "location": "0a000200",
        "part": "1-1-0a000200",
        "text": "走廊",
        "states": ["fire"],
    }


@pytest.mark.parametrize(
    ("status", "component", "events"),
    [
        (0b00000010, 40, ["fire"]),
        (0b00000011, 40, ["fire"]),
        (0b00000010, 23, ["fire"]),
        (0b00000010, 11, ["gas_leak"]),
        (0b00000010, 17, ["pre_alarm"]),
        (0b00000100, 40, ["fault"]),
        (0b00001000, 40, ["fault"]),  # shielded: it would not see a fire
        (0b00010000, 97, ["fault"]),  # supervision: a valve is closed
        (0b100000000, 40, ["fault"]),
        (0b00000110, 40, ["fire", "fault"]),
        (0b00100010, 40, ["fire"]),
        (0b00100001, 91, [""]),  # a pump runs: says nothing about a fire
        (0b01000001, 91, [""]),
        (0b00000001, 40, ["restored"]),
        (0b00000000, 40, ["restored"]),
    ],
)
def test_states_of_a_component_become_events(status: int, component: int, events: list[str]) -> None:
    assert status_events(status, component) == events


def test_the_test_bit_counts_only_for_a_unit_whose_profile_trusts_it() -> None:
    trusting = Profile(trusts_test_bit=True)
    assert status_events(0b10) == ["fire"]
    assert status_events(0b10, profile=trusting) == ["test"]
    assert status_events(0b11, profile=trusting) == ["fire"]


def test_states_of_a_system_and_of_the_unit_become_events() -> None:
    def events(kind: int, what: objects.Object) -> list[str]:
        return [one.event for one in said(make_frame(kind, what))]

    def of_system(status: int) -> list[str]:
        return events(tables.SYSTEM_STATUS, objects.SystemStatus(1, 1, status, CLOCK))

    assert of_system(0b1) == ["restored"]
    assert of_system(1 << 1) == ["fire"]
    assert [of_system(1 << bit) for bit in (2, 3, 4, 8, 9, 10)] == [["fault"]] * 6
    assert of_system(1 << 11 | 1) == ["restored"]  # manual mode is a mode
    assert of_system(1 << 13) == ["restored"]
    assert of_system(1 << 13 | 2) == ["fire"]
    assert [events(tables.UNIT_STATUS, objects.UnitStatus(1 << bit, CLOCK)) for bit in range(7)] == [
        ["restored"], ["fire"], ["fault"], ["fault"], ["fault"], ["fault"], ["fault"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("bit", "events"),
    [(0, "restored"), (1, ""), (2, "fire"), (3, "restored"), (4, "test"), (5, ""), (6, "test")],
)
def test_operations_become_events(bit: int, events: str) -> None:
    (found,) = said(make_frame(tables.OPERATION, objects.Operation(1, 1, 1 << bit, 9, CLOCK)))
    assert found.event == events
    assert found.detail["operator"] == 9


def test_the_answer_on_duty_is_the_acknowledgement_of_the_check() -> None:
    (found,) = said(decode(FRAMES["somebody on duty answers"]))
    assert found.event == "ack"
    assert (found.detail["command"], found.detail["operator"]) == ("duty_check", 1)


@pytest.mark.parametrize(
    ("quantity", "component", "value", "values", "detail"),
    [
        (3, 31, 235, {"temperature": 23.5}, {}),
        (3, 31, -55, {"temperature": -5.5}, {}),
        (3, 18, 701, {"cable_temperature": 70.1}, {}),
        (6, 11, 123, {"gas": 12.3}, {}),
        (8, 16, 2203, {"voltage": 220.3}, {}),
        (9, 16, 12, {"current": 1.2}, {}),
        (9, 17, 3, {"residual_current": 300}, {}),
        (4, 92, 3, {}, {"quantity": "pressure", "value": 0.3, "unit": "MPa"}),
        (99, 92, 3, {}, {"quantity": 99, "value": 3}),
    ],
)
def test_readings_become_values_in_the_published_units(
    quantity: int, component: int, value: int, values: dict[str, float], detail: dict[str, Any]
) -> None:
    what = objects.ComponentReading(1, 1, component, b"\1\0\0\0", quantity, value, CLOCK)
    (found,) = said(make_frame(tables.COMPONENT_READING, what))
    assert found.values == values
    assert found.event == ""
    assert found.detail | detail == found.detail


def test_a_vendors_quantity_and_a_vendors_type_are_read_by_its_profile() -> None:
    what = objects.ComponentReading(1, 1, 17, b"\1\0\0\0", 130, 295, CLOCK)
    profile = Profile(quantities={130: Quantity("residual_current", "mA", 1)})
    (found,) = said(make_frame(tables.COMPONENT_READING, what), profile)
    assert found.values == {"residual_current": 295}

    fields = ("component", "location", "status", "temperature", "port", "name", "time")
    profile = Profile(types={130: CustomType("B4sHhB4s6s", fields, {"temperature": 0.1})}, trusts_test_bit=True)
    custom = objects.Custom((18, b"\1\0\0\0", 0b11, 655, 3, b"A1\0\0", CLOCK))
    frame = Frame(1, 2, UNIT, CENTRE, CLOCK, write_unit(Unit(130, (custom,)), profile))
    (found,) = said(frame, profile)
    assert (found.event, found.values) == ("pre_alarm", {"temperature": 65.5})
    assert found.detail == {
        "type": 130, "component": 18, "location": "01000000", "part": "01000000", "states": ["fire"], "port": 3, "name": "A1",
    }  # fmt: skip
    assert refused(frame).reason == "unknown_type"

    profile = Profile(types={131: CustomType("B", ("lane",), event="lane_occupied")})
    (found,) = said(Frame(1, 2, UNIT, CENTRE, CLOCK, b"\x83\x01\x05"), profile)
    assert (found.event, found.detail) == ("lane_occupied", {"type": 131, "lane": 5})


def test_reports_without_an_event_are_kept_as_detail() -> None:
    (version,) = said(decode(FRAMES["version of the unit"]))
    assert (version.event, version.detail) == ("", {"type": 25, "version": "1.1"})
    (clock,) = said(decode(FRAMES["time of the unit"]))
    assert clock.detail == {"type": 28, "clock": "2012-09-26T01:58:02+00:00"}
    text = objects.SystemConfiguration(1, 2, "三层".encode("gb18030"))
    (configuration,) = said(make_frame(tables.SYSTEM_CONFIGURATION, text))
    assert configuration.detail["configuration"] == "三层"


def test_vendors_signs_of_life_are_heartbeats() -> None:
    for data in (b"", b"\0"):
        (found,) = said(Frame(3, 2, UNIT, CENTRE, CLOCK, data))
        assert found.event == "heartbeat"
    own = Profile(heartbeat_commands=frozenset({130}), heartbeat_sizes=frozenset())
    assert said(Frame(3, 130, UNIT, CENTRE, CLOCK, b"abc"), own)[0].event == "heartbeat"
    assert refused(Frame(3, 2, UNIT, CENTRE, CLOCK, b""), own).reason == "bad_frame"
    assert own.knows(130)
    assert not STANDARD.knows(130)
    assert [STANDARD.knows(command) for command in (0, 1, 6, 7)] == [False, True, True, False]


def test_acknowledgements_say_nothing_and_replies_do() -> None:
    assert to_messages(decode(FRAMES["acknowledged"]), device="U1", received=NOW) == []
    assert to_messages(decode(FRAMES["not acknowledged"]), device="U1", received=NOW) == []
    (found,) = said(decode(FRAMES["the unit replies with its state"]))
    assert (found.event, found.detail["states"]) == ("fault", ["main_power_fault"])


def test_what_cannot_be_read_is_kept_with_its_reason() -> None:
    broken = Frame(1, 2, UNIT, CENTRE, CLOCK, b"\x02\x05abc")
    assert (refused(broken).reason, refused(broken).device) == ("bad_frame", "U1")
    assert decode(refused(broken).raw) == broken
    assert refused(Frame(1, 2, UNIT, CENTRE, CLOCK, b"\xc8\x01abc")).reason == "unknown_type"
    assert refused(decode(FRAMES["initialise"])).note == "a unit does not send command 1"


# ---- keys and times ----


def keys(frame: Frame, received: datetime = NOW) -> list[tuple[str, int]]:
    return [(one.boot, one.seq) for one in said(frame, received=received)]


def test_the_same_frame_again_has_the_same_keys_and_every_object_its_own() -> None:
    frame = make_frame(tables.COMPONENT_STATUS, make_status(6), make_status(2), make_status(2))
    assert len(set(keys(frame))) == 4
    assert keys(frame) == keys(frame, NOW + timedelta(hours=3))
    assert all(1 <= len(boot) <= 32 for boot, _seq in keys(frame))


def test_another_serial_time_or_content_is_another_message() -> None:
    kind = tables.COMPONENT_STATUS
    first = keys(make_frame(kind, make_status(2)))
    later = write_time(NOW - timedelta(seconds=1))
    assert first != keys(make_frame(kind, make_status(2), serial=8))
    assert first != keys(make_frame(kind, make_status(2), time=later))
    assert first != keys(make_frame(kind, make_status(4)))
    assert first != keys(make_frame(kind, make_status(2, location="0b000200")))


@pytest.mark.parametrize("dead", [bytes(6), bytes.fromhex("000000010100"), write_time(NOW + timedelta(days=2))])
def test_a_fire_after_a_restart_is_not_taken_for_a_repeat_when_the_clock_is_dead(dead: bytes) -> None:
    frame = make_frame(tables.COMPONENT_STATUS, make_status(2, time=dead), time=dead)
    assert keys(frame) == keys(frame, NOW + timedelta(seconds=30))
    assert keys(frame) != keys(frame, NOW + timedelta(minutes=11))


def test_the_time_is_the_objects_else_the_frames_else_ours_and_never_far_ahead() -> None:
    kind, nothing = tables.COMPONENT_STATUS, bytes(6)
    assert said(make_frame(kind, make_status(2, time=nothing)))[0].at == NOW - timedelta(seconds=2)
    assert said(make_frame(kind, make_status(2, time=nothing), time=nothing))[0].at == NOW
    ahead = said(make_frame(kind, make_status(2, time=write_time(NOW + timedelta(hours=1)))))[0]
    assert (ahead.at, ahead.detail["clamped_from"]) == (NOW, "2026-11-22T13:00:00+00:00")


@settings(deadline=None)
@given(st.integers(0, 255), st.binary(max_size=1024), st.binary(min_size=6, max_size=6), st.booleans())
def test_no_frame_makes_the_reader_fail(command: int, data: bytes, time: bytes, bcd: bool) -> None:
    frame = Frame(1, command, UNIT, CENTRE, time, data)
    for found in to_messages(frame, device="U1", received=NOW, profile=Profile(bcd_time=bcd)):
        assert isinstance(found, Unusable) or found.event in ("", *EVENTS)
