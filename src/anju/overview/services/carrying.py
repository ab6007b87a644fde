"""The carrier: counts marked nodes anew and carries the difference up to the city.

Counting only reads. Then one short transaction takes the marks that were read before the count, writes the node's own
numbers and adds the difference to every node above. Another carrier that was faster has taken the marks: nothing is
written then. A carrier that is killed leaves marks and numbers as they were. A change that commits meanwhile has left
its own mark, so the node is counted once more.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from anju.accounts.services import system_actor
from anju.areas.models import Area, Place
from anju.core import paths, time
from anju.core.garbage import no_collection
from anju.jobs.models import Job
from anju.jobs.services import enqueue, every, job_kind, save_step
from anju.overview.counting import MOST_NODES, Numbers, count, minus, plus
from anju.overview.definitions import PARTS, AsOf
from anju.overview.models import DayClose, DayTally, Mark, Tally

INTERVAL = timedelta(seconds=5)
MOST_MARKS = 2000
MOST_LATE_DAYS = 92
DATED = tuple(part for part in PARTS.values() if part.dated)


class Overtaken(Exception):
    """Another carrier took the marks first."""


def carry(tree: str, nodes: Sequence[str], moment: datetime) -> int:
    """Count marked nodes of one tree anew; returns of how many the marks were taken by this call."""
    marks: dict[str, list[tuple[int, date]]] = {}
    for pk, path, since in Mark.objects.filter(tree=tree, path__in=nodes).values_list("pk", "path", "since")[
        :MOST_MARKS
    ]:
        marks.setdefault(path, []).append((pk, since))
    model = Area if tree == Mark.Tree.AREA else Place
    known: dict[str, Area | Place] = {node.path: node for node in model.objects.filter(path__in=marks)}
    as_of = AsOf.at(moment)
    for path, node in known.items():
        if isinstance(node, Area):
            _late_entries(node, min(since for _pk, since in marks[path]), as_of.on)
    numbers = count(tree, known, as_of)
    return sum(_take(known.get(path), ids, numbers.get(path, {}), moment) for path, ids in marks.items())


def _take(node: Area | Place | None, marks: list[tuple[int, date]], own: Numbers, moment: datetime) -> bool:
    """Marks and numbers in one transaction; False when another carrier has taken the marks."""
    ids = [pk for pk, _since in marks]
    try:
        with no_collection(), transaction.atomic():
            if Mark.objects.filter(pk__in=ids).delete()[0] != len(ids):
                raise Overtaken
            if node is not None:
                _write(node, own, moment)
    except Overtaken:
        return False
    return True


def _tally_of(node: Area | Place) -> Tally:
    names = {"area": node} if isinstance(node, Area) else {"place": node}
    return Tally.objects.get_or_create(**names, defaults={"path": node.path})[0]


def _write(node: Area | Place, own: Numbers, moment: datetime) -> None:
    """Own numbers and the difference for all above. Rows are locked from the city down, so that no two wait crosswise."""
    above = [_tally_of(area).pk for area in _chain(node)]
    rows = list(Tally.objects.select_for_update(of=("self",)).filter(pk__in=above).order_by("path"))
    tally = rows[-1]
    difference = minus(own, tally.own)
    for row in rows:
        row.total = plus(dict.fromkeys(PARTS, 0), row.total, difference)
        row.counted_at = moment
    tally.own, tally.version = own, tally.version + 1
    Tally.objects.bulk_update(rows, ["own", "total", "version", "counted_at"])


def _chain(node: Area | Place) -> list[Area] | list[Place]:
    if isinstance(node, Place):
        return [node]
    return list(Area.objects.filter(path__in=paths.ancestors(node.path)).order_by("path"))


def _late_entries(area: Area, since: date, today: date) -> None:
    """What an entry about a closed day adds to that day, kept beside its frozen numbers. Each day is one transaction."""
    first = max(since, today - timedelta(days=MOST_LATE_DAYS))
    for day in DayClose.objects.filter(day__gte=first, day__lt=today).order_by("day").values_list("day", flat=True):
        late_entries_of(area, day)


def late_entries_of(area: Area, day: date) -> None:
    frozen = DayTally.objects.filter(area=area, day=day).first()
    if frozen is None:
        return
    then = count(Mark.Tree.AREA, [area.path], AsOf.end_of(day), DATED)[area.path]
    late = minus(then, {key: frozen.own.get(key, 0) for key in then})
    with no_collection(), transaction.atomic():
        rows = list(
            DayTally.objects.select_for_update(of=("self",))
            .filter(area__path__in=paths.ancestors(area.path), day=day)
            .order_by("area__path")
        )
        own = rows[-1]
        difference = minus(late, own.late_own)
        if not difference:
            return
        own.late_own = late
        for row in rows:
            row.late_total = {key: n for key, n in plus(row.late_total, difference).items() if n}
        DayTally.objects.bulk_update(rows, ["late_own", "late_total"])


def _marked() -> tuple[str, list[str]] | None:
    """Some marked nodes of one tree."""
    first = Mark.objects.order_by("pk").values_list("tree", flat=True).first()
    if first is None:
        return None
    rows = Mark.objects.filter(tree=first).order_by("path").values_list("path", flat=True).distinct()
    return first, list(rows[:MOST_NODES])


@job_kind("carry counts")
def step(job: Job) -> bool:
    """Some marked nodes; done when none is left."""
    marked = _marked()
    if marked is not None:
        job.done += carry(*marked, time.now())
    with transaction.atomic():
        save_step(job)
    return marked is None


@every("carry counts", INTERVAL)
def start(moment: datetime) -> None:
    if Mark.objects.exists():
        enqueue(kind="carry counts", by=system_actor(), key="carry")


def carry_all() -> int:
    """Everything that is marked, in this process: for commands, the demo and tests. Returns how many nodes."""
    done = 0
    while (marked := _marked()) is not None:
        done += carry(*marked, time.now())
    return done
