"""/reports/objections/: who lets does not agree with a finding; somebody other than who found it answers."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from anju.accounts.http import Request
from anju.audit.services import record
from anju.core import time
from anju.core.paging import keyset_page
from anju.core.policy import allowed, needs
from anju.core.sheets import download
from anju.files.services import serve
from anju.inspections import wording
from anju.portal import selectors
from anju.portal.models import Objection
from anju.portal.services import objections as service
from anju.portal.views.desk import MOST_EXPORTED, tab_rows

S = Objection.State


def _tab(request: Request) -> str:
    chosen = request.GET.get("state", "waiting")
    return chosen if chosen in selectors.OBJECTION_TABS else "waiting"


@needs("report.view")
@require_GET
def objection_list(request: Request) -> HttpResponse:
    tab = _tab(request)
    rows = selectors.objections(request.user, tab, request.GET).prefetch_related("photos")
    page = keyset_page(rows, sort="due_at" if tab == "waiting" else "-made_at", after=request.GET.get("after", ""))
    context = {
        "tab": tab,
        "tabs_rows": tab_rows({str(s): str(s.label) for s in S}, lambda key: selectors.objections(request.user, key, request.GET)),
        "page": page,
        "lines": [(row, wording.title(row.hazard)) for row in page.rows],
        "filtered": bool(request.GET.get("q")),
        "may_answer": allowed(request.user, "hazard.review"),
        "may_export": allowed(request.user, "report.export"),
        "me": request.user.pk,
        "now": time.now(),
    }  # fmt: skip
    return render(request, "portal/desk/objections.html", context)


@needs("report.export")
@require_GET
def export(request: Request) -> HttpResponse:
    rows = selectors.objections(request.user, _tab(request), request.GET).order_by("id")[:MOST_EXPORTED]
    record(
        by=request.user,
        verb="report.export",
        subject=request.user,
        after={"list": "objections", "filter": request.GET.dict()},
    )
    header = [_("Code"), _("Hazard"), _("Where"), _("Objection"), _("Made at"), _("Answer by"), _("State"), _("Answer"), _("Decided at"), _("Decided by")]  # fmt: skip
    lines: Any = (
        (row.code, wording.title(row.hazard), row.hazard.where, row.text, row.made_at, row.due_at, row.get_state_display(), row.answer, row.decided_at, str(row.decided_by or ""))
        for row in rows.iterator(chunk_size=500)
    )  # fmt: skip
    return download(f"{_('Objections')} {time.today().isoformat()}", header, lines)


def _found(request: Request, code: str) -> Objection:
    return get_object_or_404(Objection.objects.for_user(request.user).select_related("hazard"), code=code)  # type: ignore[no-any-return]


@needs("hazard.review")
@require_POST
def answer(request: Request, code: str) -> HttpResponse:
    row, right = _found(request, code), request.POST.get("verdict") == "right"
    service.decide(by=request.user, objection=row, right=right, answer=request.POST.get("words", ""))
    messages.success(request, _("Answered."))
    return redirect("reports:objections")


@needs("report.view")
@require_GET
def photo(request: Request, code: str, file: str) -> HttpResponse:
    found = _found(request, code).photos.filter(code=file).first()
    if found is None:
        raise Http404
    return serve(found)
