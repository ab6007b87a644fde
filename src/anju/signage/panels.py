"""The signs of a home on its page, and the boards of an estate on its."""

from typing import Any

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template.loader import render_to_string

from anju.areas.models import Place
from anju.areas.permissions import can
from anju.core import time
from anju.dwellings.models import Dwelling
from anju.registration.services import consents
from anju.signage.models import Sign
from anju.signage.selectors import lists, naming

K = Sign.Kind


def _lines(user: Any, kinds: list[str], **subject: Any) -> list[dict[str, Any]]:
    live = lists.of_subject(user, **subject)
    return [
        {
            "kind": kind,
            "label": K(kind).label,
            "signs": [(sign, lists.reasons_of(sign)) for sign in live if sign.kind == kind],
        }
        for kind in kinds
    ]


def _rendered(request: HttpRequest, context: dict[str, Any]) -> str:
    """Without the request's own context: the page around has counted its menu already."""
    return render_to_string("signage/_signs_of.html", {**context, "csrf_token": get_token(request)})


def dwelling_side(request: HttpRequest, home: Dwelling) -> str:
    user: Any = request.user
    if not can(user, "sign.view"):
        return ""
    context = {
        "lines": _lines(user, [K.OUTSIDE, K.INSIDE], dwelling=home),
        "subject": home,
        "may_print": can(user, "sign.print"),
        "home": home,
        "consents": _consents(home) if can(user, "registration.edit") else [],
    }
    return _rendered(request, context)


def _consents(home: Dwelling) -> list[dict[str, Any]]:
    """Who lives there, whether he could be named, and whether he agreed."""
    agreed, today = consents.agreed([home]), time.today()
    rows = home.occupants.filter(until=None).select_related("party", "room")
    return [
        {"row": row, "agreed": (home.pk, row.party_id) in agreed, "adult": naming.is_adult(row.party, today)}
        for row in rows.order_by("room__position", "id")
    ]


def place_side(request: HttpRequest, place: Place) -> str:
    user: Any = request.user
    if not can(user, "sign.view"):
        return ""
    kind = K.ESTATE if place.kind == Place.Kind.ESTATE else K.UNIT
    context = {
        "lines": _lines(user, [kind], place=place),
        "subject": place,
        "may_print": can(user, "sign.print"),
        "estate": place if kind == K.ESTATE else None,
    }
    return _rendered(request, context)
