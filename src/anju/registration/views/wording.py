"""/registration/texts/: the wording that people sign or agree to, by edition."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anju.accounts.http import Request
from anju.core import time
from anju.core.errors import Refused
from anju.core.policy import allowed, needs
from anju.registration import texts
from anju.registration.forms import TextForm
from anju.registration.models import TextEdition
from anju.registration.services import wording


@needs("registration.view")
@require_GET
def text_list(request: Request) -> HttpResponse:
    on = time.today()
    rows = [
        {"kind": kind, "label": label, "now": texts.current(kind, on), "editions": texts.editions(kind)}
        for kind, label in TextEdition.Kind.choices
    ]
    context = {"rows": rows, "may_edit": allowed(request.user, "text.edit"), "today": on}
    return render(request, "registration/texts.html", context)


@needs("text.edit")
@require_http_methods(["GET", "POST"])
def text_new(request: Request, kind: str) -> HttpResponse:
    if kind not in TextEdition.Kind.values:
        raise Http404
    now = texts.editions(kind)[0]
    form = TextForm(request.POST or None, initial={"title": now.title, "body": now.body, "since": time.today()})
    if request.method == "POST" and form.is_valid():
        try:
            wording.new_edition(by=request.user, kind=kind, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, f"{refusal.message} {refusal.instead}".strip())
        else:
            messages.success(request, _("The new edition is on record. What was signed before keeps its own text."))
            return redirect("registration:texts")
    context = {"form": form, "now": now, "label": TextEdition.Kind(kind).label}
    return render(request, "registration/text_new.html", context, status=422 if form.errors else 200)
