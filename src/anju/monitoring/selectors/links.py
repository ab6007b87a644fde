"""How the link of a device stands, for its page."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from anju.monitoring.listening import TOO_OLD
from anju.monitoring.models import Device, DeviceLink, Listening


@dataclass(frozen=True)
class Link:
    """at: when it came in, or when its link ended. lost: it ended otherwise than by a goodbye."""

    up: bool
    lost: bool
    at: datetime
    why: str | Promise
    will: str


def link_of(device: Device, now: datetime) -> Link | None:
    """None for a device that never came in by itself."""
    row = DeviceLink.objects.filter(device=device).first()
    if row is None:
        return None
    if row.lost_at is not None:
        lost = row.why != DeviceLink.Why.GOODBYE
        return Link(False, lost, row.lost_at, row.get_why_display(), row.will)
    beat = Listening.objects.filter(gateway=row.gateway).values_list("beat_at", flat=True).first()
    if beat is None or now - beat > TOO_OLD:  # it can no longer say that its links ended
        return Link(False, True, beat or row.since, DeviceLink.Why.GATEWAY.label, "")
    return Link(True, False, row.since, "", "")
