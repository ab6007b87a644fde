"""Parts of other apps' pages: who must do what by when beside each violation, the buttons, the visits of a home."""

import json
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from anju.areas.permissions import can
from anju.core import time
from anju.core.templatetags.state_tags import Event, icon
from anju.dwellings.dossier import section
from anju.dwellings.models import Dwelling
from anju.inspections import selectors, wording
from anju.inspections.models import Hazard, PlanItem, Visit
from anju.inspections.services.duties import obliged
from anju.inspections.views.hazards import three_clocks

LATEST = 6


def _open_hazards(request: Any, dwelling: Dwelling) -> list[Hazard]:
    """Read once per page."""
    kept: dict[int, list[Hazard]] = getattr(request, "anju_hazards", {})
    if dwelling.pk not in kept:
        rows: list[Hazard] = []
        if can(request.user, "hazard.view"):
            found = selectors.open_of_dwelling(request.user, dwelling)
            rows = list(found.select_related("dwelling", "move_out", "handler").order_by("due_at", "id"))
        kept[dwelling.pk] = rows
        request.anju_hazards = kept
    return kept[dwelling.pk]


def _key(result: Any) -> tuple[str, str]:
    """(rule, room) of a result as the dwelling page has it: a mapping or an object."""
    if isinstance(result, dict):
        return str(result["rule"]), str(result.get("room") or "")
    return str(result.rule), str(result.room or "")


def line(request: HttpRequest, subject: Any) -> str:
    """subject: (dwelling, result of a rule). Three cells of the verdict band: who does what, by when, one action."""
    dwelling, result = subject
    rule = _key(result)
    hazard = next((row for row in _open_hazards(request, dwelling) if row.rule and (row.rule, row.room) == rule), None)
    if hazard is None:
        return ""
    more = {"three": three_clocks(hazard), "told": getattr(hazard, "move_out", None)}
    return render_to_string("inspections/_line.html", _told(hazard, request.user) | more)


def _told(hazard: Hazard, user: Any) -> dict[str, Any]:
    label, url = selectors.next_step(hazard, user)
    return {
        "hazard": hazard, "title": wording.title(hazard), "party": wording.party(hazard), "todo": wording.todo(hazard),
        "label": label, "url": url, "now": time.now(),
    }  # fmt: skip


def above(request: HttpRequest, subject: Any) -> str:
    """subject: (dwelling, (rule, room) of each violation its verdict shows). Open hazards that the verdict does not show: a
    fire, what residents reported, what a duty room saw. A home is not called compliant over the head of one of them."""
    dwelling, shown = subject
    rows = [row for row in _open_hazards(request, dwelling) if not row.rule or (row.rule, row.room) not in shown]
    if not rows:
        return ""
    return render_to_string("inspections/_above.html", {"lines": [_told(row, request.user) for row in rows]})


def _button(url: str, label: str, drawing: str, css: str = "") -> SafeString:
    return format_html('<a class="a-btn {}" href="{}">{}{}</a>', css, url, icon(drawing), label)


def actions(request: HttpRequest, dwelling: Dwelling) -> str:
    """记一次检查, 发告知书: what one does from the page of a home."""
    found = SafeString("")
    user: Any = request.user
    if can(user, "inspection.record"):
        found += _button(
            reverse("inspections:visit-new", args=[dwelling.code]), _("Record an inspection"), "clipboard-check"
        )
    if can(user, "hazard.notice") and _open_hazards(request, dwelling):
        url = f"{reverse('hazards:notice')}?home={dwelling.code}"
        found += _button(url, _("Send a notice"), "file-text", "primary")
    return found


def check(request: HttpRequest, dwelling: Dwelling) -> str:
    """安排核查: beside what nobody knows."""
    if not can(request.user, "inspection.plan"):
        return ""
    return render_to_string("inspections/_check.html", {"home": dwelling}, request=request)


def side(request: HttpRequest, dwelling: Dwelling) -> str:
    user: Any = request.user
    if not can(user, "inspection.view"):
        return ""
    visits = (
        Visit.objects.for_user(user)
        .filter(dwelling=dwelling)
        .select_related("inspector")
        .order_by("-at", "-id")[:LATEST]
    )
    items = PlanItem.objects.for_user(user).filter(dwelling=dwelling, state=PlanItem.State.OPEN)
    return render_to_string(
        "inspections/_side.html",
        {
            "home": dwelling,
            "visits": visits,
            "item": items.select_related("inspector").order_by("due_on", "id").first(),
            "can_record": can(user, "inspection.record"),
            "obliged": obliged(dwelling) and can(user, "dwelling.edit"),
            "now": time.now(),
        },
    )


def _cases(user: Any, dwelling: Dwelling) -> list[tuple[Hazard, str, str]]:
    """Hazards of a home, closed ones too: (hazard, title, who is bound)."""
    if not can(user, "hazard.view"):
        return []
    rows = selectors.visible(user).filter(dwelling=dwelling).order_by("-found_at", "-id")[:60]
    return [(row, wording.title(row), wording.party(row)) for row in rows]


def _visits(user: Any, dwelling: Dwelling) -> Any:
    rows = Visit.objects.for_user(user).filter(dwelling=dwelling).select_related("inspector")
    return rows.order_by("-at", "-id")[:30]


def dossier(request: HttpRequest, dwelling: Dwelling) -> str:
    """The part of 一户一档 that this app keeps: visits and hazards, the closed ones too."""
    user: Any = request.user
    known = {"hazards": _cases(user, dwelling), "visits": _visits(user, dwelling)}
    return render_to_string("inspections/_dossier.html", known)


def pdf(request: HttpRequest, dwelling: Dwelling) -> str:
    """The same as sections of the PDF."""
    user: Any = request.user
    hazards = [
        (f"{title} {row.rule} {row.room}".strip(), row.get_severity_display(), party, row.get_state_display(),
         time.day_of(row.found_at), row.due_on, time.day_of(row.closed_at) if row.closed_at else "")
        for row, title, party in _cases(user, dwelling)
    ]  # fmt: skip
    head = (_("Hazard"), _("Severity"), _("Responsible"), _("State"), _("Found on"), _("Due"), _("Closed on"))
    visits = [
        (time.day_of(visit.at), visit.get_result_display(), visit.get_reason_display(), visit.inspector, visit.note)
        for visit in _visits(user, dwelling)
    ]
    found = [section(_("Hazards"), (4, 2, 3, 2, 2, 2, 2), hazards, head), section(_("Visits"), (2, 2, 2, 2, 4), visits)]
    return json.dumps([one for one in found if one])


TONES: dict[str, str] = {Hazard.State.CLOSED: "ok", Hazard.State.OPEN: "bad"}


def history(user: Any, dwelling: Dwelling, limit: int) -> Iterator[Event]:
    """What happened to the hazards of a home, and who came."""
    if not can(user, "hazard.view"):
        return
    cases = selectors.visible(user).filter(dwelling=dwelling).prefetch_related("events__by")
    for hazard in cases.order_by("-found_at", "-id")[:limit]:
        title = wording.title(hazard)
        for row in hazard.events.all():
            yield Event(row.at, title, row.text, str(row.by or ""), TONES.get(row.to_state, ""))
