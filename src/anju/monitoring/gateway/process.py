"""The gateway as a process: two listeners, few writers, and a row that says since when somebody has been listening (A4.8).

One or two threads write, one looks devices up. The loop itself waits for nothing but, on an embedded database, the disk's answer to
a small batch (`committing`).
"""

import asyncio
import logging
import signal
import ssl
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from django.db import DatabaseError, InterfaceError, close_old_connections, connection, connections

from anju.core import time
from anju.core.sqlite.base import is_busy
from anju.monitoring.gateway import mqtt, push
from anju.monitoring.gateway.committing import Committer
from anju.monitoring.gateway.courier import Courier
from anju.monitoring.gateway.dialects import dialects
from anju.monitoring.gateway.gb26875 import STANDARD
from anju.monitoring.gateway.gb26875 import listener as gb26875_listener
from anju.monitoring.gateway.mqtt import listener as mqtt_listener
from anju.monitoring.messages import Message, Unusable
from anju.monitoring.models import Device, DeviceLink
from anju.monitoring.services.keys import ended_keys, is_key
from anju.monitoring.services.links import Change, end_links, note_links
from anju.monitoring.services.silence import listens
from anju.monitoring.services.storing import Outcome, store

log = logging.getLogger(__name__)
Said = Message | Unusable
Result = TypeVar("Result")
ENDED = timedelta(minutes=2)  # so far back it is looked for keys that have ended: a transaction may take a while
BEAT = 5.0  # seconds between signs of life of the gateway
NOTE = 1.0  # seconds between notes of links that began or ended


def write(items: Sequence[Said]) -> list[Outcome]:
    """Store a batch; a connection that broke is thrown away, so that the next try makes a new one."""
    try:
        return store(items, received=time.now())
    except (DatabaseError, InterfaceError) as error:
        if not is_busy(error):
            connection.close()
        raise


def device_with(connect: mqtt.Connect) -> mqtt_listener.Known | None:
    """The device whose user name and key these are."""
    code, key = connect.user or "", (connect.password or b"").decode("ascii", "replace")
    if not is_key(code, key, time.now()):
        return None
    return mqtt_listener.Known(code, f"anju/v1/{code}/up", f"anju/v1/{code}/down")


def unit_at(address: bytes) -> gb26875_listener.Known | None:
    """The transmission unit registered with this source address."""
    unit = Device._base_manager.filter(wire_address=address.hex(), retired_on=None).first()
    if unit is None:
        return None
    profile = dialects().unit(unit.profile)
    if profile is None:
        log.error(
            "unit %s has the profile %r, which ANJU_DIALECTS_FILE does not describe; read as the standard says",
            unit.code,
            unit.profile,
        )
        profile = STANDARD
    return gb26875_listener.Known(unit.code, profile)


def _lanes() -> int:
    """SQLite has one writer at a time; on PostgreSQL a second one works while the first waits for the server."""
    return 2 if connection.vendor == "postgresql" else 1


class CannotListen(Exception):
    """A port cannot be opened. option: of the command line, by which another one is chosen."""

    def __init__(self, port: int, option: str, error: OSError) -> None:
        super().__init__(f"port {port}: {error.strerror or error}")
        self.port, self.option, self.error = port, option, error


async def _opened(server: Awaitable[asyncio.Server], port: int, option: str) -> asyncio.Server:
    try:
        return await server
    except OSError as error:
        raise CannotListen(port, option, error) from error


@dataclass
class Gateway:
    """`run` listens until it is told to stop; what was taken in by then is stored and acknowledged."""

    name: str = "gateway"
    host: str = "127.0.0.1"
    mqtt_port: int = 1884
    gb26875_port: int = 26875
    tls: ssl.SSLContext | None = None
    ready: Callable[[int, int], None] = lambda mqtt_port, gb26875_port: None  # the ports that it listens at
    committer: Committer[Said, Outcome] = field(
        default_factory=lambda: Committer(write, _lanes(), connections.close_all, here=connection.vendor == "sqlite")
    )
    _listener: mqtt_listener.Listener | None = None
    _ended: set[int] = field(default_factory=set)  # keys whose end has been seen to
    _links: dict[str, Change] = field(default_factory=dict)  # what happened to links and is not noted yet, by device
    _asking: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "register"))

    async def run(self) -> None:
        """Raises CannotListen when a port is taken."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        devices = mqtt_listener.Listener(
            self._knock_device, self._say_heard, forget=self.committer.forget, came=self._came, ended=self._link_ended
        )
        units = gb26875_listener.Listener(
            self._knock_unit,
            self._say,
            forget=self.committer.forget,
            came=self._came,
            ended=self._link_ended,
            now=time.now,
        )
        servers = [
            await _opened(devices.open(self.host, self.mqtt_port, self.tls), self.mqtt_port, "--mqtt-port"),
            await _opened(units.open(self.host, self.gb26875_port), self.gb26875_port, "--gb26875-port"),
        ]
        self._listener = devices
        self.ready(*(server.sockets[0].getsockname()[1] for server in servers))
        courier = Courier(devices, units, self._ask)
        works = (devices.watch(), units.watch(), self._beats(), self._note_links(), courier.run())
        tasks = [loop.create_task(work) for work in works]
        try:
            await stop.wait()
        finally:
            for server in servers:
                server.close()
            await self._finish(tasks)
            devices.close()
            units.close()

    async def _finish(self, tasks: list[asyncio.Task[None]]) -> None:
        for task in tasks:
            task.cancel()
        try:
            await asyncio.wait_for(self.committer.drain(), 5)
        except TimeoutError:
            log.error("%d messages were not stored; they were not acknowledged either", self.committer.waiting)
        self.committer.close()
        with suppress(Exception):  # the database is away; the next gateway of this name says it
            await asyncio.wait_for(self._ask(lambda: end_links(self.name, time.now(), DeviceLink.Why.STOPPED)), 5)
        with suppress(Exception):  # a connection that is left to the end of the process may crash it there
            await asyncio.wait_for(self._ask(connections.close_all), 5)
        self._asking.shutdown(wait=False, cancel_futures=True)

    async def _ask(self, question: Callable[[], Result]) -> Result:
        def asked() -> Result:
            close_old_connections()
            return question()

        return await asyncio.get_running_loop().run_in_executor(self._asking, asked)

    async def _beats(self) -> None:
        while True:
            try:
                if not self.committer.failing:  # who cannot store does not listen
                    await self._ask(lambda: listens(self.name, time.now()))
                await self._close_ended()
            except Exception as error:  # noqa: BLE001  # the database is away; the writer tells
                log.debug("no beat: %s", type(error).__name__)
            await asyncio.sleep(BEAT)

    async def _close_ended(self) -> None:
        """Whose key has ended is put out; with another key it comes in again at once."""
        now = time.now()
        found = await self._ask(lambda: ended_keys(now - ENDED, now))
        fresh = [code for key, code in found if key not in self._ended]
        self._ended = {key for key, _code in found}
        if (listener := self._listener) is None:
            return
        for code in fresh:
            listener.sessions.forget(code)
            if link := listener.by_device.get(code):
                link.end("its key has ended", why="key")

    # ---- links ----

    def _came(self, device: str) -> None:
        self._links[device] = Change(time.now())

    def _link_ended(self, device: str, why: str, will: bytes = b"") -> None:
        self._links[device] = Change(time.now(), why, will)

    async def _note_links(self) -> None:
        """What the last gateway of this name left standing died with it."""
        at, is_first = time.now(), True
        while True:
            noting, self._links = self._links, {}
            try:
                if is_first:
                    await self._ask(lambda: end_links(self.name, at, DeviceLink.Why.GATEWAY))
                    is_first = False
                if noting:
                    await self._ask(lambda noting=noting: note_links(self.name, noting))  # type: ignore[misc]
            except Exception as error:  # noqa: BLE001  # the database is away: what is newer counts
                log.debug("links wait to be noted: %s", type(error).__name__)
                self._links = noting | self._links
            await asyncio.sleep(NOTE)

    # ---- what comes in ----

    async def _knock_device(self, connect: mqtt.Connect) -> mqtt_listener.Known | None:
        return await self._ask(lambda: device_with(connect))

    async def _knock_unit(self, address: bytes, peer: str) -> gb26875_listener.Known | None:
        known = await self._ask(lambda: unit_at(address))
        if known is None:
            note = f"a unit calls from {peer} and is not registered"
            stranger = Unusable(device=address.hex(), reason="unknown_device", raw=address, source="gb26875", note=note)
            self.committer.put(stranger, lambda outcome: None)
        return known

    def _say_heard(self, heard: mqtt_listener.Heard, then: Callable[[], None], link: mqtt_listener.Link) -> None:
        if heard.own:
            said = push.parse(heard.payload, device=heard.device, source="mqtt", received=time.now())
        else:
            said = push.wrong_topic(heard.payload, device=heard.device, source="mqtt", topic=heard.topic)
        self.committer.put(said, lambda outcome: then(), link, said.device)

    def _say(self, said: Said, then: Callable[[], None], link: gb26875_listener.Link) -> None:
        self.committer.put(said, lambda outcome: then(), link, said.device)
