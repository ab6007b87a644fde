"""/: what must I do today, what is late, what changed. Offices see their area, landlords and tenants their own homes."""

from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from anju.accounts.http import Request
from anju.areas.models import Area, Place
from anju.areas.permissions import can
from anju.areas.scope import scope_of
from anju.core import paths, time
from anju.core.paging import keyset_page
from anju.core.policy import needs
from anju.dwellings.models import Dwelling
from anju.inspections import selectors as hazards
from anju.inspections.selectors import STATES_OF
from anju.overview.definitions import FOUR, INDICATORS
from anju.overview.models import DayTally, Tally
from anju.overview.selectors import board, today
from anju.overview.selectors.changes import KINDS, coming_rules, homes_changed, since
from anju.overview.selectors.changes import changes as changes_of
from anju.overview.selectors.figures import amount, rate_of

MOST_HOMES = 50


@needs("home.view")
@require_GET
def home(request: Request) -> HttpResponse:
    scope = scope_of(request.user)
    now = time.now()
    if scope.area_paths:
        area = board.area_for(request.user, request.GET.get("area", ""))
        return render(request, "overview/home.html", {**_work(request, now), **_town(request, area, now)})
    if scope.place_paths:
        return render(
            request, "overview/home_place.html", {**_work(request, now), **_place(request, scope.place_paths[0])}
        )
    return render(request, "overview/home_own.html", {**_work(request, now), **_own(request)})


def _work(request: Request, now: datetime) -> dict[str, Any]:
    mine = request.GET.get("mine") == "1"
    tab = request.GET.get("tab", "")
    found = today.today(request.user, now, mine=mine)
    return {
        "now": now, "today": time.day_of(now), "work": found, "mine": mine, "groups": found.shown(tab),
        "tabs_rows": found.tabs(), "may_record": can(request.user, "inspection.record"),
        "may_import": can(request.user, "ledger.import"), "may_hazards": can(request.user, "hazard.view"),
    }  # fmt: skip


def _town(request: Request, area: Area, now: datetime) -> dict[str, Any]:
    tally = Tally.objects.filter(area=area).first()
    numbers = tally.total if tally else {}
    before = DayTally.objects.filter(area=area, day=time.day_of(now) - timedelta(days=1)).first()
    rates = [rate_of(indicator, numbers, area) for indicator in FOUR]
    return {
        "area": area, "numbers": numbers, "counted_at": tally.counted_at if tally else None,
        "compliance": rate_of(INDICATORS["compliance"], numbers, area),
        "group": rate_of(INDICATORS["group"], numbers, area),
        "four": [(rate, amount(rate, before.total if before else None)) for rate in rates],
        "may_indicators": can(request.user, "indicator.view"),
        "below": Area.objects.filter(paths.under("path", area.path), kind=Area.Kind.COMMUNITY, closed_on=None).count(),
        "changes": changes_of(request.user, now, area), "since": since(now), "coming": coming_rules(time.day_of(now)),
        "empty": not any(numbers.values()) and not Dwelling.objects.for_user(request.user).exists(),
    }  # fmt: skip


def _place(request: Request, root: str) -> dict[str, Any]:
    """For who works at an estate: its counts, its hazards."""
    place = Place.objects.filter(path=root).first()
    tally = Tally.objects.filter(place=place).first() if place else None
    homes = Dwelling.objects.for_user(request.user).filter(verdict=Dwelling.Verdict.NON_COMPLIANT)
    return {
        "homes": homes.order_by("-violations", "id")[:MOST_HOMES],
        "place": place,
        "numbers": tally.total if tally else {},
        "counted_at": tally.counted_at if tally else None,
        **_mine(request),
    }


def _own(request: Request) -> dict[str, Any]:
    """For landlords, tenants and operators: their homes and what is wrong in them."""
    rows = Dwelling.objects.for_user(request.user).select_related("area").order_by("area_path", "id")
    homes = list(rows.distinct()[: MOST_HOMES + 1])
    return {"homes": homes[:MOST_HOMES], "many": len(homes) > MOST_HOMES, **_mine(request)}


def _mine(request: Request) -> dict[str, Any]:
    if not can(request.user, "hazard.view"):
        return {"lines": []}
    rows = hazards.visible(request.user).filter(state__in=STATES_OF[""]).distinct().order_by("due_at", "id")
    return {
        "lines": [hazards.line(row, request.user) for row in hazards.with_details(rows)[:MOST_HOMES]],
        "open": hazards.number(rows), "late": hazards.number(rows.filter(overdue=True)),
    }  # fmt: skip


@needs("dwelling.view")
@require_GET
def changes(request: Request) -> HttpResponse:
    """The homes behind a line of "since yesterday 09:00"."""
    kind = KINDS.get(request.GET.get("kind", "red"))
    if kind is None:
        raise Http404
    code = request.GET.get("area", "")
    area = board.area_for(request.user, code) if code else None
    start = since(time.now())
    rows = homes_changed(request.user, kind, start, area).select_related("area", "landlord", "sublessor")
    context = {
        "kind": kind, "since": start, "area": area,
        "page": keyset_page(rows, sort="area_path", after=request.GET.get("after", "")),
        "tabs_rows": [(each.key, each.label) for each in KINDS.values()],
    }  # fmt: skip
    return render(request, "overview/changes.html", context)
