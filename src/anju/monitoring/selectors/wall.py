"""Per area: open danger, devices, and how many of them are silent. For the wall of the duty room."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from anju.accounts.models import User
from anju.areas.models import Area
from anju.monitoring.models import Device, DeviceState
from anju.monitoring.selectors.alarms import OPEN, RINGING, areas_of, visible


@dataclass(frozen=True)
class Line:
    area: Area
    danger: int
    devices: int
    silent: int

    @property
    def heard(self) -> int:
        return self.devices - self.silent


def areas(user: User, now: datetime) -> list[Line]:
    """All areas of the person, those with danger first, then those with the most silent devices."""
    devices = Device.objects.for_user(user).filter(retired_on=None, parent=None)
    of = _by_path(devices.order_by().values_list("area_path").annotate(Count("id")))
    silent = DeviceState.objects.filter(silent=True).values("device_id")
    quiet = _by_path(devices.filter(pk__in=silent).order_by().values_list("area_path").annotate(Count("id")))
    loud: Counter[str] = Counter(
        visible(user).filter(OPEN, kind__in=RINGING).order_by().values_list("area_path", flat=True)
    )
    lines = [Line(area, _under(loud, area), _under(of, area), _under(quiet, area)) for area in areas_of(user)]
    return sorted(lines, key=lambda line: (-line.danger, -line.silent, line.area.path))


def _by_path(rows: object) -> "Counter[str]":
    return Counter(dict(rows))  # type: ignore[call-overload]


def _under(counts: "Counter[str]", area: Area) -> int:
    return sum(count for path, count in counts.items() if path.startswith(area.path))
