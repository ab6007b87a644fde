"""The register of group rentals (A3.2), its lists and their scope."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client

from anju.accounts.models import User
from anju.areas.models import Area
from anju.audit.models import Entry
from anju.core.errors import Refused
from anju.core.time import now, today
from anju.dwellings import search
from anju.dwellings.models import Dwelling, Party
from anju.dwellings.services.facts import observe
from anju.dwellings.services.people import arrive
from anju.dwellings.testing import make_grid, make_party, make_sound_dwelling, make_user
from anju.registration.models import GroupRentalEntry, Guarantee
from anju.registration.services.group_rentals import lacking, register_group_rental
from anju.registration.services.guarantees import record_guarantee

pytestmark = pytest.mark.django_db

MANY = {"lease_count": None, "beds_let": 12, "unrelated_people": 12}
CANARY = "金丝雀外镇"


@pytest.fixture
def grid() -> Area:
    return make_grid()


@pytest.fixture
def police(grid: Area) -> User:
    return make_user(department="police", area=grid)


def _group_home(grid: Area, **over: Any) -> Dwelling:
    return make_sound_dwelling(grid, facts=MANY, landlord=make_party(grid, "周桂芳"), **over)


def _landlord(home: Dwelling) -> Party:
    assert home.landlord is not None
    return home.landlord


def _entry(home: Dwelling) -> GroupRentalEntry:
    found: GroupRentalEntry = GroupRentalEntry.objects.unscoped(reason="test").get(dwelling=home, removed_on=None)
    return found


def _client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _number(n: int) -> str:
    """A valid identity number of a reserved kind."""
    body = f"99999919900101{n:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


def test_a3_2_a_group_rental_found_by_an_inspector_stands_in_the_register_as_found_on_the_spot(grid: Area) -> None:
    inspector = make_user(department="grid", area=grid)
    entry = _entry(_group_home(grid, inspector=inspector))
    assert (entry.found, entry.found_on, entry.registered_on) == ("spot", today(), None)


def test_a3_2_it_is_registered_only_with_home_rooms_and_people_complete(grid: Area, police: User) -> None:
    home = _group_home(grid)
    assert len(lacking(home)) == 1
    with pytest.raises(Refused, match="0"):
        register_group_rental(by=police, entry=_entry(home))
    for n, name in enumerate(("李梅", "王强")):
        arrive(by=police, dwelling=home, name=name, since=today(), id_number=_number(n))
    assert register_group_rental(by=police, entry=_entry(home)).registered_on == today()
    with pytest.raises(Refused):
        register_group_rental(by=police, entry=_entry(home))
    assert Entry.objects.filter(verb="registration.edit", after__has_key="group_rental_registered_on").exists()


@pytest.mark.parametrize(
    "facts",
    [
        {"beds_let": 1, "unrelated_people": 1, "lease_count": 1, "whole_let_one_family": True},
        {"letting_state": "vacant"},
    ],
)
def test_a3_2_it_leaves_the_register_when_it_is_none_any_more_and_comes_back_as_a_new_spell(
    grid: Area, facts: dict[str, object]
) -> None:
    home, by = _group_home(grid), make_user(department="grid", area=grid)
    facts.pop("lease_count", None)
    observe(by=by, dwelling=home, source="inspection", observed_at=now(), values={"facts": facts})
    gone = GroupRentalEntry.objects.unscoped(reason="test").get(dwelling=home)
    assert gone.removed_on == today()
    assert gone.removed_because
    back = {"beds_let": 12, "unrelated_people": 12, "whole_let_one_family": False, "letting_state": "let"}
    observe(by=by, dwelling=home, source="inspection", observed_at=now(), values={"facts": back})
    assert _entry(home).pk != gone.pk


def test_a3_2_while_nobody_can_tell_the_entry_stays(grid: Area) -> None:
    home, by = _group_home(grid), make_user(department="grid", area=grid)
    observe(
        by=by, dwelling=home, source="inspection", observed_at=now(),
        values={"facts": {"beds_let": None, "unrelated_people": None, "whole_let_one_family": None}},
    )  # fmt: skip
    home.refresh_from_db()
    assert home.group_rental is None
    assert _entry(home)


def test_a_home_that_is_no_group_rental_has_no_entry_and_cannot_be_registered(grid: Area, police: User) -> None:
    home = make_sound_dwelling(grid, facts={"whole_let_one_family": True})
    assert _client(police).post(f"/registration/homes/{home.code}/group-rental/").status_code == 404


@pytest.mark.parametrize(
    "page",
    [
        "", "?state=registered", "?state=removed", "?q=幢", "?how=spot", "guarantees/", "guarantees/?state=pending",
        "guarantees/?state=doubtful", "guarantees/?state=ending", "guarantees/?state=confirmed", "leases/", "leases/?state=filed",
        "leases/?state=accepted", "leases/?state=ended",
    ],
)  # fmt: skip
def test_lists_show_the_own_area_only(grid: Area, police: User, page: str) -> None:
    other = make_grid()
    foreign = _group_home(other, address=f"{CANARY} 1 幢 101 室")
    officer = make_user(department="police", area=other)
    record_guarantee(by=officer, dwelling=foreign, party=_landlord(foreign), signed_on=today(), how="phone")
    own = _client(police).get(f"/registration/{page}")
    assert own.status_code == 200
    assert CANARY not in own.content.decode()


def test_another_towns_papers_do_not_exist(police: User) -> None:
    other = make_grid()
    foreign = _group_home(other)
    officer = make_user(department="police", area=other)
    guarantee = record_guarantee(by=officer, dwelling=foreign, party=_landlord(foreign), signed_on=today(), how="phone")
    client = _client(police)
    assert client.get(f"/registration/homes/{foreign.code}/guarantee/").status_code == 404
    assert client.get(f"/registration/homes/{foreign.code}/lease/").status_code == 404
    assert client.post(f"/registration/homes/{foreign.code}/group-rental/").status_code == 404
    for step in ("check", "withdraw"):
        assert client.post(f"/registration/guarantees/{guarantee.code}/{step}/", {"reason": "x"}).status_code == 404
    assert Guarantee.objects.unscoped(reason="test").get().state == "pending"


def test_the_lists_put_what_waits_into_the_right_tab(grid: Area, police: User) -> None:
    home = _group_home(grid, address="兰泾花苑 12 幢 302 室")
    search.index(home)
    client = _client(police)
    assert home.address in client.get("/registration/").content.decode()
    assert home.address in client.get("/registration/guarantees/?state=missing").content.decode()
    record_guarantee(
        by=police, dwelling=home, party=_landlord(home), signed_on=today() - timedelta(days=400), how="phone"
    )
    assert home.address not in client.get("/registration/guarantees/?state=missing").content.decode()
    assert home.address in client.get("/registration/guarantees/?state=pending&q=兰泾").content.decode()
    assert home.address not in client.get("/registration/guarantees/?state=pending&q=紫竹").content.decode()


def test_an_export_holds_what_the_list_shows_and_is_logged(grid: Area, police: User, tmp_path: Path) -> None:
    home = _group_home(grid)
    file = tmp_path / "out.xlsx"
    file.write_bytes(_client(police).get("/registration/group-rentals.xlsx").content)
    rows = list(openpyxl.load_workbook(file).active.iter_rows(values_only=True))
    assert [row[0] for row in rows[1:]] == [home.code]
    assert Entry.objects.filter(verb="dwelling.export").count() == 1
    worker = _client(make_user(department="grid", area=grid))
    for name in ("group-rentals", "guarantees", "leases"):
        assert worker.get(f"/registration/{name}.xlsx").status_code == 403
        assert _client(police).get(f"/registration/{name}.xlsx").status_code == 200


def test_a_page_of_the_register_costs_the_same_queries_however_many_homes(
    grid: Area, police: User, django_assert_max_num_queries: Any
) -> None:
    for _n in range(6):
        _group_home(grid)
    client = _client(police)
    client.get("/registration/")
    with django_assert_max_num_queries(22):
        client.get("/registration/")
