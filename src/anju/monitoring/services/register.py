"""The register of devices: taken in, changed, maintained, taken out of use. Keys are in `services/keys.py`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from anju.areas.models import Area, Place
from anju.areas.permissions import require
from anju.areas.scope import scope_of
from anju.audit.services import audited, changes, record
from anju.core import time
from anju.core.errors import NotAllowed, Refused, Stale
from anju.dwellings.models import Dwelling
from anju.monitoring import thresholds
from anju.monitoring.gateway.dialects import dialects
from anju.monitoring.models import Device, DeviceState
from anju.monitoring.services import vouching
from anju.monitoring.services.keys import end_keys, make_key

LONGEST_QUIET = timedelta(days=7)
ADDRESS = re.compile(r"[0-9a-f]{12}")
CHANGEABLE = (
    "name", "room", "profile", "serial", "installed_on", "calibrated_until", "battery_changed_on", "silent_after", "limits",
)  # fmt: skip


@dataclass(frozen=True)
class Spot:
    """Where a device hangs: a dwelling (and a room of it), or a place without one."""

    dwelling: Dwelling | None = None
    room: str = ""
    place: Place | None = None

    @property
    def at(self) -> Place:
        place = self.dwelling.place if self.dwelling else self.place
        if place is None:
            raise Refused(_("Say where the device hangs: a home, or an estate, building or unit."))
        return place

    @property
    def area(self) -> Area:
        return self.dwelling.area if self.dwelling else self.at.area

    @property
    def words(self) -> str:
        if self.dwelling:
            return f"{self.dwelling.address} {self.room}".strip()
        names, place = [], self.place
        while place is not None:
            names.append(place.name)
            place = place.parent
        return " ".join(reversed(names))


@audited
def add_device(
    *,
    by: Any,
    kind: str,
    spot: Spot,
    name: str = "",
    profile: str = "",
    address: str = "",
    parent: Device | None = None,
    part: str = "",
    **details: Any,
) -> tuple[Device, str]:
    """Take a device into the register. Returns it with its key, which is shown this once ("" for what has none).

    address: of a GB/T 26875.3 transmission unit, twelve hexadecimal digits in the order of the wire. parent and part: of a
    detector behind a unit. A unit and what hangs behind it have no key. details: see CHANGEABLE.
    """
    require(by, "device.edit")
    _require_sight(by, spot)
    _require_room(spot)
    _require_profile(kind, profile)
    device = Device(
        kind=kind,
        name=name.strip(),
        profile=profile.strip(),
        dwelling=spot.dwelling,
        room=spot.room,
        place=spot.at,
        area=spot.area,
        area_path=spot.area.path,
        place_path=spot.at.path,
        where=spot.words[:200],
        wire_address=wire_address(kind, address),
        parent=parent,
        part=part.strip(),
        added_at=time.now(),
        added_by=by,
        **_checked(kind, details),
    )
    _require_free(device)
    device.full_clean(exclude=["dwelling", "place", "area", "parent"])
    device.save()
    DeviceState.objects.create(device=device)
    plain = "" if device.wire_address or parent is not None else make_key(device, by=by)
    record(by=by, verb="device.edit", subject=device, after={"kind": kind, "where": device.where, "part": part})
    return device, plain


def plain_address(text: str) -> str:
    return text.strip().lower().replace(" ", "").replace(":", "").replace("-", "")


def wire_address(kind: str, address: str) -> str:
    """The address as it is kept: twelve lower-case hexadecimal digits; "" for what has none."""
    plain = plain_address(address)
    if kind != Device.Kind.TRANSMISSION_UNIT:
        if plain:
            raise Refused(_("Only a transmission unit has a wire address; other devices have a key."))
        return ""
    if not ADDRESS.fullmatch(plain):
        raise Refused(
            _("“%(address)s” is no address of a transmission unit.") % {"address": address},
            instead=_("It is 6 bytes, written as 12 hexadecimal digits in the order of the wire, e.g. 790300000000."),
        )
    return plain


def _require_sight(by: Any, spot: Spot) -> None:
    scope = scope_of(by)
    seen = scope.has_area(spot.area.path) or any(spot.at.path.startswith(root) for root in scope.place_paths)
    if not seen:
        raise NotAllowed(_("%(place)s is not in your area.") % {"place": spot.words})


def _require_room(spot: Spot) -> None:
    """A room that the home has: its name is how the device speaks for the room in the home's facts. Homes whose rooms
    nobody recorded yet take any."""
    if spot.dwelling is None or not spot.room:
        return
    rooms = list(spot.dwelling.rooms.filter(removed_on=None).values_list("name", flat=True))
    if rooms and spot.room not in rooms:
        raise Refused(
            _("%(home)s has no room “%(room)s”.") % {"home": spot.dwelling, "room": spot.room},
            instead=_("Its rooms are %(rooms)s. For the corridor or the kitchen leave the room empty and use the name.")
            % {"rooms": _(", ").join(rooms)},
        )


def _require_profile(kind: str, profile: str) -> None:
    """By its profile the frames of a unit are read: one that nobody described would turn a fire into noise. For the other
    kinds it is maker and type, in words."""
    name = profile.strip()
    if kind != Device.Kind.TRANSMISSION_UNIT or dialects().unit(name) is not None:
        return
    near = dialects().nearest(name)
    raise Refused(
        _("There is no vendor profile “%(name)s” for transmission units.") % {"name": name},
        instead=_("Did you mean “%(near)s”?") % {"near": near}
        if near
        else _("There are: %(names)s. Others are described in ANJU_DIALECTS_FILE. Empty: as the standard says.")
        % {"names": ", ".join(sorted(dialects().units))},
    )


def _require_free(device: Device) -> None:
    rows = Device._base_manager.all()
    if device.wire_address and rows.filter(wire_address=device.wire_address).exists():
        raise Refused(
            _("The address %(address)s is already in the register.") % {"address": device.wire_address},
            instead=_("Retire the old unit first; its address is then free."),
        )
    if device.parent is not None:
        if device.parent.kind != Device.Kind.TRANSMISSION_UNIT or not device.part:
            raise Refused(_("A detector behind a unit needs the unit, and the part by which the unit names it."))
        taken = rows.filter(parent=device.parent, part=device.part).first()
        if taken is not None:
            raise Refused(
                _("Part %(part)s of this unit is already %(device)s.") % {"part": device.part, "device": taken}
            )


def _checked(kind: str, details: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(details) - set(CHANGEABLE)
    if unknown:
        raise TypeError(f"no such details: {sorted(unknown)}")
    limits = details.get("limits") or {}
    rules = {rule.id: rule for rule in thresholds.rules_of(kind, time.today()).rules}
    for name, limit in limits.items():
        if name not in rules:
            raise Refused(
                _("There is no threshold “%(name)s” for this kind of device.") % {"name": name},
                instead=_("There are: %(names)s") % {"names": ", ".join(sorted(rules)) or "–"},
            )
        if isinstance(limit, bool) or not isinstance(limit, int | float):
            raise Refused(_("The limit of “%(name)s” is a number, not %(limit)s.") % {"name": name, "limit": limit})
    return dict(details)


def _fresh(by: Any, device: Device, version: int | None = None) -> Device:
    require(by, "device.edit")
    row: Device | None = Device.objects.for_user(by).select_for_update(of=("self",)).filter(pk=device.pk).first()
    if row is None:
        raise NotAllowed(_("There is no such device in your area."))
    if version is not None and row.version != version:
        raise Stale(_("Somebody changed this device meanwhile. Look at it again, then repeat what still holds."))
    if row.retired_on is not None:
        raise Refused(
            _("%(device)s was taken out of use on %(day)s.") % {"device": row, "day": row.retired_on},
            instead=_("Register the device that hangs there now."),
        )
    return row


def _write(row: Device, by: Any, values: Mapping[str, Any], reason: str = "") -> Device:
    before, after = changes(row, values)
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    row.full_clean(exclude=["dwelling", "place", "area", "parent"])
    row.save(update_fields=[*values, "version"])
    record(by=by, verb="device.edit", subject=row, before=before, after=after, reason=reason)
    return row


@audited
def change_device(*, by: Any, device: Device, version: int | None = None, **details: Any) -> Device:
    """details: see CHANGEABLE. version: the one the person looked at."""
    row = _fresh(by, device, version)
    values = _checked(row.kind, details)
    if details.get("profile", row.profile) != row.profile:
        _require_profile(row.kind, details["profile"])
    if details.get("room", row.room) != row.room:
        spot = Spot(row.dwelling, details["room"], None if row.dwelling else row.place)
        _require_room(spot)
        values["where"] = spot.words[:200]
    return _write(row, by, values)


@audited
def move_device(*, by: Any, device: Device, spot: Spot, version: int | None = None) -> Device:
    """It hangs somewhere else now; key, limits and history stay. Open alarms stay with the spot where they were raised."""
    row = _fresh(by, device, version)
    _require_sight(by, spot)
    _require_room(spot)
    values = {
        "dwelling": spot.dwelling, "room": spot.room, "place": spot.at, "area": spot.area, "area_path": spot.area.path,
        "place_path": spot.at.path, "where": spot.words[:200],
    }  # fmt: skip
    before = row.dwelling
    row = _write(row, by, values)
    _settle(before, row.dwelling)
    return row


def _settle(*homes: Dwelling | None) -> None:
    """What a device that left said about its home no longer holds, from this moment on."""
    for home in {home.pk: home for home in homes if home is not None}.values():
        vouching.settle(home, time.now())


@audited
def set_quiet(*, by: Any, device: Device, until: datetime, reason: str, since: datetime | None = None) -> Device:
    """Maintenance: until then danger is noted as a test and everything else is left out. It always has an end."""
    now = time.now()
    row = _fresh(by, device)
    if not reason.strip():
        raise Refused(_("Say why the device is to be quiet: what is done to it?"))
    if not now < until <= now + LONGEST_QUIET:
        raise Refused(
            _("A quiet period ends within %(days)s days from now.") % {"days": LONGEST_QUIET.days},
            instead=_("If the device stays away longer, take it out of use and register the next one."),
        )
    values = {"quiet_from": since or now, "quiet_until": until, "quiet_reason": reason.strip()[:200]}
    return _write(row, by, values, reason=reason)


@audited
def end_quiet(*, by: Any, device: Device) -> Device:
    row = _fresh(by, device)
    if not row.is_quiet(time.now()):
        raise Refused(_("%(device)s is not quiet.") % {"device": row})
    return _write(row, by, {"quiet_until": time.now()})


@audited
def retire(*, by: Any, device: Device, reason: str) -> Device:
    """Take a device out of use. What it said stays; its keys end; its wire address is free again."""
    row = _fresh(by, device)
    if not reason.strip():
        raise Refused(_("Say why the device is taken out of use."))
    now = time.now()
    end_keys(row, now)
    values = {"retired_on": time.day_of(now), "retired_reason": reason.strip()[:200], "wire_address": ""}
    row = _write(row, by, values, reason=reason)
    _settle(row.dwelling)
    return row


def adopt(*, by: Any, address: str, spot: Spot, profile: str = "", name: str = "") -> Device:
    """Register a transmission unit that has been calling from an address nobody knew."""
    device, _no_key = add_device(
        by=by, kind=Device.Kind.TRANSMISSION_UNIT, spot=spot, address=address, profile=profile, name=name
    )
    return device
