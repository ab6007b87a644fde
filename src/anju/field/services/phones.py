"""Phones in touch, and the wish of an office that one wipes itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.sessions.backends.db import SessionStore as Store
from django.utils.translation import gettext as _

from anju.areas.permissions import require
from anju.areas.scope import postings_of, scope_of
from anju.audit.services import audited, record
from anju.core import time
from anju.core.errors import NotAllowed, Refused
from anju.field.models import Phone

CONFINED = "field-confined"
MOST_SESSIONS = 5
SAVED_EVERY = timedelta(seconds=30)  # a burst of requests is one contact


@dataclass(frozen=True)
class Contact:
    """What a request says of the phone it comes from."""

    key: UUID
    app: str = ""
    agent: str = ""
    clock: datetime | None = None
    unsent: int | None = None
    oldest: datetime | None = None
    session: str = ""

    def offset(self, moment: datetime) -> timedelta | None:
        return moment - self.clock if self.clock else None


def home_path(by: Any) -> str:
    """The area of the person's first posting: whose office looks after the phone and after records of no known home."""
    return next((p.area.path for p in postings_of(by, time.today()) if p.area is not None), "")


def in_touch(*, by: Any, contact: Contact) -> Phone:
    """The phone's row, with what it last said. No entry in the log: nobody decided anything."""
    moment = time.now()
    row, created = Phone._base_manager.get_or_create(
        key=contact.key, user=by, defaults={"first_at": moment, "last_at": moment, "area_path": home_path(by)}
    )
    values: dict[str, Any] = {"app": contact.app[:20], "agent": contact.agent[:200], "area_path": home_path(by)}
    offset = contact.offset(moment)
    if offset is not None:
        values["clock_offset_s"] = max(-(2**31), min(2**31 - 1, round(offset.total_seconds())))
    if contact.unsent is not None:
        values |= {"unsent": contact.unsent, "oldest_unsent_at": contact.oldest}
    if contact.session and contact.session not in row.sessions:
        values["sessions"] = [*row.sessions, contact.session][-MOST_SESSIONS:]
    changed = any(getattr(row, name) != value for name, value in values.items() if name != "clock_offset_s")
    if created or changed or moment - row.last_at > SAVED_EVERY:
        for name, value in {**values, "last_at": moment}.items():
            setattr(row, name, value)
        row.save(update_fields=[*values, "last_at"])
    return row


@audited
def ask_wipe(*, by: Any, phone: Phone, reason: str) -> Phone:
    """From its next contact on the phone deletes what it holds, also what was not sent: a lost phone is worse."""
    require(by, "field.wipe")
    row = _in_sight(by, phone)
    why = reason.strip()
    if not why:
        raise Refused(_("Say why the phone is to be wiped: unsent work on it is lost."))
    if row.must_wipe:
        raise Refused(_("This phone is to be wiped already; it has not been in touch since."))
    row.wipe_asked_at, row.wipe_asked_by, row.wipe_reason = time.now(), by, why[:200]
    row.save(update_fields=["wipe_asked_at", "wipe_asked_by", "wipe_reason"])
    confined = _confine(row, confined=True)
    record(by=by, verb="field.wipe", subject=row, after={"unsent": row.unsent, "sessions": confined}, reason=why)
    return row


@audited
def spare(*, by: Any, phone: Phone) -> Phone:
    """Take the wish back while the phone has not been in touch."""
    require(by, "field.wipe")
    row = _in_sight(by, phone)
    if not row.must_wipe:
        raise Refused(_("This phone is not waiting to be wiped."))
    record(by=by, verb="field.wipe", subject=row, before={"asked_at": row.wipe_asked_at}, after={"asked_at": None})
    _confine(row, confined=False)
    row.wipe_asked_at, row.wipe_asked_by, row.wipe_reason = None, None, ""
    row.save(update_fields=["wipe_asked_at", "wipe_asked_by", "wipe_reason"])
    return row


@audited
def wiped(*, by: Any, phone: Phone) -> Phone:
    """The phone says that it holds nothing any more."""
    row: Phone = Phone._base_manager.select_for_update(of=("self",)).get(pk=phone.pk, user=by)
    for key in row.sessions:
        Store(key).delete()
    row.wiped_at, row.unsent, row.oldest_unsent_at, row.sessions = time.now(), 0, None, []
    row.save(update_fields=["wiped_at", "unsent", "oldest_unsent_at", "sessions"])
    record(by=by, verb="field.wiped", subject=row)
    return row


def _confine(row: Phone, *, confined: bool) -> int:
    """The sign-ins of the phone reach nothing but the handing over of finished work (`field.middleware`), at once and wherever
    their cookie is shown. Returns how many there were.
    """
    found = 0
    for key in row.sessions:
        store = Store(key)
        if not store.exists(key):
            continue
        store[CONFINED] = confined
        store.save(must_create=False)
        found += 1
    return found


def _in_sight(by: Any, phone: Phone) -> Phone:
    row: Phone = Phone._base_manager.select_for_update(of=("self",)).get(pk=phone.pk)
    if not scope_of(by).has_area(row.area_path):
        raise NotAllowed(_("There is no such phone in your area."))
    return row
