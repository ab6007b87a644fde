"""Devices that never stop talking, and a list of what was sent and acknowledged that the program under test cannot reach."""

import asyncio
import contextlib
import itertools
import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import nats
from nats.aio.client import Client

from anju.monitoring.gateway import gb26875
from anju.monitoring.gateway.gb26875 import objects, tables
from anju.monitoring.gateway.mqtt import Connect, packets
from tests.program.links import torn

WINDOW = 40  # messages of one device on their way
AGAIN = 0.05  # seconds until a device whose link broke tries once more
FIRE, FAULT, WELL = 0b10, 0b100, 0b1  # states of a component (GB/T 26875.3, 8.2.1.2)


@dataclass
class Book:
    """What was sent, by (device, number), and which of it was acknowledged; the latter also as lines of a file."""

    file: Path
    sent: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    acknowledged: set[tuple[str, int]] = field(default_factory=set)
    broken: int = 0  # links that broke
    repeated: int = 0  # messages sent once more

    def __post_init__(self) -> None:
        self._lines = self.file.open("w", encoding="utf-8")

    def send(self, device: str, number: int, words: dict[str, Any]) -> None:
        self.sent[device, number] = words

    def take(self, device: str, number: int) -> None:
        if (device, number) not in self.acknowledged:
            self.acknowledged.add((device, number))
            self._lines.write(f"{device} {number}\n")

    @property
    def owed(self) -> int:
        return len(self.sent) - len(self.acknowledged)

    def close(self) -> None:
        self._lines.close()


class Flow(Protocol):
    async def run(self, stop: asyncio.Event) -> None:
        """Say new things until `stop`, then go on until all of them are acknowledged."""


class Mood:
    """What a smoke detector measures: mostly nothing; now and then it burns, or the battery runs low. From a seed."""

    def __init__(self, chance: random.Random) -> None:
        self.chance, self.smoke, self.battery = chance, 0.1, 90.0

    def next(self, number: int) -> dict[str, Any]:
        if self.chance.random() < 0.05:
            self.smoke = 12.0 if self.smoke < 1 else 0.1
        if self.chance.random() < 0.05:
            self.battery = 5.0 if self.battery > 50 else 90.0
        values = {"smoke": self.smoke, "battery": self.battery, "temperature": float(self.chance.randrange(10, 30))}
        return {"boot": "b1", "seq": number, "at": int(time.time() * 1000), "values": values}


class Talker:
    """What the two protocols over TCP share: a link that breaks, and everything unacknowledged said again on the next."""

    def __init__(self, name: str, ports: Callable[[], int], book: Book, rate: float) -> None:
        self.name, self.ports, self.book, self.rate = name, ports, book, rate
        self.waiting: dict[int, bytes] = {}  # number → as it goes over the wire
        self.numbers = itertools.count(1)

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set() or self.waiting:
            try:
                async with asyncio.timeout(30):
                    reader, writer = await asyncio.open_connection("127.0.0.1", self.ports())
            except (OSError, TimeoutError):
                await asyncio.sleep(AGAIN)
                continue
            try:
                await self._link(reader, writer, stop)
            except (OSError, asyncio.IncompleteReadError, TimeoutError):
                self.book.broken += 1
                await asyncio.sleep(AGAIN)
            finally:
                await torn(writer)

    async def _link(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, stop: asyncio.Event) -> None:
        await self.sign_in(reader, writer)
        for number in sorted(self.waiting):
            writer.write(self.waiting[number])
            self.book.repeated += 1
        saying = asyncio.ensure_future(self._say(writer, stop))
        try:
            while not stop.is_set() or self.waiting:
                try:
                    async with asyncio.timeout(1.0 if not self.waiting else 30.0):
                        numbers = await self.answers(reader)
                except TimeoutError:
                    if self.waiting:
                        raise
                    continue
                for number in numbers:
                    if self.waiting.pop(number, None) is not None:
                        self.book.take(self.name, number)
        finally:
            saying.cancel()
            with contextlib.suppress(asyncio.CancelledError, OSError):
                await saying

    async def _say(self, writer: asyncio.StreamWriter, stop: asyncio.Event) -> None:
        while not stop.is_set():
            if len(self.waiting) < WINDOW:
                number = next(self.numbers)
                words, wire = self.make(number)
                self.book.send(self.name, number, words)
                self.waiting[number] = wire
                writer.write(wire)
            await asyncio.sleep(1 / self.rate)

    async def sign_in(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None: ...

    def make(self, number: int) -> tuple[dict[str, Any], bytes]:
        raise NotImplementedError

    async def answers(self, reader: asyncio.StreamReader) -> list[int]:
        raise NotImplementedError


class MqttTalker(Talker):
    def __init__(self, name: str, key: str, ports: Callable[[], int], book: Book, rate: float, seed: str) -> None:
        super().__init__(name, ports, book, rate)
        self.key, self.mood = key, Mood(random.Random(seed))

    async def sign_in(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(packets.connect(Connect(self.name, self.name, self.key.encode())))
        async with asyncio.timeout(30):
            answer = await reader.readexactly(4)
        if (
            answer[3] != 0
        ):  # the gateway cannot ask the database just now, or another link of this device is being ended
            raise ConnectionRefusedError(f"CONNACK {answer[3]}")

    def make(self, number: int) -> tuple[dict[str, Any], bytes]:
        words = self.mood.next(number)
        number = (number - 1) % 0xFFFF + 1
        return words, packets.publish(f"anju/v1/{self.name}/up", json.dumps(words).encode(), number=number)

    async def answers(self, reader: asyncio.StreamReader) -> list[int]:
        answer = await reader.readexactly(4)
        identifier = int.from_bytes(answer[2:], "big")
        return [number for number in self.waiting if (number - 1) % 0xFFFF + 1 == identifier]


class UnitTalker(Talker):
    """A transmission unit with five detectors that burn, fail and are well again, and a thermometer."""

    def __init__(self, name: str, address: str, ports: Callable[[], int], book: Book, rate: float, seed: str) -> None:
        super().__init__(name, ports, book, rate)
        self.address, self.chance = bytes.fromhex(address), random.Random(seed)
        self.stream = gb26875.Stream()

    async def sign_in(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.stream = gb26875.Stream()

    def make(self, number: int) -> tuple[dict[str, Any], bytes]:
        at = gb26875.write_time(datetime.now(UTC))
        if self.chance.random() < 0.2:
            part, state = self.chance.randrange(1, 6), self.chance.choice([FIRE, FAULT, WELL, WELL])
            said: Any = objects.ComponentStatus(
                1, 1, 40, part.to_bytes(4, "little"), state, objects.description("走廊"), at
            )
            words: dict[str, Any] = {"event": {FIRE: "fire", FAULT: "fault", WELL: "restored"}[state]}
            kind = tables.COMPONENT_STATUS
        else:
            value = self.chance.randrange(100, 400)
            said = objects.ComponentReading(1, 1, 40, (9).to_bytes(4, "little"), 3, value, at)
            kind, words = tables.COMPONENT_READING, {"values": {"temperature": value / 10}}
        data = gb26875.write_unit(gb26875.Unit(kind, (said,)))
        frame = gb26875.Frame(number & 0xFFFF, tables.UPLOAD, self.address, bytes(6), at, data)
        return words, gb26875.encode(frame)

    async def answers(self, reader: asyncio.StreamReader) -> list[int]:
        data = await reader.read(65536)
        if not data:
            raise ConnectionResetError("the gateway is gone")
        frames = [one for one in self.stream.feed(data) if isinstance(one, gb26875.Frame)]
        serials = {one.serial for one in frames if one.command == tables.ACKNOWLEDGE}
        if any(one.command == tables.REFUSE for one in frames):
            raise ConnectionResetError("refused")  # said again on the next link
        return [number for number in self.waiting if number & 0xFFFF in serials]


class StreamTalker:
    """A device in front of NATS: what the broker has in its stream counts as acknowledged."""

    def __init__(self, name: str, client: Client, book: Book, rate: float, seed: str) -> None:
        self.name, self.stream, self.book, self.rate = name, client.jetstream(), book, rate
        self.mood = Mood(random.Random(seed))

    async def run(self, stop: asyncio.Event) -> None:
        for number in itertools.count(1):
            if stop.is_set():
                return
            words = self.mood.next(number)
            self.book.send(self.name, number, words)
            while True:
                try:
                    await self.stream.publish(f"anju.v1.{self.name}.up", json.dumps(words).encode())
                except (TimeoutError, nats.errors.Error):
                    self.book.repeated += 1
                    await asyncio.sleep(AGAIN)
                else:
                    break
            self.book.take(self.name, number)
            await asyncio.sleep(1 / self.rate)
