"""Room fires, played to the platform's own thresholds: every one found, none before it burned (A4.3)."""

import os
from pathlib import Path

import pytest

from anju.monitoring.replay import BadRecording, Recording, play, read, recordings
from anju.monitoring.testing_fires import harmless, invented

pytestmark = pytest.mark.nodatabase
REAL = os.environ.get("ANJU_FIRES_DIR", "")


@pytest.mark.parametrize("fire", invented(), ids=lambda fire: fire.name)
@pytest.mark.parametrize("every", [1, 10])
def test_a4_3_a_made_up_fire_is_found_and_never_before_it_burned(fire: Recording, every: int) -> None:
    alarm = play(fire, every=every)
    assert alarm.found, fire.name
    assert not alarm.too_early
    assert alarm.after is not None
    assert alarm.after <= 420


@pytest.mark.parametrize("room", harmless(), ids=lambda room: room.name)
def test_a4_3_a_room_that_only_becomes_warm_raises_nothing(room: Recording) -> None:
    assert play(room).after is None


@pytest.mark.skipif(not REAL, reason="ANJU_FIRES_DIR names no folder of recorded fires")
@pytest.mark.parametrize("every", [1, 10])
def test_a4_3_every_recorded_fire_is_found_and_none_before_it_burned(every: int) -> None:
    alarms = [play(fire, every=every) for fire in recordings(Path(REAL))]
    assert alarms
    assert [alarm.name for alarm in alarms if not alarm.found] == []
    assert [alarm.name for alarm in alarms if alarm.too_early] == []


HEAD = "Time,Timestamp,Elapsed Time,Quadrant A Temperature 25 mm Below Ceiling,Quadrant A Temperature 0.3 m Below Ceiling\n"


def test_a_recording_is_read_from_its_two_files(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(f"{HEAD}-1,2018-12-02 13:09:59,0,24.5,20\n0,2018-12-02 13:10:00,1,-9999,20\n")
    (tmp_path / "x_Events.csv").write_text("Time,Event\n2018-12-02-13:10:00,Ignition\n")
    (found,) = recordings(tmp_path)
    (detector,) = found.detectors
    assert (found.ignition, detector) == (1.0, "Quadrant A Temperature 25 mm Below Ceiling")
    assert [values for _second, values in found.rows] == [{detector: 24.5}, {}]


def test_a_file_without_an_ignition_or_a_temperature_is_named(tmp_path: Path) -> None:
    data, events = tmp_path / "y.csv", tmp_path / "y_Events.csv"
    data.write_text(f"{HEAD}0,2018-12-02 13:09:59,0,24,20\n")
    events.write_text("Time,Event\n2018-12-02-13:10:00,Door Open\n")
    with pytest.raises(BadRecording, match="y_Events"):
        read(data, events)
    data.write_text("Time,Timestamp\n")
    with pytest.raises(BadRecording, match=r"y\.csv"):
        read(data, events)
