"""/p/report/: somebody reports a hazard and follows it by its code."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anju.accounts.services import system_actor
from anju.audit.middleware import address_of
from anju.core import time
from anju.core.errors import Refused
from anju.core.policy import public
from anju.files.services import store_photo
from anju.portal import kinds, looking
from anju.portal.doors import EVERYBODY, RESIDENTS
from anju.portal.forms import MoreForm, ReportForm
from anju.portal.models import Report
from anju.portal.scans import Scan
from anju.portal.services import reports as service
from anju.portal.views.public import letters_of, scan_or_404

S = Report.State
NOTE_LETTERS = 10  # a report has eight


@public(EVERYBODY, door=RESIDENTS)
@require_http_methods(["GET", "POST"])
def report_here(request: HttpRequest, code: str) -> HttpResponse:
    """From a sign: the place is known."""
    return report_at(request, scan_or_404(request, code))


@public(EVERYBODY, door=RESIDENTS)
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Without a sign: town and words."""
    return report_at(request, None)


def report_at(request: HttpRequest, scan: Scan | None) -> HttpResponse:
    """The form of a report, of the place of a sign or of one's own home."""
    first = {"kinds": [request.GET["kind"]]} if request.GET.get("kind") in kinds.KINDS else None
    at_home, at_place = bool(scan and scan.dwelling), scan is not None
    form = ReportForm(request.POST or None, request.FILES or None, initial=first, at_home=at_home, at_place=at_place)
    if request.method == "POST" and form.is_valid():
        try:
            made = _make(request, form, scan)
        except Refused as refusal:
            form.add_error(None, f"{refusal.message} {refusal.instead}".strip())
        else:
            return redirect("portal:tracking", code=made.tracking)
    context = {"form": form, "scan": scan, "kinds": kinds.KINDS, "chosen": form["kinds"].value() or []}
    return render(request, "portal/report.html", context, status=422 if form.errors else 200)


def _make(request: HttpRequest, form: ReportForm, scan: Scan | None) -> Report:
    data: dict[str, Any] = dict(form.cleaned_data)
    service.within_limits(address_of(request))
    photos = [store_photo(upload=upload, by=system_actor()) for upload in data.pop("photos")]
    area = data.pop("area", None) or (scan.area if scan else None)
    assert area is not None
    where = data.pop("where_kind", Report.Where.ELSEWHERE)
    home, place = (scan.dwelling, scan.place) if scan else (None, None)
    return service.make_report(area=area, dwelling=home, place=place, where_kind=where, photos=photos, **data)


@public(EVERYBODY, door=RESIDENTS)
@require_GET
def find(request: HttpRequest) -> HttpResponse:
    typed = letters_of(request.GET.get("code", ""))
    if not typed:
        return redirect("portal:start")
    return redirect("portal:note" if len(typed) == NOTE_LETTERS else "portal:tracking", code=typed)


def _tracked(request: HttpRequest, code: str) -> Report:
    rows = Report._base_manager.select_related("hazard", "dwelling", "place", "area")
    return looking.look_up(request, lambda: rows.filter(tracking=code.replace("-", "").upper()).first())


@public(EVERYBODY, door=RESIDENTS)
@require_http_methods(["GET", "POST"])
def tracking(request: HttpRequest, code: str) -> HttpResponse:
    """The steps of a report; a photo or a word more; "not solved"."""
    row = _tracked(request, code)
    form = MoreForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            _more(request, row, form)
        except Refused as refusal:
            form.add_error(None, f"{refusal.message} {refusal.instead}".strip())
        else:
            return redirect("portal:tracking", code=row.tracking)
    now = time.now()
    context = {
        "row": row, "form": form, "what": kinds.words(row.kinds), "steps": steps(row), "done": _is_done(row),
        "open": row.state in (S.NEW, S.OPENED) and not _is_done(row), "may_say_again": service.may_say_again(row, now),
        "place": row.area.name, "again_days": service.SAY_AGAIN.days,
    }  # fmt: skip
    return render(request, "portal/tracking.html", context, status=422 if form.errors else 200)


def _more(request: HttpRequest, row: Report, form: MoreForm) -> None:
    service.within_limits(address_of(request))
    if request.POST.get("do") == "not-solved":
        service.not_solved(report=row, text=form.cleaned_data["text"])
        return
    photos = [store_photo(upload=upload, by=system_actor()) for upload in form.cleaned_data["photos"]]
    service.add(report=row, text=form.cleaned_data["text"], photos=photos)


def _is_done(row: Report) -> bool:
    return row.state in (S.ANSWERED, S.REJECTED) or (
        row.state == S.OPENED and bool(row.hazard and not row.hazard.is_open)
    )


def steps(row: Report) -> list[dict[str, Any]]:
    """What who reported may know: that it came, that somebody sees to it, by when, what came of it. No names, no rooms."""
    found: list[dict[str, Any]] = [{"title": _("Received"), "text": row.made_at, "state": "done"}]
    looked, hazard = row.state != S.NEW, row.hazard
    closed = bool(hazard and not hazard.is_open)
    if row.again:
        found.append({"title": _("You said it is not solved"), "text": _("Somebody looks again"), "state": "done"})
    if not looked:
        found.append({"title": _("Somebody looks into it by then"), "text": row.due_at, "state": "now"})
        return [*found, {"title": _("You are told the result here"), "text": "", "state": ""}]
    if row.state == S.OPENED and hazard is not None:
        found.append({"title": _("Looked into"), "text": row.decided_at, "note": row.answer, "state": "done"})
        if closed:
            return [*found, {"title": _("Put right, and looked at"), "text": hazard.closed_at, "state": "done"}]
        found.append({"title": _("To be put right by then"), "text": hazard.due_at, "state": "now"})
        return [*found, {"title": _("You are told the result here"), "text": "", "state": ""}]
    title = _("Rejected, for this reason") if row.state == S.REJECTED else _("Answered")
    return [*found, {"title": title, "text": row.decided_at, "note": row.answer, "state": "done"}]
