"""What the pages of doors, patrols, piles, lifts and lanes have in common: filters by area, estate and words, and numbers."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, QueryDict

from anju.accounts.models import User
from anju.areas.models import Area, Place
from anju.areas.scope import scope_of
from anju.areas.selectors import estates_of
from anju.core import paths
from anju.core.paging import Page, capped_count
from anju.monitoring.models import Device

MOST_EXPORTED = 20_000
PAGE = 50


def devices(user: User, kinds: Iterable[str]) -> "QuerySet[Any]":
    rows: QuerySet[Any] = Device.objects.for_user(user).filter(kind__in=kinds)
    return rows.select_related("place", "area")


def device_or_404(user: User, kinds: Iterable[str], code: str) -> Any:
    found = devices(user, kinds).filter(code=code).first()
    if found is None:
        raise Http404
    return found


def narrowed(rows: "QuerySet[Any]", query: QueryDict, prefix: str = "") -> "QuerySet[Any]":
    """By area, estate and words; `prefix` leads to the device ("device__") from rows that hang on one."""
    area = Area.objects.filter(code=query.get("area", "")).first()
    if area is not None:
        rows = rows.filter(paths.under(f"{prefix}area_path", area.path))
    estate = Place.objects.filter(code=query.get("estate", "")).first()
    if estate is not None:
        rows = rows.filter(paths.under(f"{prefix}place_path", estate.path))
    for word in query.get("q", "").split()[:5]:
        rows = rows.filter(
            Q(**{f"{prefix}where__icontains": word})
            | Q(**{f"{prefix}name__icontains": word})
            | Q(**{f"{prefix}code": word.upper()})
        )
    return rows


def areas_of(user: User) -> list[tuple[str, str]]:
    """Towns for the filter."""
    scope = scope_of(user)
    rows = Area.objects.filter(kind=Area.Kind.ZONE, closed_on=None).order_by("path")
    return [(row.code, row.name) for row in rows if scope.everything or scope.has_area(row.path)]


def estates_for(user: User) -> list[tuple[str, str]]:
    """Estates for the filter and for forms."""
    return [(row.code, row.name) for row in estates_of(user).order_by("path")[:500]]


def estate_or_404(user: User, code: str) -> Place:
    found = estates_of(user).filter(code=code).first()
    if found is None:
        raise Http404
    return found


def number(rows: "QuerySet[Any]") -> str:
    count, more = capped_count(rows)
    return f"{count:,}+" if more else f"{count:,}"


def sliced(rows: list[Any], after: str) -> Page[Any]:
    """A page of a list that was worked out as a whole; the token is where the next page begins."""
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 7 else 0
    following = start + PAGE
    return Page(rows[start:following], str(following) if following < len(rows) else "", start == 0)
