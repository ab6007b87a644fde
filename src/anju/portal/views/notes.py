"""/p/home/<code>/message/ and /p/message/: who stands before the door tells who lets something, and reads the answer."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anju.accounts.http import Request
from anju.audit.middleware import address_of
from anju.core.errors import Refused
from anju.core.policy import needs, public
from anju.portal import looking
from anju.portal.doors import EVERYBODY, RESIDENTS
from anju.portal.forms import NoteForm
from anju.portal.models import DoorNote
from anju.portal.services import notes as service
from anju.portal.views.public import scan_or_404


@public(EVERYBODY, door=RESIDENTS)
@require_http_methods(["GET", "POST"])
def leave(request: HttpRequest, code: str) -> HttpResponse:
    """The page is the same whether or not anybody has an account, a telephone or a name on record."""
    scan = scan_or_404(request, code)
    if scan.dwelling is None:
        raise Http404
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            service.within_limits(address_of(request), scan.dwelling)
            made = service.leave(
                dwelling=scan.dwelling, text=form.cleaned_data["text"], token=form.cleaned_data["token"]
            )
        except Refused as refusal:
            form.add_error(None, f"{refusal.message} {refusal.instead}".strip())
        else:
            return redirect("portal:note", code=made.code)
    context = {"scan": scan, "form": form, "kept": settings.ANJU_KEEP_NOTES_DAYS}
    return render(request, "portal/note_new.html", context, status=422 if form.errors else 200)


@public("who holds the code of a message reads its answer; it cannot be guessed", door=RESIDENTS)
@require_GET
def note(request: HttpRequest, code: str) -> HttpResponse:
    rows = DoorNote._base_manager.all()
    row = looking.look_up(request, lambda: rows.filter(code=code.replace("-", "").upper()[:10]).first())
    return render(request, "portal/note.html", {"row": row, "kept": settings.ANJU_KEEP_NOTES_DAYS})


@needs("own.let", door=RESIDENTS)
@require_POST
def answer(request: Request, code: str) -> HttpResponse:
    row = get_object_or_404(DoorNote.objects.for_user(request.user).select_related("dwelling"), code=code)
    close = request.POST.get("do") == "close"
    service.answer(by=request.user, note=row, text=request.POST.get("text", ""), close=close)
    messages.success(
        request, _("Closed.") if close else _("Answered. Who asked reads it under the code of the message.")
    )
    return redirect("portal:mine", code=row.dwelling.code)
