"""The one table of a record's states: from, to, by which step. `services` change `Envelope.state` only through it."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from anju.core.workflow import Machine, Move
from anju.field.models import Envelope

S = Envelope.State


def _from(*states: Envelope.State) -> frozenset[str]:
    return frozenset(state.value for state in states)


MOVES = (
    Move("apply", _from(S.STORED, S.WAITING, S.CONFLICT), S.APPLIED, "inspection.record", _("Apply")),
    Move("wait", _from(S.STORED, S.WAITING, S.CONFLICT), S.WAITING, "inspection.record", _("Wait for photos")),
    Move("follow", _from(S.STORED, S.WAITING, S.CONFLICT), S.MOVED, "inspection.record", _("Apply in the new grid")),
    Move("lose", _from(S.STORED, S.WAITING, S.CONFLICT), S.GONE, "inspection.record", _("Tell that the home is gone")),
    Move("refuse", _from(S.STORED, S.WAITING, S.CONFLICT), S.REFUSED, "inspection.record", _("Turn down")),
    Move("dispute", _from(S.STORED), S.CONFLICT, "inspection.record", _("Keep as a second version")),
    Move("set_aside", _from(S.CONFLICT), S.SET_ASIDE, "field.decide", _("Set aside")),
    Move("retry", _from(S.REFUSED), S.STORED, "field.decide", _("Try again")),
)  # fmt: skip

machine = Machine(states=dict(S.choices), moves=MOVES)
SETTLED = frozenset({S.APPLIED.value, S.MOVED.value, S.GONE.value, S.REFUSED.value, S.SET_ASIDE.value})


def move(row: Envelope, name: str, reason: str = "", by: Any = None) -> None:
    """Set the state in the row without saving it."""
    row.state = machine.check(name, row.state, row, by).target
    row.reason = reason[:500]
