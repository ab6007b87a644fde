"""/devices/silent/ and /devices/coverage/: where nobody hears anything, and how much of an estate is really watched."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from anju.accounts.http import Request
from anju.areas.models import Area, EstateKind
from anju.areas.permissions import can
from anju.areas.selectors import areas_of, estates_of
from anju.audit.services import record
from anju.core import time
from anju.core.paging import capped_count, keyset_page
from anju.core.policy import needs
from anju.core.sheets import download
from anju.monitoring.models import Device
from anju.monitoring.selectors import coverage, devices
from anju.monitoring.services.silence import listening_since
from anju.monitoring.views.device_steps import crumbs

PER_PAGE, EXPORTED = 25, 2000
COVERED = ("yes", "dead", "waiting", "no", "unknown")


def _may(request: Request, here: str) -> dict[str, Any]:
    return {
        "may_edit": can(request.user, "device.edit"), "may_export": can(request.user, "device.export"),
        "may_adopt": can(request.user, "device.adopt"), "here": here,
    }  # fmt: skip


@needs("device.view")
@require_GET
def silent(request: Request) -> HttpResponse:
    """Per area: devices that must speak, the share that does not, what is at fault; one level at a time, down to the list."""
    code, kind = request.GET.get("area", ""), request.GET.get("kind", "")
    area = None
    if code:
        area = areas_of(request.user).filter(code=code).first()
        if area is None:
            raise Http404
    lines = coverage.silent_by_area(request.user, area, kind if kind in Device.Kind.values else "")
    context = {
        "area": area, "lines": lines, "sum": coverage.totals(lines), "kinds": Device.Kind.choices,
        "listening": listening_since(time.now()), "now": time.now(), "crumbs": _trail(request, area), **_may(request, "silent"),
    }  # fmt: skip
    return render(request, "devices/silent.html", context)


def _trail(request: Request, area: Area | None) -> list[tuple[str, str]]:
    found = crumbs()
    if area is None:
        return found
    found.append((_("Silent devices"), reverse("devices:silent")))
    above: list[Area] = []
    row = area.parent
    mine = set(areas_of(request.user).values_list("pk", flat=True)) if row else set()
    while row is not None and row.pk in mine and row.parent_id is not None:
        above.insert(0, row)
        row = row.parent
    return [*found, *((one.name, f"{reverse('devices:silent')}?area={one.code}") for one in above)]


@needs("device.view")
@require_GET
def estates(request: Request) -> HttpResponse:
    """Per estate: homes and let rooms with a smoke detector that works, homes with electrical monitoring that works."""
    now, rows = time.now(), _estates(request)
    page = keyset_page(rows, sort="area_path", after=request.GET.get("after", ""), size=PER_PAGE)
    number, more = capped_count(rows)
    context = {
        "page": page, "lines": coverage.estate_lines(request.user, page.rows, now), "shown": f"{number:,}+" if more else number,
        "areas": [(area.code, area.name) for area in devices.areas_of(request.user)], "estate_kinds": EstateKind.choices,
        "crumbs": crumbs(), **_may(request, "coverage"),
    }  # fmt: skip
    return render(request, "devices/coverage.html", context)


def _estates(request: Request) -> Any:
    query = request.GET
    return estates_of(
        request.user, area=query.get("area", ""), kind=query.get("estate_kind", ""), q=query.get("q", "").strip()[:40]
    )


@needs("device.export")
@require_GET
def estates_export(request: Request) -> HttpResponse:
    now, rows = time.now(), list(_estates(request).order_by("area_path", "id")[:EXPORTED])
    record(by=request.user, verb="device.export", subject=request.user, after={"coverage": len(rows)})
    header = [
        _("Estate or village"), _("Area"), _("Homes let"), _("with a working smoke detector"), _("with a dead one only"), _("with one never heard"),
        _("Rooms let"), _("with a working smoke detector"), _("Homes whose rooms are not known"),
        _("Homes let with working electrical monitoring"), _("with dead monitoring only"), _("with monitoring never heard"),
    ]  # fmt: skip

    def lines() -> Any:
        for start in range(0, len(rows), PER_PAGE):
            for line in coverage.estate_lines(request.user, rows[start : start + PER_PAGE], now):
                smoke, electric = line.homes["smoke"], line.homes["electric"]
                yield [
                    line.estate.name, line.estate.area.name, smoke.all, smoke.n, smoke.dead, smoke.waiting, line.rooms.all, line.rooms.n, line.unknown,
                    electric.n, electric.dead, electric.waiting,
                ]  # fmt: skip

    return download(f"{_('Coverage of estates')} {time.today().isoformat()}", header, lines())


@needs("device.view")
@require_GET
def estate(request: Request, code: str) -> HttpResponse:
    """The list behind a number: the homes of one estate, which count and which do not, and why."""
    place = estates_of(request.user).filter(code=code).first()
    if place is None:
        raise Http404
    what = "electric" if request.GET.get("what") == "electric" else "smoke"
    of = "rooms" if request.GET.get("of") == "rooms" and what == "smoke" else "homes"
    state, now = request.GET.get("state", ""), time.now()
    every = coverage.home_lines(request.user, place, what, of, now)
    labels = {
        "": _("All homes let"), "yes": _("Covered"), "dead": _("Does not work"), "waiting": _("Never heard"), "no": _("No device"), "unknown": _("Rooms not known"),
    }  # fmt: skip
    tabs = [
        (name, labels[name], sum(line.covered == name for line in every) if name else len(every))
        for name in ("", *COVERED)
    ]
    context = {
        "estate": place, "what": what, "of": of, "lines": [line for line in every if state not in COVERED or line.covered == state],
        "tabs_rows": tabs if of == "rooms" else tabs[:-1], "line": coverage.estate_lines(request.user, [place], now)[0],
        "crumbs": [*crumbs(), (_("Coverage"), reverse("devices:coverage"))], **_may(request, "coverage"),
    }  # fmt: skip
    return render(request, "devices/estate.html", context)
