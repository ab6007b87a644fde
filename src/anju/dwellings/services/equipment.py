"""Equipment is recorded and taken away; what ran out becomes a register fact by itself (A2.3)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from anju.areas.permissions import require
from anju.audit.services import audited, record
from anju.core import time
from anju.core.errors import Refused
from anju.dwellings.models import Dwelling, Equipment, Room
from anju.dwellings.services.judging import RegisterFacts, judge_dwelling, register_sources
from anju.dwellings.signals import dwelling_changed

MOST = 500
Item = Equipment.Item


def expiry_facts(dwellings: Sequence[Dwelling], on: date) -> Mapping[int, RegisterFacts]:
    """Expired extinguishers and gas hose. Silent about an item of which no expiry day is on record."""
    kept: dict[int, list[Equipment]] = defaultdict(list)
    rows = Equipment._base_manager.filter(dwelling__in=dwellings, removed_on=None, expires_on__isnull=False)
    for row in rows.filter(item__in=(Item.EXTINGUISHER, Item.GAS_HOSE)):
        kept[row.dwelling_id].append(row)
    return {pk: _expiries(found, on) for pk, found in kept.items()}


def _expiries(rows: list[Equipment], on: date) -> RegisterFacts:
    facts: dict[str, Any] = {}
    extinguishers = [row for row in rows if row.item == Item.EXTINGUISHER]
    hoses = [row for row in rows if row.item == Item.GAS_HOSE]
    if extinguishers:
        facts["extinguishers_expired"] = sum(row.quantity for row in extinguishers if row.is_expired(on))
    if hoses:
        facts["gas_hose_expired"] = any(row.is_expired(on) for row in hoses)
    turns = [row.expires_on + timedelta(days=1) for row in rows if row.expires_on]
    return facts, min((day for day in turns if day > on), default=None)


register_sources.append(expiry_facts)


def _changed(dwelling: Dwelling) -> None:
    judge_dwelling(dwelling, time.today())
    dwelling_changed.send(Dwelling, dwelling=dwelling)


@audited
def record_equipment(
    *,
    by: Any,
    dwelling: Dwelling,
    item: str,
    quantity: int,
    room: Room | None = None,
    fitted_on: date | None = None,
    expires_on: date | None = None,
) -> Equipment:
    """What hangs or lies in the home, with its last good day as printed on it."""
    require(by, "dwelling.edit")
    if not 1 <= quantity <= MOST:
        raise Refused(_("%(n)s pieces cannot be right: from 1 to %(most)s.") % {"n": quantity, "most": MOST})
    if fitted_on is not None and fitted_on > time.today():
        raise Refused(_("The day of fitting (%(day)s) lies in the future.") % {"day": fitted_on})
    if fitted_on is not None and expires_on is not None and expires_on < fitted_on:
        raise Refused(_("It cannot run out (%(day)s) before it was fitted.") % {"day": expires_on})
    row = Equipment(
        dwelling=dwelling, room=room, item=item, quantity=quantity, fitted_on=fitted_on, expires_on=expires_on,
        recorded_at=time.now(), recorded_by=by,
    )  # fmt: skip
    row.full_clean(exclude=["dwelling", "room", "recorded_by"])
    row.save()
    record(
        by=by,
        verb="dwelling.edit",
        subject=dwelling,
        after={"equipment": row.code, "item": item, "quantity": quantity, "expires_on": expires_on},
    )
    _changed(dwelling)
    return row


@audited
def remove_equipment(*, by: Any, equipment: Equipment) -> Equipment:
    """Taken away or replaced; it stays on record with its day."""
    require(by, "dwelling.edit")
    row: Equipment = Equipment.objects.for_user(by).select_for_update(of=("self",)).get(pk=equipment.pk)
    if row.removed_on is not None:
        raise Refused(_("This was taken away on %(day)s already.") % {"day": row.removed_on})
    row.removed_on = time.today()
    row.save(update_fields=["removed_on"])
    record(
        by=by,
        verb="dwelling.edit",
        subject=row.dwelling,
        before={"equipment": row.code, "item": row.item, "quantity": row.quantity},
        after={"equipment": row.code, "removed_on": row.removed_on},
    )
    _changed(row.dwelling)
    return row
