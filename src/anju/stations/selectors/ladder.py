"""Who is called for a spot, in which order: stations that cover it, the leader of its grid, its town (A6.3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from anju.areas.models import Area, Place
from anju.core import paths
from anju.stations.models import Call, Coverage, Member, Station
from anju.stations.selectors.roster import on_duty

MOST_STATIONS = 2  # before the leader of the grid hears of it


@dataclass(frozen=True)
class Target:
    """kind: Call.Target. `people`: who is on duty there now (stations only); `route`: the way from the station."""

    kind: str
    name: str
    phone: str
    station: Station | None = None
    area: Area | None = None
    people: tuple[Member, ...] = ()
    metres: int | None = None
    route: str = ""


def stations_for(place: Place, moment: datetime) -> list[Target]:
    """All stations that cover the place: those with somebody on duty first, then in their order, the nearer place first."""
    rows = Coverage._base_manager.filter(place_path__in=paths.ancestors(place.path), station__closed_on=None)
    rows = rows.exclude(station__kind=Station.Kind.CONTROL_ROOM).select_related("station")
    best: dict[int, Coverage] = {}
    for row in sorted(rows, key=lambda row: (-len(row.place_path), row.rank, row.pk)):
        best.setdefault(row.station_id, row)  # what is said of a building outweighs what is said of its estate
    there = on_duty(best, moment)
    order = sorted(best.values(), key=lambda row: (not there.get(row.station_id), row.rank, row.metres or 0, row.pk))
    return [
        Target(
            Call.Target.STATION, row.station.name, row.station.phone, station=row.station,
            people=tuple(there.get(row.station_id, ())), metres=row.metres, route=row.route,
        )
        for row in order
    ]  # fmt: skip


def _above(area: Area) -> Iterator[Target]:
    """The grid (or the community where no grid is known), then the town."""
    yield Target(Call.Target.GRID, f"{area.name} {area.leader_name}".strip(), area.leader_phone, area=area)
    town = area
    while town.kind != Area.Kind.ZONE and town.parent is not None:
        town = town.parent
    if town.kind == Area.Kind.ZONE and town.pk != area.pk:
        yield Target(Call.Target.TOWN, f"{town.name} {town.leader_name}".strip(), town.leader_phone, area=town)


def ladder(place: Place, area: Area, moment: datetime) -> list[Target]:
    return [*stations_for(place, moment)[:MOST_STATIONS], *_above(area)]
