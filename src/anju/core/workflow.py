"""States move only through a table: from, to, who may, under which guard. What is not in the table is refused in words."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from anju.core.errors import Refused

Text = str | Promise
Guard = Callable[[Any, Any], str | None]  # (subject, by) -> the reason it is refused, or None


@dataclass(frozen=True)
class Move:
    name: str
    sources: frozenset[str]
    target: str
    verb: str  # of the table in areas/permissions.py
    label: Text
    guard: Guard | None = None


class Machine:
    def __init__(self, *, states: Mapping[str, Text], moves: Iterable[Move]) -> None:
        self.states = dict(states)
        self.moves = {move.name: move for move in moves}
        for move in self.moves.values():
            unknown = (move.sources | {move.target}) - self.states.keys()
            if unknown:
                raise ValueError(f"{move.name}: unknown states {sorted(unknown)}")

    def check(self, name: str, state: str, subject: Any, by: Any) -> Move:
        """The move, or a refusal that says in which state the thing is and what would be needed."""
        move = self.moves[name]
        if state not in move.sources:
            raise Refused(
                _("“%(move)s” is not possible while the state is “%(state)s”. It is possible from: %(sources)s.")
                % {
                    "move": move.label,
                    "state": self.states[state],
                    "sources": _(", ").join(str(self.states[s]) for s in self.states if s in move.sources),
                }
            )
        reason = move.guard(subject, by) if move.guard else None
        if reason:
            raise Refused(reason)
        return move

    def possible(self, state: str) -> list[Move]:
        return [move for move in self.moves.values() if state in move.sources]
