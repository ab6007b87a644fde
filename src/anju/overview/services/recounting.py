"""Counting from nothing: to put the kept counts right, or to see whether they agree (`anju indicators`)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import F

from anju.areas.models import Area, Place
from anju.core import paths, time
from anju.overview.counting import Numbers, count, in_batches, plus
from anju.overview.definitions import PARTS, AsOf
from anju.overview.models import DayClose, DayTally, Mark, Tally
from anju.overview.services.carrying import carry, carry_all

ATTEMPTS = 3


@dataclass(frozen=True)
class Difference:
    """One kept number that a count from nothing does not give. `what`: own, total, estate or a frozen day."""

    what: str
    node: str
    path: str
    key: str
    kept: int
    counted: int


def _areas() -> list[Area]:
    return list(Area.objects.order_by("-path"))  # children before their parents


def _estates() -> list[Place]:
    return list(Place.objects.filter(kind=Place.Kind.ESTATE).order_by("path"))


def _compare(what: str, node: Area | Place, kept: Numbers, counted: Numbers) -> Iterator[Difference]:
    for key in PARTS:
        if kept.get(key, 0) != counted.get(key, 0):
            yield Difference(what, node.name, node.path, key, kept.get(key, 0), counted.get(key, 0))


def recount() -> int:
    """Every number anew; returns how many nodes. Others may go on writing meanwhile."""
    areas, estates = _areas(), _estates()
    for tree, nodes in ((Mark.Tree.AREA, areas), (Mark.Tree.PLACE, estates)):
        for batch in in_batches([node.path for node in nodes]):
            Mark.objects.bulk_create(Mark(tree=tree, path=path, since=time.today()) for path in batch)
            carry(tree, batch, time.now())
    for area in areas:
        _add_up(area)
    Tally.objects.exclude(place=None).update(total=F("own"))
    return len(areas) + len(estates)


def _add_up(area: Area) -> None:
    """The total from the totals below. The row is locked before they are read: a carrier comes before or after both."""
    with transaction.atomic():
        row = Tally.objects.select_for_update(of=("self",)).filter(area=area).first()
        if row is None:
            return
        below = Tally.objects.filter(area__parent=area).values_list("total", flat=True)
        row.total = plus(dict.fromkeys(PARTS, 0), row.own, *below)
        row.save(update_fields=["total"])


def verify() -> list[Difference]:
    """Carry what is marked, then count everything from nothing and compare; once more where others wrote meanwhile."""
    _new_day()
    found: list[Difference] = []
    for _attempt in range(ATTEMPTS):
        carry_all()
        found = _compare_all()
        if not found or not Mark.objects.exists():
            break
    return found


def _compare_all() -> list[Difference]:
    last = DayClose.objects.order_by("-day").first()
    return [*_compare_areas(), *_compare_estates(), *(_frozen(last.day) if last else [])]


def _compare_areas() -> Iterator[Difference]:
    kept = {row.path: row for row in Tally.objects.exclude(area=None)}
    sums: dict[str, Numbers] = {}
    for areas in in_batches(_areas()):
        counted = count(Mark.Tree.AREA, [area.path for area in areas], AsOf.at(time.now()))
        for area in areas:
            row = kept.get(area.path)
            total = plus(counted[area.path], sums.pop(area.path, {}))
            yield from _compare("own", area, row.own if row else {}, counted[area.path])
            yield from _compare("total", area, row.total if row else {}, total)
            parent = area.path[: -paths.STEP]
            sums[parent] = plus(sums.get(parent, {}), total)


def _compare_estates() -> Iterator[Difference]:
    kept = {row.path: row for row in Tally.objects.exclude(place=None)}
    for estates in in_batches(_estates()):
        counted = count(Mark.Tree.PLACE, [estate.path for estate in estates], AsOf.at(time.now()))
        for estate in estates:
            row = kept.get(estate.path)
            yield from _compare("estate", estate, row.total if row else {}, counted[estate.path])


def _new_day() -> None:
    """A node last counted on an earlier day knows nothing of what time alone changed since."""
    start = time.day_start(time.today())
    for row in Tally.objects.filter(counted_at__lt=start).select_related("area", "place"):
        tree, node = (Mark.Tree.AREA, row.area) if row.area else (Mark.Tree.PLACE, row.place)
        if node is not None:
            Mark.objects.create(tree=tree, path=node.path, since=time.today())


def _frozen(day: date) -> Iterator[Difference]:
    """A frozen day must add up: every area is its own and the sum below it."""
    rows = {row.area.path: row for row in DayTally.objects.filter(day=day).select_related("area")}
    below: dict[str, Numbers] = {}
    for path in sorted(rows, reverse=True):
        row = rows[path]
        yield from _compare(f"day {day}", row.area, row.total, plus(row.own, below.pop(path, {})))
        below[path[: -paths.STEP]] = plus(below.get(path[: -paths.STEP], {}), row.total)
