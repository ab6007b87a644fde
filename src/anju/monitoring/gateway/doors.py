"""Who may come in: wrong passwords cost the address they come from its turns, and nobody else's (A4.8)."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

WRONG = 10  # wrong passwords of one address within the window, then it waits
WINDOW = 60.0  # seconds
AT_ONCE = 50  # sign-ins of one address being looked at
MOST_ADDRESSES = 50_000


@dataclass
class Doorman:
    """Counts sign-ins per address, in this process. A right password is never refused for a neighbour's wrong ones as long
    as that neighbour has another address.
    """

    clock: Callable[[], float] = time.monotonic
    _wrong: OrderedDict[str, list[float]] = field(default_factory=OrderedDict)
    _asking: dict[str, int] = field(default_factory=dict)

    def is_full(self, address: str) -> bool:
        """Whether as many sign-ins of this address are being looked at as may be."""
        return self._asking.get(address, 0) >= AT_ONCE

    def admits(self, address: str) -> bool:
        """Whether a sign-in of this address is looked at now; if so, call `done` afterwards."""
        if self.is_full(address) or self.bars(address):
            return False
        self._asking[address] = self._asking.get(address, 0) + 1
        return True

    def done(self, address: str, *, right: bool) -> None:
        left = self._asking.get(address, 1) - 1
        if left:
            self._asking[address] = left
        else:
            self._asking.pop(address, None)
        if not right:
            self._wrong.setdefault(address, []).append(self.clock())
            self._wrong.move_to_end(address)
            if len(self._wrong) > MOST_ADDRESSES:
                self._wrong.popitem(last=False)

    def bars(self, address: str) -> bool:
        """Whether too many wrong passwords came from it lately."""
        times = self._wrong.get(address)
        if not times:
            return False
        since = self.clock() - WINDOW
        recent = [moment for moment in times if moment > since]
        if recent:
            self._wrong[address] = recent[-WRONG:]
        else:
            del self._wrong[address]
        return len(recent) >= WRONG
