"""/enforcement/powers/: which body may order what under which article, from when to when."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anju.accounts.http import Request
from anju.areas.permissions import can
from anju.core import time
from anju.core.errors import Refused
from anju.core.policy import needs
from anju.enforcement import selectors
from anju.enforcement.forms import EndPowerForm, PowerForm
from anju.enforcement.services import powers
from anju.inspections.models import Hazard


@needs("enforcement.view")
@require_GET
def power_list(request: Request) -> HttpResponse:
    today = time.today()
    own = {body.pk for body in selectors.own_bodies(request.user)} if can(request.user, "enforcement.power") else set()
    categories, parties = dict(Hazard.Category.choices), dict(Hazard.Bound.choices)
    rows = [
        {
            "power": power,
            "reach": power.rules or [categories[name] for name in power.categories],
            "parties": [parties[name] for name in power.parties],
            "state": "on" if power.in_force(today) else ("later" if power.since > today else "ended"),
            "mine": power.body_id in own,
        }
        for power in selectors.powers(request.user)[:500]
    ]
    context = {"rows": rows, "can_record": can(request.user, "enforcement.power")}
    return render(request, "enforcement/powers.html", context)


@needs("enforcement.power")
@require_http_methods(["GET", "POST"])
def power_new(request: Request) -> HttpResponseBase:
    form, refusal = PowerForm(request.POST or None, user=request.user), None
    if request.method == "POST" and form.is_valid():
        try:
            made = powers.record_power(by=request.user, **form.cleaned_data)
        except Refused as error:
            refusal = error
        else:
            messages.success(request, _("%(power)s is recorded for %(body)s.") % {"power": made, "body": made.body})
            return redirect("enforcement:powers")
    return render(
        request, "enforcement/power_new.html", {"form": form, "refusal": refusal}, status=status(request, refusal)
    )


@needs("enforcement.power")
@require_http_methods(["GET", "POST"])
def power_end(request: Request, code: str) -> HttpResponseBase:
    power = get_object_or_404(selectors.powers(request.user), code=code)
    form, refusal = EndPowerForm(request.POST or None, initial={"until": time.today()}), None
    if request.method == "POST" and form.is_valid():
        try:
            powers.end_power(by=request.user, power=power, **form.cleaned_data)
        except Refused as error:
            refusal = error
        else:
            messages.success(
                request, _("%(power)s ends on %(day)s.") % {"power": power, "day": form.cleaned_data["until"]}
            )
            return redirect("enforcement:powers")
    context = {"power": power, "form": form, "refusal": refusal}
    return render(request, "enforcement/power_end.html", context, status=status(request, refusal))


def status(request: Request, refusal: Refused | None) -> int:
    """A form that was sent and comes back was wrong (422) or refused (409)."""
    return (refusal.status if refusal else 422) if request.method == "POST" else 200
