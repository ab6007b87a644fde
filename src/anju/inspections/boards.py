"""How many homes of a unit are past the day of a correction: the total that its board names (A8.2), never a door."""

from collections.abc import Mapping, Sequence

from anju.areas.models import Place
from anju.core import paths
from anju.inspections.models import Hazard
from anju.signage.sources import overdue_sources


def overdue_homes(places: Sequence[Place]) -> Mapping[int, int]:
    """A board shows all homes of its place, whoever prints it."""
    rows = Hazard._base_manager.filter(overdue=True, active=True, dwelling__isnull=False)
    found = {}
    for place in places:
        inside = rows.filter(paths.under("place_path", place.path))
        found[place.pk] = inside.values("dwelling").distinct().count()
    return found


overdue_sources.append(overdue_homes)
