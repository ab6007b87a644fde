"""Passing homes from one grid to another while people go on writing (A7.1).

A few homes per transaction; the place is found by what is still to be moved, so a killed job goes on and a home that was
registered meanwhile in the old grid is moved too. Upper apps move their own rows of those homes in the same transaction.
"""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anju.areas.models import Area, Place
from anju.areas.permissions import require
from anju.areas.scope import scope_of
from anju.audit.services import audited, record
from anju.core import paths, time
from anju.core.errors import NotAllowed, Refused
from anju.dwellings import search
from anju.dwellings.models import Dwelling, Finding, GridMove
from anju.dwellings.signals import dwelling_changed, homes_moved, places_moved
from anju.jobs.models import Job
from anju.jobs.services import enqueue, job_kind, save_step

PER_STEP = 10
WHY = "homes pass to another grid whoever may see them"


@audited
def order_move(*, by: Any, place: Place, to_area: Area, reason: str) -> GridMove:
    """Order the move of all homes of a place. Both the place and the new grid must lie in the person's area."""
    require(by, "area.edit")
    scope = scope_of(by)
    for path, name in ((place.area_path, place.name), (to_area.path, to_area.name)):
        if not scope.has_area(path):
            raise NotAllowed(_("%(area)s is not in your area.") % {"area": name})
    if to_area.kind != Area.Kind.GRID:
        raise Refused(_("%(area)s is no grid. Homes belong to grids.") % {"area": to_area.name})
    rows = Dwelling.objects.unscoped(reason=WHY).filter(paths.under("place_path", place.path)).exclude(area=to_area)
    total = rows.count()
    if not total:
        raise Refused(_("No home of %(place)s lies outside %(area)s.") % {"place": place.name, "area": to_area.name})
    move: GridMove = GridMove.objects.create(
        place=place,
        to_area=to_area,
        from_areas=sorted(set(rows.values_list("area__code", flat=True))),
        area_path=to_area.path,
        reason=reason,
        ordered_at=time.now(),
        ordered_by=by,
    )
    move.job = enqueue(kind="regrid", by=by, key=place.code, state={"move": move.pk}, total=total)
    move.save(update_fields=["job"])
    record(
        by=by,
        verb="area.edit",
        subject=place,
        before={"grids": move.from_areas},
        after={"grid": to_area.code},
        reason=reason,
    )
    return move


@job_kind("regrid", label=gettext_lazy("Homes pass to another grid"), result=lambda job: "/moves/")
def step(job: Job) -> bool:
    move = GridMove.objects.unscoped(reason=WHY).select_related("place", "to_area").get(pk=job.state["move"])
    area = move.to_area
    with transaction.atomic():
        left = (
            Dwelling.objects.unscoped(reason=WHY).filter(paths.under("place_path", move.place.path)).exclude(area=area)
        )
        batch = list(
            left.select_for_update(of=("self",))
            .select_related("landlord", "sublessor", "operator")
            .order_by("id")[:PER_STEP]
        )
        ids = [home.pk for home in batch]
        for home in batch:
            dwelling_changed.send(Dwelling, dwelling=home)  # the old grid's counts lose it
            home.area, home.area_path = area, area.path
        left.filter(pk__in=ids).update(area=area, area_path=area.path)
        Finding.objects.unscoped(reason=WHY).filter(dwelling__in=ids).update(area_path=area.path)
        homes_moved.send(Dwelling, ids=ids, area=area)
        for home in batch:
            search.index(home)
            dwelling_changed.send(Dwelling, dwelling=home)
        job.done += len(batch)
        save_step(job)
        if len(batch) == PER_STEP:
            return False
        _finish(move, job.done)
    return True


def _finish(move: GridMove, moved: int) -> None:
    Place.objects.filter(paths.under("path", move.place.path)).update(area=move.to_area, area_path=move.to_area.path)
    places_moved.send(Place, path=move.place.path, area=move.to_area)
    move.moved, move.finished_at = moved, time.now()
    move.save(update_fields=["moved", "finished_at"])
