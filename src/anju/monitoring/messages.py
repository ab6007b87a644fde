"""What every protocol's words become before anything is judged or stored. Plain Python, no Django."""

from datetime import datetime
from typing import Any, Literal

import msgspec

Source = Literal["mqtt", "gb26875", "push", "isapi", "nats"]


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a device said.

    device: code in the register. boot, seq: with the device the key by which a repeat is known; a protocol without such
    numbers makes them from what it has. at: when it was measured, UTC, as the device's clock says. values: readings by
    name, in the units of `docs/devices.md`. event: what the device itself decided, "" when it only measured. digest: hash of
    the content, 16 bytes: the same key with another digest is another message under a used number.
    """

    device: str
    boot: str
    seq: int
    at: datetime
    digest: bytes
    source: Source
    values: dict[str, float] = {}
    event: str = ""
    detail: dict[str, Any] = {}


class Unusable(msgspec.Struct, frozen=True, kw_only=True):
    """Words that will never become a message: acknowledged so that the device goes on, and kept with the reason.

    device: code of the register where it is known, else the address it gave. raw: at most 4 KiB of what came.
    reason: one of the words of `Rejection` in the models; note: what exactly, for the person who looks.
    """

    device: str
    reason: str
    raw: bytes
    source: Source
    note: str = ""
