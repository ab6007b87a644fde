"""Rooms by the names on their doors, and how a home is let: what an office may put right without a visit (A2).

What a room is like stays an inspector's to say. A room with a violation keeps its name and stays until an inspection
finds it gone: no home turns green because somebody tidied a list.
"""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from anju.areas.permissions import require
from anju.audit.services import audited, record
from anju.core import time
from anju.core.errors import Refused, Stale
from anju.dwellings import search
from anju.dwellings.models import Dwelling, Observation, Room
from anju.dwellings.services.facts import observe

REGISTER = Observation.Source.REGISTER
LETTING_FACTS = ("letting_state", "rooms_let", "beds_let")


def _fresh(by: Any, dwelling: Dwelling, seen_at: datetime) -> Dwelling:
    """The home as it is now; Stale when somebody changed it after the person's page was made."""
    row: Dwelling = Dwelling.objects.for_user(by).select_for_update(of=("self",)).get(pk=dwelling.pk)
    if row.updated_at != seen_at:
        raise Stale(
            _(
                "Somebody changed this home at %(when)s while you were editing. Your entries are kept below: compare and save again."
            )
            % {"when": f"{time.local(row.updated_at):%H:%M:%S}"}
        )
    return row


@audited
def change_letting(
    *, by: Any, dwelling: Dwelling, seen_at: datetime, standard_code: str = "", **facts: Any
) -> Dwelling:
    """Letting state, rooms and beds let (facts: only what differs is observed anew), and the police's address code."""
    require(by, "dwelling.edit")
    row = _fresh(by, dwelling, seen_at)
    changed = {name: facts[name] for name in LETTING_FACTS if name in facts and facts[name] != getattr(row, name)}
    code = standard_code.strip()
    if not changed and code == row.standard_code:
        raise Refused(_("Nothing was changed."))
    if code != row.standard_code:
        record(
            by=by,
            verb="dwelling.edit",
            subject=row,
            before={"standard_code": row.standard_code},
            after={"standard_code": code},
        )
        row.standard_code, row.updated_at = code, time.now()
        row.save(update_fields=["standard_code", "updated_at"])
    if changed:
        observe(
            by=by, dwelling=row, source=REGISTER, observed_at=time.now(), values={"facts": changed}, origin="office"
        )
    search.index(row)
    return row


def _name(dwelling: Dwelling, name: str) -> str:
    clean = " ".join(name.split())
    if not clean or len(clean) > 20:
        raise Refused(_("A room's name has 1 to 20 characters, as on its door: A, 主卧, 阳台."))
    if dwelling.rooms.filter(name=clean, removed_on=None).exists():
        raise Refused(_("There is a room “%(name)s” here already.") % {"name": clean})
    return clean


def _not_violated(room: Room) -> None:
    rules = sorted(room.dwelling.findings.filter(room=room.name, status="violation").values_list("rule", flat=True))
    if rules:
        raise Refused(
            _("“%(room)s” violates %(rules)s, so only an inspection can rename or remove it.")
            % {"room": room.name, "rules": _(", ").join(rules)},
            instead=_("Record an inspection that says what the room is now."),
        )


@audited
def add_room(*, by: Any, dwelling: Dwelling, name: str) -> Room:
    """A room of which nothing is known yet."""
    require(by, "dwelling.edit")
    clean = _name(dwelling, name)
    observe(by=by, dwelling=dwelling, source=REGISTER, observed_at=time.now(), values={"rooms": {clean: {}}})
    room: Room = dwelling.rooms.get(name=clean)
    return room


@audited
def rename_room(*, by: Any, room: Room, name: str) -> Room:
    """The same room under another name; its facts, their sources and its people go along."""
    require(by, "dwelling.edit")
    if room.removed_on is not None:
        raise Refused(_("“%(room)s” was removed on %(day)s.") % {"room": room.name, "day": room.removed_on})
    clean = _name(room.dwelling, name)
    if room.dwelling.rooms.filter(name=clean).exists():
        raise Refused(_("A room “%(name)s” stood here before. Choose another name.") % {"name": clean})
    _not_violated(room)
    old, room.name = room.name, clean
    room.save(update_fields=["name"])
    observe(
        by=by, dwelling=room.dwelling, source=REGISTER, observed_at=time.now(), values={"renamed_rooms": {old: clean}}
    )
    return room


@audited
def remove_room(*, by: Any, room: Room) -> Room:
    """The room is no more: a partition was taken out, or it was recorded by mistake. People in it must leave it first."""
    require(by, "dwelling.edit")
    if room.removed_on is not None:
        raise Refused(_("“%(room)s” was removed on %(day)s.") % {"room": room.name, "day": room.removed_on})
    if room.dwelling.occupants.filter(room=room, until=None).exists():
        raise Refused(
            _("People are registered in “%(room)s”. Record their departure or their new room first.")
            % {"room": room.name}
        )
    _not_violated(room)
    room.removed_on = time.today()
    room.save(update_fields=["removed_on"])
    observe(
        by=by, dwelling=room.dwelling, source=REGISTER, observed_at=time.now(), values={"removed_rooms": [room.name]}
    )
    return room
