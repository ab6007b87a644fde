"""Which convention holds where, how many households signed it, which notices are shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from anju.accounts.models import User
from anju.areas.models import Area
from anju.areas.scope import scope_of
from anju.core import paths
from anju.dwellings import search
from anju.dwellings.models import Dwelling
from anju.outreach.models import Article, Convention, ConventionSigning


def convention_for(area: Area, on: date) -> Convention | None:
    """The nearest one above a grid that is in force: its community's, else the town's, else the city's."""
    above = paths.ancestors(area.path)
    rows = Convention.objects.filter(area_path__in=above, since__lte=on).select_related("area")
    return max(rows, key=lambda row: (len(row.area_path), row.edition), default=None)


def articles_for(area: Area, on: date) -> QuerySet[Article]:
    above = paths.ancestors(area.path)
    rows = Article.objects.filter(area_path__in=above, since__lte=on).filter(Q(until=None) | Q(until__gte=on))
    return rows.select_related("area").order_by("-since", "-id")


@dataclass(frozen=True)
class Coverage:
    """One community: the edition in force, let homes, of these signed."""

    area: Area
    convention: Convention | None
    homes: int
    signed: int


def communities(user: User) -> QuerySet[Area]:
    scope = scope_of(user)
    rows = Area.objects.filter(kind=Area.Kind.COMMUNITY, closed_on=None)
    if scope.everything:
        return rows.order_by("path")
    inside = scope.under_areas("path")
    # a grid worker's posting lies below its community
    above = Q(path__in=[root[:end] for root in scope.area_paths for end in range(paths.STEP, len(root), paths.STEP)])
    return rows.filter(inside | above).order_by("path")


def coverage(user: User, areas: list[Area], on: date) -> list[Coverage]:
    """For a page of communities: two counts for all of them together."""
    step = paths.STEP
    let = Dwelling.objects.for_user(user).filter(letting_state=Dwelling.LettingState.LET)
    homes = _per_community(let, "area_path", areas, step)
    rows = []
    for area in areas:
        found = convention_for(area, on)
        signed = 0
        if found is not None:
            mine = ConventionSigning.objects.for_user(user).filter(convention=found, dwelling__letting_state="let")
            mine = mine.filter(paths.under("dwelling__area_path", area.path))
            signed = mine.values("dwelling").distinct().count()
        rows.append(Coverage(area, found, homes.get(area.path, 0), signed))
    return rows


def _per_community(rows: Any, field: str, areas: list[Area], step: int) -> dict[str, int]:
    counts: dict[str, int] = {}
    chosen = Q(pk__in=())
    for area in areas:
        chosen |= paths.under(field, area.path)
    for path, number in rows.filter(chosen).values_list(field).annotate(n=Count("pk")).order_by():
        for area in areas:
            if path.startswith(area.path):
                counts[area.path] = counts.get(area.path, 0) + number
    return counts


def signings(user: User, query: Mapping[str, str]) -> Any:
    """Who signed, newest first; by area and the words of the address."""
    rows = ConventionSigning.objects.for_user(user).select_related("dwelling__area", "convention__area", "party")
    area = Area.objects.filter(code=query.get("area", "")).first() if query.get("area") else None
    if area is not None:
        rows = rows.filter(paths.under("dwelling__area_path", area.path))
    if query.get("q"):
        rows = rows.filter(dwelling__pk__in=search.find_ids(user, query["q"], limit=1000))
    return rows


def unsigned(user: User, area: Area, convention: Convention) -> Any:
    """Let homes of a community of which nobody has signed the edition in force."""
    rows = Dwelling.objects.for_user(user).filter(letting_state=Dwelling.LettingState.LET)
    signed = ConventionSigning.objects.for_user(user).filter(convention=convention).values("dwelling")
    return rows.filter(paths.under("area_path", area.path)).exclude(pk__in=signed).select_related("area", "landlord", "sublessor")  # fmt: skip
