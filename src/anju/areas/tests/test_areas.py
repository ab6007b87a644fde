"""Areas with their leaders, estates and pilots: one's own part of the tree, changed by the head of the office only."""

from datetime import timedelta

import pytest
from django.test import Client

from anju.accounts.models import User
from anju.areas import selectors
from anju.areas.forms import AreaForm
from anju.areas.models import Area, PilotDesignation, Place
from anju.areas.services import editing
from anju.areas.services.editing import AREA_FIELDS
from anju.audit.models import Entry
from anju.core.errors import NotAllowed, Refused, Stale
from anju.core.time import today

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> Area:
    return Area.objects.create(kind="city", name="昆山市", path="00001")


def _child(parent: Area, number: int, kind: str, name: str, **over: object) -> Area:
    return Area.objects.create(kind=kind, name=name, parent=parent, path=f"{parent.path}{number:05d}", **over)


@pytest.fixture
def town(city: Area) -> Area:
    town = _child(city, 1, "zone", "周市镇")
    community = _child(town, 1, "community", "新镇社区")
    _child(community, 1, "grid", "第6网格", leader_name="沈立群", members=["钱惠芳"])
    _child(community, 2, "grid", "第7网格")
    return town


@pytest.fixture
def neighbour(city: Area) -> Area:
    return _child(city, 2, "zone", "张浦镇")


def _user(name: str, area: Area, leader: bool = False, department: str = "office") -> User:
    user = User.objects.create(username=name, display_name=name)
    user.postings.create(department=department, area=area, is_leader=leader, since=today())
    return user


def _estate(area: Area, number: int, name: str, kind: str = "large_commercial") -> Place:
    return Place.objects.create(
        kind="estate", estate_kind=kind, name=name, path=f"{number:05d}", area=area, area_path=area.path
    )


def _client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _values(area: Area, **over: object) -> dict[str, object]:
    return {**selectors.seen_values(area, AREA_FIELDS), **over}


def test_a7_1_the_tree_names_leaders_and_counts_the_grids_without_one(town: Area) -> None:
    lines = selectors.tree(town)
    assert [(line.area.name, line.depth, line.grids, line.leaderless) for line in lines] == [
        ("新镇社区", 0, 2, 1), ("第6网格", 1, 1, 0), ("第7网格", 1, 1, 1),
    ]  # fmt: skip
    body = _client(_user("o", town)).get("/areas/").content.decode()
    assert "沈立群" in body
    assert "第7网格" in body


def test_a_page_of_another_town_does_not_exist(town: Area, neighbour: Area) -> None:
    client = _client(_user("o", town, leader=True))
    _estate(neighbour, 7, "施条新村")
    assert client.get(f"/areas/{neighbour.code}/").status_code == 404
    assert client.get(f"/areas/{neighbour.code}/edit/").status_code == 404
    assert client.get(f"/areas/estates/{Place.objects.get().code}/").status_code == 404
    for page in ("/areas/", "/areas/estates/", "/areas/pilots/", "/areas/pilots/new/"):
        body = client.get(page).content.decode()
        assert "张浦" not in body
        assert "施条" not in body


def test_a7_1_the_head_of_the_office_names_a_leader_and_the_log_has_both_values(town: Area) -> None:
    grid = Area.objects.get(name="第7网格")
    head = _user("head", town, leader=True)
    editing.edit_area(by=head, area=grid, values=_values(grid, leader_name="陆建国"), seen=_values(grid))
    grid.refresh_from_db()
    entry = Entry.objects.get(verb="area.edit")
    assert (grid.leader_name, entry.before, entry.after) == ("陆建国", {"leader_name": ""}, {"leader_name": "陆建国"})


def test_nobody_but_the_head_of_the_office_edits_an_area(town: Area) -> None:
    grid = Area.objects.get(name="第7网格")
    for user in (_user("clerk", town), _user("p", town, leader=True, department="police")):
        with pytest.raises(NotAllowed):
            editing.edit_area(by=user, area=grid, values=_values(grid, name="x"), seen=_values(grid))
        assert _client(user).get(f"/areas/{grid.code}/edit/").status_code == 403


def test_the_head_of_one_town_cannot_edit_another(town: Area, neighbour: Area) -> None:
    with pytest.raises(NotAllowed, match="张浦镇"):
        editing.edit_area(
            by=_user("head", town, leader=True), area=neighbour, values=_values(neighbour), seen=_values(neighbour)
        )


def test_the_second_of_two_editors_is_told_and_keeps_the_entries(town: Area) -> None:
    grid, head = Area.objects.get(name="第7网格"), _user("head", town, leader=True)
    client = _client(head)
    form = AreaForm(row=grid)
    Area.objects.filter(pk=grid.pk).update(leader_name="别人")
    entry = {"name": "第7网格", "leader_name": "陆建国", "members": "甲、乙", "seen": form.initial["seen"]}
    answer = client.post(f"/areas/{grid.code}/edit/", entry)
    assert answer.status_code == 409
    assert "陆建国" in answer.content.decode()
    grid.refresh_from_db()
    assert grid.leader_name == "别人"
    again = {**entry, "seen": answer.context["form"].data["seen"]}
    assert client.post(f"/areas/{grid.code}/edit/", again).status_code == 302
    grid.refresh_from_db()
    assert (grid.leader_name, grid.members) == ("陆建国", ["甲", "乙"])
    with pytest.raises(Stale):
        editing.edit_area(by=head, area=grid, values=_values(grid), seen=_values(grid, leader_name="旧"))


def test_a_name_that_stands_beside_it_already_is_refused(town: Area) -> None:
    grid = Area.objects.get(name="第7网格")
    with pytest.raises(Refused, match="第6网格"):
        editing.edit_area(
            by=_user("head", town, leader=True), area=grid, values=_values(grid, name="第6网格"), seen=_values(grid)
        )


def test_a_damaged_seen_value_and_a_wrong_telephone_are_said_in_the_form(town: Area) -> None:
    client = _client(_user("head", town, leader=True))
    answer = client.post(f"/areas/{town.code}/edit/", {"name": "周市镇", "leader_phone": "找老王", "seen": "x"})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"leader_phone", "seen"}


def test_estates_are_filtered_by_kind_pilot_and_text(town: Area) -> None:
    user = _user("o", town)
    lan, old = _estate(town, 1, "兰泾花苑"), _estate(town, 2, "老街", "small_old")
    PilotDesignation.objects.create(place=lan, since=today(), decision="昆安〔2026〕1号")
    assert list(selectors.estates_of(user, kind="small_old")) == [old]
    assert list(selectors.estates_of(user, pilot="yes")) == [lan]
    assert list(selectors.estates_of(user, pilot="no")) == [old]
    assert list(selectors.estates_of(user, q="兰泾")) == [lan]
    body = _client(user).get("/areas/estates/?q=没有这个").content.decode()
    assert "兰泾" not in body


def test_the_head_of_the_office_corrects_an_estates_kind(town: Area) -> None:
    estate, client = _estate(town, 1, "兰泾花苑"), _client(_user("head", town, leader=True))
    page = client.get(f"/areas/estates/{estate.code}/edit/")
    entry = {"name": "兰泾花苑", "estate_kind": "resettlement", "seen": page.context["form"].initial["seen"]}
    assert client.post(f"/areas/estates/{estate.code}/edit/", entry).status_code == 302
    estate.refresh_from_db()
    assert estate.estate_kind == "resettlement"


def test_a1_1_an_estate_becomes_a_pilot_by_a_named_decision_and_stops_being_one(town: Area) -> None:
    estate, client = _estate(town, 1, "兰泾花苑"), _client(_user("head", town, leader=True))
    entry = {"estate": estate.code, "since": str(today() - timedelta(days=30)), "decision": "昆安〔2026〕1号"}
    assert client.post("/areas/pilots/new/", {**entry, "decision": " "}).status_code == 422
    assert client.post("/areas/pilots/new/", entry).status_code == 302
    assert "昆安〔2026〕1号" in client.get("/areas/pilots/").content.decode()
    assert client.post("/areas/pilots/new/", entry).status_code == 422  # once at a time
    too_early = {"until": str(today() - timedelta(days=31))}
    assert client.post(f"/areas/pilots/{estate.code}/end/", too_early).status_code == 422
    assert client.post(f"/areas/pilots/{estate.code}/end/", {"until": str(today())}).status_code == 302
    assert client.get(f"/areas/pilots/{estate.code}/end/").status_code == 404
    assert PilotDesignation.objects.get().until == today()
    assert [entry.verb for entry in Entry.objects.filter(verb="pilot.edit")] == ["pilot.edit", "pilot.edit"]


def test_a1_1_only_a_whole_estate_in_ones_own_town_can_be_a_pilot(town: Area, neighbour: Area) -> None:
    head = _user("head", town, leader=True)
    with pytest.raises(NotAllowed):
        editing.designate_pilot(by=head, estate=_estate(neighbour, 5, "施条新村"), since=today(), decision="1号")
    estate = _estate(town, 1, "兰泾花苑")
    building = Place.objects.create(
        kind="building", name="12幢", parent=estate, path="0000100001", area=town, area_path=town.path
    )
    with pytest.raises(Refused, match="12幢"):
        editing.designate_pilot(by=head, estate=building, since=today(), decision="1号")


def test_a_town_costs_the_same_queries_with_many_grids(town: Area, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    community = Area.objects.get(name="新镇社区")
    for number in range(3, 40):
        _child(community, number, "grid", f"第{number + 10}网格")
    client = _client(_user("o", town))
    client.get("/areas/")
    with django_assert_max_num_queries(16):
        client.get("/areas/")
