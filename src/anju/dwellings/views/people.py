"""Occupants: arrivals, departures, and the reveal of masked values."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from anju.accounts.http import Request
from anju.core import time
from anju.core.errors import Refused
from anju.core.policy import needs
from anju.dwellings.forms import ArrivalForm
from anju.dwellings.services import people as service
from anju.dwellings.views.pages import home_or_404


@needs("person.reveal")
@require_POST
def reveal(request: Request, code: str) -> HttpResponse:
    """Full names, ID numbers and phones, in this one answer only."""
    home = home_or_404(request.user, code)
    reason = request.POST.get("reason", "")
    occupants = service.reveal(by=request.user, dwelling=home, reason=reason)
    labelled = ((_("Landlord"), home.landlord), (_("Sub-lessor"), home.sublessor), (_("Operator"), home.operator))
    context = {
        "home": home,
        "occupants": occupants,
        "reason": reason,
        "parties": [pair for pair in labelled if pair[1]],
    }
    return render(request, "dwellings/revealed.html", context)


@needs("registration.edit")
@require_http_methods(["GET", "POST"])
def people(request: Request, code: str) -> HttpResponse:
    """Who lives here: somebody arrives, somebody leaves."""
    home = home_or_404(request.user, code)
    form = ArrivalForm(request.POST or None, home=home)
    if request.method == "POST" and form.is_valid():
        try:
            service.arrive(by=request.user, dwelling=home, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            return redirect("dwellings:people", code=home.code)
    occupants = home.occupants.filter(until=None).select_related("party", "room")
    status = 422 if form.errors else 200
    return render(request, "dwellings/people.html", {"home": home, "form": form, "occupants": occupants}, status=status)


@needs("registration.edit")
@require_POST
def leave(request: Request, code: str, party: str) -> HttpResponse:
    home = home_or_404(request.user, code)
    occupant = get_object_or_404(home.occupants.select_related("party", "dwelling"), party__code=party, until=None)
    service.leave(by=request.user, occupant=occupant, until=time.today())
    return redirect("dwellings:people", code=home.code)
