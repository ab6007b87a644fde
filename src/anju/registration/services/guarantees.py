"""Guarantees of public security (A3.1): recorded, confirmed or doubted by the police, withdrawn."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from anju.areas.permissions import require
from anju.audit.services import audited, record
from anju.core import time
from anju.core.errors import Refused, Stale
from anju.dwellings.models import Dwelling, Party
from anju.files.models import StoredFile
from anju.registration.models import Guarantee, of
from anju.registration.services.papers import papers_changed


def may_sign(dwelling: Dwelling) -> list[Party]:
    """Who has to vouch for this home: everybody who lets it now."""
    return [party for party in (dwelling.sublessor, dwelling.landlord) if party is not None]


def _known() -> Refused:
    return Refused(_("The guarantee of this day is on record already."))


@audited
def record_guarantee(
    *,
    by: Any,
    dwelling: Dwelling,
    party: Party,
    signed_on: date,
    how: str,
    valid_until: date | None = None,
    photo: StoredFile | None = None,
) -> Guarantee:
    """A signed paper. It waits for the police; a paper without its photo is refused."""
    require(by, "registration.edit")
    if party not in may_sign(dwelling):
        raise Refused(
            _("%(name)s does not let %(home)s, so this signature binds nobody.")
            % {"name": party.name, "home": dwelling.address},
            instead=_("Correct who lets the home first, then record the paper."),
        )
    if signed_on > time.today():
        raise Refused(_("The day of signing (%(day)s) lies in the future.") % {"day": signed_on})
    if valid_until is not None and valid_until < signed_on:
        raise Refused(_("Valid until %(end)s lies before the day of signing.") % {"end": valid_until})
    if how == Guarantee.How.PAPER and photo is None:
        raise Refused(_("A guarantee on paper needs a photo of the signed page."))
    same = of(Guarantee, dwelling).filter(party=party, signed_on=signed_on).exclude(state=Guarantee.State.WITHDRAWN)
    if same.exists():
        raise _known()
    row = Guarantee(
        dwelling=dwelling, party=party, signed_on=signed_on, how=how, valid_until=valid_until, photo=photo,
        recorded_at=time.now(), recorded_by=by,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:  # the other click was faster by less than a moment
        raise _known() from None
    record(
        by=by,
        verb="registration.edit",
        subject=dwelling,
        after={"guarantee": row.code, "party": party.code, "signed_on": signed_on, "valid_until": valid_until},
    )
    papers_changed(dwelling, time.today())
    return row


@audited
def decide_guarantee(
    *, by: Any, guarantee: Guarantee, genuine: bool, doubt: str = "", seen: str | None = None
) -> Guarantee:
    """The police compared the signature. A doubt says why; it does not count as signed until it is cleared up.

    seen: the state that the officer decided on, where it is not that of `guarantee`.
    """
    require(by, "guarantee.confirm")
    if not genuine and not doubt.strip():
        raise Refused(_("Say what raises the doubt, so that the party can put it right."))
    row: Guarantee = Guarantee.objects.for_user(by).select_for_update(of=("self",)).get(pk=guarantee.pk)
    if row.state != (seen or guarantee.state):
        raise _decided(row, doubt)
    if row.state == Guarantee.State.WITHDRAWN:
        raise Refused(_("A withdrawn guarantee cannot be confirmed. Record the new paper."))
    before = row.state
    row.state = Guarantee.State.CONFIRMED if genuine else Guarantee.State.DOUBTFUL
    row.doubt = "" if genuine else doubt.strip()[:200]
    row.decided_at, row.decided_by = time.now(), by
    row.save(update_fields=["state", "doubt", "decided_at", "decided_by"])
    record(
        by=by,
        verb="guarantee.confirm",
        subject=row.dwelling,
        before={"guarantee": row.code, "state": before},
        after={"guarantee": row.code, "state": row.state},
        reason=row.doubt,
    )
    papers_changed(row.dwelling, time.today())
    return row


def _decided(row: Guarantee, doubt: str) -> Stale:
    """Who decided, when and what; what the second officer wrote is given back to him."""
    text = _("%(who)s decided on this guarantee meanwhile: it is “%(state)s” now.")
    who = row.decided_by or _("Somebody")
    wrote = _("You wrote: “%(text)s”. Look at the guarantee again and decide anew if it still holds.")
    return Stale(
        text % {"who": who, "state": row.get_state_display()},
        instead=wrote % {"text": doubt.strip()} if doubt.strip() else "",
    )


@audited
def withdraw_guarantee(*, by: Any, guarantee: Guarantee, reason: str) -> Guarantee:
    """Taken back by the party or recorded by mistake; it stays on record as withdrawn."""
    require(by, "registration.edit")
    if not reason.strip():
        raise Refused(_("Say why the guarantee is withdrawn."))
    row: Guarantee = Guarantee.objects.for_user(by).select_for_update(of=("self",)).get(pk=guarantee.pk)
    if row.state == Guarantee.State.WITHDRAWN:
        raise Refused(_("This guarantee is withdrawn already."))
    before = row.state
    row.state, row.withdrawn_on, row.doubt = Guarantee.State.WITHDRAWN, time.today(), reason.strip()[:200]
    row.save(update_fields=["state", "withdrawn_on", "doubt"])
    record(
        by=by,
        verb="registration.edit",
        subject=row.dwelling,
        before={"guarantee": row.code, "state": before},
        after={"guarantee": row.code, "state": row.state},
        reason=row.doubt,
    )
    papers_changed(row.dwelling, time.today())
    return row
