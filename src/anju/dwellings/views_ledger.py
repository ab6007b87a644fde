"""Pages of the ledger import."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anju.accounts.http import Request
from anju.areas.models import Area
from anju.areas.scope import scope_of
from anju.core.errors import Refused
from anju.core.policy import allowed, needs
from anju.core.sheets import XLSX
from anju.dwellings import selectors_ledger as selectors
from anju.dwellings.forms_ledger import UploadForm
from anju.dwellings.ledger import export, sample
from anju.dwellings.models import LedgerImport
from anju.dwellings.services import imports
from anju.dwellings.services.imports import back
from anju.jobs.models import Job

PAGES = {
    "columns": "ledger/columns.html",
    "preview": "ledger/preview.html",
    "done": "ledger/ended.html",
    "undone": "ledger/ended.html",
    "failed": "ledger/ended.html",
    "given_up": "ledger/ended.html",
}


def _fetch(request: Request, code: str) -> LedgerImport:
    found = (
        LedgerImport.objects.for_user(request.user)
        .select_related("created_by", "area", "file")
        .filter(code=code)
        .first()
    )
    if found is None:
        raise Http404
    return found  # type: ignore[no-any-return]


@needs("ledger.import")
@require_GET
def ledgers(request: Request) -> HttpResponse:
    page = selectors.past(request.user, request.GET.get("after", ""))
    may_undo = allowed(request.user, "ledger.undo")
    return render(request, "ledger/list.html", {"page": page, "may_undo": may_undo})


@needs("ledger.import")
@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    areas = Area.objects.filter(path__in=scope_of(request.user).area_paths).order_by("path")
    form = UploadForm(request.POST or None, request.FILES or None, areas=areas)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = imports.upload(by=request.user, upload=data["file"], area=data.get("area"), as_of=data["as_of"])
        except Refused as refusal:
            form.add_error(None, f"{refusal.message} {refusal.instead}".strip())
        else:
            return redirect("ledger:ledger", made.code)
    return render(request, "ledger/new.html", {"form": form}, status=422 if form.errors else 200)


@needs("ledger.import")
@require_GET
def ledger(request: Request, code: str) -> HttpResponse:
    """The page of an import is that of the step it is in."""
    found = _fetch(request, code)
    if found.state in selectors.BUSY:
        return render(request, "ledger/busy.html", {"ledger": found, **_progress(found)})
    context = _preview(request, found) if found.state == "preview" else {}
    if found.state == "columns":
        context = {"choices": selectors.field_choices()}
    error = selectors.error_text(found)
    return render(
        request,
        PAGES[found.state],
        {"ledger": found, "error": error, "may_undo": allowed(request.user, "ledger.undo"), **context},
    )


def _progress(found: LedgerImport) -> dict[str, Any]:
    return {"job": Job.objects.filter(code=found.job).first()}


def _preview(request: Request, found: LedgerImport) -> dict[str, Any]:
    show = request.GET.get("show") or ("errors" if found.counts.get("error") else "all")
    lines, page = selectors.page_of(found, show, request.GET.get("after", ""))
    counts = found.counts
    return {
        "show": show,
        "lines": lines,
        "page": page,
        "heads": selectors.headings(found),
        "columns": selectors.column_counts(found),
        "groups": selectors.groups_of(found),
        "good": counts["create"] + counts["update"] + counts["same"],
        "writable": counts["create"] + counts["update"],
        "many_sheets": len(found.columns["sheets"]) > 1,
    }


@needs("ledger.import")
@require_GET
def progress(request: Request, code: str) -> HttpResponse:
    """The part of the waiting page that asks again every second; when the work is over the page is loaded anew."""
    found = _fetch(request, code)
    response = render(request, "ledger/_progress.html", {"ledger": found, **_progress(found)})
    if found.state not in selectors.BUSY:
        response["HX-Refresh"] = "true"
    return response


@needs("ledger.import")
@require_http_methods(["GET", "POST"])
def columns(request: Request, code: str) -> HttpResponse:
    found = _fetch(request, code)
    error = ""
    if request.method == "POST":
        targets = {c["index"]: request.POST.get(f"column-{c['index']}", "") for c in found.columns.get("columns", [])}
        try:
            imports.choose_columns(by=request.user, ledger=found, targets=targets)
        except Refused as refusal:
            error = f"{refusal.message} {refusal.instead}".strip()
        else:
            return redirect("ledger:ledger", code)
    context = {"ledger": found, "choices": selectors.field_choices(), "error": error}
    return render(request, "ledger/columns.html", context, status=422 if error else 200)


@needs("ledger.import")
@require_POST
def confirm(request: Request, code: str, index: int) -> HttpResponse:
    imports.confirm_column(by=request.user, ledger=_fetch(request, code), index=index)
    return redirect("ledger:ledger", code)


@needs("ledger.import")
@require_POST
def correct(request: Request, code: str, group: int) -> HttpResponse:
    imports.correct(by=request.user, ledger=_fetch(request, code), group=group, token=request.POST.get("token", ""))
    return redirect("ledger:ledger", code)


@needs("ledger.import")
@require_POST
def write(request: Request, code: str) -> HttpResponse:
    imports.write(by=request.user, ledger=_fetch(request, code), only_good=request.POST.get("rows") == "good")
    return redirect("ledger:ledger", code)


@needs("ledger.import")
@require_POST
def give_up(request: Request, code: str) -> HttpResponse:
    found = _fetch(request, code)
    imports.give_up(by=request.user, ledger=found)
    messages.info(request, _("“%(name)s” was given up. Nothing was written.") % {"name": found.name})
    return redirect("ledger:list")


@needs("ledger.undo")
@require_POST
def undo(request: Request, code: str) -> HttpResponse:
    imports.undo(by=request.user, ledger=_fetch(request, code))
    return redirect("ledger:ledger", code)


def _workbook(name: str, data: bytes) -> HttpResponse:
    response = HttpResponse(data, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@needs("ledger.import")
@require_GET
def bad_rows(request: Request, code: str) -> HttpResponse:
    found = _fetch(request, code)
    data = back.bad_rows(by=request.user, ledger=found)
    return _workbook(_("%(name)s to correct.xlsx") % {"name": found.name.rsplit(".", 1)[0]}, data)


@needs("ledger.import")
@require_GET
def template(request: Request) -> HttpResponse:
    return _workbook(_("Empty ledger.xlsx"), export.template())


@needs("ledger.import")
@require_GET
def messy_sample(request: Request) -> HttpResponse:
    return _workbook(_("Messy sample.xlsx"), sample.messy_sample())
