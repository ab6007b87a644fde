"""Observations come in, the current facts follow (A2.2). The only place that writes either.

Of two observations of one fact the later counts; at the same moment the more trusted source. A fact that only a
department may decide is taken from nobody else. A value of None says "looked and could not tell" and makes the fact
unknown, which an older answer must not cover up.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from anju.areas.models import Place
from anju.areas.permissions import require
from anju.audit.models import Entry
from anju.audit.services import audited, entry_of, keep, record
from anju.core import time
from anju.core.errors import Refused
from anju.dwellings.models import Current, Dwelling, Observation, Room, UnitState
from anju.dwellings.models.facts import ObservationPhoto
from anju.dwellings.services import judging
from anju.dwellings.signals import dwelling_changed
from anju.files.models import StoredFile
from anju.standard import FactError, current_edition
from anju.standard.checking import Checker
from anju.standard.facts import EntityName

TRUST = {name: rank for rank, name in enumerate(reversed(Observation.Source.values))}
VERB_OF_SOURCE = {
    Observation.Source.DEPARTMENT: "dwelling.decide_fact",
    Observation.Source.INSPECTION: "dwelling.observe",
    Observation.Source.DECLARATION: "registration.edit",
    Observation.Source.REGISTER: "registration.edit",
    Observation.Source.IMPORT: "ledger.import",
}
COLUMNS = ("kind", "letting_state", "rooms_let", "beds_let")  # facts that lists read as columns


@dataclass(frozen=True)
class Evidence:
    """A photo of one fact; `room` "" is the dwelling itself, `fact` "" the visit as such."""

    file: StoredFile
    room: str = ""
    fact: str = ""


def _checked(entity: EntityName, values: Mapping[str, Any], source: str, where: str) -> dict[str, Any]:
    """The values as the rule book types them; raises Refused that names every problem in words."""
    edition = current_edition(time.today())
    lang = get_language() or "zh"
    problems: list[str] = []
    try:
        known = Checker(edition).facts_of(entity, values)
    except FactError as error:
        problems += [problem.text.of(lang) for problem in error.problems]
        known = {}
    checked = {name: known.get(name) for name in values}
    for name in checked:
        fact = edition.facts[entity].get(name)
        if fact is not None and fact.by == "department" and source != Observation.Source.DEPARTMENT:
            problems.append(
                _("%(fact)s can only be decided by the department in charge.") % {"fact": fact.label.of(lang)}
            )
    if problems:
        raise Refused(" ".join(f"{where}{problem}" for problem in problems))
    return checked


def _wins(new: list[Any], old: list[Any] | None) -> bool:
    if old is None:
        return True
    return (new[1], TRUST.get(new[2], 0)) >= (old[1], TRUST.get(old[2], 0))


def _merge(facts: dict[str, Any], stamps: dict[str, Any], values: Mapping[str, Any], stamp: list[Any]) -> bool:
    changed = False
    for name, value in values.items():
        if _wins(stamp, stamps.get(name)):
            changed = changed or name not in facts or facts[name] != value
            facts[name], stamps[name] = value, stamp
    return changed


def _stamp(observation: Observation) -> list[Any]:
    return [observation.pk, observation.observed_at.isoformat(), observation.source, str(observation.observed_by or "")]


def absorb(current: Current, observation: Observation) -> bool:
    """Lay one observation over the current facts; True when a value changed."""
    stamps = current.provenance or {}
    stamp = _stamp(observation)
    changed = _merge(current.facts, stamps.setdefault("facts", {}), observation.values.get("facts", {}), stamp)
    room_stamps = stamps.setdefault("rooms", {})
    changed = _rebuild_rooms(current, room_stamps, observation.values) or changed
    for room, values in observation.values.get("rooms", {}).items():
        added = room not in current.rooms
        merged = _merge(current.rooms.setdefault(room, {}), room_stamps.setdefault(room, {}), values, stamp)
        changed = changed or merged or added
    current.provenance = stamps
    return changed


def lay_over(current: Current, observation: Observation) -> None:
    """`absorb`, and count the version up where a value changed."""
    if absorb(current, observation):
        current.version += 1
        current.changed_at = observation.recorded_at


def built_anew(current: Current, observations: Iterable[Observation]) -> None:
    """Current facts from nothing. `observations` are all that count, in the order they were recorded."""
    current.facts, current.rooms, current.provenance = {}, {}, {}
    for observation in observations:
        absorb(current, observation)
    current.version += 1
    current.changed_at = time.now()


def _rebuild_rooms(current: Current, stamps: dict[str, Any], values: Mapping[str, Any]) -> bool:
    """Rooms that were given another name, and rooms that are gone; their facts go along."""
    changed = False
    for old, new in values.get("renamed_rooms", {}).items():
        if old in current.rooms and new not in current.rooms:
            current.rooms[new], stamps[new] = current.rooms.pop(old), stamps.pop(old, {})
            changed = True
    for room in values.get("removed_rooms", []):
        changed = current.rooms.pop(room, None) is not None or changed
        stamps.pop(room, None)
    return changed


def _lock(dwelling: Dwelling) -> Current:
    """The dwelling's facts, locked for this transaction (SQLite's writers already queue at BEGIN)."""
    Current.objects.get_or_create(dwelling=dwelling)
    return Current.objects.select_for_update(of=("self",)).get(dwelling=dwelling)


def _sync_columns(dwelling: Dwelling, current: Current, moment: datetime) -> None:
    dwelling.save(update_fields=set_columns(dwelling, current, moment))


def set_columns(dwelling: Dwelling, current: Current, moment: datetime) -> list[str]:
    """Set the columns that lists read from the facts; returns which. A home is always of some kind and in some state."""
    values = {name: current.facts.get(name) for name in COLUMNS}
    values = {
        name: value for name, value in values.items() if value is not None or name not in ("kind", "letting_state")
    }
    for name, value in values.items():
        setattr(dwelling, name, value)
    dwelling.updated_at = moment
    return [*values, "updated_at"]


def _sync_rooms(dwelling: Dwelling, names: Iterable[str]) -> None:
    dwelling.rooms.filter(name__in=list(names), removed_on__isnull=False).update(removed_on=None)  # it is there again
    have = set(dwelling.rooms.values_list("name", flat=True))
    for position, name in enumerate(names):
        if name not in have:
            Room.objects.create(dwelling=dwelling, name=name, position=len(have) + position)


def observation_of(
    *,
    by: Any,
    source: str,
    values: Mapping[str, Any],
    observed_at: datetime,
    dwelling: Dwelling | None = None,
    place: Place | None = None,
    origin: str = "",
) -> Observation:
    """An observation as `observe` takes it, checked and not yet written. Raises Refused."""
    if source in VERB_OF_SOURCE:
        require(by, VERB_OF_SOURCE[Observation.Source(source)])
    if observed_at > time.now():
        raise Refused(_("The time of the observation lies in the future. Check the clock and enter it again."))
    clean: dict[str, Any] = {"facts": _checked("unit" if place else "dwelling", values.get("facts", {}), source, "")}
    if place is None:
        clean["rooms"] = {
            room: _checked("room", facts, source, f"{room}: ") for room, facts in values.get("rooms", {}).items()
        }
        clean |= {name: values[name] for name in ("renamed_rooms", "removed_rooms") if values.get(name)}
    return Observation(
        dwelling=dwelling,
        place=place,
        source=source,
        origin=origin,
        observed_at=observed_at,
        observed_by=by,
        recorded_at=time.now(),
        values=clean,
    )


def entry_of_observation(observation: Observation) -> Entry:
    """What the log says of it, not yet written."""
    subject = observation.dwelling or observation.place
    assert subject is not None
    by, after = observation.observed_by, observation.values
    return entry_of(by=by, verb="dwelling.observe", subject=subject, after=after, reason=observation.origin)


@audited
def observe(
    *,
    by: Any,
    source: str,
    values: Mapping[str, Any],
    observed_at: datetime,
    dwelling: Dwelling | None = None,
    place: Place | None = None,
    photos: Iterable[Evidence] = (),
    origin: str = "",
) -> Observation:
    """Record what was seen, and let the facts and the verdict follow.

    values: {"facts": {name: value}, "rooms": {room: {name: value}}}, and from `services.rooms` also "renamed_rooms"
    {old: new} and "removed_rooms" [name]; of a unit (`place`) only "facts". Raises Refused
    with every wrong name and value at once; nothing is written then.
    """
    if (dwelling is None) == (place is None):
        raise ValueError("observe one dwelling or one unit")
    observation = observation_of(
        by=by, source=source, values=values, observed_at=observed_at, dwelling=dwelling, place=place, origin=origin
    )
    observation.save(force_insert=True)
    ObservationPhoto.objects.bulk_create(
        ObservationPhoto(observation=observation, file=item.file, room=item.room, fact=item.fact) for item in photos
    )
    keep(entry_of_observation(observation))
    inspected_by = by if source == Observation.Source.INSPECTION else None
    if dwelling is not None:
        _apply_to_dwelling(dwelling, observation, inspected_by)
    elif place is not None:
        _apply_to_unit(place, observation, inspected_by)
    return observation


def _apply_to_dwelling(dwelling: Dwelling, observation: Observation, inspected_by: Any) -> None:
    current = _lock(dwelling)
    lay_over(current, observation)
    current.save()
    _sync_rooms(dwelling, observation.values.get("rooms", {}))
    _sync_columns(dwelling, current, observation.recorded_at)
    judging.judge_dwelling(dwelling, time.today(), current=current, inspected_by=inspected_by)
    dwelling_changed.send(Dwelling, dwelling=dwelling)


def _apply_to_unit(place: Place, observation: Observation, inspected_by: Any) -> None:
    UnitState.objects.get_or_create(place=place)
    state = UnitState.objects.select_for_update(of=("self",)).get(place=place)
    stamps = state.provenance or {}
    if _merge(state.facts, stamps, observation.values["facts"], _stamp(observation)):
        state.version += 1
    state.provenance = stamps
    state.save()
    judging.judge_unit(place, time.today(), state=state, inspected_by=inspected_by)


@audited
def withdraw(*, by: Any, observation: Observation, reason: str) -> None:
    """Take an observation back (an import that is undone): the facts are built anew from all that remain."""
    require(by, "ledger.undo")
    dwelling = observation.dwelling
    if dwelling is None:
        raise ValueError("only a dwelling's observation can be withdrawn")
    observation.withdrawn_at = time.now()
    observation.save(update_fields=["withdrawn_at"])
    record(by=by, verb="ledger.undo", subject=dwelling, before=observation.values, reason=reason)
    rebuild(dwelling)


def rebuild(dwelling: Dwelling) -> None:
    """Current facts from nothing: every observation in order. Must give what the merging one by one gave (tested)."""
    current = _lock(dwelling)
    built_anew(current, dwelling.observations.filter(withdrawn_at=None).order_by("recorded_at", "id"))
    current.save()
    _sync_columns(dwelling, current, current.changed_at or time.now())
    judging.judge_dwelling(dwelling, time.today(), current=current)
    dwelling_changed.send(Dwelling, dwelling=dwelling)
