"""What goes wrong around a gateway: the network, the database, the disk, and people who try keys. Nothing is acknowledged that
is not stored, everything goes on by itself when the fault is over, and whoever runs the city can see it.
"""

import asyncio
import contextlib
import http.client
import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from anju.monitoring.gateway.mqtt import Connect, packets
from tests.program.devices import City, MqttDevice, UnitDevice, free_port, listeners, ports, postgres_city
from tests.program.links import link
from tests.program.proxy import MOODS, Proxy

pytestmark = [pytest.mark.nodatabase, pytest.mark.xdist_group("faults")]
MESSAGES = 600


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Any:
    made = City(tmp_path_factory.mktemp("city"))
    yield made
    made.close()


def new_rows(city: City, before: dict[str, int]) -> dict[str, int]:
    return {name: number - before[name] for name, number in city.count().items()}


def stored(number: int) -> dict[str, int]:
    return {"rows": number, "keys": number, "rejected": 0, "alarms": 0}


def limited() -> list[str]:
    """A program that runs another one as somebody for whom permissions count: root may write anything."""
    taken = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"]
    return taken if os.geteuid() == 0 else []


# ---- the order of things ----

TOLD = re.compile(r'"@\\2')  # a PUBACK begins with 0x40 0x02
SAID = re.compile(r'(?:read|recvfrom)\(\d+<[^>]*>, "2')  # what a device says begins with 0x32


def order_of(trace: str) -> list[str]:
    """said, written, synced and told, as the calls of the whole program ended one after another; only of the log file."""
    found, waiting = [], dict[str, str]()
    for line in trace.splitlines():
        thread, _gap, call = line.strip().partition(" ")
        call = call.strip()
        if call.endswith("<unfinished ...>"):
            waiting[thread] = call
            if TOLD.search(call):
                found.append("told")
            continue
        if call.startswith("<..."):
            call = waiting.pop(thread, "") + call
            if TOLD.search(call):
                continue
        if TOLD.search(call):
            found.append("told")
        elif SAID.search(call):
            found.append("said")
        elif "-wal>" in call and call.startswith("pwrite64"):
            found.append("written")
        elif "-wal>" in call and call.startswith(("fdatasync", "fsync")) and call.endswith("= 0"):
            found.append("synced")
    return found


def test_the_reader_of_traces_sees_an_acknowledgement_that_came_before_the_disk() -> None:
    said = '7 read(20<socket:[1]>, "2\\22\\0", 100) = 20\n'
    written = '8 pwrite64(5</a/anju.sqlite3-wal>, "x", 24, 0) = 24\n'
    begun, ended = "8 fdatasync(5</a/anju.sqlite3-wal> <unfinished ...>\n", "8 <... fdatasync resumed>) = 0\n"
    told = '7 write(20<socket:[1]>, "@\\2\\0\\1", 4) = 4\n'
    assert order_of(said + written + begun + ended + told) == ["said", "written", "synced", "told"]
    assert order_of(said + written + begun + told + ended) == ["said", "written", "told", "synced"]


@pytest.mark.needs("strace")
def test_a4_4_the_disk_has_every_message_before_its_device_is_told(city: City, tmp_path: Path) -> None:
    """The system calls of a gateway, one message at a time: between what a device says and the answer the log file is written,
    and fdatasync of it has returned."""
    (code, key), file = city.make_devices("smoke")[0], tmp_path / "trace"
    calls = "trace=read,recvfrom,write,writev,sendto,sendmsg,pwrite64,fdatasync,fsync"
    gateway = city.start(
        *listeners(), under=["strace", "-D", "-f", "-y", "-qq", "-s", "16", "-e", calls, "-o", str(file)]
    )
    device = MqttDevice(code, key, 20)
    device.window = 1
    asyncio.run(asyncio.wait_for(device.talk(ports(gateway)[0]), 240))
    assert device.done
    assert city.end(gateway, signal.SIGTERM) == 0
    turns = " ".join(order_of(file.read_text(errors="replace"))).split("told")
    assert len(turns) == 21
    for turn in turns[:-1]:
        assert re.search(r"said .*written .*synced", turn), turn


# ---- a disk that hangs ----

HANG = 4.0  # seconds of the first sync of each thread


async def _pings(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, over: asyncio.Event) -> int:
    """As a device does that promised to speak once a second; how many answers came after it was over."""
    answers, rest = 0, 10
    while rest:
        writer.write(packets.PING)
        with contextlib.suppress(TimeoutError):
            while await asyncio.wait_for(reader.readexactly(2), 0.3) == b"\xd0\x00":
                answers += over.is_set()
        rest -= over.is_set()
    return answers


@pytest.mark.needs("strace")
def test_a_disk_that_hangs_costs_no_device_its_link_though_the_loop_hangs_with_it(city: City, tmp_path: Path) -> None:
    """What it says meanwhile is read before anybody asks who has been silent for too long."""
    (one, two), trace = city.make_devices("smoke", "smoke"), tmp_path / "trace"
    hangs = f"inject=fsync,fdatasync:delay_exit={int(HANG * 1e6)}:when=1"
    words = ["strace", "-D", "-f", "-qq", "-e", "trace=fsync,fdatasync", "-e", hangs, "-o", str(trace)]
    gateway = city.start(*listeners(), under=words)

    async def run() -> None:
        async with link(ports(gateway)[0]) as (reader, writer):
            writer.write(packets.connect(Connect("a", one[0], one[1].encode(), keep_alive=1)))
            assert await reader.readexactly(4) == b"\x20\x02\x00\x00"
            over = asyncio.Event()
            pinging = asyncio.create_task(_pings(reader, writer, over))
            said = 0
            own = re.compile(rf"^{gateway.pid} .*DELAYED", re.MULTILINE)
            while not own.search(trace.read_text()):  # until it was the loop that stored, and not its thread
                said += 1
                assert said < 20
                device = MqttDevice(*two, 1)
                await device.talk(ports(gateway)[0])
                assert device.done
                await asyncio.sleep(0.5)
            over.set()
            assert await pinging > 5

    asyncio.run(asyncio.wait_for(run(), 120))
    assert city.end(gateway, signal.SIGTERM) == 0


# ---- the network ----


async def _through(proxy: Proxy, device: MqttDevice | UnitDevice) -> None:
    """Two rounds of every mood, then in peace."""
    while not device.done:
        proxy.calm = min((proxy.used[mood] for mood in MOODS), default=0) >= 2
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, TimeoutError, AssertionError):
            await asyncio.wait_for(device.talk(proxy.port), 240 if proxy.calm else 3)


@pytest.mark.parametrize("protocol", ["mqtt", "gb26875"])
def test_a4_4_a_network_that_delays_cuts_half_opens_and_repeats_loses_nothing_and_doubles_nothing(
    city: City, protocol: str
) -> None:
    device: MqttDevice | UnitDevice
    if protocol == "mqtt":
        (code, key) = city.make_devices("smoke")[0]
        device = MqttDevice(code, key, MESSAGES * 10)
    else:
        city.make_devices("transmission_unit:7b0300000000")
        device = UnitDevice("7b0300000000", MESSAGES * 2)
    before, gateway = city.count(), city.start(*listeners())

    async def run() -> Counter[str]:
        async with Proxy(lambda: ports(gateway)[protocol == "gb26875"], seed=7) as proxy:
            await _through(proxy, device)
            return proxy.used

    used = asyncio.run(asyncio.wait_for(run(), 500))
    assert all(used[mood] for mood in MOODS), used
    assert city.end(gateway, signal.SIGTERM) == 0
    total = MESSAGES * (10 if protocol == "mqtt" else 2)
    assert new_rows(city, before) == stored(total)


# ---- the database ----


def _ready(port: int) -> tuple[int, dict[str, Any]]:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as link:
        link.request("GET", "/readyz", headers={"Host": "127.0.0.1"})
        answer = link.getresponse()
        return answer.status, json.loads(answer.read())


@contextmanager
def away(city: City) -> Iterator[None]:
    """The city's database accepts nobody and everybody in it is thrown out, as when its server was stopped."""
    server, name = os.environ["ANJU_TEST_POSTGRES_URL"], city.url.rpartition("/")[2]
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            yield
        finally:
            admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


async def _half_then(device: MqttDevice, port: int, fault: contextlib.AbstractContextManager[None]) -> int:
    """The fault begins in the middle of everything and lasts for seconds; how much was acknowledged during its last part."""
    talking = asyncio.ensure_future(_always(device, port))
    while len(device.acknowledged) < len(device.payloads) // 4:
        await asyncio.sleep(0.005)
    with fault:
        await asyncio.sleep(1.0)
        before = len(device.acknowledged)
        await asyncio.sleep(3.0)
        during = len(device.acknowledged) - before
    assert not device.done, "the fault came too late"
    await asyncio.wait_for(talking, 240)
    return during


async def _always(device: MqttDevice, port: int) -> None:
    while not device.done:
        try:
            await device.talk(port)
        except (OSError, asyncio.IncompleteReadError, AssertionError):  # the last: it could not be looked up just now
            await asyncio.sleep(0.1)


@pytest.mark.needs("postgres")
def test_a4_4_while_postgresql_is_gone_nothing_is_acknowledged_readyz_says_so_and_all_goes_on_by_itself(
    tmp_path: Path,
) -> None:
    with postgres_city(tmp_path) as city:
        (code, key) = city.make_devices("smoke")[0]
        gateway, web = city.start(*listeners()), free_port()
        city.start_web(web)
        assert _ready(web)[1]["database"] == "ok"
        device = MqttDevice(code, key, MESSAGES * 20)
        seen: list[tuple[int, dict[str, Any]]] = []

        @contextmanager
        def watched() -> Iterator[None]:
            with away(city):
                seen.append(_ready(web))
                yield

        assert asyncio.run(_half_then(device, ports(gateway)[0], watched())) == 0
        ((status, found),) = seen
        assert status == 503
        assert found["database"].startswith("down")
        after = _ready(web)[1]
        assert (after["database"], after["gateway"]) == ("ok", "ok")
        assert city.end(gateway, signal.SIGTERM) == 0
        assert city.count() == stored(MESSAGES * 20)


@contextmanager
def full(gateway: subprocess.Popen[str], most: int) -> Iterator[None]:
    """No file of this process grows beyond so many bytes, as on a disk that is full."""
    hard = resource.prlimit(gateway.pid, resource.RLIMIT_FSIZE)[1]
    resource.prlimit(gateway.pid, resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.prlimit(gateway.pid, resource.RLIMIT_FSIZE, (hard, hard))


def test_a4_4_on_a_full_disk_nothing_is_acknowledged_and_all_goes_on_when_there_is_room_again(city: City) -> None:
    (code, key), before = city.make_devices("smoke")[0], city.count()
    gateway = city.start(*listeners())
    device = MqttDevice(code, key, MESSAGES * 20)
    assert asyncio.run(_half_then(device, ports(gateway)[0], full(gateway, 4096))) == 0
    assert city.end(gateway, signal.SIGTERM) == 0
    assert new_rows(city, before) == stored(MESSAGES * 20)


def test_a_gateway_does_not_start_in_a_folder_it_may_not_write_and_says_so(city: City) -> None:
    command = [*limited(), sys.executable, "-m", "anju.cli", "gateway", *listeners()]
    city.folder.chmod(0o555)
    try:
        done = subprocess.run(command, env=city.environment, capture_output=True, text=True, check=False, timeout=240)
    finally:
        city.folder.chmod(0o755)
    assert done.returncode == 1
    assert str(city.folder) in done.stderr
    assert "a folder this user may write to" in done.stderr


def test_a4_4_while_it_may_not_write_the_database_a_gateway_takes_nothing_in_and_goes_on_when_it_may(
    tmp_path: Path,
) -> None:
    city = City(tmp_path / "city")
    try:
        (code, key) = city.make_devices("smoke")[0]
        (city.folder / "anju.sqlite3").chmod(0o444)
        gateway = city.start(*listeners(), under=limited())
        device = MqttDevice(code, key, 50)

        async def run() -> int:
            talking = asyncio.ensure_future(_always(device, ports(gateway)[0]))
            await asyncio.sleep(4.0)
            acknowledged = len(device.acknowledged)
            for file in city.folder.glob("anju.sqlite3*"):
                file.chmod(0o644)
            await asyncio.wait_for(talking, 240)
            return acknowledged

        assert asyncio.run(run()) == 0
        assert city.end(gateway, signal.SIGTERM) == 0
        assert city.count() == stored(50)
    finally:
        city.close()


# ---- strangers ----

FLOOD, FLOOD_AT_ONCE = 10_000, 100


async def _try_keys(port: int, code: str, tries: Iterator[int], answers: Counter[int]) -> None:
    """Wrong passwords from 127.0.0.1, one after the other."""
    for number in tries:
        async with link(port) as (reader, writer):
            writer.write(packets.connect(Connect(f"c{number}", code, f"{number:064x}".encode())))
            answers[(await reader.readexactly(4))[3]] += 1


def test_ten_thousand_wrong_passwords_from_one_address_are_limited_and_another_address_is_served(city: City) -> None:
    (code, key), before = city.make_devices("smoke")[0], city.count()
    gateway = city.start(*listeners())
    device = MqttDevice(code, key, MESSAGES)
    device.address = "127.0.0.2"

    async def run() -> tuple[Counter[int], int]:
        answers, tries = Counter[int](), iter(range(FLOOD))
        flood = [
            asyncio.ensure_future(_try_keys(ports(gateway)[0], code, tries, answers)) for _n in range(FLOOD_AT_ONCE)
        ]
        while answers.total() < FLOOD // 10:
            await asyncio.sleep(0.01)
        await device.talk(ports(gateway)[0])
        served_after = answers.total()
        await asyncio.gather(*flood)
        return answers, served_after

    answers, served_after = asyncio.run(asyncio.wait_for(run(), 500))
    assert served_after < FLOOD, "the flood was over before the other one was served"
    assert answers.total() == FLOOD
    assert answers.keys() <= {packets.BAD_CREDENTIALS, packets.UNAVAILABLE}
    assert answers[packets.BAD_CREDENTIALS] < FLOOD // 20, "most were not even looked up"
    assert city.end(gateway, signal.SIGTERM) == 0
    assert new_rows(city, before) == stored(MESSAGES)


def test_links_that_say_too_little_are_closed_on_both_ports(city: City) -> None:
    """Nothing, the beginning of a packet, or one byte after another: all of them are put out."""
    gateway = city.start(*listeners())

    async def trickle(port: int, first: bytes, more: bytes) -> None:
        async with link(port) as (reader, writer):
            writer.write(first)
            with contextlib.suppress(ConnectionError):
                while True:
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(0.5):
                            if not await reader.read(1):
                                return
                    writer.write(more)

    async def run() -> None:
        mqtt, unit = ports(gateway)
        kinds = [
            (mqtt, b"", b""), (mqtt, b"\x10", b""), (mqtt, b"\x10\x7f\x00\x04MQTT", b"x"),
            (unit, b"", b""), (unit, b"@@\x01", b""), (unit, b"@@\x01", b"x"),
        ]  # fmt: skip
        await asyncio.gather(*(trickle(*kind) for kind in kinds for _n in range(5)))

    began = time.monotonic()
    asyncio.run(asyncio.wait_for(run(), 240))
    assert time.monotonic() - began > 1, "they were closed for being late, not refused"
    assert city.end(gateway, signal.SIGTERM) == 0
