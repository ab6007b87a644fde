"""/q/<code>/: what the QR code of every sign leads to. Everybody sees what `public_state` allows; staff whose posting includes
the sign see their own view of it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from anju.core.policy import allowed, public
from anju.signage import public as shown
from anju.signage.forms import PositionForm
from anju.signage.models import Sign
from anju.signage.selectors import lists
from anju.signage.services import scanning
from anju.signage.views.signs import context_of


def _seen_by_staff(request: HttpRequest, sign: Sign) -> bool:
    user: Any = request.user
    return allowed(user, "sign.view") and bool(lists.visible(user).filter(pk=sign.pk).exists())


@public("whoever stands before a door may know what its sign says")
@require_GET
def scan(request: HttpRequest, code: str) -> HttpResponse:
    stopped = shown.stopped(request)
    if stopped is not None:
        return stopped
    sign = shown.sign_of(code)
    if sign is None:
        return shown.page(request, None)
    scanning.note_scan(sign)
    if _seen_by_staff(request, sign) and request.GET.get("as") != "public":
        context, state = context_of(request, lists.sign_or_404(request.user, sign.code)), shown.state_of(sign)  # type: ignore[arg-type]
        return render(request, "signage/scan_staff.html", context | {"state": state, "words": shown.words(state)})
    return shown.page(request, shown.state_of(sign))


@public("a position is given by the person's own consent, and kept to a hundred metres")
@require_POST
def here(request: HttpRequest, code: str) -> HttpResponse:
    """Where the sign was met. The answer says only whether it belongs there."""
    stopped = shown.stopped(request)
    if stopped is not None:
        return stopped
    sign, form = shown.sign_of(code), PositionForm(request.POST)
    if sign is None:
        return shown.page(request, None)
    if form.is_valid():
        right = scanning.note_position(sign, form.cleaned_data["latitude"], form.cleaned_data["longitude"])
        if right:
            messages.success(request, _("Thank you. This sign hangs where it belongs."))
        else:
            messages.error(
                request, _("This sign belongs to another place. The office has been told: do not rely on it.")
            )
    else:
        messages.info(request, _("No position came from the phone, so nothing was recorded."))
    return redirect("scan:scan", code=sign.code)
