"""Doors: what they say, what the people of a door agreed to, which other way in they have, and when it is forgotten (A4.1)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from anju.accounts.services import system_actor
from anju.areas.permissions import require
from anju.audit.services import audited, record
from anju.core import time
from anju.core.errors import NotAllowed, Refused
from anju.jobs.services import every
from anju.monitoring.models import Device, DoorAlternative, DoorConsent, DoorEvent
from anju.monitoring.services.kinds import Heard
from anju.monitoring.services.sparing import DOORS

KINDS = {"door_open": DoorEvent.Kind.OPEN, "door_refused": DoorEvent.Kind.REFUSED}
AT_ONCE = 500  # rows that one transaction deletes
MOST = 20  # such transactions in one run


def take(heard: Sequence[Heard], received: datetime) -> None:
    """Events of doors; `detail` went through `services/sparing.py`."""
    DoorEvent._base_manager.bulk_create(
        DoorEvent(
            device_id=one.device_id, kind=KINDS[one.event], person=str(one.detail.get("person", ""))[:64],
            way=str(one.detail.get("way", ""))[:10], at=one.at, received=received, late=one.late,
        )
        for one in heard
    )  # fmt: skip


def _door(by: Any, device: Device) -> Device:
    require(by, "smart.edit")
    row: Device | None = Device.objects.for_user(by).select_for_update(of=("self",)).filter(pk=device.pk).first()
    if row is None or row.kind not in DOORS:
        raise NotAllowed(_("There is no such door in your area."))
    return row


@audited
def record_consent(*, by: Any, door: Device, edition: str, given_on: date, given_by: str) -> DoorConsent:
    """The people of the door agreed to this edition of the text. An older consent ends on that day.

    given_by: who agreed, as a body or a number of people and not by name.
    """
    row = _door(by, door)
    if given_on > time.today():
        raise Refused(_("Consent given on %(day)s lies ahead. Record it once it is given.") % {"day": given_on})
    before = DoorConsent._base_manager.filter(device=row, withdrawn_on=None).first()
    if before is not None:
        if before.given_on > given_on:
            raise Refused(
                _("Edition “%(edition)s” of %(day)s is newer.") % {"edition": before.edition, "day": before.given_on},
                instead=_("Withdraw that one first if it was recorded by mistake."),
            )
        before.withdrawn_on, before.withdrawn_reason = given_on, _("A newer edition was agreed to")
        before.save(update_fields=["withdrawn_on", "withdrawn_reason"])
    consent: DoorConsent = DoorConsent._base_manager.create(
        device=row, edition=edition.strip()[:60], given_on=given_on, given_by=given_by.strip()[:80], recorded_by=by,
        recorded_at=time.now(),
    )  # fmt: skip
    record(by=by, verb="smart.edit", subject=row, after={"consent": consent.edition, "given_on": given_on})
    return consent


@audited
def withdraw_consent(*, by: Any, door: Device, reason: str) -> None:
    """The people no longer agree: from today the door is a defect until another consent is on record."""
    row = _door(by, door)
    consent = DoorConsent._base_manager.filter(device=row, withdrawn_on=None).first()
    if consent is None:
        raise Refused(_("No consent is on record for %(door)s.") % {"door": row})
    if not reason.strip():
        raise Refused(_("Say who withdrew it and how the platform knows."))
    consent.withdrawn_on, consent.withdrawn_reason = time.today(), reason.strip()[:200]
    consent.save(update_fields=["withdrawn_on", "withdrawn_reason"])
    record(by=by, verb="smart.edit", subject=row, before={"consent": consent.edition}, reason=reason.strip())


@audited
def add_alternative(*, by: Any, door: Device, kind: str, note: str = "", since: date | None = None) -> DoorAlternative:
    """Another way in than the face."""
    row = _door(by, door)
    if DoorAlternative._base_manager.filter(device=row, kind=kind, until=None).exists():
        raise Refused(_("“%(way)s” is already on record for this door.") % {"way": DoorAlternative.Kind(kind).label})
    day = since or time.today()
    if day > time.today():
        raise Refused(_("A way in that opens on %(day)s lies ahead. Record it once it opens.") % {"day": day})
    made: DoorAlternative = DoorAlternative._base_manager.create(
        device=row, kind=kind, note=note.strip()[:120], since=day, recorded_by=by, recorded_at=time.now()
    )
    record(by=by, verb="smart.edit", subject=row, after={"alternative": kind, "since": day})
    return made


@audited
def end_alternative(*, by: Any, door: Device, kind: str) -> None:
    """This way in is gone from today on."""
    row = _door(by, door)
    found = DoorAlternative._base_manager.filter(device=row, kind=kind, until=None).first()
    if found is None:
        raise Refused(_("This way in is not on record for %(door)s.") % {"door": row})
    found.until = time.today()
    found.save(update_fields=["until"])
    record(by=by, verb="smart.edit", subject=row, before={"alternative": kind})


def forget(moment: datetime, most: int = MOST) -> int:
    """Delete events whose days are over (ANJU_DOOR_EVENT_DAYS), oldest first, in short transactions; how many."""
    limit, gone = moment - timedelta(days=settings.ANJU_DOOR_EVENT_DAYS), 0
    for _turn in range(most):
        with transaction.atomic():
            rows = DoorEvent._base_manager.filter(at__lt=limit).order_by("at", "id")
            ids = list(rows.values_list("pk", flat=True)[:AT_ONCE])
            if not ids:
                break
            gone += DoorEvent._base_manager.filter(pk__in=ids).delete()[0]
            record(
                by=system_actor(),
                verb="door.forgotten",
                subject=system_actor(),
                after={"events": len(ids), "before": limit},
            )
    return gone


@every("monitoring.doors", timedelta(hours=1))
def forget_old(moment: datetime) -> None:
    forget(moment)
