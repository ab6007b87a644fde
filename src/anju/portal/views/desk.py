"""/reports/: officers look into what residents reported, open a hazard at the right place, answer, or reject with a reason."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anju.accounts.http import Request
from anju.areas.models import Place
from anju.areas.scope import scope_of
from anju.audit.services import record
from anju.core import time
from anju.core.errors import Refused
from anju.core.paging import capped_count, keyset_page
from anju.core.policy import allowed, needs
from anju.core.sheets import download
from anju.dwellings.models import Dwelling
from anju.files.services import serve
from anju.inspections.models import Hazard
from anju.inspections.services.opening import Finding, Spot
from anju.portal import kinds, selectors
from anju.portal.forms import AcceptReportForm
from anju.portal.models import Report, ReportEvent
from anju.portal.services import reports as service

MOST_EXPORTED = 20_000
S = Report.State


def _tab(request: Request) -> str:
    chosen = request.GET.get("state", "new")
    return chosen if chosen in selectors.REPORT_TABS else "new"


def tab_rows(labels: dict[str, str], rows_of: Any) -> list[tuple[str, str, Any]]:
    counts = {key: capped_count(rows_of(key)) for key in labels}
    return [(key, label, f"{counts[key][0]:,}+" if counts[key][1] else counts[key][0]) for key, label in labels.items()]


@needs("report.view")
@require_GET
def report_list(request: Request) -> HttpResponse:
    tab = _tab(request)
    rows = selectors.reports(request.user, tab, request.GET)
    page = keyset_page(rows, sort="due_at" if tab == "new" else "-made_at", after=request.GET.get("after", ""))
    context = {
        "tab": tab,
        "tabs_rows": tab_rows({str(s): str(s.label) for s in S}, lambda key: selectors.reports(request.user, key, request.GET)),
        "page": page,
        "lines": [(row, _(", ").join(kinds.words(row.kinds))) for row in page.rows],
        "kinds": [(key, kind.label) for key, kind in kinds.KINDS.items()],
        "areas": selectors.areas_with_reports(request.user),
        "late": [("yes", _("Overdue only"))],
        "filtered": any(request.GET.get(name) for name in ("q", "what", "area", "late")),
        "may_export": allowed(request.user, "report.export"),
        "now": time.now(),
    }  # fmt: skip
    return render(request, "portal/desk/reports.html", context)


@needs("report.export")
@require_GET
def export(request: Request) -> HttpResponse:
    """What the list shows; no telephone of who reported."""
    rows = selectors.reports(request.user, _tab(request), request.GET).order_by("id")[:MOST_EXPORTED]
    record(
        by=request.user,
        verb="report.export",
        subject=request.user,
        after={"list": "reports", "filter": request.GET.dict()},
    )
    header = [_("Code"), _("What"), _("Where"), _("Area"), _("In their words"), _("Made at"), _("Look by"), _("State"), _("Hazard"), _("Answer"), _("Decided at"), _("Decided by"), _("Said not solved")]  # fmt: skip
    return download(f"{_('Reports by residents')} {time.today().isoformat()}", header, _lines(rows))


def _lines(rows: Any) -> Iterator[tuple[Any, ...]]:
    for row in rows.iterator(chunk_size=500):
        yield (
            row.code, _(", ").join(kinds.words(row.kinds)), row.where, row.area.name, row.text, row.made_at, row.due_at,
            row.get_state_display(), row.hazard.code if row.hazard else "", row.answer, row.decided_at, str(row.decided_by or ""),
            row.again,
        )  # fmt: skip


def _found(request: Request, code: str) -> Report:
    rows = Report.objects.for_user(request.user).select_related("dwelling__area", "place__parent__parent", "area", "hazard", "decided_by")  # fmt: skip
    return get_object_or_404(rows, code=code)  # type: ignore[no-any-return]


def _spots(request: Request, row: Report) -> list[tuple[str, str]]:
    """The places that the report may mean, from the narrowest to the widest."""
    found = []
    if row.dwelling and Dwelling.objects.for_user(request.user).filter(pk=row.dwelling_id).exists():
        found.append((row.dwelling.code, row.dwelling.address))
    place: Place | None = row.place
    while place is not None:
        found.append((place.code, Spot(place=place).words))
        place = place.parent
    return found


def _form(request: Request, row: Report) -> AcceptReportForm:
    kind, spots = kinds.first_of(row.kinds), _spots(request, row)
    first = {
        "spot": spots[0][0] if spots else "other", "title": str(kind.title), "category": kind.category, "severity": kind.severity,
        "days": kind.days, "answer": _("Thank you. It is being put right."),
    }  # fmt: skip
    form = AcceptReportForm(request.POST or None, spots=spots, initial=first)
    form.fields["category"].choices = Hazard.Category.choices  # type: ignore[attr-defined]
    form.fields["severity"].choices = [c for c in Dwelling.Severity.choices if c[0] not in ("advice", "prohibited")]  # type: ignore[attr-defined]
    return form


@needs("report.view")
@require_GET
def report(request: Request, code: str) -> HttpResponse:
    row = _found(request, code)
    return render(request, "portal/desk/report.html", _context(request, row, _form(request, row)))


def _context(request: Request, row: Report, form: AcceptReportForm) -> dict[str, Any]:
    may = allowed(request.user, "report.answer")
    return {
        "row": row, "what": kinds.words(row.kinds), "form": form,
        "photos": row.photos.select_related("file").order_by("id"),
        "events": ReportEvent.objects.for_user(request.user).filter(report=row).select_related("by").order_by("-at", "-id"),
        "may_open": may and allowed(request.user, "hazard.open") and row.state == S.NEW,
        "may_answer": may and row.state in (S.NEW, S.OPENED),
        "may_reject": may and row.state == S.NEW,
        "has_phone": bool(row.phone_sealed),
        "now": time.now(),
    }  # fmt: skip


def _spot(request: Request, row: Report, data: dict[str, Any]) -> Spot:
    code = data["place_code"].strip().upper() if data["spot"] == "other" else data["spot"]
    homes = Dwelling.objects.for_user(request.user).select_related("area", "place", "landlord", "sublessor", "operator")
    home = homes.filter(code=code).first()
    if home is not None:
        return Spot(dwelling=home)
    place = Place.objects.filter(code=code).select_related("area", "parent__parent").first()
    scope = scope_of(request.user)
    seen = place is not None and (
        scope.has_area(place.area_path) or any(place.path.startswith(r) for r in scope.place_paths)
    )
    if place is None or not seen:
        raise Refused(_("No home or place of your area has the code “%(code)s”.") % {"code": code})
    return Spot(place=place)


@needs("report.answer")
@require_http_methods(["POST"])
def open_hazard(request: Request, code: str) -> HttpResponse:
    row = _found(request, code)
    form = _form(request, row)
    if form.is_valid():
        data = form.cleaned_data
        finding = Finding(
            title=data["title"], category=data["category"], severity=data["severity"], days=data["days"],
            detail=row.text, bound=("property",) if data["spot"] != getattr(row.dwelling, "code", "") else ("sublessor", "landlord", "operator"),
        )  # fmt: skip
        try:
            spot = _spot(request, row, data)
            if spot.dwelling is None:
                finding = Finding(**{**finding.__dict__, "bound": ("property",)})
            done = service.open_hazard(by=request.user, report=row, spot=spot, finding=finding, answer=data["answer"], seen=request.POST.get("seen", ""))  # fmt: skip
        except Refused as refusal:
            form.add_error(None, f"{refusal.message} {refusal.instead}".strip())
        else:
            assert done.hazard is not None
            messages.success(request, _("The hazard is open; who reported sees that somebody sees to it."))
            return redirect("hazards:hazard", code=done.hazard.code)
    return render(request, "portal/desk/report.html", _context(request, row, form), status=422)


@needs("report.answer")
@require_POST
def answer(request: Request, code: str) -> HttpResponse:
    row = _found(request, code)
    service.answer_report(by=request.user, report=row, answer=request.POST.get("words", ""), seen=request.POST.get("seen", ""))  # fmt: skip
    messages.success(request, _("Answered."))
    return redirect("reports:list")


@needs("report.answer")
@require_POST
def reject(request: Request, code: str) -> HttpResponse:
    row = _found(request, code)
    service.reject(by=request.user, report=row, reason=request.POST.get("words", ""), seen=request.POST.get("seen", ""))
    messages.success(request, _("Rejected, with your reason."))
    return redirect("reports:list")


@needs("report.view")
@require_GET
def photo(request: Request, code: str, file: str) -> HttpResponse:
    link = _found(request, code).photos.select_related("file").filter(file__code=file).first()
    if link is None:
        raise Http404
    return serve(link.file)
