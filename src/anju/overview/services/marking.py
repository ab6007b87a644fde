"""A change marks the nodes it touches, in its own transaction."""

from collections.abc import Iterable
from datetime import date

from anju.core import time
from anju.core.paths import STEP
from anju.overview.models import Mark


def mark(*, area_path: str, place_path: str = "", since: date | None = None) -> None:
    """To be counted anew: the area and the estate of something that changed. `since`: the first day it speaks of."""
    day = min(since or time.today(), time.today())
    rows = [Mark(tree=Mark.Tree.AREA, path=area_path, since=day)]
    if place_path:
        rows.append(Mark(tree=Mark.Tree.PLACE, path=place_path[:STEP], since=day))
    Mark.objects.bulk_create(rows)


def mark_homes(paths: Iterable[tuple[str, str]]) -> None:
    """The nodes of many homes of which something changed today, each node once. `paths`: (area_path, place_path)."""
    day, found = time.today(), list(paths)
    areas = sorted({area for area, _place in found})
    estates = sorted({place[:STEP] for _area, place in found if place})
    rows = [Mark(tree=Mark.Tree.AREA, path=path, since=day) for path in areas]
    Mark.objects.bulk_create(rows + [Mark(tree=Mark.Tree.PLACE, path=path, since=day) for path in estates])
