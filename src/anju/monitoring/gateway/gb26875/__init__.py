"""GB/T 26875.3-2011, the protocol of user information transmission units, without sockets (A4.4).

    stream = Stream()
    for found in stream.feed(data):
        Damaged(): write(refuse(found.header, at=now))
        Frame() of an unknown address, or with a command that profile.knows() does not: write(refuse(found, at=now))
        Frame(): dialogue.hear(found, monotonic); store to_messages(found, device=, received=, profile=);
                 after the commit write(acknowledge(found, at=now)) if found.command is UPLOAD or the profile's own

Commands to the unit go through `Dialogue`, whose `tick` repeats them and tells which were never answered.
"""

from anju.monitoring.gateway.gb26875 import objects, tables
from anju.monitoring.gateway.gb26875.dialogue import (
    Dialogue,
    Result,
    acknowledge,
    ask_status,
    duty_check,
    initialise,
    refuse,
    set_clock,
)
from anju.monitoring.gateway.gb26875.frames import Frame, FrameError, decode, encode
from anju.monitoring.gateway.gb26875.messages import to_messages
from anju.monitoring.gateway.gb26875.profiles import STANDARD, CustomType, Profile, Quantity
from anju.monitoring.gateway.gb26875.stream import Damaged, Stream
from anju.monitoring.gateway.gb26875.times import read_time, write_time
from anju.monitoring.gateway.gb26875.units import Unit, UnitError, read_unit, write_unit

__all__ = [
    "STANDARD",
    "CustomType",
    "Damaged",
    "Dialogue",
    "Frame",
    "FrameError",
    "Profile",
    "Quantity",
    "Result",
    "Stream",
    "Unit",
    "UnitError",
    "acknowledge",
    "ask_status",
    "decode",
    "duty_check",
    "encode",
    "initialise",
    "objects",
    "read_time",
    "read_unit",
    "refuse",
    "set_clock",
    "tables",
    "to_messages",
    "write_time",
    "write_unit",
]
