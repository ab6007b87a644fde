"""`anju alarms export`: every alarm as a line of JSON, or those since a moment."""

import json
from datetime import timedelta

import pytest

from anju.accounts.services import system_actor
from anju.commands import alarms
from anju.commands.failures import Failure
from anju.monitoring.services import handling
from anju.monitoring.testing import NOON, make_alarm

pytestmark = pytest.mark.django_db


def exported(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, object]]:
    assert alarms.run(["export", *arguments]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_every_alarm_is_a_line_with_what_became_of_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alarms, "AT_ONCE", 2)
    made = [make_alarm(event=event) for event in ("fire", "fault", "low_battery")]
    handling.acknowledge(by=system_actor(), alarm=made[0])
    lines = exported(capsys)
    assert [(line["alarm"], line["device"], line["kind"]) for line in lines] == [
        (alarm.code, alarm.device.code, alarm.kind) for alarm in made
    ]
    assert (lines[0]["first_at"], lines[0]["count"], lines[0]["state"]) == ("2026-11-20T04:00:00Z", 1, "acknowledged")
    assert (lines[1]["closed_at"], lines[1]["outcome"], lines[1]["because"]) == (None, "", {"event": "fault"})


def test_since_a_moment_leaves_out_what_was_known_before(capsys: pytest.CaptureFixture[str]) -> None:
    make_alarm(at=NOON)
    later = make_alarm(at=NOON + timedelta(hours=2))
    assert [line["alarm"] for line in exported(capsys, "--since", "2026-11-20T13:00:00")] == [later.code]
    assert exported(capsys, "--since", "2026-11-20T13:00:00+00:00") == []


def test_a_time_that_is_none_is_refused_with_an_example() -> None:
    with pytest.raises(Failure, match=r"2026-11-27T08:00:00\+08:00"):
        alarms.run(["export", "--since", "yesterday"])
