"""The duty room's pages: what stands on top, what one step does, two people at once, the history, and who sees nothing."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from anju.accounts.models import User
from anju.accounts.services import system_actor
from anju.areas.models import Area
from anju.audit.models import Entry
from anju.core import time
from anju.dwellings.models import Dwelling
from anju.dwellings.testing import make_dwelling, make_estate, make_grid, make_unit, make_user
from anju.monitoring.models import Alarm
from anju.monitoring.selectors import figures
from anju.monitoring.selectors.curve import curve_of
from anju.monitoring.selectors.elevation import elevation_of
from anju.monitoring.services import handling
from anju.monitoring.testing import hear, make_alarm, make_device, make_message
from anju.monitoring.worklist_alarms import search, urgent, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def grid() -> Area:
    return make_grid()


@pytest.fixture
def home(grid: Area) -> Dwelling:
    return make_dwelling(grid)


@pytest.fixture
def operator(grid: Area) -> User:
    return make_user(department="fire", area=grid, display_name="韩冰")


@pytest.fixture
def stranger() -> User:
    return make_user(department="fire", area=make_grid())


def raised(home: Dwelling, event: str = "fire", *, ago: int = 20, **over: Any) -> Alarm:
    return make_alarm(make_device(dwelling=home, **over), event=event, at=time.now() - timedelta(seconds=ago))


def fresh(alarm: Alarm) -> Alarm:
    return Alarm._base_manager.get(pk=alarm.pk)


def page(client: Client, user: User, url: str, data: Any = None, status: int = 200, *, part: bool = False) -> str:
    client.force_login(user)
    headers = {"HX-Request": "true"} if part else {}
    answer = client.get(url, headers=headers) if data is None else client.post(url, data, headers=headers)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def at(name: str, *codes: str) -> str:
    return reverse(f"alarms:{name}", args=codes)


def do(client: Client, user: User, alarm: Alarm, move: str, status: int = 200, **data: Any) -> str:
    data.setdefault("version", alarm.version)
    return page(client, user, at("step", alarm.code, move), data, status, part=True)


def order(text: str, *codes: str) -> list[str]:
    return sorted(codes, key=lambda code: text.index(f'id="q-{code}"'))


# --- the queue -------------------------------------------------------------------------------------------------------


def test_a4_4_what_is_urgent_and_unseen_stands_on_top_and_is_shown_beside_it(
    client: Client, home: Dwelling, operator: User
) -> None:
    fault, fire, gas = raised(home, "fault"), raised(home, "fire"), raised(home, "gas_leak", kind="gas")
    seen = handling.acknowledge(by=operator, alarm=raised(home, "fire", ago=300))
    text = page(client, operator, at("queue"))
    assert order(text, fault.code, gas.code, seen.code, fire.code) == [fire.code, gas.code, seen.code, fault.code]
    assert f'id="alarm" data-code="{fire.code}"' in text


def test_a4_4_a_queue_of_two_hundred_shows_every_one_with_few_queries(
    client: Client, home: Dwelling, operator: User, django_assert_max_num_queries: Any
) -> None:
    first = raised(home)
    device, now = first.device, time.now()
    many = [Alarm.of(device, "fault", at=now, received=now, part=str(number)) for number in range(199)]
    Alarm._base_manager.bulk_create(many)
    client.force_login(operator)
    with django_assert_max_num_queries(25):
        text = client.get(at("queue") + "?part=queue", headers={"HX-Request": "true"}).content.decode()
    assert text.count('id="q-') == 200


def test_the_queue_is_filtered_by_kind_area_state_and_words(client: Client, home: Dwelling, operator: User) -> None:
    fault, fire = raised(home, "fault"), raised(home, "fire")
    handling.acknowledge(by=operator, alarm=fire)
    for query, shown, hidden in (
        ("kind=fault", fault, fire), ("kind=danger", fire, fault), ("state=acknowledged", fire, fault), (f"q={fault.code}", fault, fire),
    ):  # fmt: skip
        text = page(client, operator, f"{at('queue')}?part=queue&{query}", part=True)
        assert f"q-{shown.code}" in text, query
        assert f"q-{hidden.code}" not in text, query
    community = home.area.parent
    assert community is not None
    assert f"q-{fire.code}" in page(client, operator, f"{at('queue')}?part=queue&area={community.code}", part=True)
    assert f"q-{fire.code}" not in page(client, operator, f"{at('queue')}?part=queue&area=nowhere", part=True)


def test_nothing_of_another_area_is_seen_or_handled(client: Client, home: Dwelling, stranger: User) -> None:
    alarm = raised(home)
    assert alarm.where not in page(client, stranger, at("queue"))
    assert alarm.where not in page(client, stranger, at("duty"))
    assert alarm.code not in page(client, stranger, at("since"))
    page(client, stranger, at("alarm", alarm.code), status=404)
    do(client, stranger, alarm, "acknowledge", 404)
    assert (fresh(alarm).state, list(search(stranger, alarm.code)), urgent(stranger)) == ("new", [], None)


def test_a_queue_without_alarms_says_that_it_is_calm(client: Client, operator: User) -> None:
    assert "没有未结束的报警" in page(client, operator, at("queue"))
    assert "平稳" in page(client, operator, at("duty"))


# --- one alarm -------------------------------------------------------------------------------------------------------


def test_a4_4_the_page_shows_the_chain_the_curve_with_its_limits_and_why(
    client: Client, home: Dwelling, operator: User
) -> None:
    device, now = make_device(dwelling=home, room="A"), time.now()
    said = [make_message(device, at=now - timedelta(seconds=60 - 5 * n), values={"smoke": 0.5 + n}) for n in range(12)]
    hear(*said, received=now)
    alarm = Alarm._base_manager.filter(device=device, kind="fire").get()
    text = page(client, operator, at("alarm", alarm.code))
    for words in ("烟雾遮光率", "限值 10 %/m", "已派出", "到场", "限 1 分钟", "核实", home.address):
        assert words in text, words
    curve = curve_of(alarm)
    assert curve is not None
    assert [(mark["name"], mark["state"]) for mark in curve.chart["marks"]] == [
        ("预警值 5", "due"),
        ("火警值 10", "bad"),
    ]
    assert [value for _at, value in curve.chart["series"][0]["data"]] == [0.5 + n for n in range(12)]


def test_a_gap_in_the_readings_is_a_gap_in_the_curve(home: Dwelling) -> None:
    device, now = make_device(dwelling=home), time.now()
    seconds = (400, 390, 380, 370, 100, 90, 80, 70, 60)
    said = [make_message(device, at=now - timedelta(seconds=ago), values={"smoke": 1.0}) for ago in seconds]
    hear(*said, make_message(device, at=now - timedelta(seconds=50), event="fire"), received=now)
    curve = curve_of(Alarm._base_manager.get(device=device))
    assert curve is not None
    values = [value for _at, value in curve.chart["series"][0]["data"]]
    assert values == [1.0] * 4 + [None] + [1.0] * 5


def test_a4_3_other_alarms_of_the_same_incident_are_named_and_that_they_confirm_each_other(
    client: Client, home: Dwelling, operator: User
) -> None:
    fire, current = raised(home), raised(home, "overload", kind="residual_current")
    text = page(client, operator, at("alarm", fire.code))
    assert at("alarm", current.code) in text
    assert "两台设备互相印证" in text


def test_a4_4_acknowledge_dispatch_and_close_are_measured_and_stand_in_the_log(
    client: Client, home: Dwelling, operator: User
) -> None:
    alarm = raised(home)
    assert "韩冰" in do(client, operator, alarm, "acknowledge")
    do(client, operator, fresh(alarm), "dispatch", how="told", to="网格员 顾小妹")
    text = do(client, operator, fresh(alarm), "close", outcome="false", reason="炒菜油烟")
    done = fresh(alarm)
    assert (done.state, done.outcome, done.reason) == ("closed", "false", "炒菜油烟")
    for seconds in (done.acknowledge_seconds, done.dispatch_seconds, done.close_seconds):
        assert seconds in range(18, 40)
    for words in ("派出：网格员 顾小妹", "误报：炒菜油烟"):
        assert words in text
    assert Entry.objects.filter(subject_id=alarm.code, verb="alarm.handle").count() == 3


def test_a_step_without_htmx_leads_back_to_the_alarm(client: Client, home: Dwelling, operator: User) -> None:
    alarm = raised(home)
    client.force_login(operator)
    answer = client.post(at("step", alarm.code, "acknowledge"), {"version": 0})
    assert (answer.status_code, answer["Location"]) == (302, at("alarm", alarm.code))
    page(client, operator, at("step", alarm.code, "explode"), {}, 404)


def test_a4_4_who_comes_second_is_told_what_the_first_did_and_keeps_what_he_wrote(
    client: Client, home: Dwelling, operator: User, grid: Area
) -> None:
    alarm = handling.acknowledge(by=operator, alarm=raised(home))
    second = make_user(department="fire", area=grid, display_name="马建新")
    handling.dispatch(by=operator, alarm=alarm, to="兰泾站")
    text = do(client, second, alarm, "close", 409, outcome="false", reason="电话问过，是油烟", version=1)
    assert "韩冰" in text
    assert "派出：兰泾站" in text
    assert "电话问过，是油烟</textarea>" in text
    assert fresh(alarm).state == "dispatched"
    do(client, second, fresh(alarm), "close", outcome="false", reason="电话问过，是油烟")
    assert fresh(alarm).state == "closed"
    text = do(client, operator, alarm, "close", 409, outcome="real", reason="现场有明火", version=2)
    assert "马建新" in text
    assert "现场有明火" in text, "it was over meanwhile: what he knows better is not lost"


@pytest.mark.parametrize(
    ("move", "data", "words"),
    [
        ("close", {"outcome": "false", "reason": " "}, 'class="err"'),
        ("close", {"outcome": "gone", "reason": "x"}, "gone"),
        ("dispatch", {"how": "told", "to": " "}, "写明通知了谁"),
    ],
)
def test_an_incomplete_form_says_what_is_missing(
    client: Client, home: Dwelling, operator: User, move: str, data: dict[str, str], words: str
) -> None:
    alarm = handling.acknowledge(by=operator, alarm=raised(home))
    assert words in do(client, operator, alarm, move, 422, **data)
    assert fresh(alarm).state == "acknowledged"


def test_who_may_only_look_gets_no_buttons_and_no_step(client: Client, home: Dwelling, grid: Area) -> None:
    alarm, auditor = raised(home), make_user(department="audit", area=grid)
    text = page(client, auditor, at("alarm", alarm.code))
    assert at("step", alarm.code, "acknowledge") not in text
    do(client, auditor, alarm, "acknowledge", 403)


# --- the history and its figures -------------------------------------------------------------------------------------


def closed(
    home: Dwelling, by: User, outcome: str = "false", *, ago: int = 60, took: int = 5, event: str = "fire"
) -> Alarm:
    alarm = raised(home, event, ago=ago)
    moment = alarm.received_at + timedelta(seconds=took)
    with time.in_the_past(moment):
        handling.acknowledge(by=by, alarm=alarm)
        return handling.close(by=by, alarm=alarm, outcome=outcome, reason=f"看过 {outcome}")


def test_the_history_is_filtered_and_exported_as_it_is_shown(
    client: Client, home: Dwelling, operator: User, grid: Area
) -> None:
    false, real = closed(home, operator), closed(home, operator, "real")
    old = closed(home, operator, ago=9 * 86400)
    open_ = raised(home)
    whole = page(client, operator, at("history"))
    for alarm, shown in ((false, True), (real, True), (old, True), (open_, False)):
        assert (at("alarm", alarm.code) in whole) is shown
    recent = page(client, operator, at("history") + "?days=7&outcome=false")
    assert [at("alarm", alarm.code) in recent for alarm in (false, real, old)] == [True, False, False]
    office = make_user(department="office", area=grid)
    client.force_login(office)
    answer = client.get(at("export") + "?days=7&outcome=real")
    rows = list(load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))
    assert [row[0] for row in rows[1:]] == [real.code]
    assert Entry.objects.filter(verb="alarm.export").count() == 1
    client.force_login(operator)
    assert client.get(at("export")).status_code == 200


def test_the_history_turns_its_pages(client: Client, home: Dwelling, operator: User) -> None:
    one, now = closed(home, operator), time.now()
    for number in range(60):
        Alarm._base_manager.bulk_create([_copy(one, now - timedelta(minutes=number), number)])
    text = page(client, operator, at("history"))
    assert text.count('class="ti"') == 50
    assert "after=" in text


def _copy(alarm: Alarm, moment: Any, number: int) -> Alarm:
    made = Alarm.of(alarm.device, "fault", at=moment, received=moment, part=str(number))
    made.state, made.closed_at, made.outcome = "closed", moment, "false"
    return made


def test_a4_4_what_nobody_acknowledged_counts_against_the_share_and_no_person_is_ranked(
    client: Client, home: Dwelling, operator: User
) -> None:
    closed(home, operator, took=30, ago=5000)
    closed(home, operator, took=90, ago=4000)
    raised(home, ago=300)  # nobody has acknowledged it, and the minute is over
    raised(home, ago=2)  # its minute still runs
    (line, *_areas) = figures.strip(operator, time.now())
    assert (line.alarms, line.acknowledge.kept, line.acknowledge.of, line.acknowledge.never) == (4, 1, 3, 1)
    assert line.acknowledge.half == 60
    text = page(client, operator, at("history"))
    assert "33.3" in text
    assert "韩冰" not in text.split("</header>", 1)[1].split("<tbody>")[1].split("</tbody>")[0]


# --- elsewhere -------------------------------------------------------------------------------------------------------


def test_unseen_danger_is_counted_in_the_menu_work_and_search(client: Client, home: Dwelling, operator: User) -> None:
    fire = raised(home)
    raised(home, "fault")
    assert urgent(operator) == 1
    (item,) = work(operator, time.now())
    assert item.url == at("alarm", fire.code)
    assert [hit.url for hit in search(operator, fire.code.lower())] == [at("alarm", fire.code)]
    handling.acknowledge(by=operator, alarm=fire)
    assert urgent(operator) is None
    (item,) = work(operator, time.now())
    assert item.action == "处置到底"


def test_the_page_of_a_home_shows_its_alarms(client: Client, home: Dwelling, grid: Area) -> None:
    office = make_user(department="office", area=grid)
    fire, over = raised(home), closed(home, system_actor(), ago=7000)
    text = page(client, office, reverse("dwellings:dwelling", args=[home.code]))
    assert at("alarm", fire.code) in text
    assert at("alarm", over.code) in text


def test_a4_4_the_house_from_the_front_shows_the_floor_and_how_many_live_above(
    client: Client, grid: Area, operator: User
) -> None:
    unit = make_unit(grid, make_estate(grid, "兰泾花苑"))
    homes = {
        number: make_dwelling(grid, place=unit, number=number) for number in ("301", "302室", "402", "502", "1802")
    }
    for number, people in (("402", 2), ("502", 4)):
        Dwelling._base_manager.filter(pk=homes[number].pk).update(people=people)
    alarm = raised(homes["302室"])
    found = elevation_of(operator, alarm)
    assert found is not None
    assert [floor for floor, _doors in found.rows] == [7, 6, 5, 4, 3, 2, 1], "a tower is cut to the floors around"
    doors = {floor: [(door.number, door.state) for door in doors] for floor, doors in found.rows}
    assert doors[3] == [("301", ""), ("302", "bad")]
    assert doors[5] == [("", ""), ("502", "due")]
    assert (found.floor, found.above) == (3, 6)
    text = page(client, operator, at("alarm", alarm.code))
    assert "a-house" in text
    assert found.sentence in text.replace("&amp;", "&")
    village = raised(make_dwelling(grid, number="三组 48 号"))
    assert elevation_of(operator, village) is None, "a house of a village has no floors by its number"


def test_a_fire_stands_above_the_verdict_of_its_home_until_it_is_closed(
    client: Client, home: Dwelling, operator: User
) -> None:
    fire, fault = raised(home), raised(home, "fault")

    def above() -> str:
        html = page(client, operator, f"/dwellings/{home.code}/")
        return html[: html.index('class="a-verdict')]

    assert reverse("alarms:alarm", args=[fire.code]) in above()
    assert reverse("alarms:alarm", args=[fault.code]) not in above()
    fire.state = Alarm.State.CLOSED
    fire.save()
    assert reverse("alarms:alarm", args=[fire.code]) not in above()
