"""/p/sign-in/: a telephone, a code, and in. The answer to a telephone is the same whether or not it is known."""

from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from anju.audit.middleware import address_of
from anju.core import crypto, time
from anju.core.errors import Refused
from anju.core.policy import public
from anju.dwellings.models import Party
from anju.portal.doors import RESIDENTS
from anju.portal.forms import CodeForm, PhoneForm
from anju.portal.models import Challenge
from anju.portal.services import codes, residents

ASKED = "portal-asked"  # in the session: token of the challenge, masked telephone, where to go then, where it was asked
PROVED = "portal-proved"  # a telephone that a code proved, sealed, with the moment
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
SIGNED_IN_FOR = 2 * 3600
PROVED_FOR = 1800
REASON = "residents sign in here with a one-time code; limited by telephone and network address"


def _target(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next", "")
    own = wanted.startswith("/p/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if own else ""


def _hints() -> list[Party]:
    """In a demo: whose telephones can be tried."""
    if not settings.ANJU_DEMO:
        return []
    rows = Party._base_manager.filter(user__username__in=["landlord", "tenant", "operator"]).select_related("user")
    return [party for party in rows if party.phone.startswith("1")]


@public(REASON, door=RESIDENTS)
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    target = _target(request)
    if request.user.is_authenticated:
        return redirect(target or "portal:me")
    form = PhoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return send_code(request, form.cleaned_data["phone"], target=target)
        except Refused as refusal:
            form.add_error(None, f"{refusal.message} {refusal.instead}".strip())
    context = {"form": form, "next": target, "hints": _hints()}
    return render(request, "portal/sign_in.html", context, status=422 if form.errors else 200)


def send_code(
    request: HttpRequest, phone: str, *, target: str, purpose: str = Challenge.Purpose.SIGN_IN
) -> HttpResponse:
    """Ask for a code and go on to where it is typed."""
    asked = codes.ask(phone=phone, address=address_of(request), purpose=purpose)
    request.session[ASKED] = {
        "token": asked.token,
        "phone": crypto.mask_phone(phone),
        "next": target,
        "shown": asked.shown,
        "always": purpose == Challenge.Purpose.DECLARE,  # a code goes to any telephone, in the records or not
        "again": request.get_full_path(),
    }
    return redirect("portal:code")


@public(REASON, door=RESIDENTS)
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    asked = request.session.get(ASKED)
    if not asked:
        return redirect("portal:sign-in")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _come_in(request, asked, form.cleaned_data["digits"])
        except Refused as refusal:
            form.add_error(None, f"{refusal.message} {refusal.instead}".strip())
    context = {"form": form, "asked": asked, "minutes": settings.ANJU_CODE_MINUTES, "demo": settings.ANJU_DEMO}
    return render(request, "portal/code.html", context, status=422 if form.errors else 200)


def _come_in(request: HttpRequest, asked: dict[str, str], digits: str) -> HttpResponse:
    found = codes.check(token=asked["token"], digits=digits)
    del request.session[ASKED]
    target = asked["next"]
    if found.purpose == Challenge.Purpose.DECLARE:
        request.session[PROVED] = {
            "phone": crypto.encrypt(found.phone, "session:phone"), "until": time.now().timestamp() + PROVED_FOR,
        }  # fmt: skip
        return redirect(target or "portal:start")
    parties = residents.people_of(found.phone)
    if not residents.may_sign_in(parties):  # changed since the code was sent
        raise Refused(_("This telephone is not registered any more."), instead=_("Ask your community committee."))
    user = residents.account_of(parties=parties)
    login(request, user, backend=BACKEND)
    request.session.set_expiry(SIGNED_IN_FOR)
    return redirect(target or "portal:me")


def proved_phone(request: HttpRequest) -> str:
    """The telephone that this browser has proved a moment ago, or ""."""
    proof = request.session.get(PROVED)
    if not proof or proof["until"] < time.now().timestamp():
        return ""
    return crypto.decrypt(proof["phone"], "session:phone")


@public("leaves; nothing else", door=RESIDENTS)
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("portal:start")
