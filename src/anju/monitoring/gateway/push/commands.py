"""A command to a device, as JSON on its down topic."""

from datetime import datetime
from typing import Any

import msgspec

from anju.core.structs import readable
from anju.monitoring.vocabulary import CommandName


@readable
class Command(msgspec.Struct, frozen=True, kw_only=True):
    """command: a UUID, which the device names again in its event `ack`. expires: aware; after it the device does nothing."""

    command: str
    name: CommandName
    args: dict[str, Any] = {}
    expires: datetime


def encode(command: Command) -> bytes:
    return msgspec.json.encode(command)


def decode(raw: bytes) -> Command:
    """As a device reads it. Raises msgspec.DecodeError."""
    return msgspec.json.decode(raw, type=Command)
