"""Steps that change a device: registered, changed, moved, maintained, retired; and units nobody knows, adopted."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anju.accounts.http import Request
from anju.core.policy import needs
from anju.monitoring.forms_devices import AdoptForm, EditDeviceForm, NewDeviceForm, QuietForm, ReasonForm, WhereForm
from anju.monitoring.models import Device
from anju.monitoring.selectors import adoption
from anju.monitoring.selectors.devices import device_or_404
from anju.monitoring.services import register
from anju.monitoring.views.device_steps import crumbs, form_page, sent, to_device


@needs("device.edit")
@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    """Register one device. Its key waits on the next page to be shown, once."""
    initial = {name: request.GET.get(name, "")[:120] for name in ("where", "room", "kind", "unit")}
    form = NewDeviceForm(request.POST or None, user=request.user, initial=initial)
    made: list[Device] = []

    def act() -> None:
        made.append(register.add_device(by=request.user, **form.details())[0])

    if sent(request, form, act, _("The device is in the register.")):
        has_key = not made[0].wire_address and made[0].parent_id is None
        return redirect(reverse("devices:key" if has_key else "devices:device", args=[made[0].code]))
    return form_page(
        request, form, title=_("Register a device"), back=reverse("devices:devices"), save=_("Register"), crumbs=crumbs(),
        consequence=_("Its key is shown once on the next page"),
    )  # fmt: skip


@needs("device.edit")
@require_http_methods(["GET", "POST"])
def edit(request: Request, code: str) -> HttpResponse:
    row = device_or_404(request.user, code)
    form = EditDeviceForm(request.POST or None, device=row)

    def act() -> None:
        version = form.cleaned_data["version"]
        register.change_device(by=request.user, device=row, version=version, **form.details())

    if sent(request, form, act, _("Saved.")):
        return to_device(code)
    return form_page(
        request, form, title=_("Change %(device)s") % {"device": row}, back=reverse("devices:device", args=[code]), save=_("Save"),
        crumbs=crumbs(row), about=_("Own limits stand above those of the national standards; leave them empty where in doubt."),
    )  # fmt: skip


@needs("device.edit")
@require_http_methods(["GET", "POST"])
def move(request: Request, code: str) -> HttpResponse:
    row = device_or_404(request.user, code)
    where = row.dwelling.code if row.dwelling else row.place.code
    form = WhereForm(request.POST or None, user=request.user, initial={"where": where, "room": row.room})

    def act() -> None:
        register.move_device(by=request.user, device=row, spot=form.cleaned_data["spot"])

    if sent(request, form, act, _("It hangs there now.")):
        return to_device(code)
    return form_page(
        request, form, title=_("Move %(device)s") % {"device": row}, back=reverse("devices:device", args=[code]), save=_("Move"),
        crumbs=crumbs(row), consequence=_("Its key stays; what it said about the old home no longer holds"),
    )  # fmt: skip


@needs("device.edit")
@require_http_methods(["GET", "POST"])
def retire(request: Request, code: str) -> HttpResponse:
    row = device_or_404(request.user, code)
    form = ReasonForm(request.POST or None)

    def act() -> None:
        register.retire(by=request.user, device=row, reason=form.cleaned_data["reason"])

    if sent(request, form, act, _("Taken out of use. Its history stays.")):
        return to_device(code)
    return form_page(
        request, form, title=_("Take %(device)s out of use") % {"device": row}, back=reverse("devices:device", args=[code]),
        save=_("Take out of use"), crumbs=crumbs(row), consequence=_("Its keys end at once; its wire address is free again"),
    )  # fmt: skip


@needs("device.edit")
@require_http_methods(["GET", "POST"])
def quiet(request: Request, code: str) -> HttpResponse:
    row = device_or_404(request.user, code)
    form = QuietForm(request.POST or None)

    def act() -> None:
        data = form.cleaned_data
        register.set_quiet(by=request.user, device=row, until=data["until"], reason=data["reason"])

    if sent(request, form, act, _("Maintenance has begun. It ends by itself.")):
        return to_device(code)
    return form_page(
        request, form, title=_("Maintain %(device)s") % {"device": row}, back=reverse("devices:device", args=[code]),
        save=_("Begin maintenance"), crumbs=crumbs(row), consequence=_("Meanwhile it does not count as protection"),
    )  # fmt: skip


@needs("device.edit")
@require_POST
def quiet_end(request: Request, code: str) -> HttpResponse:
    row = device_or_404(request.user, code)
    register.end_quiet(by=request.user, device=row)
    messages.success(request, _("Maintenance has ended; the device alarms again."))
    return to_device(code)


@needs("device.adopt")
@require_GET
def unknown(request: Request) -> HttpResponse:
    """Transmission units that call from addresses nobody registered."""
    context: dict[str, Any] = {
        "units": adoption.unknown_units(),
        "crumbs": crumbs(),
        "here": "unknown",
        "may_edit": True,
        "may_adopt": True,
    }
    return render(request, "devices/unknown.html", context)


@needs("device.adopt")
@require_http_methods(["GET", "POST"])
def adopt(request: Request, address: str) -> HttpResponse:
    unit = adoption.unknown_unit(address)
    if unit is None:
        raise Http404
    form = AdoptForm(request.POST or None, user=request.user)
    made: list[Device] = []

    def act() -> None:
        data = form.cleaned_data
        spot = data["spot"]
        made.append(
            register.adopt(by=request.user, address=address, spot=spot, profile=data["profile"], name=data["name"])
        )

    if sent(request, form, act, _("The unit is in the register. Its next frame is taken.")):
        return to_device(made[0].code)
    return form_page(
        request, form, title=_("Adopt the unit %(address)s") % {"address": address}, back=reverse("devices:unknown"),
        save=_("Register"), crumbs=[*crumbs(), (_("Unknown units"), reverse("devices:unknown"))],
        about=_("Called %(n)s times, last %(when)s") % {"n": unit.count, "when": f"{adoption.local(unit.last):%Y-%m-%d %H:%M}"},
    )  # fmt: skip
