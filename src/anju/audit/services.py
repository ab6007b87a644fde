"""Writing the log. `record` inside a service's transaction; `@audited` makes forgetting it an error."""

import functools
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ParamSpec, TypeVar

from django.db import models, transaction

from anju.audit.models import Entry
from anju.core import time

P = ParamSpec("P")
R = TypeVar("R")

_written: ContextVar[int] = ContextVar("audit_written", default=0)
request_address: ContextVar[str] = ContextVar("audit_address", default="")


class NothingAudited(AssertionError):
    """A service changed something and wrote no audit entry."""


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(inner) for inner in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def entry_of(
    *,
    by: Any,
    verb: str,
    subject: models.Model,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
    name: str = "",
) -> Entry:
    """One entry, not yet written. `verb` is one of the table of verbs, or "noun.verb" of the system's own acts.

    `subject` must have a pk; its public `code` stands in the log where it has one.
    """
    return Entry(
        at=time.now(),
        actor_id=getattr(by, "pk", None),
        actor_name=str(by)[:60] if by is not None else "–",
        verb=verb,
        subject_type=subject._meta.label_lower,
        subject_id=str(getattr(subject, "code", None) or subject.pk),
        subject_name=(name or str(subject))[:200],
        before=_plain(before or {}),
        after=_plain(after or {}),
        reason=reason[:500],
        address=request_address.get(),
    )


def record(
    *,
    by: Any,
    verb: str,
    subject: models.Model,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
    name: str = "",
) -> Entry:
    """Write one entry (see `entry_of`) in the transaction of the act."""
    entry = entry_of(by=by, verb=verb, subject=subject, before=before, after=after, reason=reason, name=name)
    return keep(entry)


def keep(entry: Entry) -> Entry:
    """Write an entry that `entry_of` made."""
    _written.set(_written.get() + 1)
    entry.save(force_insert=True)
    return entry


def audited(service: Callable[P, R]) -> Callable[P, R]:
    """A service that writes: atomic, and it must leave at least one audit entry in its transaction."""

    @functools.wraps(service)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        with transaction.atomic():
            count = _written.get()
            result = service(*args, **kwargs)
            if _written.get() == count:
                raise NothingAudited(f"{service.__module__}.{service.__qualname__} wrote no audit entry")
            return result

    wrapper.anju_audited = True  # type: ignore[attr-defined]
    return wrapper


def changes(instance: models.Model, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(before, after) of those fields that `values` really changes."""
    old = {name: getattr(instance, name) for name in values}
    changed = [name for name, value in values.items() if old[name] != value]
    return {name: old[name] for name in changed}, {name: values[name] for name in changed}
