"""/smart/: what waits for somebody at doors, patrols, piles, lifts and lanes, each number with its list."""

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from anju.accounts.http import Request
from anju.core import time
from anju.core.policy import needs
from anju.monitoring.selectors import doors, lanes, lifts, patrol, piles, smart


@needs("smart.view")
@require_GET
def overview(request: Request) -> HttpResponse:
    user, now, query = request.user, time.now(), _only_area(request.GET)
    found_doors = doors.doors(user, query)
    occupied = smart.narrowed(lanes.visible(user), query, "device__")
    lift_rows = lifts.lifts(user, query, now)
    estates = piles.coverage(user, query, now)
    recent = query.copy()
    recent["days"] = "30"
    groups: list[dict[str, Any]] = [
        {"name": "lanes", "icon": "truck", "title": _("Fire lanes"), "lines": [
            (_("Blocked now"), smart.number(lanes.of_tab(occupied, "")), "", True),
            (_("Repeat places in 30 days"), f"{len(lanes.repeats(occupied, now)):,}", "repeat", False),
        ]},
        {"name": "lifts", "icon": "barrier-block", "title": _("Lifts"), "lines": [
            (_("Repeat offenders this week"), smart.number(lifts.repeat(lift_rows)), "repeat", True),
            (_("E-bikes and cylinders seen"), smart.number(lifts.events(user, query)), "events", False),
        ]},
        {"name": "patrol", "icon": "route", "title": _("Fire patrol"), "lines": [
            (_("Rounds missed in 30 days"), smart.number(patrol.rounds(user, recent, missed=True)), "missed&days=30", True),
            (_("Routes"), smart.number(patrol.routes(user, query)), "", False),
        ]},
        {"name": "piles", "icon": "battery-charging", "title": _("Charging piles"), "lines": [
            (_("Faulty ports"), smart.number(piles.faulty(user, query)), "faults", True),
            (_("Places lacking"), f"{sum(row.gap for row in estates):,}", "", False),
        ]},
        {"name": "doors", "icon": "door", "title": _("Doors"), "lines": [
            (_("Face only"), smart.number(doors.of_tab(found_doors, "no_alternative")), "no_alternative", True),
            (_("Without consent"), smart.number(doors.of_tab(found_doors, "no_consent")), "no_consent", True),
        ]},
    ]  # fmt: skip
    for group in groups:
        group["url"] = reverse(f"smart:{group['name']}")
        group["lines"] = [
            {"label": label, "number": number, "url": _address(group["url"], tab, query), "bad": bad and number != "0"}
            for label, number, tab, bad in group["lines"]
        ]
    return render(request, "smart/overview.html", {"groups": groups, "here": "overview", "areas": smart.areas_of(user)})


def _only_area(query: QueryDict) -> QueryDict:
    kept = QueryDict(mutable=True)
    area = query.get("area", "")
    if area:
        kept["area"] = area
    return kept


def _address(url: str, tab: str, query: QueryDict) -> str:
    """tab: value of `state`, and what else the list needs to be as long as the number says."""
    words = [*(["state=" + tab] if tab else []), *([query.urlencode()] if query else [])]
    return f"{url}?{'&'.join(words)}" if words else url
