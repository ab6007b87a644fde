"""Errors that a person reads. Each says what was refused, why, and what is possible instead."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


class Refused(Exception):
    """A step that the state, the law or a person's power does not allow.

    message: one sentence that names the thing and the reason. law: the article that refuses it, if any.
    instead: what can be done lawfully now.
    """

    status = 409

    def __init__(self, message: str, *, law: str = "", instead: str = "") -> None:
        super().__init__(message)
        self.message, self.law, self.instead = message, law, instead


class NotAllowed(Refused):
    """The person has no posting that gives this verb."""

    status = 403


class Stale(Refused):
    """Somebody else changed the thing meanwhile; nothing of either side was lost."""


class RefusalMiddleware:
    """Turn a refusal that no form caught into a page (or an htmx part) that says it in words."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Refused):
            return None
        page = getattr(getattr(request, "door", None), "refused", "refused.html")
        template = "components/_refused.html" if getattr(request, "htmx", False) else page
        return render(request, template, {"refusal": error}, status=error.status)
