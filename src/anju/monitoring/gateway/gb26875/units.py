"""The application data unit: type, number of objects, objects (clause 7)."""

import struct
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec

from anju.monitoring.gateway.gb26875 import objects as o
from anju.monitoring.gateway.gb26875 import tables as t
from anju.monitoring.gateway.gb26875.profiles import STANDARD, CustomType, Profile


class UnitError(Exception):
    """The application data does not fit its type. The words say where."""


class Unit(msgspec.Struct, frozen=True):
    type: int
    objects: tuple[o.Object, ...]


class Layout(msgspec.Struct, frozen=True):
    made: Any  # the class, or for a custom type a function of the same use
    packed: struct.Struct
    most: int  # objects in one unit


def _layout(made: Any, form: str, most: int) -> Layout:
    return Layout(made, struct.Struct("<" + form), most)


_ASK_UNIT = _layout(o.AskUnit, "B", 1)
LAYOUTS: dict[int, Layout] = {
    t.SYSTEM_STATUS: _layout(o.SystemStatus, "BBH6s", 102),
    t.COMPONENT_STATUS: _layout(o.ComponentStatus, "BBB4sH31s6s", 22),
    t.COMPONENT_READING: _layout(o.ComponentReading, "BBB4sBh6s", 63),
    t.OPERATION: _layout(o.Operation, "BBBB6s", 102),
    t.VERSION: _layout(o.Version, "BBBB", 1),
    t.COMPONENT_CONFIGURATION: _layout(o.ComponentConfiguration, "BBB4s31s", 26),
    t.SYSTEM_TIME: _layout(o.SystemTime, "BB6s", 1),
    t.UNIT_STATUS: _layout(o.UnitStatus, "B6s", 1),
    t.UNIT_OPERATION: _layout(o.UnitOperation, "BB6s", 127),
    t.UNIT_VERSION: _layout(o.UnitVersion, "BB", 1),
    t.UNIT_TIME: _layout(o.UnitTime, "6s", 1),
    t.ASK_SYSTEM_STATUS: _layout(o.AskSystem, "BB", 102),
    t.ASK_COMPONENT_STATUS: _layout(o.AskComponent, "BB4s", 22),
    t.ASK_READING: _layout(o.AskComponent, "BB4s", 63),
    t.ASK_OPERATIONS: _layout(o.AskOperations, "BBB6s", 1),
    t.ASK_VERSION: _layout(o.AskSystem, "BB", 1),
    t.ASK_SYSTEM_CONFIGURATION: _layout(o.AskSystem, "BB", 3),
    t.ASK_COMPONENT_CONFIGURATION: _layout(o.AskComponent, "BB4s", 26),
    t.ASK_SYSTEM_TIME: _layout(o.AskSystem, "BB", 1),
    t.ASK_UNIT_STATUS: _ASK_UNIT,
    t.ASK_UNIT_OPERATIONS: _layout(o.AskUnitOperations, "B6s", 1),
    t.ASK_UNIT_VERSION: _ASK_UNIT,
    t.ASK_UNIT_CONFIGURATION: _ASK_UNIT,
    t.ASK_UNIT_TIME: _ASK_UNIT,
    t.INITIALISE: _ASK_UNIT,
    t.SET_CLOCK: _layout(o.SetClock, "6s", 1),
    t.DUTY_CHECK: _layout(o.DutyCheck, "B", 1),
}
MOST_CONFIGURATIONS = {t.SYSTEM_CONFIGURATION: 3, t.UNIT_CONFIGURATION: 1}  # these two have a length byte and a text


def _custom(*values: int | bytes) -> o.Custom:
    return o.Custom(values)


@lru_cache(maxsize=256)
def _custom_layout(form: str) -> Layout:
    return _layout(_custom, form, 255)


def _layout_of(kind: int, types: Mapping[int, CustomType]) -> Layout | None:
    custom = types.get(kind)
    return _custom_layout(custom.format) if custom is not None else LAYOUTS.get(kind)


def read_unit(data: bytes, profile: Profile = STANDARD) -> Unit:
    """The application data of a frame. Raises UnitError; a type that nobody describes comes as one `Opaque` object."""
    if len(data) < 2:
        raise UnitError(f"{len(data)} bytes; application data has a type and a number of objects")
    kind, count, body = data[0], data[1], data[2:]
    layout = _layout_of(kind, profile.types)
    if layout is None:
        if kind in MOST_CONFIGURATIONS:
            return Unit(kind, _read_configurations(kind, count, body))
        return Unit(kind, (o.Opaque(count, body),))
    if not 1 <= count <= layout.most:
        raise UnitError(f"type {kind} has 1 to {layout.most} objects; {count} were declared")
    if len(body) != count * layout.packed.size:
        raise UnitError(f"{count} objects of type {kind} take {count * layout.packed.size} bytes; {len(body)} came")
    return Unit(kind, tuple([layout.made(*values) for values in layout.packed.iter_unpack(body)]))


def _read_configurations(kind: int, count: int, body: bytes) -> tuple[o.Object, ...]:
    if not 1 <= count <= MOST_CONFIGURATIONS[kind]:
        raise UnitError(f"type {kind} has 1 to {MOST_CONFIGURATIONS[kind]} objects; {count} were declared")
    head = 2 if kind == t.SYSTEM_CONFIGURATION else 0
    found: list[o.Object] = []
    for _number in range(count):
        if len(body) <= head or len(body) < head + 1 + body[head]:
            raise UnitError(f"a text of type {kind} is longer than the application data")
        end = head + 1 + body[head]
        text = body[head + 1 : end]
        found.append(o.SystemConfiguration(body[0], body[1], text) if head else o.UnitConfiguration(text))
        body = body[end:]
    if body:
        raise UnitError(f"{len(body)} bytes follow the {count} objects of type {kind}")
    return tuple(found)


def write_object(kind: int, what: o.Object, profile: Profile = STANDARD) -> bytes:
    """One object. Raises struct.error for a number that does not fit its field."""
    if isinstance(what, o.Opaque):
        return what.raw
    if isinstance(what, o.SystemConfiguration):
        return bytes((what.system, what.system_address, len(what.text))) + what.text
    if isinstance(what, o.UnitConfiguration):
        return bytes((len(what.text),)) + what.text
    layout = _layout_of(kind, profile.types)
    if layout is None:
        raise UnitError(f"type {kind} is in neither the standard nor the profile {profile.name}")
    values = what.values if isinstance(what, o.Custom) else msgspec.structs.astuple(what)
    return layout.packed.pack(*values)


def write_unit(unit: Unit, profile: Profile = STANDARD) -> bytes:
    """The inverse of `read_unit`."""
    first = unit.objects[0]
    count = first.count if isinstance(first, o.Opaque) else len(unit.objects)
    return bytes((unit.type, count)) + b"".join([write_object(unit.type, one, profile) for one in unit.objects])
