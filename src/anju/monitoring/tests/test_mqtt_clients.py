"""Clients that others wrote speak with our connection over a socket: paho and gmqtt."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import gmqtt  # type: ignore[import-untyped]
import pytest
from paho.mqtt.client import Client, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

from anju.monitoring.gateway.mqtt import (
    BAD_CREDENTIALS,
    Asked,
    Closed,
    Connection,
    LinkLost,
    Listens,
    Received,
    Said,
    Sessions,
    Write,
)

pytestmark = pytest.mark.nodatabase
UP, DOWN = "anju/v1/D1/up", "anju/v1/D1/down"


class Server:
    """The smallest server there can be: it lets D1 in with the key `key`, and "commits" at once."""

    def __init__(self) -> None:
        self.heard: list[Said] = []
        self.received: list[str] = []
        self.links: list[LinkLost | None] = []
        self.sessions = Sessions()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(time.monotonic())
        while data := await reader.read(65536):
            self.turn(connection, connection.feed(data, time.monotonic()), writer)
            if connection.state.name == "closed":
                break
        self.links.append(connection.lost())
        writer.close()

    def turn(self, connection: Connection, events: list[Any], writer: asyncio.StreamWriter) -> None:
        for event in events:
            if isinstance(event, Asked):
                self.answer(connection, event, writer)
            elif isinstance(event, Said):
                self.heard.append(event)
                writer.write(connection.puback(event.number) if event.number else b"")
            elif isinstance(event, Write | Closed):
                writer.write(event.data)
            elif isinstance(event, Listens) and event.on:
                writer.write(connection.command("c1", b'{"name": "self_test"}'))
            elif isinstance(event, Received):
                self.received.append(event.token)

    def answer(self, connection: Connection, asked: Asked, writer: asyncio.StreamWriter) -> None:
        said = asked.connect
        if (said.user, said.password) != ("D1", b"key"):
            writer.write(connection.refuse(BAD_CREDENTIALS))
            return
        session, present = self.sessions.begin("D1", said.client_id, clean=said.clean)
        writer.write(connection.accept(session, present=present, up=UP, down=DOWN))
        self.turn(connection, connection.feed(b"", time.monotonic()), writer)


@asynccontextmanager
async def listening(server: Server) -> AsyncIterator[int]:
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    async with listener:
        yield listener.sockets[0].getsockname()[1]


@contextmanager
def in_a_thread(server: Server) -> Iterator[int]:
    """For clients that block."""
    port: Future[int] = Future()
    stop = threading.Event()

    async def run() -> None:
        async with listening(server) as number:
            port.set_result(number)
            while not stop.is_set():
                await asyncio.sleep(0.01)

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    try:
        yield port.result(10)
    finally:
        stop.set()
        thread.join()


def wait_for(what: Any) -> None:
    end = time.monotonic() + 10
    while not what():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.01)


def make_paho(port: int, *, key: str = "key", will: bool = False, clean: bool = True) -> Client:
    client = Client(CallbackAPIVersion.VERSION2, client_id="paho", protocol=MQTTv311, clean_session=clean)
    client.username_pw_set("D1", key)
    if will:
        client.will_set(UP, b"gone", qos=1)
    client.connect("127.0.0.1", port, keepalive=30)
    client.loop_start()
    return client


def test_paho_publishes_and_is_acknowledged() -> None:
    server = Server()
    with in_a_thread(server) as port:
        client = make_paho(port)
        sent = [client.publish(UP, f"message {number}", qos=1) for number in range(200)]
        for one in sent:
            one.wait_for_publish(10)
        client.publish(UP, "message 200", qos=0)
        wait_for(lambda: len(server.heard) == 201)
        client.disconnect()
        client.loop_stop()
        wait_for(lambda: server.links)
    assert [said.payload.decode() for said in server.heard] == [f"message {number}" for number in range(201)]
    assert [said.number > 0 for said in server.heard] == [True] * 200 + [False]
    assert server.links == [None]


def test_paho_subscribes_to_its_commands_and_acknowledges_them() -> None:
    server, got = Server(), []
    granted: list[int] = []
    with in_a_thread(server) as port:
        client = make_paho(port, clean=False)
        client.on_message = lambda _client, _data, message: got.append((message.topic, message.payload))
        client.on_subscribe = lambda _client, _data, _mid, codes, _properties: granted.extend(c.value for c in codes)
        client.subscribe([(DOWN, 2), ("#", 1)])
        wait_for(lambda: server.received)
        client.unsubscribe(DOWN)
        client.disconnect()
        client.loop_stop()
    assert got == [(DOWN, b'{"name": "self_test"}')]
    assert granted == [1, 0x80]
    assert server.received == ["c1"]


def test_paho_with_a_wrong_key_is_told_so() -> None:
    server, codes = Server(), []
    with in_a_thread(server) as port:
        client = Client(CallbackAPIVersion.VERSION2, client_id="paho", protocol=MQTTv311)
        client.username_pw_set("D1", "wrong")
        client.on_connect = lambda _client, _data, _flags, code, _properties: codes.append(str(code))
        client.connect("127.0.0.1", port)
        client.loop_start()
        wait_for(lambda: codes)
        client.disconnect()
        client.loop_stop()
    assert codes[0] == "Bad user name or password"
    assert server.heard == []


@pytest.mark.parametrize(("qos", "retain"), [(2, False), (1, True)])
def test_paho_is_disconnected_for_qos_2_and_for_the_retain_flag(qos: int, retain: bool) -> None:
    server, gone = Server(), []
    with in_a_thread(server) as port:
        client = make_paho(port, will=True)
        client.on_disconnect = lambda *_about: gone.append(True)
        client.publish(UP, b"x", qos=qos, retain=retain)
        wait_for(lambda: gone and server.links)
        client.disconnect()
        client.loop_stop()
    assert server.heard == []
    link = server.links[0]
    assert link is not None
    assert link.will is not None
    assert link.will.payload == b"gone"


def test_gmqtt_publishes_subscribes_and_comes_back_to_its_session() -> None:
    server, got = Server(), []

    def on_message(_client: Any, topic: str, payload: bytes, _qos: int, _properties: Any) -> int:
        got.append((topic, payload))
        return 0

    async def visit(port: int) -> None:
        client = gmqtt.Client("gmqtt", clean_session=False)
        client.set_auth_credentials("D1", "key")
        client.on_message = on_message
        await client.connect("127.0.0.1", port, version=gmqtt.constants.MQTTv311)
        client.subscribe(DOWN, qos=1)
        for number in range(20):
            client.publish(UP, f"message {number}", qos=1)
        for _turn in range(500):
            if len(server.heard) % 20 == 0 and server.heard and got:
                break
            await asyncio.sleep(0.01)
        await client.disconnect()

    async def run() -> None:
        async with listening(server) as port:
            await visit(port)
            got.clear()
            await visit(port)
            await asyncio.sleep(0.05)

    asyncio.run(run())
    assert len(server.heard) == 40
    assert got == [(DOWN, b'{"name": "self_test"}')]
    assert server.received == ["c1", "c1"]
    assert server.sessions.count == 1
    assert server.links == [None, None]
