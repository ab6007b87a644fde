"""Consent to a name on the sign inside, recorded from a signed paper at the home's page. The record is registration's."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anju.accounts.http import Request
from anju.core.policy import needs
from anju.dwellings.models import Dwelling
from anju.registration.models import Consent
from anju.registration.services import consents


@needs("registration.edit")
@require_POST
def consent(request: Request, code: str, occupant: int) -> HttpResponse:
    """`do`: agree, or withdraw."""
    home = get_object_or_404(Dwelling.objects.for_user(request.user), code=code)
    row = get_object_or_404(home.occupants.select_related("party", "dwelling"), pk=occupant)
    if request.POST.get("do") == "withdraw":
        consents.withdraw(by=request.user, dwelling=home, party=row.party)
        messages.success(request, _("Withdrawn: from the next print on this person is only counted."))
    else:
        consents.give(by=request.user, dwelling=home, party=row.party, how=Consent.How.PAPER)
        messages.success(request, _("The consent is on record. The next print names the person, masked."))
    return redirect("dwellings:dwelling", code=home.code)
