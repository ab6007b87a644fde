"""/smart/piles/: coverage per estate, piles, faulty ports, one pile, and the count of an estate's e-bikes."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anju.accounts.http import Request
from anju.areas.permissions import can
from anju.core import time
from anju.core.paging import keyset_page
from anju.core.policy import needs
from anju.monitoring.forms_smart import EbikesForm, PortsForm
from anju.monitoring.models import Alarm, PilePort
from anju.monitoring.selectors import piles as selectors
from anju.monitoring.selectors import smart
from anju.monitoring.services import piles
from anju.monitoring.views.smart.acting import crumbs, form_page, frame, sent, sheet

S = PilePort.State
TONES: dict[str, tuple[str, str]] = {
    S.UNKNOWN: ("unk", "question-mark"),
    S.FREE: ("ok", "plug"),
    S.CHARGING: ("work", "bolt"),
    S.FAULT: ("bad", "alert-triangle"),
}


@needs("smart.view")
@require_GET
def pile_list(request: Request) -> HttpResponse:
    context, user, query = frame(request, "piles"), request.user, request.GET
    tab = context["tab"]
    context |= {
        "tab_rows": selectors.tabs(user, query), "per_beds": settings.ANJU_EBIKES_PER_100_BEDS,
        "per_ebikes": settings.ANJU_CHARGING_PLACES_PER_100_EBIKES, "days": selectors.USED,
    }  # fmt: skip
    after = query.get("after", "")
    if tab == "piles":
        rows = selectors.piles(user, query)
        context |= {"page": keyset_page(rows, after=after), "shown": smart.number(rows)}
    elif tab == "faults":
        rows = selectors.faulty(user, query)
        context |= {"page": keyset_page(rows, sort="state_at", after=after), "shown": smart.number(rows)}
    else:
        found = selectors.coverage(user, query, context["now"])
        context |= {"page": smart.sliced(found, after), "shown": f"{len(found):,}", "lacking": sum(row.gap for row in found),
                    "estimated": sum(row.need.counted is None for row in found)}  # fmt: skip
    return render(request, "smart/piles.html", context)


@needs("smart.export")
@require_GET
def export(request: Request) -> HttpResponse:
    """Coverage of estates, or the piles, as the list shows them."""
    if request.GET.get("state") in ("piles", "faults"):
        header = [_("Code"), _("Pile"), _("Where"), _("Ports"), *(str(label) for label in S.labels)]
        rows = selectors.piles(request.user, request.GET).order_by("id")[: smart.MOST_EXPORTED]
        lines: Any = (
            [row.code, row.name, row.where, row.port_count, *(getattr(row, f"port_{state}") for state in S.values)]
            for row in rows
        )
        return sheet(request, _("Charging piles"), header, lines)
    header = [
        _("Estate or village"), _("Area"), _("Ports"), _("Working"), _("Faulty"), _("Never heard of"), _("Charges in 30 days"), _("kWh in 30 days"),
        _("E-bikes"), _("Counted or estimated"), _("Places needed"), _("Places lacking"),
    ]  # fmt: skip
    lines = (
        [
            row.place.name, str(row.place.area), row.ports, row.working, row.faulty, row.unknown, row.charges, round(row.energy, 1),
            row.need.ebikes, _("counted") if row.need.counted else _("estimated"), row.need.places, row.gap,
        ]
        for row in selectors.coverage(request.user, request.GET, time.now())
    )  # fmt: skip
    return sheet(request, _("Coverage with charging places"), header, lines)


@needs("smart.view")
@require_GET
def pile(request: Request, code: str) -> HttpResponse:
    row, today = smart.device_or_404(request.user, selectors.KINDS, code), time.today()
    days = selectors.days_of(row, today)
    ports = [
        (port, *TONES[port.state])
        for port in sorted(row.ports.filter(removed_on=None), key=lambda one: _order(one.number))
    ]
    chart = {
        "kind": "line", "unit": "", "min": 0, "x": [f"{one.day:%m-%d}" for one in days],
        "series": [{"name": _("Charges per day"), "data": [one.charges for one in days]}],
    }  # fmt: skip
    context = {
        "pile": row, "ports": ports, "chart": chart, "charges": row.charges.order_by("-day", "-id")[:20],
        "alarms": Alarm.objects.for_user(request.user).filter(device=row, kind=Alarm.Kind.PILE).order_by("-id")[:10],
        "total": sum(one.charges for one in days), "energy": sum(one.energy for one in days), "days": len(days),
        "may_edit": can(request.user, "smart.edit"), "crumbs": crumbs("piles", _("Charging piles")),
    }  # fmt: skip
    return render(request, "smart/pile.html", context)


def _order(number: str) -> tuple[int, str]:
    return (int(number) if number.isascii() and number.isdigit() else 10_000, number)


@needs("smart.edit")
@require_http_methods(["GET", "POST"])
def ports(request: Request, code: str) -> HttpResponse:
    row = smart.device_or_404(request.user, selectors.KINDS, code)
    count = row.ports.filter(removed_on=None).count()
    form, back = PortsForm(request.POST or None, initial={"count": count or None}), reverse("smart:pile", args=[code])
    if sent(
        request, form, lambda data: piles.set_ports(by=request.user, pile=row, **data), _("The ports are on record.")
    ):
        return redirect(back)
    return form_page(
        request, form, title=_("Ports of %(pile)s") % {"pile": row}, back=back, save=_("Save"),
        crumbs=[*crumbs("piles", _("Charging piles")), (str(row), back)],
        consequence=_("They are called 1, 2, 3 …, as the pile names them in its messages"),
    )  # fmt: skip


@needs("smart.edit")
@require_http_methods(["GET", "POST"])
def ebikes(request: Request, code: str) -> HttpResponse:
    place, form = smart.estate_or_404(request.user, code), EbikesForm(request.POST or None)
    back = reverse("smart:piles")
    if sent(
        request,
        form,
        lambda data: piles.count_ebikes(by=request.user, place=place, **data),
        _("The count is on record."),
    ):
        return redirect(back)
    return form_page(
        request, form, title=_("Enter the e-bikes of %(place)s") % {"place": place.name}, back=back, save=_("Save"),
        crumbs=crumbs("piles", _("Charging piles")), counts=selectors.counts_of(place),
        consequence=_("Takes the place of the estimate"),
    )  # fmt: skip
