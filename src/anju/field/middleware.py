"""A phone that is to wipe itself keeps its sign-in only to hand over finished work and to say that it is empty."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse

from anju.field.services.phones import CONFINED

API = "/field/api/v1/"
# `grid` answers such a phone with the wish itself, for one that asks it first
ALLOWED = tuple(API + path for path in ("me", "wiped", "grid", "envelopes", "photos/", "uploads/"))


def confine(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Everywhere else the sign-in of such a phone is none."""

    def answer(request: HttpRequest) -> HttpResponse:
        signed_in = settings.SESSION_COOKIE_NAME in request.COOKIES
        if signed_in and request.session.get(CONFINED) and not request.path.startswith(ALLOWED):
            request.user = AnonymousUser()
        return get_response(request)

    return answer
