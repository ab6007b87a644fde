"""What one must know before going in: numbers of people, gas, fire, water, the way. Numbers only, never a name.

What is known of the home is kept with the call-out as it was at that moment; the notes of the place are read as they are.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anju.areas.models import Place
from anju.core import paths, time
from anju.dwellings.models import Current, Dwelling, Equipment
from anju.stations.models import CallOut, Coverage, SiteNote

MOST = 300


@dataclass(frozen=True)
class Known:
    """people: registered there, None for a place without a home. need_help: of them, None where nobody asked."""

    people: int | None
    need_help: int | None
    facts: list[tuple[str, Any]]


@dataclass(frozen=True)
class Line:
    """One sentence with its icon; `strong` what must not be overlooked."""

    icon: str
    text: str
    strong: bool = False


# fact → values that are worth a line; None: any known value
WORTH: dict[str, tuple[Any, ...] | None] = {
    "storeys": None,
    "kitchen_flame": (True,),
    "lpg_cylinders": None,
    "gas_alarm": (False,),
    "hazmat_storage": (True,),
    "ebike_inside": (True,),
    "inner_exit": ("locked", "blocked"),
}


def known_of(home: Dwelling | None) -> Known:
    if home is None:
        return Known(None, None, [])
    current = Current.objects.filter(dwelling=home).first()
    facts = dict(current.facts) if current else {}
    for room in (current.rooms if current else {}).values():
        if room.get("ebike_inside"):
            facts["ebike_inside"] = True
    found = [(name, facts[name]) for name, worth in WORTH.items() if _worth(facts.get(name), worth)]
    today = time.today()
    rows = Equipment._base_manager.filter(dwelling=home, removed_on=None, item=Equipment.Item.EXTINGUISHER)
    pieces = [(row.quantity, row.is_expired(today)) for row in rows]
    if pieces:
        found.append(("extinguishers", [sum(n for n, _over in pieces), sum(n for n, over in pieces if over)]))
    return Known(home.people, _number(facts.get("need_help")), found)


def _number(value: Any) -> int | None:
    return min(int(value), MOST) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _worth(value: Any, wanted: tuple[Any, ...] | None) -> bool:
    if value is None or value == 0 and wanted is None:
        return False
    return wanted is None or value in wanted


def people_line(callout: CallOut) -> Line:
    if callout.people is None:
        return Line("users", _("A shared place: how many people are inside is not known"))
    living = ngettext("%(n)d person registered", "%(n)d people registered", callout.people) % {"n": callout.people}
    if callout.need_help is None:
        return Line("users", _("%(living)s; whether somebody needs help to get out is not known") % {"living": living})
    if not callout.need_help:
        return Line("users", _("%(living)s, nobody known who needs help to get out") % {"living": living})
    need = ngettext("%(n)d needs help to get out", "%(n)d need help to get out", callout.need_help)
    return Line("users", _("%(living)s, %(need)s") % {"living": living, "need": need % {"n": callout.need_help}}, True)


def _fact_line(name: str, value: Any) -> Line:
    lines = {
        "storeys": Line("building", _("House of %(n)s storeys") % {"n": value}),
        "kitchen_flame": Line("flame", _("Open flame in the kitchen")),
        "lpg_cylinders": Line("gas-station", _("%(n)s gas cylinders inside") % {"n": value}, True),
        "gas_alarm": Line("gas-station", _("No gas alarm")),
        "hazmat_storage": Line("alert-triangle", _("Dangerous goods are stored inside"), True),
        "ebike_inside": Line("battery-charging", _("An e-bike or its battery is inside"), True),
        "inner_exit": Line("door", _("The way out inside was blocked or locked at the last visit"), True),
    }
    if name == "extinguishers":
        whole, over = value
        text = _("%(n)s extinguishers in the home") % {"n": whole}
        if over:
            text = _("%(n)s extinguishers in the home, %(over)s of them expired") % {"n": whole, "over": over}
        return Line("fire-extinguisher", text, bool(over))
    return lines[name]


def note_lines(place: Place) -> list[Line]:
    """What is noted of the estate, the building, the staircase; the nearest last."""
    rows = SiteNote._base_manager.filter(place_path__in=paths.ancestors(place.path)).order_by("place_path")
    found = []
    for note in rows:
        found += [Line("door", note.way_in)] if note.way_in else []
        found += [Line("droplet", note.water)] if note.water else []
        found += [Line("bolt", note.shut_off)] if note.shut_off else []
        found += [Line("alert-triangle", note.caution, True)] if note.caution else []
    return found


def route_of(callout: CallOut) -> str:
    """The way from the station that goes: "180 m, along the east lane"; "" where none is noted."""
    if callout.station_id is None:
        return ""
    rows = Coverage._base_manager.filter(
        station_id=callout.station_id, place_path__in=paths.ancestors(callout.place_path)
    )
    row = rows.order_by("-place_path").first()
    if row is None:
        return ""
    metres = _("%(n)s m from the station") % {"n": row.metres} if row.metres else ""
    if not (metres and row.route):
        return metres or row.route
    return _("%(metres)s, %(route)s") % {"metres": metres, "route": row.route}


def lines(callout: CallOut) -> list[Line]:
    order = ("lpg_cylinders", "hazmat_storage", "ebike_inside", "inner_exit", "kitchen_flame", "gas_alarm", "extinguishers", "storeys")  # fmt: skip
    facts = sorted(callout.known, key=lambda pair: order.index(pair[0]) if pair[0] in order else len(order))
    return [
        people_line(callout),
        *note_lines(callout.place),
        *[_fact_line(name, value) for name, value in facts if name in order],
    ]
