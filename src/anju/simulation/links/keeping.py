"""What every link does: keep what is said until the city has confirmed it, and try again after a break."""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from anju.simulation.devices import Device

log = logging.getLogger(__name__)
FIRST_PAUSE, LONGEST_PAUSE, WHEN_REFUSED = 0.3, 5.0, 30.0  # seconds before the next try
MOST_KEPT = 5000  # messages of one device that wait; then the oldest goes, as in a device with little memory


class Refused(Exception):
    """The city will not have this device: wrong key, or it is not in the register."""


@dataclass(frozen=True)
class Ways:
    """Where the city listens, and the time of day of its devices. web: address of its pages, for push."""

    host: str
    mqtt_port: int
    gb26875_port: int
    web: str
    now: Callable[[], datetime]


@dataclass
class Said:
    """One message on its way. wire: its bytes, made once, so that a repeat is the same. confirmed: set by the link."""

    wire: bytes
    words: str  # for a person
    confirmed: asyncio.Event = field(default_factory=asyncio.Event)


class Link(ABC):
    def __init__(self, device: Device, ways: Ways) -> None:
        self.device, self.ways = device, ways
        self.kept: dict[int, Said] = {}  # in the order in which it was said
        self.refused = ""
        self.trouble = ""  # why its last line ended or never stood, until the next confirmation
        self.wanted = asyncio.Event()  # something to say, or a line that is to stand
        self.news = asyncio.Event()  # something new was said
        self.open = asyncio.Event()  # its line is not cut
        self.open.set()
        self._numbers = 0
        self._talking: asyncio.Task[None] | None = None

    # ---- of a device ----

    @abstractmethod
    def message(self, at: datetime, values: dict[str, float], event: str, detail: dict[str, Any]) -> bytes:
        """The bytes of one message; a device numbers it when it is made, and not when it gets through."""

    @abstractmethod
    async def talk(self) -> None:
        """Say everything in `kept` and take it out when confirmed. Returns when it hangs up; raises OSError, EOFError, Refused."""

    def say(self, at: datetime, words: str, values: dict[str, float], event: str, detail: dict[str, Any]) -> Said:
        said = Said(self.message(at, values, event, detail), words)
        return self.keep(said)

    def keep(self, said: Said) -> Said:
        self._numbers = self._numbers % 0xFFFF + 1
        self.kept[self._numbers] = said
        if len(self.kept) > MOST_KEPT:
            del self.kept[next(iter(self.kept))]
        self.wanted.set()
        self.news.set()
        return said

    async def nap(self, reading: "asyncio.Task[None]", longest: float) -> None:
        """Until something new is said, the line ends, or so many seconds have passed. Clear `news` before looking at `kept`."""
        news = asyncio.ensure_future(self.news.wait())
        await asyncio.wait({reading, news}, timeout=longest, return_when=asyncio.FIRST_COMPLETED)
        news.cancel()

    def confirm(self, number: int) -> None:
        self.trouble = ""
        said = self.kept.pop(number, None)
        if said is not None:
            said.confirmed.set()
        if not self.kept:
            self.wanted.clear()

    def cut(self) -> None:
        """As when its antenna breaks: no goodbye, and what it says waits."""
        self.open.clear()
        if self._talking is not None:
            self._talking.cancel()

    def back(self) -> None:
        self.open.set()

    async def run(self) -> None:
        """As long as the device lives."""
        pause = FIRST_PAUSE
        while True:
            await self.open.wait()
            await self.wanted.wait()
            self._talking = asyncio.ensure_future(self.talk())
            try:
                await self._talking
                pause = FIRST_PAUSE
            except Refused as error:
                if not self.refused:
                    log.warning("%s: %s", self.device.shown, error)
                self.refused, pause = str(error), WHEN_REFUSED
            except (OSError, EOFError, TimeoutError) as error:
                self.trouble = str(error)
                log.debug("%s: %s", self.device.shown, error)
            except asyncio.CancelledError:
                if self.open.is_set():  # we end, and not only its line
                    raise
                continue
            await asyncio.sleep(pause if self.kept else 0)
            pause = min(pause * 2, LONGEST_PAUSE)
