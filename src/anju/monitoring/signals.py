"""What upper apps hear of alarms, each in a transaction of its own that belongs to the receiver too.

alarm_opened(alarm): a new alarm, told by `services/announcing.py` soon after the commit that holds it. A receiver that
    raises is told again; so it must look whether it has done its part.
alarm_moved(alarm, move): acknowledged, dispatched or closed by a person; sent inside that step's transaction.
lane_still_blocked(occupation): a fire lane is blocked for longer than the edition allows; told like `alarm_opened`.
lane_cleared(occupation): one of which that was told is free again, by what the camera says; told likewise.
"""

from django.dispatch import Signal

alarm_opened = Signal()
alarm_moved = Signal()
lane_still_blocked = Signal()
lane_cleared = Signal()
