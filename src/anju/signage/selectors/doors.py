"""The two signs of a home's door (A8.3, A8.4)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from anju import standard
from anju.core import time
from anju.dwellings.models import Dwelling, Occupant
from anju.registration.services import consents
from anju.signage import norms
from anju.signage.models import SignStyle
from anju.signage.selectors import naming
from anju.signage.selectors.checks import found_in_order
from anju.signage.selectors.surroundings import Line, Style, Surroundings, present

STATES = {
    Dwelling.Verdict.COMPLIANT: "ok",
    Dwelling.Verdict.NON_COMPLIANT: "fix",
    Dwelling.Verdict.UNKNOWN: "unknown",
    Dwelling.Verdict.UNCHECKED: "new",
}
BY_SCAN = "扫码可联系，不公开号码"
UNNAMED = "未分居室"


def state_of(home: Dwelling) -> str:
    """ok, fix, unknown, new; blank for what is not let, whoever lives there."""
    if home.letting_state != Dwelling.LettingState.LET:
        return "blank"
    return STATES.get(Dwelling.Verdict(home.verdict), "blank")


def chinese(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _around(homes: Sequence[Dwelling]) -> Surroundings:
    return Surroundings([home.area_path for home in homes], [home.place_path for home in homes])


def _door(home: Dwelling, around: Surroundings) -> dict[str, str]:
    estate = around.estate(home.place_path).name
    return {
        "address": estate,
        "door": home.address.removeprefix(estate).strip() or home.address,
        "standard_code": home.standard_code,
    }


def outside(homes: Sequence[Dwelling]) -> dict[int, dict[str, Any]]:
    """Address, state, the day it was found in order, and who answers for it. Nothing of who lives there."""
    around, days = _around(homes), found_in_order(homes)
    found = {}
    for home in homes:
        style, day = around.style(home.area_path), days.get(home.pk)
        next_day = chinese(day + timedelta(days=style.check_days)) + "前" if day else ""
        found[home.pk] = {
            **_door(home, around),
            "number": f"{home.code}-W",
            "state": state_of(home),
            "checked": chinese(day) if day else "",
            "next": next_day,
            "next_on": (day + timedelta(days=style.check_days)).isoformat() if day else "",
            "people": present((
                around.police(home.area_path, home.place_path), around.leader(home.area_path), who_lets(home, style)
            )),
        }  # fmt: skip
    return found


def who_lets(home: Dwelling, style: Style) -> Line | None:
    """顾先生, or the company that runs the home where the office has chosen so. Reached through the code, not by a number."""
    if style.party == SignStyle.Party.OPERATOR and home.operator is not None:
        return {"role": "经营单位", "name": naming.outside(home.operator), "note": BY_SCAN}
    party = home.letting_party
    return {"role": "出租人", "name": naming.outside(party), "note": BY_SCAN} if party else None


def inside(homes: Sequence[Dwelling], on: date) -> dict[int, dict[str, Any]]:
    """Per let room how many live there, and the masked names of grown-ups who agreed. A room without anybody has no line."""
    around = _around(homes)
    people = _occupants(homes, on)
    agreed = consents.agreed(homes)
    limits = limits_on(on)
    found = {}
    for home in homes:
        named = around.style(home.area_path).names == SignStyle.Names.CONSENT
        shown = agreed if named else set()
        found[home.pk] = {
            **_door(home, around),
            "number": f"{home.code}-N",
            "rooms": _rooms(home, people[home.pk], shown, limits, on),
            "limits": limits,
            "deadline": f"入住{norms.RESIDENCE_DAYS}日内",
        }
    return found


def _occupants(homes: Sequence[Dwelling], on: date) -> dict[int, list[Occupant]]:
    found: dict[int, list[Occupant]] = defaultdict(list)
    rows = Occupant._base_manager.filter(dwelling__in=homes, until=None, since__lte=on).select_related("party", "room")
    for row in rows.order_by("room__position", "room__id", "id"):
        found[row.dwelling_id].append(row)
    return found


def _rooms(
    home: Dwelling, people: list[Occupant], agreed: set[tuple[int, int]], limits: dict[str, int], on: date
) -> list[dict[str, Any]]:
    by_room: dict[str, list[Occupant]] = defaultdict(list)
    for row in people:
        by_room[row.room.name if row.room else ""].append(row)
    return [
        {
            "name": _room_name(name),
            "cap": _cap(home, name, limits),
            "count": len(rows),
            "names": [
                naming.inside(row.party)
                for row in rows
                if (home.pk, row.party_id) in agreed and naming.is_adult(row.party, on)
            ],
        }
        for name, rows in by_room.items()
    ]  # fmt: skip


def _room_name(name: str) -> str:
    if not name:
        return UNNAMED
    return f"{name}室" if len(name) == 1 else name


def _cap(home: Dwelling, room: str, limits: dict[str, int]) -> int:
    """How many may live there by the standard: the most per room, and so many square metres each where the area is known."""
    area = home.current.rooms.get(room, {}).get("area") if hasattr(home, "current") else None
    by_area = int(area // limits["area"]) if area and limits["area"] else limits["persons"]
    return max(1, min(limits["persons"], by_area))


def limits_on(on: date) -> dict[str, int]:
    numbers = standard.current_edition(on).parameters
    most, least = numbers["max_persons_per_room"].on(on), numbers["min_area_per_person"].on(on)
    return {"persons": int(most or 0), "area": int(least or 0)}


def as_of(moment: Any) -> str:
    return chinese(time.day_of(moment))
