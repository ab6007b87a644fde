"""What a station keeps, with the days on which it runs out (A6.1)."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from anju.audit.services import audited, record
from anju.core import time
from anju.core.errors import Refused
from anju.stations.models import Kit, Station
from anju.stations.services.readiness import look
from anju.stations.services.sight import editable

MOST = 500


@audited
def add_kit(
    *,
    by: Any,
    station: Station,
    item: str,
    quantity: int,
    kept_at: str = "",
    bought_on: date | None = None,
    expires_on: date | None = None,
) -> Kit:
    row = editable(by, station)
    if not 1 <= quantity <= MOST:
        raise Refused(_("%(n)s pieces cannot be right: from 1 to %(most)s.") % {"n": quantity, "most": MOST})
    if bought_on is not None and bought_on > time.today():
        raise Refused(_("The day it was bought (%(day)s) lies in the future.") % {"day": bought_on})
    if bought_on is not None and expires_on is not None and expires_on < bought_on:
        raise Refused(_("It cannot run out (%(day)s) before it was bought.") % {"day": expires_on})
    made: Kit = Kit.objects.create(
        station=row, item=item, quantity=quantity, kept_at=kept_at, bought_on=bought_on, expires_on=expires_on,
        recorded_at=time.now(), recorded_by=by,
    )  # fmt: skip
    record(
        by=by, verb="station.edit", subject=row, after={"item": item, "quantity": quantity, "expires_on": expires_on}
    )
    look(row)
    return made


@audited
def remove_kit(*, by: Any, kit: Kit) -> Kit:
    """Used up, replaced or thrown away; it stays on record with its day."""
    station = editable(by, kit.station)
    if Kit._base_manager.filter(pk=kit.pk, removed_on=None).update(removed_on=time.today()) != 1:
        raise Refused(_("This was taken off the list already."))
    kit.removed_on = time.today()
    record(
        by=by,
        verb="station.edit",
        subject=station,
        before={"item": kit.item, "quantity": kit.quantity, "code": kit.code},
    )
    look(station)
    return kit
