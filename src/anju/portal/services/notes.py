"""Notes from the door: left by anybody, limited by network and by home, answered by who lets."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from anju.accounts.services import system_actor
from anju.areas.permissions import require
from anju.audit.services import audited, record
from anju.core import time
from anju.core.errors import Refused, Stale
from anju.dwellings.models import Dwelling
from anju.portal.models import DoorNote, Letter
from anju.portal.services import letters, limits

S = DoorNote.State


def within_limits(address: str, dwelling: Dwelling) -> None:
    fine = limits.spend("note-address", address, settings.ANJU_NOTES_PER_ADDRESS)
    fine = limits.spend("note-home", dwelling.code, settings.ANJU_NOTES_PER_HOME) and fine
    if not fine:
        raise Refused(
            _("Too many messages were left in this hour, so this one was not taken."),
            instead=_("Try again in an hour. If it is dangerous, report it as a hazard, or call 119."),
        )


@audited
def leave(*, dwelling: Dwelling, text: str, token: str) -> DoorNote:
    """The same form sent twice is one note. Who lets is told once a day that something waits, not what."""
    words = " ".join(text.split())[:300]
    if not words:
        raise Refused(_("Write what you want to say."))
    row = DoorNote(dwelling=dwelling, text=words, token=token, left_at=time.now())
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        row = DoorNote._base_manager.get(token=token)
        if row.dwelling_id != dwelling.pk:
            raise Refused(_("This form was sent already. Open it anew.")) from None
    else:
        _tell(dwelling)
    record(by=system_actor(), verb="note.leave", subject=dwelling, after={"note": row.code})
    return row


def _tell(dwelling: Dwelling) -> None:
    party = dwelling.operator or dwelling.letting_party
    key = f"note-{dwelling.pk}-{time.today().isoformat()}"
    if party is None or not party.phone_sealed or Letter.objects.filter(key=key).exists():
        return
    with translation.override("zh-hans"):
        text = _("[Anju] Somebody left a message at a home you let. Read it on your page of the home.")
    letters.write(key=key, number=party.phone, text=text, useless_after=time.now() + timedelta(days=1))


@audited
def answer(*, by: Any, note: DoorNote, text: str, close: bool = False) -> DoorNote:
    """`close`: read, and nothing to say."""
    require(by, "own.let")
    row: DoorNote = DoorNote.objects.for_user(by).select_for_update(of=("self",)).get(pk=note.pk)
    if row.state != S.WAITING:
        raise Stale(_("This message is “%(state)s” already.") % {"state": row.get_state_display()})
    words = " ".join(text.split())[:300]
    if not close and not words:
        raise Refused(_("Write the answer, or close the message without one."))
    row.state, row.answer, row.answered_at = (S.CLOSED if close else S.ANSWERED), "" if close else words, time.now()
    row.save(update_fields=["state", "answer", "answered_at"])
    record(by=by, verb="note.answer", subject=row.dwelling, after={"note": row.code, "state": row.state})
    return row


def forget_notes(moment: datetime) -> int:
    limit = moment - timedelta(days=settings.ANJU_KEEP_NOTES_DAYS)
    done, _rows = DoorNote._base_manager.filter(left_at__lt=limit).delete()
    return done
