"""Keys of devices: made, shown once, replaced with a day in which both hold, revoked (A4.8)."""

import hmac
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from anju.areas.permissions import require
from anju.audit.services import audited, record
from anju.core import time
from anju.core.errors import NotAllowed, Refused
from anju.monitoring.models import Device, DeviceKey

BOTH = timedelta(days=1)


def make_key(device: Device, *, by: Any) -> str:
    """A new key, 256 random bits as 64 hexadecimal digits; valid at once. Inside the caller's transaction."""
    plain = secrets.token_hex(32)
    key = DeviceKey(device=device, valid_from=time.now(), made_by=by)
    key.seal(plain)
    key.save(force_insert=True)
    return plain


def end_keys(device: Device, at: datetime) -> int:
    """Revoke every key that still holds; how many."""
    return DeviceKey._base_manager.filter(device=device, revoked_at=None).update(revoked_at=at)


def _seen(by: Any, device: Device) -> Device:
    require(by, "device.edit")
    row: Device | None = Device.objects.for_user(by).select_for_update(of=("self",)).filter(pk=device.pk).first()
    if row is None:
        raise NotAllowed(_("There is no such device in your area."))
    if row.retired_on is not None or row.wire_address or row.parent_id:
        raise Refused(_("%(device)s has no key of its own.") % {"device": row})
    return row


@audited
def rotate_key(*, by: Any, device: Device) -> str:
    """A new key, shown this once. The old one holds for another day, so that nobody has to hurry to the device."""
    row, now = _seen(by, device), time.now()
    old = DeviceKey._base_manager.filter(device=row, revoked_at=None)
    old.filter(valid_until__isnull=False).update(revoked_at=now)  # at most two hold at a time
    old.filter(valid_until=None, revoked_at=None).update(valid_until=now + BOTH)
    plain = make_key(row, by=by)
    record(by=by, verb="device.key", subject=row, after={"both_until": now + BOTH})
    return plain


@audited
def revoke_key(*, by: Any, device: Device, reason: str) -> str:
    """Every key of the device ends now (it was lost, or seen by others); returns a new one, shown this once."""
    row = _seen(by, device)
    if not reason.strip():
        raise Refused(_("Say why the key is revoked."))
    ended = end_keys(row, time.now())
    plain = make_key(row, by=by)
    record(by=by, verb="device.key", subject=row, after={"revoked": ended}, reason=reason)
    return plain


def unshown(device: Device, at: datetime) -> DeviceKey | None:
    """The key that holds and that nobody has seen yet."""
    rows = DeviceKey._base_manager.filter(device=device, shown_at=None, revoked_at=None, valid_until=None)
    return next((key for key in rows.order_by("-valid_from", "-id") if key.holds(at)), None)


@audited
def show_key(*, by: Any, device: Device) -> str:
    """The newest key, this once. Refused when it was shown before: then only a new one helps."""
    row, now = _seen(by, device), time.now()
    key = unshown(row, now)
    if key is None:
        raise Refused(
            _("The key of %(device)s was shown already; nobody can read it again.") % {"device": row},
            instead=_("Make a new key; the old one holds for another day."),
        )
    key.shown_at = now
    key.save(update_fields=["shown_at"])
    record(by=by, verb="device.key", subject=row, after={"shown": True})
    return key.open()


def valid_keys(code: str, at: datetime) -> list[str]:
    """The keys with which a device may come in now, for the gateway; none for an unknown or retired one.

    Two while one takes over from the other. Raises `crypto.Unreadable` when the city's key file is not the right one.
    """
    rows = DeviceKey._base_manager.filter(device__code=code, device__retired_on=None, revoked_at=None)
    return [key.open() for key in rows.order_by("-valid_from") if key.holds(at)]


def ended_keys(since: datetime, until: datetime) -> list[tuple[int, str]]:
    """Keys that were revoked or ran out in this time, with the code of their device: who came in with one has to go."""
    rows = DeviceKey._base_manager.filter(
        Q(revoked_at__gt=since, revoked_at__lte=until) | Q(valid_until__gt=since, valid_until__lte=until)
    )
    return list(rows.values_list("pk", "device__code"))


def is_key(code: str, given: str, at: datetime) -> bool:
    """Whether a device may come in with this key; takes as long for a wrong one as for a right one."""
    keys = valid_keys(code, at) or [secrets.token_hex(32)]
    right = [hmac.compare_digest(key.encode(), given.encode()) for key in keys]
    return any(right)
