"""One device's connection: bytes in, events out."""

from collections import deque
from enum import Enum

import msgspec

from anju.monitoring.gateway.mqtt import packets
from anju.monitoring.gateway.mqtt.events import Asked, Closed, Event, LinkLost, Listens, Received, Said, Write
from anju.monitoring.gateway.mqtt.packets import Connect, Violation
from anju.monitoring.gateway.mqtt.sessions import Down, Session

HARD_RESERVED = {packets.SUBSCRIBE: 2, packets.UNSUBSCRIBE: 2}  # flags that a first byte must have; 0 for the others


class Limits(msgspec.Struct, frozen=True):
    """What one connection may take.

    packet: bytes of remaining length. A message above the 4 KiB of the message format but below this is handed on, so that
        it can be kept as rejected and acknowledged; above this the connection closes, for 3.1.1 has no other way to say it.
    first: the same for the CONNECT, which comes from strangers.
    waiting: bytes kept while the caller decides about a CONNECT.
    to_connect, to_finish: seconds until the CONNECT must be there, and until a packet that was begun.
    """

    packet: int = 16 * 1024
    first: int = 2 * 1024
    waiting: int = 64 * 1024
    to_connect: float = 10.0
    to_finish: float = 30.0


LIMITS = Limits()


class State(Enum):
    """opened → asked → accepted → closed; from every state to closed."""

    opened = 1
    asked = 2
    accepted = 3
    closed = 4


OPENED, ASKED, ACCEPTED, CLOSED = State  # as plain names: looked up for every packet


def _other_topic(field: bytes) -> str:
    topic, _end = packets.read_text(field, 0)
    if not topic or "#" in topic or "+" in topic:
        raise Violation("a message was published to a pattern or to nothing [3.3.2-2, 4.7.3-1]")
    return topic


class Connection:
    """Feed it what the socket read; do what its events say. Times are the caller's monotonic seconds.

    After `Asked` call `accept` (or `refuse`) and then `feed(b"", now)`: the device may have sent more without waiting.
    """

    __slots__ = (
        "_began",
        "_down",
        "_heard",
        "_keep_alive",
        "_largest",
        "_limits",
        "_owed",
        "_rest",
        "_up",
        "_up_raw",
        "connect",
        "session",
        "state",
    )

    def __init__(self, now: float, limits: Limits = LIMITS) -> None:
        self.state = OPENED
        self.connect: Connect | None = None
        self.session: Session | None = None
        self._limits = limits
        self._rest = b""  # the beginning of a packet whose end has not come
        self._began = self._heard = now  # when that beginning came; when the last whole packet came
        self._keep_alive = 0.0
        self._up = self._down = ""
        self._up_raw = b""
        self._largest = limits.first
        self._owed: deque[int] | None = None  # PUBLISHes to acknowledge, in the order they came [4.6.0-2]

    # ---- what comes in ----

    def feed(self, data: bytes, now: float) -> list[Event]:
        """Everything that `data` completes, in order. Never raises for what the peer sends; keeps at most one packet."""
        events: list[Event] = []
        if self.state is CLOSED:
            return events
        if self.state is ASKED:
            self._rest += data
            if len(self._rest) > self._limits.waiting:
                self._close(events, "sent too much before it was let in")
            return events
        data = self._rest + data if self._rest else data
        try:
            used = self._read(data, now, events)
        except Violation as error:
            answer = packets.connack(packets.BAD_VERSION) if isinstance(error, packets.VersionRefused) else b""
            self._close(events, str(error), answer)
            return events
        if used < len(data):
            if not self._rest or used:
                self._began = now
            self._rest = data[used:]
        else:
            self._rest = b""
        return events

    def _read(self, data: bytes, now: float, events: list[Event]) -> int:
        """Whole packets out of `data`; gives the number of bytes used."""
        at, end = 0, len(data)
        while end - at >= 2 and (self.state is ACCEPTED or self.state is OPENED):
            first, length, start = data[at], data[at + 1], at + 2
            if length > 0x7F:
                length, start = packets.read_length(data, at + 1)
                if length < 0:
                    break
            if length > self._largest or self.state is OPENED:
                self._check_size(first, length)
            stop = start + length
            if stop > end:
                break
            self._heard = now
            if first & 0xF0 == 0x30:
                events.append(self._publish(first, data, start, stop))
            else:
                self._other(first, data[start:stop], events)
            at = stop
        return at

    def _check_size(self, first: int, length: int) -> None:
        if self.state is OPENED and first != packets.CONNECT << 4:
            raise Violation("the first packet is not a CONNECT [3.1.0-1]")
        if length > self._largest:
            raise Violation(f"a packet of {length} bytes; the most is {self._largest}")

    def _publish(self, first: int, data: bytes, start: int, stop: int) -> Said:
        if first & 0x01:
            raise Violation("a message with the retain flag: this server keeps no retained messages")
        qos = first >> 1 & 3
        if qos > 1 or first & 0x0A == 0x08:
            raise Violation("QoS 2 is not supported, and QoS 3 or a repeated QoS 0 is not allowed [3.3.1-2, -4]")
        topic_at = start + 2
        topic_end = topic_at + (data[start] << 8 | data[start + 1]) if topic_at <= stop else stop + 1
        payload_at = topic_end + 2 * qos
        if payload_at > stop:
            raise Violation("a field is longer than its packet")
        topic, own, number = self._up, True, 0
        if data[topic_at:topic_end] != self._up_raw:
            topic, own = _other_topic(data[start:topic_end]), False
        if qos:
            number = data[topic_end] << 8 | data[topic_end + 1]
            if not number:
                raise Violation("the packet has no identifier [2.3.1-1]")
            if self._owed is None:
                self._owed = deque()
            self._owed.append(number)
        return Said(topic, data[payload_at:stop], number, own, first & 0x08 != 0)

    def _other(self, first: int, body: bytes, events: list[Event]) -> None:
        kind = first >> 4
        if first & 0x0F != HARD_RESERVED.get(kind, 0):
            raise Violation("reserved bits of the first byte are wrong [2.2.2-2]")
        if kind == packets.CONNECT:
            if self.state is not OPENED:
                raise Violation("a second CONNECT [3.1.0-2]")
            self._asked(packets.read_connect(body), events)
        elif kind == packets.PINGREQ and not body:
            events.append(Write(packets.PONG))
        elif kind == packets.PUBACK and len(body) == 2:
            self._acknowledged(packets.read_id(body), events)
        elif kind == packets.SUBSCRIBE:
            self._subscribe(*packets.read_subscribe(body), events)
        elif kind == packets.UNSUBSCRIBE:
            self._unsubscribe(*packets.read_unsubscribe(body), events)
        elif kind == packets.DISCONNECT and not body:
            self.connect = None  # with it the will is discarded [3.1.2-10]
            self._close(events, "")
        elif kind in (packets.PUBREC, packets.PUBREL, packets.PUBCOMP):
            raise Violation("QoS 2 is not supported")
        else:
            raise Violation(f"a packet of kind {kind} that a client may not send, or of a wrong length")

    def _asked(self, connect: Connect, events: list[Event]) -> None:
        self.connect = connect
        will = connect.will
        if not connect.client_id and not connect.clean:
            answer, reason = packets.BAD_IDENTIFIER, "a session to keep needs a client identifier [3.1.3-8]"
        elif will is not None and (will.qos > 1 or will.retain):
            answer, reason = packets.NOT_AUTHORISED, "a last will of QoS 2 or with the retain flag is not supported"
        else:
            self.state = ASKED
            events.append(Asked(connect))
            return
        self.connect = None
        self._close(events, reason, packets.connack(answer))

    def _acknowledged(self, number: int, events: list[Event]) -> None:
        down = self.session.waiting.pop(number, None) if self.session else None
        if down is not None:
            events.append(Received(down.token))

    def _subscribe(self, number: int, wanted: list[tuple[str, int]], events: list[Event]) -> None:
        """The device's own commands with QoS 0 or 1 (2 is granted as 1, 3.8.4-6); everything else is refused."""
        if self.session is None:
            return
        granted = [min(qos, 1) if topic == self._down else packets.REFUSED_FILTER for topic, qos in wanted]
        events.append(Write(packets.suback(number, granted)))
        own = [qos for qos in granted if qos != packets.REFUSED_FILTER]
        if own:
            self.session.granted = own[-1]
            events.append(Listens(True))

    def _unsubscribe(self, number: int, unwanted: list[str], events: list[Event]) -> None:
        events.append(Write(packets.unsuback(number)))
        if self.session is not None and self.session.granted is not None and self._down in unwanted:
            self.session.granted = None
            events.append(Listens(False))

    def _close(self, events: list[Event], reason: str, data: bytes = b"") -> None:
        self.state = CLOSED
        self._rest = b""
        events.append(Closed(reason, data))

    # ---- what the caller decides ----

    def accept(self, session: Session, *, present: bool, up: str, down: str) -> bytes:
        """Let the device in: the CONNACK, then the commands of a kept session that it never acknowledged [4.4.0-1].

        up, down: its two topics. Call `feed(b"", now)` afterwards.
        """
        if self.state is not ASKED or self.connect is None:
            raise RuntimeError(f"a connection is accepted once, after it asked; it is {self.state.name}")
        self.state, self.session = ACCEPTED, session
        self._up, self._up_raw, self._down = up, up.encode(), down
        self._largest = self._limits.packet
        self._keep_alive = self.connect.keep_alive * 1.5
        if self.connect.will is None:
            # Not needed any more, and it holds the password.
            self.connect = Connect(self.connect.client_id, keep_alive=self.connect.keep_alive)
        else:
            self.connect = Connect(self.connect.client_id, will=self.connect.will)
        again = [packets.publish(down, one.payload, number=n, again=True) for n, one in session.waiting.items()]
        return packets.connack(packets.ACCEPTED, present=present) + b"".join(again)

    def refuse(self, code: int) -> bytes:
        """The CONNACK of a refusal; close after writing it. What came behind the CONNECT is not looked at [3.1.4-5]."""
        self.state, self.connect, self._rest = CLOSED, None, b""
        return packets.connack(code)

    def puback(self, number: int) -> bytes:
        """Acknowledge the oldest message that is not yet acknowledged: after its commit, in the order they came."""
        if not self._owed or self._owed[0] != number:
            owed = self._owed[0] if self._owed else "none"
            raise RuntimeError(f"message {number} cannot be acknowledged now; the next one owed is {owed}")
        self._owed.popleft()
        return packets.puback(number)

    def command(self, token: str, payload: bytes) -> bytes:
        """The bytes that send a command; b"" while the device does not listen or has too many to acknowledge already.

        With a subscription of QoS 1 `Received(token)` follows. With QoS 0 nothing does.
        """
        session = self.session
        if session is None or not self.listening or session.full:
            return b""
        number = session.number(Down(token, payload)) if session.granted else 0
        return packets.publish(self._down, payload, number=number)

    # ---- time and the end ----

    def deadline(self) -> float | None:
        """When the connection is to be given up unless something comes; None for never (no keep-alive, nothing begun).

        Bytes that trickle do not move it: only a whole packet does [3.1.2-24].
        """
        if self.state is OPENED:
            return self._heard + self._limits.to_connect
        if self.state is not ACCEPTED:
            return None
        ends = [self._heard + self._keep_alive] if self._keep_alive else []
        if self._rest:
            ends.append(self._began + self._limits.to_finish)
        return min(ends, default=None)

    @property
    def listening(self) -> bool:
        """Commands can be sent: subscribed now, or in the kept session it came back to."""
        return self.state is ACCEPTED and self.session is not None and self.session.granted is not None

    @property
    def unacknowledged(self) -> int:
        """Messages handed out and not yet acknowledged."""
        return len(self._owed) if self._owed else 0

    def lost(self) -> LinkLost | None:
        """Call once when the socket is gone, whoever closed it. None after a goodbye, or if it was never let in."""
        said, accepted = self.connect, self.session is not None
        self.state, self.connect, self._rest, self._owed = CLOSED, None, b"", None
        return LinkLost(said.will) if accepted and said is not None else None
