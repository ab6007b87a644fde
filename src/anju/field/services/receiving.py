"""Keep what the phone sent, as it came, in a transaction of its own; only then is anything done with it.

An id is kept once. The same id with the same bytes is the same record (a lost answer, a second try); with other bytes it
is a second version, kept beside the first, and a person decides. The database holds both promises, not a look beforehand.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from anju.areas.models import Place
from anju.areas.permissions import require
from anju.audit.services import audited, record
from anju.core import time
from anju.core.errors import Refused
from anju.dwellings.models import Dwelling
from anju.field import letters, workflow
from anju.field.models import Envelope, Phone, TakenHome
from anju.field.services import applying
from anju.field.services.phones import home_path
from anju.field.services.work import sees_place, words_of

MOST_VERSIONS = 10  # of one id: a phone that sends more is broken, and the first ones tell enough
LONGEST_OFFSET = timedelta(days=20_000)


def receive(*, by: Any, body: bytes, phone: Phone | None = None, measured: timedelta | None = None) -> Envelope:
    """Keep and apply. `measured`: server time minus the phone's clock at this request. Raises Unreadable without an id."""
    require(by, "inspection.record")
    row = stored(by=by, body=body, phone=phone, measured=measured)
    return applying.apply(row)


def stored(*, by: Any, body: bytes, phone: Phone | None = None, measured: timedelta | None = None) -> Envelope:
    """The kept row of these bytes, not applied."""
    data = letters.opened(body)
    uuid, sha256 = UUID(data["id"]), hashlib.sha256(body).hexdigest()
    for _attempt in range(3):
        found = _known(by, uuid, sha256)
        if found is not None:
            return found
        try:
            with transaction.atomic():
                return _store(by, data, body, uuid, sha256, phone, measured)
        except IntegrityError:  # another request with this id was faster by less than a moment
            continue
    raise Refused(_("The record is being received by another request. Send it again."))


def _known(by: Any, uuid: UUID, sha256: str) -> Envelope | None:
    found: Envelope | None = Envelope._base_manager.filter(uuid=uuid, sha256=sha256, user=by).first()
    return found


@audited
def _store(
    by: Any, data: dict[str, Any], body: bytes, uuid: UUID, sha256: str, phone: Phone | None, measured: timedelta | None
) -> Envelope:
    moment = time.now()
    first = Envelope._base_manager.filter(uuid=uuid, rival_of=None).first()
    if first is not None and Envelope._base_manager.filter(rival_of=first).count() >= MOST_VERSIONS:
        raise Refused(_("The server has %(n)s versions of this record already.") % {"n": MOST_VERSIONS + 1})
    row = Envelope(
        uuid=uuid, sha256=sha256, rival_of=first, user=by, phone=phone, received_at=moment, made_at=moment, at=moment,
        area_path=home_path(by),
    )  # fmt: skip
    row.content = body
    try:
        letter = letters.read(data, time.day_of(moment))
    except Refused:
        row.schema = data["schema"] if type(data.get("schema")) is int and 0 <= data["schema"] < 32_000 else 0
    else:
        _lay_out(row, letter, measured)
        _find_subject(row, letter, by)
    if first is not None:
        workflow.move(row, "dispute", _different(first))
    row.save(force_insert=True)
    after = {"kind": row.kind, "sha256": sha256, "state": row.state, "bytes": len(body)}
    record(by=by, verb="field.receive", subject=row, after=after)
    return row


def _different(first: Envelope) -> str:
    return _("A record with this number and other content arrived on %(when)s. Both are kept; a person decides.") % {
        "when": time.local(first.received_at).strftime("%Y-%m-%d %H:%M")
    }


def _lay_out(row: Envelope, letter: letters.Letter, measured: timedelta | None) -> None:
    row.schema, row.app, row.kind = letter.schema, letter.app, letter.kind
    row.home_code = letter.home or letter.unit or letter.hazard or ""
    offset = letter.offset if letter.offset is not None else measured
    if offset is not None and abs(offset) > LONGEST_OFFSET:
        offset = None
    row.made_at = letter.made_at
    row.clock_offset_s = round(offset.total_seconds()) if offset is not None else None
    row.at = corrected(letter.ended_at, letter.shift(row.clock_offset_s), row.received_at)


def corrected(moment: datetime, shift: timedelta, latest: datetime) -> datetime:
    """A record's time by the server's clock; nothing happened after it was received."""
    try:
        return min(moment + shift, latest)
    except OverflowError:
        return latest


def _find_subject(row: Envelope, letter: letters.Letter, by: Any) -> None:
    """The home or the shared part, where the person may see it or took it along: what the list shows and is scoped by."""
    if letter.home:
        home = Dwelling.objects.for_user(by).filter(code=letter.home).first() or taken_home(by, letter.home)
        if home is not None:
            row.dwelling, row.area_path, row.home_name = home, home.area_path, home.address
    elif letter.unit:
        place = Place.objects.filter(code=letter.unit).first()
        if place is not None and sees_place(by, place):
            row.place, row.area_path, row.home_name = place, place.area_path, words_of(place)[:200]


def taken_home(by: Any, code: str) -> Dwelling | None:
    """A home that passed to another grid after this person had taken it along; None for one he never had."""
    if not TakenHome.objects.filter(user=by, code=code).exists():
        return None
    found: Dwelling | None = Dwelling._base_manager.filter(code=code, hidden=False).first()
    return found
