"""Stored exactly once: repeats, conflicts, poison, order, and the alarms that follow."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from anju.monitoring.models import Alarm, DeviceState, Reading, Rejected, Seen
from anju.monitoring.services import tables
from anju.monitoring.testing import NOON, hear, make_device, make_message, make_unusable

pytestmark = pytest.mark.django_db


def alarms() -> list[Alarm]:
    return list(Alarm.objects.unscoped(reason="test").order_by("id"))


def statuses(outcomes: list) -> list[str]:  # type: ignore[type-arg]
    return [outcome.status for outcome in outcomes]


def test_a_message_is_kept_with_its_readings_and_moves_the_state() -> None:
    device = make_device()
    assert statuses(hear(make_message(device, seq=1, values={"smoke": 0.5}))) == ["accepted"]
    row = Reading.objects.get()
    assert (row.device_id, row.boot, row.seq, row.values, row.at) == (device.pk, "b1", 1, {"smoke": 0.5}, NOON)
    assert row.received == NOON + timedelta(seconds=1)
    assert str(row.received_day) == "2026-11-20"
    state = DeviceState.objects.get(device=device)
    assert (state.seq, state.readings, state.measured_at) == (1, {"smoke": 0.5}, NOON)
    assert alarms() == []


def test_a_repeat_is_absorbed_in_the_same_batch_and_in_a_later_one() -> None:
    device = make_device()
    said = make_message(device, event="fire")
    assert statuses(hear(said, said)) == ["accepted", "repeated"]
    assert statuses(hear(said)) == ["repeated"]
    assert Reading.objects.count() == Seen.objects.count() == 1
    assert [alarm.count for alarm in alarms()] == [1]


def test_new_messages_beside_one_that_was_taken_before_count_once_with_all_that_follows_from_them() -> None:
    """The batch is written a second time then: of the first time nothing may be left."""
    device = make_device()
    before = make_message(device, seq=1, event="fire")
    hear(before)
    outcomes = hear(
        make_unusable(device, "not_json", b"{oops"), before, make_message(device, seq=2, event="fire"),
        make_message(device, seq=1, values={"smoke": 9}),
    )  # fmt: skip
    assert statuses(outcomes) == ["rejected", "repeated", "accepted", "conflicting"]
    assert Reading.objects.count() == Seen.objects.count() == 2
    assert sorted(Rejected.objects.values_list("reason", flat=True)) == ["conflict", "not_json"]
    assert [alarm.count for alarm in alarms()] == [2]


def test_a_number_used_twice_with_other_content_is_refused_and_shown() -> None:
    device = make_device()
    first = make_message(device, seq=7, values={"smoke": 1})
    other = make_message(device, seq=7, values={"smoke": 99})
    assert statuses(hear(first, other)) == ["accepted", "conflicting"]
    assert statuses(hear(other)) == ["conflicting"]
    assert [(row.reason, row.note) for row in Rejected.objects.all()] == [("conflict", "boot b1, seq 7")] * 2
    assert Reading.objects.get().values == {"smoke": 1}
    assert alarms() == []


def test_who_is_not_in_the_register_is_rejected_and_listed_by_what_it_calls_itself() -> None:
    outcomes = hear(make_message("T-NOBODY", event="fire"), make_unusable("aabbccddeeff", "unknown_device"))
    assert [(outcome.status, outcome.reason) for outcome in outcomes] == [("rejected", "unknown_device")] * 2
    assert sorted(Rejected.objects.values_list("address", flat=True)) == ["T-NOBODY", "aabbccddeeff"]


def test_words_that_are_no_message_are_kept_with_their_reason_beside_good_ones() -> None:
    device = make_device()
    outcomes = hear(make_unusable(device, "not_json", b"{oops", note="line 1"), make_message(device))
    assert statuses(outcomes) == ["rejected", "accepted"]
    row = Rejected.objects.get()
    assert (row.device_id, row.reason, row.note, row.excerpt) == (device.pk, "not_json", "line 1", "{oops")


@pytest.mark.parametrize("boot", ['a "\\/" b', "1e5", "true", "\u2028 灶间 𝄞 \x01", "'; --"])
def test_words_and_numbers_are_kept_as_they_were_said(boot: str) -> None:
    device = make_device()
    values, detail = {"smoke": 0.1 + 0.2, "temperature": -1e-7}, {"text": boot, "of": [1, None, {"x": 1.50}]}
    said = make_message(device, boot=boot, seq=2**63 - 1, values=values, detail=detail)
    assert statuses(hear(said, make_message(device, boot=boot[::-1], seq=0))) == ["accepted"] * 2
    row = Reading.objects.get(seq=2**63 - 1)
    assert (row.boot, row.values, row.detail) == (boot, values, detail)
    assert bytes(Seen.objects.get(boot=boot).digest) == said.digest
    state = DeviceState.objects.get(device=device)
    assert (state.boot, state.boots) == (boot[::-1], [boot])
    assert statuses(hear(said)) == ["repeated"]


@pytest.mark.parametrize(
    "over",
    [
        {"boot": "\0"},
        {"boot": "\ud800"},
        {"boot": "x" * 33},
        {"seq": 2**63},
        {"seq": -(2**63) - 1},
        {"detail": {"text": "\0"}},
        {"detail": {"part": "\ud800"}},
        {"event": "e" * 40},
    ],
)
def test_a_poison_message_is_rejected_alone_and_the_others_are_stored(over: dict[str, object]) -> None:
    device = make_device()
    good = [make_message(device, values={"smoke": 1}) for _n in range(5)]
    poison = make_message(device, digest=b"p" * 16, **over)  # type: ignore[arg-type]
    outcomes = hear(*good[:3], poison, *good[3:])
    assert statuses(outcomes) in (
        ["accepted"] * 3 + ["rejected"] + ["accepted"] * 2,
        ["accepted"] * 6,  # a database that can keep it may
    )
    assert [row.values for row in Reading.objects.order_by("id")].count({"smoke": 1}) == 5
    assert statuses(hear(*good)) == ["repeated"] * 5


def test_a_late_message_alarms_and_does_not_move_the_state_backwards() -> None:
    device = make_device()
    hear(make_message(device, seq=10, values={"smoke": 1}))
    old = make_message(device, seq=9, at=NOON - timedelta(hours=3), event="fire")
    assert [outcome.alarm for outcome in hear(old, received=NOON + timedelta(minutes=1))] == [True]
    state = DeviceState.objects.get(device=device)
    assert (state.seq, state.measured_at, state.event) == (10, NOON, "")
    [alarm] = alarms()
    assert (alarm.kind, alarm.late, alarm.first_at) == ("fire", True, NOON - timedelta(hours=3))
    assert Reading.objects.get(seq=9).late


def test_one_open_alarm_per_device_and_kind_counts_what_repeats_it() -> None:
    device = make_device()
    hear(*(make_message(device, event="fire", at=NOON + timedelta(seconds=n)) for n in range(3)))
    hear(make_message(device, event="fire", at=NOON + timedelta(seconds=9)), make_message(device, event="tamper"))
    fire, tamper = alarms()
    assert (fire.count, fire.first_at, fire.last_at) == (4, NOON, NOON + timedelta(seconds=9))
    assert (tamper.kind, tamper.count) == ("tamper", 1)


def test_how_messages_fall_into_batches_makes_no_difference() -> None:
    seconds = [("fault", 0), ("restored", 1), ("fault", 2), ("pre_alarm", 3), ("fire", 4), ("fire", 5), ("restored", 6)]
    together, apart = make_device(), make_device()
    hear(*(make_message(together, event=event, at=NOON + timedelta(seconds=n)) for event, n in seconds))
    for event, n in seconds:
        hear(make_message(apart, event=event, at=NOON + timedelta(seconds=n)), received=NOON + timedelta(seconds=7))

    def told(device: object) -> list[tuple[object, ...]]:
        rows = Alarm.objects.unscoped(reason="test").filter(device=device).order_by("first_at", "rank")
        return [(a.kind, a.state, a.outcome, a.count, a.first_at, a.last_at, a.restored_at) for a in rows]

    assert told(together) == told(apart)
    assert [(row[0], row[1], row[3]) for row in told(together)] == [
        ("fault", "closed", 1),
        ("fault", "closed", 1),
        ("pre_alarm", "closed", 1),
        ("fire", "new", 2),
    ]


def test_a_batch_finds_its_devices_by_key_however_few_the_register_holds() -> None:
    """PostgreSQL would read a small or a new table whole, and keep to that plan when it has grown."""
    hear(make_message(make_device()))
    source = tables.BY_CODE_POSTGRES if connection.vendor == "postgresql" else tables.BY_CODE_SQLITE
    codes = [f"T{number}" for number in range(500)]
    given: Any = codes if connection.vendor == "postgresql" else json.dumps(codes)
    explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    tables.by_key(connection)
    try:
        with connection.cursor() as cursor:
            cursor.execute(explain + " SELECT d.id FROM " + source.replace("%b", "%s"), [given])  # noqa: S608
            plan = "\n".join(str(row) for row in cursor.fetchall())
    finally:
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                for setting in tables.OFF:
                    cursor.execute(f"RESET {setting}")
    assert not re.search(r"Seq Scan|SCAN [ds]\b", plan), plan
