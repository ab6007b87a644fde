"""The one table of a hazard's states: from, to, which verb, under which guard. Nothing else writes `Hazard.state`."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anju.core.workflow import Machine, Move
from anju.inspections.models import Hazard

S = Hazard.State
UNDER_WORK = frozenset({S.OPEN.value, S.CORRECTING.value})
OPEN_STATES = frozenset(state.value for state in S if state not in (S.CLOSED, S.VOID))


def _states(*states: Hazard.State) -> frozenset[str]:
    return frozenset(state.value for state in states)


def _same(person_id: int | None, by: Any) -> bool:
    return person_id is not None and person_id == getattr(by, "pk", None)


def not_the_corrector(hazard: Hazard, by: Any) -> str | None:
    """A11.1: whoever reported the correction does not judge it."""
    if _same(hazard.corrected_by_id, by):
        return _("%(who)s reported the correction of “%(hazard)s”, so somebody else has to re-inspect it.") % {
            "who": by,
            "hazard": hazard.title,
        }
    return None


def closes_alone(hazard: Hazard, by: Any) -> str | None:
    if hazard.needs_second:
        return _("“%(hazard)s” is %(severity)s: after the re-inspection a second person has to confirm it.") % {
            "hazard": hazard.title,
            "severity": hazard.get_severity_display(),
        }
    return not_the_corrector(hazard, by)


def needs_a_second(hazard: Hazard, by: Any) -> str | None:
    if not hazard.needs_second:
        return _("“%(hazard)s” is %(severity)s: the re-inspection closes it, nobody has to confirm it.") % {
            "hazard": hazard.title,
            "severity": hazard.get_severity_display(),
        }
    return not_the_corrector(hazard, by)


def second_person(hazard: Hazard, by: Any) -> str | None:
    if _same(hazard.reinspected_by_id, by):
        return _("%(who)s re-inspected “%(hazard)s”, so another person has to confirm it.") % {
            "who": by,
            "hazard": hazard.title,
        }
    return not_the_corrector(hazard, by)


MOVES = (
    Move("assign", _states(S.OPEN), S.CORRECTING, "hazard.assign", gettext_lazy("Assign")),
    Move(
        "correct",
        _states(S.OPEN, S.CORRECTING, S.JOINT),
        S.REINSPECT,
        "hazard.correct",
        gettext_lazy("Report the correction"),
    ),
    Move(
        "pass",
        _states(S.REINSPECT),
        S.CLOSED,
        "hazard.reinspect",
        gettext_lazy("Re-inspected: put right, close"),
        closes_alone,
    ),
    Move(
        "pass_on",
        _states(S.REINSPECT),
        S.CONFIRM,
        "hazard.reinspect",
        gettext_lazy("Re-inspected: put right, to be confirmed"),
        needs_a_second,
    ),
    Move(
        "fail",
        _states(S.REINSPECT),
        S.CORRECTING,
        "hazard.reinspect",
        gettext_lazy("Re-inspected: not put right"),
        not_the_corrector,
    ),
    Move(
        "confirm",
        _states(S.CONFIRM),
        S.CLOSED,
        "hazard.confirm",
        gettext_lazy("Confirm and close"),
        second_person,
    ),
    Move(
        "send_back",
        _states(S.CONFIRM),
        S.REINSPECT,
        "hazard.confirm",
        gettext_lazy("Not confirmed: re-inspect again"),
        second_person,
    ),
    Move(
        "hand_over",
        _states(S.OPEN, S.CORRECTING, S.REINSPECT),
        S.HANDED_OVER,
        "hazard.hand_over",
        gettext_lazy("Hand over"),
    ),
    Move("accept", _states(S.HANDED_OVER), S.OPEN, "hazard.answer", gettext_lazy("Accept the hand-over")),
    Move("return", _states(S.HANDED_OVER), S.OPEN, "hazard.answer", gettext_lazy("Return the hand-over")),
    Move(
        "join",
        _states(S.OPEN, S.CORRECTING, S.REINSPECT),
        S.JOINT,
        "enforcement.ask",
        gettext_lazy("Start a joint action"),
    ),
    Move("leave_joint", _states(S.JOINT), S.CORRECTING, "enforcement.ask", gettext_lazy("End the joint action")),
    Move(
        "void",
        _states(S.OPEN, S.CORRECTING, S.REINSPECT, S.CONFIRM, S.JOINT),
        S.VOID,
        "hazard.void",
        gettext_lazy("Declare void"),
    ),
    Move("reopen", _states(S.CLOSED, S.VOID), S.OPEN, "hazard.confirm", gettext_lazy("Open again")),
)

hazards = Machine(states=dict(S.choices), moves=MOVES)
