"""A list of areas and estates becomes the register: as a whole or not at all (A7.1)."""

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anju.areas.lines import Line
from anju.areas.models import Area, Place
from anju.areas.permissions import require
from anju.areas.planning import Plan, plan
from anju.areas.services.editing import within
from anju.areas.signals import leaders_named
from anju.audit.models import Entry
from anju.audit.services import entry_of
from anju.core import bulk
from anju.core.errors import Refused

LEADER = ("leader_name", "leader_phone")


def register(*, by: Any, area: Area, lines: Sequence[Line]) -> Plan:
    """Make what the lines name below `area` and is not there yet; what is there stays. Sent again, it makes nothing.

    Raises Refused where a line is wrong, or somebody registers here at the same moment; nothing is written then.
    """
    require(by, "area.edit")
    within(by, area.path, area.name)
    found = plan(area, lines)
    wrong = found.mistakes
    if wrong:
        many = ngettext("%(n)s cell is wrong.", "%(n)s cells are wrong.", len(wrong)) % {"n": len(wrong)}
        raise Refused(f"{many} {wrong[0]}", instead=_("Correct the list and register it as a whole."))
    if found.writes:
        _write(by, found)
    return found


def _write(by: Any, found: Plan) -> None:
    """Prepared outside the transaction: whoever takes in devices' messages waits for the writing alone."""
    areas = sorted(found.areas, key=lambda row: row.path)  # the same order for all, so that no two wait for each other
    _give_keys(areas, found.estates)
    rows: list[Area | Place] = [*areas, *found.estates]
    entries = [_entry_of(by, row) for row in rows]
    entries += [_entry_of_leader(by, grid, given) for grid, given in found.led]
    led = [grid for grid, _given in found.led]
    prepared = [bulk.insert(areas), bulk.insert(found.estates), bulk.update(led, LEADER), bulk.insert(entries)]
    try:
        with transaction.atomic():
            _check_led(led)
            for one in prepared:
                one.write()
            if led:
                leaders_named.send(Area)
    except IntegrityError as error:
        raise _clash() from error


def _give_keys(areas: Sequence[Area], estates: Sequence[Place]) -> None:
    for model, rows in ((Area, areas), (Place, estates)):
        for row, pk in zip(rows, bulk.take_keys(model, len(rows)), strict=True):
            row.pk = pk
    for area in areas:
        area.parent = area.parent  # whose key it takes over now
    for estate in estates:
        estate.area = estate.area


def _entry_of(by: Any, row: Area | Place) -> Entry:
    names = LEADER if isinstance(row, Area) else ("estate_kind", "address", "property_company")
    after = {name: value for name in names if (value := getattr(row, name))}
    over = row.parent if isinstance(row, Area) else row.area
    return entry_of(
        by=by, verb="area.edit", subject=row, after={"name": row.name, "kind": row.kind, "area": str(over), **after}
    )


def _entry_of_leader(by: Any, grid: Area, given: dict[str, str]) -> Entry:
    return entry_of(by=by, verb="area.edit", subject=grid, before=dict.fromkeys(given, ""), after=given)


def _check_led(led: Sequence[Area]) -> None:
    """Nobody named a leader of these grids meanwhile, nor can before this is written."""
    rows = Area.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=[grid.pk for grid in led])
    if led and any(rows.order_by("pk").values_list("leader_name", flat=True)):
        raise _clash()


def _clash() -> Refused:
    return Refused(
        _("Somebody registered areas, estates or leaders here at the same moment. Nothing of yours was written."),
        instead=_("Check the list again: it then shows what is still missing."),
    )
