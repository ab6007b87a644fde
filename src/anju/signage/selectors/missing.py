"""Which homes and places lack a sign that they should carry (A8.5)."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Substr

from anju.accounts.models import User
from anju.areas.models import Place
from anju.areas.scope import scope_of
from anju.core import paths
from anju.dwellings.models import Dwelling
from anju.signage.models import LIVE, Sign

K = Sign.Kind
Rows = QuerySet[Any]


def _has(user: User, kind: str, name: str) -> Exists:
    return Exists(Sign.objects.for_user(user).filter(kind=kind, state__in=LIVE, **{name: OuterRef("pk")}))


def should(kind: str) -> Q:
    """The homes that should carry it: inside every let home where somebody is on record, outside those that are compliant."""
    let = Q(letting_state=Dwelling.LettingState.LET)
    return let & (Q(verdict=Dwelling.Verdict.COMPLIANT) if kind == K.OUTSIDE else Q(people__gt=0))


def homes_without(user: User, kind: str) -> Rows:
    rows: Rows = Dwelling.objects.for_user(user).filter(should(kind), ~_has(user, kind, "dwelling"))
    return rows.select_related("area", "place")


def places_without(user: User, kind: str) -> Rows:
    """Estates with a let home; units with one, or buildings whose homes hang on them."""
    return boards_of(user, kind).filter(~_has(user, kind, "place"))


def boards_of(user: User, kind: str) -> Rows:
    """The places that carry such a board and lie in the person's scope."""
    scope = scope_of(user)
    rows = Place.objects.all()
    if not scope.everything:
        own = scope.under_areas("area_path") if scope.area_paths else Q(pk__in=())
        rows = rows.filter(own | (scope.under_places("path") if scope.place_paths else Q(pk__in=())))
    let = Dwelling.objects.for_user(user).filter(letting_state=Dwelling.LettingState.LET)
    if kind == K.ESTATE:
        tops = let.annotate(top=Substr("place_path", 1, paths.STEP)).values("top")
        return rows.filter(path__in=tops, kind=Place.Kind.ESTATE).select_related("area", "parent__parent")
    return (
        rows.filter(Exists(let.filter(place=OuterRef("pk"))))
        .exclude(kind=Place.Kind.ESTATE)
        .select_related("area", "parent__parent")
    )


def without(user: User, kind: str, *, area_path: str = "", place_path: str = "") -> Rows:
    """Homes or places of a kind that lack it, in an area or an estate."""
    if kind in (K.OUTSIDE, K.INSIDE):
        return homes_without(user, kind).filter(
            paths.under("area_path", area_path), paths.under("place_path", place_path)
        )
    rows = places_without(user, kind)
    return rows.filter(paths.under("area_path", area_path), paths.under("path", place_path))


def carriers(user: User, kind: str, *, area_path: str = "", place_path: str = "") -> Rows:
    """All that should carry a sign of the kind, whether they have one or not."""
    if kind in (K.OUTSIDE, K.INSIDE):
        rows: Rows = Dwelling.objects.for_user(user).filter(should(kind))
        return rows.filter(paths.under("area_path", area_path), paths.under("place_path", place_path))
    found = boards_of(user, kind)
    return found.filter(paths.under("area_path", area_path), paths.under("path", place_path))
