"""Parts of other apps' pages: orders and joint action of a hazard, what a document is about, what is lawful instead."""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from anju.areas.permissions import can
from anju.core import time
from anju.core.templatetags.state_tags import icon
from anju.documents.models import Document
from anju.dwellings.models import Dwelling
from anju.enforcement import lawful, selectors
from anju.enforcement.models import JointAction, LegalOrder, Request
from anju.enforcement.services.joint import CUT_LAW, cut_instead
from anju.inspections import wording, workflow
from anju.inspections.models import HandOver, Hazard, Notice


def lived_in(hazard: Hazard) -> bool:
    """Somebody lives behind that meter; where it is not known, somebody does."""
    home = hazard.dwelling
    empty = (Dwelling.LettingState.VACANT, Dwelling.LettingState.CLEARED)
    return home is None or home.people > 0 or home.letting_state not in empty


def hazard_side(request: HttpRequest, hazard: Hazard) -> str:
    user: Any = request.user
    if not can(user, "enforcement.view"):
        return ""
    now = time.now()
    orders = LegalOrder.objects.for_user(user).filter(hazards=hazard).select_related("document")
    action = JointAction.objects.for_user(user).filter(hazard=hazard).order_by("-started_at").first()
    context = {
        "orders": orders.order_by("-id"),
        "action": action,
        "letters": [selectors.letter(row) for row in selectors.requests_of(action)] if action else [],
        "cut_refused": hazard.is_open and lived_in(hazard),
        "cut_law": CUT_LAW,
        "cut_instead": cut_instead(),
        "may_read": can(user, "document.view"),
        "now": now,
    }
    return render_to_string("enforcement/_hazard.html", context)


def _button(url: str, label: str, drawing: str) -> SafeString:
    return format_html('<a class="a-btn" href="{}">{}{}</a>', url, icon(drawing), label)


def hazard_actions(request: HttpRequest, hazard: Hazard) -> str:
    """责令限期改正 and 联合处置. Who may not is told why behind the button; nothing is hidden."""
    found, user = SafeString(""), request.user
    if can(user, "enforcement.order") and hazard.state in lawful.STATES:
        found += _button(f"{reverse('enforcement:order-new')}?hazard={hazard.code}", _("Legal order"), "gavel")
    if can(user, "enforcement.ask") and hazard.state in workflow.hazards.moves["join"].sources:
        found += _button(f"{reverse('enforcement:joint-new')}?hazard={hazard.code}", _("Joint action"), "users-group")
    return found


def document_side(request: HttpRequest, document: Document) -> str:
    """The hazards that a document speaks of, as far as the reader may see them."""
    user: Any = request.user
    pks: set[int] = set(Notice.objects.filter(document=document).values_list("hazards", flat=True))
    pks |= set(LegalOrder._base_manager.filter(document=document).values_list("hazards", flat=True))
    pks |= set(HandOver._base_manager.filter(document=document).values_list("hazard_id", flat=True))
    pks |= set(Request._base_manager.filter(document=document).values_list("action__hazard_id", flat=True))
    if not pks or not can(user, "hazard.view"):
        return ""
    rows = Hazard.objects.for_user(user).filter(pk__in=pks - {None}).select_related("dwelling").order_by("due_at")
    order = (
        LegalOrder._base_manager.filter(document=document).select_related("power", "officer", "second_officer").first()
    )
    hazards = [(row, wording.title(row), *wording.state_mark(row)) for row in rows]
    return render_to_string("enforcement/_document.html", {"hazards": hazards, "order": order, "now": time.now()})
