"""/dwellings/D…/letting/: how the home is let, and its rooms."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from anju.accounts.http import Request
from anju.core.errors import Refused
from anju.core.policy import needs
from anju.dwellings.forms_rooms import LettingForm, RoomForm
from anju.dwellings.models import Dwelling
from anju.dwellings.services import rooms as service
from anju.dwellings.views.pages import home_or_404


def _page(
    request: Request,
    home: Dwelling,
    letting: LettingForm | None = None,
    room: RoomForm | None = None,
    status: int = 200,
) -> HttpResponse:
    initial = {
        "seen_at": home.updated_at.isoformat(),
        "letting_state": home.letting_state,
        "rooms_let": home.rooms_let,
        "beds_let": home.beds_let,
        "standard_code": home.standard_code,
    }
    rows = home.rooms.filter(removed_on=None)
    violated = set(home.findings.filter(status="violation").exclude(room="").values_list("room", flat=True))
    context = {
        "home": home,
        "form": letting or LettingForm(initial=initial),
        "room_form": room or RoomForm(),
        "rooms": [(row, row.name in violated) for row in rows],
    }
    return render(request, "dwellings/letting.html", context, status=status)


@needs("dwelling.edit")
@require_http_methods(["GET", "POST"])
def letting(request: Request, code: str) -> HttpResponse:
    """Letting state, rooms and beds let, address code."""
    home = home_or_404(request.user, code)
    if request.method == "GET":
        return _page(request, home)
    form = LettingForm(request.POST)
    if not form.is_valid():
        return _page(request, home, form, status=422)
    try:
        service.change_letting(by=request.user, dwelling=home, **form.cleaned_data)
    except Refused as refusal:
        # what was typed is kept; saving again now means having seen the other's change
        form = LettingForm({**request.POST.dict(), "seen_at": home.updated_at.isoformat()})
        form.add_error(None, refusal.message)
        return _page(request, home, form, status=refusal.status)
    messages.success(request, _("Saved."))
    return redirect("dwellings:dwelling", code=code)


@needs("dwelling.edit")
@require_POST
def room_add(request: Request, code: str) -> HttpResponse:
    home, form = home_or_404(request.user, code), RoomForm(request.POST)
    if form.is_valid():
        try:
            service.add_room(by=request.user, dwelling=home, name=form.cleaned_data["name"])
            return redirect("dwellings:letting", code=code)
        except Refused as refusal:
            form.add_error("name", refusal.message)
    return _page(request, home, room=form, status=422)


@needs("dwelling.edit")
@require_POST
def room_change(request: Request, code: str, room: int) -> HttpResponse:
    """Rename a room, or remove it."""
    home = home_or_404(request.user, code)
    row = get_object_or_404(home.rooms.select_related("dwelling"), pk=room)
    if request.POST.get("do") == "remove":
        service.remove_room(by=request.user, room=row)
        messages.success(request, _("“%(room)s” was removed.") % {"room": row.name})
    else:
        service.rename_room(by=request.user, room=row, name=request.POST.get("name", ""))
        messages.success(request, _("The room is “%(room)s” now.") % {"room": row.name})
    return redirect("dwellings:letting", code=code)
