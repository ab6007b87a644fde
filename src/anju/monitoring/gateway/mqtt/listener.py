"""MQTT over TCP: sockets around `Connection`. What a device says goes to the one writer, and is acknowledged after its commit."""

import asyncio
import logging
import ssl
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal, cast

from anju.monitoring.gateway import mqtt
from anju.monitoring.gateway.doors import Doorman

log = logging.getLogger(__name__)
LOOK = 1.0  # seconds between looks at the deadlines
SLOW_READER = 256 * 1024  # bytes waiting to be read by a device that does not read
IN_LINE = 5000  # sign-ins of one address that wait to be looked at: all detectors of an estate when its power is back


@dataclass(frozen=True)
class Known:
    """A device that may come in: its code and its two topics."""

    device: str
    up: str
    down: str


@dataclass(frozen=True)
class Heard:
    """One PUBLISH of a known device. own: on its own topic; otherwise it is kept as rejected."""

    device: str
    payload: bytes
    own: bool
    topic: str


@dataclass
class Listener:
    """What every link needs. `knock` looks a device up (None: wrong user or key); `say` queues what it said and calls back
    after the commit; `came` is told of a device that was let in, `ended` of one whose link ended: why (`DeviceLink.Why`), and
    the payload of its last will if it did not say goodbye.
    """

    knock: Callable[[mqtt.Connect], Awaitable[Known | None]]
    say: Callable[[Heard, Callable[[], None], "Link"], None]
    came: Callable[[str], None] = lambda device: None
    ended: Callable[[str, str, bytes], None] = lambda device, why, will: None
    received: Callable[[str, str], None] = lambda device, token: None  # a command reached the device
    forget: Callable[["Link"], None] = lambda link: None
    doorman: Doorman = field(default_factory=Doorman)
    sessions: mqtt.Sessions = field(default_factory=mqtt.Sessions)
    links: set["Link"] = field(default_factory=set)
    by_device: dict[str, "Link"] = field(default_factory=dict)
    _lines: dict[str, dict["Link", mqtt.Connect]] = field(default_factory=dict)  # who waits to be looked up, by address

    async def open(self, host: str, port: int, tls: ssl.SSLContext | None = None) -> asyncio.Server:
        """Listen. Raises OSError when the port is taken."""
        loop = asyncio.get_running_loop()
        return await loop.create_server(lambda: Link(self), host, port, backlog=1024, ssl=tls)

    async def watch(self) -> None:
        """Give up what stays silent or trickles; run as a task as long as the listener is open."""
        while True:
            await asyncio.sleep(LOOK)
            now = time.monotonic()
            for link in [link for link in self.links if link.is_late(now)]:
                link.end("nothing came in time", why="late")

    def close(self) -> None:
        for link in list(self.links):
            link.end("", why="stopped")

    # ---- turns of an address ----

    def asks(self, link: "Link", connect: mqtt.Connect) -> None:
        """Look it up now, or when it is its address's turn: who is sent away may come again only after a minute."""
        if self.doorman.admits(link.address):
            link.look_up(connect)
            return
        if self.doorman.bars(link.address) or len(self._lines.get(link.address, ())) >= IN_LINE:
            link.send_away()
        else:
            self._lines.setdefault(link.address, {})[link] = connect

    def looked_up(self, address: str, *, right: bool) -> None:
        self.doorman.done(address, right=right)
        line = self._lines.get(address, {})
        while line and (self.doorman.bars(address) or not self.doorman.is_full(address)):
            link = next(iter(line))
            self.asks(link, line.pop(link))
        if not line:
            self._lines.pop(address, None)

    def leaves(self, link: "Link") -> None:
        """It has hung up."""
        self.links.discard(link)
        self.forget(link)
        self._lines.get(link.address, {}).pop(link, None)


class Link(asyncio.Protocol):
    """One socket."""

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self.connection = mqtt.Connection(time.monotonic())
        self.transport: asyncio.Transport | None = None
        self.address = ""
        self.known: Known | None = None
        self.why = "broken"  # as long as nobody here ends it
        self._out = bytearray()  # acknowledgements of one commit go out together
        self._task: asyncio.Task[None] | None = None

    # ---- of asyncio ----

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name
        self.transport.set_write_buffer_limits(high=SLOW_READER)
        self.address = str((transport.get_extra_info("peername") or ("",))[0])
        self.listener.links.add(self)

    def data_received(self, data: bytes) -> None:
        self._do(self.connection.feed(data, time.monotonic()))

    def pause_writing(self) -> None:
        """It takes nothing off the wire although it goes on sending."""
        self.end("does not read what it is sent", why="full")

    def connection_lost(self, error: Exception | None) -> None:
        self.transport = None
        self.listener.leaves(self)
        if self._task is not None:
            self._task.cancel()
        link_lost = self.connection.lost()
        if self.known is not None and self.listener.by_device.get(self.known.device) is self:
            del self.listener.by_device[self.known.device]
            will = link_lost.will if link_lost is not None else None
            self.listener.ended(self.known.device, self.why, will.payload if will is not None else b"")

    # ---- for the one writer (`Pausable`) ----

    def pause_reading(self) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.pause_reading()

    def resume_reading(self) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.resume_reading()

    # ---- what the connection says ----

    def _do(self, events: list[mqtt.Event]) -> None:
        for event in events:
            if isinstance(event, mqtt.Said):
                self._said(event)
            elif isinstance(event, mqtt.Write):
                self._write(event.data)
            elif isinstance(event, mqtt.Received):
                assert self.known is not None
                self.listener.received(self.known.device, event.token)
            elif isinstance(event, mqtt.Asked):
                self.listener.asks(self, event.connect)
            elif isinstance(event, mqtt.Closed):
                self.end(event.reason, event.data, why="wrong" if event.reason else "goodbye")

    def _said(self, event: mqtt.Said) -> None:
        assert self.known is not None
        heard = Heard(self.known.device, event.payload, event.own, event.topic)
        number = event.number

        def stored() -> None:
            if number and self.transport is not None and self.connection.state is not mqtt.State.closed:
                self._write(self.connection.puback(number))

        self.listener.say(heard, stored, self)

    def send_away(self) -> None:
        self.end("too many wrong passwords or sign-ins of this address", self.connection.refuse(mqtt.UNAVAILABLE))

    def look_up(self, connect: mqtt.Connect) -> None:
        """Once the listener gives it its turn."""
        self._task = asyncio.get_running_loop().create_task(self._look_up(connect))

    async def _look_up(self, connect: mqtt.Connect) -> None:
        known: Known | None = None
        code = mqtt.UNAVAILABLE
        try:
            known = await self.listener.knock(connect)
            code = mqtt.BAD_CREDENTIALS
        except Exception as error:  # noqa: BLE001  # the database is away: the device comes again
            log.warning("a sign-in could not be looked up: %s", type(error).__name__)
        finally:  # also when it has hung up meanwhile: that says nothing of its password
            self.listener.looked_up(self.address, right=known is not None or code == mqtt.UNAVAILABLE)
        if self.transport is None or self.transport.is_closing():
            return
        if known is None:
            self.end("wrong user or key", self.connection.refuse(code))
            return
        self._let_in(known, connect)

    def _let_in(self, known: Known, connect: mqtt.Connect) -> None:
        before = self.listener.by_device.pop(known.device, None)
        if before is not None:
            before.end("the device connected again")  # [3.1.4-2]
        self.known = known
        self.listener.by_device[known.device] = self
        self.listener.came(known.device)
        session, present = self.listener.sessions.begin(known.device, connect.client_id, clean=connect.clean)
        self._write(self.connection.accept(session, present=present, up=known.up, down=known.down))
        self._do(self.connection.feed(b"", time.monotonic()))

    # ---- commands ----

    def send(self, token: str, payload: bytes) -> Literal["later", "sent", "on its way"]:
        """A command to the device. "on its way": `received` follows when the device has it. "sent": it listens with QoS 0,
        and nothing will follow. "later": it does not listen, or has too many to take already.
        """
        session = self.connection.session
        if session is not None and any(down.token == token for down in session.waiting.values()):
            return "on its way"
        data = self.connection.command(token, payload)
        if not data:
            return "later"
        self._write(data)
        return "on its way" if session is not None and session.granted else "sent"

    # ---- writing and the end ----

    def _write(self, data: bytes) -> None:
        if not self._out:
            asyncio.get_running_loop().call_soon(self._flush)
        self._out += data

    def _flush(self) -> None:
        if self.transport is not None and self._out:
            self.transport.write(bytes(self._out))
        self._out.clear()

    def is_late(self, now: float) -> bool:
        deadline = self.connection.deadline()
        return deadline is not None and now > deadline

    def end(self, reason: str, data: bytes = b"", *, why: str = "wrong") -> None:
        if self.transport is None or self.transport.is_closing():
            return
        self.why = why
        if reason:
            log.info("link of %s closed: %s", self.known.device if self.known else "a stranger", reason)
        self._out += data
        self._flush()
        self.transport.close()
