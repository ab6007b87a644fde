"""Transmission units that call and that nobody registered: by address, with how often and since when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min

from anju.core.time import local
from anju.monitoring.models import Device, Rejected

__all__ = ["UnknownUnit", "local", "unknown_unit", "unknown_units"]
MOST = 200


@dataclass(frozen=True)
class UnknownUnit:
    address: str
    count: int
    first: datetime
    last: datetime


def _rows() -> Any:
    """An address that was registered meanwhile is nobody's any more."""
    known = Device._base_manager.exclude(wire_address="").values("wire_address")
    rows = Rejected.objects.filter(reason=Rejected.Reason.UNKNOWN_DEVICE, source="gb26875", device=None)
    rows = rows.exclude(address__in=known).exclude(address="")
    return rows.order_by().values("address").annotate(count=Count("pk"), first=Min("at"), last=Max("at"))


def unknown_units() -> list[UnknownUnit]:
    """The most recent first."""
    return [UnknownUnit(**row) for row in _rows().order_by("-last")[:MOST]]


def unknown_unit(address: str) -> UnknownUnit | None:
    row = _rows().filter(address=address).order_by("address").first()
    return UnknownUnit(**row) if row else None
