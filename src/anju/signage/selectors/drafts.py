"""What a sign says: the one place where the record becomes what is printed (A8.1–A8.4).

A draft holds what the layout needs and nothing else. Outside and on boards no field could take a tenant; inside, a vacant
room has no line, a minor and whoever did not agree have no name. All text is Chinese: signs are for the house, not for the
reader of the page.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from anju.areas.models import Place
from anju.dwellings.models import Dwelling
from anju.signage.models import Sign
from anju.signage.selectors import boards, doors

Data = dict[str, Any]


@dataclass(frozen=True)
class Draft:
    """`refusal`: why no such sign may be printed now, in the reader's language; "" where it may."""

    data: Data
    refusal: str = ""


def drafts(kind: str, subjects: Sequence[Any], on: date) -> dict[int, Draft]:
    """By the subjects' ids: homes for the two door signs, places for the two boards. A home comes with its area, place,
    landlord, sublessor, operator and current facts."""
    if kind in (Sign.Kind.OUTSIDE, Sign.Kind.INSIDE):
        return _of_homes(kind, subjects, on)
    found = boards.estates(subjects, on) if kind == Sign.Kind.ESTATE else boards.units(subjects)
    return {pk: Draft(data, "" if _letting(kind, data) else _nothing_let()) for pk, data in found.items()}


def draft(kind: str, subject: "Dwelling | Place", on: date) -> Draft:
    return drafts(kind, [subject], on)[subject.pk]


def _of_homes(kind: str, homes: Sequence[Dwelling], on: date) -> dict[int, Draft]:
    found = doors.outside(homes) if kind == Sign.Kind.OUTSIDE else doors.inside(homes, on)
    return {home.pk: Draft(found[home.pk], _refusal(kind, home, found[home.pk])) for home in homes}


def _refusal(kind: str, home: Dwelling, data: Data) -> str:
    if home.letting_state != Dwelling.LettingState.LET:
        return _("The home is not let, so it gets no sign.")
    if kind == Sign.Kind.INSIDE:
        return "" if data["rooms"] else _("Nobody is on record as living there. Record who lives in which room first.")
    if home.verdict != Dwelling.Verdict.COMPLIANT:
        return _("The home has not passed its safety check, so it gets no sign outside.")
    if not data["checked"]:
        return _("It became compliant after the last visit. Somebody has to see it before it gets its sign.")
    return ""


def _letting(kind: str, data: Data) -> bool:
    if kind == Sign.Kind.ESTATE:
        return any(sum(row["counts"]) for row in data["buildings"])
    return any(cell["state"] != "blank" for floor in data["floors"] for cell in floor["cells"])


def _nothing_let() -> str:
    return _("No home is let there, so there is nothing to show.")


# --- what must stay true -------------------------------------------------------------------------------------------------

KEPT = {
    Sign.Kind.ESTATE: ("name", "town", "people"),
    Sign.Kind.UNIT: ("name", "estate", "floors", "people"),
    Sign.Kind.OUTSIDE: ("address", "door", "state", "people", "standard_code"),
    Sign.Kind.INSIDE: ("address", "door", "rooms", "limits", "standard_code"),
}


def hash_of(kind: str, data: Data) -> str:
    """Of those parts that a printed sign must not contradict. Totals and days of checks are not among them: they say of which
    day they are (see `comparing`)."""
    kept = {name: data[name] for name in KEPT[Sign.Kind(kind)]}
    return hashlib.sha256(json.dumps(kept, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
