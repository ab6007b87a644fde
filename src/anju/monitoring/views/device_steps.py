"""One way for every form about devices: try the service, keep what was typed and say why when it is refused."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from anju.accounts.http import Request
from anju.core.errors import Refused
from anju.monitoring.models import Device


def sent(request: Request, form: forms.Form, act: Callable[[], Any], done: str) -> bool:
    """True when the form was sent, was complete, and the service took it; a refusal stands on the form."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        act()
    except Refused as refusal:
        form.add_error(None, " ".join(filter(None, (refusal.message, refusal.law, refusal.instead))))
        return False
    messages.success(request, done)
    return True


def form_page(request: Request, form: forms.Form, **context: Any) -> HttpResponse:
    """`context`: title, back (address), save (label), consequence, about, crumbs."""
    return render(request, "devices/form.html", {"form": form, **context}, status=422 if form.errors else 200)


def to_device(code: str, part: str = "") -> HttpResponse:
    url = reverse("devices:device", args=[code])
    return redirect(f"{url}#{part}" if part else url)


def crumbs(device: Device | None = None) -> list[tuple[str, str]]:
    found = [(_("Devices"), reverse("devices:devices"))]
    if device is not None:
        found.append((device.name or str(device.get_kind_display()), reverse("devices:device", args=[device.code])))
    return found
