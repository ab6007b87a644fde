"""What one vendor's units do differently, or more than, the standard. Data: nothing here is code of a vendor."""

import struct
from collections.abc import Mapping

import msgspec

from anju.core.structs import readable
from anju.monitoring.vocabulary import EventName

LONGEST_OBJECT = 1022  # bytes of application data behind type and number


class Quantity(msgspec.Struct, frozen=True):
    """What a number of table 6 (or a vendor's from 128) means. name: of `VALUES` if it is one; scale: unit per step."""

    name: str
    unit: str
    scale: float = 1.0


# Table 6. It has no milliamperes: residual current comes in steps of 0.1 A or in a vendor's own quantity.
QUANTITIES = {
    1: Quantity("count", "", 1),
    2: Quantity("height", "m", 0.01),
    3: Quantity("temperature", "°C", 0.1),
    4: Quantity("pressure", "MPa", 0.1),
    5: Quantity("pressure", "kPa", 0.1),
    6: Quantity("gas", "%LEL", 0.1),
    7: Quantity("duration", "s", 1),
    8: Quantity("voltage", "V", 0.1),
    9: Quantity("current", "A", 0.1),
    10: Quantity("flow", "L/s", 0.1),
    11: Quantity("air_flow", "m³/min", 0.1),
    12: Quantity("air_speed", "m/s", 1),
}


class CustomType(msgspec.Struct, frozen=True):
    """A type of application data from 128.

    format: of one object, in the letters of `struct`, little-endian without padding; fields: a name for each value.
    `system`, `system_address`, `component`, `location` (4s), `time` (6s) and `status` (as of a component) are understood as
    in the standard's types; a name of `VALUES` is a reading, multiplied by `scales`; anything else goes into the detail.
    event: what such an object says by itself.
    """

    format: str
    fields: tuple[str, ...]
    scales: Mapping[str, float] = {}
    event: EventName | None = None

    def __post_init__(self) -> None:
        try:
            width = struct.calcsize("<" + self.format)
        except struct.error as error:
            raise ValueError(f"the format {self.format!r} cannot be read: {error}") from error
        if width > LONGEST_OBJECT:
            raise ValueError(f"the format {self.format!r} takes {width} bytes; a frame holds {LONGEST_OBJECT}")
        found = len(struct.unpack("<" + self.format, bytes(width)))
        if not width or found != len(self.fields):
            raise ValueError(f"the format {self.format!r} has {found} values, but {len(self.fields)} fields are named")


@readable
class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """How a unit's frames are to be read.

    bcd_time: two decimal digits in each byte of a time, where the standard has plain binary.
    heartbeat_sizes: a frame of command 2 with so many bytes of application data is a sign of life (the standard has none;
        vendors send it empty or with one byte, every 20 to 30 s). heartbeat_commands: or a command of their own.
    uploads: commands from 128 that carry the same as command 2.
    trusts_test_bit: bit 0 of a state says that it is a test. Many units leave it 0 while the fire is real, so by default an
        alarm stays an alarm.
    quantities, types: from 128.
    """

    name: str = "standard"
    bcd_time: bool = False
    heartbeat_sizes: frozenset[int] = frozenset({0, 1})
    heartbeat_commands: frozenset[int] = frozenset()
    uploads: frozenset[int] = frozenset()
    trusts_test_bit: bool = False
    quantities: Mapping[int, Quantity] = {}
    types: Mapping[int, CustomType] = {}

    def knows(self, command: int) -> bool:
        """An unknown command is answered with a negative acknowledgement (6.5.3)."""
        return 1 <= command <= 6 or command in self.heartbeat_commands or command in self.uploads

    def quantity(self, number: int) -> Quantity | None:
        return self.quantities.get(number) or QUANTITIES.get(number)


STANDARD = Profile()
