"""Frames out of a stream that may be cut, glued together, or full of noise."""

import msgspec

from anju.monitoring.gateway.gb26875.frames import (
    END,
    HEAD,
    LONGEST,
    SHORTEST,
    START,
    Error,
    Frame,
    checksum,
    header,
    total,
)


class Damaged(msgspec.Struct, frozen=True):
    """Something that began like a frame and failed a check: answered with a negative acknowledgement (6.5.3).

    header: what its control unit says, which may be wrong too. raw: its bytes, at most a frame's.
    """

    error: Error
    header: Frame
    raw: bytes


class Stream:
    """Feed it what the socket read. It keeps less than one frame (1,054 bytes), whatever comes.

    A frame is found by its start marker, length, end marker and checksum together, for the markers may occur inside. While
    the frame that seems to have begun is not complete, a complete valid one behind it is taken: noise that looks like a
    beginning, or a sender that broke off, cannot hold up an alarm.
    """

    __slots__ = ("_rest", "skipped")

    def __init__(self) -> None:
        self._rest = b""
        self.skipped = 0  # bytes that belonged to no frame

    def feed(self, data: bytes) -> list[Frame | Damaged]:
        found: list[Frame | Damaged] = []
        data = self._rest + data if self._rest else data
        at, end = 0, len(data)
        while True:
            begin = data.find(START, at)
            if begin < 0:
                begin = end - 1 if data.endswith(START[:1]) and end > at else end
                break
            if end - begin < HEAD:
                break
            length = total(data, begin)
            if length > LONGEST:
                self._damaged(found, "length", data, begin, begin + HEAD)
                self.skipped += begin + 1 - at
                at = begin + 1
                continue
            stop = begin + length
            if stop > end:
                later = self._complete_after(data, begin)
                if later < 0:
                    break
                self.skipped += later - at
                at = later
                continue
            frame = self._checked(found, data, begin, stop)
            self.skipped += begin - at if frame else begin + 1 - at
            at = stop if frame else begin + 1
        self.skipped += begin - at
        self._rest = data[begin:]
        return found

    def _checked(self, found: list[Frame | Damaged], data: bytes, begin: int, stop: int) -> bool:
        if data[stop - 2 : stop] != END:
            self._damaged(found, "end", data, begin, stop)
            return False
        if checksum(data[begin + 2 : stop - 3]) != data[stop - 3]:
            self._damaged(found, "checksum", data, begin, stop)
            return False
        found.append(header(data, begin, data[begin + HEAD : stop - 3]))
        return True

    def _damaged(self, found: list[Frame | Damaged], error: Error, data: bytes, begin: int, stop: int) -> None:
        """Only what plausibly was a frame is answered; noise with a start marker in it is skipped in silence."""
        command = data[begin + 26]
        if data[begin + 4] == 1 and (1 <= command <= 6 or command >= 128):
            found.append(Damaged(error, header(data, begin), data[begin:stop]))

    @staticmethod
    def _complete_after(data: bytes, begin: int) -> int:
        """Where a complete valid frame begins behind `begin`, or -1."""
        end = len(data)
        while (begin := data.find(START, begin + 1)) >= 0 and end - begin >= SHORTEST:
            stop = begin + total(data, begin)
            if stop > end or data[stop - 2 : stop] != END:
                continue
            if checksum(data[begin + 2 : stop - 3]) == data[stop - 3]:
                return begin
        return -1
