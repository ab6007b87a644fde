"""Which rows a person sees (X1), worked out once per request from postings, relations and grants."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q

from anju.areas.models import Grant, Posting
from anju.core import paths
from anju.core.time import today


@dataclass(frozen=True)
class Scope:
    """area_paths and place_paths are subtree roots; departments are those of the postings that give them."""

    user_id: int | None
    everything: bool = False
    area_paths: tuple[str, ...] = ()
    place_paths: tuple[str, ...] = ()
    departments: frozenset[str] = frozenset()
    grants: dict[str, frozenset[int]] = field(default_factory=dict)

    def under_areas(self, field_name: str) -> Q:
        return _any(field_name, self.area_paths)

    def under_places(self, field_name: str) -> Q:
        return _any(field_name, self.place_paths)

    def granted(self, subject_type: str) -> Q:
        ids = self.grants.get(subject_type)
        return Q(pk__in=ids) if ids else NOTHING

    def has_area(self, path: str) -> bool:
        return self.everything or any(path.startswith(root) for root in self.area_paths)


NOTHING = Q(pk__in=())


def _any(field_name: str, roots: tuple[str, ...]) -> Q:
    found = Q()
    for root in roots:
        found |= paths.under(field_name, root)
    return found if roots else NOTHING


def postings_of(user: Any, on: date) -> list[Posting]:
    """The postings in force; read once per request (the user object lives as long as the request)."""
    if getattr(user, "pk", None) is None:
        return []
    cached: list[Posting] | None = getattr(user, "_anju_postings", None)
    if cached is None:
        rows = Posting.objects.filter(user_id=user.pk, since__lte=on).filter(Q(until=None) | Q(until__gte=on))
        cached = list(rows.select_related("area", "place").order_by("id"))
        user._anju_postings = cached
    return cached


def _outermost(roots: set[str]) -> tuple[str, ...]:
    return tuple(sorted(root for root in roots if not any(root != other and root.startswith(other) for other in roots)))


def scope_of(user: Any, on: date | None = None) -> Scope:
    """Nobody and the inactive see nothing; the system actor sees everything; a re-check costs two queries a request."""
    if getattr(user, "is_system", False):
        return Scope(user.pk, everything=True)
    if getattr(user, "pk", None) is None or not user.is_active:
        return Scope(None)
    cached: Scope | None = getattr(user, "_anju_scope", None)
    if cached is not None:
        return cached
    day = on or today()
    postings = postings_of(user, day)
    bodies = Q()
    for posting in postings:
        if posting.area is not None:
            bodies |= Q(department=posting.department) & Q(area__path__in=paths.ancestors(posting.area.path))
            bodies |= Q(department=posting.department) & paths.under("area__path", posting.area.path)
    grants: dict[str, set[int]] = defaultdict(set)
    if bodies:
        for kind, pk in (
            Grant.objects.filter(bodies, since__lte=day)
            .filter(Q(until=None) | Q(until__gte=day))
            .values_list("subject_type", "subject_id")
        ):
            grants[kind].add(pk)
    scope = Scope(
        user.pk,
        area_paths=_outermost({p.area.path for p in postings if p.area}),
        place_paths=_outermost({p.place.path for p in postings if p.place}),
        departments=frozenset(p.department for p in postings),
        grants={kind: frozenset(ids) for kind, ids in grants.items()},
    )
    user._anju_scope = scope
    return scope
