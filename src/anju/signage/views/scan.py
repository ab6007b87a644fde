"""/q/<code>/: what the QR code of every sign leads to. Everybody sees what `public_state` allows; staff whose posting includes
the sign see their own view of it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from anju.core.policy import allowed, public
from anju.core.registry import registry
from anju.signage import public as shown
from anju.signage.forms import PositionForm
from anju.signage.models import Sign
from anju.signage.selectors import lists
from anju.signage.services import scanning
from anju.signage.views.signs import context_of

STATES = {
    "ok": gettext_lazy("Compliant"),
    "fix": pgettext_lazy("sign", "Being corrected"),
    "unknown": pgettext_lazy("sign", "Being checked"),
    "new": gettext_lazy("Not inspected"),
}


def _seen_by_staff(request: HttpRequest, sign: Sign) -> bool:
    user: Any = request.user
    return allowed(user, "sign.view") and bool(lists.visible(user).filter(pk=sign.pk).exists())


@public("whoever stands before a door may know what its sign says")
@require_GET
def scan(request: HttpRequest, code: str) -> HttpResponse:
    sign = shown.sign_of(code)
    if sign is None:
        return shown.page(request, None)
    scanning.note_scan(sign)
    if _seen_by_staff(request, sign) and request.GET.get("as") != "public":
        context = context_of(request, lists.sign_or_404(request.user, sign.code))  # type: ignore[arg-type]
        return render(request, "signage/scan_staff.html", context | {"state": shown.state_of(sign)})
    return shown.page(request, shown.state_of(sign))


@public("a position is given by the person's own consent, and kept to a hundred metres")
@require_POST
def here(request: HttpRequest, code: str) -> HttpResponse:
    """Where the sign was met. The answer says only whether it belongs there."""
    sign, form = shown.sign_of(code), PositionForm(request.POST)
    if sign is None:
        raise Http404
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


def plain_page(request: HttpRequest, state: shown.PublicState | None) -> HttpResponse:
    """The simple page; see `public.use_page`."""
    if state is None:
        return render(request, "signage/scan_unknown.html", status=404)
    ways = [panel.render(request, state) for panel in registry.panels_of("scan.public")]
    context = {
        "state": state,
        "ways": mark_safe("".join(ways)),  # noqa: S308  # escaped by their templates
        "counts": [(STATES[name], number) for name, number in state.counts.items()],
    }
    return render(request, "signage/scan.html", context, status=200 if state.is_valid else 410)
