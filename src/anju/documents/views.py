"""/documents/: the list, one document with its files, its service, its end as void."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anju.accounts.http import Request
from anju.areas.permissions import can
from anju.core import time
from anju.core.errors import Refused
from anju.core.paging import keyset_page
from anju.core.policy import needs
from anju.core.registry import registry
from anju.core.sheets import download
from anju.documents import selectors, services
from anju.documents.forms import EXPLAINED, ServeForm, VoidForm
from anju.documents.layout import paper_of
from anju.documents.models import Document, Service
from anju.documents.services.files import check_code
from anju.files.models import StoredFile
from anju.files.services import serve as send_file
from anju.files.services import stored

MOST_EXPORTED = 20_000
TONES = {"notice": "plain", "order": "over", "hand_over": "work", "request": "work"}


@needs("document.view")
@require_GET
def documents(request: Request) -> HttpResponse:
    filtered = selectors.filtered(request.user, request.GET)
    rows = selectors.of_tab(filtered, request.GET.get("served", ""))
    context = {
        "page": keyset_page(rows.select_related("body"), sort="-issued_at", after=request.GET.get("after", "")),
        "number": selectors.number(rows),
        "tab_rows": selectors.tabs(filtered),
        "tones": TONES,
        **selectors.choices(request.user),
    }
    return render(request, "documents/list.html", context)


def _export_row(row: Document) -> list[Any]:
    last = row.services.order_by("served_at").first()
    return [
        row.reference, row.get_kind_display(), row.body.name, row.addressee, row.issued_at, str(row.issued_by),
        last.get_how_display() if last else "", last.served_at if last else None, row.voided_at, row.void_reason, row.code,
    ]  # fmt: skip


@needs("document.view")
@require_GET
def export(request: Request) -> HttpResponse:
    """What the list shows, with the same filters."""
    rows = selectors.of_tab(selectors.filtered(request.user, request.GET), request.GET.get("served", ""))
    header = [_("Document number"), _("Kind of document"), _("Body"), _("Addressee"), _("Issued"), _("Issued by"), _("Kind of service"), _("Served"), _("Void since"), _("Reason"), _("Code")]  # fmt: skip
    chosen = rows.select_related("body", "issued_by").prefetch_related("services").order_by("-issued_at")
    return download(_("Documents"), header, (_export_row(row) for row in chosen[:MOST_EXPORTED]))


@needs("document.view")
@require_GET
def document(request: Request, code: str) -> HttpResponse:
    row = selectors.document_or_404(request.user, code)
    check = check_code(row)
    panels = [panel.render(request, row) for panel in registry.panels_of("document.side")]
    context = {
        "document": row,
        "paper": paper_of(row, check),
        "check": check,
        "services": selectors.services_of(row),
        "awaits": selectors.awaits_service(row),
        "served_kind": row.kind in selectors.SERVED_KINDS,
        "can_serve": row.voided_at is None and can(request.user, "document.serve"),
        "can_void": row.voided_at is None and can(request.user, "document.void"),
        "panels": [part for part in panels if part],
        "tone": TONES[row.kind],
        "crumbs": [(_("Documents"), reverse("documents:list"))],
    }
    return render(request, "documents/document.html", context)


@needs("document.view")
@require_GET
def pdf(request: Request, code: str) -> HttpResponse:
    return send_file(services.pdf_of(selectors.document_or_404(request.user, code)))


@needs("document.view")
@require_GET
def word(request: Request, code: str) -> HttpResponse:
    return send_file(services.word_of(selectors.document_or_404(request.user, code)), attachment=True)


@needs("document.view")
@require_GET
def proof(request: Request, code: str, file: str) -> HttpResponse:
    row = selectors.document_or_404(request.user, code)
    served = Service.objects.filter(document=row)
    return send_file(get_object_or_404(StoredFile, code=file, pk__in=served.values("proof")))


def _record_service(request: Request, row: Document, how: str, data: dict[str, Any]) -> None:
    with stored(data["proof"], by=request.user) as photos:
        services.serve(by=request.user, document=row, how=how, **{**data, "proof": photos})


@needs("document.serve")
@require_http_methods(["GET", "POST"])
def serve(request: Request, code: str) -> HttpResponseBase:
    row = selectors.document_or_404(request.user, code)
    how = request.GET.get("how", "")
    how = how if how in EXPLAINED else Service.How.IN_PERSON
    form = ServeForm(request.POST or None, request.FILES or None, document=row, how=how)
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            _record_service(request, row, how, form.cleaned_data)
        except Refused as error:
            refusal = error
        else:
            messages.success(request, _("Service of %(number)s recorded: the term runs from it.") % {"number": row})
            return redirect("documents:document", code=code)
    context = {"document": row, "form": form, "refusal": refusal, "how": how, "explained": EXPLAINED[how]}
    context |= {"kinds": Service.How.choices, "now": time.now()}
    return render(request, "documents/serve.html", context, status=_status(request, refusal))


@needs("document.void")
@require_http_methods(["GET", "POST"])
def void(request: Request, code: str) -> HttpResponseBase:
    row = selectors.document_or_404(request.user, code)
    form, refusal = VoidForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            services.void(by=request.user, document=row, reason=form.cleaned_data["reason"])
        except Refused as error:
            refusal = error
        else:
            messages.success(request, _("%(number)s is void. Its number is not given again.") % {"number": row})
            return redirect("documents:document", code=code)
    context = {"document": row, "form": form, "refusal": refusal}
    return render(request, "documents/void.html", context, status=_status(request, refusal))


def _status(request: Request, refusal: Refused | None) -> int:
    """A form that was sent and comes back was wrong (422) or refused (409)."""
    return (refusal.status if refusal else 422) if request.method == "POST" else 200
