"""Leases and their filing within thirty days (A3.6): recorded, handed in, accepted by housing, ended early."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from anju.areas.permissions import require
from anju.audit.services import audited, record
from anju.core import time
from anju.core.errors import Refused, Stale
from anju.dwellings.models import Dwelling, Party
from anju.registration.models import Lease, of
from anju.registration.services.papers import papers_changed


def _known(starts: date) -> Refused:
    return Refused(_("The lease of this tenant from %(day)s is on record already.") % {"day": starts})


@audited
def record_lease(
    *,
    by: Any,
    dwelling: Dwelling,
    lessee: Party,
    signed_on: date,
    starts: date,
    ends: date,
    kind: str = Lease.Kind.MODEL,
    rooms: str = "",
    filed_on: date | None = None,
) -> Lease:
    """A contract between who lets the home now and a tenant."""
    require(by, "registration.edit")
    lessor = dwelling.letting_party
    if lessor is None:
        raise Refused(
            _("Nobody is recorded as letting %(home)s.") % {"home": dwelling.address},
            instead=_("Record the landlord first."),
        )
    if lessor == lessee:
        raise Refused(_("%(name)s cannot let to himself.") % {"name": lessor.name})
    if ends < starts:
        raise Refused(_("The lease ends (%(end)s) before it starts.") % {"end": ends})
    if signed_on > time.today() or (filed_on or signed_on) > time.today():
        raise Refused(_("The day of signing (%(day)s) lies in the future.") % {"day": filed_on or signed_on})
    if filed_on is not None and filed_on < signed_on:
        raise Refused(_("It cannot have been filed (%(day)s) before it was signed.") % {"day": filed_on})
    if of(Lease, dwelling).filter(lessee=lessee, starts=starts).exists():
        raise _known(starts)
    row = Lease(
        dwelling=dwelling, lessor=lessor, lessee=lessee, signed_on=signed_on, starts=starts, ends=ends, kind=kind,
        rooms=rooms.strip()[:60], filed_on=filed_on, recorded_at=time.now(), recorded_by=by,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:  # the other click was faster by less than a moment
        raise _known(starts) from None
    record(
        by=by,
        verb="registration.edit",
        subject=dwelling,
        after={"lease": row.code, "tenant": lessee.code, "signed_on": signed_on, "starts": starts, "ends": ends,
               "filed_on": filed_on},
    )  # fmt: skip
    papers_changed(dwelling, time.today())
    return row


def _locked(by: Any, lease: Lease) -> Lease:
    found: Lease = Lease.objects.for_user(by).select_for_update(of=("self",)).get(pk=lease.pk)
    if (found.filed_on, found.accepted_on, found.ended_on) != (lease.filed_on, lease.accepted_on, lease.ended_on):
        raise Stale(_("Somebody changed this lease meanwhile. Look at it again."))
    return found


def _move(by: Any, lease: Lease, verb: str, **values: Any) -> Lease:
    before = {name: getattr(lease, name) for name in values}
    for name, value in values.items():
        setattr(lease, name, value)
    lease.save(update_fields=list(values))
    record(
        by=by,
        verb=verb,
        subject=lease.dwelling,
        before={"lease": lease.code, **before},
        after={"lease": lease.code, **values},
    )
    papers_changed(lease.dwelling, time.today())
    return lease


@audited
def file_lease(*, by: Any, lease: Lease, on: date) -> Lease:
    """Handed in to the housing department: the thirty days stop."""
    require(by, "registration.edit")
    row = _locked(by, lease)
    if row.filed_on is not None:
        raise Refused(_("This lease was filed on %(day)s.") % {"day": row.filed_on})
    if not row.signed_on <= on <= time.today():
        raise Refused(_("The day of filing must lie between the signing (%(day)s) and today.") % {"day": row.signed_on})
    return _move(by, row, "registration.edit", filed_on=on)


@audited
def accept_lease(*, by: Any, lease: Lease, on: date) -> Lease:
    """The housing department took it in."""
    require(by, "lease.accept")
    row = _locked(by, lease)
    if row.filed_on is None:
        raise Refused(_("This lease was not handed in yet."), instead=_("Record the day of filing first."))
    if row.accepted_on is not None:
        raise Refused(_("This lease was accepted on %(day)s.") % {"day": row.accepted_on})
    if not row.filed_on <= on <= time.today():
        raise Refused(
            _("The day of acceptance must lie between the filing (%(day)s) and today.") % {"day": row.filed_on}
        )
    return _move(by, row, "lease.accept", accepted_on=on, accepted_by=by)


@audited
def end_lease(*, by: Any, lease: Lease, on: date) -> Lease:
    """It ends before its term; the day is its last."""
    require(by, "registration.edit")
    row = _locked(by, lease)
    if not row.starts <= on <= row.ends:
        raise Refused(
            _("The last day must lie within the term (%(start)s to %(end)s).") % {"start": row.starts, "end": row.ends}
        )
    return _move(by, row, "registration.edit", ended_on=on)
