"""What upper apps add to a board. The number of homes whose correction is overdue is known by `inspections` alone, which
stands above this app and registers its count here; where nothing is registered, a board names no overdue total."""

from collections.abc import Callable, Mapping, Sequence

from anju.areas.models import Place

# places → by their ids, how many let homes in each have a hazard past its day
OverdueSource = Callable[[Sequence[Place]], Mapping[int, int]]
overdue_sources: list[OverdueSource] = []


def overdue_in(places: Sequence[Place]) -> dict[int, int]:
    found = dict.fromkeys((place.pk for place in places), 0)
    for source in overdue_sources:
        for pk, number in source(places).items():
            found[pk] += number
    return found
