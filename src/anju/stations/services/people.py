"""Staff and their certificates (A6.1, A9.3)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from anju.audit.services import audited, changes, record
from anju.core import time
from anju.core.errors import Refused
from anju.dwellings.services.people import phone_problem
from anju.files.models import StoredFile
from anju.stations.models import Certificate, Duty, Member, Station
from anju.stations.services.readiness import look
from anju.stations.services.sight import editable


def _check_phone(phone: str) -> None:
    problem = phone_problem(phone) if phone else ""
    if problem:
        raise Refused(problem)


def _one_head(station: Station, role: str, but: Member | None = None) -> None:
    if role != Member.Role.HEAD:
        return
    rows = Member._base_manager.filter(station=station, role=role).exclude(until__lt=time.today())
    found = (rows.exclude(pk=but.pk) if but else rows).first()
    if found is not None:
        raise Refused(
            _("%(who)s is the head of %(station)s.") % {"who": found, "station": station},
            instead=_("Give that person another post first, or enter the last day there."),
        )


@audited
def add_member(
    *, by: Any, station: Station, name: str, role: str, since: date, phone: str = "", team: str = "", user: Any = None
) -> Member:
    row = editable(by, station)
    _check_phone(phone)
    _one_head(row, role)
    if Member._base_manager.filter(station=row, name=name).exclude(until__lt=since).exists():
        raise Refused(
            _("%(who)s is on the list of %(station)s already.") % {"who": name, "station": row},
            instead=_("For two people of one name add something that tells them apart."),
        )
    member = Member(station=row, name=name, role=role, team=team, since=since, user=user)
    member.phone = phone
    member.save()
    record(by=by, verb="station.edit", subject=row, after={"member": name, "role": role, "team": team, "since": since})
    look(row)
    return member


@audited
def edit_member(*, by: Any, member: Member, values: Mapping[str, Any]) -> Member:
    """`values`: role, team, until, and `phone` when it changes. A last day takes later turns off the roster."""
    station = editable(by, member.station)
    row = Member._base_manager.select_for_update(of=("self",)).get(pk=member.pk)
    plain = {name: value for name, value in values.items() if name != "phone"}
    _one_head(station, plain.get("role", row.role), row)
    before, after = changes(row, plain)
    for name, value in plain.items():
        setattr(row, name, value)
    if values.get("phone"):
        _check_phone(values["phone"])
        row.phone = values["phone"]
        after["phone"] = row.masked_phone
    if row.until is not None and row.until < row.since:
        raise Refused(_("The last day (%(day)s) cannot lie before the first (%(first)s).") % {"day": row.until, "first": row.since})  # fmt: skip
    row.save()
    if row.until is not None:
        after["turns_removed"] = Duty._base_manager.filter(member=row, day__gt=row.until).delete()[0]
    record(by=by, verb="station.edit", subject=station, before=before, after={"member": row.name, **after})
    look(station)
    return row


@audited
def add_certificate(
    *,
    by: Any,
    member: Member,
    kind: str,
    issued_on: date,
    expires_on: date | None = None,
    number: str = "",
    photo: StoredFile | None = None,
) -> Certificate:
    """A new one of the same kind stands beside the old: each holds for its own days."""
    station = editable(by, member.station)
    if issued_on > time.today():
        raise Refused(_("The day of issue (%(day)s) lies in the future.") % {"day": issued_on})
    if expires_on is not None and expires_on < issued_on:
        raise Refused(_("It cannot run out (%(day)s) before it was issued.") % {"day": expires_on})
    row: Certificate = Certificate.objects.create(
        member=member, kind=kind, number=number, issued_on=issued_on, expires_on=expires_on, photo=photo
    )
    record(
        by=by, verb="station.edit", subject=station,
        after={"member": member.name, "certificate": kind, "issued_on": issued_on, "expires_on": expires_on},
    )  # fmt: skip
    look(station)
    return row


@audited
def withdraw_certificate(*, by: Any, certificate: Certificate) -> Certificate:
    """Entered by mistake or taken back by who issued it; it stays on record with the day."""
    station = editable(by, certificate.member.station)
    if Certificate._base_manager.filter(pk=certificate.pk, withdrawn_on=None).update(withdrawn_on=time.today()) != 1:
        raise Refused(_("This certificate was withdrawn already."))
    certificate.withdrawn_on = time.today()
    record(
        by=by, verb="station.edit", subject=station,
        before={"member": certificate.member.name, "certificate": certificate.kind}, after={"withdrawn_on": time.today()},
    )  # fmt: skip
    look(station)
    return certificate
