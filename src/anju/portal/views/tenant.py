"""/p/living/: a tenant declares residence, reads the rules of the house, signs the convention, agrees or withdraws."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anju.accounts.http import Request
from anju.audit.middleware import address_of
from anju.core import time
from anju.core.errors import Refused
from anju.core.policy import needs, public
from anju.dwellings import identity
from anju.dwellings.models import Dwelling, Occupant
from anju.files.services import store_photo
from anju.outreach.models import ConventionSigning
from anju.outreach.selectors import convention_for
from anju.outreach.services import conventions
from anju.portal import looking, selectors
from anju.portal.doors import EVERYBODY, RESIDENTS
from anju.portal.forms import ArrivalForm, DepartureForm, PhoneForm, SignForm
from anju.portal.models import Challenge, Invitation
from anju.portal.scans import Scan
from anju.portal.services import invitations, limits
from anju.portal.views.landlord import back_to_form, plain, read_signature
from anju.portal.views.public import scan_or_404
from anju.portal.views.reporting import report_at
from anju.portal.views.signing_in import proved_phone, send_code
from anju.registration import texts
from anju.registration.models import Declaration, TextEdition
from anju.registration.services import consents, declarations

K, Proof = Declaration.Kind, Declaration.Proof


# --- from the sign: not signed in ---------------------------------------------------------------------------------------


@public(EVERYBODY, door=RESIDENTS)
@require_http_methods(["GET", "POST"])
def door(request: HttpRequest, code: str) -> HttpResponse:
    """A tenant begins: prove a telephone by a code, then declare."""
    found = scan_or_404(request, code)
    if found.dwelling is None:
        raise Http404
    target = reverse("portal:move-in", args=[found.code])
    form = PhoneForm(request.POST or None)
    form.fields["phone"].help_text = _("A code comes to it; so nobody declares in your name")
    if request.method == "POST" and form.is_valid():
        try:
            return send_code(request, form.cleaned_data["phone"], target=target, purpose=Challenge.Purpose.DECLARE)
        except Refused as refusal:
            back_to_form(form, refusal)
    context = {"scan": found, "form": form, "days": settings.ANJU_RESIDENCE_DAYS}
    return render(request, "portal/tenant.html", context, status=422 if form.errors else 200)


@public("who lets passed this address on; it cannot be guessed, and ends after some days", door=RESIDENTS)
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, code: str) -> HttpResponse:
    """The invitation of who lets: the form for one room."""
    found = looking.look_up(request, lambda: invitations.open_invitation(code))
    return _arrival(request, found.dwelling, invited=found)


@public("a tenant declares, who has proved a telephone", door=RESIDENTS)
@require_http_methods(["GET", "POST"])
def move_in(request: HttpRequest, code: str) -> HttpResponse:
    scan, phone = scan_or_404(request, code), proved_phone(request)
    if scan.dwelling is None:
        raise Http404
    if not phone:
        return redirect("portal:tenant", code=scan.code)
    return _arrival(request, scan.dwelling, phone=phone)


def _arrival(request: HttpRequest, home: Dwelling, *, invited: Invitation | None = None, phone: str = "", lives: Occupant | None = None) -> HttpResponse:  # fmt: skip
    """Declare residence (A3.7): the day by which it is to be done stands on top, the rest fits one screen."""
    first: dict[str, Any] = {"room": invited.room} if invited else {}
    if lives is not None:
        first = {"room": lives.room.name if lives.room else "", "name": lives.party.name, "since": lives.since}
    form = ArrivalForm(request.POST or None, home=home, phone=phone, initial=first)
    if request.method == "POST" and form.is_valid():
        said = {**plain(form.cleaned_data), **({"phone": phone} if phone else {})}
        try:
            made = _declared(request, home, said, form.cleaned_data["token"], invited=invited, lives=lives)
        except Refused as refusal:
            back_to_form(form, refusal)
        else:
            return redirect("portal:me") if lives else redirect("portal:declared", code=made.code)
    context = {
        "home": home, "form": form, "phone": phone, "days": settings.ANJU_RESIDENCE_DAYS,
        "term": time.today() + timedelta(days=settings.ANJU_RESIDENCE_DAYS),
        "consent": texts.current(TextEdition.Kind.SIGN_CONSENT, time.today()), "kept": settings.ANJU_KEEP_DEPARTED_DAYS,
    }  # fmt: skip
    return render(request, "portal/move_in.html", context, status=422 if form.errors else 200)


def _declared(request: HttpRequest, home: Dwelling, said: dict[str, Any], token: str, *, invited: Invitation | None, lives: Occupant | None) -> Declaration:  # fmt: skip
    if not limits.spend("declare-address", address_of(request), settings.ANJU_REPORTS_PER_ADDRESS):
        raise Refused(_("Too many declarations came from your network in this hour."), instead=_("Try again in an hour, or go to the police post."))  # fmt: skip
    twice = Declaration._base_manager.filter(token=token).exists()
    if invited is not None and not twice and not invitations.use(invited):
        raise Refused(_("This invitation is used up."), instead=_("Ask who lets for a new one."))
    proof = Proof.SIGNED_IN if lives else Proof.INVITATION if invited else Proof.PHONE
    return declarations.declare(
        by=request.user if lives else None, dwelling=home, kind=K.ARRIVAL, said=said, role=Declaration.Role.TENANT,
        proof=proof, token=token,
    )  # fmt: skip


@public("shows only how far a declaration is; its address cannot be guessed", door=RESIDENTS)
@require_GET
def declared(request: HttpRequest, code: str) -> HttpResponse:
    """How far a declaration is, without anything that was said in it."""
    rows = Declaration._base_manager.filter(by_user=None)
    row = looking.look_up(request, lambda: rows.filter(code=code.upper()).first())
    return render(request, "portal/declared.html", {"row": row})


# --- signed in ----------------------------------------------------------------------------------------------------------


def _residence(request: Request, code: str) -> Occupant:
    return get_object_or_404(selectors.lives(request.user), dwelling__code=code)


@needs("own.live", door=RESIDENTS)
@require_GET
def living(request: Request, code: str) -> HttpResponse:
    lives = _residence(request, code)
    on, home = time.today(), lives.dwelling
    convention = convention_for(home.area, on)
    signed = ConventionSigning.objects.for_user(request.user).filter(
        dwelling=home, party=lives.party, convention=convention
    )
    late = lives.registration == Occupant.Registration.NONE
    context = {
        "lives": lives, "home": home, "convention": convention, "signed": signed.first(), "late": late,
        "term": lives.since + timedelta(days=settings.ANJU_RESIDENCE_DAYS),
        "rules": texts.current(TextEdition.Kind.HOUSE_RULES, on), "consent_text": texts.current(TextEdition.Kind.SIGN_CONSENT, on),
        "consent": consents.last_consent(home, lives.party),
        "kept": settings.ANJU_KEEP_CONSENTS_DAYS,
        "minor": identity.is_minor(lives.party.id_number, lives.party.id_kind, on),
        "now": time.now(),
        "waiting": selectors.declared_by(request.user).filter(dwelling=home, state=Declaration.State.WAITING),
    }  # fmt: skip
    return render(request, "portal/living.html", context)


@needs("own.live", door=RESIDENTS)
@require_http_methods(["GET", "POST"])
def declare(request: Request, code: str) -> HttpResponse:
    """Who stands on record without a card declares it."""
    lives = _residence(request, code)
    return _arrival(request, lives.dwelling, lives=lives)


@needs("own.live", door=RESIDENTS)
@require_http_methods(["GET", "POST"])
def report(request: Request, code: str) -> HttpResponse:
    """A hazard where one lives; kept like anybody's report, without who it was."""
    home = _residence(request, code).dwelling
    return report_at(request, Scan("", home, home.place, home.area))


@needs("own.live", door=RESIDENTS)
@require_http_methods(["GET", "POST"])
def sign(request: Request, code: str) -> HttpResponse:
    """Sign the fire-safety convention of the community (A10.1)."""
    lives = _residence(request, code)
    text = convention_for(lives.dwelling.area, time.today())
    form = SignForm(request.POST or None, request.FILES or None, initial={"edition": text.edition if text else 0})
    if request.method == "POST" and text is not None and form.is_valid():
        try:
            if form.cleaned_data["edition"] != text.edition:
                raise Refused(_("The text has changed since you opened the page. Read it again, then sign."))
            signature, photo = read_signature(form), form.cleaned_data["photo"]
            stored = store_photo(upload=photo, by=request.user) if photo and signature is None else None
            png = signature.png() if signature else None
            conventions.sign(by=request.user, dwelling=lives.dwelling, party=lives.party, convention=text, signature=signature, photo=stored, png=png)  # fmt: skip
        except Refused as refusal:
            back_to_form(form, refusal)
        else:
            messages.success(request, _("Signed. Thank you for looking after the house."))
            return redirect("portal:living", code=lives.dwelling.code)
    context = {"home": lives.dwelling, "lives": lives, "wording": text, "form": form}
    return render(request, "portal/sign.html", context, status=422 if form.errors else 200)


@needs("own.live", door=RESIDENTS)
@require_POST
def consent(request: Request, code: str) -> HttpResponse:
    """Agree to the masked name on the inside sign, or take it back; nothing else follows from either."""
    lives = _residence(request, code)
    if request.POST.get("do") == "withdraw":
        consents.withdraw(by=request.user, dwelling=lives.dwelling, party=lives.party)
        messages.success(request, _("Withdrawn. The next sign names only how many live here."))
    else:
        consents.give(by=request.user, dwelling=lives.dwelling, party=lives.party)
        messages.success(request, _("Thank you. You can withdraw it here at any time."))
    return redirect("portal:living", code=lives.dwelling.code)


@needs("own.live", door=RESIDENTS)
@require_http_methods(["GET", "POST"])
def leave(request: Request, code: str) -> HttpResponse:
    """Declare that one moved out."""
    lives = _residence(request, code)
    form = DepartureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = {**plain(form.cleaned_data), "party": lives.party.code, "name": lives.party.name}
        try:
            declarations.declare(
                by=request.user, dwelling=lives.dwelling, kind=K.DEPARTURE, said=said, role=Declaration.Role.TENANT,
                token=form.cleaned_data["token"],
            )  # fmt: skip
        except Refused as refusal:
            back_to_form(form, refusal)
        else:
            messages.success(
                request, _("Received. An officer looks at it; you see the result under “What I declared”.")
            )
            return redirect("portal:living", code=lives.dwelling.code)
    context = {"home": lives.dwelling, "occupant": lives, "form": form, "days": settings.ANJU_RESIDENCE_DAYS, "back": reverse("portal:living", args=[lives.dwelling.code])}  # fmt: skip
    return render(request, "portal/leave.html", context, status=422 if form.errors else 200)
