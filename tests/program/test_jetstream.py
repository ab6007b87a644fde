"""A real nats-server in front: what is in the stream is stored once, whoever reads it and whoever dies."""

import asyncio
import itertools
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import nats
import pytest

from anju.monitoring.gateway.jetstream import partition_of
from tests.program.devices import City, payload, postgres_city
from tests.program.nats_server import Server

pytestmark = [pytest.mark.nodatabase, pytest.mark.needs("nats")]
DEVICES, MESSAGES, KILLS = 6, 300, 4


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    (tmp_path / "nats").mkdir()
    made = Server(tmp_path / "nats")
    yield made
    made.kill()


def source(server: Server, name: str, *more: str) -> list[str]:
    return ["--from", server.url, "--name", name, *more]


@asynccontextmanager
async def publishing(server: Server) -> AsyncIterator[Any]:
    client = await nats.connect(server.url)
    try:
        yield client.jetstream()
    finally:
        await client.close()


async def _publish(server: Server, codes: list[str], numbers: range) -> None:
    async with publishing(server) as stream:
        for number, code in itertools.product(numbers, codes):
            await stream.publish(f"anju.v1.{code}.up", payload(number))


def _until_stored(city: City, rows: int, within: float = 240) -> dict[str, int]:
    until = time.monotonic() + within
    while (found := city.count())["rows"] < rows and time.monotonic() < until:
        time.sleep(0.2)
    return found


@pytest.mark.needs("postgres")
def test_a4_4_two_readers_are_killed_in_turn_and_every_message_of_the_stream_is_stored_once(
    server: Server, tmp_path: Path
) -> None:
    (tmp_path / "city").mkdir()
    with postgres_city(tmp_path / "city") as city:
        codes = [code for code, _key in city.make_devices(*["smoke"] * DEVICES)]
        own = {"a": "0,1", "b": "2,3"}
        readers = {name: city.start(*source(server, name, "--partitions", "4", "--own", own[name])) for name in own}
        for turn in range(KILLS):
            asyncio.run(_publish(server, codes, range(turn * MESSAGES // KILLS, (turn + 1) * MESSAGES // KILLS)))
            name = "ab"[turn % 2]
            city.end(readers[name])
            readers[name] = city.start(*source(server, name, "--partitions", "4", "--own", own[name]))
        total = DEVICES * MESSAGES
        assert _until_stored(city, total) == {"rows": total, "keys": total, "rejected": 0, "alarms": 0}
        for reader in readers.values():
            assert city.end(reader, signal.SIGTERM) == 0


@pytest.mark.needs("postgres")
def test_who_comes_second_waits_and_takes_over_when_the_first_one_dies(server: Server, tmp_path: Path) -> None:
    (tmp_path / "city").mkdir()
    with postgres_city(tmp_path / "city") as city:
        codes = [code for code, _key in city.make_devices("smoke")]
        first = city.start(*source(server, "first"))
        second = city.start(*source(server, "second"))
        asyncio.run(_publish(server, codes, range(50)))
        assert _until_stored(city, 50)["rows"] == 50
        city.end(first)
        asyncio.run(_publish(server, codes, range(50, 100)))
        assert _until_stored(city, 100) == {"rows": 100, "keys": 100, "rejected": 0, "alarms": 0}
        assert city.end(second, signal.SIGTERM) == 0


def test_a_server_that_is_killed_and_comes_back_is_read_on(server: Server, tmp_path: Path) -> None:
    (tmp_path / "city").mkdir()
    city = City(tmp_path / "city")
    try:
        codes = [code for code, _key in city.make_devices("smoke")]
        reader = city.start(*source(server, "one"))
        assert "received" in (reader.stdout.readline() if reader.stdout else ""), (
            "the weaker promise is said at the start"
        )
        asyncio.run(_publish(server, codes, range(100)))
        server.kill()
        server.start()
        asyncio.run(_publish(server, codes, range(100, 150)))
        assert _until_stored(city, 150) == {"rows": 150, "keys": 150, "rejected": 0, "alarms": 0}
        assert city.end(reader, signal.SIGTERM) == 0
    finally:
        city.close()


@pytest.mark.needs("mosquitto")
def test_a_device_that_speaks_mqtt_to_nats_is_heard_and_a_poison_message_stops_nothing(
    server: Server, tmp_path: Path
) -> None:
    (tmp_path / "city").mkdir()
    city = City(tmp_path / "city")
    try:
        (code, _key) = city.make_devices("smoke")[0]
        reader = city.start(*source(server, "one"))
        words = [b"{", b"\x00\xff", payload(1, detail={"text": "\ud800"}), payload(1, event="fire")]
        for number, word in enumerate(words):
            command = [
                "mosquitto_pub",
                "-p",
                str(server.mqtt_port),
                "-V",
                "mqttv311",
                "-q",
                "1",
                "-i",
                f"d{number}",
                "-s",
            ]
            done = subprocess.run([*command, "-t", f"anju/v1/{code}/up"], input=word, check=False, timeout=90)
            assert done.returncode == 0
        found = _until_stored(city, 1)
        assert (found["rows"], found["alarms"], found["rejected"]) == (1, 1, 3)
        assert city.end(reader, signal.SIGTERM) == 0
    finally:
        city.close()


async def _make_ours(server: Server) -> None:
    async with publishing(server) as stream:
        await stream.add_stream(name="ANJU", subjects=["anju.v1.*.up"])


def test_a_stream_that_does_not_fit_stops_the_start_with_what_to_do(server: Server, tmp_path: Path) -> None:
    city = City(tmp_path / "city-of-its-own")

    async def make() -> None:
        async with publishing(server) as stream:
            await stream.add_stream(name="OTHER", subjects=["something"])

    try:
        asyncio.run(make())
        asyncio.run(_make_ours(server))
        with pytest.raises(AssertionError, match=r"does not make the stream SECOND: subjects overlap"):
            city.python("-m", "anju.cli", "gateway", *source(server, "one", "--stream", "SECOND"))
        command = ["-m", "anju.cli", "gateway", *source(server, "one", "--stream", "OTHER")]
        with pytest.raises(AssertionError, match=r"stream OTHER must hold the subject anju\.v1\.\*\.up"):
            city.python(*command)
    finally:
        city.close()


def test_a_device_always_belongs_to_the_same_partition_and_all_partitions_are_used() -> None:
    found = [partition_of(f"T{number:08d}", 8) for number in range(4000)]
    assert found == [partition_of(f"T{number:08d}", 8) for number in range(4000)]
    assert {count // 100 for count in (found.count(one) for one in range(8))} <= {4, 5}
    assert partition_of("T1", 1) == 0
