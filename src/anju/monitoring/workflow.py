"""The one table of an alarm's states. Besides it only the platform closes, what is not latched and is over."""

from django.utils.translation import gettext_lazy

from anju.core.workflow import Machine, Move
from anju.monitoring.models import Alarm

S = Alarm.State
OPEN_STATES = (S.NEW, S.ACKNOWLEDGED, S.DISPATCHED)


def _states(*states: Alarm.State) -> frozenset[str]:
    return frozenset(state.value for state in states)


MOVES = (
    Move("acknowledge", _states(S.NEW), S.ACKNOWLEDGED, "alarm.handle", gettext_lazy("Acknowledge")),
    # Whoever sends somebody has seen it.
    Move("dispatch", _states(S.NEW, S.ACKNOWLEDGED), S.DISPATCHED, "alarm.handle", gettext_lazy("Dispatch")),
    # By the platform, with the second call-out: whoever saw the first fire has not seen this one.
    Move("ring_again", _states(S.ACKNOWLEDGED, S.DISPATCHED), S.NEW, "alarm.handle", gettext_lazy("Rings again")),
    Move("close", _states(S.ACKNOWLEDGED, S.DISPATCHED), S.CLOSED, "alarm.handle", gettext_lazy("Close the alarm")),
)

alarms = Machine(states=dict(S.choices), moves=MOVES)
