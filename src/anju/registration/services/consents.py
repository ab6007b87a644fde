"""The one record of who agreed to the masked name on the inside sign.

Given or taken back by the tenant himself, by staff who record what he said, or with an arrival that was accepted; implied by
nothing. Never a condition of anything, and never for who is under 18. Whatever changes here is announced below, so that the sign
that hangs is out of date at once.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from anju.accounts.services import system_actor
from anju.areas.permissions import require
from anju.audit.services import audited, record
from anju.core import time
from anju.core.errors import Refused
from anju.dwellings import identity
from anju.dwellings.models import Dwelling, Occupant, Party
from anju.dwellings.signals import dwelling_changed
from anju.registration import texts
from anju.registration.models import Consent, TextEdition, of

PURPOSE = Consent.Purpose.SIGN_NAME


def _open() -> QuerySet[Consent]:
    return Consent._base_manager.filter(purpose=PURPOSE, withdrawn_at=None)


def last_consent(dwelling: Dwelling, party: Party) -> Consent | None:
    """The newest one, open or withdrawn."""
    found: Consent | None = (
        of(Consent, dwelling).filter(party=party, purpose=PURPOSE).order_by("-given_at", "-id").first()
    )
    return found


def agreed(homes: Collection[Dwelling]) -> set[tuple[int, int]]:
    """(home, party) by ids: whose masked name may stand on the inside sign."""
    return set(_open().filter(dwelling__in=homes).values_list("dwelling", "party"))


def _may(by: Any, party: Party) -> None:
    """The tenant himself, or staff who record what he said or signed."""
    if party.user_id is None or party.user_id != getattr(by, "pk", None):
        require(by, "registration.edit")


@audited
def give(*, by: Any, dwelling: Dwelling, party: Party, how: str = Consent.How.PHONE) -> Consent:
    """`by` is the person, or the officer who records his paper or accepts the declaration in which he agreed."""
    _may(by, party)
    if identity.is_minor(party.id_number, party.id_kind, time.today()):
        raise Refused(_("Nobody under 18 is named on a sign, whatever was agreed."))
    if not dwelling.occupants.filter(party=party, until=None).exists():
        raise Refused(_("Who has moved out is not named on a sign."))
    known = _open().filter(dwelling=dwelling, party=party).first()
    wording = texts.current(TextEdition.Kind.SIGN_CONSENT, time.today())
    row = known or Consent.objects.create(
        party=party, dwelling=dwelling, purpose=PURPOSE, text_edition=str(wording.edition),
        text_sha256=wording.sha256, how=how, given_at=time.now(), given_by=by,
    )  # fmt: skip
    after = {"party": party.code, "edition": row.text_edition, "how": row.how}
    record(by=by, verb="consent.give", subject=dwelling, after=after)
    dwelling_changed.send(Dwelling, dwelling=dwelling)
    return row


@audited
def withdraw(*, by: Any, dwelling: Dwelling, party: Party) -> Consent:
    _may(by, party)
    row = _open().select_for_update(of=("self",)).filter(dwelling=dwelling, party=party).first()
    if row is None:
        raise Refused(_("There is no consent to withdraw."))
    return _end(by, row)


def _end(by: Any, row: Consent) -> Consent:
    row.withdrawn_at, row.withdrawn_by = time.now(), by
    row.save(update_fields=["withdrawn_at", "withdrawn_by"])
    record(by=by, verb="consent.withdraw", subject=row.dwelling, after={"party": row.party.code})
    dwelling_changed.send(Dwelling, dwelling=row.dwelling)
    return row


def left_behind() -> QuerySet[Consent]:
    """Open ones of people who do not live there any more: who comes back is asked anew."""
    here = Occupant._base_manager.filter(dwelling=OuterRef("dwelling"), party=OuterRef("party"), until=None)
    return _open().filter(~Exists(here)).select_related("dwelling", "party")


@audited
def end_left_behind(*, consent: Consent) -> Consent:
    return _end(system_actor(), consent)


def past(moment: datetime) -> QuerySet[Consent]:
    """Those whose proof need not be kept any longer."""
    return Consent._base_manager.filter(withdrawn_at__lt=moment - Consent.kept())
