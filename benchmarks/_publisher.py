"""The other side of `gateway.py`: many devices in one process, over MQTT at QoS 1. Prints one JSON object.

`load`: every device keeps a window of messages on their way until all are acknowledged. `pace`: so many messages a second over
all devices, and how long each took to be acknowledged. `idle`: connects them all and waits for a line on standard input.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from functools import partial
from typing import Any

import uvloop

from anju.monitoring.gateway.mqtt import Connect, packets

AT_ONCE = 40  # sign-ins at a time: the gateway looks at 50 of one address


class Device(asyncio.Protocol):
    def __init__(self, code: str, key: str) -> None:
        self.code, self.key, self.topic = code, key, f"anju/v1/{code}/up"
        self.transport: Any = None
        self.let_in: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.next, self.last, self.waiting, self.window = 1, 0, 0, 0
        self.sent_at: dict[int, float] = {}
        self.took: list[float] = []
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.rest = b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.write(packets.connect(Connect(self.code, self.code, self.key.encode())))

    def connection_lost(self, error: Exception | None) -> None:
        for one in (self.let_in, self.done):
            if not one.done():
                one.set_exception(ConnectionError(f"{self.code} lost its link"))

    def data_received(self, data: bytes) -> None:
        data = self.rest + data
        whole = len(data) // 4 * 4  # a CONNACK and a PUBACK have four bytes each
        self.rest = data[whole:]
        for at in range(0, whole, 4):
            if data[at] == 0x20:
                self.let_in.set_result(None)
                continue
            self.waiting -= 1
            sent = self.sent_at.pop(data[at + 2] << 8 | data[at + 3], None)
            if sent is not None:
                self.took.append(time.perf_counter() - sent)
        if self.last:
            self.fill()

    def say(self, *, timed: bool = False) -> None:
        number = self.next
        if timed:
            self.sent_at[number & 0xFFFF] = time.perf_counter()
        self.transport.write(self.message())

    def message(self) -> bytes:
        number = self.next
        self.next += 1
        self.waiting += 1
        return packets.publish(self.topic, payload(number), number=(number - 1) % 0xFFFF + 1)

    def fill(self) -> None:
        """What the window has room for, in one piece: this side's own work is no part of what is measured."""
        if pieces := [self.message() for _n in range(min(self.last + 1 - self.next, self.window - self.waiting))]:
            self.transport.write(b"".join(pieces))
        if self.next > self.last and not self.waiting and not self.done.done():
            self.done.set_result(None)


def payload(number: int) -> bytes:
    at = int(time.time() * 1000)
    return b'{"boot":"%s","seq":%d,"at":%d,"values":{"smoke":%.1f,"temperature":21.5,"battery":93}}' % (
        BOOT, number, at, number % 30 / 10,
    )  # fmt: skip


BOOT = f"b{time.time_ns() % 10**9}".encode()


async def connected(port: int, devices: list[list[str]]) -> list[Device]:
    loop, found = asyncio.get_running_loop(), []
    for start in range(0, len(devices), AT_ONCE):
        some = []
        for code, key in devices[start : start + AT_ONCE]:
            device = Device(code, key)
            await loop.create_connection(partial(lambda one: one, device), "127.0.0.1", port)
            some.append(device)
        await asyncio.gather(*(device.let_in for device in some))
        found += some
    return found


async def load(port: int, devices: list[list[str]], messages: int) -> dict[str, Any]:
    """A tenth first that is not timed: what a process does once (statements prepared, rules loaded) is no cost of a message."""
    found = await connected(port, devices)
    each = messages // len(found)
    await until(found, each // 10)
    began = time.perf_counter()
    await until(found, each // 10 + each)
    return {"messages": each * len(found), "seconds": time.perf_counter() - began, "before": each // 10 * len(found)}


async def until(found: list[Device], last: int) -> None:
    """Every device says its messages up to this number; returns when all are acknowledged."""
    for device in found:
        device.last, device.window, device.done = last, 40, asyncio.get_running_loop().create_future()
        device.fill()
    await asyncio.gather(*(device.done for device in found))


async def pace(port: int, devices: list[list[str]], messages: int, rate: int) -> dict[str, Any]:
    """After a second that is not timed."""
    found = await connected(port, devices)
    began, sent = time.perf_counter(), 0
    while sent < messages + rate:
        due = min(messages + rate, int((time.perf_counter() - began) * rate))
        while sent < due:
            found[sent % len(found)].say(timed=sent >= rate)
            sent += 1
        await asyncio.sleep(0.002)
    while any(device.waiting for device in found):
        await asyncio.sleep(0.01)
    took = sorted(seconds * 1000 for device in found for seconds in device.took)
    return {
        "p50_ms": took[len(took) // 2],
        "p99_ms": took[len(took) * 99 // 100],
        "rate": sent / (time.perf_counter() - began),
    }


async def idle(port: int, devices: list[list[str]]) -> dict[str, Any]:
    found = await connected(port, devices)
    print("connected", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    return {"clients": sum(not device.done.done() for device in found)}


def main() -> None:
    what, port, file, *numbers = sys.argv[1:]
    with open(file, encoding="utf-8") as opened:  # noqa: PTH123
        devices = json.load(opened)
    work: Any = {"load": load, "pace": pace, "idle": idle}[what]
    print(json.dumps(uvloop.run(work(int(port), devices, *map(int, numbers)))))


if __name__ == "__main__":
    main()
