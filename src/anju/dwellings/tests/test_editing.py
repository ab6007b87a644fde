"""Rooms and letting are put right by the office; no home turns green because somebody tidied a list."""

from datetime import timedelta

import pytest
from django.test import Client

from anju.accounts.models import User
from anju.areas.models import Area
from anju.audit.models import Entry
from anju.core.errors import NotAllowed, Refused, Stale
from anju.core.time import now, today
from anju.dwellings.models import Current, Dwelling, Room
from anju.dwellings.services.facts import observe, rebuild
from anju.dwellings.services.people import arrive
from anju.dwellings.services.rooms import add_room, change_letting, remove_room, rename_room
from anju.dwellings.testing import make_grid, make_sound_dwelling, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def grid() -> Area:
    return make_grid()


@pytest.fixture
def office(grid: Area) -> User:
    return make_user(department="office", area=grid)


@pytest.fixture
def home(grid: Area) -> Dwelling:
    return make_sound_dwelling(grid, observed_at=now() - timedelta(days=10))


def _rooms(home: Dwelling) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = Current.objects.get(dwelling=home).rooms
    return found


def _room(home: Dwelling, name: str) -> Room:
    found: Room = home.rooms.select_related("dwelling").get(name=name)
    return found


def test_a_new_room_is_unknown_until_somebody_has_looked(home: Dwelling, office: User) -> None:
    add_room(by=office, dwelling=home, name=" 主卧 ")
    home.refresh_from_db()
    assert _rooms(home)["主卧"] == {}
    assert home.verdict == "unknown"


@pytest.mark.parametrize("name", ["", " ", "A", "一" * 21])
def test_a_room_needs_a_name_of_its_own(home: Dwelling, office: User, name: str) -> None:
    with pytest.raises(Refused):
        add_room(by=office, dwelling=home, name=name)


def test_a_renamed_room_keeps_its_facts_their_age_and_its_people_also_when_facts_are_built_anew(
    home: Dwelling, office: User
) -> None:
    arrive(by=office, dwelling=home, name="李梅", since=today(), room=_room(home, "A"))
    before, stamps = _rooms(home)["A"], Current.objects.get(dwelling=home).provenance["rooms"]["A"]
    rename_room(by=office, room=_room(home, "A"), name="主卧")
    for _again in range(2):
        assert _rooms(home) == {"主卧": before}
        assert Current.objects.get(dwelling=home).provenance["rooms"] == {"主卧": stamps}
        rebuild(home)
    assert [str(o.room) for o in home.occupants.all()] == ["主卧"]
    home.refresh_from_db()
    assert home.verdict == "compliant"


def test_a_removed_room_is_gone_and_comes_back_when_an_inspector_sees_it(
    home: Dwelling, office: User, grid: Area
) -> None:
    add_room(by=office, dwelling=home, name="B")
    remove_room(by=office, room=_room(home, "B"))
    assert set(_rooms(home)) == {"A"}
    home.refresh_from_db()
    assert home.verdict == "compliant"
    worker = make_user(department="grid", area=grid)
    observe(by=worker, dwelling=home, source="inspection", observed_at=now(), values={"rooms": {"B": {"let": False}}})
    assert _rooms(home)["B"] == {"let": False}
    assert _room(home, "B").removed_on is None


def test_a_room_with_a_violation_is_neither_renamed_nor_removed_by_the_office(grid: Area, office: User) -> None:
    home = make_sound_dwelling(grid, room={"window": False})
    with pytest.raises(Refused, match="R03"):
        rename_room(by=office, room=_room(home, "A"), name="B")
    with pytest.raises(Refused, match="R03"):
        remove_room(by=office, room=_room(home, "A"))
    home.refresh_from_db()
    assert home.verdict == "non_compliant"


def test_a_room_with_people_in_it_is_not_removed(home: Dwelling, office: User) -> None:
    arrive(by=office, dwelling=home, name="李梅", since=today(), room=_room(home, "A"))
    with pytest.raises(Refused, match="A"):
        remove_room(by=office, room=_room(home, "A"))


def test_a_home_that_stands_empty_is_not_judged_and_the_log_has_the_change(home: Dwelling, office: User) -> None:
    change_letting(by=office, dwelling=home, seen_at=home.updated_at, letting_state="vacant", rooms_let=1, beds_let=2)
    home.refresh_from_db()
    assert (home.letting_state, home.verdict) == ("vacant", "not_let")
    assert Entry.objects.filter(subject_id=home.code, after__facts={"letting_state": "vacant"}).exists()
    with pytest.raises(Refused):
        change_letting(
            by=office, dwelling=home, seen_at=home.updated_at, letting_state="vacant", rooms_let=1, beds_let=2
        )


def test_fewer_rooms_recorded_than_let_is_never_compliant(home: Dwelling, office: User) -> None:
    change_letting(by=office, dwelling=home, seen_at=home.updated_at, letting_state="let", rooms_let=3, beds_let=2)
    home.refresh_from_db()
    assert home.verdict == "unknown"


def test_the_second_of_two_editors_is_told_and_keeps_the_entries(home: Dwelling, office: User) -> None:
    client, seen = Client(), home.updated_at
    client.force_login(office)
    change_letting(by=office, dwelling=home, seen_at=seen, letting_state="let", rooms_let=1, beds_let=3)
    with pytest.raises(Stale):
        change_letting(by=office, dwelling=home, seen_at=seen, letting_state="vacant")
    page = f"/dwellings/{home.code}/letting/"
    entry = {"seen_at": seen.isoformat(), "letting_state": "suspended", "rooms_let": "1", "beds_let": "3"}
    answer = client.post(page, entry)
    assert answer.status_code == 409
    again = {**entry, "seen_at": answer.context["form"].data["seen_at"]}
    assert client.post(page, again).status_code == 302
    home.refresh_from_db()
    assert home.letting_state == "suspended"


def test_rooms_are_added_renamed_and_removed_by_hand(home: Dwelling, office: User) -> None:
    client = Client()
    client.force_login(office)
    base = f"/dwellings/{home.code}/"
    assert client.post(f"{base}rooms/add/", {"name": "A"}).status_code == 422
    assert client.post(f"{base}rooms/add/", {"name": "B"}).status_code == 302
    room = _room(home, "B").pk
    assert client.post(f"{base}rooms/{room}/", {"name": "C"}).status_code == 302
    assert "C" in client.get(f"{base}letting/").content.decode()
    assert client.post(f"{base}rooms/{room}/", {"do": "remove"}).status_code == 302
    assert client.post(f"{base}rooms/{room}/", {"do": "remove"}).status_code == 409
    assert client.post(f"{base}letting/", {"letting_state": "let", "rooms_let": "-1"}).status_code == 422


def test_x1_another_towns_rooms_do_not_exist_and_an_auditor_changes_none(office: User, grid: Area) -> None:
    foreign = make_sound_dwelling(make_grid())
    client = Client()
    client.force_login(office)
    assert client.get(f"/dwellings/{foreign.code}/letting/").status_code == 404
    assert client.post(f"/dwellings/{foreign.code}/rooms/add/", {"name": "B"}).status_code == 404
    assert (
        client.post(f"/dwellings/{foreign.code}/rooms/{_room(foreign, 'A').pk}/", {"do": "remove"}).status_code == 404
    )
    with pytest.raises(NotAllowed):
        add_room(by=make_user(department="audit", area=grid), dwelling=foreign, name="B")
