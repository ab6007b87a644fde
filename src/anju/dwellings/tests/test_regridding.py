"""Homes pass to another grid while people go on writing."""

from datetime import timedelta

import pytest
from django.test import Client

from anju.areas.models import Area, Place
from anju.core import time
from anju.core.errors import NotAllowed, Refused
from anju.dwellings import search
from anju.dwellings.models import Dwelling, Finding, GridMove
from anju.dwellings.services import regridding
from anju.dwellings.testing import make_area, make_dwelling, make_grid, make_sound_dwelling, make_unit, make_user
from anju.jobs.models import Job
from anju.jobs.services import run_all, save_step

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Area:
    return make_area("zone")


@pytest.fixture
def old(town: Area) -> Area:
    return make_grid(town)


@pytest.fixture
def new(town: Area) -> Area:
    return make_grid(town)


@pytest.fixture
def unit(old: Area) -> Place:
    return make_unit(old)


def _areas() -> set[int]:
    return set(Dwelling.objects.unscoped(reason="test").values_list("area_id", flat=True))


def _head(town: Area) -> object:
    return make_user(department="office", area=town, is_leader=True)


def test_a7_1_the_new_grid_sees_the_homes_and_the_old_one_no_longer(
    town: Area, old: Area, new: Area, unit: Place
) -> None:
    homes = [make_sound_dwelling(old, place=unit, room={"area": 3}, address=f"兰泾花苑 {n} 室") for n in range(12)]
    for home in homes:
        search.index(home)
    before, after = make_user(department="grid", area=old), make_user(department="grid", area=new)
    move = regridding.order_move(by=_head(town), place=unit, to_area=new, reason="网格调整")
    run_all()
    move.refresh_from_db()
    assert (move.moved, move.from_areas) == (12, [old.code])
    assert not Dwelling.objects.for_user(before).exists()
    assert Dwelling.objects.for_user(after).count() == 12
    assert (len(search.find(before, "兰泾")), len(search.find(after, "兰泾"))) == (0, 12)
    assert set(Finding.objects.unscoped(reason="test").values_list("area_path", flat=True)) == {new.path}


def test_a_home_registered_in_the_old_grid_meanwhile_is_moved_too(
    town: Area, old: Area, new: Area, unit: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _n in range(15):
        make_dwelling(old, place=unit)
    real = save_step
    seen: list[int] = []

    def meanwhile(job: Job) -> None:
        if not seen:
            seen.append(make_dwelling(old, place=unit).pk)
        real(job)

    monkeypatch.setattr(regridding, "save_step", meanwhile)
    regridding.order_move(by=_head(town), place=unit, to_area=new, reason="网格调整")
    run_all()
    assert _areas() == {new.pk}


def test_a_killed_move_goes_on_and_moves_every_home_once(
    town: Area, old: Area, new: Area, unit: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _n in range(25):
        make_dwelling(old, place=unit)
    regridding.order_move(by=_head(town), place=unit, to_area=new, reason="网格调整")
    real = search.index
    count: list[int] = []

    def dying(home: Dwelling) -> None:
        count.append(home.pk)
        if len(count) == 13:
            raise KeyboardInterrupt
        real(home)

    monkeypatch.setattr(search, "index", dying)
    with pytest.raises(KeyboardInterrupt):
        run_all()
    assert Dwelling.objects.unscoped(reason="test").filter(area=new).count() == 10
    Job.objects.update(lease_until=time.now() - timedelta(seconds=1))
    run_all()
    assert _areas() == {new.pk}
    assert GridMove.objects.unscoped(reason="test").get().moved == 25


def test_only_the_head_of_an_office_over_both_grids_may_order_it(town: Area, old: Area, new: Area, unit: Place) -> None:
    make_dwelling(old, place=unit)
    with pytest.raises(NotAllowed):
        regridding.order_move(by=make_user(department="office", area=town), place=unit, to_area=new, reason="x")
    with pytest.raises(NotAllowed):
        regridding.order_move(by=_head(town), place=unit, to_area=make_grid(), reason="x")
    with pytest.raises(Refused):
        regridding.order_move(by=_head(town), place=unit, to_area=old, reason="x")


def _client(user: object) -> Client:
    client = Client()
    client.force_login(user)  # type: ignore[arg-type]
    return client


def test_a7_1_the_head_orders_the_move_of_a_building_on_the_page_and_finds_it_in_the_list(
    town: Area, old: Area, new: Area, unit: Place
) -> None:
    home = make_dwelling(old, place=unit)
    building, head = unit.parent, _head(town)
    assert building is not None
    assert building.parent is not None
    address = f"/moves/{building.parent.code}/new/"
    page = _client(head).get(address).content.decode()
    assert f"{building.name}，1 户" in page
    refused = _client(head).post(address, {"place": building.code, "to_area": old.code, "reason": "网格调整"})
    assert refused.status_code == 422
    assert _client(head).post(address, {"place": building.code, "to_area": new.code, "reason": ""}).status_code == 422
    entry = {"place": building.code, "to_area": new.code, "reason": "网格调整"}
    assert _client(head).post(address, entry)["Location"].startswith("/jobs/")
    assert "进行中" in _client(head).get("/moves/").content.decode()
    run_all()
    home.refresh_from_db()
    assert home.area == new
    assert "网格调整" in _client(head).get("/moves/").content.decode()


def test_x1_nobody_moves_homes_into_or_out_of_another_town(town: Area, old: Area, unit: Place) -> None:
    foreign = make_grid()
    assert unit.parent is not None
    assert unit.parent.parent is not None
    estate = unit.parent.parent
    stranger = make_user(department="office", area=foreign, is_leader=True)
    assert _client(stranger).get(f"/moves/{estate.code}/new/").status_code == 404
    entry = {"place": estate.code, "to_area": foreign.code, "reason": "x"}
    assert _client(_head(town)).post(f"/moves/{estate.code}/new/", entry).status_code == 422
    assert _client(make_user(department="grid", area=old)).get(f"/moves/{estate.code}/new/").status_code == 403
