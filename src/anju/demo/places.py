"""First stage: the area tree with its leaders, estates with their buildings and units, the pilots (A1.1, A7.1)."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from anju.areas.models import Area, PilotDesignation, Place
from anju.core import paths
from anju.demo import geography, people
from anju.demo.geography import ZONES, Estate, Zone

STOREY_HEIGHT = 2.9  # metres


def make(chance: Random, today: date) -> None:
    city = _area(chance, "city", geography.CITY, None, 1)
    for number, zone in enumerate(ZONES, start=1):
        _make_zone(chance, city, zone, number)
    estates = [(zone, estate) for zone in ZONES for estate in zone.estates]
    for number, (zone, estate) in enumerate(estates, start=1):
        _make_estate(chance, zone, estate, number, today)


def _area(chance: Random, kind: str, name: str, parent: Area | None, number: int, **more: object) -> Area:
    area = Area(
        kind=kind,
        name=name,
        parent=parent,
        path=paths.child(parent.path if parent else "", number),
        leader_name=people.name(chance, local=True),
        leader_phone=people.office_phone(chance.randint(0, 9999)),
        **more,
    )
    area.save()
    return area


def _make_zone(chance: Random, city: Area, zone: Zone, number: int) -> None:
    top = _area(chance, "zone", zone.name, city, number, police_office=f"{zone.name.removesuffix('镇')}派出所")
    for position, name in enumerate(zone.communities, start=1):
        post = f"{name.removesuffix('社区')}警务室"
        community = _area(chance, "community", name, top, position, police_office=post)
        for grid in range(1, zone.grids + 1):
            members = [people.name(chance) for _ in range(chance.randint(2, 4))]
            _area(chance, "grid", geography.grid_name(name, grid), community, grid, members=members, police_office=post)


def grids_of(estate: Estate) -> list[Area]:
    return list(Area.objects.filter(kind="grid", parent__name=estate.community).order_by("path"))


def grid_of_building(grids: list[Area], index: int, count: int) -> Area:
    """Buildings are shared out to the community's grids in order; so an estate spans grids."""
    return grids[min(len(grids) - 1, index * len(grids) // count)]


def _make_estate(chance: Random, zone: Zone, estate: Estate, number: int, today: date) -> None:
    community = Area.objects.get(kind="community", name=estate.community)
    latitude = zone.latitude + chance.uniform(-0.012, 0.012)
    longitude = zone.longitude + chance.uniform(-0.014, 0.014)
    top = Place(
        kind="estate",
        estate_kind=estate.kind,
        name=estate.name,
        path=paths.child("", number),
        area=community,
        area_path=community.path,
        address=f"昆山市{zone.name}{estate.community if estate.community != estate.name else ''}",
        latitude=round(latitude, 5),
        longitude=round(longitude, 5),
        property_company=estate.property_company or ("" if estate.rural else f"{chance.choice(people.COMPANIES)}物业"),
    )
    top.save()
    grids = grids_of(estate)
    buildings = list(_buildings(estate, top, grids, chance))
    Place.objects.bulk_create(buildings)
    if not estate.rural:
        Place.objects.bulk_create(unit for building in buildings for unit in _units(estate, building))
    if estate.pilot:
        PilotDesignation.objects.create(
            place=top, since=today - timedelta(days=180), decision="市“331”专项整治试点整治区域名单"
        )


def _buildings(estate: Estate, top: Place, grids: list[Area], chance: Random) -> Iterator[Place]:
    for index in range(estate.buildings):
        grid = grid_of_building(grids, index, estate.buildings)
        yield Place(
            kind="building",
            name=f"{index + 1}组" if estate.rural else f"{index + 1}幢",
            parent=top,
            path=paths.child(top.path, index + 1),
            area=grid,
            area_path=grid.path,
            storeys=None if estate.rural else estate.storeys,
            height=None if estate.rural else round(estate.storeys * STOREY_HEIGHT + 1.2, 1),
            latitude=round((top.latitude or 0) + chance.uniform(-0.002, 0.002), 5),
            longitude=round((top.longitude or 0) + chance.uniform(-0.002, 0.002), 5),
        )


def _units(estate: Estate, building: Place) -> Iterator[Place]:
    for number in range(1, estate.units + 1):
        yield Place(
            kind="unit",
            name=f"{number}单元",
            parent=building,
            path=paths.child(building.path, number),
            area=building.area,
            area_path=building.area_path,
            storeys=building.storeys,
        )
