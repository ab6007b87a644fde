"""From parts to numbers: the homes and hazards of a node, counted under every part's condition at once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Substr

from anju.core import paths
from anju.dwellings.models import Dwelling
from anju.inspections.models import Hazard
from anju.overview.definitions import PARTS, AsOf, Part
from anju.overview.models import Mark

Numbers = dict[str, int]
N = TypeVar("N")
MOST_NODES = 50
WHY = "counts of an area are the same whoever reads them; who may read them is asked when they are shown"


def _rows(subject: str, as_of: AsOf) -> "QuerySet[Any]":
    rows: QuerySet[Any]
    if subject == "home":
        rows = Dwelling.objects.unscoped(reason=WHY).filter(hidden=False, created_at__lt=as_of.moment)
    else:
        rows = Hazard.objects.unscoped(reason=WHY).filter(found_at__lt=as_of.moment)
    return rows


def _of_nodes(rows: Any, tree: str, nodes: list[str]) -> Any:
    """Rows with their node's path as `node`: what hangs directly on an area; of an estate, everything in it."""
    if tree == Mark.Tree.AREA:
        return rows.filter(area_path__in=nodes).annotate(node=F("area_path"))
    inside = Q()
    for path in nodes:
        inside |= paths.under("place_path", path)
    return rows.filter(inside).annotate(node=Substr("place_path", 1, paths.STEP))


def count(
    tree: str, nodes: Iterable[str], as_of: AsOf, parts: Iterable[Part] = tuple(PARTS.values())
) -> dict[str, Numbers]:
    """{path: {key: number}} for every node asked for, at best MOST_NODES at once: one query for homes, one for hazards.

    Many nodes at once because putting the query together costs more than counting a grid.
    """
    asked = list(nodes)
    wanted = list(parts)
    found = {path: dict.fromkeys((part.key for part in wanted), 0) for path in asked}
    for subject in ("home", "hazard"):
        filters = {part.key: Count("pk", filter=part.where(as_of)) for part in wanted if part.subject == subject}
        if filters and asked:
            rows = _of_nodes(_rows(subject, as_of), tree, asked).order_by().values("node")
            for row in rows.annotate(**filters):
                found[row.pop("node")].update(row)
    return found


def in_batches(nodes: Sequence[N], size: int = MOST_NODES) -> Iterator[Sequence[N]]:
    for start in range(0, len(nodes), size):
        yield nodes[start : start + size]


def minus(new: Mapping[str, int], old: Mapping[str, int]) -> Numbers:
    """What differs, by key."""
    found = {key: new.get(key, 0) - old.get(key, 0) for key in {*new, *old}}
    return {key: number for key, number in found.items() if number}


def plus(*counts: Mapping[str, int]) -> Numbers:
    total: Numbers = {}
    for numbers in counts:
        for key, number in numbers.items():
            total[key] = total.get(key, 0) + number
    return total
