"""For tests that run the program: a city without web pages, gateways as processes, devices that keep what is not acknowledged."""

import asyncio
import atexit
import contextlib
import fcntl
import itertools
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import psycopg

from anju.monitoring.gateway import gb26875
from anju.monitoring.gateway.gb26875 import tables
from anju.monitoring.gateway.mqtt import Connect, packets
from anju.monitoring.gateway.push import signature
from tests.program.links import link

WINDOW = 100  # messages of one device on their way

MAKE_DEVICES = """
import django; django.setup()
import sys, uuid
from anju.dwellings.testing import make_area, make_estate, make_grid
from anju.monitoring.testing import make_device_with_key
place = make_estate(make_grid(make_area("zone", uuid.uuid4().hex)), uuid.uuid4().hex)
for word in sys.argv[1:]:
    kind, _colon, address = word.partition(":")
    device, key = make_device_with_key(kind, place=place, **({"address": address} if address else {}))
    print(device.code, key)
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# An empty city of this run, copied for every test: making the tables takes longest. The processes of a run share the
# embedded one, in a folder that conftest.py names.
_made: dict[str, str] = {}
shared: Path | None = None


class City:
    """A city of its own in a folder. url: of a database; SQLite in the folder by default."""

    def __init__(self, folder: Path, url: str = "") -> None:
        self.environment = {
            **os.environ, "ANJU_DIR": str(folder), "ANJU_DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "anju.config.settings",
            "ANJU_SECRET_KEY": "only-for-tests-only-for-tests-only-for-tests",
        }  # fmt: skip
        self.folder, self.url = folder, url
        self.running: list[subprocess.Popen[str]] = []
        if url:
            return  # copied from the template
        folder.mkdir(exist_ok=True)
        shutil.copy(self._embedded_template(), folder / "anju.sqlite3")

    def _embedded_template(self) -> str:
        if "sqlite" not in _made:
            kept = shared
            if kept is None:  # no test: the chaos run from the command line
                kept = Path(tempfile.mkdtemp(prefix="anju-test-"))
                atexit.register(shutil.rmtree, kept, ignore_errors=True)
            with (kept / "empty-city.lock").open("w") as turn:
                fcntl.flock(turn, fcntl.LOCK_EX)
                if not (kept / "empty-city.sqlite3").exists():
                    self.migrate()
                    with contextlib.closing(sqlite3.connect(self.folder / "anju.sqlite3")) as embedded:
                        embedded.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                    (self.folder / "anju.sqlite3").rename(kept / "empty-city.sqlite3")
            _made["sqlite"] = str(kept / "empty-city.sqlite3")
        return _made["sqlite"]

    def migrate(self) -> None:
        self.python("-m", "django", "migrate", "--verbosity", "0")
        self.python("-m", "django", "createcachetable", "--verbosity", "0")

    def python(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], env=self.environment, check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def make_devices(self, *kinds: str) -> list[tuple[str, str]]:
        """Code and key of each; a kind may carry a wire address: "transmission_unit:790300000000"."""
        lines = self.python("-c", MAKE_DEVICES, *kinds).splitlines()
        return [(line.split(" ")[0], line.split(" ")[1]) for line in lines]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Past the program, so that what it says of itself is not what is believed."""
        if self.url:
            with psycopg.connect(self.url) as connection:
                return connection.execute(query).fetchall()
        with contextlib.closing(sqlite3.connect(self.folder / "anju.sqlite3", timeout=20)) as embedded:
            return embedded.execute(query).fetchall()

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """The embedded database's write lock in another hand."""
        with contextlib.closing(
            sqlite3.connect(self.folder / "anju.sqlite3", timeout=20, isolation_level=None)
        ) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")

    def count(self) -> dict[str, int]:
        ((rows, keys),) = self.rows(
            "SELECT count(*), count(DISTINCT device_id || '/' || boot || '/' || seq) FROM monitoring_reading"
        )
        ((rejected,),) = self.rows("SELECT count(*) FROM monitoring_rejected")
        ((alarms,),) = self.rows("SELECT count(*) FROM monitoring_alarm")
        return {"rows": rows, "keys": keys, "rejected": rejected, "alarms": alarms}

    def start(self, *arguments: str, under: Sequence[str] = ()) -> subprocess.Popen[str]:
        """A gateway that has said that it is ready. under: a program that runs it, which becomes it or starts it as itself."""
        return self._started([*under, sys.executable, "-m", "anju.cli", "gateway", *arguments])

    def start_web(self, port: int) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "uvicorn", "anju.config.asgi:application", "--host", "127.0.0.1"]
        command += ["--port", str(port), "--log-level", "warning", "--lifespan", "off"]
        process = subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE, text=True)
        self.running.append(process)
        until = time.monotonic() + 120
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return process
            time.sleep(0.05)
        raise AssertionError("the web process did not start")

    def _started(self, command: list[str]) -> subprocess.Popen[str]:
        process = subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE, text=True)
        self.running.append(process)
        assert process.stdout is not None
        process.first = process.stdout.readline()  # type: ignore[attr-defined]
        assert process.first, "the gateway did not start"  # type: ignore[attr-defined]
        return process

    def end(self, process: subprocess.Popen[str], number: signal.Signals = signal.SIGKILL) -> int:
        process.send_signal(number)
        code = process.wait(60)
        if process.stdout is not None:
            process.stdout.close()
        self.running.remove(process)
        return code

    def close(self) -> None:
        for process in list(self.running):
            self.end(process)


def listeners(mqtt_port: int = 0, gb26875_port: int = 0, *, name: str = "gateway") -> list[str]:
    return ["--mqtt-port", str(mqtt_port), "--gb26875-port", str(gb26875_port), "--name", name]


def ports(process: subprocess.Popen[str]) -> tuple[int, int]:
    """MQTT and GB/T 26875.3, as the gateway said."""
    said = process.first  # type: ignore[attr-defined]
    return int(said.split("MQTT at ")[1].split(",")[0]), int(said.rsplit(" ", 1)[1])


@contextmanager
def postgres_city(folder: Path) -> Iterator[City]:
    """On a database of its own of the server that the suite knows."""
    server = os.environ["ANJU_TEST_POSTGRES_URL"]
    name = f"anju_gateway_{uuid.uuid4().hex[:10]}"
    template = _template(server, folder)
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    city = None
    try:
        city = City(folder, _beside(server, name))
        yield city
    finally:
        if city is not None:
            city.close()
        _drop(server, name)


def _beside(server: str, name: str) -> str:
    return f"{server.rpartition('/')[0]}/{name}"


def _template(server: str, folder: Path) -> str:
    if "postgres" not in _made:
        name = f"anju_gateway_template_{uuid.uuid4().hex[:10]}"
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute(f'CREATE DATABASE "{name}" ENCODING UTF8 TEMPLATE template0')
        _made["postgres"] = name
        atexit.register(_drop, server, name)
        City(folder, _beside(server, name)).migrate()
    return _made["postgres"]


def _drop(server: str, name: str) -> None:
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


# ---- devices ----


class Speaker(Protocol):
    """Says everything that is not acknowledged yet, and returns when all is; raises when the link breaks."""

    acknowledged: set[int]

    async def talk(self, port: int) -> None: ...


async def through_kills(
    device: Speaker, total: int, start: Callable[[], int], kill: Callable[[], object], kills: int
) -> int:
    """Kill what listens `kills` times while the device talks, the last part in peace; how often a link broke."""
    port, broken = start(), 0
    for turn in range(kills):
        talking = asyncio.ensure_future(device.talk(port))
        goal = (turn + 1) * total // (kills + 2)
        while len(device.acknowledged) < goal and not talking.done():
            await asyncio.sleep(0.002)
        kill()
        broken += isinstance((await asyncio.gather(talking, return_exceptions=True))[0], Exception)
        port = start()
    await asyncio.wait_for(device.talk(port), 240)
    return broken


def resident(pid: int) -> int:
    """Bytes of memory that a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class MqttDevice:
    """Keeps what is not acknowledged, connects again after every break, and sends it once more."""

    def __init__(self, code: str, key: str, messages: int) -> None:
        self.code, self.key = code, key
        self.payloads = {number: payload(number) for number in range(1, messages + 1)}
        self.acknowledged: set[int] = set()
        self.window = WINDOW
        self.address = "127.0.0.1"  # it comes from

    @property
    def done(self) -> bool:
        return len(self.acknowledged) == len(self.payloads)

    async def talk(self, port: int) -> None:
        """Until everything is acknowledged or the link breaks."""
        async with link(port, address=self.address) as (reader, writer):
            writer.write(packets.connect(Connect(self.code, self.code, self.key.encode())))
            assert (await reader.readexactly(4))[3] == 0
            open_ones = sorted(set(self.payloads) - self.acknowledged)
            waiting: set[int] = set()
            while open_ones or waiting:
                while open_ones and len(waiting) < self.window:
                    number = open_ones.pop(0)
                    writer.write(packets.publish(f"anju/v1/{self.code}/up", self.payloads[number], number=number))
                    waiting.add(number)
                answer = await reader.readexactly(4)
                number = int.from_bytes(answer[2:], "big")
                waiting.discard(number)
                self.acknowledged.add(number)


class UnitDevice:
    """A transmission unit: frames by serial, sent again until they are confirmed."""

    def __init__(self, address: str, frames: int) -> None:
        self.address = bytes.fromhex(address)
        began = datetime.now(UTC) - timedelta(minutes=5)
        self.frames = {serial: self._frame(serial, began + timedelta(seconds=serial / 10)) for serial in range(frames)}
        self.acknowledged: set[int] = set()

    def _frame(self, serial: int, at: datetime) -> bytes:
        """Temperature of a detector, another value in every frame."""
        reading = gb26875.objects.ComponentReading(
            1, 1, 40, serial.to_bytes(4, "little"), 3, serial % 500, gb26875.write_time(at)
        )
        data = gb26875.write_unit(gb26875.Unit(tables.COMPONENT_READING, (reading,)))
        return gb26875.encode(
            gb26875.Frame(serial, tables.UPLOAD, self.address, bytes(6), gb26875.write_time(at), data)
        )

    @property
    def done(self) -> bool:
        return len(self.acknowledged) == len(self.frames)

    async def talk(self, port: int) -> None:
        stream, waiting = gb26875.Stream(), set[int]()
        open_ones = sorted(set(self.frames) - self.acknowledged)
        async with link(port) as (reader, writer):
            while open_ones or waiting:
                while open_ones and len(waiting) < 40:
                    serial = open_ones.pop(0)
                    writer.write(self.frames[serial])
                    waiting.add(serial)
                data = await reader.read(65536)
                if not data:
                    raise ConnectionResetError("the gateway is gone")
                for frame in stream.feed(data):
                    if isinstance(frame, gb26875.Frame) and frame.command == tables.ACKNOWLEDGE:
                        waiting.discard(frame.serial)
                        self.acknowledged.add(frame.serial)


class PushingCloud:
    """Posts lists of ten and keeps those without an answer."""

    def __init__(self, code: str, key: str, lists: int) -> None:
        self.code, self.key = code, key.encode()
        numbers = itertools.count(1)
        self.bodies = {one: b"[" + b",".join(payload(next(numbers)) for _n in range(10)) + b"]" for one in range(lists)}
        self.acknowledged: set[int] = set()
        self.statuses: list[str] = []

    @property
    def done(self) -> bool:
        return len(self.acknowledged) == len(self.bodies)

    async def talk(self, port: int) -> None:
        for number in sorted(set(self.bodies) - self.acknowledged):
            status, answer = await self._post(port, self.bodies[number])
            assert status == 200, answer
            self.statuses += [one["status"] for one in answer["results"]]
            self.acknowledged.add(number)

    async def _post(self, port: int, body: bytes) -> tuple[int, Any]:
        header = signature.make(body, key=self.key, at=int(time.time()))
        async with link(port) as (reader, writer):
            head = f"POST /push/v1/{self.code} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            head += f"X-Anju-Signature: {header}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            writer.write(head.encode() + body)
            raw = await reader.read()
            if not raw:
                raise ConnectionResetError("no answer")
            top, _gap, rest = raw.partition(b"\r\n\r\n")
            return int(top.split(b" ")[1]), json.loads(rest)


def payload(number: int, **over: Any) -> bytes:
    words = {"boot": "b1", "seq": number, "at": int(time.time() * 1000), "values": {"smoke": 0.1}, **over}
    return json.dumps(words).encode()
