"""One frame: start marker, control unit, application data, checksum, end marker (6.6, table 1). There is no escaping."""

import struct
from typing import Literal

import msgspec

START, END = b"@@", b"##"
HEAD = 27  # bytes before the application data
SHORTEST = 30
MOST_DATA = 1024
LONGEST = SHORTEST + MOST_DATA

_CONTROL = struct.Struct("<2xHBB6s6s6sHB")
Error = Literal["start", "length", "end", "checksum"]


class FrameError(Exception):
    """The bytes are no frame. error: which check failed (6.5.3)."""

    def __init__(self, error: Error) -> None:
        super().__init__(f"the frame's {error} is wrong")
        self.error = error


class Frame(msgspec.Struct, frozen=True, gc=False):
    """Addresses are the six bytes in wire order: `.hex()` is how the register shows them. time: six bytes, see `times`.

    version: main version, 1 by the standard; user_version: the vendor's.
    """

    serial: int
    command: int
    source: bytes
    target: bytes
    time: bytes
    data: bytes = b""
    version: int = 1
    user_version: int = 1


def checksum(control_and_data: bytes) -> int:
    return sum(control_and_data) & 0xFF


def total(raw: bytes, at: int = 0) -> int:
    """Length of the frame that begins at `at`, as its header (27 bytes, to be there) declares it."""
    return SHORTEST + (raw[at + 24] | raw[at + 25] << 8)


def header(raw: bytes, at: int = 0, data: bytes = b"") -> Frame:
    """What the 27 bytes at `at` say, unchecked."""
    serial, version, user_version, time, source, target, _length, command = _CONTROL.unpack_from(raw, at)
    return Frame(serial, command, source, target, time, data, version, user_version)


def decode(raw: bytes) -> Frame:
    """Exactly one frame. Raises FrameError."""
    if raw[:2] != START:
        raise FrameError("start")
    if len(raw) < SHORTEST or len(raw) > LONGEST or len(raw) != total(raw):
        raise FrameError("length")
    if raw[-2:] != END:
        raise FrameError("end")
    if checksum(raw[2:-3]) != raw[-3]:
        raise FrameError("checksum")
    return header(raw, 0, raw[HEAD:-3])


def encode(frame: Frame) -> bytes:
    """The inverse of `decode`. Raises ValueError for more application data than a frame holds."""
    if len(frame.data) > MOST_DATA:
        raise ValueError(f"{len(frame.data)} bytes of application data; a frame holds {MOST_DATA}")
    control = _CONTROL.pack(
        frame.serial,
        frame.version,
        frame.user_version,
        frame.time,
        frame.source,
        frame.target,
        len(frame.data),
        frame.command,
    )[2:]
    summed = control + frame.data
    return START + summed + bytes((checksum(summed),)) + END
