"""/field/records/ and /field/phones/: what the phones sent, what is to be decided, and the phones themselves."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from anju.accounts.http import Request
from anju.areas.permissions import can
from anju.core import time
from anju.core.paging import capped_count, keyset_page
from anju.core.policy import needs
from anju.core.sheets import download
from anju.field import selectors, showing, versions, workflow
from anju.field.models import Envelope, Phone
from anju.field.services import applying, deciding, phones
from anju.files.services import serve

MOST_EXPORTED = 20_000


@needs("field.view")
@require_GET
def records(request: Request) -> HttpResponse:
    filtered = selectors.filtered(request.user, request.GET.dict())
    rows = selectors.of_tab(filtered, request.GET.get("state", ""))
    page = keyset_page(
        rows.select_related("user", "visit"), sort="-received_at", after=request.GET.get("after", ""), size=40
    )
    context = {
        "page": page,
        "lines": [showing.Line(row) for row in page.rows],
        "number": capped_count(rows),
        "tab_rows": selectors.tabs(filtered),
        "can_wipe": can(request.user, "field.wipe"),
        **selectors.choices(request.user),
    }
    return render(request, "field/records.html", context)


def _export_row(row: Envelope) -> list[Any]:
    differs = row.differs or {}
    return [
        str(row.uuid), row.get_kind_display(), row.home_name or row.home_code, str(row.user), row.made_at, row.at,
        row.received_at, row.applied_at, row.get_state_display(), row.reason, differs.get("verdict", {}).get("phone", ""),
        differs.get("verdict", {}).get("server", ""), row.app,
    ]  # fmt: skip


@needs("field.view")
@require_GET
def export(request: Request) -> HttpResponse:
    """What the list shows, with the same filters."""
    rows = selectors.of_tab(selectors.filtered(request.user, request.GET.dict()), request.GET.get("state", ""))
    header = [_("Record number"), _("Kind of record"), _("Home"), _("Inspector"), _("Time by the phone"), _("Time corrected"), _("Came in"), _("Applied"), _("State"), _("Reason"), _("Verdict on the phone"), _("Verdict of the server"), _("App")]  # fmt: skip
    chosen = rows.select_related("user").order_by("-received_at", "-id")[:MOST_EXPORTED]
    return download(_("Field records"), header, (_export_row(row) for row in chosen))


@needs("field.view")
@require_GET
def record(request: Request, code: str) -> HttpResponse:
    row = selectors.record_or_404(request.user, code)
    office = can(request.user, "field.decide")
    both = selectors.versions_of(request.user, row)
    can_decide = row.state == Envelope.State.CONFLICT and (office or row.user_id == request.user.pk)
    first = next((other for other in both if other.pk == row.rival_of_id), None)
    context = {
        "row": row,
        "line": showing.Line(row),
        "told": showing.differences(row),
        "photos": showing.photos(row),
        "receipts": row.receipts.select_related("document").order_by("id"),
        "versions": [showing.Line(other) for other in both],
        "answers": showing.answers(row),
        "home_url": f"/dwellings/{row.dwelling.code}/"
        if row.dwelling and selectors.still_there(request.user, row)
        else "",
        "sides": versions.side_by_side(first, row) if can_decide and first else None,
        "can_decide": can_decide,
        "can_retry": row.state == Envelope.State.REFUSED and office,
        "choices": showing.CHOICES,
        "settled": row.state in workflow.SETTLED,
        "crumbs": [(_("Field records"), reverse("field:records"))],
    }
    return render(request, "field/record.html", context)


@needs("field.view")
@require_POST
def decide(request: Request, code: str) -> HttpResponseBase:
    """By the office, or by who made the record; the service checks it."""
    row = selectors.record_or_404(request.user, code)
    done = deciding.decide(
        by=request.user, envelope=row, choice=request.POST.get("choice", ""), text=request.POST.get("text", "")[:300]
    )
    messages.success(request, _("Decided: %(choice)s.") % {"choice": done.get_choice_display()})
    return redirect("field:record", code=done.code)


@needs("field.decide")
@require_POST
def retry(request: Request, code: str) -> HttpResponseBase:
    row = selectors.record_or_404(request.user, code)
    deciding.again(by=request.user, envelope=row)
    done = applying.apply(Envelope._base_manager.get(pk=row.pk))
    messages.success(request, _("Tried again: %(state)s.") % {"state": done.get_state_display()})
    return redirect("field:record", code=row.code)


@needs("field.view")
@require_GET
def photo(request: Request, code: str, file: str) -> HttpResponse:
    row = selectors.record_or_404(request.user, code)
    use = row.photos.filter(photo__file__code=file).select_related("photo__file").first()
    if use is None or use.photo is None or use.photo.file is None:
        raise Http404
    return serve(use.photo.file)


@needs("field.wipe")
@require_GET
def phone_list(request: Request) -> HttpResponse:
    rows = selectors.phones(request.user, request.GET.dict())
    context = {
        "page": keyset_page(rows, sort="-last_at", after=request.GET.get("after", "")),
        "number": capped_count(rows)[0],
        "tab_rows": [("", _("All"), None), ("unsent", _("With unsent work"), None), ("silent", _("Silent for a week"), None), ("wipe", _("Wiped or to be wiped"), None)],
        "now": time.now(),
        "silent": time.now() - selectors.SILENT,
        "crumbs": [(_("Field records"), reverse("field:records"))],
    }  # fmt: skip
    return render(request, "field/phones.html", context)


def _phone(request: Request, code: str) -> Phone:
    rows = Phone.objects.for_user(request.user)
    found: Phone = get_object_or_404(rows, code=code)
    return found


@needs("field.wipe")
@require_POST
def wipe(request: Request, code: str) -> HttpResponseBase:
    phone = _phone(request, code)
    if request.POST.get("do") == "spare":
        phones.spare(by=request.user, phone=phone)
        messages.success(request, _("The phone of %(who)s keeps its data.") % {"who": phone.user})
    else:
        phones.ask_wipe(by=request.user, phone=phone, reason=request.POST.get("reason", ""))
        messages.success(request, _("The phone of %(who)s wipes itself at its next contact.") % {"who": phone.user})
    return redirect("field:phones")
