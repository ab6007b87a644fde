"""The end of the day: at 24:00 in Beijing every area's counts are written down and never changed again (A3.5).

From the leaves up, an area at a time and each in its own transaction; a run that is killed goes on where it stopped. The
new day then begins with a mark on every area, because time alone changes what is due, valid, or new.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from anju.accounts.services import system_actor
from anju.areas.models import Area
from anju.core import time
from anju.jobs.models import Job
from anju.jobs.services import enqueue, every, job_kind, save_step
from anju.overview.counting import MOST_NODES, Numbers, count, in_batches, plus
from anju.overview.definitions import PARTS, AsOf
from anju.overview.models import DayClose, DayTally, Mark, Tally

AT_ONCE = 500  # where nobody else writes
MOST_DAYS_BACK = 31  # after a longer silence the days before are not made up: nothing was counted then


def next_day(today: date) -> date | None:
    """The first day that is over and not closed; None when all are."""
    last = DayClose.objects.order_by("-day").values_list("day", flat=True).first()
    yesterday = today - timedelta(days=1)
    if last is None:
        return yesterday
    following: date = max(last + timedelta(days=1), today - timedelta(days=MOST_DAYS_BACK))
    return following if following <= yesterday else None


def freeze(areas: Sequence[Area], day: date) -> None:
    """Their own counts at the end of the day, and the sums with what is below. Children stand before their parents."""
    done = set(DayTally.objects.filter(area__in=areas, day=day).values_list("area_id", flat=True))
    left = [area for area in areas if area.pk not in done]
    own = count(Mark.Tree.AREA, [area.path for area in left], AsOf.end_of(day))
    below: dict[int | None, Numbers] = {}
    for parent, total in DayTally.objects.filter(area__parent__in=left, day=day).values_list("area__parent", "total"):
        below[parent] = plus(below.get(parent, {}), total)
    rows = []
    for area in left:
        total = plus(dict.fromkeys(PARTS, 0), own[area.path], below.get(area.pk, {}))
        below[area.parent_id] = plus(below.get(area.parent_id, {}), total)
        rows.append(DayTally(area=area, day=day, own=own[area.path], total=total))
    with transaction.atomic():
        DayTally.objects.bulk_create(rows, ignore_conflicts=True)
        Mark.objects.bulk_create(Mark(tree=Mark.Tree.AREA, path=area.path, since=time.today()) for area in left)


def _order() -> "QuerySet[Area]":
    return Area.objects.order_by("-path")  # a longer path comes before the one it starts with: children first


@job_kind("close day")
def step(job: Job) -> bool:
    day = date.fromisoformat(job.state["day"])
    rows = _order()
    if "last" in job.state:
        rows = rows.filter(path__lt=job.state["last"])
    found = list(rows[:MOST_NODES])
    freeze(found, day)
    with transaction.atomic():
        if found:
            job.state["last"] = found[-1].path
            job.done += len(found)
        if len(found) < MOST_NODES:
            _finish(day)
        save_step(job)
    return len(found) < MOST_NODES


def _finish(day: date) -> None:
    DayClose.objects.get_or_create(day=day, defaults={"closed_at": time.now()})
    estates = Tally.objects.exclude(place=None).values_list("path", flat=True)
    Mark.objects.bulk_create(Mark(tree=Mark.Tree.PLACE, path=path, since=time.today()) for path in estates)


@every("close day", timedelta(minutes=1))
def start(moment: datetime) -> None:
    day = next_day(time.day_of(moment))
    if day is not None and Area.objects.exists():
        enqueue(
            kind="close day",
            by=system_actor(),
            key=day.isoformat(),
            state={"day": day.isoformat()},
            total=Area.objects.count(),
        )


def close(day: date) -> None:
    """Close a day in this process: for the demo's history and for tests."""
    for areas in in_batches(list(_order()), AT_ONCE):
        freeze(areas, day)
    _finish(day)
