"""Registering a home, changing who lets it, a department's decision."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from anju.accounts.http import Request
from anju.areas.models import Place
from anju.areas.scope import scope_of
from anju.core.errors import Refused
from anju.core.policy import needs
from anju.dwellings.forms import DecisionForm, NewHomeForm, PartiesForm
from anju.dwellings.services import editing
from anju.dwellings.views.pages import home_or_404


@needs("dwelling.edit")
@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    """Register one home by hand: first its estate or village, then the door."""
    scope = scope_of(request.user)
    estates = Place.objects.filter(scope.under_areas("area_path") | scope.under_places("path"), kind=Place.Kind.ESTATE)
    estate = estates.filter(code=request.GET.get("estate", "")).first()
    if estate is None:
        return render(
            request,
            "dwellings/new_where.html",
            {"estates": estates.select_related("area").order_by("area_path", "name")[:2000]},
        )
    form = NewHomeForm(request.POST or None, scope=scope, estate=estate)
    if request.method == "POST" and form.is_valid():
        try:
            home = editing.register_home(by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, f"{refusal.message} {refusal.instead}".strip())
        else:
            return redirect("dwellings:dwelling", code=home.code)
    return render(request, "dwellings/new.html", {"form": form, "estate": estate}, status=422 if form.errors else 200)


@needs("dwelling.edit")
@require_http_methods(["GET", "POST"])
def edit(request: Request, code: str) -> HttpResponse:
    """Who lets this home."""
    home = home_or_404(request.user, code)
    initial = {
        "seen_at": home.updated_at.isoformat(),
        "landlord_name": home.landlord.name if home.landlord else "",
        "sublessor_name": home.sublessor.name if home.sublessor else "",
        "operator_name": home.operator.name if home.operator else "",
    }
    form = PartiesForm(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                editing.change_parties(
                    by=request.user, dwelling=home, seen_at=form.cleaned_data["seen_at"], **form.parties(home)
                )
                return redirect("dwellings:dwelling", code=home.code)
            except Refused as refusal:
                # what was typed is kept; saving again now means having seen the other's change
                form = PartiesForm({**request.POST.dict(), "seen_at": home.updated_at.isoformat()})
                form.add_error(None, refusal.message)
                status = 409
    return render(request, "dwellings/edit.html", {"home": home, "form": form}, status=status)


@needs("dwelling.decide_fact")
@require_http_methods(["GET", "POST"])
def decide(request: Request, code: str) -> HttpResponse:
    """A fact that only the person's own body can decide."""
    home = home_or_404(request.user, code)
    form = DecisionForm(request.POST or None, names=editing.decidable(request.user))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            editing.decide(
                by=request.user, dwelling=home, fact=data["fact"], value=data["decided"], document=data["document"]
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            return redirect("dwellings:dwelling", code=home.code)
    return render(request, "dwellings/decide.html", {"home": home, "form": form}, status=422 if form.errors else 200)
