"""What the pages of enforcement read: letters to and from departments, orders, powers, officers to choose from."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import Http404, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anju.accounts.models import User
from anju.areas.models import Area, Posting
from anju.areas.permissions import LAW, can
from anju.areas.scope import Scope, scope_of
from anju.core import paths, time
from anju.core.paging import capped_count
from anju.documents.models import IssuingBody
from anju.enforcement.models import JointAction, LegalOrder, Power, Request
from anju.inspections.models import Hazard

Text = str | Promise


# --- letters ---------------------------------------------------------------------------------------------------------


def requests(user: User) -> "QuerySet[Any]":
    rows: QuerySet[Any] = Request.objects.for_user(user)
    return rows.select_related("action__hazard", "to_area", "document__body", "clock", "sent_by")


def _asked_of(scope: Scope) -> Q:
    """Letters to a body of the person: of the department, at an area of a posting or above it."""
    if scope.everything:
        return Q()
    above = {path for root in scope.area_paths for path in paths.ancestors(root)}
    near = scope.under_areas("to_area__path") | Q(to_area__path__in=above)
    return Q(to_department__in=scope.departments) & near


WAITING = Q(answered_at=None, action__ended_at=None)


def inbox(user: User) -> "QuerySet[Any]":
    """What waits for an answer of the person's body."""
    if not can(user, "enforcement.reply"):
        return requests(user).none()
    return requests(user).filter(WAITING & _asked_of(scope_of(user)))


def asked_by(user: User) -> "QuerySet[Any]":
    """Letters of the person's own departments."""
    return requests(user).filter(from_department__in=scope_of(user).departments)


LETTER_TABS: tuple[tuple[str, Text], ...] = (
    ("in", _("To us")),
    ("out", _("From us, not answered")),
    ("late", _("Overdue")),
    ("answered", _("Answered")),
    ("all", _("All")),
)


def letters(user: User, tab: str, now: datetime) -> "QuerySet[Any]":
    if tab == "in":
        return inbox(user)
    if tab == "out":
        return asked_by(user).filter(WAITING)
    rows = requests(user)
    if tab == "late":
        return rows.filter(WAITING, due_at__lte=now)
    return rows.exclude(answered_at=None) if tab == "answered" else rows


def letter_tabs(user: User, now: datetime) -> list[tuple[str, Text, str]]:
    return [
        (tab, label, number(letters(user, tab, now)))
        for tab, label in LETTER_TABS
        if tab != "in" or can(user, "enforcement.reply")
    ]


def request_or_404(user: User, code: str) -> Request:
    found: Request | None = (
        requests(user).select_related("answered_by", "action__hazard__dwelling").filter(code=code).first()
    )
    if found is None:
        raise Http404
    return found


def action_or_404(user: User, code: str) -> JointAction:
    rows = JointAction.objects.for_user(user).select_related(
        "hazard__area", "hazard__dwelling", "started_by", "ended_by"
    )
    found: JointAction | None = rows.filter(code=code).first()
    if found is None:
        raise Http404
    return found


def requests_of(action: JointAction) -> "QuerySet[Any]":
    return action.requests.select_related("document__body", "clock", "answered_by", "to_area").order_by("due_at", "id")


# --- orders ----------------------------------------------------------------------------------------------------------

ORDER_TABS: tuple[tuple[str, Text], ...] = (
    ("", _("All")),
    ("unserved", _("To be served")),
    ("running", _("Term running")),
    ("passed", _("Day has passed")),
)


def orders(user: User) -> "QuerySet[Any]":
    seen = LegalOrder.objects.for_user(user).select_related("document__body", "power", "officer", "second_officer")
    rows: QuerySet[Any] = seen.annotate(issued_at=F("document__issued_at"))
    return rows


def filtered_orders(user: User, query: QueryDict) -> "QuerySet[Any]":
    """The orders of a query string without its tab: area, body, q (number, addressee)."""
    rows = orders(user)
    area = Area.objects.filter(code=query.get("area", "")).first()
    if area is not None:
        rows = rows.filter(paths.under("document__area_path", area.path))
    words = query.get("q", "").strip()
    if words:
        rows = rows.filter(Q(document__reference__icontains=words) | Q(document__addressee__icontains=words))
    return rows


def orders_of_tab(rows: "QuerySet[Any]", tab: str, now: datetime) -> "QuerySet[Any]":
    valid = rows.filter(document__voided_at=None)
    if tab == "unserved":
        return valid.filter(served_at=None)
    if tab == "running":
        return valid.filter(due_at__gt=now)
    return valid.filter(due_at__lte=now) if tab == "passed" else rows


def order_tabs(rows: "QuerySet[Any]", now: datetime) -> list[tuple[str, Text, str]]:
    return [(tab, label, number(orders_of_tab(rows, tab, now))) for tab, label in ORDER_TABS]


def hazards_of(orders: list[Any]) -> dict[int, list[Hazard]]:
    """{order: its hazards}, for orders that were read for a user."""
    found: dict[int, list[Hazard]] = {}
    links = LegalOrder.hazards.through._base_manager.filter(legalorder__in=[order.pk for order in orders])
    for link in links.select_related("hazard__dwelling").order_by("hazard_id"):
        found.setdefault(link.legalorder_id, []).append(link.hazard)
    return found


# --- powers and officers ----------------------------------------------------------------------------------------------


def bodies(user: User) -> "QuerySet[IssuingBody]":
    """Bodies that may have a power, in the person's areas and above them (a town needs to see what the city may do)."""
    scope = scope_of(user)
    rows = IssuingBody.objects.filter(department__in=LAW.split()).select_related("area")
    if scope.everything:
        return rows
    above = {path for root in scope.area_paths for path in paths.ancestors(root)}
    return rows.filter(scope.under_areas("area__path") | Q(area__path__in=above))


def powers(user: User) -> "QuerySet[Power]":
    rows = Power.objects.filter(body__in=bodies(user)).select_related("body__area", "recorded_by")
    return rows.order_by("body__area__path", "body__name", "-since", "-id")


def own_bodies(user: User) -> list[IssuingBody]:
    """Whose powers the person may record."""
    scope = scope_of(user)
    return [body for body in bodies(user).order_by("area__path", "name") if scope.has_area(body.area.path)]


MOST_OFFICERS = 100


def officers(user: User, body: IssuingBody | None) -> list[User]:
    """Colleagues of the body, for the second signature."""
    if body is None:
        return []
    today = time.today()
    rows = Posting.objects.filter(department=body.department, since__lte=today).filter(
        Q(until=None) | Q(until__gte=today)
    )
    rows = rows.filter(paths.under("area__path", body.area.path), user__is_active=True).exclude(user=user)
    people = {
        posting.user_id: posting.user
        for posting in rows.select_related("user").order_by("user__display_name")[:MOST_OFFICERS]
    }
    return list(people.values())


def last_certificate(user: User) -> str:
    """The certificate that the officer gave on the last order: nobody types it twice."""
    last = orders(user).filter(officer=user).order_by("-id").first()
    return str(last.document.data["officers"][0].get("certificate", "")) if last else ""


def number(rows: "QuerySet[Any]") -> str:
    found, more = capped_count(rows)
    return f"{found:,}+" if more else f"{found:,}"


@dataclass(frozen=True)
class Letter:
    """A letter as lists show it: state in words, tone and icon."""

    request: Request
    tone: str
    icon: str
    state: Text


def letter(request: Request) -> Letter:
    if request.answered_at:
        tone, icon = {"done": ("ok", "circle-check"), "taken_on": ("work", "progress")}.get(
            request.answer, ("plain", "circle-minus")
        )
        return Letter(request, tone, icon, request.get_answer_display())
    if request.action.ended_at:
        return Letter(request, "plain", "circle-minus", _("Not answered, action ended"))
    return Letter(request, "due", "clock", _("Waits for the answer"))
