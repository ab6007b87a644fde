"""Steps on papers: each is a form on the home's page or a page of its own, and leads back to where one came from."""

from collections.abc import Callable

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anju.accounts.http import Request
from anju.accounts.services import one_at_a_time
from anju.core import time
from anju.core.errors import Refused
from anju.core.policy import needs
from anju.dwellings.models import Dwelling
from anju.dwellings.services.people import check_residence, party_for
from anju.files.services import serve, store_photo
from anju.registration.forms import DayForm, GuaranteeForm, LeaseForm, ReasonForm
from anju.registration.models import GroupRentalEntry, Guarantee, Lease
from anju.registration.services import group_rentals, guarantees, leases


def _home(request: Request, code: str) -> Dwelling:
    rows = Dwelling.objects.for_user(request.user).select_related("landlord", "sublessor", "operator", "area", "place")
    return get_object_or_404(rows, code=code)  # type: ignore[no-any-return]


def _back(request: Request, home: Dwelling) -> HttpResponse:
    """To the list the step was taken from, else to the home."""
    wanted = request.POST.get("next", "")
    if wanted.startswith("/registration/"):
        return redirect(wanted)
    return redirect("dwellings:dwelling", code=home.code)


@needs("registration.edit")
@require_http_methods(["GET", "POST"])
def guarantee_new(request: Request, code: str) -> HttpResponse:
    home = _home(request, code)
    form = GuaranteeForm(request.POST or None, request.FILES or None, home=home)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            photo = store_photo(upload=values["photo"], by=request.user) if values["photo"] else None
            guarantees.record_guarantee(by=request.user, dwelling=home, **{**values, "photo": photo})
        except Refused as refusal:
            form.add_error(None, f"{refusal.message} {refusal.instead}".strip())
        else:
            messages.success(request, _("The guarantee is on record and waits for the police."))
            return redirect("dwellings:dwelling", code=home.code)
    context = {"home": home, "form": form, "nobody": not form.parties}
    return render(request, "registration/guarantee_new.html", context, status=422 if form.errors else 200)


def _guarantee(request: Request, code: str) -> Guarantee:
    rows = Guarantee.objects.for_user(request.user).select_related("dwelling", "photo", "paper", "party")
    return get_object_or_404(rows, code=code)  # type: ignore[no-any-return]


@needs("guarantee.confirm")
@require_POST
def guarantee_check(request: Request, code: str) -> HttpResponse:
    """The police confirm a guarantee, or say why they doubt it."""
    found = _guarantee(request, code)
    genuine = request.POST.get("verdict") != "doubtful"
    guarantees.decide_guarantee(
        by=request.user,
        guarantee=found,
        genuine=genuine,
        doubt=request.POST.get("doubt", ""),
        seen=request.POST.get("seen"),
    )
    messages.success(request, _("Confirmed.") if genuine else _("Put in doubt."))
    return _back(request, found.dwelling)


@needs("registration.view")
@require_GET
def guarantee_paper(request: Request, code: str) -> HttpResponse:
    """The PDF copy of a guarantee that was signed on the phone."""
    found = _guarantee(request, code)
    if found.paper is None:
        raise Http404
    return serve(found.paper)


@needs("residence.check")
@require_POST
def residence_check(request: Request, code: str, party: str) -> HttpResponse:
    """The police compared an occupant with the card, or say what does not fit (A3.7)."""
    home = _home(request, code)
    found = get_object_or_404(home.occupants.select_related("party", "dwelling"), party__code=party, until=None)
    right = request.POST.get("verdict") != "wrong"
    check_residence(by=request.user, occupant=found, right=right, note=request.POST.get("note", ""))
    messages.success(request, _("Checked.") if right else _("Sent back to be collected anew."))
    return _back(request, home)


@needs("registration.edit")
@require_POST
def guarantee_withdraw(request: Request, code: str) -> HttpResponse:
    found, form = _guarantee(request, code), ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    guarantees.withdraw_guarantee(by=request.user, guarantee=found, reason=reason)
    messages.success(request, _("Withdrawn; it stays on record."))
    return _back(request, found.dwelling)


@needs("registration.view")
@require_GET
def guarantee_photo(request: Request, code: str) -> HttpResponse:
    found = _guarantee(request, code)
    if found.photo is None:
        raise Http404
    return serve(found.photo)


@needs("registration.edit")
@require_http_methods(["GET", "POST"])
def lease_new(request: Request, code: str) -> HttpResponse:
    home = _home(request, code)
    form = LeaseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _record(request, home, dict(form.cleaned_data))
        except Refused as refusal:
            form.add_error(None, f"{refusal.message} {refusal.instead}".strip())
        else:
            messages.success(request, _("The lease is on record."))
            return redirect("dwellings:dwelling", code=home.code)
    return render(
        request, "registration/lease_new.html", {"home": home, "form": form}, status=422 if form.errors else 200
    )


@transaction.atomic
def _record(request: Request, home: Dwelling, values: dict[str, object]) -> Lease:
    """The tenant and the lease together: a refused lease leaves no new person behind."""
    one_at_a_time(request.user)
    lessee = party_for(
        name=str(values.pop("lessee_name")), area=home.area, phone=str(values.pop("lessee_phone")),
        id_number=str(values.pop("lessee_id")),
    )  # fmt: skip
    lease: Lease = leases.record_lease(by=request.user, dwelling=home, lessee=lessee, **values)  # type: ignore[arg-type]
    return lease


def _lease_step(request: Request, code: str, step: Callable[..., Lease], done: str) -> HttpResponse:
    rows = Lease.objects.for_user(request.user).select_related("dwelling__area", "dwelling__place")
    found = get_object_or_404(rows, code=code)
    form = DayForm(request.POST)
    step(by=request.user, lease=found, on=form.cleaned_data["on"] if form.is_valid() else time.today())
    messages.success(request, done)
    return _back(request, found.dwelling)


@needs("registration.edit")
@require_POST
def lease_file(request: Request, code: str) -> HttpResponse:
    return _lease_step(request, code, leases.file_lease, _("Filed; the thirty days have stopped."))


@needs("lease.accept")
@require_POST
def lease_accept(request: Request, code: str) -> HttpResponse:
    return _lease_step(request, code, leases.accept_lease, _("Accepted by the housing department."))


@needs("registration.edit")
@require_POST
def lease_end(request: Request, code: str) -> HttpResponse:
    return _lease_step(request, code, leases.end_lease, _("The lease has ended."))


@needs("registration.edit")
@require_POST
def group_rental_register(request: Request, code: str) -> HttpResponse:
    """Enter the home as registered (A3.2)."""
    home = _home(request, code)
    entries = GroupRentalEntry.objects.for_user(request.user)
    entry = get_object_or_404(entries, dwelling=home, removed_on=None)
    group_rentals.register_group_rental(by=request.user, entry=entry)
    messages.success(request, _("%(home)s is registered as a group rental.") % {"home": home.address})
    return _back(request, home)
