"""What outlives a connection: the subscription of a device and the commands it has not acknowledged (3.1.2.4, 4.1)."""

from collections import OrderedDict

import msgspec

MOST_UNACKNOWLEDGED = 16  # commands on their way to one device
MOST_PER_DEVICE = 4  # a device that invents client identifiers pushes out its own oldest session, nobody else's


class Down(msgspec.Struct, frozen=True):
    """A command on its way. token: by which the caller knows it again."""

    token: str
    payload: bytes


class Session:
    """Of one (device, client identifier). granted: QoS of the subscription to the down topic, None without one."""

    __slots__ = ("client_id", "device", "granted", "kept", "last_number", "waiting")

    def __init__(self, device: str, client_id: str, *, kept: bool) -> None:
        self.device = device
        self.client_id = client_id
        self.kept = kept
        self.granted: int | None = None
        self.waiting: dict[int, Down] = {}  # by packet identifier, oldest first
        self.last_number = 0

    def number(self, down: Down) -> int:
        """Give the command a packet identifier that is not in use [2.3.1-2, -4]."""
        while True:
            self.last_number = self.last_number % 0xFFFF + 1
            if self.last_number not in self.waiting:
                self.waiting[self.last_number] = down
                return self.last_number

    @property
    def full(self) -> bool:
        return len(self.waiting) >= MOST_UNACKNOWLEDGED


class Sessions:
    """Those kept by this process. They live in memory: a device that comes to another gateway is told that there is none
    (session present 0) and subscribes again, and commands come out of the outbox once more.
    """

    def __init__(self, most_devices: int = 500_000) -> None:
        self._most = most_devices
        self._kept: OrderedDict[str, OrderedDict[str, Session]] = OrderedDict()

    def begin(self, device: str, client_id: str, *, clean: bool) -> tuple[Session, bool]:
        """The session of a connection that was accepted, and whether it existed before.

        clean: an earlier one is thrown away, and the new one is not kept [3.1.2-6].
        """
        own = self._kept.get(device)
        if clean:
            if own is not None and own.pop(client_id, None) is not None and not own:
                del self._kept[device]
            return Session(device, client_id, kept=False), False
        if own is None:
            own = self._kept[device] = OrderedDict()
        self._kept.move_to_end(device)
        session = own.get(client_id)
        present = session is not None
        if session is None:
            session = own[client_id] = Session(device, client_id, kept=True)
        own.move_to_end(client_id)
        self._push_out(own)
        return session, present

    def _push_out(self, own: OrderedDict[str, Session]) -> None:
        if len(own) > MOST_PER_DEVICE:
            own.popitem(last=False)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def forget(self, device: str) -> None:
        """A device whose key was revoked keeps nothing."""
        self._kept.pop(device, None)

    @property
    def count(self) -> int:
        return sum(map(len, self._kept.values()))
