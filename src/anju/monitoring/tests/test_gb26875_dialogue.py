"""What the centre says to a unit and waits for: acknowledgements, clock, questions, 查岗."""

from datetime import UTC, datetime, timedelta

import pytest

from anju.monitoring.gateway.gb26875 import (
    Dialogue,
    Frame,
    Profile,
    Result,
    Unit,
    acknowledge,
    decode,
    duty_check,
    encode,
    initialise,
    objects,
    read_unit,
    refuse,
    set_clock,
    tables,
)
from anju.monitoring.tests.gb26875_frames import CENTRE, FIRE, FRAMES, UNIT

pytestmark = pytest.mark.nodatabase
AT = datetime(2012, 9, 26, 1, 58, 35, tzinfo=UTC)
ASKED = datetime(2012, 9, 26, 1, 58, 32, tzinfo=UTC)


def make_dialogue(serial: int = 1) -> Dialogue:
    return Dialogue(own=CENTRE, unit=UNIT, serial=serial)


def answer(wire: bytes, command: int, data: bytes = b"") -> Frame:
    asked = decode(wire)
    return Frame(asked.serial, command, UNIT, CENTRE, asked.time, data)


def test_acknowledging_and_refusing_are_as_in_the_standard() -> None:
    assert acknowledge(decode(FIRE), at=AT) == FRAMES["acknowledged"]
    assert refuse(decode(FIRE), at=AT) == FRAMES["not acknowledged"]
    assert decode(acknowledge(decode(FIRE), at=AT, profile=Profile(bcd_time=True))).time.hex() == "355809260912"


def test_what_the_centre_says_is_as_in_the_standard() -> None:
    clock = datetime(2012, 9, 26, 1, 58, 2, tzinfo=UTC)
    for what, name in (
        (set_clock(clock), "set the clock"),
        (duty_check(10), "is anybody on duty"),
        (initialise(), "initialise"),
    ):
        assert make_dialogue().control(what, token="x", now=0.0, at=ASKED) == FRAMES[name]
    ask = Unit(tables.ASK_UNIT_STATUS, (objects.AskUnit(),))
    assert make_dialogue().ask(ask, token="x", now=0.0, at=ASKED) == FRAMES["read the state of the unit"]


def test_a_control_ends_with_the_acknowledgement_and_a_question_with_the_reply() -> None:
    dialogue = make_dialogue()
    clock = dialogue.control(set_clock(AT), token="clock", now=0.0, at=AT)
    question = dialogue.ask(Unit(81, (objects.AskUnit(),)), token="state", now=0.0, at=AT)
    assert dialogue.hear(answer(question, tables.ACKNOWLEDGE), 1.0) == []
    assert dialogue.hear(answer(question, tables.REPLY, b"\x15\x01\x08" + bytes(6)), 1.0) == [Result("state", "done")]
    assert dialogue.hear(answer(clock, tables.ACKNOWLEDGE), 1.0) == [Result("clock", "done")]
    assert dialogue.hear(answer(clock, tables.ACKNOWLEDGE), 1.0) == []
    assert dialogue.tick(100.0) == (b"", [])


def test_a_refusal_ends_it_too() -> None:
    dialogue = make_dialogue()
    wire = dialogue.control(initialise(), token="x", now=0.0, at=AT)
    assert dialogue.hear(answer(wire, tables.REFUSE), 1.0) == [Result("x", "refused")]


def test_what_is_not_answered_is_sent_three_times_more_and_then_given_up() -> None:
    dialogue = make_dialogue()
    wire = dialogue.control(initialise(), token="x", now=0.0, at=AT)
    assert dialogue.tick(9.9) == (b"", [])
    assert [dialogue.tick(now) for now in (10.0, 20.0, 30.0, 35.0, 40.0, 50.0)] == [
        (wire, []), (wire, []), (wire, []), (b"", []), (b"", [Result("x", "unanswered")]), (b"", []),
    ]  # fmt: skip


def test_a_duty_check_waits_for_a_person_as_many_minutes_as_it_says() -> None:
    dialogue = make_dialogue()
    wire = dialogue.control(duty_check(10), token="duty", now=0.0, at=AT)
    assert dialogue.hear(answer(wire, tables.ACKNOWLEDGE), 1.0) == []
    assert dialogue.hear(decode(FIRE), 2.0) == []
    assert dialogue.hear(decode(FRAMES["somebody on duty answers"]), 300.0) == [Result("duty", "done")]
    assert dialogue.tick(1000.0) == (b"", [])

    wire = dialogue.control(duty_check(10), token="duty", now=0.0, at=AT)
    dialogue.hear(answer(wire, tables.ACKNOWLEDGE), 1.0)
    assert dialogue.tick(600.9) == (b"", [])
    assert dialogue.tick(601.0) == (b"", [Result("duty", "no_duty_answer")])


def test_broken_duty_answers_are_no_answers() -> None:
    dialogue = make_dialogue()
    wire = dialogue.control(duty_check(1), token="duty", now=0.0, at=AT)
    dialogue.hear(answer(wire, tables.ACKNOWLEDGE), 1.0)
    for data in (b"\x18", b"\x18\x01\x20", b"\x18\x01\x40\x01" + bytes(6)):
        assert dialogue.hear(answer(wire, tables.UPLOAD, data), 2.0) == []


def test_serials_run_around_skip_those_in_use_and_are_never_too_many() -> None:
    dialogue = make_dialogue(serial=0xFFFF)
    sent = [dialogue.control(initialise(), token=str(n), now=0.0, at=AT) for n in range(33)]
    assert [decode(wire).serial for wire in sent[:3]] == [0xFFFF, 0, 1]
    assert sent[32] == b""
    busy = make_dialogue(serial=5)
    busy.control(initialise(), token="a", now=0.0, at=AT)
    busy._serial = 5
    assert decode(busy.control(initialise(), token="b", now=0.0, at=AT)).serial == 6


def test_the_clock_is_carried_as_chinas_time() -> None:
    wire = make_dialogue().control(
        set_clock(AT + timedelta(hours=14, minutes=1, seconds=25)), token="x", now=0.0, at=AT
    )
    assert read_unit(decode(wire).data).objects == (objects.SetClock(bytes((0, 0, 0, 27, 9, 12))),)
    assert encode(decode(wire)) == wire
