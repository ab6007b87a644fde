"""What the centre says to a unit, and what it waits for (6.4, 6.5)."""

from datetime import datetime
from typing import Literal

import msgspec

from anju.monitoring.gateway.gb26875 import tables as t
from anju.monitoring.gateway.gb26875.frames import Frame, encode
from anju.monitoring.gateway.gb26875.objects import AskUnit, DutyCheck, SetClock, UnitOperation
from anju.monitoring.gateway.gb26875.profiles import STANDARD, Profile
from anju.monitoring.gateway.gb26875.times import write_time
from anju.monitoring.gateway.gb26875.units import Unit, UnitError, read_unit, write_unit

REPLY_WITHIN = 10.0  # seconds (6.5.4)
TRIES = 4  # the first one and three more (6.5.5)
MOST_WAITING = 32

Outcome = Literal["done", "refused", "unanswered", "no_duty_answer"]


def acknowledge(frame: Frame, *, at: datetime, profile: Profile = STANDARD) -> bytes:
    """确认, with the serial of what was received; to be sent after the commit."""
    return _answer(frame, t.ACKNOWLEDGE, at, profile)


def refuse(frame: Frame, *, at: datetime, profile: Profile = STANDARD) -> bytes:
    """否认: for `Damaged.header`, an unknown command, or a unit that is not registered."""
    return _answer(frame, t.REFUSE, at, profile)


def _answer(frame: Frame, command: int, at: datetime, profile: Profile) -> bytes:
    time = write_time(at, bcd=profile.bcd_time)
    answer = Frame(frame.serial, command, frame.target, frame.source, time, b"", frame.version, frame.user_version)
    return encode(answer)


def set_clock(at: datetime, profile: Profile = STANDARD) -> Unit:
    """Give it to `Dialogue.control` at once: it carries the time it was made."""
    return Unit(t.SET_CLOCK, (SetClock(write_time(at, bcd=profile.bcd_time)),))


def duty_check(minutes: int) -> Unit:
    """查岗: somebody on duty must answer within so many minutes (1 to 255; GB 26875.1 has 10)."""
    return Unit(t.DUTY_CHECK, (DutyCheck(minutes),))


def initialise() -> Unit:
    return Unit(t.INITIALISE, (AskUnit(),))


def ask_status() -> Unit:
    """How the unit itself is: type 81, answered with 21."""
    return Unit(t.ASK_UNIT_STATUS, (AskUnit(),))


class Result(msgspec.Struct, frozen=True):
    """How something that was asked of the unit ended. token: the caller's own name for it."""

    token: str
    outcome: Outcome


class _Waiting(msgspec.Struct):
    token: str
    wire: bytes
    command: int
    again_at: float
    tries: int
    answer_within: float  # seconds for the answer on duty; 0 if none is asked


class Dialogue:
    """The centre's side of one unit's connection. `now` is the caller's monotonic seconds, `at` the time of day.

    own, unit: the two addresses, six bytes in wire order. Several centres' processes may speak to one unit, one after the
    other; the serial starts at `serial`, and a unit tells them apart by the frame's time.
    """

    def __init__(self, *, own: bytes, unit: bytes, profile: Profile = STANDARD, serial: int = 0) -> None:
        self.own, self.unit, self.profile = own, unit, profile
        self._serial = serial
        self._waiting: dict[int, _Waiting] = {}
        self._duty: dict[str, float] = {}  # token → when the answer is late

    def control(self, what: Unit, *, token: str, now: float, at: datetime) -> bytes:
        """Command 1: set_clock, duty_check, initialise. The unit acknowledges. b"" while too much is unanswered."""
        minutes = what.objects[0].minutes if isinstance(what.objects[0], DutyCheck) else 0
        return self._send(t.CONTROL, what, token, now, at, minutes * 60.0)

    def ask(self, what: Unit, *, token: str, now: float, at: datetime) -> bytes:
        """Command 4: the types 61 to 68 and 81 to 88. The unit replies with its data, which goes through `to_messages`."""
        return self._send(t.REQUEST, what, token, now, at, 0.0)

    def _send(self, command: int, what: Unit, token: str, now: float, at: datetime, within: float) -> bytes:
        if len(self._waiting) >= MOST_WAITING:
            return b""
        while self._serial in self._waiting:
            self._serial = self._serial + 1 & 0xFFFF
        time = write_time(at, bcd=self.profile.bcd_time)
        data = write_unit(what, self.profile)
        wire = encode(Frame(self._serial, command, self.own, self.unit, time, data))
        self._waiting[self._serial] = _Waiting(token, wire, command, now + REPLY_WITHIN, 1, within)
        self._serial = self._serial + 1 & 0xFFFF
        return wire

    def hear(self, frame: Frame, now: float) -> list[Result]:
        """What a frame of the unit settles. Call it for every frame of the unit, its data is not used up by that."""
        if frame.command in (t.ACKNOWLEDGE, t.REPLY, t.REFUSE):
            return self._answered(frame, now)
        if self._duty and frame.command == t.UPLOAD and self._is_duty_answer(frame):
            answered, self._duty = list(self._duty), {}
            return [Result(token, "done") for token in answered]
        return []

    def _answered(self, frame: Frame, now: float) -> list[Result]:
        waiting = self._waiting.get(frame.serial)
        expected = t.REPLY if waiting is not None and waiting.command == t.REQUEST else t.ACKNOWLEDGE
        if waiting is None or frame.command not in (expected, t.REFUSE):
            return []
        del self._waiting[frame.serial]
        if frame.command == t.REFUSE:
            return [Result(waiting.token, "refused")]
        if waiting.answer_within:
            self._duty[waiting.token] = now + waiting.answer_within
            return []
        return [Result(waiting.token, "done")]

    def _is_duty_answer(self, frame: Frame) -> bool:
        if frame.data[:1] != bytes((t.UNIT_OPERATION,)):
            return False
        try:
            unit = read_unit(frame.data, self.profile)
        except UnitError:
            return False
        return any(isinstance(one, UnitOperation) and one.operation >> 5 & 1 for one in unit.objects)

    def tick(self, now: float) -> tuple[bytes, list[Result]]:
        """Call about once a second: what has to be sent again, and what has ended without an answer."""
        again, results = [], []
        for serial, waiting in list(self._waiting.items()):
            if now < waiting.again_at:
                continue
            if waiting.tries >= TRIES:
                del self._waiting[serial]
                results.append(Result(waiting.token, "unanswered"))
                continue
            waiting.tries += 1
            waiting.again_at = now + REPLY_WITHIN
            again.append(waiting.wire)
        for token in [token for token, late in self._duty.items() if now >= late]:
            del self._duty[token]
            results.append(Result(token, "no_duty_answer"))
        return b"".join(again), results
