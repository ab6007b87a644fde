"""/p/: what anybody may read from the code on a sign. No page of these says who lives anywhere."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from anju.core import time
from anju.core.policy import public
from anju.outreach.selectors import articles_for, convention_for
from anju.portal import looking, scans
from anju.portal.doors import EVERYBODY, RESIDENTS
from anju.registration import texts
from anju.registration.models import TextEdition


def scan_or_404(request: HttpRequest, code: str) -> scans.Scan:
    """The thing behind the code of a sign that hangs."""
    return looking.look_up(request, lambda: scans.find(code))


def letters_of(typed: str) -> str:
    """A code as somebody types it: with dashes, spaces, small letters."""
    return "".join(character for character in typed.upper() if character.isascii() and character.isalnum())[:24]


@public(EVERYBODY, door=RESIDENTS)
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Without a sign: type its code, follow a report, sign in."""
    typed = letters_of(request.GET.get("code", ""))
    if typed:
        return redirect("scan:scan", code=typed)
    return render(request, "portal/start.html")


@public(EVERYBODY, door=RESIDENTS)
@require_GET
def home(request: HttpRequest, code: str) -> HttpResponse:
    """Above the pages of a sign lies what its scan shows."""
    return redirect("scan:scan", code=code)


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
