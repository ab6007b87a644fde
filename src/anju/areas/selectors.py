"""Areas, estates and pilots as the pages show them. Names are public knowledge; a page shows one's own part of the tree."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from anju.accounts.models import User
from anju.areas.models import Area, PilotDesignation, Place
from anju.areas.scope import scope_of
from anju.core import paths

LEVELS = 2  # below the area that is shown


@dataclass(frozen=True)
class Line:
    """One row of the tree. `grids`: how many lie in it; `leaderless`: how many of those have no leader named."""

    area: Area
    depth: int
    grids: int
    leaderless: int


def areas_of(user: User) -> "QuerySet[Area]":
    """What lies under the person's postings on the area path; an estate's postings give the area it lies in."""
    scope = scope_of(user)
    if scope.everything:
        return Area.objects.filter(closed_on=None)
    places = Place.objects.filter(path__in=scope.place_paths).values_list("area_path", flat=True)
    found = Q(pk__in=())
    for root in {*scope.area_paths, *places}:
        found |= paths.under("path", root)
    return Area.objects.filter(found, closed_on=None)


def roots_of(user: User) -> list[Area]:
    rows = list(areas_of(user).order_by("path"))
    return [row for row in rows if not any(o is not row and row.path.startswith(o.path) for o in rows)]


def tree(area: Area) -> list[Line]:
    """The area's children and grandchildren in order, each with its grids."""
    inside = list(Area.objects.filter(paths.under("path", area.path), closed_on=None).order_by("path"))
    grids = [row for row in inside if row.kind == Area.Kind.GRID]
    base = paths.depth(area.path)
    return [
        _line(row, paths.depth(row.path) - base - 1, grids)
        for row in inside
        if 0 < paths.depth(row.path) - base <= LEVELS
    ]


def _line(row: Area, depth: int, grids: Iterable[Area]) -> Line:
    own = [grid for grid in grids if grid.path.startswith(row.path)]
    return Line(row, depth, len(own), sum(1 for grid in own if not grid.leader_name))


def trail(area: Area) -> list[Area]:
    """From the city to the area above this one."""
    return list(Area.objects.filter(path__in=paths.ancestors(area.path)[:-1]).order_by("path"))


def estates_of(user: User, *, area: str = "", kind: str = "", pilot: str = "", q: str = "") -> "QuerySet[Place]":
    """Estates in the person's areas, with `is_pilot`."""
    scope = scope_of(user)
    rows = Place.objects.filter(kind=Place.Kind.ESTATE).select_related("area__parent")
    if not scope.everything:
        area_rows, place_rows = scope.under_areas("area_path"), scope.under_places("path")
        rows = rows.filter(area_rows | place_rows)
    running = PilotDesignation.objects.filter(place=OuterRef("pk"), until=None)
    rows = rows.annotate(is_pilot=Exists(running))
    chosen = Area.objects.filter(code=area).first() if area else None
    if chosen is not None:
        rows = rows.filter(paths.under("area_path", chosen.path))
    if kind:
        rows = rows.filter(estate_kind=kind)
    if pilot:
        rows = rows.filter(is_pilot=pilot == "yes")
    if q:
        rows = rows.filter(Q(name__icontains=q) | Q(address__icontains=q) | Q(property_company__icontains=q))
    return rows


def pilots_of(user: User) -> list[PilotDesignation]:
    """Running ones first, then those that ended, newest first."""
    seen = estates_of(user).values("pk")
    rows = PilotDesignation.objects.filter(place__in=seen).select_related("place__area__parent")
    return sorted(rows, key=lambda row: (row.until is not None, -row.since.toordinal()))


def seen_values(row: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
