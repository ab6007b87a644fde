"""The register of stations: opened, changed, closed, what they cover, what is known of the way in (A6.1)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from anju.areas.models import Place
from anju.areas.permissions import require
from anju.areas.scope import scope_of
from anju.audit.services import audited, changes, record
from anju.core import time
from anju.core.errors import NotAllowed, Refused
from anju.dwellings.services.people import phone_problem
from anju.stations.models import Coverage, Duty, SiteNote, Station
from anju.stations.norms import NORMS, PATTERNS
from anju.stations.services.readiness import look
from anju.stations.services.sight import editable

FIELDS = ("name", "kind", "where", "phone", "pattern", "least", "rest_hours")
NOTE_FIELDS = ("way_in", "water", "shut_off", "caution")
MOST_RANK = 9


def _check(values: Mapping[str, Any]) -> None:
    problem = phone_problem(values["phone"])
    if problem:
        raise Refused(problem)
    norm = NORMS[values["kind"]]
    if values["least"] < norm.per_shift:
        raise Refused(
            _("%(n)s people on duty are too few: %(least)s is the least.") % {"n": values["least"], "least": norm.per_shift},
            law=norm.source,
        )  # fmt: skip
    if values["rest_hours"] > 72:
        raise Refused(_("%(n)s hours of rest cannot be planned: at most 72.") % {"n": values["rest_hours"]})


@audited
def open_station(*, by: Any, place: Place, values: Mapping[str, Any], opened_on: date) -> Station:
    """`values`: the FIELDS. By a body that is posted to the area; a station does not open another one."""
    require(by, "station.edit")
    if not scope_of(by).has_area(place.area_path):
        raise NotAllowed(_("%(area)s is not in your area.") % {"area": place.name})
    _check(values)
    if opened_on > time.today():
        raise Refused(_("The day of opening (%(day)s) lies in the future.") % {"day": opened_on})
    if Station._base_manager.filter(place=place, name=values["name"]).exists():
        raise Refused(_("“%(name)s” exists already at %(place)s.") % {"name": values["name"], "place": place.name})
    row: Station = Station.objects.create(
        place=place, place_path=place.path, area=place.area, area_path=place.area_path, opened_on=opened_on, **values
    )
    if row.goes_out:
        Coverage.objects.create(station=row, place=place, place_path=place.path, rank=1)
    record(by=by, verb="station.edit", subject=row, after={**values, "place": place.name, "opened_on": opened_on})
    return look(row)


@audited
def edit_station(*, by: Any, station: Station, values: Mapping[str, Any]) -> Station:
    """Another pattern of shifts empties the roster from tomorrow on: the old shifts no longer exist then."""
    row = editable(by, station)
    _check(values)
    before, after = changes(row, values)
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
    if "pattern" in after:
        gone = Duty._base_manager.filter(station=row, day__gt=time.today()).delete()[0]
        after["turns_removed"] = gone
    record(by=by, verb="station.edit", subject=row, before=before, after=after)
    return look(row)


@audited
def close_station(*, by: Any, station: Station, reason: str) -> Station:
    """It is no longer called; its history stays."""
    row = editable(by, station)
    if not reason.strip():
        raise Refused(_("Say why %(station)s is closed, and who covers its estate now.") % {"station": row})
    row.closed_on = time.today()
    row.save(update_fields=["closed_on"])
    Duty._base_manager.filter(station=row, day__gt=time.today()).delete()
    record(by=by, verb="station.edit", subject=row, after={"closed_on": row.closed_on}, reason=reason)
    return look(row)


@audited
def cover(
    *, by: Any, station: Station, place: Place, rank: int = 1, metres: int | None = None, route: str = ""
) -> Coverage:
    """The station answers for a place; said again for the same place, order and way are replaced."""
    row = editable(by, station)
    if not row.goes_out:
        raise Refused(_("%(station)s is a control room: it watches and calls, others go out.") % {"station": row})
    if place.area_path[:10] != row.area_path[:10]:
        raise Refused(
            _("%(place)s lies in another town than %(station)s.") % {"place": place.name, "station": row},
            instead=_("Name the nearest station of that town, and support it when it asks."),
        )
    if not 1 <= rank <= MOST_RANK:
        raise Refused(_("%(n)s is no order of call: from 1 to %(most)s.") % {"n": rank, "most": MOST_RANK})
    values = {"place_path": place.path, "rank": rank, "metres": metres, "route": route.strip()}
    found, _new = Coverage._base_manager.update_or_create(station=row, place=place, defaults=values)
    record(by=by, verb="station.edit", subject=row, after={"covers": place.name, "rank": rank, "metres": metres})
    look(row)
    return found


@audited
def uncover(*, by: Any, station: Station, place: Place) -> None:
    row = editable(by, station)
    if not Coverage._base_manager.filter(station=row, place=place).delete()[0]:
        raise Refused(_("%(station)s does not cover %(place)s.") % {"station": row, "place": place.name})
    record(by=by, verb="station.edit", subject=row, before={"covers": place.name})
    look(row)


@audited
def note_site(*, by: Any, station: Station, place: Place, values: Mapping[str, str]) -> SiteNote:
    """What one must know before going in; at a place the station covers, or inside it."""
    row = editable(by, station)
    covered = Coverage._base_manager.filter(station=row).values_list("place_path", flat=True)
    if not any(place.path.startswith(path) for path in covered):
        raise Refused(_("%(station)s does not cover %(place)s.") % {"station": row, "place": place.name})
    note = SiteNote._base_manager.filter(place=place).first() or SiteNote(place=place)
    before, after = changes(note, values)
    for name, value in values.items():
        setattr(note, name, value.strip())
    note.place_path, note.area_path = place.path, place.area_path
    note.changed_at, note.changed_by = time.now(), by
    note.save()
    record(by=by, verb="station.edit", subject=row, before=before, after={"place": place.name, **after})
    return note


def shortest_rest(pattern: str) -> int:
    """Hours: as long as the longest shift."""
    return max(shift.hours for shift in PATTERNS[pattern])
