"""A device that speaks MQTT 3.1.1 with its key, and carries out what it is told on its down topic."""

import asyncio
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from anju.monitoring.gateway import push
from anju.monitoring.gateway.mqtt import Connect, packets
from anju.simulation.devices import Device
from anju.simulation.links.keeping import Link, Refused, Ways

KEEP_ALIVE = 120  # seconds
HANGS_UP = 4.0  # seconds after a sleeper's last word
LOOK = 1.0  # seconds between looks at what is late
PATIENCE = 30.0  # seconds without an answer after which the line is given up


def words(boot: str, seq: int, at: datetime, values: dict[str, float], event: str, detail: dict[str, Any]) -> bytes:
    """The published message: one JSON object."""
    said = {"values": values, "event": event, "detail": detail}
    message = {"boot": boot, "seq": seq, "at": int(at.timestamp() * 1000)}
    return msgspec.json.encode(message | {name: value for name, value in said.items() if value})


class MqttLink(Link):
    """sleeps: it hangs up when everything is said. told: is given the name of each command that was carried out."""

    def __init__(
        self, device: Device, ways: Ways, *, sleeps: bool, told: Callable[[str], None] = lambda name: None
    ) -> None:
        super().__init__(device, ways)
        self.boot, self.seq, self.sleeps, self.told = secrets.token_hex(3), 0, sleeps, told
        self.done: set[str] = set()  # commands: the same one may come twice
        if not sleeps:
            self.wanted.set()

    def confirm(self, number: int) -> None:
        super().confirm(number)
        if not self.sleeps:
            self.wanted.set()  # it stays on its line

    def message(self, at: datetime, values: dict[str, float], event: str, detail: dict[str, Any]) -> bytes:
        self.seq += 1
        return words(self.boot, self.seq, at, values, event, detail)

    async def talk(self) -> None:
        reader, writer = await asyncio.open_connection(self.ways.host, self.ways.mqtt_port)
        try:
            await self._sign_in(reader, writer)
            reading = asyncio.ensure_future(self._read(reader, writer))
            try:
                await self._write(writer, reading)
                if not reading.done():
                    writer.write(packets.GOODBYE)
                    await writer.drain()
            finally:
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)
        finally:
            if self.open.is_set():
                writer.close()
            else:
                writer.transport.abort()  # its line is cut: no goodbye

    async def _sign_in(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        code, key = self.device.code, self.device.key.encode()
        writer.write(packets.connect(Connect(code, code, key, keep_alive=KEEP_ALIVE)))
        answer = await asyncio.wait_for(reader.readexactly(4), PATIENCE)
        if answer[3] in (packets.BAD_CREDENTIALS, packets.NOT_AUTHORISED):
            raise Refused("the city does not know this device, or not by this key")
        if answer[3]:
            raise ConnectionError(f"CONNACK {answer[3]}")
        self.refused = ""
        if not self.sleeps:
            writer.write(packets.subscribe(1, [(f"anju/v1/{code}/down", 1)]))

    async def _write(self, writer: asyncio.StreamWriter, reading: "asyncio.Task[None]") -> None:
        clock, sent = asyncio.get_running_loop().time, set[int]()
        spoke = clock()
        while not reading.done():
            self.news.clear()
            for number in [one for one in self.kept if one not in sent]:
                topic = f"anju/v1/{self.device.code}/up"
                writer.write(packets.publish(topic, self.kept[number].wire, number=number))
                sent.add(number)
                spoke = clock()
            sent &= self.kept.keys()  # numbers come around
            quiet = clock() - spoke
            if self.sleeps and not self.kept and quiet >= HANGS_UP:
                return
            if sent and quiet >= PATIENCE:
                raise TimeoutError("no PUBACK")
            if quiet >= KEEP_ALIVE / 2:
                writer.write(packets.PING)
                spoke = clock()
            await writer.drain()
            await self.nap(reading, LOOK)
        raise reading.exception() or EOFError("the gateway hung up")

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            first = (await reader.readexactly(1))[0]
            length = shift = 0
            while True:
                byte = (await reader.readexactly(1))[0]
                length |= (byte & 0x7F) << shift
                shift += 7
                if byte < 0x80:
                    break
            body = await reader.readexactly(length)
            if first >> 4 == packets.PUBACK:
                self.confirm(packets.read_id(body))
            elif first >> 4 == packets.PUBLISH:
                _topic, at = packets.read_text(body, 0)
                if first & 0x06:
                    writer.write(packets.puback(packets.read_id(body, at)))
                    at += 2
                self._obey(body[at:])

    def _obey(self, raw: bytes) -> None:
        """Carried out, unless it is too late for it."""
        try:
            command = push.decode(raw)
        except msgspec.DecodeError:
            return
        if command.expires < self.ways.now() or command.command in self.done:
            return
        self.done.add(command.command)
        self.told(command.name)
        self.say(self.ways.now(), f"ack {command.name}", {}, "ack", {"command": command.command})
