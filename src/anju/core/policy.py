"""Every view says who may use it; a view that does not say it stops the program at start (see checks.py).

`@needs("hazard.close")` asks the table of verbs (areas/permissions.py); `@signed_in` is for pages about oneself;
`@public(reason)` is for pages without sign-in. Which rows a person sees is the scoped managers' business, not this one's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure as default_csrf_failure

from anju.core import verbs
from anju.core.errors import NotAllowed

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Door:
    """Through which pages people come and go: staff by theirs, residents by the light ones of the portal."""

    sign_in: str = ""  # address; "" is LOGIN_URL
    refused: str = "refused.html"
    not_found: str = "404.html"


STAFF_DOOR = Door()


@dataclass(frozen=True)
class Policy:
    kind: str  # "public", "signed_in", "needs"
    verb: str = ""
    reason: str = ""
    door: Door = STAFF_DOOR
    json: bool = False  # a program asks: refusals are JSON, never a page or a way to the sign-in page


class Checker(Protocol):
    def __call__(self, user: Any, verb: str) -> bool: ...


class _Table:
    checker: Checker | None = None


def use_checker(checker: Checker) -> None:
    """Called once by `areas`, which owns the table of verbs."""
    _Table.checker = checker


def allowed(user: Any, verb: str) -> bool:
    return bool(_Table.checker and user.is_authenticated and _Table.checker(user, verb))


def _declare(policy: Policy) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.anju_policy = policy  # type: ignore[attr-defined]
        return view

    return mark


def public(reason: str, *, door: Door = STAFF_DOOR) -> Callable[[View], View]:
    return _declare(Policy("public", reason=reason, door=door))


def needs(verb: str, *, door: Door = STAFF_DOOR, json: bool = False) -> Callable[[View], View]:
    return _declare(Policy("needs", verb=verb, door=door, json=json))


def signed_in(view: View) -> View:
    return _declare(Policy("signed_in"))(view)


# Views of packages that cannot carry the mark, by the first words of their module.
THIRD_PARTY: dict[str, Policy] = {
    "allauth.account.": Policy("public", reason="signing in and out; allauth protects its own pages"),
    "allauth.mfa.": Policy("signed_in"),
    "django.contrib.staticfiles.": Policy("public", reason="scripts and styles"),
    "django.views.i18n": Policy("public", reason="choosing the language"),
}


def policy_of(view: Callable[..., Any]) -> Policy | None:
    found = getattr(view, "anju_policy", None)
    if isinstance(found, Policy):
        return found
    module = getattr(getattr(view, "view_class", view), "__module__", "")
    return next((policy for start, policy in THIRD_PARTY.items() if module.startswith(start)), None)


def _second_factor_missing(request: HttpRequest) -> bool:
    user = request.user
    if not settings.ANJU_REQUIRE_MFA or not getattr(user, "is_staff_member", False):
        return False
    return not getattr(user, "has_second_factor", False)


class PolicyMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        resident = getattr(request, "door", STAFF_DOOR) is not STAFF_DOOR
        if (request.user.is_authenticated or resident) and not request.path.startswith("/static/"):
            response.setdefault("Cache-Control", "no-store")
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        policy = policy_of(view)
        if policy is None:
            raise LookupError(f"{view} has no policy")
        request.door = policy.door  # type: ignore[attr-defined]
        if policy.kind == "public":
            return None
        if not request.user.is_authenticated:
            return _to_sign_in(request, policy)
        if policy.kind == "needs":
            return _gate(request, policy)
        return None


def _to_sign_in(request: HttpRequest, policy: Policy) -> HttpResponse:
    if policy.json:
        return signed_out()
    if getattr(request, "htmx", False):  # the page around the part asks for itself, and leads back to itself
        return HttpResponse(status=401, headers={"HX-Refresh": "true"})
    return redirect_to_login(request.get_full_path(), policy.door.sign_in or None)


def _gate(request: HttpRequest, policy: Policy) -> HttpResponse | None:
    if _second_factor_missing(request):
        if policy.json:
            return problem(
                "second_factor", 403, _("Your account has no second factor yet."), _("Set it up on the desk first.")
            )
        return redirect("mfa_activate_totp")
    if allowed(request.user, policy.verb):
        return None
    refusal = NotAllowed(
        _("Your posting does not include this step: %(verb)s.") % {"verb": verbs.words(policy.verb)},
        instead=_("Ask the office that gave you your posting, or hand the matter to the department in charge."),
    )
    if policy.json:
        return problem("not_allowed", refusal.status, refusal.message, refusal.instead)
    part = getattr(request, "htmx", False)
    template = "components/_refused.html" if part else policy.door.refused
    return render(request, template, {"refusal": refusal}, status=refusal.status)


def problem(code: str, status: int, text: str, instead: str = "") -> JsonResponse:
    """A refusal for a program: a word it can act on, a sentence for its user, and what is possible instead."""
    return JsonResponse({"error": code, "text": text, "instead": instead}, status=status)


def signed_out() -> JsonResponse:
    return problem("signed_out", 401, _("You are signed out."), _("Sign in again; nothing on the phone is lost."))


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's page for a missing token, or JSON: a program whose session ended is told that, not that a token is old."""
    found = request.resolver_match
    policy = policy_of(found.func) if found else None
    if policy is None or not policy.json:
        return default_csrf_failure(request, reason)
    if not request.user.is_authenticated:
        return signed_out()
    return problem(
        "csrf", 403, _("The page's token has changed."), _("It is fetched anew; the step is repeated by itself.")
    )
