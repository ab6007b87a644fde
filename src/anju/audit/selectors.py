"""Reading the log: filters, and the words for what changed. Only auditors come here, so no row is scoped."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from anju.audit import personal
from anju.audit.models import Entry
from anju.core import time

EXPORT_MOST = 50_000


@dataclass(frozen=True)
class Filters:
    text: str = ""  # a person's name, a subject's name or its code
    verb: str = ""
    subject: str = ""  # kind of thing, e.g. "dwellings.dwelling"
    day: date | None = None
    since_days: int = 0

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Filters":
        try:
            day = date.fromisoformat(query.get("day", ""))
        except ValueError:
            day = None
        days = query.get("since", "")
        return cls(
            text=query.get("q", "").strip()[:80],
            verb=query.get("verb", ""),
            subject=query.get("subject", ""),
            day=day,
            since_days=int(days) if days.isdigit() and len(days) < 4 else 0,
        )


def entries(filters: Filters, today: date) -> "QuerySet[Entry]":
    rows = Entry.objects.all()
    if filters.text:
        named = Q(actor_name__icontains=filters.text) | Q(subject_name__icontains=filters.text)
        rows = rows.filter(named | Q(subject_id=filters.text))
    if filters.verb:
        rows = rows.filter(verb=filters.verb)
    if filters.subject:
        rows = rows.filter(subject_type=filters.subject)
    if filters.day:
        rows = rows.filter(at__gte=time.day_start(filters.day), at__lt=time.day_end(filters.day))
    if filters.since_days:
        rows = rows.filter(at__gte=time.day_start(today - timedelta(days=filters.since_days - 1)))
    return rows


def verbs() -> list[str]:
    return list(Entry.objects.order_by("verb").values_list("verb", flat=True).distinct())


def subjects() -> list[str]:
    return list(Entry.objects.order_by("subject_type").values_list("subject_type", flat=True).distinct())


@dataclass(frozen=True)
class Change:
    name: str
    before: str
    after: str


def changes(entry: Entry) -> Iterator[Change]:
    """One line per changed field; what only came or only went has an empty other side."""
    for name in sorted({**entry.before, **entry.after}):
        yield Change(name, words(entry.before.get(name)), words(entry.after.get(name)))


def words(value: Any) -> str:
    """A value for a reader; a personal one only says that it is one, or that it was erased."""
    if value is None or value == "":
        return ""
    if personal.is_sealed(value):
        return _("personal value") if personal.unseal(value) is not None else _("personal value, erased")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Mapping):
        return _("; ").join(f"{key}: {words(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return _(", ").join(words(inner) for inner in value)
    return str(value)
