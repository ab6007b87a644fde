"""The homes or hazards behind a number: the very condition that counted them, in what the person may see."""

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404

from anju.accounts.models import User
from anju.areas.models import Area
from anju.core import paths, time
from anju.dwellings.models import Dwelling
from anju.inspections import selectors as hazards
from anju.inspections.models import Hazard
from anju.overview.definitions import AsOf, Indicator, Part


def part_of(indicator: Indicator, key: str) -> Part:
    """A part of the indicator by its key; the first piece of the gap without one. 404 for any other."""
    if not key:
        return indicator.gap[0]
    found = next((part for part in indicator.parts if part.key == key), None)
    if found is None:
        raise Http404
    return found


def of_that_day(part: Part, day: date | None) -> bool:
    """Whether the list can be given as it was on a closed day; the others are shown as they are now, and say so."""
    return day is not None and part.dated


def rows_of(user: User, part: Part, area: Area, wanted: dict[str, str], day: date | None = None) -> "QuerySet[Any]":
    """Filters: q (part of the address), verdict and kind of homes, severity and handler of hazards."""
    as_of = AsOf.end_of(day) if day is not None and part.dated else AsOf.at(time.now())
    where = paths.under("area_path", area.path) & part.where(as_of)
    if part.subject == "home":
        rows: QuerySet[Any] = Dwelling.objects.for_user(user).filter(where, hidden=False)
        columns = {"verdict": wanted.get("verdict", ""), "kind": wanted.get("kind", "")}
    else:
        rows = Hazard.objects.for_user(user).filter(where, found_at__lt=as_of.moment)
        columns = {"severity": wanted.get("severity", ""), "state": wanted.get("state", "")}
    rows = rows.filter(**{name: value for name, value in columns.items() if value})
    return rows.filter(_words(part, wanted.get("q", "")))


def _words(part: Part, text: str) -> Q:
    found = Q()
    for word in text.split()[:5]:
        found &= (
            Q(address__icontains=word)
            if part.subject == "home"
            else Q(where__icontains=word) | Q(title__icontains=word)
        )
    return found


def with_details(part: Part, rows: "QuerySet[Any]") -> "QuerySet[Any]":
    if part.subject == "home":
        return rows.select_related("area", "landlord", "sublessor")
    return hazards.with_details(rows).select_related("area", "dwelling", "handler", "move_out")
