"""The listener with real clients over loopback: acknowledged after the commit, strangers limited, nobody held up by another."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from anju.monitoring.gateway import doors, mqtt
from anju.monitoring.gateway.committing import Committer
from anju.monitoring.gateway.mqtt import listener as mqtt_listener
from anju.monitoring.gateway.mqtt import packets
from anju.monitoring.gateway.mqtt.listener import Heard, Known, Link, Listener

pytestmark = pytest.mark.nodatabase
UP, DOWN = "anju/v1/M1/up", "anju/v1/M1/down"


class Gate:
    """A store that can be held back."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.open.set()
        self.stored: list[Heard] = []

    def __call__(self, items: Sequence[Heard]) -> list[None]:
        self.open.wait(10)
        self.stored += items
        return [None] * len(items)


writers: list[asyncio.StreamWriter] = []


async def _socket(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writers.append(writer)
    return reader, writer


async def _knock(connect: mqtt.Connect) -> Known | None:
    if connect.password != b"right" or not connect.user:
        return None
    return Known(connect.user, f"anju/v1/{connect.user}/up", f"anju/v1/{connect.user}/down")


def _held(listener: Listener) -> tuple[asyncio.Event, list[str]]:
    """Whoever is looked up from now on waits for the event; and who has been asked about."""
    go_on, asked = asyncio.Event(), list[str]()

    async def slowly(connect: mqtt.Connect) -> Known | None:
        asked.append(connect.user or "")
        await go_on.wait()
        return await _knock(connect)

    listener.knock = slowly
    return go_on, asked


def serving(test: Callable[[int, Gate, Listener], Coroutine[Any, Any, None]]) -> None:
    """Run the test beside a listener on a free port."""

    async def run() -> None:
        gate = Gate()
        committer: Committer[Heard, None] = Committer(gate)

        def say(heard: Heard, then: Callable[[], None], link: Link) -> None:
            committer.put(heard, lambda result: then(), link)

        listener = Listener(_knock, say, forget=committer.forget)
        server = await listener.open("127.0.0.1", 0)
        watch = asyncio.get_running_loop().create_task(listener.watch())
        try:
            await asyncio.wait_for(test(server.sockets[0].getsockname()[1], gate, listener), 30)
        finally:
            gate.open.set()
            for writer in writers:
                writer.transport.abort()
            writers.clear()
            watch.cancel()
            listener.close()
            server.close()
            await committer.drain()
            committer.close()

    asyncio.run(run())


async def _until(condition: Callable[[], bool]) -> None:
    for _n in range(500):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came")


def _client() -> paho.Client:
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id="M1")
    client.username_pw_set("M1", "right")
    return client


def test_paho_is_acknowledged_after_the_commit_and_not_before() -> None:
    async def test(port: int, gate: Gate, listener: Listener) -> None:
        gate.open.clear()
        client = _client()
        client.connect("127.0.0.1", port)
        client.loop_start()
        sent = await asyncio.to_thread(client.publish, UP, b'{"boot":"a"}', 1)
        await asyncio.sleep(0.3)
        assert not sent.is_published()
        gate.open.set()
        await _until(sent.is_published)
        assert gate.stored == [Heard("M1", b'{"boot":"a"}', True, UP)]
        await asyncio.to_thread(client.disconnect)
        await asyncio.to_thread(client.loop_stop)
        await _until(lambda: not listener.links)

    serving(test)


def test_a_message_on_another_devices_topic_is_handed_on_as_not_its_own_and_acknowledged() -> None:
    async def test(port: int, gate: Gate, listener: Listener) -> None:
        client = _client()
        client.connect("127.0.0.1", port)
        client.loop_start()
        sent = await asyncio.to_thread(client.publish, "anju/v1/M2/up", b"{}", 1)
        await _until(sent.is_published)
        assert [heard.own for heard in gate.stored] == [False]
        await asyncio.to_thread(client.disconnect)
        await asyncio.to_thread(client.loop_stop)

    serving(test)


async def _sign_in(port: int, user: str, password: bytes) -> tuple[int, asyncio.StreamReader, asyncio.StreamWriter]:
    """The code of the CONNACK, or -1 when the connection was closed without one."""
    reader, writer = await _socket(port)
    writer.write(packets.connect(mqtt.Connect(user, user, password)))
    answer = await reader.read(4)
    return (answer[3] if len(answer) == 4 else -1), reader, writer


def test_after_ten_wrong_passwords_an_address_waits_and_who_is_in_goes_on() -> None:
    async def test(port: int, gate: Gate, listener: Listener) -> None:
        code, reader, writer = await _sign_in(port, "M1", b"right")
        assert code == 0
        codes = [(await _sign_in(port, "M9", b"guess"))[0] for _n in range(30)]
        assert codes[: doors.WRONG] == [mqtt.BAD_CREDENTIALS] * doors.WRONG
        assert set(codes[doors.WRONG :]) == {mqtt.UNAVAILABLE}
        writer.write(packets.publish(UP, b"{}", number=7))
        assert await reader.readexactly(4) == packets.puback(7)
        listener.doorman.clock = lambda: time.monotonic() + doors.WINDOW + 1
        assert (await _sign_in(port, "M2", b"right"))[0] == 0

    serving(test)


def test_who_hangs_up_while_being_looked_up_costs_its_neighbours_nothing() -> None:
    """Behind one address may be a building: lines that break are no wrong passwords."""

    async def test(port: int, gate: Gate, listener: Listener) -> None:
        known, asked = _held(listener)
        for number in range(2 * doors.WRONG):
            _reader, writer = await _socket(port)
            writer.write(packets.connect(mqtt.Connect(f"M{number}", f"M{number}", b"right")))
        await _until(lambda: len(asked) == 2 * doors.WRONG)
        for writer in writers:
            writer.transport.abort()
        await _until(lambda: not listener.links)
        known.set()
        assert (await _sign_in(port, "M1", b"right"))[0] == 0

    serving(test)


def test_more_sign_ins_of_one_address_than_are_looked_at_wait_for_their_turn() -> None:
    """All detectors behind one router, when the power is back: none is sent away, for it may come again only in a minute."""

    async def test(port: int, gate: Gate, listener: Listener) -> None:
        at_once, most = 0, 0

        async def slowly(connect: mqtt.Connect) -> Known | None:
            nonlocal at_once, most
            at_once += 1
            most = max(most, at_once)
            await asyncio.sleep(0.01)
            at_once -= 1
            return await _knock(connect)

        listener.knock = slowly
        found = await asyncio.gather(*(_sign_in(port, f"M{number}", b"right") for number in range(4 * doors.AT_ONCE)))
        assert {code for code, _reader, _writer in found} == {0}
        assert most == doors.AT_ONCE
        assert listener._lines == {}

    serving(test)


def test_who_waits_for_a_turn_is_sent_away_once_its_address_is_barred_and_who_hangs_up_leaves_the_line() -> None:
    async def test(port: int, gate: Gate, listener: Listener) -> None:
        known, _asked = _held(listener)
        guesses = [asyncio.ensure_future(_sign_in(port, "M9", b"guess")) for _n in range(2 * doors.AT_ONCE)]
        await _until(lambda: sum(map(len, listener._lines.values())) == doors.AT_ONCE)
        _reader, writer = await _socket(port)
        writer.write(packets.connect(mqtt.Connect("M1", "M1", b"right")))
        await _until(lambda: sum(map(len, listener._lines.values())) == doors.AT_ONCE + 1)
        writer.transport.abort()
        await _until(lambda: sum(map(len, listener._lines.values())) == doors.AT_ONCE)
        known.set()
        codes = [code for code, _reader, _writer in await asyncio.gather(*guesses)]
        assert codes.count(mqtt.UNAVAILABLE) >= doors.AT_ONCE - doors.WRONG
        assert listener._lines == {}

    serving(test)


def test_a_line_that_is_full_sends_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mqtt_listener, "IN_LINE", 3)

    async def test(port: int, gate: Gate, listener: Listener) -> None:
        known, _asked = _held(listener)
        many = [asyncio.ensure_future(_sign_in(port, f"M{n}", b"right")) for n in range(doors.AT_ONCE + 3 + 2)]
        await _until(lambda: sum(one.done() for one in many) == 2)
        known.set()
        codes = [code for code, _reader, _writer in await asyncio.gather(*many)]
        assert (codes.count(0), codes.count(mqtt.UNAVAILABLE)) == (doors.AT_ONCE + 3, 2)

    serving(test)


def test_who_trickles_or_stays_silent_is_closed() -> None:
    async def test(port: int, gate: Gate, listener: Listener) -> None:
        reader, writer = await _socket(port)
        writer.write(b"\x10")
        await _until(lambda: bool(listener.links))
        link = next(iter(listener.links))
        assert not link.is_late(time.monotonic())
        assert link.is_late(time.monotonic() + mqtt.LIMITS.to_connect + 1)
        link.end("late")
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""

    serving(test)


def test_a_device_that_comes_again_closes_its_older_link_and_is_not_reported_lost() -> None:
    lost: list[str] = []

    async def test(port: int, gate: Gate, listener: Listener) -> None:
        listener.ended = lambda device, why, will: lost.append(device)
        _code, reader, _writer = await _sign_in(port, "M1", b"right")
        _code, _reader, second = await _sign_in(port, "M1", b"right")
        assert await reader.read() == b""
        assert lost == []
        second.transport.abort()
        await _until(lambda: lost == ["M1"])

    serving(test)


@pytest.mark.parametrize(
    ("end", "why"),
    [
        (lambda writer, listener: writer.transport.abort(), "broken"),
        (lambda writer, listener: writer.write(b"\xe0\x00"), "goodbye"),
        (lambda writer, listener: writer.write(b"\xff\x00"), "wrong"),
        (lambda writer, listener: listener.by_device["M1"].end("late", why="late"), "late"),
        (lambda writer, listener: listener.close(), "stopped"),
    ],
)
def test_how_a_link_ended_is_told_and_only_a_goodbye_leaves_the_last_will_unsaid(end: Any, why: str) -> None:
    told: list[tuple[str, ...]] = []

    async def test(port: int, gate: Gate, listener: Listener) -> None:
        listener.came = lambda device: told.append((device,))
        listener.ended = lambda device, why, will: told.append((device, why, will.decode()))
        reader, writer = await _socket(port)
        will = packets.Will("anju/v1/M1/up", b"power is gone")
        writer.write(packets.connect(mqtt.Connect("M1", "M1", b"right", will=will)))
        assert (await reader.readexactly(4))[3] == 0
        end(writer, listener)
        await _until(lambda: len(told) == 2)

    serving(test)
    assert told == [("M1",), ("M1", why, "" if why == "goodbye" else "power is gone")]


def test_while_the_database_does_not_answer_nothing_is_acknowledged_and_a_broken_link_costs_nothing() -> None:
    async def test(port: int, gate: Gate, listener: Listener) -> None:
        gate.open.clear()
        _code, reader, writer = await _sign_in(port, "M1", b"right")
        writer.write(packets.publish(UP, b"1", number=1) + packets.publish(UP, b"2", number=2))
        with contextlib.suppress(TimeoutError):
            assert await asyncio.wait_for(reader.read(4), 0.3) == b"never"
        writer.transport.abort()
        gate.open.set()
        await _until(lambda: len(gate.stored) == 2)

    serving(test)
