"""The page of one home, its printed file, its photos."""

import json
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_GET

from anju.accounts.http import Request
from anju.accounts.models import User
from anju.areas.selectors import trail
from anju.core import time
from anju.core.policy import allowed, needs
from anju.core.registry import registry
from anju.dwellings import dossier as dossier_file
from anju.dwellings.models import Dwelling, Occupant
from anju.dwellings.models.facts import ObservationPhoto
from anju.dwellings.selectors import equipment, history
from anju.dwellings.selectors.page import HomePage
from anju.files import services as files


def home_or_404(user: User, code: str) -> Dwelling:
    rows = Dwelling.objects.for_user(user).select_related(
        "area", "place__parent__parent", "landlord", "sublessor", "operator", "current"
    )
    return get_object_or_404(rows, code=code)  # type: ignore[no-any-return]


def panels(request: Request, page: str, subject: Any) -> SafeString:
    """What upper apps hang on a page; each returns HTML that its own template escaped."""
    parts = [panel.render(request, subject) for panel in registry.panels_of(page)]
    return mark_safe("".join(parts))  # noqa: S308  rendered templates, not text


def _crumbs(home: Dwelling) -> list[tuple[str, str]]:
    below_the_city = [*trail(home.area), home.area][1:]
    estate = home.place
    while estate.parent is not None:
        estate = estate.parent
    areas = [(area.name, f"/dwellings/?area={area.code}") for area in below_the_city]
    return [*areas, (estate.name, f"/dwellings/?estate={estate.code}")]


@needs("dwelling.view")
@require_GET
def dwelling(request: Request, code: str) -> HttpResponse:
    """Why is it red, who must do what by when, what is unknown, who lives where, what happened."""
    home = home_or_404(request.user, code)
    page = HomePage(home, time.today())
    violations = page.violations()
    sees_people = allowed(request.user, "person.view")
    facts = page.facts()
    context = {
        "home": home,
        "crumbs": _crumbs(home),
        "edition": page.edition.label.of(page.lang),
        "lines": [(line, panels(request, "dwelling.line", (home, line.result))) for line in violations],
        "worst": violations[0] if violations else None,
        "unknowns": page.unknowns(),
        "awaiting": page.awaiting(),
        "papers": page.papers(),
        "rooms": page.rooms(),
        "facts_first": [fact for fact in facts if fact.state != "ok"],
        "facts_rest": [fact for fact in facts if fact.state == "ok"],
        "occupants": _occupants(request, home),
        "sees_people": sees_people,
        "events": history.events(request.user, home, 12),
        "pieces": equipment.pieces(home, time.today()),
        "lacks": equipment.lacks(home, time.today()),
        "may_reveal": allowed(request.user, "person.reveal"),
        "may_edit": allowed(request.user, "dwelling.edit"),
        "panel_actions": panels(request, "dwelling.actions", home),
        "panel_unknown": panels(request, "dwelling.unknown", home),
        "panel_above": panels(request, "dwelling.above", (home, {(line.rule.id, line.room) for line in violations})),
        "panel_side": panels(request, "dwelling.side", home),
    }
    return render(request, "dwellings/dwelling.html", context)


def _occupants(request: Request, home: Dwelling) -> list[Occupant]:
    """Who lives here, for those who may know."""
    if not allowed(request.user, "person.view"):
        return []
    rows = home.occupants.filter(until=None).select_related("party", "room")
    return list(rows.order_by("room__position", "id"))


@needs("dwelling.view")
@require_GET
def dossier(request: Request, code: str) -> HttpResponse:
    """一户一档: everything about one home on paper (X7)."""
    home = home_or_404(request.user, code)
    page = HomePage(home, time.today())
    context = {
        "home": home,
        "edition": page.edition.label.of(page.lang),
        "violations": page.violations(),
        "unknowns": page.unknowns(),
        "papers": page.papers(),
        "rooms": page.rooms(),
        "facts": page.facts(),
        "occupants": _occupants(request, home),
        "pieces": equipment.pieces(home, time.today()),
        "lacks": equipment.lacks(home, time.today()),
        "events": history.events(request.user, home, 40),
        "now": time.now(),
        "panels": panels(request, "dwelling.file", home),
    }
    return render(request, "dwellings/file.html", context)


@needs("dwelling.view")
@require_GET
def dossier_pdf(request: Request, code: str) -> HttpResponse:
    """The same file as PDF."""
    home = home_or_404(request.user, code)
    more = [json.loads(panel.render(request, home) or "[]") for panel in registry.panels_of("dwelling.file.pdf")]
    data = dossier_file.pdf(
        home,
        HomePage(home, time.today()),
        occupants=_occupants(request, home),
        pieces=equipment.pieces(home, time.today()),
        lacks=equipment.lacks(home, time.today()),
        events=history.events(request.user, home, 40),
        more=[section for sections in more for section in sections],
        printed_by=str(request.user),
    )
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, f"{home.code}.pdf") or "inline"
    return response


@needs("dwelling.view")
@require_GET
def photo(request: Request, code: str, file: str) -> HttpResponse:
    """A photo of the home: only those that prove one of its facts."""
    home = home_or_404(request.user, code)
    link = ObservationPhoto.objects.filter(observation__dwelling=home, file__code=file).select_related("file").first()
    if link is None:
        raise Http404
    return files.serve(link.file)
