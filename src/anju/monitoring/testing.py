"""Builders for tests of this app and those above: devices, and what they say."""

import itertools
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

import msgspec

from anju.accounts.services import system_actor
from anju.areas.models import Place
from anju.dwellings.models import Dwelling
from anju.dwellings.testing import make_dwelling
from anju.monitoring.messages import Message, Source, Unusable
from anju.monitoring.models import Alarm, Device
from anju.monitoring.services.register import Spot, add_device
from anju.monitoring.services.storing import Outcome, store

_numbers = itertools.count(1)
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai


def make_device(
    kind: str = "smoke", *, dwelling: Dwelling | None = None, place: Place | None = None, room: str = "", **over: Any
) -> Device:
    """A registered device in a dwelling of its own, or where it is told. `over`: see `add_device`."""
    return make_device_with_key(kind, dwelling=dwelling, place=place, room=room, **over)[0]


def make_device_with_key(
    kind: str = "smoke", *, dwelling: Dwelling | None = None, place: Place | None = None, room: str = "", **over: Any
) -> tuple[Device, str]:
    if dwelling is None and place is None:
        dwelling = make_dwelling()
    if kind == "transmission_unit":
        over.setdefault("address", f"{next(_numbers):012x}")
    spot = Spot(dwelling=dwelling, room=room, place=None if dwelling else place)
    return add_device(by=over.pop("by", None) or system_actor(), kind=kind, spot=spot, **over)


def make_message(
    device: Device | str = "T1", *, boot: str = "b1", seq: int | None = None, at: datetime | None = None,
    values: Mapping[str, float] | None = None, event: str = "", detail: Mapping[str, Any] | None = None,
    source: Source = "mqtt", digest: bytes | None = None,
) -> Message:  # fmt: skip
    """A message with the next free number, measured at NOON unless told otherwise."""
    content = (at, dict(values or {}), event, dict(detail or {}))
    return Message(
        device=device if isinstance(device, str) else device.code, boot=boot,
        seq=next(_numbers) if seq is None else seq, at=at or NOON, values=content[1], event=event, detail=content[3],
        source=source, digest=digest or blake2b(msgspec.json.encode(content), digest_size=16).digest(),
    )  # fmt: skip


def make_unusable(device: Device | str = "T1", reason: str = "not_json", raw: bytes = b"{", **over: Any) -> Unusable:
    code = device if isinstance(device, str) else device.code
    return Unusable(device=code, reason=reason, raw=raw, source=over.pop("source", "mqtt"), **over)


def hear(*items: Message | Unusable, received: datetime | None = None) -> list[Outcome]:
    """Store what was said; received a second after the newest of it was measured, unless told otherwise."""
    newest = max((item.at for item in items if isinstance(item, Message)), default=NOON)
    return store(items, received=received or newest + timedelta(seconds=1))


def make_alarm(device: Device | None = None, *, event: str = "fire", at: datetime | None = None, **over: Any) -> Alarm:
    """An alarm raised by what a device said; `over`: see `make_message`."""
    device = device or make_device(over.pop("kind", "smoke"))
    hear(make_message(device, event=event, at=at, **over), received=over.pop("received", None))
    alarm: Alarm = Alarm._base_manager.filter(device=device).latest("id")
    return alarm
