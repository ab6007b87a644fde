"""A visit: one record that serves every body. What was seen becomes facts, and the standard's answer becomes hazards.

"Nobody home" climbs a ladder (A7.2): evening, weekend, appointment, with the police. "Refused" is another thing: nobody
enters without consent or legal power, so no next try is made out of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from anju.areas.models import Department, Place
from anju.areas.permissions import require
from anju.areas.scope import scope_of
from anju.audit.services import audited, record
from anju.core import time
from anju.core.errors import NotAllowed, Refused
from anju.dwellings.models import Dwelling, Observation
from anju.dwellings.services.facts import Evidence, observe
from anju.inspections.models import Clock, Hazard, HazardPhoto, Plan, PlanItem, Visit, VisitPhoto
from anju.inspections.receivers import last_outcome
from anju.inspections.services import clocks
from anju.inspections.services.findings import Outcome

LADDER: dict[str, tuple[str, int]] = {  # after a try at this time → the next and in how many days at most
    PlanItem.Next.DAY: (PlanItem.Next.EVENING, 1),
    PlanItem.Next.EVENING: (PlanItem.Next.WEEKEND, 7),
    PlanItem.Next.WEEKEND: (PlanItem.Next.APPOINTMENT, 3),
    PlanItem.Next.APPOINTMENT: (PlanItem.Next.WITH_POLICE, 3),
    PlanItem.Next.WITH_POLICE: (PlanItem.Next.WITH_POLICE, 7),
    PlanItem.Next.POWER: (PlanItem.Next.POWER, 7),
}
REFUSAL_DAYS = 7
SATURDAY = 5


@dataclass(frozen=True)
class Seen:
    """What the form brings: facts of the home, of its rooms, of the shared part, each with its photos."""

    facts: Mapping[str, Any] = field(default_factory=dict)
    rooms: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    unit: Mapping[str, Any] = field(default_factory=dict)
    photos: Sequence[Evidence] = ()
    unit_photos: Sequence[Evidence] = ()


def next_try(present: str, today: date) -> tuple[str, date]:
    following, days = LADDER[present]
    if following == PlanItem.Next.WEEKEND:
        days = (SATURDAY - today.weekday()) % 7 or 7
    return following, today + timedelta(days=days)


def _again(token: str) -> Visit | None:
    found: Visit | None = Visit._base_manager.filter(token=token).first()
    return found


def _check_sight(by: Any, dwelling: Dwelling | None, place: Place | None) -> None:
    if scope_of(by).everything:
        return
    if dwelling is not None:
        seen = Dwelling.objects.for_user(by).filter(pk=dwelling.pk).exists()
    else:
        assert place is not None
        scope = scope_of(by)
        seen = scope.has_area(place.area_path) or any(place.path.startswith(root) for root in scope.place_paths)
    if not seen:
        raise NotAllowed(_("There is no such home in your area."))


def record_visit(
    *,
    by: Any,
    token: str,
    result: str,
    dwelling: Dwelling | None = None,
    place: Place | None = None,
    seen: Seen | None = None,
    reason: str = "",
    item: PlanItem | None = None,
    with_departments: Sequence[str] = (),
    companion: str = "",
    note: str = "",
    at: datetime | None = None,
    position: tuple[float, float] | None = None,
    taken_along: bool = False,
) -> Visit:
    """Record a visit. The same token again gives the same visit (a double submit); nothing is written twice.

    taken_along: the inspector had the home on the phone when it passed to another grid, so that what was seen is kept
    although the home is no longer in sight. Whoever sets it has checked that.
    """
    subject = dwelling or place
    if subject is None:
        raise ValueError("visit one dwelling or one place")
    visit = Visit(
        dwelling=dwelling,
        place=place,
        area_path=subject.area_path,
        place_path=dwelling.place_path if dwelling else subject.path,  # type: ignore[union-attr]
        reason=reason,
        result=result,
        at=at or time.now(),
        inspector=by,
        with_departments=list(with_departments),
        companion=companion[:60],
        note=note[:500],
        latitude=position[0] if position else None,
        longitude=position[1] if position else None,
        token=token,
    )
    try:
        with transaction.atomic():
            return _record(by=by, visit=visit, seen=seen or Seen(), item=item, taken_along=taken_along)
    except IntegrityError:
        found = _again(token)
        if found is None:
            raise
        return found


@audited
def _record(*, by: Any, visit: Visit, seen: Seen, item: PlanItem | None, taken_along: bool) -> Visit:
    require(by, "inspection.record")
    if not taken_along:
        _check_sight(by, visit.dwelling, visit.place)
    found = _again(visit.token)
    if found is not None:
        record(by=by, verb="inspection.repeated", subject=found)
        return found
    _check_result(visit.result, seen, visit.with_departments)
    item = _as_it_is(item) if item else _open_item(visit.dwelling, visit.place)
    before = visit.dwelling.verdict if visit.dwelling else ""
    visit.item = item
    visit.reason = visit.reason or (item.reason if item else Plan.Reason.ROUTINE)
    visit.save()
    if visit.result == Visit.Result.DONE:
        outcome = _observe(visit, by, seen, visit.at)
    else:
        outcome = Outcome()
        VisitPhoto.objects.bulk_create(VisitPhoto(visit=visit, file=photo.file) for photo in seen.photos)
    visit.outcome = {**_codes(outcome), "before": before, "after": visit.dwelling.verdict if visit.dwelling else ""}
    visit.save(update_fields=["outcome", "observation"])
    _move_item(visit, item, by)
    after = {"result": visit.result, "with": visit.with_departments}
    record(by=by, verb="inspection.record", subject=visit, after=after, reason=visit.note)
    return visit


def _check_result(result: str, seen: Seen, with_departments: Sequence[str]) -> None:
    if result not in Visit.Result.values:
        raise Refused(_("Choose what came of the visit: inspected, nobody home, or entry refused."))
    if result == Visit.Result.DONE and not (seen.facts or seen.rooms or seen.unit):
        raise Refused(
            _("Nothing was answered. Answer at least one question, or choose “nobody home” or “entry refused”.")
        )
    if result != Visit.Result.DONE and (seen.facts or seen.rooms or seen.unit):
        raise Refused(
            _(
                "Answers cannot be kept for a visit on which nobody got in. Choose “inspected”, or leave the answers out."
            )
        )
    unknown = set(with_departments) - set(Department.values)
    if unknown:
        raise Refused(_("There is no department “%(name)s”.") % {"name": sorted(unknown)[0]})


def _observe(visit: Visit, by: Any, seen: Seen, at: datetime) -> Outcome:
    total = Outcome()
    origin = f"inspection {visit.code}"
    if visit.dwelling is not None and (seen.facts or seen.rooms):
        last_outcome.set(None)
        visit.observation = observe(
            by=by, dwelling=visit.dwelling, source=Observation.Source.INSPECTION, observed_at=at, origin=origin,
            values={"facts": dict(seen.facts), "rooms": {name: dict(values) for name, values in seen.rooms.items()}},
            photos=seen.photos,
        )  # fmt: skip
        _gather(total, last_outcome.get(), seen.photos)
    if seen.unit:
        last_outcome.set(None)
        shared = visit.place or (visit.dwelling.place if visit.dwelling else None)
        observation = observe(
            by=by, place=shared, source=Observation.Source.INSPECTION, observed_at=at, origin=origin,
            values={"facts": dict(seen.unit)}, photos=seen.unit_photos,
        )  # fmt: skip
        visit.observation = visit.observation or observation
        _gather(total, last_outcome.get(), seen.unit_photos)
    if visit.dwelling is not None:
        visit.dwelling.refresh_from_db()
    return total


def _gather(total: Outcome, part: Outcome | None, photos: Sequence[Evidence]) -> None:
    """Add one judgement's outcome, and hang each photo on the hazards that its fact forced."""
    if part is None:
        return
    for hazard in (*part.opened, *part.again):
        files = [photo.file for photo in photos if photo.room == hazard.room and _about(hazard, photo.fact)]
        HazardPhoto.objects.bulk_create(HazardPhoto(hazard=hazard, file=file) for file in files)
    total.opened += part.opened
    total.again += part.again
    total.gone += part.gone
    total.advice += part.advice


def _about(hazard: Hazard, fact: str) -> bool:
    return any(name.rpartition(".")[2] == fact for name in hazard.because)


def _codes(outcome: Outcome) -> dict[str, Any]:
    return {
        "opened": [hazard.code for hazard in outcome.opened],
        "again": [hazard.code for hazard in outcome.again],
        "gone": [hazard.code for hazard in outcome.gone],
        "advice": outcome.advice,
    }


def _as_it_is(item: PlanItem) -> PlanItem:
    """The item now: somebody else may have been there since the form was opened."""
    found: PlanItem = PlanItem._base_manager.select_for_update(of=("self",)).get(pk=item.pk)
    return found


def _open_item(dwelling: Dwelling | None, place: Place | None) -> PlanItem | None:
    rows = PlanItem._base_manager.filter(state=PlanItem.State.OPEN, dwelling=dwelling, place=place)
    rows = rows.select_for_update(of=("self",)).exclude(reason=Plan.Reason.REOCCUPATION)
    found: PlanItem | None = rows.order_by("due_on", "id").first()
    return found


def _move_item(visit: Visit, item: PlanItem | None, by: Any) -> None:
    if item is not None and item.state != PlanItem.State.OPEN:
        return  # a colleague got in meanwhile: "nobody home" of the second opens nothing again
    today = time.day_of(visit.at)
    if visit.result == Visit.Result.DONE:
        if item is not None:
            item.state = PlanItem.State.DONE
            item.save(update_fields=["state"])
            _finish_reoccupation(item, visit.at)
        return
    if item is None:
        item = PlanItem(
            dwelling=visit.dwelling, place=visit.place, reason=visit.reason, area_path=visit.area_path, inspector=by,
            due_on=today, created_at=visit.at,
        )  # fmt: skip
    if visit.result == Visit.Result.NO_ACCESS:
        item.next_try, item.due_on = next_try(item.next_try, today)
        item.attempt += 1
    else:
        item.next_try, item.due_on = PlanItem.Next.POWER, today + timedelta(days=REFUSAL_DAYS)
    item.save()
    visit.item = item
    visit.save(update_fields=["item"])


def _finish_reoccupation(item: PlanItem, moment: datetime) -> None:
    if item.reason != Plan.Reason.REOCCUPATION or item.hazard is None:
        return
    kinds = (Clock.Kind.REOCCUPIED_7, Clock.Kind.REOCCUPIED_30, Clock.Kind.REOCCUPIED_90)
    first = next(iter(clocks.running(item.hazard, kinds)), None)
    if first is not None:
        Clock.objects.filter(pk=first.pk).update(done_at=moment)
