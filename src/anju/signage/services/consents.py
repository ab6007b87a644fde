"""Consent to a masked name on the sign inside: given by a text of some edition, withdrawn in one step."""

from typing import Any

from django.utils.translation import gettext as _

from anju.areas.permissions import require
from anju.audit.services import audited, record
from anju.core import time
from anju.core.errors import Refused
from anju.dwellings.models import Dwelling, Occupant
from anju.dwellings.signals import dwelling_changed
from anju.signage.models import NameConsent

TEXT_EDITION = "2026-1"


def _may(by: Any, occupant: Occupant) -> None:
    """The tenant himself, or staff that records a signed paper."""
    if occupant.party.user_id is None or occupant.party.user_id != getattr(by, "pk", None):
        require(by, "registration.edit")


@audited
def agree(
    *, by: Any, occupant: Occupant, how: str = NameConsent.How.PAPER, text_edition: str = TEXT_EDITION
) -> NameConsent:
    _may(by, occupant)
    if occupant.until is not None:
        raise Refused(_("Who has moved out is not named on a sign."))
    found = NameConsent._base_manager.filter(occupant=occupant, withdrawn_at=None).first()
    if found is not None:
        raise Refused(_("The consent is already on record."))
    row: NameConsent = NameConsent.objects.create(
        occupant=occupant, how=how, text_edition=text_edition, given_at=time.now(), given_by=by
    )
    record(
        by=by, verb="sign.consent", subject=occupant.dwelling, after={"occupant": occupant.pk, "edition": text_edition}
    )
    dwelling_changed.send(Dwelling, dwelling=occupant.dwelling)
    return row


@audited
def withdraw(*, by: Any, occupant: Occupant) -> None:
    """The next print counts him only; the sign that hangs is out of date from this moment."""
    _may(by, occupant)
    changed = NameConsent._base_manager.filter(occupant=occupant, withdrawn_at=None).update(withdrawn_at=time.now())
    if not changed:
        raise Refused(_("There is no consent to withdraw."))
    record(
        by=by,
        verb="sign.consent",
        subject=occupant.dwelling,
        before={"occupant": occupant.pk},
        after={"withdrawn": True},
    )
    dwelling_changed.send(Dwelling, dwelling=occupant.dwelling)
