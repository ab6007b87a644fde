"""What messages mean, without a database: limits, hysteresis, duration, rise, order, maintenance."""

from datetime import date, timedelta
from typing import Any

import pytest

from anju.monitoring import thresholds
from anju.monitoring.services.judging import Finding, Judged, State, judge
from anju.monitoring.testing import NOON, make_message

pytestmark = pytest.mark.nodatabase
DAY = date(2026, 11, 20)


class Device:
    """Says one thing after the other."""

    def __init__(self, kind: str = "smoke", limits: tuple[tuple[str, float], ...] = ()) -> None:
        self.rules, self.state, self.seq = thresholds.rules_of(kind, DAY, limits), State(), 100

    def says(
        self, second: float = 0, *, delay: float = 1, quiet: bool = False, boot: str = "b1", seq: int | None = None,
        event: str = "", detail: dict[str, Any] | None = None, source: Any = "mqtt", **values: float,
    ) -> Judged:  # fmt: skip
        self.seq += 1
        at = NOON + timedelta(seconds=second)
        said = make_message(
            "T1", boot=boot, seq=self.seq if seq is None else seq, at=at, event=event, values=values, detail=detail,
            source=source,
        )  # fmt: skip
        judged = judge(self.state, said, self.rules, received=at + timedelta(seconds=delay), quiet=quiet)
        self.state = judged.state
        return judged


def told(judged: Judged) -> list[tuple[str, bool, bool]]:
    return [(finding.kind, finding.present, finding.new) for finding in judged.findings]


def one(judged: Judged) -> Finding:
    [finding] = judged.findings
    return finding


def test_a4_3_a_reading_at_its_limit_raises_and_says_why() -> None:
    finding = one(Device().says(smoke=10))
    assert (finding.kind, finding.present, finding.new) == ("fire", True, True)
    assert (finding.because["value"], finding.because["limit"], finding.because["unit"]) == (10, 10, "%/m")
    assert finding.because["edition"] == "2026-08-01"
    assert finding.because["source"]
    assert told(Device().says(smoke=4.9)) == []


def test_a4_3_it_is_over_below_the_lower_limit_and_not_in_between() -> None:
    device = Device()
    device.says(smoke=12)
    assert told(device.says(1, smoke=7)) == [("fire", True, False)]
    assert ("fire", False, False) in told(device.says(2, smoke=5))
    assert told(device.says(3, smoke=2)) == []
    assert told(device.says(4, smoke=11)) == [("fire", True, True)]


def test_a4_3_what_must_hold_for_a_time_is_not_raised_by_a_spike() -> None:
    device = Device("residual_current")
    assert told(device.says(0, residual_current=400)) == []
    assert told(device.says(5, residual_current=100)) == []
    assert told(device.says(6, residual_current=400)) == []
    assert told(device.says(15.9, residual_current=400)) == []
    assert told(device.says(16, residual_current=400)) == [("electrical", True, True)]


def test_a4_3_a_rise_counts_within_its_window_and_only_from_its_floor() -> None:
    slow, fast, cold = Device(), Device(), Device()
    assert [told(slow.says(n * 30, temperature=30 + n)) for n in range(20)] == [[]] * 20
    fast.says(0, temperature=25)
    assert told(fast.says(50, temperature=40)) == [("fire", True, True)]
    cold.says(0, temperature=-5)
    assert told(cold.says(50, temperature=15)) == []


def test_a_rise_is_found_in_readings_of_every_second() -> None:
    device = Device()
    raised = [n for n in range(120) if told(device.says(n, temperature=22 + n * 0.3))]
    assert raised[0] == 50  # 15 degrees within the last minute, and above 35


def test_a4_3_battery_low_is_over_when_it_reads_full_also_after_the_device_said_so_itself() -> None:
    device = Device()
    assert told(device.says(battery=9)) == [("battery", True, True)]
    assert told(device.says(1, battery=15)) == [("battery", True, False)]
    assert told(device.says(2, battery=95)) == [("battery", False, False)]
    device.says(3, event="low_battery")
    device.says(4, battery=8)
    assert told(device.says(5, battery=95)) == [("battery", False, False)]


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ("fire", "fire"),
        ("gas_leak", "gas"),
        ("overload", "electrical"),
        ("fault", "fault"),
        ("low_battery", "battery"),
        ("tamper", "tamper"),
        ("test", "test"),
        ("ebike_in_lift", "lift"),
        ("lane_occupied", "lane"),
        ("port_fault", "pile"),
    ],
)
def test_a4_3_what_the_device_decides_keeps_its_own_kind(event: str, kind: str) -> None:
    assert told(Device().says(event=event)) == [(kind, True, True)]


@pytest.mark.parametrize("event", ["heartbeat", "ack", "door_open", "door_refused", "patrol_scan", "charge_start"])
def test_what_nobody_must_see_to_raises_nothing(event: str) -> None:
    assert told(Device().says(event=event)) == []


def test_restored_ends_what_this_part_had_and_no_other() -> None:
    device = Device("transmission_unit")
    device.says(0, event="fault", detail={"part": "1"})
    device.says(1, event="fault", detail={"part": "2"})
    finding = one(device.says(2, event="restored", detail={"part": "1"}))
    assert (finding.kind, finding.part, finding.present) == ("fault", "1", False)


def test_a_lane_that_is_free_is_its_own_lane() -> None:
    device = Device("lane_camera")
    device.says(0, event="lane_occupied", detail={"lane": "A1"})
    assert told(device.says(1, event="lane_cleared", detail={"lane": "A2"})) == []
    assert told(device.says(2, event="lane_cleared", detail={"lane": "A1"})) == [("lane", False, False)]


def test_a_fire_alarm_says_the_pre_alarm_with_it() -> None:
    device = Device()
    device.says(0, smoke=6)
    assert told(device.says(10, smoke=6)) == [("pre_alarm", True, True)]
    assert told(device.says(11, smoke=20)) == [("fire", True, True)]


def test_an_older_message_raises_danger_and_leaves_the_state_as_it_is() -> None:
    device = Device()
    device.says(100, seq=50, smoke=1)
    before = device.state
    judged = device.says(10, seq=49, smoke=30)
    assert told(judged) == [("fire", True, True)]
    assert judged.late
    assert not judged.moved
    assert device.state == before
    assert told(device.says(11, seq=48, event="fire")) == [("fire", True, True)]
    assert told(device.says(12, seq=47, event="restored")) == []
    assert told(device.says(13, seq=46, event="fault")) == []


def test_an_older_message_completes_the_time_that_newer_ones_began() -> None:
    device = Device("residual_current")
    device.says(0, seq=50, residual_current=100)
    device.says(8, seq=52, residual_current=400)
    device.says(14, seq=53, residual_current=400)
    assert told(device.says(3, seq=51, residual_current=400)) == [("electrical", True, True)]


def test_within_a_boot_the_number_and_not_a_clock_set_back_says_what_is_newer() -> None:
    device = Device()
    device.says(0, seq=1, smoke=1)
    judged = device.says(-86400, seq=2, smoke=2, delay=86401)
    assert judged.moved
    assert device.state.readings == {"smoke": 2}


def test_after_a_restart_the_new_boot_counts_and_what_the_old_one_still_sends_does_not() -> None:
    device = Device()
    device.says(0, boot="a", seq=900, smoke=1)
    assert device.says(10, boot="b", seq=0, smoke=2).moved
    assert not device.says(5, boot="a", seq=901, smoke=3).moved
    assert device.says(11, boot="b", seq=1, smoke=4).moved
    assert device.state.readings == {"smoke": 4}


def test_a_state_does_not_freeze_on_a_time_that_was_wrong() -> None:
    device = Device()
    device.says(540, boot="a", seq=1, smoke=1, delay=0)
    assert not device.says(0, boot="c", seq=0, smoke=2, delay=541).moved
    assert device.says(1, boot="c", seq=1, smoke=3, delay=1500).moved


def test_a_clock_that_is_years_behind_counts_as_now() -> None:
    judged = Device().says(0, delay=90 * 86400, event="fire")
    assert judged.at == NOON + timedelta(days=90)
    assert one(judged).at == judged.at


def test_what_waited_in_the_device_while_the_link_was_gone_is_late_and_still_in_order() -> None:
    device = Device()
    judged = [device.says(n, delay=7200 - n, smoke=n) for n in range(12)]
    assert all(one.late and one.moved for one in judged)
    assert ("fire", True, True) in told(judged[10])


def test_a4_3_maintenance_turns_danger_into_a_test_and_leaves_the_rest_out() -> None:
    device = Device()
    finding = one(device.says(0, quiet=True, smoke=40))
    assert (finding.kind, finding.because["instead_of"]) == ("test", "fire")
    assert one(device.says(1, quiet=True, event="fire")).kind == "test"
    assert told(device.says(2, quiet=True, event="fault")) == []
    assert told(device.says(3, quiet=True, battery=3)) == []
    # what still holds when it is over is raised by the next message
    assert sorted(told(device.says(4, smoke=40, battery=3))) == [("battery", True, True), ("fire", True, True)]


def test_a_restart_of_the_gateway_raises_nothing_anew() -> None:
    device = Device()
    device.says(0, smoke=40)
    assert told(device.says(1, smoke=40)) == [("fire", True, False)]  # the state came back from the table


def test_a_unit_with_ever_new_parts_does_not_grow_without_end() -> None:
    device = Device("transmission_unit")
    for n in range(900):
        device.says(n, event="fault", detail={"part": f"p{n}"})
    assert len(device.state.memory) <= 400


def test_judging_changes_nothing_that_it_was_given() -> None:
    device = Device()
    device.says(0, smoke=6, temperature=20)
    before = device.state
    kept = repr(before)
    device.says(10, smoke=40, temperature=80, event="fire")
    assert repr(before) == kept
