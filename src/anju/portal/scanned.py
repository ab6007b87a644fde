"""What residents find behind the code of a sign: the way to their pages; and who tries codes is slowed down (A8.5)."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from anju.audit.middleware import address_of
from anju.core.errors import Refused
from anju.portal.services import limits
from anju.signage.public import PublicState
from anju.signage.views.scan import plain_page


def page(request: HttpRequest, state: PublicState | None) -> HttpResponse:
    """The page of a scan. Wrong codes are counted by address, together with those typed at /p/: after too many, right ones are
    not shown either, so that codes cannot be tried through.
    """
    address = address_of(request)
    if limits.spent("lookup", address, settings.ANJU_LOOKUPS_PER_ADDRESS):
        raise Refused(
            _("Too many wrong codes came from your network in this hour."), instead=_("Try again in an hour.")
        )
    if state is None:
        limits.spend("lookup", address, settings.ANJU_LOOKUPS_PER_ADDRESS)
    return plain_page(request, state)


def ways(request: HttpRequest, state: PublicState) -> str:
    """What somebody before the door can do next; nothing where the sign no longer counts."""
    return render_to_string("portal/_ways.html", {"state": state}, request) if state.is_valid else ""
