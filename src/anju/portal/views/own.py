"""/p/me/: the homes one lets, where one lives, what one declared."""

from collections import Counter

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from anju.accounts.http import Request
from anju.core import time
from anju.core.policy import needs
from anju.files.services import serve
from anju.portal import looking, scans, selectors
from anju.portal.doors import RESIDENTS
from anju.portal.models import DoorNote
from anju.registration import declared
from anju.registration.models import Guarantee
from anju.registration.services import declarations
from anju.signage.public import home_words


@needs("home.view", door=RESIDENTS)
@require_GET
def me(request: Request) -> HttpResponse:
    now = time.now()
    waiting = DoorNote.objects.for_user(request.user).filter(state=DoorNote.State.WAITING)
    notes = Counter(waiting.values_list("dwelling", flat=True))
    homes = [
        {"home": home, "todo": selectors.todo_of(request.user, home, now), "notes": notes[home.pk], "words": home_words(home), "signed": selectors.guarantee_state(home, time.today())[1]}
        for home in selectors.lets(request.user).order_by("address")[:100]
    ]  # fmt: skip
    context = {
        "homes": homes,
        "lives": list(selectors.lives(request.user)),
        "declared": [(row, declared.summary(row)) for row in selectors.declared_by(request.user)[:20]],
    }
    return render(request, "portal/me.html", context)


@needs("home.view", door=RESIDENTS)
@require_GET
def own(request: Request, code: str) -> HttpResponse:
    """From the code of a sign to one's own page of that home. For everybody else it is like a code that nothing carries."""
    home = looking.look_up(request, lambda: scans.find(code)).dwelling
    if home is not None and selectors.lets(request.user).filter(pk=home.pk).exists():
        return redirect("portal:mine", code=home.code)
    if home is not None and selectors.lives(request.user).filter(dwelling=home).exists():
        return redirect("portal:living", code=home.code)
    raise Http404


@needs("home.view", door=RESIDENTS)
@require_POST
def withdraw(request: Request, code: str) -> HttpResponse:
    row = get_object_or_404(selectors.declared_by(request.user), code=code)
    declarations.withdraw(by=request.user, declaration=row)
    return redirect("portal:me")


@needs("own.let", door=RESIDENTS)
@require_GET
def paper(request: Request, code: str) -> HttpResponse:
    """The copy of a guarantee, for who signed it."""
    rows = Guarantee.objects.for_user(request.user).filter(party__user=request.user).select_related("paper")
    found = get_object_or_404(rows, code=code)
    if found.paper is None:
        raise Http404
    return serve(found.paper)
