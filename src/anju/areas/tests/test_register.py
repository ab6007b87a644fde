"""A list from the office's spreadsheet becomes areas and estates, as a whole or not at all (A7.1)."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from anju.accounts.models import User
from anju.areas import lines, planning
from anju.areas.models import Area, Place
from anju.areas.services import registering
from anju.audit.models import Entry
from anju.core.errors import NotAllowed, Refused
from anju.core.time import today

pytestmark = pytest.mark.django_db

LIST = """区镇\t社区(村)\t网格\t网格长\t值班电话\t小区(村)\t小区类型\t地址\t物业公司
周市镇\t新镇社区\t第6网格\t沈立群\t0512-57300000\t兰泾花苑\t动迁小区\t兰泾路88号\t安居物业
\t\t\t\t\t泾河花苑\t商品房小区
\t\t第7网格\t陆建国\t\t
\t东方村\t第1网格\t\t\t东方村三组\t自建房
张浦镇"""


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def city() -> Area:
    return Area.objects.create(kind="city", name="昆山市", path="00001")


@pytest.fixture
def head(city: Area) -> User:
    return _user("head", city, leader=True)


def _user(name: str, area: Area, leader: bool = False, department: str = "office") -> User:
    user = User.objects.create(username=name, display_name=name)
    user.postings.create(department=department, area=area, is_leader=leader, since=today())
    return user


def _client(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def _lines(area: Area, text: str) -> list[lines.Line]:
    return lines.read(lines.cut(text), lines.columns_of(area))


def _register(by: User, area: Area, text: str) -> planning.Plan:
    return registering.register(by=by, area=area, lines=_lines(area, text))


def _tree() -> list[tuple[str, str, str]]:
    return [
        (row.kind, row.name, str(row.parent or "")) for row in Area.objects.order_by("path").select_related("parent")
    ]


def _mistakes(area: Area, text: str) -> list[tuple[int, str, str]]:
    return [(m.number, m.value, m.expected) for m in planning.plan(area, _lines(area, text)).mistakes]


def test_a7_1_a_list_makes_towns_communities_grids_with_leaders_and_estates(city: Area, head: User) -> None:
    made = _register(head, city, LIST)
    assert _tree() == [
        ("city", "昆山市", ""),
        ("zone", "周市镇", "昆山市"), ("community", "新镇社区", "周市镇"), ("grid", "第6网格", "新镇社区"),
        ("grid", "第7网格", "新镇社区"), ("community", "东方村", "周市镇"), ("grid", "第1网格", "东方村"),
        ("zone", "张浦镇", "昆山市"),
    ]  # fmt: skip
    grid = Area.objects.get(name="第6网格")
    assert (grid.leader_name, grid.leader_phone) == ("沈立群", "0512-57300000")
    estate = Place.objects.get(name="兰泾花苑")
    assert (estate.area, estate.area_path, estate.estate_kind) == (grid, grid.path, "resettlement")
    assert (estate.address, estate.property_company) == ("兰泾路88号", "安居物业")
    assert Place.objects.get(name="泾河花苑").area == grid  # the cells before it stand for those above
    assert Place.objects.get(name="东方村三组").estate_kind == "rural"
    assert made.counts == {"zone": 2, "community": 2, "grid": 3, "estate": 3, "leader": 0, "same": 0}


def test_a7_1_the_same_list_again_makes_nothing(city: Area, head: User) -> None:
    _register(head, city, LIST)
    areas, places, entries = Area.objects.count(), Place.objects.count(), Entry.objects.count()
    again = _register(head, city, LIST)
    assert not again.writes
    assert again.counts["same"] == 5
    assert (Area.objects.count(), Place.objects.count(), Entry.objects.count()) == (areas, places, entries)


def test_a7_1_what_exists_stays_and_a_grid_without_a_leader_gets_one(city: Area, head: User) -> None:
    _register(head, city, LIST)
    found = _register(
        head, city,
        "周市镇\t新镇社区\t第6网格\t李四\t\t兰泾花苑\t商品房\n周市镇\t东方村\t第 1 网格\t王五\t0512-1",
    )  # fmt: skip
    assert [area.name for area, _given in found.led] == ["第1网格"]
    assert "Grid leader stays “沈立群”, not “李四”" in found.outcomes[0].notes
    assert Area.objects.get(name="第6网格").leader_name == "沈立群"
    assert Place.objects.get(name="兰泾花苑").estate_kind == "resettlement"
    led = Area.objects.get(name="第1网格")
    assert (led.leader_name, led.leader_phone) == ("王五", "0512-1")
    entry = Entry.objects.filter(subject_id=led.code).latest("pk")
    assert (entry.before, entry.after["leader_name"]) == ({"leader_name": "", "leader_phone": ""}, "王五")


def test_a7_1_every_row_that_is_made_stands_in_the_log_once(city: Area, head: User) -> None:
    _register(head, city, LIST)
    entries = Entry.objects.filter(verb="area.edit", actor_id=head.pk)
    codes = {
        *Area.objects.exclude(pk=city.pk).values_list("code", flat=True),
        *Place.objects.values_list("code", flat=True),
    }
    assert sorted(entries.values_list("subject_id", flat=True)) == sorted(codes)
    assert entries.get(subject_name="第6网格").after["leader_name"] == "沈立群"


def test_a7_1_the_columns_above_the_area_fall_away(city: Area, head: User) -> None:
    _register(head, city, "周市镇,新镇社区")
    town, community = Area.objects.get(kind="zone"), Area.objects.get(kind="community")
    _register(head, town, "新镇社区，第6网格，沈立群，，兰泾花苑，老旧小区")
    _register(head, community, "第7网格、陆建国")
    grid = Area.objects.get(name="第6网格")
    _register(head, grid, "泾河花苑\t商品房\t泾河路1号")
    assert list(Area.objects.filter(kind="grid").values_list("name", flat=True)) == ["第6网格", "第7网格"]
    assert [place.area for place in Place.objects.order_by("path")] == [grid, grid]


def test_a7_1_same_as_above_and_empty_cells_mean_what_stands_above(city: Area, head: User) -> None:
    _register(
        head,
        city,
        "周市镇\t新镇社区\t第6网格\n同上\t同上\t第7网格\n\t\t\t\t\t花园一村\n张浦镇\t\t\t\t\t花园二村\n\t\t\t\t\t花园三村",
    )
    assert Area.objects.get(name="第7网格").parent == Area.objects.get(name="新镇社区")
    assert [place.area.name for place in Place.objects.order_by("path")] == ["第7网格", "张浦镇", "张浦镇"]


def test_a7_1_a_title_and_a_header_are_skipped_and_a_header_in_another_order_is_refused(city: Area) -> None:
    assert [line.number for line in _lines(city, "网格清单\t\n\n" + LIST)] == [4, 5, 6, 7, 8]
    [(number, value, expected)] = _mistakes(city, "社区\t区镇\n新镇社区\t周市镇")[:1]
    assert (number, value) == (1, "社区")
    assert expected.startswith("the columns here are, in this order: Zone or town、Community or village、Grid、")


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("周市镇\t新镇社区\t第1网格\t\t\t花苑\t民房", "民房", "“Large commercial estate” or"),
        ("周市镇\t新镇社区\t第1网格\t沈\t找老王", "找老王", "0512-57300000"),
        ("\t新镇社区", "新镇社区", "name the Zone or town it lies in"),
        ("周市镇\t\t第1网格", "第1网格", "name the Community or village it lies in"),
        ("\t\t\t\t\t花苑", "花苑", "name the Zone or town it lies in"),
        ("周市镇\t新镇社区\t\t沈立群", "沈立群", "name the Grid on this line too"),
        ("周市镇\t新镇社区\t第1网格\t\t\t\t老旧小区", "老旧小区", "name the Estate or village on this line too"),
        ("同上\t新镇社区", "同上", "nothing stands above"),
        ("周市镇" + "\t" * 9 + "多了", "多了", "at most 9 columns"),
        ("周" * 61, "周" * 61, "at most 60 characters"),
    ],
)
def test_a7_1_a_mistake_names_its_line_its_value_and_what_is_expected(
    city: Area, head: User, text: str, value: str, expected: str
) -> None:
    [found] = _mistakes(city, text + "\n高新区")
    assert found[:2] == (1, value)
    assert expected in found[2]
    with pytest.raises(Refused, match="Line 1"):
        _register(head, city, text + "\n高新区")
    assert Area.objects.count() == 1


def test_a7_1_a_column_too_many_at_the_left_is_noticed(city: Area, head: User) -> None:
    _register(head, city, "周市镇")
    found = _mistakes(Area.objects.get(name="周市镇"), "周市镇\t新镇社区\t第6网格\n\t东方村")
    assert found[0] == (1, "周市镇", "leave this column out: all rows lie in 周市镇")


def test_a7_1_a_closed_area_is_not_registered_again(city: Area, head: User) -> None:
    _register(head, city, "周市镇")
    Area.objects.filter(name="周市镇").update(closed_on="2026-03-01")
    assert _mistakes(city, "周市镇")[0][2] == "closed on 2026-03-01; give it another name"


def test_a7_1_an_estate_that_spans_grids_is_one_and_namesakes_of_two_towns_are_two(city: Area, head: User) -> None:
    found = _register(
        head, city,
        "周市镇\t新镇社区\t第6网格\t\t\t新村\t老旧小区\n周市镇\t新镇社区\t第7网格\t\t\t新 村\t老旧小区\n张浦镇\t\t\t\t\t新村",
    )  # fmt: skip
    assert [place.area.name for place in Place.objects.order_by("path")] == ["第6网格", "张浦镇"]
    assert found.outcomes[1].notes == ["it is known already, and stays in 新镇社区第6网格"]
    assert found.outcomes[2].notes == [
        "新镇社区第6网格 has one of this name too: import the ledgers of the two apart",
        "without a kind its homes count as commercial housing",
        "no grid named: its homes come to 张浦镇",
    ]


def test_a7_1_a_leaders_own_mobile_number_is_pointed_out_before_residents_see_it(city: Area) -> None:
    [outcome] = planning.plan(city, _lines(city, "周市镇,新镇社区,第6网格,沈立群,199 0000 0001")).outcomes
    assert outcome.notes == ["residents see this number on the signs: a mobile number is somebody's own"]


def test_a7_1_only_the_head_of_the_office_registers_and_only_in_the_own_town(city: Area, head: User) -> None:
    _register(head, city, "周市镇\n张浦镇")
    town, other = Area.objects.get(name="周市镇"), Area.objects.get(name="张浦镇")
    own = _user("own", town, leader=True)
    assert _client(own).get(f"/areas/{other.code}/register/").status_code == 404
    assert _client(own).post(f"/areas/{other.code}/register/", {"text": "社区", "write": "1"}).status_code == 404
    with pytest.raises(NotAllowed, match="张浦镇"):
        _register(own, other, "紫竹社区")
    for user in (_user("clerk", town), _user("p", town, leader=True, department="police")):
        assert _client(user).get(f"/areas/{town.code}/register/").status_code == 403
        with pytest.raises(NotAllowed):
            _register(user, town, "新镇社区")
    assert not Area.objects.filter(kind="community").exists()


def _meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[], Any]) -> None:
    """`act` happens between the plan and its writing."""
    before = registering._write

    def write(by: Any, found: planning.Plan) -> None:
        monkeypatch.setattr(registering, "_write", before)
        act()
        before(by, found)

    monkeypatch.setattr(registering, "_write", write)


@pytest.mark.parametrize("other", ["周市镇", "高新区", "周市镇\t新镇社区\t第1网格\t\t\t花苑"])
def test_a7_1_of_two_who_register_at_once_the_second_is_told_and_writes_nothing(
    city: Area, head: User, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    _meanwhile(monkeypatch, lambda: _register(head, city, other))
    with pytest.raises(Refused, match="at the same moment"):
        _register(head, city, LIST)
    assert not Area.objects.filter(name__in=["东方村", "张浦镇"]).exists()
    _register(head, city, LIST)
    assert Area.objects.filter(name="周市镇").count() == 1


def test_a7_1_a_leader_who_was_named_meanwhile_is_not_written_over(
    city: Area, head: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    _register(head, city, "周市镇\t新镇社区\t第6网格")
    _meanwhile(monkeypatch, lambda: Area.objects.filter(name="第6网格").update(leader_name="别人"))
    with pytest.raises(Refused, match="at the same moment"):
        _register(head, city, "周市镇\t新镇社区\t第6网格\t沈立群\n张浦镇")
    assert Area.objects.get(name="第6网格").leader_name == "别人"
    assert not Area.objects.filter(name="张浦镇").exists()


def test_a7_1_the_page_shows_first_and_writes_on_the_second_press(city: Area, head: User) -> None:
    client, address = _client(head), f"/areas/{city.code}/register/"
    assert client.get(address).status_code == 200
    shown = client.post(address, {"text": LIST})
    assert shown.status_code == 200
    body = shown.content.decode()
    assert "2 zones and towns, 2 communities and villages, 3 grids, 3 estates" in body
    assert "泾河花苑" in body
    assert Area.objects.count() == 1
    written = client.post(address, {"text": shown.context["form"]["text"].value(), "write": "1"})
    assert (written.status_code, written["Location"]) == (302, f"/areas/{city.code}/")
    assert client.post(address, {"text": LIST, "write": "1"}).status_code == 302  # the second of two clicks
    assert (Area.objects.count(), Place.objects.count()) == (8, 3)


def test_a7_1_wrong_rows_block_the_writing_and_stay_in_the_box(city: Area, head: User) -> None:
    client, address = _client(head), f"/areas/{city.code}/register/"
    wrong = "周市镇\n\t新镇社区\t第6网格\t\t\t兰泾花苑\t民房"
    shown = client.post(address, {"text": wrong})
    body = shown.content.decode()
    assert shown.status_code == 422
    assert "Line 2" in body
    assert "Kind of estate “民房”" in body
    assert 'name="write"' not in body
    assert shown.context["form"]["text"].value() == wrong
    refused = client.post(address, {"text": wrong, "write": "1"})
    assert refused.status_code == 409
    assert "民房" in refused.content.decode()
    assert Area.objects.count() == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Paste at least one row"),
        ("区镇\t社区", "no rows"),
        ("周市镇\n" * 2001, "At most 2000 rows"),
        ('"' + "周市镇\t\n" * 30_000, "quotation mark"),
    ],
)
def test_a7_1_a_list_that_cannot_be_read_is_refused_with_the_reason(
    city: Area, head: User, text: str, said: str
) -> None:
    answer = _client(head).post(f"/areas/{city.code}/register/", {"text": text})
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_a7_1_a_city_without_areas_says_where_they_are_registered(city: Area, head: User) -> None:
    client = _client(head)
    for page in ("/areas/", "/areas/estates/"):
        assert f"/areas/{city.code}/register/" in client.get(page).content.decode()
    clerk = _client(_user("clerk", city))
    for page in ("/areas/", "/areas/estates/"):
        body = clerk.get(page).content.decode()
        assert "/register/" not in body
        assert "The head of the office registers" in body


def test_a7_1_many_lines_cost_no_more_questions_than_two(city: Area, head: User) -> None:
    def cost(start: int, count: int) -> int:
        rows = [f"{n % 11}镇\t{n}社区\t第{n}网格\t沈{n}\t\t{n}花苑\t商品房" for n in range(start, start + count)]
        with CaptureQueriesContext(connection) as asked:
            made = _register(head, city, "\n".join(rows))
        assert (made.counts["grid"], made.counts["estate"]) == (count, count)
        return len(asked)

    few = cost(0, 2)
    assert cost(1000, 300) <= few
