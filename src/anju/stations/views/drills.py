"""/stations/drills/: planned, held, with attendance and result."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anju.accounts.http import Request
from anju.areas.permissions import can
from anju.core import time
from anju.core.paging import keyset_page
from anju.core.policy import needs
from anju.files.services import serve, store_photo
from anju.stations.forms import DrillForm, HeldForm, ReasonForm
from anju.stations.models import Drill, Station
from anju.stations.selectors import drills as selectors
from anju.stations.selectors import stations
from anju.stations.services import drills
from anju.stations.views.acting import back_to, form_page, sent

RESULTS: dict[str, tuple[str, str]] = {
    Drill.Result.GOOD: ("ok", "circle-check"),
    Drill.Result.PARTLY: ("due", "alert-triangle"),
    Drill.Result.FAILED: ("bad", "circle-x"),
}


@needs("station.view")
@require_GET
def drill_list(request: Request) -> HttpResponse:
    now, tab = time.now(), request.GET.get("state", "")
    filtered = selectors.filtered(request.user, request.GET)
    rows = selectors.of_tab(filtered, tab, now)
    sort = "-planned_at" if tab in ("held", "cancelled") else "planned_at"
    page = keyset_page(rows, sort=sort, after=request.GET.get("after", ""))
    context = {
        "page": page, "lines": [(row, *RESULTS.get(row.result, ("", ""))) for row in page.rows], "now": now, "tab": tab,
        "tab_rows": selectors.tabs(filtered, now), "kinds": Drill.Kind.choices, "may_edit": can(request.user, "station.edit"),
        "areas": [(area.code, area.name) for area in stations.areas_of(request.user)],
    }  # fmt: skip
    return render(request, "stations/drills.html", context)


@needs("station.edit")
@require_http_methods(["GET", "POST"])
def drill_new(request: Request) -> HttpResponse:
    host = Station.objects.for_user(request.user).filter(code=request.GET.get("station", "")).first()
    form, made = DrillForm(request.POST or None, user=request.user, initial={"host": host}), list[Drill]()

    def act(data: dict[str, Any]) -> None:
        made.append(drills.plan_drill(by=request.user, **data))

    if sent(request, form, act, _("The drill is planned. Record on its page who came and what it showed.")):
        return back_to(reverse("stations:drill", args=[made[0].code]))
    return form_page(
        request,
        form,
        title=_("Plan a drill"),
        back=reverse("stations:drills"),
        save=_("Plan the drill"),
        crumbs=_crumbs(),
    )


def _crumbs() -> list[tuple[str, str]]:
    return [(_("Micro fire stations"), reverse("stations:stations")), (_("Drills"), reverse("stations:drills"))]


@needs("station.view")
@require_http_methods(["GET", "POST"])
def drill(request: Request, code: str) -> HttpResponse:
    """Before: who is expected, and the form for what became of it. After: attendance, result, lessons, photos."""
    row = selectors.drill_or_404(request.user, code)
    members, planned = drills.takes_part(row), row.state == Drill.State.PLANNED
    may = can(request.user, "station.edit") and planned
    form = HeldForm(
        *((request.POST, request.FILES) if request.method == "POST" else ()), members=members,
        initial={"held_at": time.local(row.planned_at).replace(tzinfo=None), "result": Drill.Result.GOOD},
    )  # fmt: skip

    def act(data: dict[str, Any]) -> None:
        photos = [store_photo(upload=upload, by=request.user) for upload in data.pop("photos")]
        drills.hold_drill(by=request.user, drill=row, photos=photos, **data)

    if request.method == "POST" and sent(request, form, act, _("The result is on record.")):
        return back_to(reverse("stations:drill", args=[code]))
    context = {
        "drill": row, "form": form if may else None, "members": members, "now": time.now(), "crumbs": _crumbs(),
        "stations": list(Station._base_manager.filter(drills=row).order_by("name")), "mark": RESULTS.get(row.result),
        "attendance": list(row.attendance.select_related("member__station").order_by("-present", "member__station_id", "id")),
        "photos": list(row.photos.all()), "may_cancel": may,
    }  # fmt: skip
    return render(request, "stations/drill.html", context, status=422 if form.errors else 200)


@needs("station.edit")
@require_http_methods(["GET", "POST"])
def drill_cancel(request: Request, code: str) -> HttpResponse:
    row = selectors.drill_or_404(request.user, code)
    form, back = ReasonForm(request.POST or None), reverse("stations:drill", args=[code])

    def act(data: dict[str, Any]) -> None:
        drills.cancel_drill(by=request.user, drill=row, reason=data["reason"])

    if sent(request, form, act, _("The drill is cancelled.")):
        return back_to(back)
    title = _("Cancel “%(drill)s”") % {"drill": row}
    return form_page(request, form, title=title, back=back, save=_("Cancel the drill"), crumbs=_crumbs())


@needs("station.view")
@require_GET
def photo(request: Request, code: str, file: str) -> HttpResponse:
    return serve(get_object_or_404(selectors.drill_or_404(request.user, code).photos, code=file))
