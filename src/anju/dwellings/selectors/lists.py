"""The list of homes: its filters, its counts, its export rows."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict

from anju.accounts.models import User
from anju.areas.models import Area, EstateKind, Place
from anju.areas.scope import scope_of
from anju.core import paths
from anju.core.paging import capped_count
from anju.dwellings import search
from anju.dwellings.models import Dwelling

TABS = ("", "non_compliant", "unknown", "unchecked", "compliant", "not_let")
MOST_AREAS = 5000  # named in one statement; a province is asked for by range
# Every sort is a column with an index or a column that the area's index leads to; none is ever NULL.
SORTS = {"area_path", "-area_path", "address", "-address", "violations", "-violations", "updated_at", "-updated_at"}


@dataclass(frozen=True)
class Filter:
    """What the address of the page asks for; a value that is none of the choices counts as not set."""

    state: str = ""
    area: str = ""
    estate: str = ""
    estate_kind: str = ""
    kind: str = ""
    letting: str = ""
    group: str = ""  # yes, suspected, no
    paperwork: str = ""
    severity: str = ""
    q: str = ""
    sort: str = "area_path"

    @classmethod
    def of(cls, query: QueryDict) -> "Filter":
        found = {field.name: query.get(field.name, "").strip() for field in fields(cls)}
        allowed: dict[str, Any] = {
            "state": TABS,
            "estate_kind": EstateKind.values,
            "kind": Dwelling.Kind.values,
            "letting": Dwelling.LettingState.values,
            "group": ("yes", "suspected", "no"),
            "paperwork": Dwelling.Paperwork.values,
            "severity": Dwelling.Severity.values,
        }
        clean = {name: value for name, value in found.items() if name not in allowed or value in allowed[name]}
        return cls(**{**clean, "sort": found["sort"] if found["sort"] in SORTS else "area_path"})


def homes(user: User, wanted: Filter, *, tab: bool = True) -> "QuerySet[Dwelling]":
    """The homes of a filter that the person may see; without `tab`, whatever their state."""
    rows = Dwelling.objects.for_user(user)
    conditions = Q()
    if wanted.area:
        area = Area.objects.filter(code=wanted.area).first()
        conditions &= paths.under("area_path", area.path) if area else Q(pk__in=())
    if wanted.estate:
        place = Place.objects.filter(code=wanted.estate).first()
        conditions &= paths.under("place_path", place.path) if place else Q(pk__in=())
    if wanted.estate_kind:
        roots = Place.objects.filter(kind=Place.Kind.ESTATE, estate_kind=wanted.estate_kind).values_list(
            "path", flat=True
        )
        inside = Q(pk__in=())
        for root in roots[:500]:
            inside |= paths.under("place_path", root)
        conditions &= inside
    conditions &= _columns(wanted)
    if wanted.q:
        conditions &= Q(pk__in=search.find_ids(user, wanted.q, limit=1000))
    if tab and wanted.state:
        conditions &= Q(verdict=wanted.state) & _leaf_by_leaf(user, wanted)
    return rows.filter(conditions)  # type: ignore[no-any-return]


def _columns(wanted: Filter) -> Q:
    pairs = {
        "kind": wanted.kind,
        "letting_state": wanted.letting,
        "paperwork": wanted.paperwork,
        "worst": wanted.severity,
    }
    conditions = Q(**{name: value for name, value in pairs.items() if value})
    if wanted.group:
        conditions &= Q(group_rental={"yes": True, "no": False, "suspected": None}[wanted.group])
    return conditions if wanted.group != "suspected" else conditions & Q(letting_state="let")


def counts_by_state(user: User, wanted: Filter) -> dict[str, tuple[int, bool]]:
    """{tab: (number, more than that)}; counting stops at 1,000, so the page costs the same in a city."""
    rows = homes(user, wanted, tab=False)
    by_state = rows.filter(_leaf_by_leaf(user, wanted))
    return {state: capped_count(by_state.filter(verdict=state) if state else rows) for state in TABS}


def _leaf_by_leaf(user: User, wanted: Filter) -> Q:
    """The same homes, asked for area by area: a state that is rare is then found by index and not by going through a town.

    True of everything where the rows are not those of areas alone.
    """
    scope = scope_of(user)
    area = Area.objects.filter(code=wanted.area).first() if wanted.area else None
    if area is not None:
        roots: tuple[str, ...] = (area.path,)
    elif scope.area_paths and not (scope.place_paths or scope.grants):
        roots = scope.area_paths
    else:
        return Q()
    inside = Q()
    for root in roots:
        inside |= paths.under("path", root)
    leaves = list(Area.objects.filter(inside).values_list("path", flat=True)[: MOST_AREAS + 1])
    return Q(area_path__in=leaves) if len(leaves) <= MOST_AREAS else Q()


def export_rows(user: User, wanted: Filter, limit: int = 100_000) -> Iterator[tuple[Any, ...]]:
    rows = (
        homes(user, wanted)
        .select_related("area", "place", "landlord", "sublessor", "operator")
        .order_by("area_path", "id")
    )
    for home in rows[:limit].iterator(chunk_size=2000):
        letting = home.letting_party
        yield (
            home.code, home.address, home.area.name, home.get_kind_display(), home.get_letting_state_display(),
            home.rooms_let, home.beds_let, home.people, home.get_verdict_display(), home.get_worst_display(), home.violations,
            home.unknowns, home.get_paperwork_display(), home.group_rental, letting.name if letting else "",
            letting.masked_phone if letting else "", home.standard_code, home.judged_at,
        )  # fmt: skip
