"""The key of a device: shown once, replaced with a day in which both hold, revoked (A4.8)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from anju.accounts.http import Request
from anju.core import time
from anju.core.policy import needs
from anju.monitoring.forms_devices import ReasonForm
from anju.monitoring.selectors.devices import device_or_404
from anju.monitoring.services import keys
from anju.monitoring.views.device_steps import crumbs, form_page, sent


@needs("device.edit")
@require_http_methods(["GET", "POST"])
def key(request: Request, code: str) -> HttpResponse:
    """A key that nobody has seen yet waits here; the button shows it, and never again."""
    row = device_or_404(request.user, code)
    plain = keys.show_key(by=request.user, device=row) if request.method == "POST" else ""
    context = {
        "device": row, "key": plain, "waits": not plain and keys.unshown(row, time.now()) is not None,
        "host": request.get_host().split(":")[0], "crumbs": crumbs(row),
    }  # fmt: skip
    return render(request, "devices/key.html", context)


@needs("device.edit")
@require_POST
def rotate(request: Request, code: str) -> HttpResponse:
    keys.rotate_key(by=request.user, device=device_or_404(request.user, code))
    messages.success(request, _("There is a new key; the old one holds for another day."))
    return redirect("devices:key", code)


@needs("device.edit")
@require_http_methods(["GET", "POST"])
def revoke(request: Request, code: str) -> HttpResponse:
    row = device_or_404(request.user, code)
    form = ReasonForm(request.POST or None)

    def act() -> None:
        keys.revoke_key(by=request.user, device=row, reason=form.cleaned_data["reason"])

    if sent(request, form, act, _("Every earlier key is refused from now on.")):
        return redirect("devices:key", code)
    return form_page(
        request, form, title=_("Revoke the key of %(device)s") % {"device": row}, back=reverse("devices:device", args=[code]),
        save=_("Revoke the key"), crumbs=crumbs(row), consequence=_("The device cannot come in until it has the new key"),
    )  # fmt: skip
