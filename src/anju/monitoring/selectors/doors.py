"""Doors with their consent and other ways in, what is wrong with them, and their events (A4.1)."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anju.accounts.models import User
from anju.monitoring.models import Device, DoorAlternative, DoorConsent, DoorEvent
from anju.monitoring.selectors import smart
from anju.monitoring.services.sparing import DOORS

TABS: tuple[tuple[str, str | Promise], ...] = (
    ("", _("All doors")),
    ("no_alternative", _("Face only")),
    ("no_consent", _("Without consent")),
    ("fine", _("Door in order")),
)
FACE_ONLY = Q(kind=Device.Kind.FACE_TERMINAL, has_alternative=False)


def doors(user: User, query: QueryDict) -> "QuerySet[Any]":
    """With `has_consent` and `has_alternative`."""
    consent = DoorConsent._base_manager.filter(device=OuterRef("pk"), withdrawn_on=None)
    other = DoorAlternative._base_manager.filter(device=OuterRef("pk"), until=None)
    rows = smart.devices(user, DOORS).filter(retired_on=None)
    rows = rows.annotate(has_consent=Exists(consent), has_alternative=Exists(other))
    if query.get("kind") in DOORS:
        rows = rows.filter(kind=query["kind"])
    return smart.narrowed(rows, query)


def of_tab(rows: "QuerySet[Any]", tab: str) -> "QuerySet[Any]":
    if tab == "no_alternative":
        return rows.filter(FACE_ONLY)
    if tab == "no_consent":
        return rows.filter(has_consent=False)
    if tab == "fine":
        return rows.filter(has_consent=True).exclude(FACE_ONLY)
    return rows


def tabs(rows: "QuerySet[Any]") -> list[tuple[str, Any, str]]:
    return [(value, label, smart.number(of_tab(rows, value))) for value, label in TABS]


def defects(door: Any) -> list[tuple[str, Any]]:
    """(tone, words) of what is wrong; `door` comes from `doors`."""
    found: list[tuple[str, Any]] = []
    if door.kind == Device.Kind.FACE_TERMINAL and not door.has_alternative:
        found.append(("bad", _("Face only: no other way in")))
    if not door.has_consent:
        found.append(("due", _("No consent on record")))
    return found


def papers(rows: list[Device]) -> tuple[dict[int, DoorConsent], dict[int, list[DoorAlternative]]]:
    """Consent and other ways in that hold now, by door."""
    consents = {row.device_id: row for row in DoorConsent._base_manager.filter(device__in=rows, withdrawn_on=None)}
    others: dict[int, list[DoorAlternative]] = {}
    for row in DoorAlternative._base_manager.filter(device__in=rows, until=None).order_by("since", "id"):
        others.setdefault(row.device_id, []).append(row)
    return consents, others


def events_of_day(rows: list[Device], now: datetime) -> dict[int, int]:
    """Events of the last 24 hours, by door: a number and nobody."""
    found = DoorEvent._base_manager.filter(device__in=rows, at__gt=now - timedelta(hours=24)).order_by()
    return dict(found.values_list("device").annotate(n=Count("pk")))


def events(user: User, query: QueryDict) -> "QuerySet[Any]":
    rows: QuerySet[Any] = DoorEvent.objects.for_user(user).select_related("device")
    if query.get("kind") in DoorEvent.Kind.values:
        rows = rows.filter(kind=query["kind"])
    if query.get("door"):
        rows = rows.filter(device__code=query["door"])
    if query.get("person"):
        rows = rows.filter(person=query["person"])
    return smart.narrowed(rows, query, "device__")
