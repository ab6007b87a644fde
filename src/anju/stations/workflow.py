"""The one table of a call-out's states. Nothing else writes `CallOut.state`."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anju.core.workflow import Machine, Move
from anju.stations.models import CallOut

S = CallOut.State
OPEN_STATES = (S.CALLED, S.ACCEPTED, S.ARRIVED, S.REPORTED)
RUNNING = (S.CALLED, S.ACCEPTED)  # nobody is on the spot yet


def _states(*states: CallOut.State) -> frozenset[str]:
    return frozenset(state.value for state in states)


def lessons_are_written(callout: CallOut, by: Any) -> str | None:
    if callout.outcome == CallOut.Outcome.REAL and not callout.lessons.strip():
        return _("A real fire is closed with its lessons: write what helped and what was missing.")
    return None


MOVES = (
    Move("accept", _states(S.CALLED), S.ACCEPTED, "callout.answer", gettext_lazy("Answer the call")),
    # Somebody who is there already need not say first that he is coming.
    Move("arrive", _states(S.CALLED, S.ACCEPTED), S.ARRIVED, "callout.answer", gettext_lazy("I am there")),
    Move("report", _states(S.ARRIVED), S.REPORTED, "callout.answer", gettext_lazy("Report from the spot")),
    Move(
        "report_by_phone",
        _states(S.CALLED, S.ACCEPTED, S.ARRIVED),
        S.REPORTED,
        "callout.command",
        gettext_lazy("Enter a report by telephone"),
    ),
    Move(
        "close",
        _states(S.REPORTED),
        S.CLOSED,
        "callout.answer",
        gettext_lazy("Close the call-out"),
        lessons_are_written,
    ),
)

callouts = Machine(states=dict(S.choices), moves=MOVES)
