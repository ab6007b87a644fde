"""/documents/bodies/: under which names documents are issued here, and the word at the head of their numbers."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anju.accounts.http import Request
from anju.areas.permissions import can
from anju.core import time
from anju.core.errors import Refused
from anju.core.policy import needs
from anju.documents import selectors, services
from anju.documents.forms import BodyChangeForm, BodyForm


@needs("document.view")
@require_GET
def bodies(request: Request) -> HttpResponse:
    context = {
        "rows": selectors.bodies_of(request.user, time.today().year),
        "year": time.today().year,
        "can_edit": can(request.user, "posting.edit"),
        "crumbs": [(_("Documents"), reverse("documents:list"))],
    }
    return render(request, "documents/bodies.html", context)


@needs("posting.edit")
@require_http_methods(["GET", "POST"])
def body_new(request: Request) -> HttpResponseBase:
    form, refusal = BodyForm(request.POST or None, areas=selectors.own_areas(request.user)), None
    if request.method == "POST" and form.is_valid():
        try:
            made = services.record_body(by=request.user, **form.cleaned_data)
        except Refused as error:
            refusal = error
        else:
            messages.success(request, _("%(body)s can issue documents now.") % {"body": made})
            return redirect("documents:bodies")
    context = {"form": form, "refusal": refusal, "title": _("Record a body")}
    return render(request, "documents/body.html", context, status=_status(request, refusal))


@needs("posting.edit")
@require_http_methods(["GET", "POST"])
def body_change(request: Request, number: int) -> HttpResponseBase:
    body = selectors.own_bodies(request.user).filter(pk=number).first()
    if body is None:
        raise Http404
    now = {name: getattr(body, name) for name in ("name", "short_name", "phone", "address")}
    form, refusal = BodyChangeForm(request.POST or None, initial=now), None
    if request.method == "POST" and form.is_valid():
        try:
            services.change_body(by=request.user, body=body, **form.cleaned_data)
        except Refused as error:
            refusal = error
        else:
            messages.success(request, _("Changed. Documents issued before keep what they say."))
            return redirect("documents:bodies")
    context = {"form": form, "refusal": refusal, "title": body.name}
    return render(request, "documents/body.html", context, status=_status(request, refusal))


def _status(request: Request, refusal: Refused | None) -> int:
    """A form that was sent and comes back was wrong (422) or refused (409)."""
    return (refusal.status if refusal else 422) if request.method == "POST" else 200
