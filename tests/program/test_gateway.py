"""The gateway as a program: killed in the middle of everything, nothing that it acknowledged is missing, nothing is there twice."""

import asyncio
import contextlib
import json
import signal
import socket
import subprocess
import sys
import time
from typing import Any
from uuid import UUID

import pytest

from anju.monitoring.gateway import gb26875
from anju.monitoring.gateway.gb26875 import tables
from anju.monitoring.gateway.mqtt import Connect, packets
from anju.monitoring.tests.gb26875_frames import FIRE, FRAMES, UNIT
from tests.program.devices import (
    City,
    MqttDevice,
    PushingCloud,
    UnitDevice,
    free_port,
    listeners,
    payload,
    ports,
    resident,
    through_kills,
)
from tests.program.links import link

pytestmark = [pytest.mark.nodatabase, pytest.mark.xdist_group("gateway")]
MESSAGES, READINGS, LISTS, KILLS = 1500, 400, 60, 3

ASK = """
import django; django.setup()
import sys
from datetime import timedelta
from anju.accounts.services import system_actor
from anju.core import time
from anju.monitoring.models import Device
from anju.monitoring.services.commands import send
device = Device._base_manager.get(code=sys.argv[1])
args = {"minutes": 1} if sys.argv[2] == "duty_check" else {}
print(send(by=system_actor(), device=device, name=sys.argv[2], args=args, expires=time.now() + timedelta(minutes=5)).pk)
"""

REVOKE = """
import django; django.setup()
import sys
from anju.accounts.services import system_actor
from anju.monitoring.models import Device
from anju.monitoring.services.keys import revoke_key
revoke_key(by=system_actor(), device=Device._base_manager.get(code=sys.argv[1]), reason="lost")
"""

# A gateway's own committer and writer without its listeners: who stored each message, once in peace and once while another
# program holds the lock until the loop has gone round fifty times.
STORE = """
import django; django.setup()
import asyncio, sqlite3, sys, threading
from datetime import UTC, datetime
from django.db import connection
from anju.monitoring.gateway import process, push, running

where, outcomes = [], []

def write(items):
    where.append("loop" if threading.current_thread() is threading.main_thread() else "thread")
    return process.write(items)

async def main():
    committer = process.Gateway().committer
    committer.store = write
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    for number in range(2):
        said = push.parse(b'{"boot":"here","seq":%d,"at":1764000000000,"values":{"smoke":0.5}}' % number,
                          device=sys.argv[1], source="mqtt", received=datetime.now(UTC))
        if number:
            other.execute("BEGIN IMMEDIATE")
        committer.put(said, lambda outcome: outcomes.append(outcome.status))
        for _turn in range(50 if number else 0):
            await asyncio.sleep(0.001)
        assert len(outcomes) == number, "acknowledged before it was stored"
        if number:
            other.execute("COMMIT")
        await committer.drain()
    committer.close()
    print(*where, *outcomes)

running.run(main())
"""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Any:
    made = City(tmp_path_factory.mktemp("city"))
    yield made
    made.close()


class Gateway:
    """One that is killed and started again at the same ports."""

    def __init__(self, city: City, which: int) -> None:
        self.city, self.which, self.wanted = city, which, (0, 0)
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> int:
        self.process = self.city.start(*listeners(*self.wanted))
        self.wanted = ports(self.process)
        return self.wanted[self.which]

    def kill(self, number: signal.Signals = signal.SIGKILL) -> int:
        assert self.process is not None
        return self.city.end(self.process, number)


def _new(city: City, before: dict[str, int]) -> dict[str, int]:
    return {name: number - before[name] for name, number in city.count().items()}


def test_a4_4_killed_three_times_it_has_lost_nothing_it_acknowledged_and_doubled_nothing(city: City) -> None:
    (code, key), before = city.make_devices("smoke")[0], city.count()
    device, gateway = MqttDevice(code, key, MESSAGES), Gateway(city, 0)
    broken = asyncio.run(through_kills(device, MESSAGES, gateway.start, gateway.kill, KILLS))
    assert broken == KILLS, "the kills came too late to be in the middle"
    assert device.done
    assert gateway.kill(signal.SIGTERM) == 0
    assert _new(city, before) == {"rows": MESSAGES, "keys": MESSAGES, "rejected": 0, "alarms": 0}


def test_a4_4_a_transmission_unit_loses_nothing_it_had_confirmed_when_the_gateway_is_killed(city: City) -> None:
    city.make_devices("transmission_unit:7a0300000000")
    before = city.count()
    unit, gateway = UnitDevice("7a0300000000", READINGS), Gateway(city, 1)
    broken = asyncio.run(through_kills(unit, READINGS, gateway.start, gateway.kill, KILLS))
    assert broken == KILLS
    assert unit.done
    assert gateway.kill(signal.SIGTERM) == 0
    assert _new(city, before) == {"rows": READINGS, "keys": READINGS, "rejected": 0, "alarms": 0}


def test_a4_4_what_a_cloud_pushed_and_had_answered_is_there_once_though_the_web_process_is_killed(city: City) -> None:
    (code, key), before = city.make_devices("smoke")[0], city.count()
    cloud, port = PushingCloud(code, key, LISTS), free_port()
    running: list[subprocess.Popen[str]] = []

    def start() -> int:
        running.append(city.start_web(port))
        return port

    broken = asyncio.run(through_kills(cloud, LISTS, start, lambda: city.end(running.pop()), KILLS))
    city.end(running.pop(), signal.SIGTERM)
    assert broken == KILLS
    assert cloud.done
    assert _new(city, before) == {"rows": LISTS * 10, "keys": LISTS * 10, "rejected": 0, "alarms": 0}


def test_on_an_embedded_database_the_loop_stores_by_itself_and_a_thread_while_another_program_holds_the_lock(
    city: City,
) -> None:
    code, _key = city.make_devices("smoke")[0]
    assert city.python("-c", STORE, code).split() == ["loop", "loop", "thread", "accepted", "accepted"]


def test_a_taken_port_is_named_with_the_option_that_chooses_another(city: City) -> None:
    gateway = city.start(*listeners())
    port = str(ports(gateway)[0])
    command = [sys.executable, "-m", "anju.cli", "gateway", *listeners(int(port))]
    second = subprocess.run(command, env=city.environment, capture_output=True, text=True, check=False, timeout=60)
    assert second.returncode == 1
    assert port in second.stderr
    assert "--mqtt-port" in second.stderr
    assert city.end(gateway, signal.SIGTERM) == 0


def test_a4_8_the_frames_of_the_standard_go_through_the_program_one_by_one(city: City) -> None:
    """As by `nc`: an unknown unit is refused and listed for adoption, a registered one is confirmed and its fire alarms."""
    before, gateway = city.count(), city.start(*listeners())
    uploads = [raw for raw in FRAMES.values() if gb26875.decode(raw).command == tables.UPLOAD and raw[12:18] == UNIT]

    def answers(frames: list[bytes]) -> list[int]:
        with socket.create_connection(("127.0.0.1", ports(gateway)[1]), timeout=60) as link:
            stream, found = gb26875.Stream(), list[int]()
            for raw in frames:
                link.sendall(raw)
                while True:
                    heard = [one for one in stream.feed(link.recv(4096)) if isinstance(one, gb26875.Frame)]
                    ours = [one.command for one in heard if one.command in (tables.ACKNOWLEDGE, tables.REFUSE)]
                    if ours:
                        found += ours
                        break
            return found

    assert answers([FIRE]) == [tables.REFUSE]
    assert city.end(gateway, signal.SIGTERM) == 0
    assert ("unknown_device", "790300000000") in city.rows("SELECT reason, address FROM monitoring_rejected")
    city.make_devices("transmission_unit:790300000000")
    gateway = city.start(*listeners())
    assert answers(uploads) == [tables.ACKNOWLEDGE] * 5
    assert city.end(gateway, signal.SIGTERM) == 0
    assert _new(city, before) == {"rows": 5, "keys": 5, "rejected": 1, "alarms": 2}
    kinds = city.rows(
        "SELECT a.kind FROM monitoring_alarm a JOIN monitoring_device d ON d.id = a.device_id"
        " WHERE d.wire_address = '790300000000' ORDER BY a.rank"
    )
    assert kinds == [("fire",), ("fault",)]


@pytest.mark.needs("mosquitto")
def test_a4_8_mosquitto_pub_raises_an_alarm_with_a_key_of_the_register(city: City) -> None:
    (code, key), before = city.make_devices("smoke")[0], city.count()
    gateway = city.start(*listeners())
    publish = [
        "mosquitto_pub",
        "-h",
        "127.0.0.1",
        "-p",
        str(ports(gateway)[0]),
        "-V",
        "mqttv311",
        "-q",
        "1",
        "-u",
        code,
    ]
    publish += ["-t", f"anju/v1/{code}/up"]
    message = ["-m", payload(1, event="fire").decode()]
    done = subprocess.run([*publish, "-P", key, *message], capture_output=True, text=True, check=False, timeout=90)
    assert (done.returncode, done.stderr) == (0, "")
    wrong = subprocess.run(
        [*publish, "-P", "0" * 64, *message], capture_output=True, text=True, check=False, timeout=20
    )
    assert wrong.returncode != 0
    assert "not authori" in wrong.stderr.lower() or "bad user name" in wrong.stderr.lower()
    assert city.end(gateway, signal.SIGTERM) == 0
    assert _new(city, before) == {"rows": 1, "keys": 1, "rejected": 0, "alarms": 1}


# ---- commands ----


def _states(city: City) -> dict[str, list[str]]:
    rows = city.rows("SELECT id, state, answer FROM monitoring_command")
    return {str(UUID(str(key))): [state, answer] for key, state, answer in rows}


async def _until_state(city: City, command: str, state: str) -> list[str]:
    until = time.monotonic() + 90
    while time.monotonic() < until:
        found = (await asyncio.to_thread(_states, city))[command]
        if found[0] == state:
            return found
        await asyncio.sleep(0.2)
    raise AssertionError(f"the command is {found}, not {state}")


async def _lift(city: City, port: int, code: str, key: str, command: str) -> None:
    """A blocker that loses its link before it took the command in, comes again, takes it and carries it out."""
    for turn in range(2):
        async with link(port) as (reader, writer):
            writer.write(packets.connect(Connect(code, code, key.encode())))
            assert (await reader.readexactly(4))[3] == 0
            writer.write(packets.subscribe(1, [(f"anju/v1/{code}/down", 1)]))
            assert (await reader.readexactly(5))[4] == 1
            head = await asyncio.wait_for(reader.readexactly(2), 60)
            assert head[0] & 0xF6 == 0x32, "a PUBLISH of QoS 1"
            length = head[1] & 0x7F | (await reader.readexactly(1))[0] << 7 if head[1] & 0x80 else head[1]
            body = await reader.readexactly(length)
            start = 2 + int.from_bytes(body[:2], "big")
            said = json.loads(body[start + 2 :])
            assert (said["command"], said["name"]) == (command, "block")
            if turn == 0:
                assert (await asyncio.to_thread(_states, city))[command][0] == "waiting", "it did not take it in yet"
                continue
            writer.write(packets.puback(int.from_bytes(body[start : start + 2], "big")))
            await _until_state(city, command, "sent")
            answer = payload(1, event="ack", values={}, detail={"command": command})
            writer.write(packets.publish(f"anju/v1/{code}/up", answer, number=7))
            assert await reader.readexactly(4) == packets.puback(7)
            assert (await asyncio.to_thread(_states, city))[command][0] == "acknowledged"


def test_a4_6_a_block_command_reaches_the_lift_over_a_broken_link_and_its_answer_is_kept(city: City) -> None:
    (code, key) = city.make_devices("lift_blocker")[0]
    gateway = city.start(*listeners())
    command = city.python("-c", ASK, code, "block").strip()
    asyncio.run(_lift(city, ports(gateway)[0], code, key, command))
    assert city.end(gateway, signal.SIGTERM) == 0


async def _on_duty(port: int, address: str, answers: bool) -> None:
    """A unit that is asked who is on duty; somebody presses the button, or the frame is refused."""
    unit = UnitDevice(address, 1)
    stream = gb26875.Stream()
    async with link(port) as (reader, writer):
        writer.write(unit.frames[0])
        while True:
            data = await asyncio.wait_for(reader.read(4096), 60)
            for frame in stream.feed(data):
                assert isinstance(frame, gb26875.Frame)
                if frame.command == tables.CONTROL and frame.data[:1] == bytes((tables.DUTY_CHECK,)):
                    assert frame.data[2] == 1, "the minutes that were asked for"
                    command = tables.ACKNOWLEDGE if answers else tables.REFUSE
                    writer.write(
                        gb26875.encode(gb26875.Frame(frame.serial, command, unit.address, bytes(6), frame.time))
                    )
                    if answers:
                        pressed = gb26875.objects.UnitOperation(0b100000, 1, frame.time)
                        said = gb26875.write_unit(gb26875.Unit(tables.UNIT_OPERATION, (pressed,)))
                        writer.write(
                            gb26875.encode(gb26875.Frame(9, tables.UPLOAD, unit.address, bytes(6), frame.time, said))
                        )
                    await asyncio.sleep(0.5)
                    return
                if frame.command == tables.CONTROL:  # its clock is set, for the frame is five minutes old
                    writer.write(
                        gb26875.encode(
                            gb26875.Frame(frame.serial, tables.ACKNOWLEDGE, unit.address, bytes(6), frame.time)
                        )
                    )


@pytest.mark.parametrize(("answers", "state"), [(True, "acknowledged"), (False, "refused")])
def test_a9_3_who_is_on_duty_is_asked_by_frame_and_the_answer_is_kept(city: City, answers: bool, state: str) -> None:
    address = f"{int(answers):012x}"
    (code, _key) = city.make_devices(f"transmission_unit:{address}")[0]
    gateway = city.start(*listeners())
    command = city.python("-c", ASK, code, "duty_check").strip()

    async def run() -> list[str]:
        await _on_duty(ports(gateway)[1], address, answers)
        return await _until_state(city, command, state)

    found = asyncio.run(run())
    assert found[1] == ("" if answers else "装置拒绝执行")
    assert city.end(gateway, signal.SIGTERM) == 0


def test_who_came_in_with_a_key_that_is_revoked_is_put_out_within_seconds(city: City) -> None:
    (code, key) = city.make_devices("smoke")[0]
    gateway = city.start(*listeners())

    async def run() -> None:
        async with link(ports(gateway)[0]) as (reader, writer):
            writer.write(packets.connect(Connect(code, code, key.encode())))
            assert (await reader.readexactly(4))[3] == 0
            await asyncio.to_thread(city.python, "-c", REVOKE, code)
            assert await asyncio.wait_for(reader.read(1), 60) == b"", "the link is closed"
        async with link(ports(gateway)[0]) as (reader, writer):
            writer.write(packets.connect(Connect(code, code, key.encode())))
            assert (await reader.readexactly(4))[3] == 4

    asyncio.run(run())
    assert city.end(gateway, signal.SIGTERM) == 0


def test_a4_4_while_the_database_does_not_answer_nothing_is_acknowledged_and_the_devices_are_not_read(
    city: City,
) -> None:
    """Another program holds the write lock of the embedded database for seconds, and devices talk on as fast as they can."""
    known, before = city.make_devices(*["smoke"] * 8), city.count()
    gateway = city.start(*listeners())
    devices = [MqttDevice(code, key, 1000) for code, key in known]
    for device in devices:
        device.window = 1000

    async def run() -> tuple[int, int]:
        with city.locked():
            talking = [asyncio.ensure_future(device.talk(ports(gateway)[0])) for device in devices]
            await asyncio.sleep(3.0)
            memory = resident(gateway.pid)
            await asyncio.sleep(3.0)
            acknowledged, grown = sum(len(device.acknowledged) for device in devices), resident(gateway.pid) - memory
        await asyncio.wait_for(asyncio.gather(*talking), 300)
        return acknowledged, grown

    acknowledged, grown = asyncio.run(run())
    assert acknowledged == 0
    assert grown < 20_000_000
    assert all(device.done for device in devices)
    assert city.end(gateway, signal.SIGTERM) == 0
    assert _new(city, before) == {"rows": 8_000, "keys": 8_000, "rejected": 0, "alarms": 0}


def test_a_slow_loris_does_not_keep_others_out(city: City) -> None:
    """Two hundred strangers hold connections and say one byte each; a device signs in beside them at once."""
    (code, key) = city.make_devices("smoke")[0]
    gateway = city.start(*listeners())

    async def run() -> float:
        async with contextlib.AsyncExitStack() as strangers:
            for _n in range(200):
                _reader, writer = await strangers.enter_async_context(link(ports(gateway)[0]))
                writer.write(b"\x10")
            device = MqttDevice(code, key, 20)
            began = time.monotonic()
            await asyncio.wait_for(device.talk(ports(gateway)[0]), 60)
            return time.monotonic() - began

    assert asyncio.run(run()) < 30
    assert city.end(gateway, signal.SIGTERM) == 0
