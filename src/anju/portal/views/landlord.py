"""/p/mine/: who lets sees why a home is red and what to do, and declares, signs, objects, shows that it is put right."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from anju.accounts.http import Request
from anju.core import time
from anju.core.errors import Refused
from anju.core.policy import needs
from anju.dwellings.models import Dwelling
from anju.files import signatures
from anju.files.services import store_photo
from anju.inspections import wording
from anju.inspections.models import Hazard
from anju.inspections.services import hazards
from anju.portal import selectors
from anju.portal.doors import RESIDENTS
from anju.portal.forms import (
    ArrivalForm,
    CorrectForm,
    DepartureForm,
    LeaseForm,
    ObjectForm,
    OnceForm,
    RoomsForm,
    SignForm,
)
from anju.portal.models import DoorNote
from anju.portal.services import invitations, objections
from anju.registration import texts
from anju.registration.models import Declaration, TextEdition
from anju.registration.services import declarations, signing
from anju.signage.own import signs_of
from anju.signage.public import home_words

K = Declaration.Kind


def _home(request: Request, code: str) -> Dwelling:
    return get_object_or_404(selectors.lets(request.user), code=code)


def back_to_form(form: Any, refusal: Refused) -> None:
    form.add_error(None, f"{refusal.message} {refusal.instead}".strip())


@needs("own.let", door=RESIDENTS)
@require_http_methods(["GET"])
def home(request: Request, code: str) -> HttpResponse:
    """Why it is red, what to do by when; papers, rooms, people."""
    found, now = _home(request, code), time.now()
    newest, holds = selectors.guarantee_state(found, time.today())
    context = {
        "home": found,
        "todo": selectors.todo_of(request.user, found, now),
        "words": home_words(found),
        "guarantee": newest,
        "guaranteed": holds,
        "mine": newest is not None and newest.party.user_id == request.user.pk,
        "occupants": found.occupants.filter(until=None).select_related("party", "room"),
        "waiting": selectors.declared_by(request.user).filter(dwelling=found, state=Declaration.State.WAITING),
        "signs": signs_of(found, time.today()),
        "notes": DoorNote.objects.for_user(request.user).filter(dwelling=found).order_by("-left_at")[:20],
        "now": now,
        "days": settings.ANJU_RESIDENCE_DAYS,
    }
    return render(request, "portal/mine.html", context)


# --- put right, object --------------------------------------------------------------------------------------------------


def _hazard(request: Request, code: str) -> Hazard:
    """One that binds who lets; what binds the property company is not his to answer."""
    rows = Hazard.objects.for_user(request.user).filter(dwelling__in=selectors.lets(request.user), active=True)
    return get_object_or_404(rows.select_related("dwelling"), code=code)  # type: ignore[no-any-return]


def _code(hazard: Hazard) -> str:
    assert hazard.dwelling is not None  # found by its home
    return hazard.dwelling.code


def _with_photos(request: Request, form: Any, act: Callable[[str, list[Any]], object]) -> bool:
    try:
        photos = [store_photo(upload=upload, by=request.user) for upload in form.cleaned_data["photos"]]
        act(form.cleaned_data["text"], photos)
    except Refused as refusal:
        back_to_form(form, refusal)
        return False
    return True


@needs("own.let", door=RESIDENTS)
@require_http_methods(["GET", "POST"])
def correct(request: Request, code: str) -> HttpResponse:
    """Say that it is put right, with a photo: an officer looks again."""
    hazard = _hazard(request, code)
    paper = hazard.category == Hazard.Category.PAPERWORK
    form = CorrectForm(request.POST or None, request.FILES or None, paper=paper)
    if request.method == "POST" and form.is_valid():
        done = _with_photos(
            request,
            form,
            lambda text, photos: hazards.correct(by=request.user, hazard=hazard, text=text, photos=photos),
        )
        if done:
            messages.success(request, _("Received. An officer looks at it; you see the result here."))
            return redirect("portal:mine", code=_code(hazard))
    context = {
        "form": form,
        "hazard": hazard,
        "title": wording.title(hazard),
        "todo": wording.todo(hazard),
        "paper": paper,
    }
    return render(request, "portal/correct.html", context, status=422 if form.errors else 200)


@needs("own.let", door=RESIDENTS)
@require_http_methods(["GET", "POST"])
def object_to(request: Request, code: str) -> HttpResponse:
    hazard = _hazard(request, code)
    form = ObjectForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        done = _with_photos(
            request,
            form,
            lambda text, photos: objections.object_to(by=request.user, hazard=hazard, text=text, photos=photos),
        )
        if done:
            messages.success(request, _("Received. Somebody other than who found it answers you here."))
            return redirect("portal:mine", code=_code(hazard))
    context = {"form": form, "hazard": hazard, "title": wording.title(hazard), "days": settings.ANJU_DECISION_DAYS}
    return render(request, "portal/object.html", context, status=422 if form.errors else 200)


# --- the guarantee ------------------------------------------------------------------------------------------------------


@needs("own.let", door=RESIDENTS)
@require_http_methods(["GET", "POST"])
def guarantee(request: Request, code: str) -> HttpResponse:
    """Read the text in force, sign by hand, get the copy (A3.1)."""
    found = _home(request, code)
    text = texts.current(TextEdition.Kind.GUARANTEE, time.today())
    party = signing.own_party(request.user, found)
    form = SignForm(request.POST or None, request.FILES or None, initial={"edition": text.edition})
    if request.method == "POST" and form.is_valid():
        try:
            _sign(request, found, form)
        except Refused as refusal:
            back_to_form(form, refusal)
        else:
            messages.success(request, _("Signed. The police compare it; your copy lies here."))
            return redirect("portal:mine", code=found.code)
    context = {"home": found, "wording": text, "party": party, "form": form}
    return render(request, "portal/guarantee.html", context, status=422 if form.errors else 200)


def read_signature(form: SignForm) -> signatures.Signature | None:
    return signatures.read(form.cleaned_data["strokes"]) if form.cleaned_data["strokes"] else None


def _sign(request: Request, found: Dwelling, form: SignForm) -> None:
    party = signing.own_party(request.user, found)
    if party is None:
        raise Refused(_("Only who lets %(home)s can sign for it.") % {"home": found.address})
    signature, photo = read_signature(form), form.cleaned_data["photo"]
    stored = store_photo(upload=photo, by=request.user) if photo and signature is None else None
    copy = signing.copy_of(found, party, signature, edition=form.cleaned_data["edition"])
    signing.sign_guarantee(by=request.user, dwelling=found, copy=copy, photo=stored)


# --- declarations -------------------------------------------------------------------------------------------------------


def _declare(request: Request, found: Dwelling, form: OnceForm, kind: str, said: Callable[[], dict[str, Any]], template: str, **more: Any) -> HttpResponse:  # fmt: skip
    """The form of a declaration: shown, refused in words, or kept for an officer."""
    if request.method == "POST" and form.is_valid():
        try:
            declarations.declare(
                by=request.user, dwelling=found, kind=kind, said=said(), role=Declaration.Role.LANDLORD,
                token=form.cleaned_data["token"],
            )  # fmt: skip
        except Refused as refusal:
            back_to_form(form, refusal)
        else:
            messages.success(
                request, _("Received. An officer looks at it; you see the result under “What I declared”.")
            )
            return redirect("portal:mine", code=found.code)
    context = {
        "home": found,
        "form": form,
        "days": settings.ANJU_RESIDENCE_DAYS,
        "decision": settings.ANJU_DECISION_DAYS,
        **more,
    }
    return render(request, template, context, status=422 if form.errors else 200)


def plain(data: dict[str, Any]) -> dict[str, Any]:
    """What a form says, as it is kept: without the token, days as text."""
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in data.items()
        if name != "token"
    }


@needs("own.let", door=RESIDENTS)
@require_http_methods(["GET", "POST"])
def rooms(request: Request, code: str) -> HttpResponse:
    found = _home(request, code)
    form = RoomsForm(request.POST or None, home=found)
    return _declare(request, found, form, K.ROOMS, form.said, "portal/rooms.html")


@needs("own.let", door=RESIDENTS)
@require_http_methods(["GET", "POST"])
def arrive(request: Request, code: str) -> HttpResponse:
    found = _home(request, code)
    form = ArrivalForm(request.POST or None, home=found, own=False)
    return _declare(
        request, found, form, K.ARRIVAL, lambda: plain(form.cleaned_data), "portal/arrive.html",
        back=reverse("portal:mine", args=[found.code]),
    )  # fmt: skip


@needs("own.let", door=RESIDENTS)
@require_http_methods(["GET", "POST"])
def leave(request: Request, code: str, party: str) -> HttpResponse:
    found = _home(request, code)
    lives = get_object_or_404(found.occupants.select_related("party", "room"), party__code=party, until=None)
    form = DepartureForm(request.POST or None)

    def said() -> dict[str, Any]:
        return {**plain(form.cleaned_data), "party": lives.party.code, "name": lives.party.name}

    return _declare(
        request, found, form, K.DEPARTURE, said, "portal/leave.html", occupant=lives,
        back=reverse("portal:mine", args=[found.code]),
    )  # fmt: skip


@needs("own.let", door=RESIDENTS)
@require_http_methods(["GET", "POST"])
def lease(request: Request, code: str) -> HttpResponse:
    found = _home(request, code)
    form = LeaseForm(request.POST or None)
    return _declare(request, found, form, K.LEASE, lambda: plain(form.cleaned_data), "portal/lease.html")


@needs("own.let", door=RESIDENTS)
@require_POST
def invite(request: Request, code: str) -> HttpResponse:
    """An address for the tenant of a room, shown once and to be passed on."""
    found = _home(request, code)
    room = request.POST.get("room", "")
    if room and not found.rooms.filter(name=room, removed_on=None).exists():
        raise Http404
    made = invitations.invite(by=request.user, dwelling=found, room=room)
    address = request.build_absolute_uri(reverse("portal:join", args=[made.code]))
    return render(request, "portal/invited.html", {"home": found, "invitation": made, "address": address})
