"""Rows that cannot be read by accident: a scoped model's manager raises until it is told for whom (X1).

    Dwelling.objects.for_user(user).filter(…)      what the person may see
    Dwelling.objects.unscoped(reason="nightly …")  only in modules that tests/architecture lists

`_base_manager` stays plain, so `refresh_from_db`, forward keys and cascades work. Uniqueness checks look at all rows
(two towns must not take one code) but say nothing about the row that is in the way. A reverse relation to the parent
that a model names as `scope_parent` (`dwelling.rooms`) is readable from a parent that somebody was allowed to load.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ClassVar, Self, TypeVar

from django.db import models
from django.db.models import Q
from django.db.models.sql import Query

from anju.areas.scope import NOTHING, Scope, scope_of

M = TypeVar("M", bound=models.Model, covariant=True)
_open: ContextVar[bool] = ContextVar("scope_open_for_uniqueness", default=False)


class UnscopedRead(RuntimeError):
    """Rows of a scoped model were read without saying for whom."""


class ScopedQuery(Query):
    """Refuses to become part of another statement (`Exists`, `Subquery`, which take the query out of its queryset)."""

    scoped = False

    def resolve_expression(self, query: Any = None, *args: Any, **kwargs: Any) -> Any:
        if not (self.scoped or _open.get()):
            raise UnscopedRead(f"{self.model.__name__} is scoped: scope the subquery too.")  # type: ignore[union-attr]
        return super().resolve_expression(query, *args, **kwargs)


class ScopedQuerySet(models.QuerySet[M]):
    _scoped = False

    def __init__(self, model: Any = None, query: Any = None, using: Any = None, hints: Any = None) -> None:
        super().__init__(model, query if query is not None or model is None else ScopedQuery(model), using, hints)

    def for_user(self, user: Any) -> Self:
        scope = scope_of(user)
        rows = self if scope.everything else self.filter(self.model.visible(scope))  # type: ignore[attr-defined]
        return rows._marked()

    def unscoped(self, *, reason: str) -> Self:
        if not reason:
            raise ValueError("say why every row must be seen")
        return self._marked()

    def _marked(self) -> Self:
        rows = self._chain()  # type: ignore[attr-defined]
        rows._scoped = True
        if isinstance(rows.query, ScopedQuery):
            rows.query.scoped = True
        return rows  # type: ignore[no-any-return]

    def _clone(self) -> Self:
        clone = super()._clone()  # type: ignore[misc]
        clone._scoped = self._scoped
        return clone  # type: ignore[no-any-return]

    def _is_child_of_loaded_parent(self) -> bool:
        parent = getattr(self.model, "scope_parent", None)
        loaded = getattr(self, "_hints", {}).get("instance")
        return parent is not None and isinstance(loaded, self.model._meta.get_field(parent).related_model)  # type: ignore[arg-type]

    def _require_scope(self) -> None:
        if not (self._scoped or _open.get() or self._is_child_of_loaded_parent() or self.query.is_empty()):
            raise UnscopedRead(
                f"{self.model.__name__} is scoped: use .for_user(user), or .unscoped(reason=…) in a module that may."
            )

    # Every road from a queryset to the database or into another query.
    def _fetch_all(self) -> None:
        self._require_scope()
        super()._fetch_all()

    def iterator(self, *args: Any, **kwargs: Any) -> Iterator[M]:
        self._require_scope()
        return super().iterator(*args, **kwargs)

    def count(self) -> int:
        self._require_scope()
        return super().count()

    def exists(self) -> bool:
        self._require_scope()
        return super().exists()

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        self._require_scope()
        return super().aggregate(*args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        self._require_scope()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._require_scope()
        return super().delete()

    def explain(self, *args: Any, **kwargs: Any) -> str:
        self._require_scope()
        return super().explain(*args, **kwargs)

    def contains(self, obj: models.Model) -> bool:
        self._require_scope()
        return super().contains(obj)

    def resolve_expression(self, *args: Any, **kwargs: Any) -> Any:  # as a subquery
        self._require_scope()
        return super().resolve_expression(*args, **kwargs)

    def _combinator_query(self, combinator: str, *others: Any, all: bool = False) -> Any:
        for queryset in (self, *others):
            if isinstance(queryset, ScopedQuerySet):
                queryset._require_scope()
        return super()._combinator_query(combinator, *others, all=all)  # type: ignore[misc]


class ScopedManager(models.Manager.from_queryset(ScopedQuerySet)):  # type: ignore[misc]
    """Creating needs no scope: a service checked the parent it hangs the row on."""


class ScopedModel(models.Model):
    """A row that belongs to an area, a place or a parent that does.

    `visible(scope)` is the one definition of who sees it. `scope_parent` names the foreign key to a parent whose
    visibility is also this row's.
    """

    scope_parent: ClassVar[str | None] = None
    objects: ClassVar[Any] = ScopedManager()

    class Meta:
        abstract = True

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        raise NotImplementedError(f"{cls.__name__}.visible")

    def validate_unique(self, exclude: Any = None) -> None:
        with _whole_table():
            super().validate_unique(exclude=exclude)

    def validate_constraints(self, exclude: Any = None) -> None:
        with _whole_table():
            super().validate_constraints(exclude=exclude)


@contextmanager
def _whole_table() -> Iterator[None]:
    token = _open.set(True)
    try:
        yield
    finally:
        _open.reset(token)


def by_paths(scope: Scope, prefix: str = "", subject_type: str = "") -> Q:
    """Seen through the posting's area or place, or by a grant on the very row."""
    area = scope.under_areas(f"{prefix}area_path") if scope.area_paths else NOTHING
    place = scope.under_places(f"{prefix}place_path") if scope.place_paths else NOTHING
    granted = scope.granted(subject_type) if subject_type else NOTHING
    return area | place | granted
