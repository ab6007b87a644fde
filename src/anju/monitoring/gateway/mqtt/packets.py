"""MQTT 3.1.1 control packets as bytes and back, for both ends of a connection.

Numbers in brackets are the normative statements of the OASIS standard of 29 October 2014. A packet that breaks one raises
`Violation`; whoever reads it must close the connection (4.8).
"""

from collections.abc import Sequence

import msgspec

CONNECT, CONNACK, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP = 1, 2, 3, 4, 5, 6, 7
SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK, PINGREQ, PINGRESP, DISCONNECT = 8, 9, 10, 11, 12, 13, 14

# Return codes of CONNACK (3.2.2.3).
ACCEPTED, BAD_VERSION, BAD_IDENTIFIER, UNAVAILABLE, BAD_CREDENTIALS, NOT_AUTHORISED = range(6)

REFUSED_FILTER = 0x80  # in SUBACK: this subscription is not granted (3.9.3)
LARGEST = 268_435_455  # bytes that four length bytes can say

PING = b"\xc0\x00"
PONG = b"\xd0\x00"
GOODBYE = b"\xe0\x00"


class Violation(Exception):
    """The peer broke the standard, or asks for what this server does not do. The connection has to be closed."""


class VersionRefused(Violation):
    """The peer speaks another edition of MQTT: it is told so in a CONNACK before the connection closes (3.1.2-2)."""


class Will(msgspec.Struct, frozen=True):
    """What the device wants said when its link is lost. payload: bytes, at most what fits a CONNECT."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False


class Connect(msgspec.Struct, frozen=True):
    """What a device says first. keep_alive: seconds, 0 for none. password: as sent, kept out of any log by `__repr__`."""

    client_id: str
    user: str | None = None
    password: bytes | None = None
    keep_alive: int = 60
    clean: bool = True
    will: Will | None = None

    def __repr__(self) -> str:
        return f"Connect(client_id={self.client_id!r}, user={self.user!r}, keep_alive={self.keep_alive})"


# ---- reading ----


def read_length(data: bytes, at: int) -> tuple[int, int]:
    """The remaining length that begins at `at`, and where it ends; (-1, at) while its bytes are not all there."""
    value = shift = 0
    end = len(data)
    for position in range(at, at + 4):
        if position >= end:
            return -1, at
        byte = data[position]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position + 1
        shift += 7
    raise Violation("the remaining length has more than four bytes [2.2.3]")


def read_bytes(body: bytes, at: int) -> tuple[bytes, int]:
    """Two bytes of length, then as many bytes; and where they end."""
    start = at + 2
    end = start + int.from_bytes(body[at:start], "big")
    if start > len(body) or end > len(body):
        raise Violation("a field is longer than its packet")
    return body[start:end], end


def read_text(body: bytes, at: int) -> tuple[str, int]:
    """A UTF-8 string, and where it ends. Ill-formed text and U+0000 close the connection [1.5.3-1, -2]."""
    raw, end = read_bytes(body, at)
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise Violation("a string is not UTF-8 [1.5.3-1]") from None
    if "\0" in text:
        raise Violation("a string holds U+0000 [1.5.3-2]")
    return text, end


def read_id(body: bytes, at: int = 0) -> int:
    """A packet identifier; zero is none [2.3.1-1]."""
    number = int.from_bytes(body[at : at + 2], "big")
    if len(body) < at + 2 or not number:
        raise Violation("the packet has no identifier [2.3.1-1]")
    return number


def read_connect(body: bytes) -> Connect:
    """Body of a CONNECT (3.1). Raises VersionRefused for other editions, Violation for anything ill-formed."""
    name, at = read_text(body, 0)
    if name not in ("MQTT", "MQIsdp") or len(body) < at + 4:
        raise Violation("the first packet is not a CONNECT of MQTT [3.1.2-1]")
    if name != "MQTT" or body[at] != 4:
        raise VersionRefused(f"protocol {name} level {body[at]}; this server speaks MQTT 3.1.1, which is level 4")
    flags, keep_alive = body[at + 1], int.from_bytes(body[at + 2 : at + 4], "big")
    _check_flags(flags)
    client_id, at = read_text(body, at + 4)
    will, user, password = None, None, None
    if flags & 0x04:
        topic, at = read_text(body, at)
        payload, at = read_bytes(body, at)
        will = Will(topic, payload, flags >> 3 & 3, bool(flags & 0x20))
    if flags & 0x80:
        user, at = read_text(body, at)
    if flags & 0x40:
        password, at = read_bytes(body, at)
    if at != len(body):
        raise Violation("the CONNECT is longer than its fields")
    return Connect(client_id, user, password, keep_alive, bool(flags & 0x02), will)


def _check_flags(flags: int) -> None:
    if flags & 0x01:
        raise Violation("the reserved flag of the CONNECT is set [3.1.2-3]")
    if not flags & 0x04 and flags & 0x38:
        raise Violation("will flags without a will [3.1.2-11, -13, -15]")
    if flags & 0x18 == 0x18:
        raise Violation("the will's QoS is 3 [3.1.2-14]")
    if flags & 0x40 and not flags & 0x80:
        raise Violation("a password without a user name [3.1.2-22]")


def read_subscribe(body: bytes) -> tuple[int, list[tuple[str, int]]]:
    """Body of a SUBSCRIBE (3.8): its identifier, and (filter, wanted QoS) for each subscription."""
    number, at, wanted = read_id(body), 2, []
    while at < len(body):
        topic, at = read_text(body, at)
        if at >= len(body) or body[at] > 2:
            raise Violation("a subscription has no valid QoS [3.8.3-4]")
        wanted.append((topic, body[at]))
        at += 1
    if not wanted:
        raise Violation("the SUBSCRIBE names no topic [3.8.3-3]")
    return number, wanted


def read_unsubscribe(body: bytes) -> tuple[int, list[str]]:
    """Body of an UNSUBSCRIBE (3.10): its identifier and the filters."""
    number, at, unwanted = read_id(body), 2, []
    while at < len(body):
        topic, at = read_text(body, at)
        unwanted.append(topic)
    if not unwanted:
        raise Violation("the UNSUBSCRIBE names no topic [3.10.3-2]")
    return number, unwanted


# ---- writing ----


def packet(first: int, body: bytes) -> bytes:
    """First byte, remaining length, body."""
    length, head = len(body), bytearray((first,))
    if length > LARGEST:
        raise ValueError(f"{length} bytes do not fit an MQTT packet; the most is {LARGEST}")
    while length > 0x7F:
        head.append(length & 0x7F | 0x80)
        length >>= 7
    head.append(length)
    return bytes(head) + body


def field(value: str | bytes) -> bytes:
    raw = value.encode() if isinstance(value, str) else value
    if len(raw) > 0xFFFF:
        raise ValueError(f"{len(raw)} bytes do not fit a field; the most is 65535")
    return len(raw).to_bytes(2, "big") + raw


def connect(said: Connect) -> bytes:
    flags, tail = (0x02 if said.clean else 0), field(said.client_id)
    if said.will is not None:
        flags |= 0x04 | said.will.qos << 3 | (0x20 if said.will.retain else 0)
        tail += field(said.will.topic) + field(said.will.payload)
    if said.user is not None:
        flags |= 0x80
        tail += field(said.user)
    if said.password is not None:
        flags |= 0x40
        tail += field(said.password)
    return packet(CONNECT << 4, field("MQTT") + bytes((4, flags)) + said.keep_alive.to_bytes(2, "big") + tail)


def publish(topic: str, payload: bytes, *, number: int = 0, again: bool = False, retain: bool = False) -> bytes:
    """A PUBLISH of QoS 1, or of QoS 0 when there is no packet identifier. again: sent before (DUP)."""
    first = PUBLISH << 4 | (0x08 if again else 0) | (0x02 if number else 0) | (0x01 if retain else 0)
    return packet(first, field(topic) + (number.to_bytes(2, "big") if number else b"") + payload)


def subscribe(number: int, wanted: Sequence[tuple[str, int]]) -> bytes:
    body = b"".join(field(topic) + bytes((qos,)) for topic, qos in wanted)
    return packet(SUBSCRIBE << 4 | 2, number.to_bytes(2, "big") + body)


def unsubscribe(number: int, unwanted: Sequence[str]) -> bytes:
    return packet(UNSUBSCRIBE << 4 | 2, number.to_bytes(2, "big") + b"".join(map(field, unwanted)))


def connack(code: int, *, present: bool = False) -> bytes:
    """present: a session of this client was kept. Never together with a refusal [3.2.2-4]."""
    return bytes((CONNACK << 4, 2, int(present and not code), code))


def puback(number: int) -> bytes:
    return b"\x40\x02" + number.to_bytes(2, "big")


def suback(number: int, granted: Sequence[int]) -> bytes:
    return packet(SUBACK << 4, number.to_bytes(2, "big") + bytes(granted))


def unsuback(number: int) -> bytes:
    return b"\xb0\x02" + number.to_bytes(2, "big")
