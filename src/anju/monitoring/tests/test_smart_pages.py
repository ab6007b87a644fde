"""The pages of doors, patrols, piles, lifts and lanes: what they show, to whom, and what their forms refuse."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from anju.accounts.models import User
from anju.accounts.services import system_actor
from anju.audit.models import Entry
from anju.core import time
from anju.dwellings.testing import make_dwelling, make_estate, make_grid, make_unit, make_user
from anju.monitoring.models import (
    Command,
    Device,
    DeviceState,
    DoorAlternative,
    DoorConsent,
    EbikeCount,
    LaneCampaign,
    PatrolRoute,
    PatrolScan,
)
from anju.monitoring.selectors import doors as door_rows
from anju.monitoring.selectors import lanes as lane_rows
from anju.monitoring.selectors import lifts as lift_rows
from anju.monitoring.selectors import patrol as patrol_rows
from anju.monitoring.selectors import piles as pile_rows
from anju.monitoring.services import lanes, lifts, patrol, piles
from anju.monitoring.testing import hear, make_device, make_message

pytestmark = pytest.mark.django_db
EVERYTHING = QueryDict("")
MINUTE = timedelta(minutes=1)


class Town:
    def __init__(self) -> None:
        self.grid = make_grid()
        self.estate = make_estate(self.grid, "兰泾花苑")
        self.office: User = make_user(department="office", area=self.grid.parent and self.grid.parent.parent)
        self.now = time.now()

    def device(self, kind: str, name: str = "") -> Device:
        return make_device(kind, place=self.estate, name=name)

    def say(self, device: Device, event: str, ago: timedelta = timedelta(0), **detail: Any) -> None:
        at = self.now - ago
        hear(make_message(device, event=event, at=at, detail=detail), received=at)


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture
def client_of() -> Callable[[User], Client]:
    def make(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return make


@pytest.fixture
def page(town: Town, client_of: Callable[[User], Client]) -> Callable[..., str]:
    client = client_of(town.office)

    def ask(address: str, status: int = 200, user: User | None = None, **data: Any) -> str:
        who = client_of(user) if user else client
        answer = who.post(address, data) if data else who.get(address)
        assert answer.status_code == status, (address, answer.status_code, answer.content.decode()[-800:])
        return answer.content.decode(errors="replace")

    return ask


LISTS = [
    "", "lanes/", "lanes/?state=ended", "lanes/?state=repeat", "lanes/?state=cameras", "lanes/campaigns/", "lifts/",
    "lifts/?state=repeat", "lifts/?state=events", "patrol/", "patrol/?state=missed", "patrol/?state=rounds",
    "patrol/?state=ended", "piles/", "piles/?state=piles", "piles/?state=faults", "doors/", "doors/?state=no_alternative",
    "doors/?state=no_consent", "doors/?state=fine", "doors/events/",
]  # fmt: skip


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("where", LISTS)
def test_every_list_opens_empty_in_both_languages(
    where: str, language: str, client_of: Callable[[User], Client]
) -> None:
    client = client_of(make_user(department="office", area=make_grid()))
    client.cookies["django_language"] = language
    assert client.get(f"/smart/{where}").status_code == 200


# --- doors ---


def test_a4_1_a_face_terminal_without_another_way_in_is_shown_as_a_defect(town: Town, page: Callable[..., str]) -> None:
    door, lock = town.device("face_terminal", "北门"), town.device("lock", "单元门")
    found = {row.pk: row for row in door_rows.doors(town.office, EVERYTHING)}
    assert [tone for tone, _words in door_rows.defects(found[door.pk])] == ["bad", "due"]
    assert [tone for tone, _words in door_rows.defects(found[lock.pk])] == ["due"]
    assert "北门" in page("/smart/doors/?state=no_alternative")
    assert "单元门" not in page("/smart/doors/?state=no_alternative")
    page(f"/smart/doors/{door.code}/ways/", 302, kind="card", since=time.today().isoformat(), note="前台领卡")
    page(
        f"/smart/doors/{door.code}/consent/",
        302,
        edition="第二版",
        given_on=time.today().isoformat(),
        given_by="业主大会",
    )
    assert "北门" in page("/smart/doors/?state=fine")
    shown = page(f"/smart/doors/{door.code}/")
    for words in ("第二版", "业主大会", "前台领卡"):
        assert words in shown
    page(f"/smart/doors/{door.code}/ways/card/end/", 302, filled="1")
    assert "北门" in page("/smart/doors/?state=no_alternative")
    assert DoorAlternative._base_manager.get().until == time.today()


def test_a4_1_a_consent_that_lies_ahead_is_refused_and_what_was_typed_stays(
    town: Town, page: Callable[..., str]
) -> None:
    door = town.device("lock")
    tomorrow = (time.today() + timedelta(days=1)).isoformat()
    text = page(f"/smart/doors/{door.code}/consent/", 422, edition="第九版", given_on=tomorrow, given_by="业主大会")
    assert "第九版" in text
    assert not DoorConsent._base_manager.exists()


def test_a4_1_events_are_for_office_and_police_and_each_export_stands_in_the_log(
    town: Town, page: Callable[..., str]
) -> None:
    door = town.device("lock", "单元门")
    town.say(door, "door_open", person="u-7781", way="card")
    assert "u-7781" in page("/smart/doors/events/")
    assert "u-7781" not in page("/smart/doors/events/?person=u-1")
    page("/smart/doors/events.xlsx")
    assert Entry.objects.filter(verb="smart.export").count() == 1
    guard = make_user(department="property", place=town.estate)
    page("/smart/doors/events/", 403, user=guard)
    assert "u-7781" not in page(f"/smart/doors/{door.code}/", user=guard)
    assert "u-7781" in page(f"/smart/doors/{door.code}/")


# --- lifts ---


def test_a4_6_three_in_one_week_make_a_lift_a_repeat_offender(town: Town, page: Callable[..., str]) -> None:
    often, once = town.device("lift_blocker", "1 号梯"), town.device("lift_blocker", "2 号梯")
    monday = time.day_start(lifts.week_of(town.now))
    town.now = max(town.now, monday + timedelta(hours=1))
    for ago in range(lift_rows.REPEATED):
        town.say(often, "ebike_in_lift", ago * 5 * MINUTE)
    town.say(once, "cylinder_in_lift")
    found = lift_rows.repeat(lift_rows.lifts(town.office, EVERYTHING, town.now))
    assert [row.pk for row in found] == [often.pk]
    assert lift_rows.lines([often], town.now)[0].weeks[-1] == lift_rows.REPEATED == 3
    assert "2 号梯" not in page("/smart/lifts/?state=repeat")
    assert "2 号梯" in page("/smart/lifts/?state=events&kind=cylinder")


def test_a4_6_the_block_is_asked_for_on_the_page_and_its_answer_shows_there(
    town: Town, page: Callable[..., str]
) -> None:
    lift = town.device("lift_blocker", "1 号梯")
    town.say(lift, "ebike_in_lift")
    page(f"/smart/lifts/{lift.code}/do/block/", 302, filled="1")
    command = Command._base_manager.get()
    assert (command.name, command.asked_by, command.state) == ("block", town.office, "waiting")
    assert 'hx-trigger="every 2s"' in page(f"/smart/lifts/{lift.code}/")
    page(f"/smart/lifts/{lift.code}/do/block/", 409, filled="1")
    town.now = time.now()
    town.say(lift, "ack", command=str(command.pk))
    assert 'hx-trigger="every 2s"' not in page(f"/smart/lifts/{lift.code}/")
    page(f"/smart/lifts/{lift.code}/do/cut_power/", 404, filled="1")
    page(f"/smart/lifts/{lift.code}/do/block/", 403, user=make_user(department="market", area=town.grid), filled="1")


# --- lanes ---


def test_a4_7_the_lane_blocked_longest_leads_and_the_repeat_places_count_times_and_minutes(
    town: Town, page: Callable[..., str]
) -> None:
    camera = town.device("lane_camera", "东门")
    for day in (3, 2):
        town.say(camera, "lane_occupied", timedelta(days=day), lane="A1")
        town.say(camera, "lane_cleared", timedelta(days=day) - 20 * MINUTE, lane="A1")
    town.say(camera, "lane_occupied", 40 * MINUTE, lane="A1")
    town.say(camera, "lane_occupied", 1 * MINUTE, lane="B2")
    lanes.look(town.now)
    (repeat,) = lane_rows.repeats(lane_rows.visible(town.office), town.now)
    assert (repeat.lane, repeat.count, repeat.minutes, repeat.longest) == ("A1", 3, 80, 40)
    text = re.sub(r"<[^>]*>", " ", page("/smart/lanes/"))  # what is read: a token in an attribute may hold any letters
    assert text.index("A1") < text.index("B2")
    assert "东门" in page("/smart/lanes/?state=repeat")
    page("/smart/lanes/export.xlsx?state=repeat")


def test_a4_7_a_campaign_shows_before_and_during_from_the_cameras_and_no_camera_is_not_zero(
    town: Town, page: Callable[..., str]
) -> None:
    camera, bare = town.device("lane_camera", "东门"), make_estate(town.grid, "无摄像头村")
    today = time.today()
    Device._base_manager.filter(pk=camera.pk).update(added_at=town.now - timedelta(days=60))
    for ago in (12, 11, 3):
        begin = timedelta(days=ago) + (ago == 11) * timedelta(hours=2)
        town.say(camera, "lane_occupied", begin, lane=f"A{ago}")
        town.say(camera, "lane_cleared", begin - 30 * MINUTE, lane=f"A{ago}")
    town.say(camera, "heartbeat")
    since = today - timedelta(days=9)
    page(
        "/smart/lanes/campaigns/new/", 302, name="打通生命通道", estates=[town.estate.pk, bare.pk],
        since=since.isoformat(), until=today.isoformat(),
    )  # fmt: skip
    campaign = LaneCampaign._base_manager.get()
    total, with_camera, without = lane_rows.compare(campaign, town.now)
    assert (total.before.count, total.before.camera_days, total.during and total.during.count) == (2, 10, 1)
    assert (with_camera.before.per_day, with_camera.after) == (0.2, None)
    assert (without.before.camera_days, without.before.per_day) == (0, None)
    text = page(f"/smart/lanes/campaigns/{campaign.code}/")
    assert "无摄像头村" in text
    assert "没有摄像头" in text
    assert "打通生命通道" in page("/smart/lanes/campaigns/")


def test_a_campaign_that_ends_before_it_begins_is_refused_at_its_field(town: Town, page: Callable[..., str]) -> None:
    text = page(
        "/smart/lanes/campaigns/new/", 422, name="x", estates=[town.estate.pk], since="2026-11-10", until="2026-11-01"
    )
    assert 'aria-invalid="true"' in text


# --- piles ---


def test_a4_5_places_needed_are_estimated_until_somebody_counts_and_the_gap_leads_the_list(
    town: Town, page: Callable[..., str], settings: Any
) -> None:
    settings.ANJU_EBIKES_PER_100_BEDS, settings.ANJU_CHARGING_PLACES_PER_100_EBIKES = 50, 20
    unit = make_unit(town.grid, town.estate)
    for number in ("101", "102"):
        make_dwelling(town.grid, place=unit, number=number, beds_let=6, rooms_let=3)
    make_dwelling(town.grid, place=unit, number="103", rooms_let=3)
    pile = town.device("charging_pile", "1 号桩")
    piles.set_ports(by=system_actor(), pile=pile, count=3)
    town.say(pile, "charge_start", port=1)
    town.say(pile, "port_fault", port=2)
    (row,) = pile_rows.coverage(town.office, EVERYTHING, town.now)
    assert (row.need.beds, row.need.ebikes, row.need.places, row.need.counted) == (15, 8, 2, None)
    assert (row.ports, row.working, row.faulty, row.unknown, row.gap) == (3, 1, 1, 1, 1)
    DeviceState.objects.filter(device=pile).update(silent=True)
    (silent,) = pile_rows.coverage(town.office, EVERYTHING, town.now)
    assert (silent.working, silent.faulty, silent.unknown, silent.gap) == (0, 1, 2, 2)
    DeviceState.objects.filter(device=pile).update(silent=False)
    assert "≈" in page("/smart/piles/")
    page(
        f"/smart/piles/estates/{town.estate.code}/ebikes/", 302, ebikes="40", counted_on=time.today().isoformat(),
        source="社区清点",
    )  # fmt: skip
    (row,) = pile_rows.coverage(town.office, EVERYTHING, town.now)
    assert (row.need.ebikes, row.need.places, row.gap) == (40, 8, 7)
    assert EbikeCount._base_manager.get().recorded_by == town.office
    assert "≈" not in page("/smart/piles/")
    assert "1 号桩" in page("/smart/piles/?state=faults")
    page("/smart/piles/export.xlsx")
    page("/smart/piles/export.xlsx?state=piles")


def test_a4_5_a_pile_shows_its_ports_and_what_was_charged_by_day(town: Town, page: Callable[..., str]) -> None:
    pile = town.device("charging_pile", "1 号桩")
    Device._base_manager.filter(pk=pile.pk).update(added_at=town.now - timedelta(days=2))
    hear(make_message(pile, event="charge_start", at=town.now - timedelta(days=1), detail={"port": 1}))
    ended = make_message(
        pile, event="charge_end", at=town.now - timedelta(hours=22), detail={"port": 1, "energy": 0.75}
    )
    hear(ended)
    pile.refresh_from_db()
    days = pile_rows.days_of(pile, time.today())
    assert ([one.charges for one in days], sum(one.energy for one in days)) == ([0, 1, 0], 0.75)
    page(f"/smart/piles/{pile.code}/ports/", 302, count="2")
    text = page(f"/smart/piles/{pile.code}/")
    assert "0.75" in text
    page(f"/smart/piles/{pile.code}/ports/", 422, count="0")


# --- patrol ---


def plan(town: Town, page: Callable[..., str], **over: Any) -> PatrolRoute:
    points = [town.device("patrol_point", f"{n}号点") for n in "一二三"]
    numbers = {f"point_{point.pk}": str(number) for number, point in enumerate(points, start=1)}
    begin = time.local(town.now - 5 * MINUTE).strftime("%H:%M")
    values = {"name": "夜巡", "weekdays": list("1234567"), "times": begin, "window_minutes": "60", "told_by": "phone"}
    page(f"/smart/patrol/new/?estate={town.estate.code}", 302, **values, **numbers, **over)
    return PatrolRoute._base_manager.get()


def test_a4_2_a_route_is_planned_walked_by_phone_and_its_day_shows_every_point(
    town: Town, page: Callable[..., str]
) -> None:
    guard = make_user(department="property", place=town.estate, display_name="钱师傅")
    with time.in_the_past(town.now - 10 * MINUTE):
        route = plan(town, page)
        patrol.make_rounds(town.now)
    first, second, third = patrol_rows.stops_of(route)
    assert "一号点" in page(f"/patrol/scan/{second.code}/", user=guard)  # before this one comes the first
    page(f"/patrol/scan/{first.code}/", 302, user=guard, latitude="31.4", longitude="120.9", accuracy="15")
    page(f"/patrol/scan/{third.code}/", 302, user=guard, latitude="north", longitude="", accuracy="")
    assert PatrolScan._base_manager.get(device=third).latitude is None
    day = time.day_of(town.now - 5 * MINUTE)
    (one,) = patrol_rows.rounds_of_day(route, day)
    assert [point.scan is not None for point in one.points] == [True, False, True]
    text = page(f"/smart/patrol/{route.code}/?day={day}")
    assert "钱师傅" in text
    assert "2 / 3" in text
    patrol.judge(town.now + timedelta(hours=2))
    missed = page("/smart/patrol/?state=missed")
    assert "二号点" in missed
    (line,) = patrol_rows.lines([route], town.now)
    assert (line.share.missed, line.share.walked, line.share.judged) == (1, 0, 1)
    page("/smart/patrol/export.xlsx?state=rounds")
    assert "<svg" in page(f"/smart/patrol/{route.code}/labels/")


def test_a4_2_a_plan_with_two_points_of_one_number_or_without_any_is_refused(
    town: Town, page: Callable[..., str]
) -> None:
    points = [town.device("patrol_point", f"{n}号点") for n in "一二"]
    address = f"/smart/patrol/new/?estate={town.estate.code}"
    values = {"name": "夜巡", "weekdays": ["1"], "times": "22:00", "window_minutes": "60", "told_by": "phone"}
    page(address, 422, **values, **{f"point_{point.pk}": "1" for point in points})
    page(address, 422, **values)
    page(address, 422, **{**values, "times": "25:00"}, **{f"point_{points[0].pk}": "1"})
    assert not PatrolRoute._base_manager.exists()


def test_two_who_change_one_route_the_second_is_told(town: Town, page: Callable[..., str]) -> None:
    route = plan(town, page)
    numbers = {f"point_{point.pk}": str(n) for n, point in enumerate(patrol_rows.stops_of(route), start=1)}
    values = {
        "weekdays": ["1"],
        "times": "20:00",
        "window_minutes": "30",
        "told_by": "phone",
        "version": "0",
        **numbers,
    }
    page(f"/smart/patrol/{route.code}/edit/")
    page(f"/smart/patrol/{route.code}/edit/", 302, **values)
    page(f"/smart/patrol/{route.code}/edit/", 422, **values)
    page(f"/smart/patrol/{route.code}/end/", 302, reason="改由人工")
    assert "夜巡" in page("/smart/patrol/?state=ended")


def test_a_point_of_another_estate_cannot_be_scanned_by_this_guard(town: Town, page: Callable[..., str]) -> None:
    guard = make_user(department="property", place=make_estate(town.grid))
    page(f"/patrol/scan/{town.device('patrol_point').code}/", 404, user=guard)


def test_x1_nothing_of_another_town_stands_in_any_list(town: Town, page: Callable[..., str]) -> None:
    other = Town()
    camera, lift = other.device("lane_camera", "金丝雀"), other.device("lift_blocker", "金丝雀")
    pile, door = other.device("charging_pile", "金丝雀"), other.device("face_terminal", "金丝雀")
    other.say(camera, "lane_occupied")
    other.say(lift, "ebike_in_lift")
    other.say(pile, "port_fault", port=1)
    other.say(door, "door_open")
    for where in LISTS:
        assert "金丝雀" not in page(f"/smart/{where}"), where
    page(f"/smart/lifts/{lift.code}/", 404)
    page(f"/smart/doors/{door.code}/", 404)
    page(f"/smart/piles/{pile.code}/", 404)


def test_the_weeks_of_a_lift_end_with_this_one() -> None:
    moment = time.day_start(date(2026, 11, 25))
    assert lift_rows.weeks(moment, 2) == [date(2026, 11, 16), date(2026, 11, 23)]
    assert lifts.week_of(moment) == date(2026, 11, 23)
