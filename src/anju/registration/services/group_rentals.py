"""The register of group rentals (A3.2): an entry opens when the standard says so, is registered when home, rooms and
people are complete, and closes when the home is none any more. What a group rental is, is a dated rule of the standard.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.dispatch import receiver
from django.utils.translation import gettext as _

from anju import standard
from anju.accounts.services import system_actor
from anju.areas.permissions import require
from anju.audit.services import audited, record
from anju.core import time
from anju.core.errors import Refused
from anju.dwellings.models import Current, Dwelling, Occupant
from anju.dwellings.signals import dwelling_changed, judged, would_move
from anju.registration.models import GroupRentalEntry, of


def lacking(dwelling: Dwelling) -> list[str]:
    """What is still missing before the home can be registered, in words; empty when it is complete."""
    current = Current.objects.filter(dwelling=dwelling).first()
    rooms = current.rooms if current else {}
    found = []
    if dwelling.landlord_id is None:
        found.append(_("the landlord"))
    let = {name: values for name, values in rooms.items() if values.get("let")}
    if dwelling.rooms_let is None:
        found.append(_("the number of rooms let"))
    elif len(let) < dwelling.rooms_let:
        found.append(_("rooms: %(known)s of %(let)s recorded") % {"known": len(let), "let": dwelling.rooms_let})
    if any(values.get("persons") is None for values in let.values()):
        found.append(_("how many people live in each room"))
    living = sum(values.get("persons") or 0 for values in let.values())
    known = of(Occupant, dwelling).filter(until=None).exclude(registration=Occupant.Registration.NONE).count()
    if known < living or not known:
        found.append(_("people: %(known)s of %(living)s registered") % {"known": known, "living": living or "?"})
    return found


@audited
def register_group_rental(*, by: Any, entry: GroupRentalEntry) -> GroupRentalEntry:
    """Enter it as registered. Refused with the list of what is missing; nothing already known is asked again."""
    require(by, "registration.edit")
    row: GroupRentalEntry = (
        GroupRentalEntry.objects.for_user(by)
        .select_for_update(of=("self",))
        .select_related("dwelling")
        .get(pk=entry.pk)
    )
    if row.removed_on is not None:
        raise Refused(_("This home left the register on %(day)s.") % {"day": row.removed_on})
    if row.registered_on is not None:
        raise Refused(_("This home was registered on %(day)s.") % {"day": row.registered_on})
    missing = lacking(row.dwelling)
    if missing:
        raise Refused(
            _("%(home)s cannot be registered yet. Missing: %(what)s.")
            % {"home": row.dwelling.address, "what": _(", ").join(missing)},
            instead=_("Add what is missing on the page of the home, then register it."),
        )
    row.registered_on, row.registered_by = time.today(), by
    row.save(update_fields=["registered_on", "registered_by"])
    record(
        by=by, verb="registration.edit", subject=row.dwelling, after={"group_rental_registered_on": row.registered_on}
    )
    dwelling_changed.send(Dwelling, dwelling=row.dwelling)
    return row


@receiver(judged)
def follow(
    sender: Any, dwelling: Dwelling, judgement: standard.Judgement, inspected_by: Any = None, **kwargs: Any
) -> None:
    """Open or close the entry as the standard answers; while it cannot tell, the entry stays as it is."""
    if not _says_something(dwelling, judgement):
        return
    entry = of(GroupRentalEntry, dwelling).filter(removed_on=None).first()
    if entry is not None and _is_none(judgement):
        _close(entry, judgement)
    elif entry is None and judgement.group_rental is True and not _is_none(judgement):
        _open(dwelling, judgement.on, inspected_by)


def _says_something(dwelling: Dwelling, judgement: standard.Judgement) -> bool:
    return not dwelling.hidden and not (judgement.verdict == "unchecked" and judgement.group_rental is None)


def _is_none(judgement: standard.Judgement) -> bool:
    return judgement.group_rental is False or judgement.verdict == "not_let"


@receiver(would_move)
def to_follow(sender: Any, homes: Sequence[tuple[Dwelling, standard.Judgement]], **kwargs: Any) -> set[int]:
    """The homes whose entry `follow` would open or close."""
    entered = set(
        GroupRentalEntry._base_manager.filter(
            dwelling__in=[dwelling for dwelling, _judgement in homes], removed_on=None
        ).values_list("dwelling", flat=True)
    )
    return {
        dwelling.pk
        for dwelling, judgement in homes
        if _says_something(dwelling, judgement)
        and (
            _is_none(judgement)
            if dwelling.pk in entered
            else judgement.group_rental is True and not _is_none(judgement)
        )
    }


def _open(dwelling: Dwelling, on: date, inspected_by: Any) -> None:
    found = GroupRentalEntry.Found.SPOT if inspected_by is not None else GroupRentalEntry.Found.RECORDS
    try:
        with transaction.atomic():
            GroupRentalEntry.objects.create(dwelling=dwelling, found=found, found_on=on)
    except IntegrityError:  # somebody else's judgement opened it a moment ago
        return
    by = inspected_by or system_actor()
    record(by=by, verb="registration.edit", subject=dwelling, after={"group_rental": found, "found_on": on})


def _close(entry: GroupRentalEntry, judgement: standard.Judgement) -> None:
    why = _("Not let any more") if judgement.verdict == "not_let" else _("No group rental by the rule any more")
    entry.removed_on, entry.removed_because = judgement.on, why
    entry.save(update_fields=["removed_on", "removed_because"])
    record(
        by=system_actor(),
        verb="registration.edit",
        subject=entry.dwelling,
        after={"group_rental_removed_on": judgement.on},
        reason=why,
    )
