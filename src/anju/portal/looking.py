"""One limit for wrong codes, whichever kind they are of: a sign's, a report's, an invitation's, a declaration's.

Wrong ones are counted by network address. After too many, right ones are not shown either, so that nothing can be tried
through; the answer is the same for both.
"""

from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from anju.audit.middleware import address_of
from anju.core.errors import Refused
from anju.portal.services import limits

T = TypeVar("T")


def refusal(request: HttpRequest) -> Refused | None:
    """Why this network may look nothing up in this hour; None while it may."""
    if limits.spent("lookup", address_of(request), settings.ANJU_LOOKUPS_PER_ADDRESS):
        return Refused(
            _("Too many wrong codes came from your network in this hour."), instead=_("Try again in an hour.")
        )
    return None


def wrong(request: HttpRequest) -> None:
    limits.spend("lookup", address_of(request), settings.ANJU_LOOKUPS_PER_ADDRESS)


def look_up(request: HttpRequest, find: Callable[[], T | None]) -> T:
    """What a code stands for. Refused after too many wrong ones, Http404 for a wrong one."""
    refused = refusal(request)
    if refused is not None:
        raise refused
    found = find()
    if found is None:
        wrong(request)
        raise Http404
    return found
