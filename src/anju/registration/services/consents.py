"""Consent to the masked name on the inside sign: by edition, never a condition of anything, withdrawn at any time."""

from typing import Any

from django.utils.translation import gettext as _

from anju.audit.services import audited, record
from anju.core import time
from anju.core.errors import Refused
from anju.dwellings import identity
from anju.dwellings.models import Dwelling, Party
from anju.registration import texts
from anju.registration.models import Consent, TextEdition, of

PURPOSE = Consent.Purpose.SIGN_NAME


def open_consent(dwelling: Dwelling, party: Party) -> Consent | None:
    found: Consent | None = of(Consent, dwelling).filter(party=party, purpose=PURPOSE, withdrawn_at=None).first()
    return found


def names_allowed(dwelling: Dwelling) -> set[int]:
    """Ids of the parties whose masked name may stand on the inside sign of a home."""
    rows = of(Consent, dwelling).filter(purpose=PURPOSE, withdrawn_at=None)
    return set(rows.values_list("party_id", flat=True))


@audited
def give(*, by: Any, dwelling: Dwelling, party: Party) -> Consent:
    """`by` is the person, or the officer who accepts the declaration in which the person gave it."""
    if identity.is_minor(party.id_number, party.id_kind, time.today()):
        raise Refused(_("Nobody under 18 is named on a sign, whatever was agreed."))
    known = open_consent(dwelling, party)
    wording = texts.current(TextEdition.Kind.SIGN_CONSENT, time.today())
    row = known or Consent.objects.create(
        party=party, dwelling=dwelling, purpose=PURPOSE, text_edition=str(wording.edition),
        text_sha256=wording.sha256, given_at=time.now(),
    )  # fmt: skip
    record(by=by, verb="consent.give", subject=dwelling, after={"party": party.code, "edition": row.text_edition})
    return row


@audited
def withdraw(*, by: Any, consent: Consent) -> Consent:
    if consent.withdrawn_at is not None:
        raise Refused(_("This consent is withdrawn already."))
    consent.withdrawn_at = time.now()
    consent.save(update_fields=["withdrawn_at"])
    record(by=by, verb="consent.withdraw", subject=consent.dwelling, after={"party": consent.party.code})
    return consent
