"""/signs/batches/: rounds of printing, how far they are, and their files."""

import tempfile
import zipfile
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anju.accounts.http import Request
from anju.areas.permissions import can
from anju.core import paths, time
from anju.core.errors import Refused
from anju.core.paging import keyset_page
from anju.core.policy import needs
from anju.core.sheets import workbook
from anju.dwellings.models import Dwelling
from anju.files.services import open_file, serve
from anju.jobs.models import Job
from anju.signage.forms import BatchForm
from anju.signage.models import BatchPart, Sign, SignBatch
from anju.signage.selectors import missing
from anju.signage.services import batches


def _batch(request: Request, code: str) -> SignBatch:
    rows = SignBatch.objects.for_user(request.user).select_related("area", "place", "job", "created_by")
    return get_object_or_404(rows, code=code)  # type: ignore[no-any-return]


def _parts(request: Request, batch: SignBatch) -> Any:
    rows = BatchPart.objects.for_user(request.user).filter(batch=batch).exclude(file=None)
    return rows.select_related("file").order_by("number")


@needs("sign.view")
@require_GET
def batch_list(request: Request) -> HttpResponse:
    rows = SignBatch.objects.for_user(request.user).select_related("area", "place", "created_by", "job")
    page = keyset_page(rows, sort="-id", after=request.GET.get("after", ""))
    context = {"page": page, "may_print": can(request.user, "sign.print"), "labels": dict(Sign.Kind.choices)}
    return render(request, "signage/batches.html", context)


@needs("sign.print")
@require_http_methods(["GET", "POST"])
def batch_new(request: Request) -> HttpResponse:
    first = {name: request.GET[name] for name in ("area", "place", "which") if request.GET.get(name)}
    first["title"] = _("Round of %(day)s") % {"day": time.today().isoformat()}
    if request.GET.getlist("kinds"):
        first["kinds"] = request.GET.getlist("kinds")  # type: ignore[assignment]
    form = BatchForm(request.POST or None, initial=first, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            made: SignBatch = batches.start_batch(
                by=request.user, base=request.build_absolute_uri("/"), **form.cleaned_data
            )
        except Refused as refusal:
            form.add_error(None, f"{refusal.message} {refusal.instead}".strip())
        else:
            return redirect("signs:batch", code=made.code)
    return render(request, "signage/batch_new.html", {"form": form}, status=422 if form.errors else 200)


@needs("sign.view")
@require_GET
def batch(request: Request, code: str) -> HttpResponse:
    """The whole page; for htmx only the part that changes, asked for again every second until the round has ended."""
    found = _batch(request, code)
    parts = list(_parts(request, found))
    failed = found.job is not None and found.job.status == Job.Status.FAILED
    labels = dict(Sign.Kind.choices)
    context = {
        "batch": found, "failed": failed, "running": found.state == SignBatch.State.RUNNING and not failed,
        "no_outside": _no_outside(request, found), "parts": [(part, labels[part.kind]) for part in parts], "kinds": [labels[kind] for kind in found.kinds],
        "may_print": can(request.user, "sign.print"), "problems": found.problems,
        "crumbs": [(_("Signs"), "/signs/"), (_("Rounds of printing"), "/signs/batches/")],
    }  # fmt: skip
    return render(request, "signage/_batch.html" if request.htmx else "signage/batch.html", context)


def _no_outside(request: Request, batch: SignBatch) -> dict[str, Any] | None:
    """Let homes of the round's place that get no sign outside, and the list of homes that shows them."""
    if Sign.Kind.OUTSIDE not in batch.kinds:
        return None
    let = Dwelling.objects.for_user(request.user).filter(letting_state=Dwelling.LettingState.LET)
    let = let.filter(paths.under("area_path", batch.area_path), paths.under("place_path", batch.place_path))
    where = {
        "area": batch.area.code,
        "letting": "let",
        "sort": "-violations",
        **({"estate": batch.place.code} if batch.place else {}),
    }
    return {"homes": let.exclude(missing.should(Sign.Kind.OUTSIDE)).count(), "list": f"{reverse('dwellings:dwellings')}?{urlencode(where)}"}  # fmt: skip


@needs("sign.print")
@require_POST
def go_on(request: Request, code: str) -> HttpResponse:
    found = _batch(request, code)
    batches.go_on(by=request.user, batch=found)
    messages.success(request, _("The round goes on where it stopped."))
    return redirect("signs:batch", code=found.code)


@needs("sign.view")
@require_GET
def part(request: Request, code: str, number: int) -> HttpResponse:
    found = _parts(request, _batch(request, code)).filter(number=number).first()
    if found is None:
        raise Http404
    return serve(found.file)


@needs("sign.view")
@require_GET
def everything(request: Request, code: str) -> HttpResponseBase:
    """All files of the round, with a list to walk by: which sign goes to which door."""
    found = _batch(request, code)
    if found.state != SignBatch.State.DONE:
        raise Refused(_("The round is not finished yet."), instead=_("Wait until all its files are there."))
    out = tempfile.TemporaryFile()  # noqa: SIM115  closed by the response
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as box:  # PDFs are compressed already
        for piece in _parts(request, found):
            with open_file(piece.file) as source:
                box.writestr(piece.file.name, source.read())
        box.writestr(f"{_('List to walk by')}.xlsx", _walk(request, found))
    out.seek(0)
    return FileResponse(out, as_attachment=True, filename=f"{found.title}.zip")


def _walk(request: Request, found: SignBatch) -> bytes:
    rows = Sign.objects.for_user(request.user).filter(part__batch=found).select_related("part", "area")
    header = [_("PDF file"), _("Sign"), _("Where"), _("Grid"), _("Sign number"), _("Edition"), _("Posted")]
    lines = (
        (
            row.part.number,
            row.get_kind_display(),
            row.where,
            row.area.name,
            row.data["number"],
            row.edition,
            row.posted_at,
        )
        for row in rows.order_by("part__number", "id").iterator(chunk_size=2000)
    )
    return workbook(header, lines, title=found.title)
