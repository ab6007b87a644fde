"""What doors, piles, lifts, lanes and patrol points say becomes rows of their own, in the transaction of the batch (A4.1, A4.2,
A4.5 to A4.7). Alarms are raised beside it by `services/raising.py`.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from anju.monitoring.services import doors, lanes, lifts, patrol, piles
from anju.monitoring.services.kinds import DOOR, LANE, LIFT, PATROL, PILE, Heard

TAKERS: dict[str, Callable[[Sequence[Heard], datetime], None]] = {
    DOOR: doors.take,
    PATROL: patrol.take,
    PILE: piles.take,
    LIFT: lifts.take,
    LANE: lanes.take,
}


def take(heard: Sequence[tuple[str, Heard]], received: datetime) -> None:
    """Keep what was heard, by keeper, each in the order of the batch. The caller holds the locks of the devices' states."""
    for name, taker in TAKERS.items():
        mine = [one for keeper, one in heard if keeper == name]
        if mine:
            taker(mine, received)
