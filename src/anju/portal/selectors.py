"""What residents see of their own, and officers of reports and objections."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from anju.accounts.models import User
from anju.areas.models import Area
from anju.core import paths, time
from anju.dwellings.models import Dwelling, Occupant
from anju.inspections import wording
from anju.inspections.models import Hazard
from anju.portal.models import Objection, Report
from anju.registration.models import Declaration, Guarantee
from anju.registration.services.guarantees import may_sign

REPORT_TABS = ("new", "opened", "answered", "rejected")
OBJECTION_TABS = ("waiting", "upheld", "declined")
RECENT = timedelta(days=60)
H = Hazard.State


# --- who lets ----------------------------------------------------------------------------------------------------------


def lets(user: User) -> QuerySet[Dwelling]:
    """The homes that the person lets or manages."""
    own = Q(landlord__user=user) | Q(sublessor__user=user) | Q(operator__user=user)
    rows = Dwelling.objects.for_user(user).filter(own).select_related("area", "place", "landlord", "sublessor", "operator", "current")  # fmt: skip
    return rows  # type: ignore[no-any-return]


def lives(user: User) -> QuerySet[Occupant]:
    rows = Occupant.objects.for_user(user).filter(party__user=user, until=None)
    return rows.select_related("dwelling__area", "dwelling__place", "room", "party")  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Step:
    """One thing to put right, in the words of who has to do it."""

    hazard: Hazard
    title: str
    todo: str
    why: str
    source: str
    state: str  # do, wait, done
    objection: Objection | None


@dataclass
class Todo:
    steps: list[Step] = field(default_factory=list)
    done: list[Step] = field(default_factory=list)

    @property
    def open(self) -> int:
        return sum(step.state == "do" for step in self.steps)

    @property
    def total(self) -> int:
        return len(self.steps) + len(self.done)


def todo_of(user: User, home: Dwelling, now: datetime) -> Todo:
    """What is open at the home and binds who lets, the nearest day first; what was put right lately stays to be seen."""
    rows = Hazard.objects.for_user(user).filter(dwelling=home).exclude(answerable=Hazard.Bound.PROPERTY)
    objections = {
        row.hazard_id: row for row in Objection.objects.for_user(user).filter(hazard__dwelling=home).order_by("id")
    }
    found = Todo()
    for hazard in rows.filter(active=True).order_by("due_at", "id")[:50]:
        state = "do" if hazard.state in (H.OPEN, H.CORRECTING, H.JOINT) else "wait"
        found.steps.append(_step(hazard, state, objections.get(hazard.pk)))
    for hazard in rows.filter(state=H.CLOSED, closed_at__gt=now - RECENT).order_by("-closed_at")[:10]:
        found.done.append(_step(hazard, "done", objections.get(hazard.pk)))
    return found


def _step(hazard: Hazard, state: str, objection: Objection | None) -> Step:
    force = _("binding") if hazard.binding else _("guidance")
    law = wording.sources(hazard)
    source = _("%(law)s (%(force)s)") % {"law": law, "force": force} if law else ""
    title = f"{hazard.room} {wording.title(hazard)}".strip()
    return Step(hazard, title, wording.todo(hazard) or hazard.detail, wording.why(hazard), source, state, objection)


def guarantee_state(home: Dwelling, on: date) -> tuple[Guarantee | None, bool]:
    """(the newest guarantee, whether everybody who lets has one that counts)."""
    rows = list(
        Guarantee._base_manager.filter(dwelling=home).exclude(state="withdrawn").order_by("-signed_on", "-id")[:20]
    )
    holds = all(any(row.party_id == party.pk and row.holds(on) for row in rows) for party in may_sign(home))
    return (rows[0] if rows else None), bool(rows) and holds


def declared_by(user: User) -> QuerySet[Declaration]:
    rows = Declaration.objects.for_user(user).filter(by_user=user).select_related("dwelling", "decided_by")
    return rows.order_by("-declared_at", "-id")  # type: ignore[no-any-return]


# --- officers ----------------------------------------------------------------------------------------------------------


def areas_with_reports(user: User) -> list[tuple[str, str]]:
    found = Report.objects.for_user(user).order_by().values_list("area_id", flat=True).distinct()[:200]
    return [(area.code, area.name) for area in Area.objects.filter(pk__in=list(found)).order_by("path")]


def reports(user: User, tab: str, query: Mapping[str, str]) -> Any:
    """Reports in a state, narrowed by area, kind, lateness and words."""
    rows = (
        Report.objects.for_user(user)
        .select_related("dwelling", "place__parent__parent", "area", "hazard", "decided_by")
        .filter(state=tab)
    )
    area = Area.objects.filter(code=query.get("area", "")).first() if query.get("area") else None
    if area is not None:
        rows = rows.filter(paths.under("area_path", area.path))
    if query.get("what"):
        rows = rows.filter(kinds__icontains=f'"{query["what"]}"')
    if query.get("late") == "yes":
        rows = rows.filter(due_at__lt=time.now())
    if query.get("q"):
        words = query["q"].strip()
        rows = rows.filter(
            Q(where_text__icontains=words) | Q(text__icontains=words) | Q(code=words.upper()) | Q(dwelling__address__icontains=words)
            | Q(place__name__icontains=words) | Q(tracking=words.upper().replace("-", ""))
        )  # fmt: skip
    return rows


def objections(user: User, tab: str, query: Mapping[str, str]) -> Any:
    rows = Objection.objects.for_user(user).select_related("hazard", "by_user", "decided_by").filter(state=tab)
    if query.get("q"):
        words = query["q"].strip()
        rows = rows.filter(
            Q(text__icontains=words) | Q(hazard__where__icontains=words) | Q(hazard__title__icontains=words)
        )
    return rows
