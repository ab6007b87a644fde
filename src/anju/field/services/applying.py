"""From a kept record to facts, hazards and visits, once.

The record's row is locked, what it says is done by the services of `inspections`, and its new state is written, all in one
transaction: a process that is killed leaves either nothing or everything, and the worker tries what was left. A record
that cannot be applied is refused with its reason and holds nobody up.
"""

import logging
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from anju.areas.models import Place
from anju.areas.permissions import require
from anju.audit.services import audited, record
from anju.core import time
from anju.core.errors import Refused
from anju.dwellings.models import Current, Dwelling
from anju.field import letters, plausible, workflow
from anju.field.models import Envelope, EnvelopePhoto, KeptPhoto, TakenHome
from anju.field.services import comparing, kinds, photos, receipts
from anju.field.services.announced import lay_photos
from anju.field.services.work import HomeGone, PhotosFirst, Work, sees_place
from anju.inspections.services.opening import Dating, dated

log = logging.getLogger(__name__)
MOST_ATTEMPTS = 5
OLDEST = timedelta(days=366)
FOLLOWED_UP_FOR = timedelta(days=30)


def apply(row: Envelope) -> Envelope:
    """Apply what waits; anything else is given back as it is. Never raises for what a record says."""
    if row.state in (Envelope.State.STORED, Envelope.State.WAITING) and not row.is_applied:
        _try(row)
    found: Envelope = Envelope._base_manager.get(pk=row.pk)
    if found.is_applied:
        _follow_up(found)
        found.refresh_from_db()
    return found


def _follow_up(row: Envelope) -> None:
    """Photos and receipts; the record counts already, so what fails here is tried again and never undoes it."""
    for step in (photos.attach, receipts.settle_all):
        try:
            step(row)
        except Exception:
            log.exception("field record %s: %s failed; it is tried again", row.uuid, step.__name__)


def _try(row: Envelope, *, choice: str = "") -> None:
    try:
        _apply(row.pk, choice)
    except PhotosFirst:
        _keep_state(row.pk, "wait", _("This step needs its photo; it is applied when the photo has arrived."))
    except HomeGone:
        _keep_state(
            row.pk, "lose", _("The home no longer exists on the platform. The record is kept; nothing was changed.")
        )
    except Refused as refusal:
        _keep_state(row.pk, "refuse", " ".join(filter(None, (refusal.message, refusal.instead))))
    except Exception as error:
        log.exception("field record %s could not be applied", row.uuid)
        _count_attempt(row.pk, error)


def _count_attempt(pk: int, error: Exception) -> None:
    row: Envelope = Envelope._base_manager.get(pk=pk)
    row.attempts += 1
    Envelope._base_manager.filter(pk=pk).update(attempts=row.attempts)
    if row.attempts >= MOST_ATTEMPTS:
        text = _("A fault of the server (%(fault)s). The record is kept; the administrator is told.")
        _keep_state(pk, "refuse", text % {"fault": type(error).__name__})


@audited
def _keep_state(pk: int, move: str, reason: str) -> None:
    row = _locked(pk)
    if row.is_applied:
        record(by=row.user, verb="field.result", subject=row)
        return
    lay_photos(row)
    workflow.move(row, move, reason)
    row.save(update_fields=["state", "reason"])
    record(by=row.user, verb="field.result", subject=row, after={"state": row.state}, reason=reason)


def _locked(pk: int) -> Envelope:
    found: Envelope = Envelope._base_manager.select_for_update(of=("self",)).select_related("user").get(pk=pk)
    return found


@audited
def _apply(pk: int, choice: str) -> None:
    row = _locked(pk)
    if row.is_applied or row.state not in (Envelope.State.STORED, Envelope.State.WAITING, Envelope.State.CONFLICT):
        record(by=row.user, verb="field.result", subject=row)
        return  # somebody was faster
    work = _opened(row, choice)
    with dated(Dating(plausible.door_time(row), _told(work.letter))):
        kinds.HANDLERS[work.letter.kind](work)
    lay_photos(row, work)
    receipts.lay_out(work)
    row.applied_at, row.visit = time.now(), work.visit
    row.dwelling, row.place = work.home, work.place
    row.made = _made(work)
    row.differs = comparing.differences(work)
    row.differing = bool({"verdict", "only_phone", "only_server", "contradicts"} & row.differs.keys())
    workflow.move(row, photos.resting(row, moved=work.moved), " ".join(work.words))
    row.save()
    after = {"state": row.state, "visit": row.made["visit"], "hazards": [h.code for h in work.hazards]}
    record(by=row.user, verb="field.result", subject=row, after=after)


def _told(letter: letters.Letter) -> frozenset[str]:
    """What stood on the sheet that who lets received, or refused, at the door: of these rules he was told there."""
    sheets = [sheet for sheet in letter.receipts if sheet.party == "letting" and sheet.outcome != "absent"]
    return frozenset(label for sheet in sheets for label in sheet.listed)


def _made(work: Work) -> dict[str, Any]:
    return {
        "visit": work.visit.code if work.visit else "",
        "moved": work.moved,
        "verdict": work.home.verdict if work.home else "",
        "hazards": [{"code": h.code, "rule": h.rule, "room": h.room} for h in work.hazards],
    }


def _opened(row: Envelope, choice: str) -> Work:
    require(row.user, "inspection.record")
    letter = letters.read(letters.opened(row.content), time.day_of(row.received_at))
    if row.received_at - row.at > OLDEST:
        raise Refused(
            _("The record is of %(day)s, more than twelve months ago.") % {"day": time.day_of(row.at)},
            instead=_("It is kept. The office can enter it by hand if it still matters."),
        )
    work = Work(row, letter, row.user)
    if choice == Envelope.Choice.MINE and row.rival_of and row.rival_of.at > row.at:
        row.at = row.rival_of.at  # decided: this version counts over the first
    if letter.home:
        _find_home(work)
    elif letter.unit:
        _find_place(work)
    elif not letter.hazard:
        raise Refused(_("The record names no home, no shared part and no hazard."))
    return work


def _find_home(work: Work) -> None:
    code = work.letter.home
    home = Dwelling.objects.for_user(work.by).filter(code=code).first()
    if home is None:
        if not TakenHome.objects.filter(user=work.by, code=code).exists():
            raise Refused(_("There is no home “%(code)s” in your area.") % {"code": code})
        home = Dwelling._base_manager.filter(code=code, hidden=False).first()
        if home is None:
            raise HomeGone
        work.moved = True
        work.words.append(
            _("%(home)s has passed to %(area)s; the record was applied there.") % {"home": home, "area": home.area.name}
        )
    work.home = home
    work.version_before = Current.objects.filter(dwelling=home).values_list("version", flat=True).first()


def _find_place(work: Work) -> None:
    place = Place.objects.filter(code=work.letter.unit).first()
    if place is None or not sees_place(work.by, place):
        raise Refused(_("There is no shared part “%(code)s” in your area.") % {"code": work.letter.unit})
    work.place = place


def photo_arrived(kept: KeptPhoto) -> None:
    """Hang a photo on every record of this person that waits for it; what could not be applied without it is applied."""
    waiting = EnvelopePhoto.objects.filter(envelope__user=kept.user, sha256=kept.sha256, photo=None)
    ids = set(waiting.values_list("envelope_id", flat=True))
    waiting.update(photo=kept)
    for row in Envelope._base_manager.filter(pk__in=ids).order_by("id"):
        apply(row)


def apply_decided(row: Envelope, choice: str) -> None:
    """Apply the version for which a person decided."""
    _try(row, choice=choice)
    found: Envelope = Envelope._base_manager.get(pk=row.pk)
    if found.is_applied:
        apply(found)


def apply_waiting(most: int = 100) -> int:
    """What was received and not applied: the process was killed in between. Returns how many it took up."""
    before = time.now() - timedelta(seconds=30)
    decided = Envelope._base_manager.filter(state=Envelope.State.CONFLICT, decided_at__lt=before).exclude(choice="")
    for row in decided.order_by("received_at")[:most]:
        apply_decided(row, row.choice)
    rows = Envelope._base_manager.filter(state=Envelope.State.STORED, received_at__lt=before).order_by("received_at")
    ids = list(rows.values_list("pk", flat=True)[:most])
    for pk in ids:
        apply(Envelope._base_manager.get(pk=pk))
    return len(ids)


def finish_waiting(most: int = 100) -> None:
    """What was applied and whose receipts or photos were cut off before they came to their end."""
    recent = Envelope._base_manager.filter(applied_at__gte=time.now() - FOLLOWED_UP_FOR)
    open_receipts = recent.filter(receipts__settled_at=None, receipts__isnull=False)
    loose = recent.filter(photos__attached_at=None, photos__photo__file__isnull=False)
    ids = {*open_receipts.values_list("pk", flat=True)[:most], *loose.values_list("pk", flat=True)[:most]}
    for pk in sorted(ids):
        apply(Envelope._base_manager.get(pk=pk))
