"""/moves/: which homes passed from one grid to another, when and why; and ordering such a move (A7.1)."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from anju.accounts.http import Request
from anju.areas import selectors
from anju.core.errors import Refused
from anju.core.paging import keyset_page
from anju.core.policy import allowed, needs
from anju.dwellings.forms_moves import MoveForm
from anju.dwellings.models import GridMove
from anju.dwellings.services import regridding


@needs("area.view")
@require_GET
def moves(request: Request) -> HttpResponse:
    rows = GridMove.objects.for_user(request.user).select_related(
        "place__parent", "to_area__parent", "ordered_by", "job"
    )
    if request.GET.get("q", "").strip():
        rows = rows.filter(place__name__icontains=request.GET["q"].strip()[:60])
    context = {
        "page": keyset_page(rows, sort="-ordered_at", after=request.GET.get("after", "")),
        "may_edit": allowed(request.user, "area.edit"),
    }
    return render(request, "dwellings/moves.html", context)


@needs("area.edit")
@require_http_methods(["GET", "POST"])
def move_new(request: Request, code: str) -> HttpResponse:
    """Order it; the worker moves a few homes at a time, and the page of the job shows how far it is."""
    estate = get_object_or_404(selectors.estates_of(request.user), code=code)
    form = MoveForm(request.POST or None, user=request.user, estate=estate)
    if request.method == "POST" and form.is_valid():
        try:
            move = regridding.order_move(by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, f"{refusal.message} {refusal.instead}".strip())
        else:
            return redirect("jobs:job", code=move.job.code) if move.job else redirect("moves:moves")
    context = {"form": form, "estate": estate}
    return render(request, "dwellings/move_new.html", context, status=422 if form.errors else 200)
