"""A fire transmission unit over TCP by GB/T 26875.3, and the detectors behind it, which speak through it."""

import asyncio
import contextlib
from datetime import datetime
from typing import Any

from anju.monitoring.gateway import gb26875
from anju.monitoring.gateway.gb26875 import objects, tables
from anju.simulation.devices import Device
from anju.simulation.links.keeping import Link, Refused, Said, Ways

LOOK = 1.0  # seconds between looks at what is late
PATIENCE = 30.0  # seconds without 确认 after which a frame is sent again
GUARD_ANSWERS = 6.0  # seconds until somebody presses the button of 查岗
BITS = {"fire": 1 << 1, "pre_alarm": 1 << 1, "gas_leak": 1 << 1, "fault": 1 << 2, "restored": 0}
COMPONENTS = {"smoke": 40, "gas": 11, "residual_current": tables.RESIDUAL_CURRENT, "cable_temperature": tables.CABLE_TEMPERATURE}  # fmt: skip
QUANTITIES = {
    "temperature": (3, 10),
    "cable_temperature": (3, 10),
    "gas": (6, 10),
}  # number of table 6, steps in one unit


class UnitLink(Link):
    """Frames by serial, sent again until they are confirmed; it answers what the centre asks and sets."""

    def __init__(self, device: Device, ways: Ways) -> None:
        super().__init__(device, ways)
        self.address = bytes.fromhex(device.address)
        self.serial = int(ways.now().timestamp()) & 0x7FFF  # another one after each start
        self.writer: asyncio.StreamWriter | None = None
        self.wanted.set()  # its line stands

    def confirm(self, number: int) -> None:
        super().confirm(number)
        self.wanted.set()

    def message(self, at: datetime, values: dict[str, float], event: str, detail: dict[str, Any]) -> bytes:
        """Of the unit itself: a sign of life, or its own fault."""
        if event not in BITS:
            return self.frame(at, b"")
        status = objects.UnitStatus(1 | BITS[event], gb26875.write_time(at))
        return self.frame(at, gb26875.write_unit(gb26875.Unit(tables.UNIT_STATUS, (status,))))

    def frame(self, at: datetime, data: bytes, command: int = tables.UPLOAD, serial: int | None = None) -> bytes:
        if serial is None:
            serial = self.serial = self.serial + 1 & 0xFFFF
        return gb26875.encode(gb26875.Frame(serial, command, self.address, bytes(6), gb26875.write_time(at), data))

    def of_part(self, words: str, wire: bytes) -> Said:
        return self.keep(Said(wire, words))

    async def talk(self) -> None:
        reader, writer = await asyncio.open_connection(self.ways.host, self.ways.gb26875_port)
        self.writer = writer
        reading = asyncio.ensure_future(self._read(reader))
        sent: dict[int, float] = {}
        clock = asyncio.get_running_loop().time
        try:
            while not reading.done():
                self.news.clear()
                for number, said in self.kept.items():
                    if clock() - sent.get(number, -PATIENCE) >= PATIENCE:
                        writer.write(said.wire)
                        sent[number] = clock()
                sent = {number: at for number, at in sent.items() if number in self.kept}
                await writer.drain()
                await self.nap(reading, LOOK)
            raise reading.exception() or EOFError("the gateway hung up")
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            self.writer = None
            writer.transport.abort()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        stream = gb26875.Stream()
        while True:
            data = await reader.read(4096)
            if not data:
                raise EOFError("the gateway hung up")
            for frame in stream.feed(data):
                if isinstance(frame, gb26875.Frame):
                    self._hear(frame)

    def _hear(self, frame: gb26875.Frame) -> None:
        if frame.command == tables.ACKNOWLEDGE:
            self.refused = ""
            for number, said in list(self.kept.items()):
                if gb26875.decode(said.wire).serial == frame.serial:
                    self.confirm(number)
        elif frame.command == tables.REFUSE:
            raise Refused("the city does not know a unit of this address")
        elif frame.command == tables.CONTROL:
            self._write(self.frame(self.ways.now(), b"", tables.ACKNOWLEDGE, frame.serial))
            if frame.data[:1] == bytes((tables.DUTY_CHECK,)):
                asyncio.get_running_loop().call_later(GUARD_ANSWERS, self._press)
        elif frame.command == tables.REQUEST and frame.data[:1] == bytes((tables.ASK_UNIT_STATUS,)):
            now = self.ways.now()
            status = gb26875.Unit(tables.UNIT_STATUS, (objects.UnitStatus(1, gb26875.write_time(now)),))
            self._write(self.frame(now, gb26875.write_unit(status), tables.REPLY, frame.serial))

    def _write(self, data: bytes) -> None:
        if self.writer is not None:
            with contextlib.suppress(OSError):
                self.writer.write(data)

    def _press(self) -> None:
        """Somebody in the control room answers."""
        now = self.ways.now()
        pressed = gb26875.Unit(tables.UNIT_OPERATION, (objects.UnitOperation(1 << 5, 1, gb26875.write_time(now)),))
        self.of_part("duty answered", self.frame(now, gb26875.write_unit(pressed)))


class PartLink(Link):
    """A detector behind a unit. part: system, system address and location as the unit names it: 1-1-00000200."""

    def __init__(self, device: Device, unit: UnitLink) -> None:
        super().__init__(device, unit.ways)
        self.unit = unit
        system, address, location = device.part.split("-")
        self.place = (int(system), int(address), COMPONENTS.get(device.kind, 40), bytes.fromhex(location))

    def message(self, at: datetime, values: dict[str, float], event: str, detail: dict[str, Any]) -> bytes:
        moment = gb26875.write_time(at)
        if event in BITS:
            text = objects.description(self.device.name)
            status = 1 | BITS[event]
            state = objects.ComponentStatus(*self.place, status, text, moment)
            return self.unit.frame(at, gb26875.write_unit(gb26875.Unit(tables.COMPONENT_STATUS, (state,))))
        found = []
        for name, value in values.items():
            if name in QUANTITIES:
                quantity, steps = QUANTITIES[name]
                found.append(objects.ComponentReading(*self.place, quantity, round(value * steps), moment))
        if not found:
            return self.unit.frame(at, b"")
        return self.unit.frame(at, gb26875.write_unit(gb26875.Unit(tables.COMPONENT_READING, tuple(found))))

    def say(self, at: datetime, words: str, values: dict[str, float], event: str, detail: dict[str, Any]) -> Said:
        return self.unit.of_part(words, self.message(at, values, event, detail))

    def cut(self) -> None:
        self.unit.cut()

    def back(self) -> None:
        self.unit.back()

    async def talk(self) -> None:
        """Its unit speaks for it."""
        await asyncio.Event().wait()
