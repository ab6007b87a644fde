"""Parts of other apps' pages: the station on duty with its telephone, and the button that calls it."""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from anju.areas.models import Place
from anju.areas.permissions import can
from anju.core import time
from anju.core.templatetags.state_tags import icon
from anju.dwellings.models import Dwelling
from anju.inspections.models import Hazard
from anju.stations import wording
from anju.stations.models import CallOut, Station
from anju.stations.selectors.ladder import stations_for


def _station_card(request: HttpRequest, place: Place, call_url: str) -> str:
    user: Any = request.user
    if not can(user, "station.view"):
        return ""
    targets = stations_for(place, time.now())[:3]
    seen = set(
        Station.objects.for_user(user)
        .filter(pk__in=[t.station.pk for t in targets if t.station])
        .values_list("pk", flat=True)
    )
    rows = [
        {
            "target": target, "who": wording.names(target.people), "linked": target.station is not None and target.station.pk in seen,
            "tone": wording.READINESS[target.station.readiness] if target.station else ("", ""),
        }
        for target in targets
    ]  # fmt: skip
    context = {
        "rows": rows,
        "call_url": call_url if can(user, "callout.start") else "",
        "may_edit": can(user, "station.edit"),
    }
    return render_to_string("stations/_on_duty.html", context)


def dwelling_side(request: HttpRequest, home: Dwelling) -> str:
    return _station_card(request, home.place, "")


def place_side(request: HttpRequest, place: Place) -> str:
    return _station_card(request, place, f"{reverse('stations:callout-new')}?place={place.code}")


def hazard_side(request: HttpRequest, hazard: Hazard) -> str:
    """The call-out on which it was found: who was there and when."""
    user: Any = request.user
    if not can(user, "callout.view"):
        return ""
    rows = CallOut.objects.for_user(user).filter(hazard=hazard).select_related("station").order_by("-alarm_at")
    lines = [{"row": row, "tone": wording.OUTCOMES[row.outcome]} for row in rows]
    return render_to_string("stations/_found_on.html", {"lines": lines}) if lines else ""


def dwelling_actions(request: HttpRequest, home: Dwelling) -> str:
    if not can(request.user, "callout.start"):
        return ""
    url = f"{reverse('stations:callout-new')}?home={home.code}"
    label: SafeString = format_html(
        '<a class="a-btn" href="{}">{}{}</a>', url, icon("bell-ringing"), _("Call the station")
    )
    return label
