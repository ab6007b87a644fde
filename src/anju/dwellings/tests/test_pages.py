"""The list of homes and the page of one: what is shown, to whom, and what is not."""

from datetime import date

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from anju.accounts.models import User
from anju.areas.models import Area
from anju.audit.models import Entry
from anju.dwellings.models import Dwelling, Occupant
from anju.dwellings.testing import make_dwelling, make_grid, make_party, make_sound_dwelling, make_user

pytestmark = pytest.mark.django_db
FOREIGN = "别镇别村 七组 9 号"


@pytest.fixture
def grid() -> Area:
    make_sound_dwelling(make_grid(), address=FOREIGN, landlord=make_party(make_grid(), "别家房东"))
    return make_grid()


def _client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def office(grid: Area) -> Client:
    return _client(make_user(department="office", area=grid))


@pytest.fixture
def red(grid: Area) -> Dwelling:
    landlord = make_party(grid, "周桂芳", phone="13900128816")
    home = make_sound_dwelling(
        grid, room={"area": 7.2}, facts={"rcd": None}, address="兰泾花苑 12 幢 302 室", landlord=landlord
    )
    tenant = make_party(grid, "王小强", phone="13800004471", id_number="990000199001011239")
    Occupant.objects.create(dwelling=home, party=tenant, since=date(2026, 1, 1))
    return home


def test_a2_2_the_page_says_why_it_is_red_who_does_what_and_what_nobody_knows(office: Client, red: Dwelling) -> None:
    body = office.get(f"/dwellings/{red.code}/").content.decode()
    for words in ("不合规", "R01", "人均使用面积不足", "周桂芳", "减人", "漏电保护", "使用面积 7.2 m²"):
        assert words in body, words


def test_a2_2_a_compliant_home_says_when_it_can_turn_and_an_unchecked_one_is_not_green(
    office: Client, grid: Area
) -> None:
    assert "合规" in office.get(f"/dwellings/{make_sound_dwelling(grid).code}/").content.decode()
    body = office.get(f"/dwellings/{make_dwelling(grid).code}/").content.decode()
    assert "未检查" in body
    assert 'class="a-verdict two" data-state="ok"' not in body


def test_x3_names_phones_and_ids_are_masked_until_somebody_gives_a_reason(grid: Area, red: Dwelling) -> None:
    police = _client(make_user(department="police", area=grid))
    body = police.get(f"/dwellings/{red.code}/").content.decode()
    assert "王*强" in body
    for secret in ("王小强", "13800004471", "990000199001011239"):
        assert secret not in body
    assert police.post(f"/dwellings/{red.code}/reveal/", {"reason": ""}).status_code == 409
    shown = police.post(f"/dwellings/{red.code}/reveal/", {"reason": "核对登记"}).content.decode()
    assert "990000199001011239" in shown
    entry = Entry.objects.filter(verb="person.reveal").get()
    assert (entry.reason, "990000199001011239" in str(entry.after)) == ("核对登记", False)


def test_x3_a_grid_worker_cannot_reveal(grid: Area, red: Dwelling) -> None:
    worker = _client(make_user(department="grid", area=grid))
    assert worker.post(f"/dwellings/{red.code}/reveal/", {"reason": "好奇好奇"}).status_code == 403


@pytest.mark.parametrize("page", ["", "file/", "edit/", "people/", "photos/F123/"])
def test_x1_another_towns_home_does_not_exist(grid: Area, page: str) -> None:
    foreign = Dwelling.objects.unscoped(reason="test").get(address=FOREIGN)
    office = _client(make_user(department="office", area=grid))
    assert office.get(f"/dwellings/{foreign.code}/{page}").status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?state=non_compliant",
        "?severity=severe",
        "?q=兰泾",
        "?kind=commercial&group=suspected",
        "?sort=-violations",
        "?estate_kind=large_commercial",
        "?area=NOPE",
        "?state=rubbish&sort=password",
    ],
)
def test_the_list_shows_own_homes_only_under_every_filter(office: Client, red: Dwelling, query: str) -> None:
    answer = office.get(f"/dwellings/{query}")
    assert answer.status_code == 200
    assert "别镇" not in answer.content.decode()


def test_filters_really_narrow(office: Client, red: Dwelling, grid: Area) -> None:
    sound = make_sound_dwelling(grid, address="东方村 三组 48 号", kind="rural", facts={"storeys": 1})
    body = office.get("/dwellings/?state=non_compliant").content.decode()
    assert red.address in body
    assert sound.address not in body
    body = office.get("/dwellings/?kind=rural").content.decode()
    assert (red.address in body, sound.address in body) == (False, True)


def test_the_export_is_what_is_shown_masked_and_in_the_log(office: Client, red: Dwelling) -> None:
    import io

    import openpyxl

    answer = office.get("/dwellings/export.xlsx?state=non_compliant")
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values)
    assert [row[1] for row in rows[1:]] == [red.address]
    assert "13900128816" not in str(rows)
    assert Entry.objects.filter(verb="dwelling.export").count() == 1


def test_a_page_costs_a_fixed_number_of_queries(
    office: Client, grid: Area, red: Dwelling, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _n in range(5):
        make_sound_dwelling(grid)
    with django_assert_max_num_queries(22):
        office.get("/dwellings/")
    with django_assert_max_num_queries(40):
        office.get(f"/dwellings/{red.code}/")


def test_a_landlord_sees_his_own_home_and_nothing_else(red: Dwelling) -> None:
    user = make_user(department="landlord", is_staff_member=False)
    assert red.landlord is not None
    red.landlord.user = user
    red.landlord.save()
    body = _client(user).get("/dwellings/").content.decode()
    assert red.address in body
    assert FOREIGN not in body


def test_two_people_who_change_one_home_the_second_is_told_and_loses_nothing(office: Client, red: Dwelling) -> None:
    stamp = red.updated_at.isoformat()
    entry = {"seen_at": stamp, "landlord_name": "周桂芳", "sublessor_name": "蒋文彬", "operator_name": ""}
    assert office.post(f"/dwellings/{red.code}/edit/", entry).status_code == 302
    again = office.post(f"/dwellings/{red.code}/edit/", {**entry, "sublessor_name": "别人"})
    assert again.status_code == 409
    assert "别人" in again.content.decode()
    red.refresh_from_db()
    assert red.sublessor is not None
    assert red.sublessor.name == "蒋文彬"


def test_a_wrong_phone_and_id_number_are_named_at_their_field(office: Client, red: Dwelling) -> None:
    entry = {
        "seen_at": red.updated_at.isoformat(),
        "landlord_name": "新房东",
        "landlord_phone": "123",
        "landlord_id": "990000199001011230",
    }
    answer = office.post(f"/dwellings/{red.code}/edit/", entry)
    assert answer.status_code == 422
    assert "123" in answer.content.decode()


def test_only_the_body_in_charge_decides_a_departments_fact(grid: Area, red: Dwelling) -> None:
    housing = _client(make_user(department="housing", area=grid))
    form = {"fact": "appraisal", "value": "appraisal=dangerous", "document": "昆房鉴 2026-17"}
    assert housing.post(f"/dwellings/{red.code}/decide/", form).status_code == 302
    red.refresh_from_db()
    assert red.worst == "prohibited"
    grid_worker = _client(make_user(department="grid", area=grid))
    assert grid_worker.post(f"/dwellings/{red.code}/decide/", form).status_code == 403


def test_arrivals_and_departures_are_counted_and_found_again(grid: Area, red: Dwelling) -> None:
    police = _client(make_user(department="police", area=grid))
    arrival = {"name": "李梅", "since": "2026-11-01", "phone": "13800009052", "id_number": ""}
    assert police.post(f"/dwellings/{red.code}/people/", arrival).status_code == 302
    red.refresh_from_db()
    assert red.people == 2
    assert police.post(f"/dwellings/{red.code}/people/", arrival).status_code == 422
    party = red.occupants.get(party__name="李梅").party
    assert police.post(f"/dwellings/{red.code}/people/{party.code}/leave/").status_code == 302
    red.refresh_from_db()
    assert red.people == 1
