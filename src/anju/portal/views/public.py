"""/p/: what anybody may read from the code on a sign. No page of these says who lives anywhere."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from anju.audit.middleware import address_of
from anju.core import time
from anju.core.errors import Refused
from anju.core.policy import public
from anju.outreach.selectors import articles_for, convention_for
from anju.portal import scans
from anju.portal.doors import EVERYBODY, RESIDENTS
from anju.portal.services import limits
from anju.registration import texts
from anju.registration.models import TextEdition


def scan_or_404(request: HttpRequest, code: str) -> scans.Scan:
    """The thing behind a code. Wrong codes are counted by address: after too many, right ones are not shown either."""
    address = address_of(request)
    if limits.spent("lookup", address, settings.ANJU_LOOKUPS_PER_ADDRESS):
        raise Refused(
            _("Too many wrong codes came from your network in this hour."), instead=_("Try again in an hour.")
        )
    found = scans.find(code)
    if found is None:
        limits.spend("lookup", address, settings.ANJU_LOOKUPS_PER_ADDRESS)
        raise Http404
    return found


def letters_of(typed: str) -> str:
    """A code as somebody types it: with dashes, spaces, small letters."""
    return "".join(character for character in typed.upper() if character.isascii() and character.isalnum())[:24]


@public(EVERYBODY, door=RESIDENTS)
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Without a sign: type its code, follow a report, sign in."""
    typed = letters_of(request.GET.get("code", ""))
    if typed:
        return redirect("portal:home", code=typed)
    return render(request, "portal/start.html")


@public(EVERYBODY, door=RESIDENTS)
@require_GET
def home(request: HttpRequest, code: str) -> HttpResponse:
    found = scan_or_404(request, code)
    context = {
        "scan": found,
        "state": scans.state_of(found.dwelling) if found.dwelling else None,
        "contacts": scans.contacts(found),
        "articles": articles_for(found.area, time.today())[:3],
    }
    return render(request, "portal/home.html", context)


@public(EVERYBODY, door=RESIDENTS)
@require_GET
def convention(request: HttpRequest, code: str) -> HttpResponse:
    found = scan_or_404(request, code)
    context = {
        "scan": found,
        "convention": convention_for(found.area, time.today()),
        "rules": texts.current(TextEdition.Kind.HOUSE_RULES, time.today()),
    }
    return render(request, "portal/convention.html", context)


@public(EVERYBODY, door=RESIDENTS)
@require_GET
def notices(request: HttpRequest, code: str) -> HttpResponse:
    found = scan_or_404(request, code)
    context = {"scan": found, "articles": articles_for(found.area, time.today())[:30]}
    return render(request, "portal/notices.html", context)


@public(EVERYBODY, door=RESIDENTS)
@require_GET
def text(request: HttpRequest, kind: str) -> HttpResponse:
    """A text by edition: what is kept and until when, the consent, the rules of the house, the guarantee."""
    if kind not in TextEdition.Kind.values:
        raise Http404
    return render(request, "portal/text.html", {"wording": texts.current(kind, time.today())})
