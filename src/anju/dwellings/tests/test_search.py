"""One box finds a home by whatever somebody has in hand, in his own area only."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client

from anju.accounts.models import User
from anju.areas.models import Area
from anju.dwellings import search
from anju.dwellings.models import Dwelling, Occupant
from anju.dwellings.testing import make_dwelling, make_grid, make_party, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def grid() -> Area:
    return make_grid()


@pytest.fixture
def home(grid: Area) -> Dwelling:
    landlord = make_party(grid, "周桂芳", phone="13900128816", id_number="990000199001011239")
    dwelling = make_dwelling(
        grid, address="兰泾花苑 12 幢 2 单元 302 室", landlord=landlord, standard_code="3205830900412302"
    )
    tenant = make_party(grid, "王强", phone="13800004471")
    Occupant.objects.create(dwelling=dwelling, party=tenant, since=date(2026, 1, 1))
    search.index(dwelling)
    return dwelling


@pytest.fixture
def worker(grid: Area) -> User:
    return make_user(department="grid", area=grid)


@pytest.mark.parametrize(
    "text",
    [
        "兰泾",
        "兰泾花苑",
        "花苑 302",
        "苑",
        "兰",
        "１２幢",
        "302室",
        "周桂芳",
        "桂芳",
        "8816",
        "13900128816",
        "4471",
        "1239",
        "990000199001011239",
        "3205830900412302",
        "32058309",
    ],
)
def test_it_finds_by(home: Dwelling, worker: User, text: str) -> None:
    assert search.find(worker, text) == [home]


def test_it_finds_by_code_in_either_case(home: Dwelling, worker: User) -> None:
    assert search.find(worker, home.code.lower()) == search.find(worker, home.code) == [home]


@pytest.mark.parametrize(
    "text", ["", "  ", "东方村", "兰泾 东方", "9999", '"', "' OR 1=1", "* AND", "a00001", "NEAR(", "兰\x00泾x"]
)
def test_it_finds_nothing_and_breaks_on_nothing(home: Dwelling, worker: User, text: str) -> None:
    assert search.find(worker, text) == []


def test_another_towns_homes_are_not_found(home: Dwelling) -> None:
    assert search.find(make_user(department="grid", area=make_grid()), "兰泾花苑") == []


def test_a_hundred_namesakes_elsewhere_do_not_push_the_own_home_out(home: Dwelling, worker: User) -> None:
    other = make_grid()
    for number in range(3):
        search.index(make_dwelling(other, address=f"兰泾花苑 1 幢 {number} 室"))
    assert search.find(worker, "兰泾花苑", limit=1) == [home]


def test_a_changed_landlord_is_found_by_the_new_name_only(home: Dwelling, worker: User, grid: Area) -> None:
    home.landlord = make_party(grid, "蒋文彬")
    home.save()
    search.index(home)
    assert search.find(worker, "蒋文彬") == [home]
    assert search.find(worker, "周桂芳") == []


def test_who_may_not_know_people_finds_a_home_by_its_address_but_not_by_a_phone_or_an_id(
    home: Dwelling, grid: Area
) -> None:
    firefighter = make_user(department="fire", area=grid)
    assert search.find(firefighter, "兰泾") == [home]
    for number in ("8816", "13900128816", "1239", "990000199001011239"):
        assert search.find(firefighter, number) == []


def test_the_box_suggests_while_somebody_types_and_only_from_the_own_area(home: Dwelling, worker: User) -> None:
    client = Client()
    client.force_login(worker)
    assert home.address in client.get("/search/suggest/", {"q": "兰泾 302"}).content.decode()
    assert client.get("/search/suggest/", {"q": ""}).content.decode().strip() == ""
    stranger = Client()
    stranger.force_login(make_user(department="grid", area=make_grid()))
    assert home.address not in stranger.get("/search/suggest/", {"q": "兰泾"}).content.decode()


def test_a_landlord_without_an_area_finds_the_own_home(home: Dwelling) -> None:
    owner = make_user(department="landlord")
    assert home.landlord is not None
    home.landlord.user = owner
    home.landlord.save()
    client = Client()
    client.force_login(owner)
    assert home.address in client.get("/search/", {"q": "兰泾"}).content.decode()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only one of the two leaves it to us")
def test_many_small_writes_leave_pieces_that_are_joined_apart_from_them_and_every_home_is_still_found(
    home: Dwelling, worker: User
) -> None:
    def pieces() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(DISTINCT segid) FROM dwellings_search_idx")
            return int(cursor.fetchone()[0])

    homes = [home, *(make_dwelling(home.area, address=f"兰泾花苑 13 幢 {n} 室") for n in range(40))]
    for _again in range(3):
        for one in homes:
            search.index(one)
            pieces()  # reading makes SQLite put down what was written, as a commit does
    many = pieces()
    assert many > 20  # nobody's write joined them
    search.tidy()
    assert pieces() < 8
    assert search.find_ids(worker, "302室") == [home.pk]
    assert len(search.find_ids(worker, "兰泾花苑")) == len(homes)
