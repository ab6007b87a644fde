"""The file in which a city says what its devices do differently: understood whole, or refused with the place."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from anju.monitoring import checks
from anju.monitoring.gateway import gb26875
from anju.monitoring.gateway.dialects import BadDialects, read
from anju.monitoring.messages import Message

pytestmark = pytest.mark.nodatabase
EXAMPLE = """
camera_events:
  ebikeDetection: ebike_in_lift
  fielddetection/vehicle: lane_occupied, lane_cleared
transmission_units:
  current-monitor:
    bcd_time: true
    heartbeat_sizes: [0, 1, 2]
    heartbeat_commands: [140]
    uploads: [130]
    trusts_test_bit: true
    quantities:
      128: {name: residual_current, unit: mA, scale: 0.1}
    types:
      130:
        format: BB4sH6s
        fields: [system, system_address, location, residual_current, time]
        scales: {residual_current: 0.1}
"""
NOW = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)


def test_a_citys_cameras_get_their_meaning_beside_the_documented_ones() -> None:
    events = read(EXAMPLE).camera_events
    assert events["ebikedetection"].event == "ebike_in_lift"
    assert events["fielddetection/vehicle"].ended == "lane_cleared"
    assert events["parking"].event == "lane_occupied"


def test_a_vendors_own_type_in_its_own_times_becomes_a_reading() -> None:
    profile = read(EXAMPLE).unit("current-monitor")
    assert profile is not None
    time = gb26875.write_time(NOW, bcd=True)
    what = gb26875.Unit(130, (gb26875.objects.Custom((1, 2, b"\1\0\2\0", 3051, time)),))
    frame = gb26875.Frame(7, 130, b"\1" * 6, bytes(6), time, gb26875.write_unit(what, profile))
    (said,) = gb26875.to_messages(frame, device="T1", received=NOW, profile=profile)
    assert isinstance(said, Message)
    assert (said.values, said.at) == ({"residual_current": 305.1}, NOW)
    assert said.detail["part"] == "1-2-01000200"
    assert profile.knows(140)
    assert not gb26875.STANDARD.knows(140)


def test_a_name_that_nobody_described_is_known_as_such_and_no_name_is_the_standard() -> None:
    found = read("")
    assert found.unit("") == found.unit("standard") == gb26875.STANDARD
    assert found.unit("somebody") is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[", "it is not YAML"),
        ("- a", "camera_events and transmission_units"),
        ("cameras: {}", "and no others"),
        ("camera_events: [a]", "camera_events"),
        ("camera_events: {x: explosion}", "'x' cannot mean 'explosion'"),
        ("transmission_units: {a: {bcd: true}}", "a: bcd is not known; there are bcd_time"),
        ("transmission_units: {a: {bcd_time: maybe}}", "bcd_time"),
        ("transmission_units: {a: {uploads: [2]}}", "uploads: 2 is not the vendor's to give; 128 to 255 are"),
        ("transmission_units: {a: {types: {255: {format: B, fields: [x]}}}}", "types: 255"),
        ("transmission_units: {a: {types: {128: {format: BB, fields: [x]}}}}", "has 2 values, but 1 fields"),
        ("transmission_units: {a: {types: {128: {format: Z, fields: [x]}}}}", "the format 'Z' cannot be read"),
        ("transmission_units: {a: {types: {128: {format: 9999999999s, fields: [x]}}}}", "a frame holds 1022"),
        ("transmission_units: {a: 3}", "a table of what differs is expected"),
    ],
)
def test_what_is_half_understood_is_refused_with_its_place(text: str, words: str) -> None:
    with pytest.raises(BadDialects, match=words.replace("(", r"\(")):
        read(text)


def test_a_wrong_file_stops_the_start(settings: Any, tmp_path: Path) -> None:
    settings.ANJU_DIALECTS_FILE = tmp_path / "dialects.yaml"
    settings.ANJU_DIALECTS_FILE.write_text(EXAMPLE)
    assert checks.dialects_are_understood(None) == []
    settings.ANJU_DIALECTS_FILE.write_text("camera_events: {x: explosion}")
    (error,) = checks.dialects_are_understood(None)
    assert "dialects.yaml" in str(error.msg)
    assert "explosion" in str(error.msg)
