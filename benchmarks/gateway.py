"""What a message costs between a device and the disk: the gateway as a process, a publisher beside it on the same machine.

Everything is a ratio within one run, on the same database, for the machine may be busy with other things:
- messages a second acknowledged after their commit over MQTT at QoS 1, against bare inserts of the same rows (the message seen,
  the reading, the device's state) into the same tables in the largest batches; at least 0.6 is asked for
- publish to acknowledgement at 2,000 messages a second, 99th percentile, against a commit of one row; at most 10. The city's
  worker runs beside it, for there is no city without one, and it copies the log of an embedded database. Also against the wait of
  those who ask for such a commit as often as the messages come: commits one after the other do not ask while the disk hangs. And
  against the same gateway that stores one row for a batch: what is left of its wait is no matter of storing
- judging and storing one message with 100,000 registered devices against 1,000; at most 1.3
- memory of one idle client with 5,000 connected; at most 8 KiB
- reading a GB/T 26875.3 frame against reading the same content as JSON with msgspec
- with nats-server on the path: two readers of a stream against one
Prints JSON. Run: `python benchmarks/gateway.py [--messages 20000] [--postgres URL]`, or `./anju bench gateway`.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

PUBLISHER = Path(__file__).with_name("_publisher.py")
BARE = Path(__file__).with_name("_bare_gateway.py")
SMALL, LARGE, IDLE, BATCH = 1_000, 100_000, 5_000, 500
PACED, RATE = 10_000, 2_000  # messages whose wait is measured, and how many of them a second
PARTS = ("mqtt", "latency", "register", "idle", "gb26875", "nats")
TICKS = os.sysconf("SC_CLK_TCK")


# --- the city ------------------------------------------------------------------------------------------------------------


class Register:
    """Devices at one estate, made in bulk: `add_device` would write a line of the log for each."""

    def __init__(self) -> None:
        from anju.dwellings.testing import make_estate, make_grid

        self.place = make_estate(make_grid())
        self.codes: list[str] = []

    def grow(self, size: int) -> None:
        from anju.accounts.services import system_actor
        from anju.core import time as clock
        from anju.monitoring.models import Device, DeviceState

        place, actor, now = self.place, system_actor(), clock.now()
        while len(self.codes) < size:
            codes = [f"T{len(self.codes) + number:08d}" for number in range(min(1000, size - len(self.codes)))]
            rows = Device._base_manager.bulk_create(
                Device(
                    code=code, kind="smoke", place=place, area=place.area, area_path=place.area_path, place_path=place.path,
                    where=place.name, added_at=now, added_by=actor,
                )
                for code in codes
            )  # fmt: skip
            DeviceState.objects.bulk_create(DeviceState(device=row) for row in rows)
            self.codes += codes

    def more_keys(self, count: int) -> list[list[str]]:
        self.grow(count)
        return self.keys(count)

    def keys(self, count: int) -> list[list[str]]:
        from datetime import timedelta

        from anju.accounts.services import system_actor
        from anju.core import time as clock
        from anju.monitoring.models import Device, DeviceKey

        now = clock.now() - timedelta(minutes=1)
        devices = list(Device._base_manager.filter(code__in=self.codes[:count]).exclude(keys__isnull=False))
        rows, plain = [], f"{random.getrandbits(256):064x}"
        for device in devices:
            key = DeviceKey(device=device, valid_from=now, made_by=system_actor())
            key.seal(plain)
            rows.append(key)
        DeviceKey._base_manager.bulk_create(rows)
        return [[device.code, plain] for device in devices]


def messages(codes: list[str], count: int, boot: str) -> list[Any]:
    from anju.monitoring.gateway import push

    now, chance = datetime.now(UTC), random.Random(1)
    at = int(now.timestamp() * 1000)
    found: list[Any] = []
    for number in range(count):
        if number % BATCH == 0:  # as many devices speak in every batch, however many there are
            speaking = chance.sample(codes, BATCH) if len(codes) >= BATCH else chance.choices(codes, k=BATCH)
        raw = b'{"boot":"%s","seq":%d,"at":%d,"values":{"smoke":%.1f,"temperature":21.5,"battery":93}}' % (
            boot.encode(), number, at, number % 30 / 10,
        )  # fmt: skip
        found.append(push.parse(raw, device=speaking[number % BATCH], source="mqtt", received=now))
    return found


@contextmanager
def gateway(*program: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """program: what Python runs instead of the real one."""
    command = [sys.executable, *(program or ("-m", "anju.cli", "gateway")), "--mqtt-port", "0", "--gb26875-port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process, int(process.stdout.readline().split("MQTT at ")[1].split(",")[0])
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def worker() -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "-m", "anju.cli", "worker"])
    time.sleep(5)  # until it has loaded the program
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def publish(*arguments: object) -> dict[str, Any]:
    done = subprocess.run([sys.executable, str(PUBLISHER), *map(str, arguments)], stdout=subprocess.PIPE, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


# --- what is measured ----------------------------------------------------------------------------------------------------


def throughput(devices: list[list[str]], count: int, folder: Path) -> dict[str, Any]:
    """Both sides in turn, three times, and the middle of each."""
    from anju.monitoring.models import Reading

    file, ours, bare, cpu = folder / "devices.json", [], [], []
    file.write_text(json.dumps(devices))
    for turn in range(3):
        with gateway() as (process, port):
            before = Reading.objects.count(), cpu_seconds(process.pid)
            found = publish("load", port, file, count)
            said, stored = found["messages"] + found["before"], Reading.objects.count() - before[0]
            cpu.append((cpu_seconds(process.pid) - before[1]) / said)
            if stored != said:
                raise SystemExit(f"{said} acknowledged, {stored} stored")
        ours.append(found["messages"] / found["seconds"])
        bare.append(bare_inserts([code for code, _key in devices], count, f"bare{turn}"))
    return {
        "acknowledged_per_second": round(middle(ours)), "bare_inserts_per_second": round(middle(bare)),
        "ratio": round(middle([one / other for one, other in zip(ours, bare, strict=True)]), 2), "ratio_at_least": 0.6,
        "gateway_cpu_us_per_message": round(middle(cpu) * 1e6, 1),
    }  # fmt: skip


def bare_inserts(codes: list[str], count: int, boot: str) -> float:
    """The same rows without looking anything up and without judging."""
    from datetime import date

    from django.db import transaction

    from anju.core import time as clock
    from anju.monitoring.services import tables

    with transaction.atomic():
        known = tables.devices(codes)
    said, now = messages(codes, count, boot), clock.now()
    day, forget = clock.day_of(now), date(2030, 1, 1)
    batches = []
    for start in range(0, count, BATCH):
        some = said[start : start + BATCH]
        seen = [(known[one.device].id, one.boot, one.seq, one.digest, forget) for one in some]
        readings = [
            (known[one.device].id, one.boot, one.seq, one.at, one.values, "", "{}", False, False) for one in some
        ]
        batches.append((seen, readings, [known[code] for code in {one.device for one in some}]))
    for one in known.values():
        one.state.measured_at = one.state.moved_at = now
        one.state.readings = {"smoke": 1.0, "temperature": 21.5, "battery": 93.0}
    began = time.perf_counter()
    for seen, readings, states in batches:
        with transaction.atomic():
            tables.write(seen, readings, sorted(states, key=lambda one: one.id), received=now, day=day)
    return count / (time.perf_counter() - began)


def latency(devices: list[list[str]], folder: Path) -> dict[str, Any]:
    """All sides in turn, three times, and the middle of each."""
    from django.db import connection

    file, alone, asked, bare, found = folder / "devices.json", [], [], [], []
    file.write_text(json.dumps(devices))
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_row (n bigint)")
    with worker():
        for _turn in range(3):
            alone.append(one_row_commit())
            asked.append(one_row_asked_for(PACED, RATE))
            with gateway(str(BARE)) as (_process, port):
                bare.append(publish("pace", port, file, PACED, RATE)["p99_ms"])
            with gateway() as (_process, port):
                found.append(publish("pace", port, file, PACED, RATE))
    p99 = [one["p99_ms"] for one in found]
    return {
        "messages_per_second": round(middle([one["rate"] for one in found])),
        "p50_ms": round(middle([one["p50_ms"] for one in found]), 2), "p99_ms": round(middle(p99), 2),
        "one_row_commit_p99_ms": round(middle(alone), 2), "one_row_asked_for_p99_ms": round(middle(asked), 2),
        "one_row_gateway_p99_ms": round(middle(bare), 2),
        "ratio": round(middle([ours / one for ours, one in zip(p99, alone, strict=True)]), 1), "ratio_at_most": 10,
        "ratio_asked_for": round(middle([ours / one for ours, one in zip(p99, asked, strict=True)]), 1),
        "ratio_one_row_gateway": round(middle([ours / one for ours, one in zip(p99, bare, strict=True)]), 1),
    }  # fmt: skip


def one_row_commit() -> float:
    """One after the other; the 99th percentile in milliseconds."""
    took = []
    for number in range(2000):
        began = time.perf_counter()
        commit_one(number)
        took.append((time.perf_counter() - began) * 1000)
    return sorted(took)[len(took) * 99 // 100]


def one_row_asked_for(asks: int, rate: int) -> float:
    """So many a second ask, as often as the publisher says something, and one commit serves all who wait when it begins; the
    99th percentile of how long they wait for it, in milliseconds."""
    from django.db import connection

    waiting: deque[float] = deque()
    took: list[float] = []

    def serve() -> None:
        while len(took) < asks:
            served = [waiting.popleft() for _n in range(len(waiting))]
            if served:
                commit_one(len(took))
                took.extend((time.perf_counter() - asked) * 1000 for asked in served)
            else:
                came.wait(1)
                came.clear()
        connection.close()

    came, server = threading.Event(), threading.Thread(target=serve)
    server.start()
    began, asked = time.perf_counter(), 0
    while asked < asks:
        now = time.perf_counter()
        due = min(asks, int((now - began) * rate))
        waiting.extend([now] * (due - asked))
        asked = due
        came.set()
        time.sleep(0.002)
    server.join()
    return sorted(took)[len(took) * 99 // 100]


def commit_one(number: int) -> None:
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_row VALUES (%s)", [number])


def by_register(register: Register) -> dict[str, Any]:
    """`store` alone, in this process; every batch draws its devices from the whole register."""
    from anju.core import time as clock
    from anju.monitoring.services.storing import store

    cost: dict[int, float] = {}
    for size in (SMALL, LARGE):
        register.grow(size)
        said = messages(register.codes, 60 * BATCH, f"size{size}")
        spent = []
        for start in range(0, len(said), BATCH):
            began = time.process_time()
            store(said[start : start + BATCH], received=clock.now())
            spent.append((time.process_time() - began) / BATCH * 1e6)
        cost[size] = middle(spent[10:])
    return {
        "us_per_message_small": round(cost[SMALL], 1), "us_per_message_large": round(cost[LARGE], 1),
        "devices": [SMALL, LARGE], "ratio": round(cost[LARGE] / cost[SMALL], 2), "ratio_at_most": 1.3,
    }  # fmt: skip


def idle_clients(devices: list[list[str]], folder: Path) -> dict[str, Any]:
    file = folder / "devices.json"
    file.write_text(json.dumps(devices))
    with gateway() as (process, port):
        file_one = folder / "one.json"
        file_one.write_text(json.dumps(devices[:1]))
        publish("load", port, file_one, 1)
        before = resident(process.pid)
        clients = subprocess.Popen(
            [sys.executable, str(PUBLISHER), "idle", str(port), str(file)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert clients.stdout is not None
        clients.stdout.readline()
        time.sleep(1)
        used = (resident(process.pid) - before) / len(devices)
        clients.communicate("\n")
    return {"clients": len(devices), "bytes_per_client": round(used), "at_most": 8192}


def decoding() -> dict[str, Any]:
    import msgspec

    from anju.monitoring.gateway import gb26875
    from anju.monitoring.gateway.gb26875 import objects, tables

    at = gb26875.write_time(datetime.now(UTC))
    parts = tuple(
        objects.ComponentStatus(1, 1, 40, number.to_bytes(4, "little"), 2, objects.description("Ａ区１层走廊"), at)
        for number in range(10)
    )
    frame = gb26875.encode(
        gb26875.Frame(
            1, tables.UPLOAD, b"\1" * 6, bytes(6), at, gb26875.write_unit(gb26875.Unit(tables.COMPONENT_STATUS, parts))
        )
    )
    as_json = msgspec.json.encode([gb26875.decode(frame), parts])
    decoder = msgspec.json.Decoder(tuple[gb26875.Frame, tuple[objects.ComponentStatus, ...]])

    def binary() -> None:
        gb26875.read_unit(gb26875.decode(frame).data)

    ours, theirs = each(binary), each(lambda: decoder.decode(as_json))
    return {
        "frame_us": round(ours, 2), "json_us": round(theirs, 2), "objects": len(parts), "frame_bytes": len(frame),
        "json_bytes": len(as_json), "ratio": round(ours / theirs, 2),
    }  # fmt: skip


def each(work: Callable[[], object], times: int = 20_000) -> float:
    found = []
    for _turn in range(5):
        began = time.perf_counter()
        for _n in range(times // 5):
            work()
        found.append((time.perf_counter() - began) / (times // 5) * 1e6)
    return middle(found)


def middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


# --- a stream ------------------------------------------------------------------------------------------------------------


def streams(codes: list[str], count: int, folder: Path) -> dict[str, Any]:
    """The same messages from a stream, by one reader and then by two with two shares each."""
    program = shutil.which("nats-server")
    if program is None:
        return {"skipped": "there is no nats-server on the path"}
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = folder / "nats.conf"
    config.write_text(f'listen: 127.0.0.1:{port}\njetstream {{ store_dir: "{folder}/jetstream" }}\n')
    server = subprocess.Popen([program, "-c", str(config), "-l", str(folder / "nats.log")])
    url = f"nats://127.0.0.1:{port}"
    try:
        time.sleep(1.5)
        one = read_stream(url, "ONE", codes, count, ["0,1,2,3"])
        two = read_stream(url, "TWO", codes, count, ["0,1", "2,3"])
    finally:
        server.kill()
        server.wait()
    return {"one_reader": one, "two_readers": two, "ratio": round(two["per_second"] / one["per_second"], 2)}


def read_stream(url: str, name: str, codes: list[str], count: int, shares: list[str]) -> dict[str, Any]:
    import asyncio

    from anju.monitoring.models import Reading

    asyncio.run(fill_stream(url, name, codes, count))
    before = Reading.objects.count()
    began, readers = time.perf_counter(), []
    for number, own in enumerate(shares):
        command = [sys.executable, "-m", "anju.cli", "gateway", "--from", url, "--stream", name, "--partitions", "4"]
        readers.append(
            subprocess.Popen([*command, "--own", own, "--name", f"{name}{number}"], stdout=subprocess.DEVNULL)
        )
    first = 0.0
    started = [0.0] * len(readers)
    while (stored := Reading.objects.count() - before) < count and time.perf_counter() - began < 120:
        if stored and not first:
            first, already = time.perf_counter(), stored
            started = [cpu_seconds(one.pid) for one in readers]
        time.sleep(0.05)
    took = time.perf_counter() - first
    cpu = sum(cpu_seconds(one.pid) for one in readers) - sum(started)
    for one in readers:
        one.terminate()
        one.wait(20)
    return {
        "messages": stored, "per_second": round((stored - already) / took),
        "cpu_us_per_message": round(cpu / max(1, stored - already) * 1e6, 1),
    }  # fmt: skip


async def fill_stream(url: str, name: str, codes: list[str], count: int) -> None:
    import nats

    client = await nats.connect(url)
    stream = client.jetstream()
    for other in await stream.streams_info():
        await stream.delete_stream(other.config.name or "")
    await stream.add_stream(name=name, subjects=["anju.v1.*.up"])
    at = int(time.time() * 1000)
    for number in range(count):
        words = b'{"boot":"%s","seq":%d,"at":%d,"values":{"smoke":0.5}}' % (name.encode(), number, at)
        await client.publish(f"anju.v1.{codes[number % len(codes)]}.up", words)
        if number % 500 == 0:
            await client.flush()
    await client.flush()
    await client.close()


# --- from the command line -----------------------------------------------------------------------------------------------


def measure(count: int, folder: Path, parts: list[str]) -> dict[str, Any]:
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    connection.close()  # one that has made tables reads each statement anew
    register = Register()
    register.grow(SMALL)
    devices = register.keys(200)
    found: dict[str, Any] = {"name": "gateway", "database": connection.vendor, "messages": count}
    work: dict[str, Callable[[], dict[str, Any]]] = {
        "mqtt": lambda: throughput(devices, count, folder),
        "latency": lambda: latency(devices, folder),
        "register": lambda: by_register(register),
        "idle": lambda: idle_clients(devices + register.more_keys(IDLE), folder),
        "gb26875": decoding,
        "nats": lambda: streams([code for code, _key in devices], count, folder),
    }
    return found | {part: work[part]() for part in parts}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--parts", default=",".join(PARTS), help=f"which of {', '.join(PARTS)} (default all)")
    parser.add_argument("--postgres", default="", help="an empty database; SQLite in a folder by default")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        os.environ |= {"ANJU_DIR": scratch, "ANJU_LOG_LEVEL": "ERROR", "DJANGO_SETTINGS_MODULE": "anju.config.settings"}
        os.environ["ANJU_DATABASE_URL"] = chosen.postgres
        import django

        django.setup()
        print(json.dumps(measure(chosen.messages, Path(scratch), chosen.parts.split(","))))


if __name__ == "__main__":
    main()
