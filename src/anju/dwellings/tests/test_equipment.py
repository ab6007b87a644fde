"""Equipment with its expiry, and what a home lacks by the standard (A2.3)."""

from datetime import timedelta

import pytest
from django.test import Client

from anju import standard
from anju.accounts.models import User
from anju.areas.models import Area
from anju.core.errors import NotAllowed, Refused
from anju.core.time import today
from anju.dwellings.models import Current, Dwelling, Equipment
from anju.dwellings.selectors.equipment import lacks, pieces
from anju.dwellings.services.equipment import record_equipment, remove_equipment
from anju.dwellings.services.judging import judge_dwelling
from anju.dwellings.testing import SOUND_FACTS, SOUND_ROOM, make_dwelling, make_grid, make_sound_dwelling, make_user

pytestmark = pytest.mark.django_db

UNSEEN = {name: value for name, value in SOUND_FACTS.items() if name != "extinguishers_expired"}


@pytest.fixture
def grid() -> Area:
    return make_grid()


@pytest.fixture
def worker(grid: Area) -> User:
    return make_user(department="grid", area=grid)


def _register(home: Dwelling) -> dict[str, object]:
    found: dict[str, object] = Current.objects.get(dwelling=home).register
    return found


def test_every_item_that_a_rule_asks_for_can_be_recorded() -> None:
    assert standard.SUPPLIES.keys() - set(Equipment.Item.values) == set()


def test_a2_3_an_extinguisher_that_runs_out_makes_the_home_red_by_itself_the_day_after(
    grid: Area, worker: User
) -> None:
    home = make_dwelling(grid, facts=UNSEEN, rooms={"A": SOUND_ROOM})
    assert home.verdict == "unknown"  # nobody knows whether an extinguisher has run out
    last = today() + timedelta(days=5)
    record_equipment(by=worker, dwelling=home, item="extinguisher", quantity=2, expires_on=last)
    home.refresh_from_db()
    assert (home.verdict, home.verdict_until) == ("compliant", last + timedelta(days=1))
    judge_dwelling(home, last)
    assert home.verdict == "compliant"
    judge_dwelling(home, last + timedelta(days=1))
    assert home.verdict == "non_compliant"
    assert _register(home)["extinguishers_expired"] == 2


def test_a2_3_a_new_one_in_its_place_makes_it_green_again(grid: Area, worker: User) -> None:
    home = make_sound_dwelling(grid)
    old = record_equipment(
        by=worker, dwelling=home, item="extinguisher", quantity=1, expires_on=today() - timedelta(days=1)
    )
    home.refresh_from_db()
    assert home.verdict == "non_compliant"
    remove_equipment(by=worker, equipment=old)
    new = today() + timedelta(days=700)
    record_equipment(by=worker, dwelling=home, item="extinguisher", quantity=1, expires_on=new)
    home.refresh_from_db()
    assert home.verdict == "compliant"
    with pytest.raises(Refused):
        remove_equipment(by=worker, equipment=old)


def test_an_item_without_a_day_says_nothing_about_expiry(grid: Area, worker: User) -> None:
    home = make_sound_dwelling(grid)
    record_equipment(by=worker, dwelling=home, item="extinguisher", quantity=2)
    assert "extinguishers_expired" not in _register(home)


def test_a_gas_hose_past_its_day_is_a_fact(grid: Area, worker: User) -> None:
    home = make_sound_dwelling(grid)
    record_equipment(by=worker, dwelling=home, item="gas_hose", quantity=1, expires_on=today() - timedelta(days=1))
    assert _register(home)["gas_hose_expired"] is True


def test_a2_3_the_shortfall_names_item_number_rooms_and_rules_and_not_what_nobody_looked_at(grid: Area) -> None:
    home = make_sound_dwelling(grid, facts={"extinguishers_3kg": 0}, room={"masks": 0, "torches": None})
    found = {lack.label: (lack.quantity, lack.rooms, lack.rules) for lack in lacks(home, today())}
    assert found["ABC 干粉灭火器"] == (2, [], ["D09"])
    assert found["防烟面罩"] == (1, ["A"], ["R10"])
    assert "手电筒" not in found


def test_nothing_is_lacking_in_a_home_that_is_not_let(grid: Area) -> None:
    home = make_sound_dwelling(grid, facts={"extinguishers_3kg": 0, "letting_state": "vacant"})
    assert lacks(home, today()) == []


def test_what_ran_out_stands_first(grid: Area, worker: User) -> None:
    home = make_sound_dwelling(grid)
    for item, days in (("torch", None), ("extinguisher", 400), ("smoke_mask", 10), ("respirator", -1)):
        day = today() + timedelta(days=days) if days is not None else None
        record_equipment(by=worker, dwelling=home, item=item, quantity=1, expires_on=day)
    assert [(p.row.item, p.state) for p in pieces(home, today())] == [
        ("respirator", "over"), ("smoke_mask", "due"), ("extinguisher", "ok"), ("torch", "plain"),
    ]  # fmt: skip


def test_equipment_is_recorded_and_taken_away_by_hand(grid: Area, worker: User) -> None:
    home, client = make_sound_dwelling(grid), Client()
    client.force_login(worker)
    page = f"/dwellings/{home.code}/equipment/"
    entry = {"item": "extinguisher", "quantity": "2", "expires_on": str(today() + timedelta(days=90))}
    assert client.post(page, {**entry, "quantity": "0"}).status_code == 422
    assert client.post(page, {**entry, "fitted_on": str(today() + timedelta(days=1))}).status_code == 422
    assert client.post(page, {**entry, "fitted_on": str(today()), "expires_on": "2020-01-01"}).status_code == 422
    assert client.post(page, entry).status_code == 302
    row = Equipment.objects.for_user(worker).get()
    assert str(row.expires_on) in client.get(f"/dwellings/{home.code}/").content.decode()
    assert client.post(f"{page}{row.code}/remove/").status_code == 302
    assert pieces(home, today()) == []


def test_x1_another_towns_equipment_does_not_exist_and_an_auditor_changes_none(grid: Area, worker: User) -> None:
    foreign = make_sound_dwelling(make_grid())
    officer = make_user(department="grid", area=foreign.area)
    row = record_equipment(by=officer, dwelling=foreign, item="torch", quantity=1)
    client = Client()
    client.force_login(worker)
    assert client.get(f"/dwellings/{foreign.code}/equipment/").status_code == 404
    assert client.post(f"/dwellings/{foreign.code}/equipment/{row.code}/remove/").status_code == 404
    with pytest.raises(NotAllowed):
        record_equipment(by=make_user(department="audit", area=grid), dwelling=foreign, item="torch", quantity=1)
