"""GB/T 26875.3 over TCP: sockets around `Stream` and `Dialogue`. A frame is confirmed after the commit of all it says."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import cast

from anju.monitoring.gateway import gb26875
from anju.monitoring.gateway.gb26875 import tables
from anju.monitoring.messages import Message, Unusable

log = logging.getLogger(__name__)
LOOK = 1.0  # seconds between looks at what is late
SILENT = 600.0  # seconds without a whole frame after which a link is given up: units send a heartbeat every few minutes
STRANGER = 30.0  # the same for who has not yet said a frame of a registered unit
WRONG_CLOCK = 5.0  # seconds that a unit's clock may be off before it is set
ASK_EVERY = 3600.0  # seconds between questions to a unit how it is (GB 50440 asks for at most two hours)
KEPT = 30.0  # seconds that an answer of the register is believed
MOST_FRAMES = 64  # frames of one link that wait for the register; then it is not read
OWN = bytes(6)  # the centre's address


@dataclass(frozen=True)
class Known:
    """A registered unit: its code and what its vendor does differently."""

    device: str
    profile: gb26875.Profile = gb26875.STANDARD


@dataclass
class Listener:
    """`knock` looks a unit's address up (None: nobody registered it; the register then lists it for adoption). `say` queues
    one message and calls back after its commit. `answered` is told how a command to a unit ended.
    """

    knock: Callable[[bytes, str], Awaitable[Known | None]]
    say: Callable[[Message | Unusable, Callable[[], None], "Link"], None]
    answered: Callable[[str, gb26875.Result], None] = lambda device, result: None
    came: Callable[[str], None] = lambda device: None
    ended: Callable[[str, str], None] = lambda device, why: None  # why: of `DeviceLink.Why`
    forget: Callable[["Link"], None] = lambda link: None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)  # the time of day of the city
    links: set["Link"] = field(default_factory=set)
    by_device: dict[str, "Link"] = field(default_factory=dict)
    _known: dict[bytes, tuple[float, Known | None]] = field(default_factory=dict)

    async def open(self, host: str, port: int) -> asyncio.Server:
        """Listen. Raises OSError when the port is taken."""
        return await asyncio.get_running_loop().create_server(lambda: Link(self), host, port, backlog=1024)

    async def watch(self) -> None:
        """Repeat unanswered commands and give up silent links; run as a task as long as the listener is open."""
        while True:
            await asyncio.sleep(LOOK)
            now = time.monotonic()
            for link in list(self.links):
                link.tick(now)

    async def known(self, address: bytes, peer: str) -> Known | None:
        """The register's answer, asked again after a while so that a unit which is registered or retired is noticed."""
        kept = self._known.get(address)
        if kept is None or kept[0] < time.monotonic():
            if len(self._known) > 100_000:
                self._known.clear()
            kept = (time.monotonic() + KEPT, await self.knock(address, peer))
            self._known[address] = kept
        return kept[1]

    def close(self) -> None:
        for link in list(self.links):
            link.end("", why="stopped")


class Link(asyncio.Protocol):
    """One socket, mostly one unit; a concentrator may speak for several."""

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self.stream = gb26875.Stream()
        self.dialogues: dict[bytes, tuple[str, gb26875.Dialogue]] = {}
        self.transport: asyncio.Transport | None = None
        self.peer = ""
        self.why = "broken"  # as long as nobody here ends it
        self._heard = time.monotonic()
        self._frames: deque[gb26875.Frame] = deque()
        self._task: asyncio.Task[None] | None = None
        self._brakes: set[str] = set()
        self._asked: dict[str, float] = {}  # device → when it was asked last how it is

    # ---- of asyncio ----

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name
        self.peer = str((transport.get_extra_info("peername") or ("",))[0])
        self.listener.links.add(self)

    def data_received(self, data: bytes) -> None:
        for found in self.stream.feed(data):
            if isinstance(found, gb26875.Damaged):
                self._write(gb26875.refuse(found.header, at=self.listener.now()))
            else:
                self._frames.append(found)
        if len(self._frames) > MOST_FRAMES:
            self._brake("frames")
        if self._frames and (self._task is None or self._task.done()):
            self._task = asyncio.get_running_loop().create_task(self._work())

    def connection_lost(self, error: Exception | None) -> None:
        self.transport = None
        self.listener.links.discard(self)
        self.listener.forget(self)
        for device, _dialogue in self.dialogues.values():
            if self.listener.by_device.get(device) is self:
                del self.listener.by_device[device]
                self.listener.ended(device, self.why)

    # ---- for the one writer (`Pausable`) ----

    def pause_reading(self) -> None:
        self._brake("writer")

    def resume_reading(self) -> None:
        self._release("writer")

    def _brake(self, why: str) -> None:
        if not self._brakes and self.transport is not None and not self.transport.is_closing():
            self.transport.pause_reading()
        self._brakes.add(why)

    def _release(self, why: str) -> None:
        """Read on when nothing holds the link back any more."""
        held = bool(self._brakes)
        self._brakes.discard(why)
        if held and not self._brakes and self.transport is not None and not self.transport.is_closing():
            self.transport.resume_reading()

    # ---- frames ----

    async def _work(self) -> None:
        """Frames in the order they came: the register may have to be asked first."""
        while self._frames:
            frame = self._frames.popleft()
            try:
                known = await self.listener.known(frame.source, self.peer)
            except Exception as error:  # noqa: BLE001  # the database is away: no answer, the unit sends it again
                log.warning("a unit could not be looked up: %s", type(error).__name__)
                continue
            if known is None or not known.profile.knows(frame.command):
                self._write(gb26875.refuse(frame, at=self.listener.now()))
            else:
                self._take(frame, known)
        self._release("frames")

    def _take(self, frame: gb26875.Frame, known: Known) -> None:
        now, at = time.monotonic(), self.listener.now()
        self._heard = now
        dialogue = self._dialogue(frame, known, now, at)
        for result in dialogue.hear(frame, now):
            self.listener.answered(known.device, result)
        messages = gb26875.to_messages(frame, device=known.device, received=at, profile=known.profile)
        if not messages:
            return
        left = len(messages)

        def stored() -> None:
            nonlocal left
            left -= 1
            if not left and _wants_answer(frame, known.profile):
                self._write(gb26875.acknowledge(frame, at=self.listener.now(), profile=known.profile))

        for message in messages:
            self.listener.say(message, stored, self)

    def _dialogue(self, frame: gb26875.Frame, known: Known, now: float, at: datetime) -> gb26875.Dialogue:
        """Of this unit; its first frame on this link also sets its clock when it is wrong."""
        kept = self.dialogues.get(frame.source)
        if kept is not None:
            return kept[1]
        dialogue = gb26875.Dialogue(own=frame.target or OWN, unit=frame.source, profile=known.profile)
        self.dialogues[frame.source] = (known.device, dialogue)
        self.listener.by_device[known.device] = self
        self.listener.came(known.device)
        sent = gb26875.read_time(frame.time, bcd=known.profile.bcd_time)
        if sent is None or abs((sent - at).total_seconds()) > WRONG_CLOCK:
            what = gb26875.set_clock(at, known.profile)
            self._write(dialogue.control(what, token="clock", now=now, at=at))  # noqa: S106  # its name, not a secret
        return dialogue

    def control(self, device: str, what: gb26875.Unit, token: str) -> bool:
        """Send a command to a unit of this link; whether it went out. How it ends comes through `answered`."""
        for code, dialogue in self.dialogues.values():
            if code == device:
                sent = dialogue.control(what, token=token, now=time.monotonic(), at=self.listener.now())
                self._write(sent)
                return bool(sent)
        return False

    # ---- time, writing, the end ----

    def tick(self, now: float) -> None:
        if now - self._heard > (SILENT if self.dialogues else STRANGER):
            self.end("no frame came in time", why="late")
            return
        for device, dialogue in self.dialogues.values():
            self._ask_how_it_is(device, dialogue, now)
            again, results = dialogue.tick(now)
            self._write(again)
            for result in results:
                self.listener.answered(device, result)

    def _ask_how_it_is(self, device: str, dialogue: gb26875.Dialogue, now: float) -> None:
        """Its answer is a message like any other; one that cannot answer refuses, and nothing follows from that."""
        if now - self._asked.setdefault(device, now) < ASK_EVERY:
            return
        self._asked[device] = now
        self._write(dialogue.ask(gb26875.ask_status(), token="status", now=now, at=self.listener.now()))  # noqa: S106  # its name

    def _write(self, data: bytes) -> None:
        if data and self.transport is not None and not self.transport.is_closing():
            self.transport.write(data)

    def end(self, reason: str, *, why: str = "wrong") -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.why = why
            if reason:
                log.info("link of %s closed: %s", self.peer, reason)
            self.transport.close()


def _wants_answer(frame: gb26875.Frame, profile: gb26875.Profile) -> bool:
    return frame.command == tables.UPLOAD or frame.command in profile.uploads | profile.heartbeat_commands
