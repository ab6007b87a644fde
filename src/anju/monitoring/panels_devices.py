"""The register of devices on other pages: what hangs in a home, how an estate is watched, and the search box."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from anju.areas.models import Place
from anju.areas.permissions import can
from anju.core import time
from anju.core.registry import SearchHit
from anju.dwellings.models import Dwelling
from anju.monitoring.models import Device
from anju.monitoring.selectors import coverage, devices

SHOWN = 40


def dwelling_side(request: HttpRequest, home: Dwelling) -> str:
    """Its devices with their state, what does not work first."""
    user: Any = request.user
    if not can(user, "device.view"):
        return ""
    now = time.now()
    rows = devices.visible(user).filter(dwelling=home, retired_on=None).select_related("state", "area", "parent")
    lines = devices.lines(list(rows.order_by("room", "kind", "id")[:SHOWN]), now)
    lines.sort(key=lambda line: line.state.key == "ok")
    working = sum(line.state.key in ("ok", "battery") for line in lines)
    context = {"home": home, "lines": lines, "working": working, "may_edit": can(user, "device.edit")}
    return render_to_string("devices/_home.html", context)


def place_side(request: HttpRequest, place: Place) -> str:
    user: Any = request.user
    if not can(user, "device.view") or place.kind != Place.Kind.ESTATE:
        return ""
    line = coverage.estate_lines(user, [place], time.now())[0]
    return render_to_string(
        "devices/_estate.html", {"line": line, "estate": place, "may_edit": can(user, "device.edit")}
    )


def search(user: Any, text: str) -> Iterator[SearchHit]:
    """By code, serial number, wire address or name."""
    if not can(user, "device.view") or len(text) < 3:
        return
    named = Q(code=text.upper()) | Q(serial__iexact=text) | Q(wire_address=text.lower()) | Q(name__icontains=text)
    rows = devices.visible(user).filter(named).select_related("state", "area", "parent").order_by("id")
    for line in devices.lines(list(rows[:6]), time.now()):
        row: Device = line.device
        yield SearchHit(
            f"{row.name or row.get_kind_display()} {row.code}", row.where, reverse("devices:device", args=[row.code]), "devices",
            str(line.state.label),
        )  # fmt: skip
