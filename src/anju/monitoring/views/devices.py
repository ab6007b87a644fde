"""/devices/: the register as a list, its export, one device, what was refused of it."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from anju.accounts.http import Request
from anju.areas.permissions import can
from anju.areas.selectors import estates_of
from anju.audit.services import record
from anju.core import time
from anju.core.paging import capped_count, keyset_page
from anju.core.policy import needs
from anju.core.sheets import download
from anju.monitoring import wording_devices as wording
from anju.monitoring.models import Device
from anju.monitoring.selectors import device_page, devices
from anju.monitoring.selectors.links import link_of
from anju.monitoring.services.keys import unshown
from anju.monitoring.services.silence import silent_after
from anju.monitoring.views.device_steps import crumbs
from anju.monitoring.vocabulary import VALUES


@needs("device.view")
@require_GET
def device_list(request: Request) -> HttpResponse:
    """All devices one may see, by state, with filters in the address."""
    now, wanted = time.now(), devices.Filter.of(request.GET)
    rows = devices.filtered(request.user, wanted)
    tab_rows = devices.of_tab(rows, wanted.state, now)
    page = keyset_page(devices.sortable(tab_rows), sort=wanted.sort, after=request.GET.get("after", ""))
    estate = estates_of(request.user).filter(code=wanted.estate).first() if wanted.estate else None
    context = {
        "page": page, "lines": devices.lines(page.rows, now), "tabs_rows": devices.tabs(rows, now), "shown": devices.number(tab_rows),
        "kinds": Device.Kind.choices, "areas": [(area.code, area.name) for area in devices.areas_of(request.user)],
        "estates": [(estate.code, estate.name)] if estate else [], "now": now, "wanted": wanted, **_may(request),
    }  # fmt: skip
    return render(request, "devices/list.html", context)


def _may(request: Request) -> dict[str, Any]:
    return {
        "may_edit": can(request.user, "device.edit"), "may_export": can(request.user, "device.export"),
        "may_adopt": can(request.user, "device.adopt"), "here": "devices",
    }  # fmt: skip


@needs("device.export")
@require_GET
def export(request: Request) -> HttpResponse:
    """What the list shows, with the same filters. Never a key."""
    now, wanted = time.now(), devices.Filter.of(request.GET)
    rows = devices.of_tab(devices.filtered(request.user, wanted), wanted.state, now)
    record(by=request.user, verb="device.export", subject=request.user, after={"filter": request.GET.dict()})
    header = [
        _("Code"), _("Kind of device"), _("Name of the device"), _("Where it hangs"), _("Home"), _("Room of the home"), _("Grid"), _("State"),
        _("Last heard"), _("Battery (%)"), _("Vendor profile"), _("Serial number"), _("Wire address"), _("Behind a transmission unit"),
        _("Part of the unit"), _("Installed on"), _("Calibrated until"), _("Battery changed on"), _("Retired on"),
    ]  # fmt: skip
    return download(f"{_('Devices')} {time.today().isoformat()}", header, devices.export_rows(rows, now))


@needs("device.view")
@require_GET
def device(request: Request, code: str) -> HttpResponse:
    """What it is, where it hangs, what it says, what is wrong, and what can be done."""
    row, now = devices.device_or_404(request.user, code), time.now()
    today = time.day_of(now)
    limits, readings = device_page.limits_of(row, today), device_page.last_readings(row, today)
    line = devices.lines([row], now)[0]
    alarms = device_page.alarms_of(request.user, row)
    refused = device_page.rejected_of(row)
    parts = device_page.parts_of(request.user, row) if row.kind == Device.Kind.TRANSMISSION_UNIT else []
    in_use = row.retired_on is None
    context = {
        "device": row, "line": line, "link": link_of(row, now), "now": now, "today": today, "limits": limits, "newest": device_page.newest(row, limits),
        "curves": device_page.curves(row, readings, limits), "readings": [_said(reading) for reading in readings[:12]],
        "long_curves": device_page.long_curves(row, limits, today),
        "alarms": alarms, "open_alarms": sum(alarm.is_open for alarm in alarms),
        "refused": [(one, wording.WHY_REJECTED[one.reason]) for one in refused[:5]], "refused_count": capped_count(refused)[0],
        "keys": device_page.keys_of(row, now), "unshown": in_use and unshown(row, now) is not None,
        "has_key": not row.wire_address and row.parent_id is None, "silent_hours": _hours(silent_after(row, now)),
        "parts": devices.lines(parts, now), "history": device_page.history(row), "batteries": _battery(row),
        "may_edit": can(request.user, "device.edit") and in_use, "crumbs": crumbs(),
    }  # fmt: skip
    return render(request, "devices/device.html", context)


def _hours(seconds: int | None) -> str:
    return "" if seconds is None else f"{seconds / 3600:g}"


def _battery(row: Device) -> bool:
    return "battery" in row.state.readings or row.battery_changed_on is not None


def _said(reading: Any) -> dict[str, Any]:
    values = [f"{wording.READINGS.get(name, name)} {value:g} {_unit(name)}" for name, value in reading.values.items()]
    event = wording.EVENTS.get(reading.event, reading.event)
    return {"row": reading, "event": event, "values": values}


def _unit(name: str) -> str:
    unit = VALUES.get(name, "")
    return unit if len(unit) <= 5 else ""


@needs("device.view")
@require_GET
def rejected(request: Request, code: str) -> HttpResponse:
    """All messages of a device that were refused, with the reason and the bytes."""
    row = devices.device_or_404(request.user, code)
    page = keyset_page(device_page.rejected_of(row), sort="-id", after=request.GET.get("after", ""), size=25)
    found = [(one, wording.WHY_REJECTED[one.reason]) for one in page.rows]
    return render(
        request, "devices/rejected.html", {"device": row, "page": page, "refused": found, "crumbs": crumbs(row)}
    )
