"""Which events are kept by which part of this app, and one such event as those parts get it. `services/keeping.py` hands out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

# event → part of this app that keeps it; `restored` belongs to whoever was in trouble.
DOOR, PATROL, PILE, LIFT, LANE = "door", "patrol", "pile", "lift", "lane"
KEPT_BY: dict[str, str] = {
    "door_open": DOOR, "door_refused": DOOR, "patrol_scan": PATROL, "charge_start": PILE, "charge_end": PILE,
    "port_fault": PILE, "ebike_in_lift": LIFT, "cylinder_in_lift": LIFT, "lane_occupied": LANE, "lane_cleared": LANE,
}  # fmt: skip
RESTORED = {"charging_pile": PILE, "lane_camera": LANE}
NOT_IN_MAINTENANCE = frozenset({LIFT, LANE})  # somebody tries the camera out


@dataclass(frozen=True, slots=True)
class Heard:
    """One event of a device. part: lane or port. newest: nothing newer of this device was heard before. detail: spared."""

    device_id: int
    event: str
    part: str
    at: datetime
    late: bool
    newest: bool
    detail: Mapping[str, Any]
    values: Mapping[str, float]

    def number(self, name: str) -> float | None:
        """A number of the detail, 0 or more; None where there is none that makes sense."""
        value = self.detail.get(name)
        good = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e9
        return float(value) if good and value is not None else None


def keeper(kind: str, event: str, *, quiet: bool) -> str:
    """Which part keeps an event of a device of this kind; "" for none."""
    found = RESTORED.get(kind, "") if event == "restored" else KEPT_BY.get(event, "")
    return "" if quiet and found in NOT_IN_MAINTENANCE else found
