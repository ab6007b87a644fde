"""How the app's addresses answer: JSON also when something is refused, and the phone's contact noted on the way."""

import functools
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from anju.accounts.http import Request
from anju.core.errors import NotAllowed, Refused
from anju.core.policy import needs, problem
from anju.field.letters import Unreadable
from anju.field.models import Phone
from anju.field.services import phones
from anju.field.services.phones import Contact
from anju.field.services.uploads import UploadProblem

View = Callable[..., HttpResponse]


def api(verb: str = "inspection.record") -> Callable[[View], View]:
    """A view of the app: needs the verb, answers refusals as JSON and is never kept by a cache on the way."""

    def mark(view: View) -> View:
        @needs(verb, json=True)
        @functools.wraps(view)
        def answer(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                response = view(request, *args, **kwargs)
            except Http404:
                response = problem("not_there", 404, _("The server has nothing under this number for you."))
            except Refused as refusal:
                response = problem(code_of(refusal), refusal.status, refusal.message, refusal.instead)
            response.setdefault("Cache-Control", "no-store")
            return response

        return answer

    return mark


def code_of(refusal: Refused) -> str:
    if isinstance(refusal, UploadProblem):
        return refusal.code
    if isinstance(refusal, Unreadable):
        return "unreadable"
    return "not_allowed" if isinstance(refusal, NotAllowed) else "refused"


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def contact_of(request: Request) -> Contact | None:
    """What the headers say of the phone; None when they name none."""
    try:
        key = UUID(request.headers.get("X-Field-Phone", ""))
    except ValueError:
        return None
    unsent = request.headers.get("X-Field-Unsent", "")
    return Contact(
        key=key,
        app=request.headers.get("X-Field-App", ""),
        agent=request.headers.get("User-Agent", ""),
        clock=_moment(request.headers.get("X-Field-Time", "")),
        unsent=min(int(unsent), 1_000_000) if unsent.isascii() and unsent.isdigit() and len(unsent) < 9 else None,
        oldest=_moment(request.headers.get("X-Field-Oldest", "")),
        session=request.session.session_key or "",
    )


def clock_of(request: Request) -> datetime | None:
    return _moment(request.headers.get("X-Field-Time", ""))


def phone_of(request: Request) -> Phone | None:
    contact = contact_of(request)
    return phones.in_touch(by=request.user, contact=contact) if contact else None
