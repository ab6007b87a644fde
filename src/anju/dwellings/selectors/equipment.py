"""What a home has, what has run out, and what it lacks by the standard (A2.3)."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import get_language

from anju import standard
from anju.dwellings.models import Current, Dwelling, Equipment, UnitState
from anju.dwellings.services.judging import stored_case

SOON = timedelta(days=30)


@dataclass(frozen=True)
class Piece:
    row: Equipment
    state: str  # ok, due (runs out within thirty days), over, plain (no day known)


@dataclass(frozen=True)
class Lack:
    """So many of an item, where, and by which rules."""

    label: str
    quantity: int
    rooms: list[str]
    rules: list[str]


def pieces(home: Dwelling, on: date) -> list[Piece]:
    """Expired first, then by the day they run out."""
    rows = home.equipment.filter(removed_on=None).select_related("room").order_by("expires_on", "item", "id")
    order = {"over": 0, "due": 1, "ok": 2, "plain": 3}
    return sorted((Piece(row, _state(row, on)) for row in rows), key=lambda piece: order[piece.state])


def _state(row: Equipment, on: date) -> str:
    if row.expires_on is None:
        return "plain"
    if row.is_expired(on):
        return "over"
    return "due" if row.expires_on - on <= SOON else "ok"


def lacks(home: Dwelling, on: date) -> list[Lack]:
    """The shortfall by what is known; what nobody has looked at is not lacking."""
    current: Current | None = getattr(home, "current", None)  # comes with the home on its page
    if current is None or home.letting_state != Dwelling.LettingState.LET:
        return []
    case, _ends = stored_case(current, UnitState.objects.filter(place=home.place_id).first(), on)
    found: dict[str, Lack] = {}
    for line in standard.shortfall(case, on):
        label = standard.SUPPLIES[line.item].of(get_language() or "zh")
        lack = found.setdefault(line.item, Lack(label, 0, [], []))
        rooms = [*lack.rooms, line.room] if line.room and line.room not in lack.rooms else lack.rooms
        rules = lack.rules if line.rule in lack.rules else [*lack.rules, line.rule]
        found[line.item] = Lack(label, lack.quantity + line.quantity, rooms, rules)
    return list(found.values())
