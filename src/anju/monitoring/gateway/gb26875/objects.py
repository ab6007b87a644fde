"""Information objects: what one application data unit carries, type by type (8.2, 8.3).

Times are the six bytes of the wire (`times` reads them), addresses and descriptions the bytes too, so that writing an object
gives back exactly what was read. `location` is the component's address: the standard does not divide its four bytes.
"""

import msgspec

DESCRIPTION = 31  # bytes


class SystemStatus(msgspec.Struct, frozen=True, gc=False):
    system: int
    system_address: int
    status: int
    time: bytes


class ComponentStatus(msgspec.Struct, frozen=True, gc=False):
    system: int
    system_address: int
    component: int
    location: bytes
    status: int
    description: bytes
    time: bytes


class ComponentReading(msgspec.Struct, frozen=True, gc=False):
    """value: signed, in the steps of its quantity (table 6)."""

    system: int
    system_address: int
    component: int
    location: bytes
    quantity: int
    value: int
    time: bytes


class Operation(msgspec.Struct, frozen=True, gc=False):
    system: int
    system_address: int
    operation: int
    operator: int
    time: bytes


class Version(msgspec.Struct, frozen=True, gc=False):
    system: int
    system_address: int
    major: int
    minor: int


class SystemConfiguration(msgspec.Struct, frozen=True, gc=False):
    system: int
    system_address: int
    text: bytes


class ComponentConfiguration(msgspec.Struct, frozen=True, gc=False):
    system: int
    system_address: int
    component: int
    location: bytes
    description: bytes


class SystemTime(msgspec.Struct, frozen=True, gc=False):
    system: int
    system_address: int
    time: bytes


class UnitStatus(msgspec.Struct, frozen=True, gc=False):
    status: int
    time: bytes


class UnitOperation(msgspec.Struct, frozen=True, gc=False):
    operation: int
    operator: int
    time: bytes


class UnitVersion(msgspec.Struct, frozen=True, gc=False):
    major: int
    minor: int


class UnitConfiguration(msgspec.Struct, frozen=True, gc=False):
    text: bytes


class UnitTime(msgspec.Struct, frozen=True, gc=False):
    time: bytes


class AskSystem(msgspec.Struct, frozen=True, gc=False):
    """Status, version, configuration or time of a system: types 61, 65, 66, 68."""

    system: int
    system_address: int


class AskComponent(msgspec.Struct, frozen=True, gc=False):
    """Status, reading or configuration of a component, which is named without its kind: types 62, 63, 67."""

    system: int
    system_address: int
    location: bytes


class AskOperations(msgspec.Struct, frozen=True, gc=False):
    """count: at most 102. since: time of the wire."""

    system: int
    system_address: int
    count: int
    since: bytes


class AskUnitOperations(msgspec.Struct, frozen=True, gc=False):
    count: int
    since: bytes


class AskUnit(msgspec.Struct, frozen=True, gc=False):
    """Status, version, configuration or time of the transmission unit (81, 85, 86, 88), or its initialisation (89)."""

    reserved: int = 0


class SetClock(msgspec.Struct, frozen=True, gc=False):
    """time: the centre's (figure 45; some transcriptions wrongly show a reserved byte)."""

    time: bytes


class DutyCheck(msgspec.Struct, frozen=True, gc=False):
    """查岗. minutes: by when somebody on duty must have answered (figure 46)."""

    minutes: int


class Opaque(msgspec.Struct, frozen=True, gc=False):
    """All objects of a type that neither the standard nor the unit's profile describes. count: as declared."""

    count: int
    raw: bytes


class Custom(msgspec.Struct, frozen=True, gc=False):
    """An object of a type that the unit's profile describes; the values are in the order of its fields."""

    values: tuple[int | bytes, ...]


Object = (
    SystemStatus
    | ComponentStatus
    | ComponentReading
    | Operation
    | Version
    | SystemConfiguration
    | ComponentConfiguration
    | SystemTime
    | UnitStatus
    | UnitOperation
    | UnitVersion
    | UnitConfiguration
    | UnitTime
    | AskSystem
    | AskComponent
    | AskOperations
    | AskUnitOperations
    | AskUnit
    | SetClock
    | DutyCheck
    | Opaque
    | Custom
)


def text_of(raw: bytes) -> str:
    """GB 18030 text of a field that is filled up with zeros or spaces. What is not text becomes U+FFFD."""
    return raw.split(b"\0", 1)[0].decode("gb18030", "replace").strip()


def description(text: str) -> bytes:
    """The 31 bytes of a description. A character that no longer fits is left out whole."""
    raw = b""
    for character in text:
        more = raw + character.encode("gb18030")
        if len(more) > DESCRIPTION:
            break
        raw = more
    return raw.ljust(DESCRIPTION, b"\0")
