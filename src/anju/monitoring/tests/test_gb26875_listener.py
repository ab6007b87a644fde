"""Frames over a real socket: confirmed after the commit, refused when damaged or unknown, the clock set, commands answered."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from anju.monitoring.gateway import gb26875
from anju.monitoring.gateway.gb26875 import tables
from anju.monitoring.gateway.gb26875.listener import Known, Link, Listener
from anju.monitoring.messages import Message, Unusable

pytestmark = pytest.mark.nodatabase
UNIT, CENTRE = bytes.fromhex("790300000000"), bytes(6)


def _upload(serial: int, at: datetime, data: bytes, source: bytes = UNIT) -> bytes:
    return gb26875.encode(gb26875.Frame(serial, tables.UPLOAD, source, CENTRE, gb26875.write_time(at), data))


def _fire(at: datetime) -> bytes:
    """One component of system 1, a smoke detector, in the state fire."""
    return bytes.fromhex("0201010128") + bytes.fromhex("0a000200") + b"\x02\x00" + bytes(31) + gb26875.write_time(at)


class Store:
    """Collects what is said; `confirm` plays the commit."""

    def __init__(self) -> None:
        self.said: list[Message | Unusable] = []
        self.held: list[Callable[[], None]] = []

    def say(self, message: Message | Unusable, then: Callable[[], None], link: Link) -> None:
        self.said.append(message)
        self.held.append(then)

    def confirm(self) -> None:
        for then in self.held:
            then()
        self.held.clear()


async def _knock(address: bytes, peer: str) -> Known | None:
    return Known("T1") if address == UNIT else None


class Unit:
    """A transmission unit at the other end."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer, self.stream = reader, writer, gb26875.Stream()
        self.frames: list[gb26875.Frame] = []

    def send(self, raw: bytes) -> None:
        self.writer.write(raw)

    async def hears(self, within: float = 2.0) -> gb26875.Frame:
        async with asyncio.timeout(within):
            while not self.frames:
                data = await self.reader.read(4096)
                assert data, "the link was closed"
                self.frames += [found for found in self.stream.feed(data) if isinstance(found, gb26875.Frame)]
        return self.frames.pop(0)


def serving(test: Callable[[Unit, Store, Listener], Coroutine[Any, Any, None]]) -> None:
    async def run() -> None:
        store = Store()
        listener = Listener(_knock, store.say)
        server = await listener.open("127.0.0.1", 0)
        reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
        try:
            await asyncio.wait_for(test(Unit(reader, writer), store, listener), 20)
        finally:
            writer.transport.abort()
            listener.close()
            server.close()
            await asyncio.sleep(0.01)

    asyncio.run(run())


async def _until(condition: Callable[[], bool]) -> None:
    for _n in range(300):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came")


def test_a_fire_is_confirmed_after_the_commit_and_not_before() -> None:
    async def test(unit: Unit, store: Store, listener: Listener) -> None:
        now = datetime.now(UTC)
        unit.send(_upload(7, now, _fire(now)))
        await _until(lambda: bool(store.said))
        message = store.said[0]
        assert isinstance(message, Message)
        assert (message.device, message.event) == ("T1", "fire")
        with pytest.raises(TimeoutError):
            await unit.hears(0.2)
        store.confirm()
        answer = await unit.hears()
        assert (answer.command, answer.serial, answer.target) == (tables.ACKNOWLEDGE, 7, UNIT)

    serving(test)


def test_frames_cut_anywhere_and_glued_together_are_each_confirmed() -> None:
    async def test(unit: Unit, store: Store, listener: Listener) -> None:
        now = datetime.now(UTC)
        raw = b"".join(_upload(serial, now, _fire(now + timedelta(seconds=serial))) for serial in (1, 2, 3))
        for at in range(0, len(raw), 29):
            unit.send(raw[at : at + 29])
            await asyncio.sleep(0)
        await _until(lambda: len(store.said) == 3)
        store.confirm()
        assert [(await unit.hears()).serial for _n in range(3)] == [1, 2, 3]

    serving(test)


def test_a_damaged_frame_and_an_unknown_unit_are_refused_and_the_next_good_one_is_taken() -> None:
    async def test(unit: Unit, store: Store, listener: Listener) -> None:
        now = datetime.now(UTC)
        damaged = bytearray(_upload(4, now, _fire(now)))
        damaged[40] ^= 0xFF
        unit.send(bytes(damaged))
        assert (await unit.hears()).command == tables.REFUSE
        unit.send(_upload(5, now, _fire(now), source=b"\x01" * 6))
        refused = await unit.hears()
        assert (refused.command, refused.serial) == (tables.REFUSE, 5)
        unit.send(b"noise" + _upload(6, now, _fire(now)))
        await _until(lambda: bool(store.said))
        store.confirm()
        assert (await unit.hears()).command == tables.ACKNOWLEDGE

    serving(test)


def test_a_unit_whose_clock_is_wrong_is_given_the_time() -> None:
    async def test(unit: Unit, store: Store, listener: Listener) -> None:
        late = datetime.now(UTC) - timedelta(hours=3)
        unit.send(_upload(1, late, _fire(late)))
        command = await unit.hears()
        assert command.command == tables.CONTROL
        assert command.data[:1] == bytes((tables.SET_CLOCK,))

    serving(test)


def test_a_duty_check_that_nobody_answers_is_told() -> None:
    async def test(unit: Unit, store: Store, listener: Listener) -> None:
        told: list[str] = []
        listener.answered = lambda device, result: told.append(f"{device} {result.token} {result.outcome}")
        now = datetime.now(UTC)
        unit.send(_upload(1, now, _fire(now)))
        await _until(lambda: "T1" in listener.by_device)
        link = listener.by_device["T1"]
        assert link.control("T1", gb26875.duty_check(1), "night")
        asked = await unit.hears()
        unit.send(gb26875.encode(gb26875.Frame(asked.serial, tables.ACKNOWLEDGE, UNIT, CENTRE, asked.time)))
        await asyncio.sleep(0.1)
        link.tick(time.monotonic() + 61)
        assert told == ["T1 night no_duty_answer"]

    serving(test)


def test_a_unit_is_asked_every_hour_how_it_is_and_its_answer_is_a_message() -> None:
    async def test(unit: Unit, store: Store, listener: Listener) -> None:
        now = datetime.now(UTC)
        unit.send(_upload(1, now, _fire(now)))
        await _until(lambda: "T1" in listener.by_device)
        link, began = listener.by_device["T1"], time.monotonic()
        for later in (1, 500):
            link.tick(began + later)
            unit.send(_upload(2, now, b""))  # a sign of life, so that the link is not given up
        link._heard = began + 3601
        link.tick(began + 3602)
        link.tick(began + 3604)
        asked = await unit.hears()
        assert (asked.command, asked.data[:1]) == (tables.REQUEST, bytes((tables.ASK_UNIT_STATUS,)))
        status = gb26875.write_unit(gb26875.Unit(tables.UNIT_STATUS, (gb26875.objects.UnitStatus(9, asked.time),)))
        unit.send(gb26875.encode(gb26875.Frame(asked.serial, tables.REPLY, UNIT, CENTRE, asked.time, status)))
        await _until(lambda: any(isinstance(said, Message) and said.event == "fault" for said in store.said))
        with pytest.raises(TimeoutError):
            await unit.hears(0.2)

    serving(test)


def test_who_never_says_a_frame_is_closed() -> None:
    async def test(unit: Unit, store: Store, listener: Listener) -> None:
        unit.send(b"@@@@@@")
        await _until(lambda: bool(listener.links))
        next(iter(listener.links)).tick(time.monotonic() + 31)
        with contextlib.suppress(ConnectionResetError):
            assert await unit.reader.read() == b""

    serving(test)
