"""/smart/doors/: doors with consent and other ways in, one door, and events by opaque ids."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anju.accounts.http import Request
from anju.areas.permissions import can
from anju.core import time
from anju.core.paging import keyset_page
from anju.core.policy import needs
from anju.monitoring.forms_smart import AlternativeForm, ConsentForm, WhyForm
from anju.monitoring.models import Device, DoorEvent
from anju.monitoring.selectors import doors as selectors
from anju.monitoring.selectors import smart
from anju.monitoring.services import doors
from anju.monitoring.services.sparing import DOORS
from anju.monitoring.views.smart.acting import crumbs, form_page, frame, sent, sheet


@needs("smart.view")
@require_GET
def door_list(request: Request) -> HttpResponse:
    context, now = frame(request, "doors"), time.now()
    found = selectors.doors(request.user, request.GET)
    rows = selectors.of_tab(found, context["tab"])
    page = keyset_page(rows, after=request.GET.get("after", ""))
    consents, others = selectors.papers(list(page.rows))
    used = selectors.events_of_day(list(page.rows), now)
    lines = [
        (row, consents.get(row.pk), others.get(row.pk, []), used.get(row.pk, 0), selectors.defects(row))
        for row in page.rows
    ]
    context |= {
        "page": page, "lines": lines, "tab_rows": selectors.tabs(found), "shown": smart.number(rows),
        "kinds": [(kind, label) for kind, label in Device.Kind.choices if kind in DOORS],
        "may_see_events": can(request.user, "door.events"), "days": settings.ANJU_DOOR_EVENT_DAYS,
    }  # fmt: skip
    return render(request, "smart/doors.html", context)


@needs("smart.export")
@require_GET
def export(request: Request) -> HttpResponse:
    rows = selectors.of_tab(selectors.doors(request.user, request.GET), request.GET.get("state", ""))
    found = list(rows.order_by("id")[: smart.MOST_EXPORTED])
    consents, others = selectors.papers(found)
    header = [
        _("Code"), _("Door"), _("Kind of device"), _("Where"), _("Edition of the text"), _("Given on"), _("Given by"),
        _("Other ways in"), _("Defects"),
    ]  # fmt: skip

    def line(row: Any) -> list[Any]:
        consent = consents.get(row.pk)
        papers = [consent.edition, consent.given_on, consent.given_by] if consent else ["", None, ""]
        ways = _(", ").join(str(other.get_kind_display()) for other in others.get(row.pk, []))
        wrong = _("; ").join(str(words) for _tone, words in selectors.defects(row))
        return [row.code, row.name, row.get_kind_display(), row.where, *papers, ways, wrong]

    return sheet(request, _("Doors"), header, (line(row) for row in found))


def _door(request: Request, code: str) -> Any:
    return smart.device_or_404(request.user, DOORS, code)


@needs("smart.view")
@require_GET
def door(request: Request, code: str) -> HttpResponse:
    row = _door(request, code)
    marked = (
        selectors.doors(request.user, request.GET.copy()).filter(pk=row.pk).first() if row.retired_on is None else None
    )
    sees = can(request.user, "door.events")
    context = {
        "door": row, "defects": selectors.defects(marked) if marked is not None else [],
        "consents": row.consents.select_related("recorded_by").order_by("-given_on", "-id"),
        "others": row.alternatives.select_related("recorded_by").order_by("until", "-since", "-id"),
        "events": row.door_events.order_by("-at")[:20] if sees else [], "sees": sees,
        "used": selectors.events_of_day([row], time.now()).get(row.pk, 0), "may_edit": can(request.user, "smart.edit"),
        "days": settings.ANJU_DOOR_EVENT_DAYS, "crumbs": crumbs("doors", _("Doors")),
    }  # fmt: skip
    return render(request, "smart/door.html", context)


@needs("smart.edit")
@require_http_methods(["GET", "POST"])
def consent_new(request: Request, code: str) -> HttpResponse:
    row, form = _door(request, code), ConsentForm(request.POST or None)
    back = reverse("smart:door", args=[code])
    if sent(
        request,
        form,
        lambda data: doors.record_consent(by=request.user, door=row, **data),
        _("The consent is on record."),
    ):
        return redirect(back)
    return form_page(
        request, form, title=_("Record the consent for %(door)s") % {"door": row}, back=back, save=_("Record"),
        crumbs=[*crumbs("doors", _("Doors")), (str(row), back)], consequence=_("An older consent ends on that day"),
    )  # fmt: skip


@needs("smart.edit")
@require_http_methods(["GET", "POST"])
def consent_withdraw(request: Request, code: str) -> HttpResponse:
    row, form = _door(request, code), WhyForm(request.POST or None)
    back = reverse("smart:door", args=[code])

    def act(data: dict[str, Any]) -> None:
        doors.withdraw_consent(by=request.user, door=row, reason=data["reason"])

    if sent(request, form, act, _("The consent is withdrawn.")):
        return redirect(back)
    return form_page(
        request, form, title=_("Withdraw the consent for %(door)s") % {"door": row}, back=back, save=_("Withdraw"),
        crumbs=[*crumbs("doors", _("Doors")), (str(row), back)],
        consequence=_("The door is a defect until another consent is on record"),
    )  # fmt: skip


@needs("smart.edit")
@require_http_methods(["GET", "POST"])
def alternative_new(request: Request, code: str) -> HttpResponse:
    row, form = _door(request, code), AlternativeForm(request.POST or None)
    back = reverse("smart:door", args=[code])
    if sent(
        request, form, lambda data: doors.add_alternative(by=request.user, door=row, **data), _("It is on record.")
    ):
        return redirect(back)
    return form_page(
        request, form, title=_("Another way in at %(door)s") % {"door": row}, back=back, save=_("Record"),
        crumbs=[*crumbs("doors", _("Doors")), (str(row), back)],
    )  # fmt: skip


@needs("smart.edit")
@require_POST
def alternative_end(request: Request, code: str, kind: str) -> HttpResponse:
    doors.end_alternative(by=request.user, door=_door(request, code), kind=kind)
    messages.success(request, _("This way in is off the record from today."))
    return redirect("smart:door", code)


@needs("door.events")
@require_GET
def event_list(request: Request) -> HttpResponse:
    rows = selectors.events(request.user, request.GET)
    page = keyset_page(rows, sort="-at", after=request.GET.get("after", ""))
    context = {
        **frame(request, "doors"), "page": page, "shown": smart.number(rows), "kinds": DoorEvent.Kind.choices,
        "days": settings.ANJU_DOOR_EVENT_DAYS, "crumbs": crumbs("doors", _("Doors")),
    }  # fmt: skip
    return render(request, "smart/door_events.html", context)


@needs("door.events")
@require_GET
def event_export(request: Request) -> HttpResponse:
    header = [_("At"), _("Door"), _("Where"), _("What"), _("Opaque id"), _("Entry by")]
    found = selectors.events(request.user, request.GET).order_by("-at", "-id")[: smart.MOST_EXPORTED]
    lines = ([row.at, row.device.name, row.device.where, row.get_kind_display(), row.person, row.way] for row in found)
    return sheet(request, _("Door events"), header, lines)
