"""Changing who leads an area, what an estate is, and which estates are pilots (A1.1, A7.1)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from anju.areas.models import Area, PilotDesignation, Place
from anju.areas.permissions import require
from anju.areas.scope import scope_of
from anju.audit.services import audited, changes, record
from anju.core import time
from anju.core.errors import NotAllowed, Refused, Stale

AREA_FIELDS = ("name", "leader_name", "leader_phone", "members", "police_office")
ESTATE_FIELDS = ("name", "estate_kind", "address", "property_company")


def within(by: Any, path: str, name: str) -> None:
    """Raise NotAllowed where the path lies outside the person's areas."""
    if not scope_of(by).has_area(path):
        raise NotAllowed(_("%(area)s is not in your area.") % {"area": name})


def _check_seen(row: Area | Place, seen: Mapping[str, Any]) -> None:
    """Refuse when somebody changed the row after the person's form was made."""
    newer = [name for name, value in seen.items() if getattr(row, name) != value]
    if newer:
        raise Stale(
            _("Somebody changed “%(name)s” meanwhile. Your entries are kept below: compare and save again.")
            % {"name": row.name}
        )


def _change(by: Any, row: Area | Place, values: Mapping[str, Any]) -> None:
    before, after = changes(row, values)
    for name, value in values.items():
        setattr(row, name, value)
    row.full_clean()
    row.save(update_fields=list(values))
    record(by=by, verb="area.edit", subject=row, before=before, after=after)


@audited
def edit_area(*, by: Any, area: Area, values: Mapping[str, Any], seen: Mapping[str, Any]) -> Area:
    """Name, leader, duty telephone, members, police post. `seen`: the same fields as the person saw them."""
    require(by, "area.edit")
    within(by, area.path, area.name)
    row = Area.objects.select_for_update(of=("self",)).get(pk=area.pk)
    _check_seen(row, seen)
    if Area.objects.filter(parent=row.parent, name=values["name"]).exclude(pk=row.pk).exists():
        raise Refused(_("“%(name)s” exists already beside this one.") % {"name": values["name"]})
    _change(by, row, values)
    return row


@audited
def edit_estate(*, by: Any, estate: Place, values: Mapping[str, Any], seen: Mapping[str, Any]) -> Place:
    """Name, kind (Article 5), address, property company."""
    require(by, "area.edit")
    within(by, estate.area_path, estate.name)
    row = Place.objects.select_for_update(of=("self",)).get(pk=estate.pk)
    _check_seen(row, seen)
    if Place.objects.filter(parent=None, area=row.area, name=values["name"]).exclude(pk=row.pk).exists():
        raise Refused(_("“%(name)s” exists already beside this one.") % {"name": values["name"]})
    _change(by, row, values)
    return row


@audited
def designate_pilot(*, by: Any, estate: Place, since: date, decision: str) -> PilotDesignation:
    """An estate becomes a pilot area by a decision that is named (A1.1)."""
    require(by, "pilot.edit")
    within(by, estate.area_path, estate.name)
    if estate.kind != Place.Kind.ESTATE:
        raise Refused(_("“%(name)s” is not an estate. Designate the estate it lies in.") % {"name": estate.name})
    if not decision.strip():
        raise Refused(_("Name the document that designates it."))
    open_one = PilotDesignation.objects.filter(place=estate, until=None).first()
    if open_one is not None:
        raise Refused(
            _("%(name)s is a pilot area since %(day)s.") % {"name": estate.name, "day": open_one.since},
            instead=_("End that designation first."),
        )
    row = PilotDesignation.objects.create(place=estate, since=since, decision=decision.strip())
    record(by=by, verb="pilot.edit", subject=estate, after={"pilot_since": since, "decision": row.decision})
    return row


@audited
def end_pilot(*, by: Any, designation: PilotDesignation, until: date) -> PilotDesignation:
    """The last day on which the estate is a pilot area."""
    require(by, "pilot.edit")
    within(by, designation.place.area_path, designation.place.name)
    row = PilotDesignation.objects.select_for_update(of=("self",)).select_related("place").get(pk=designation.pk)
    if row.until is not None:
        raise Refused(_("This designation ended on %(day)s.") % {"day": row.until})
    if not row.since <= until <= time.today():
        raise Refused(_("The last day must lie between %(day)s and today.") % {"day": row.since})
    row.until = until
    row.save(update_fields=["until"])
    record(by=by, verb="pilot.edit", subject=row.place, before={"until": None}, after={"until": until})
    return row
