"""/smart/patrol/: routes, rounds, one route's day, its plan and its codes; /patrol/scan/: the page in the guard's hand."""

import io
from datetime import date, timedelta
from typing import Any

import segno
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anju.accounts.http import Request
from anju.areas.models import Place
from anju.areas.permissions import can
from anju.core import time
from anju.core.errors import Refused
from anju.core.paging import keyset_page
from anju.core.policy import needs
from anju.monitoring.forms_smart import WEEKDAYS, RouteForm, WhyForm
from anju.monitoring.models import Device, PatrolRound, PatrolRoute
from anju.monitoring.selectors import patrol as selectors
from anju.monitoring.selectors import smart
from anju.monitoring.services import patrol
from anju.monitoring.views.smart.acting import crumbs, form_page, frame, sent, sheet

POINTS = (Device.Kind.PATROL_POINT.value,)


@needs("smart.view")
@require_GET
def route_list(request: Request) -> HttpResponse:
    context, user, query = frame(request, "patrol"), request.user, request.GET
    tab = context["tab"]
    context |= {"tab_rows": selectors.tabs(user, query), "results": PatrolRound.State.choices, "spans": selectors.SPANS}
    if tab in ("missed", "rounds"):
        rows = selectors.rounds(user, query, missed=tab == "missed")
        page: Any = keyset_page(rows, sort="-due_at", after=query.get("after", ""))
        names = selectors.names_of(list(page.rows))
        context["lines"] = [
            (row, *selectors.TONES[row.state], [names[pk] for pk in row.missed if pk in names]) for row in page.rows
        ]
    else:
        rows = selectors.routes(user, query, ended=tab == "ended")
        page = keyset_page(rows, after=query.get("after", ""))
        found = selectors.lines(list(page.rows), context["now"])
        context["lines"] = [(line, [(row, *selectors.TONES[row.state]) for row in line.today]) for line in found]
    context |= {"page": page, "shown": smart.number(rows), "weekday_words": dict(WEEKDAYS)}
    return render(request, "smart/patrol.html", context)


@needs("smart.export")
@require_GET
def export(request: Request) -> HttpResponse:
    """Rounds with their result, newest first, with the filters of the list."""
    rows = selectors.rounds(request.user, request.GET, missed=request.GET.get("state") == "missed")
    found = list(rows.order_by("-due_at", "-id")[: smart.MOST_EXPORTED])
    names = selectors.names_of(found)
    header = [
        _("Estate"),
        _("Route"),
        _("Due at"),
        _("Until"),
        _("Points"),
        _("Scanned"),
        _("Result"),
        _("Missed points"),
    ]
    lines = (
        [
            row.route.place.name, row.route.name, row.due_at, row.ends_at, len(row.points), row.scanned, row.get_state_display(),
            _(", ").join(names[pk] for pk in row.missed if pk in names),
        ]
        for row in found
    )  # fmt: skip
    return sheet(request, _("Patrol rounds"), header, lines)


def _day(word: str) -> date:
    try:
        return min(date.fromisoformat(word), time.today())
    except ValueError:
        return time.today()


@needs("smart.view")
@require_GET
def route(request: Request, code: str) -> HttpResponse:
    row, now = selectors.route_or_404(request.user, code), time.now()
    day = _day(request.GET.get("day", ""))
    rounds = selectors.rounds_of_day(row, day)
    missed = list(
        PatrolRound.objects.for_user(request.user).filter(route=row, state=selectors.S.MISSED).order_by("-due_at")[:10]
    )
    names = selectors.names_of(missed)
    context = {
        "route": row, "day": day, "before": day - timedelta(days=1), "after": day + timedelta(days=1), "today": time.today(),
        "rounds": [(one, *selectors.TONES[one.row.state]) for one in rounds],
        "share": selectors.shares([row], now - selectors.MEASURED).get(row.pk, selectors.NONE),
        "stops": selectors.stops_of(row), "next_at": selectors.next_round(row, now),
        "missed": [(one, [names[pk] for pk in one.missed if pk in names]) for one in missed],
        "weekdays": [label for number, label in WEEKDAYS if number in row.weekdays], "every_day": len(row.weekdays) == 7,
        "may_edit": can(request.user, "smart.edit") and row.ended_on is None, "crumbs": crumbs("patrol", _("Fire patrol")),
        "now": now,
    }  # fmt: skip
    return render(request, "smart/route.html", context)


@needs("smart.edit")
@require_http_methods(["GET", "POST"])
def route_new(request: Request) -> HttpResponse:
    """First the estate (?estate=P…), then the plan."""
    code = request.GET.get("estate", "")
    if not code:
        context = {"estates": smart.estates_for(request.user), "crumbs": crumbs("patrol", _("Fire patrol"))}
        return render(request, "smart/route_estate.html", context)
    place = smart.estate_or_404(request.user, code)
    form, made = (
        RouteForm(request.POST or None, estate=place, initial={"weekdays": [1, 2, 3, 4, 5, 6, 7]}),
        list[PatrolRoute](),
    )

    def act(data: dict[str, Any]) -> None:
        made.append(patrol.plan_route(by=request.user, place=place, **data))

    if sent(request, form, act, _("The route is planned. Its first round is due at the next of its times.")):
        return redirect("smart:route", made[0].code)
    return _route_form(
        request, form, place, _("Plan a route in %(place)s") % {"place": place.name}, reverse("smart:patrol")
    )


def _route_form(request: Request, form: RouteForm, place: Place, title: str, back: str) -> HttpResponse:
    context = {
        "form": form, "place": place, "title": title, "back": back, "crumbs": crumbs("patrol", _("Fire patrol")),
    }  # fmt: skip
    return render(request, "smart/route_form.html", context, status=422 if form.errors else 200)


@needs("smart.edit")
@require_http_methods(["GET", "POST"])
def route_edit(request: Request, code: str) -> HttpResponse:
    row = selectors.route_or_404(request.user, code)
    initial = {
        "weekdays": row.weekdays, "times": " ".join(row.times), "window_minutes": row.window_minutes, "told_by": row.told_by,
    }  # fmt: skip
    form = RouteForm(request.POST or None, estate=row.place, chosen=selectors.stops_of(row), initial=initial)
    del form.fields["name"]
    version = request.POST.get("version", "")

    def act(data: dict[str, Any]) -> None:
        seen = int(version) if version.isascii() and version.isdigit() else row.version
        patrol.change_route(by=request.user, route=row, version=seen, **data)

    if sent(request, form, act, _("Changed. Rounds that have begun keep the old plan.")):
        return redirect("smart:route", code)
    context = {
        "form": form, "place": row.place, "title": _("Change %(route)s") % {"route": row}, "version": row.version,
        "back": reverse("smart:route", args=[code]), "crumbs": crumbs("patrol", _("Fire patrol")), "ends": row,
    }  # fmt: skip
    return render(request, "smart/route_form.html", context, status=422 if form.errors else 200)


@needs("smart.edit")
@require_http_methods(["GET", "POST"])
def route_end(request: Request, code: str) -> HttpResponse:
    row, form = selectors.route_or_404(request.user, code), WhyForm(request.POST or None)
    back = reverse("smart:route", args=[code])

    def act(data: dict[str, Any]) -> None:
        patrol.end_route(by=request.user, route=row, reason=data["reason"])

    if sent(request, form, act, _("The route is no longer walked.")):
        return redirect(back)
    return form_page(
        request, form, title=_("End %(route)s") % {"route": row}, back=back, save=_("End the route"),
        crumbs=crumbs("patrol", _("Fire patrol")), consequence=_("No round is due any more; what was walked stays"),
    )  # fmt: skip


@needs("smart.view")
@require_GET
def labels(request: Request, code: str) -> HttpResponse:
    """A sheet with the code of each point, to be printed and fixed there."""
    row = selectors.route_or_404(request.user, code)
    points = [
        (number, point, _code(request.build_absolute_uri(reverse("patrol:scan", args=[point.code]))))
        for number, point in enumerate(selectors.stops_of(row), start=1)
    ]
    context = {
        "route": row, "points": points,
        "crumbs": [*crumbs("patrol", _("Fire patrol")), (str(row), reverse("smart:route", args=[code]))],
    }  # fmt: skip
    return render(request, "smart/labels.html", context)


def _code(address: str) -> str:
    out = io.BytesIO()
    segno.make(address, error="q", micro=False).save(
        out, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=2
    )
    return mark_safe(out.getvalue().decode())  # noqa: S308  # drawn by segno: paths and numbers


# --- in the hand -----------------------------------------------------------------------------------------------------


@needs("patrol.scan")
@require_http_methods(["GET", "POST"])
def scan(request: Request, point: str) -> HttpResponse:
    """What the code on the wall opens: one button, which sends the position as well where the phone gives it."""
    device = smart.device_or_404(request.user, POINTS, point)
    if request.method == "POST":
        try:
            made = patrol.scan(by=request.user, point=device, **_position(request))
        except Refused as refusal:
            messages.warning(request, f"{refusal.message} {refusal.instead}".strip())
            return redirect("patrol:scan", point)
        far = patrol.is_far(made)
        words = _("On record: %(point)s") % {"point": device.name or device.where}
        messages.success(request, words)
        if far:
            messages.warning(request, _("The phone says it is %(n)s m away from here.") % {"n": made.metres})
        return redirect("patrol:scan", point)
    here = selectors.here(device, time.now())
    scans = device.patrol_scans.filter(round=here.round) if here.round else device.patrol_scans.none()
    context = {"here": here, "point": device, "done": scans.order_by("-at").first(), "now": time.now()}
    return render(request, "smart/scan.html", context)


def _position(request: Request) -> dict[str, float | None]:
    """What the phone sent, as far as it makes sense."""

    def number(name: str, least: float, most: float) -> float | None:
        try:
            value = float(request.POST.get(name, ""))
        except ValueError:
            return None
        return value if least <= value <= most else None

    found = {
        "latitude": number("latitude", -90, 90),
        "longitude": number("longitude", -180, 180),
        "accuracy": number("accuracy", 0, 100_000),
    }
    if found["latitude"] is None or found["longitude"] is None:
        return {"latitude": None, "longitude": None, "accuracy": None}
    return found
