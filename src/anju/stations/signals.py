"""What apps above, and the alarm's own page, may want to hear of call-outs."""

from django.dispatch import Signal

# callout: CallOut, move: str (name of the move, or "call", "missed"). Sent inside the transaction of the move.
callout_moved = Signal()
