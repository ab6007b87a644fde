"""What the platform makes of a frame: one `Message` for every thing that an object of it says."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

import msgspec

from anju.monitoring.gateway.clocks import settled
from anju.monitoring.gateway.gb26875 import objects as o
from anju.monitoring.gateway.gb26875 import tables as t
from anju.monitoring.gateway.gb26875.frames import Frame, encode
from anju.monitoring.gateway.gb26875.profiles import STANDARD, CustomType, Profile
from anju.monitoring.gateway.gb26875.times import read_time
from anju.monitoring.gateway.gb26875.units import UnitError, read_unit, write_object
from anju.monitoring.messages import Message, Unusable
from anju.monitoring.vocabulary import VALUES

TRUSTED = timedelta(hours=24)  # a clock further off than this tells nothing about when a frame was made
SPAN = 600  # seconds: with such a clock a repeat is known for about so long
FIRES, RESTORES = {"fire", "manual_alarm"}, {"reset", "alarm_cleared"}
TESTS = {"self_test", "test"}
FAULTS = {
    "fault", "shielded", "supervision", "power_fault", "main_power_fault", "backup_power_fault", "bus_fault",
    "channel_fault", "line_fault",
}  # fmt: skip
MODES = {"manual", "configuration_changed"}  # of a system that is otherwise as it should be


class Meaning(msgspec.Struct, frozen=True):
    """What one object says. events: "" for a mere report; a state that is fire and fault says both."""

    time: bytes = b""
    events: tuple[str, ...] = ("",)
    values: dict[str, float] = {}
    detail: dict[str, Any] = {}


def to_messages(
    frame: Frame, *, device: str, received: datetime, profile: Profile = STANDARD
) -> list[Message | Unusable]:
    """Everything a unit's frame says; empty for acknowledgements. Never raises for what the frame holds.

    device: the unit's code. received: aware UTC. The protocol has no counter that survives a restart, so the key is made
    of serial, frame time, object index and content: `boot` from time and content, `seq` from serial and index. A repeat is
    the same frame again; the same serial with other content is another message. What of the unit speaks is detail["part"].
    """
    if frame.command in (t.ACKNOWLEDGE, t.REFUSE):
        return []
    if frame.command not in (t.UPLOAD, t.REPLY) and frame.command not in profile.uploads | profile.heartbeat_commands:
        return [_unusable(frame, device, "bad_frame", f"a unit does not send command {frame.command}")]
    key = _Key(frame, device, received, profile)
    if frame.command in profile.heartbeat_commands or (
        frame.command == t.UPLOAD and len(frame.data) in profile.heartbeat_sizes
    ):
        return [key.message(0, 0, b"", Meaning(events=("heartbeat",)), "heartbeat")]
    try:
        unit = read_unit(frame.data, profile)
    except UnitError as error:
        return [_unusable(frame, device, "bad_frame", str(error))]
    if isinstance(unit.objects[0], o.Opaque):
        note = f"type {unit.type} is in neither the standard nor the profile {profile.name}"
        return [_unusable(frame, device, "unknown_type", note)]
    found: list[Message | Unusable] = []
    for index, what in enumerate(unit.objects):
        meaning = meaning_of(unit.type, what, profile)
        content = bytes((unit.type,)) + write_object(unit.type, what, profile)
        found += [key.message(index, turn, content, meaning, event) for turn, event in enumerate(meaning.events)]
    return found


def _unusable(frame: Frame, device: str, reason: str, note: str) -> Unusable:
    return Unusable(device=device, reason=reason, raw=encode(frame), source="gb26875", note=note)


class _Key:
    """What the messages of one frame share."""

    def __init__(self, frame: Frame, device: str, received: datetime, profile: Profile) -> None:
        self.frame, self.device, self.received, self.profile = frame, device, received, profile
        self.sent = read_time(frame.time, bcd=profile.bcd_time)
        if self.sent is not None and abs(self.sent - received) <= TRUSTED:
            self.stamp = frame.time.hex()
        else:
            # With a dead clock the next fire could look like a repeat of the last one: better twice than never.
            self.stamp = f"{int(received.timestamp()) // SPAN:012x}"

    def message(self, index: int, turn: int, content: bytes, meaning: Meaning, event: str) -> Message:
        digest = blake2b(content, digest_size=16).digest()
        own = read_time(meaning.time, bcd=self.profile.bcd_time) if meaning.time else None
        at, claimed = settled(own or self.sent or self.received, self.received)
        detail = dict(meaning.detail)
        if claimed:
            detail["clamped_from"] = claimed
        return Message(
            device=self.device,
            boot=self.stamp + digest.hex()[:20],
            seq=(self.frame.serial << 8 | index) << 2 | turn,
            at=at,
            digest=digest,
            source="gb26875",
            values=meaning.values,
            event=event,
            detail=detail,
        )


# ---- what the objects mean ----


def states(bits: int, names: Mapping[int, str]) -> list[str]:
    return [name for bit, name in names.items() if bits >> bit & 1]


def events_of(found: list[str], *, is_test: bool, component: int = 0) -> tuple[str, ...]:
    """Events for the states of one object; with a trusted test bit only that it is a test. The alarm of a gas detector is gas, that of an electrical one a pre-alarm.

    Only a state with nothing in it is "restored": a pump that runs, or a system in manual mode, says nothing about a fire.
    """
    if is_test:
        return ("test",)
    events = []
    if FIRES.intersection(found):
        alarm = "gas_leak" if component in t.GAS_DETECTORS else "fire"
        events.append("pre_alarm" if component in t.ELECTRICAL_DETECTORS else alarm)
    if FAULTS.intersection(found):
        events.append("fault")
    if not events and (RESTORES.intersection(found) or not set(found) - MODES):
        events.append("restored")
    return tuple(events) or ("",)


def meaning_of(kind: int, what: o.Object, profile: Profile = STANDARD) -> Meaning:
    """One object. The detail names type, place and states; nothing in it is a person."""
    detail: dict[str, Any] = {"type": kind, **_place(what)}
    _name_part(detail)
    match what:
        case o.SystemStatus(status=status) | o.ComponentStatus(status=status) | o.UnitStatus(status=status):
            return _state(what, status, detail, profile)
        case o.ComponentReading():
            return _reading(what, detail, profile)
        case o.Operation(operation=bits, operator=operator) | o.UnitOperation(operation=bits, operator=operator):
            names = t.OPERATION_BITS if isinstance(what, o.Operation) else t.UNIT_OPERATION_BITS
            return _operation(what.time, states(bits, names), detail | {"operator": operator})
        case o.Custom() if kind in profile.types:
            return _custom(what, profile.types[kind], detail, profile)
    return Meaning(detail=detail | _report(what, profile))


def _place(what: o.Object) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in ("system", "system_address", "component"):
        if (value := getattr(what, name, None)) is not None:
            found[name] = value
    if location := getattr(what, "location", b""):
        found["location"] = location.hex()
    if text := o.text_of(getattr(what, "description", b"")):
        found["text"] = text
    return found


def _name_part(detail: dict[str, Any]) -> None:
    """One word for what of the unit speaks, so that the fire of one detector is not the fire of another."""
    named = [str(detail[name]) for name in ("system", "system_address", "location") if name in detail]
    if named:
        detail["part"] = "-".join(named)


def _state(
    what: o.SystemStatus | o.ComponentStatus | o.UnitStatus, status: int, detail: dict[str, Any], profile: Profile
) -> Meaning:
    names, component = t.SYSTEM_BITS, 0
    if isinstance(what, o.ComponentStatus):
        names, component = t.COMPONENT_BITS, what.component
    elif isinstance(what, o.UnitStatus):
        names = t.UNIT_BITS
    found = states(status, names)
    is_test = profile.trusts_test_bit and not status & 1
    return Meaning(what.time, events_of(found, is_test=is_test, component=component), {}, detail | {"states": found})


def _reading(what: o.ComponentReading, detail: dict[str, Any], profile: Profile) -> Meaning:
    quantity = profile.quantity(what.quantity)
    if quantity is None:
        return Meaning(what.time, detail=detail | {"quantity": what.quantity, "value": what.value})
    name, value = quantity.name, round(what.value * quantity.scale, 6)
    if (what.component, name) == (t.RESIDUAL_CURRENT, "current"):
        name, value = "residual_current", round(value * 1000, 6)
    elif (what.component, name) == (t.CABLE_TEMPERATURE, "temperature"):
        name = "cable_temperature"
    if name in VALUES:
        return Meaning(what.time, values={name: value}, detail=detail)
    return Meaning(what.time, detail=detail | {"quantity": name, "value": value, "unit": quantity.unit})


def _operation(time: bytes, found: list[str], detail: dict[str, Any]) -> Meaning:
    detail = detail | {"operations": found}
    if "duty_answer" in found:
        return Meaning(time, ("ack",), detail=detail | {"command": "duty_check"})
    if FIRES.intersection(found):
        return Meaning(time, ("fire",), detail=detail)
    if TESTS.intersection(found):
        return Meaning(time, ("test",), detail=detail)
    return Meaning(time, ("restored",) if RESTORES.intersection(found) else ("",), detail=detail)


def _report(what: o.Object, profile: Profile) -> dict[str, Any]:
    match what:
        case o.Version(major=major, minor=minor) | o.UnitVersion(major=major, minor=minor):
            return {"version": f"{major}.{minor}"}
        case o.SystemConfiguration(text=text) | o.UnitConfiguration(text=text):
            return {"configuration": o.text_of(text)}
        case o.SystemTime(time=time) | o.UnitTime(time=time):
            clock = read_time(time, bcd=profile.bcd_time)
            return {"clock": clock.isoformat() if clock else None}
    return {}


def _custom(what: o.Custom, described: CustomType, detail: dict[str, Any], profile: Profile) -> Meaning:
    time, values, found = b"", {}, None
    for name, value in _named(what, described):
        if name == "time" and isinstance(value, bytes):
            time = value
        elif name == "status" and isinstance(value, int):
            found = states(value, t.COMPONENT_BITS)
            detail["states"] = found
            is_test = profile.trusts_test_bit and not value & 1
        elif name in VALUES and not isinstance(value, bytes):
            values[name] = value
        elif isinstance(value, bytes):
            detail[name] = value.hex() if name == "location" else o.text_of(value)
        else:
            detail[name] = value
    _name_part(detail)
    if described.event is not None:
        return Meaning(time, (described.event,), values, detail)
    events = ("",) if found is None else events_of(found, is_test=is_test, component=int(detail.get("component", 0)))
    return Meaning(time, events, values, detail)


def _named(what: o.Custom, described: CustomType) -> Iterator[tuple[str, float | bytes]]:
    for name, value in zip(described.fields, what.values, strict=True):
        scale = described.scales.get(name)
        yield name, value if scale is None or isinstance(value, bytes) else round(value * scale, 6)
