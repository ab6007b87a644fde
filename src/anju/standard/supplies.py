"""What a dwelling lacks: the supply items that would correct its violations, with how many of each (A2.3, A6.4)."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from anju.standard.edition import Edition, Rule
from anju.standard.facts import Facts
from anju.standard.judging import Judge, judge_for
from anju.standard.loading import current_edition
from anju.standard.transpile.python import compile_number


class Shortfall(NamedTuple):
    """One line of the list: so many of an item (a key of SUPPLIES) for a room or, with None, the whole dwelling."""

    item: str
    quantity: int
    room: str | None
    rule: str


def shortfall(case: Mapping[str, Any], on: date, edition: Edition | None = None) -> tuple[Shortfall, ...]:
    """List what is lacking by the rules that are violated; what nobody has looked at is not lacking. Raises FactError.

    >>> shortfall({"extinguishers_3kg": 0, "rooms": [{"name": "A", "let": True, "masks": 0}]}, date(2026, 11, 22))
    (Shortfall(item='smoke_mask', quantity=1, room='A', rule='R10'), Shortfall(item='extinguisher', quantity=2, room=None, rule='D09'))
    """
    compiled = judge_for(edition or current_edition(on), on)
    checked = compiled.checker.case(case)
    rooms = dict(checked.rooms)
    rules = {rule.id: rule for rule in compiled.rules}
    found: list[Shortfall] = []
    for result in compiled.judge_case(checked).violations():
        room = rooms.get(result.room, {}) if result.room is not None else {}
        for item, quantity in _lacking(compiled, rules[result.rule], room, checked.dwelling, checked.unit):
            found.append(Shortfall(item, quantity, result.room, result.rule))
    return tuple(found)


def _lacking(compiled: Judge, rule: Rule, room: Facts, dwelling: Facts, unit: Facts) -> list[tuple[str, int]]:
    found = []
    for supply in rule.remedy:
        if supply.when is not None and compiled.condition(supply.when)(room, dwelling, unit)[0] is not True:
            continue
        number: float | None = 1
        if supply.quantity is not None:
            number = compile_number(supply.quantity, compiled.parameters)(room, dwelling, unit)
        if number is not None and number > 0:
            found.append((supply.item, int(number)))
    return found
