"""Links of devices: noted when they begin and end, so that a silent device can be told from a broken network (A4.3, A4.8)."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from anju.jobs.pacing import Pace
from anju.monitoring.models import Device, DeviceLink

CHUNK = 200  # links in one transaction
_pace = Pace(first=50, most=CHUNK)


class Change(msgspec.Struct, frozen=True):
    """why: "" when the device came in, else how its link ended (`DeviceLink.Why`). will: its last will, as it came."""

    at: datetime
    why: str = ""
    will: bytes = b""


def note_links(gateway: str, changes: Mapping[str, Change]) -> None:
    """By the code of the device, the last change of each. A few at a time: after a cut all devices come back at once, and
    alarms are stored meanwhile."""
    rest = sorted(changes.items())
    while rest:
        some, rest = rest[: _pace.size], rest[_pace.size :]
        with _pace.transaction(len(some)):
            _came(gateway, {code: change for code, change in some if not change.why})
            _ended(gateway, {code: change for code, change in some if change.why})


def _came(gateway: str, changes: Mapping[str, Change]) -> None:
    ids = Device._base_manager.filter(code__in=list(changes)).values_list("code", "pk") if changes else []
    DeviceLink.objects.bulk_create(
        [DeviceLink(device_id=pk, gateway=gateway, since=changes[code].at) for code, pk in sorted(ids)],
        update_conflicts=True,
        unique_fields=["device"],
        update_fields=["gateway", "since", "lost_at", "why", "will"],
    )


def _ended(gateway: str, changes: Mapping[str, Change]) -> None:
    """Only what is still known to be here: a device that went to another gateway is connected, whatever is noticed here."""
    if not changes:
        return
    rows = list(DeviceLink.objects.filter(gateway=gateway, device__code__in=list(changes)).select_related("device"))
    for row in rows:
        change = changes[row.device.code]
        row.lost_at, row.why = change.at, change.why
        row.will = change.will.decode("utf-8", "replace").replace("\0", "\ufffd")[:200]
    DeviceLink.objects.bulk_update(rows, ["lost_at", "why", "will"], batch_size=200)


def end_links(gateway: str, at: datetime, why: str) -> int:
    """All that are known to stand at this gateway have ended; how many."""
    standing = DeviceLink.objects.filter(gateway=gateway, lost_at=None).values_list("pk", flat=True)
    ended = 0
    while some := list(standing[:CHUNK]):
        ended += DeviceLink.objects.filter(pk__in=some).update(lost_at=at, why=why)
    return ended
