"""/dwellings/D…/equipment/: what a home has, what ran out, what it lacks."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from anju.accounts.http import Request
from anju.core import time
from anju.core.errors import Refused
from anju.core.policy import needs
from anju.dwellings.forms_equipment import EquipmentForm
from anju.dwellings.models import Equipment
from anju.dwellings.selectors import equipment as selectors
from anju.dwellings.services import equipment as service
from anju.dwellings.views.pages import home_or_404


@needs("dwelling.edit")
@require_http_methods(["GET", "POST"])
def equipment(request: Request, code: str) -> HttpResponse:
    home = home_or_404(request.user, code)
    form = EquipmentForm(request.POST or None, home=home)
    if request.method == "POST" and form.is_valid():
        try:
            row = service.record_equipment(by=request.user, dwelling=home, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Recorded: %(what)s.") % {"what": row})
            return redirect("dwellings:equipment", code=code)
    context = {
        "home": home,
        "form": form,
        "pieces": selectors.pieces(home, time.today()),
        "lacks": selectors.lacks(home, time.today()),
    }
    return render(request, "dwellings/equipment.html", context, status=422 if form.errors else 200)


@needs("dwelling.edit")
@require_POST
def equipment_remove(request: Request, code: str, piece: str) -> HttpResponse:
    home = home_or_404(request.user, code)
    row = get_object_or_404(Equipment.objects.for_user(request.user), dwelling=home, code=piece)
    service.remove_equipment(by=request.user, equipment=row)
    messages.success(request, _("Taken away: %(what)s.") % {"what": row})
    return redirect("dwellings:equipment", code=code)
