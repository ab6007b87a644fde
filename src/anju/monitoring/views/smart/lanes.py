"""/smart/lanes/: lanes that are blocked, that were, where it happens again, and the campaigns."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anju.accounts.http import Request
from anju.core import time
from anju.core.paging import keyset_page
from anju.core.policy import needs
from anju.monitoring import thresholds
from anju.monitoring.forms_smart import CampaignForm, area_of
from anju.monitoring.models import LaneCampaign
from anju.monitoring.selectors import lanes as selectors
from anju.monitoring.selectors import smart
from anju.monitoring.services import lanes
from anju.monitoring.views.smart.acting import crumbs, form_page, frame, sent, sheet


@needs("smart.view")
@require_GET
def lane_list(request: Request) -> HttpResponse:
    context, user, query = frame(request, "lanes"), request.user, request.GET
    now, tab = context["now"], context["tab"]
    rows = smart.narrowed(selectors.visible(user), query, "device__")
    context |= {
        "tab_rows": selectors.tabs(user, query, now),
        "limits": thresholds.edition_on(time.day_of(now)).lane,
        "days": selectors.REPEATS.days,
    }
    if tab == "repeat":
        found = selectors.repeats(rows, now)
        context |= {"page": smart.sliced(found, query.get("after", "")), "shown": f"{len(found):,}"}
    elif tab == "cameras":
        cameras = selectors.cameras(user, query)
        context |= {"page": keyset_page(cameras, after=query.get("after", "")), "shown": smart.number(cameras)}
    else:
        rows = selectors.of_tab(rows, tab)
        sort = "-ended_at" if tab == "ended" else "began_at"
        context |= {"page": keyset_page(rows, sort=sort, after=query.get("after", "")), "shown": smart.number(rows)}
    return render(request, "smart/lanes.html", context)


@needs("smart.export")
@require_GET
def export(request: Request) -> HttpResponse:
    """What the list shows, with the same filters."""
    now, tab = time.now(), request.GET.get("state", "")
    rows = smart.narrowed(selectors.visible(request.user), request.GET, "device__")
    if tab == "repeat":
        header = [
            _("Where"),
            _("Camera"),
            _("Lane"),
            _("Times in 30 days"),
            _("Minutes in all"),
            _("Longest (min)"),
            _("Last"),
        ]
        lines: Any = (
            [row.device.where, row.device.name, row.lane, row.count, row.minutes, row.longest, row.last_at]
            for row in selectors.repeats(rows, now)
        )
        return sheet(request, _("Repeat places of blocked lanes"), header, lines)
    header = [
        _("Where"), _("Camera"), _("Lane"), _("Blocked since"), _("Free at"), _("Minutes"), _("Warned at"),
        _("Hazard announced at"), _("Edition of the limits"),
    ]  # fmt: skip
    found = selectors.of_tab(rows, tab).order_by("-began_at", "-id")[: smart.MOST_EXPORTED]
    lines = (
        [
            row.device.where, row.device.name, row.lane, row.began_at, row.ended_at,
            (row.seconds if row.ended_at else int((now - row.began_at).total_seconds())) // 60, row.warned_at,
            row.announced_at, row.edition,
        ]
        for row in found
    )  # fmt: skip
    return sheet(request, _("Blocked fire lanes"), header, lines)


@needs("smart.view")
@require_GET
def campaign_list(request: Request) -> HttpResponse:
    rows = selectors.campaigns(request.user)
    page = keyset_page(rows, sort="-since", after=request.GET.get("after", ""))
    context = {
        **frame(request, "campaigns"),
        "page": page,
        "today": time.today(),
        "crumbs": crumbs("lanes", _("Fire lanes")),
    }
    return render(request, "smart/campaigns.html", context)


@needs("smart.edit")
@require_http_methods(["GET", "POST"])
def campaign_new(request: Request) -> HttpResponse:
    form, made = CampaignForm(request.POST or None, user=request.user), list[LaneCampaign]()

    def act(data: dict[str, Any]) -> None:
        chosen = list(data.pop("estates"))
        made.append(lanes.plan_campaign(by=request.user, area=area_of(request.user, chosen), estates=chosen, **data))

    if sent(request, form, act, _("The campaign is planned. Its figures come from the cameras alone.")):
        return redirect("smart:campaign", made[0].code)
    return form_page(
        request, form, title=_("Plan a campaign “open the passage of life”"), back=reverse("smart:campaigns"),
        save=_("Plan the campaign"), crumbs=[*crumbs("lanes", _("Fire lanes")), (_("Campaigns"), reverse("smart:campaigns"))],
        consequence=_("Compared with as many days before it and after it"),
    )  # fmt: skip


@needs("smart.view")
@require_GET
def campaign(request: Request, code: str) -> HttpResponse:
    row, now = selectors.campaign_or_404(request.user, code), time.now()
    compared = selectors.compare(row, now)
    context = {
        "campaign": row, "compared": compared, "total": compared[0] if compared else None, "today": time.day_of(now),
        "here": "campaigns",
        "crumbs": [*crumbs("lanes", _("Fire lanes")), (_("Campaigns"), reverse("smart:campaigns"))],
    }  # fmt: skip
    return render(request, "smart/campaign.html", context)
