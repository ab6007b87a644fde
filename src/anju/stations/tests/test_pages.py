"""The pages: what they say, who reaches them, what one tap does, and that another town's station does not exist."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from anju.accounts import http
from anju.accounts.models import User
from anju.accounts.services import system_actor
from anju.core import time
from anju.dwellings.models import Occupant
from anju.dwellings.testing import make_estate, make_party, make_sound_dwelling, make_user
from anju.inspections.testing import make_upload
from anju.stations.models import CallOut, Drill, Duty, Member, Station
from anju.stations.selectors import roster
from anju.stations.services import callouts, escalation, stations
from anju.stations.testing import (
    Site,
    make_callout,
    make_crew,
    make_drill,
    make_kit,
    make_member,
    make_site,
    make_station,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    return make_site()


def page(client: Client, user: User, url: str, data: Any = None, status: int = 200, *, part: bool = False) -> str:
    client.force_login(user)
    headers = {"HX-Request": "true"} if part else {}
    answer = client.get(url, headers=headers) if data is None else client.post(url, data, headers=headers)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode() if "text/html" in answer.get("Content-Type", "") else ""


def url(name: str, *args: Any) -> str:
    return reverse(f"stations:{name}", args=args)


def sheet(client: Client, user: User, address: str) -> list[tuple[Any, ...]]:
    client.force_login(user)
    return list(load_workbook(io.BytesIO(client.get(address).content)).active.iter_rows(values_only=True))


def test_a6_1_the_list_says_what_is_missing_first_and_filters_and_exports_it(client: Client, site: Site) -> None:
    empty = make_station(make_estate(site.grid), "空站")
    told = page(client, site.office, url("stations"))
    assert site.station.name in told
    assert "现在没有算数的人在岗" in told
    assert "朱建国、陈刚" in told
    only = page(client, site.office, url("stations") + "?state=not_ready")
    assert empty.name in only
    assert site.station.name not in only
    rows = sheet(client, site.office, url("export") + "?state=limited")
    assert [row[1] for row in rows[1:]] == [site.station.name]
    assert rows[1][6] == 6


def test_a6_1_estates_without_a_station_are_listed_with_the_way_to_record_one(client: Client, site: Site) -> None:
    bare = make_estate(site.grid, "无站小区")
    told = page(client, site.office, url("stations") + "?state=uncovered")
    assert "无站小区" in told
    assert site.estate.name not in told
    form = page(client, site.office, f"{url('station-new')}?estate={bare.code}")
    assert f'<option value="{bare.pk}" selected' in form
    data = {
        "place": bare.pk, "name": "无站小区微型消防站", "kind": "community", "phone": "0512-50001234", "pattern": "12",
        "least": 2, "opened_on": time.today().isoformat(),
    }  # fmt: skip
    page(client, site.office, url("station-new"), {**data, "phone": "119"}, status=422)
    page(client, site.office, url("station-new"), data, status=302)
    made = Station._base_manager.get(name="无站小区微型消防站")
    assert (made.rest_hours, made.coverage.get().place) == (12, bare)
    assert "无站小区" not in page(client, site.office, url("stations") + "?state=uncovered")


def test_x1_a_station_of_another_town_is_not_there(client: Client, site: Site) -> None:
    row, member, drill = make_callout(site), site.members[0], make_drill(site.station)
    for address in (
        url("station", site.station.code), url("roster", site.station.code), url("member", site.station.code, member.code),
        url("station-edit", site.station.code), url("kit-new", site.station.code), url("callout", row.code),
        url("callout-step", row.code, "report"), url("drill", drill.code), url("roster-export", site.station.code),
    ):  # fmt: skip
        page(client, site.stranger, address, status=404)
    assert site.station.name not in page(client, site.stranger, url("stations"))
    assert row.where not in page(client, site.stranger, url("callouts") + "?state=all")
    foreign = make_user(department="station", place=make_estate(site.grid))
    assert row.where not in page(client, foreign, reverse("station:board") + f"?call={row.code}")
    page(client, foreign, reverse("station:step", args=[row.code, "accept"]), {}, status=404)


def test_a6_1_the_page_of_a_station_shows_who_is_on_duty_what_runs_out_and_why_it_is_not_ready(
    client: Client, site: Site
) -> None:
    make_kit(site.station, "extinguisher", expires_on=time.today() + timedelta(days=10))
    told = page(client, site.head, url("station", site.station.code))
    assert "缺少或过期：水带、水枪、外线电话" in told
    assert "1 件器材 30 天内到期" in told
    assert "没有演练记录" in told
    assert "0512-50000119" in told
    assert site.estate.name in told
    assert "添加队员" in told
    assert "添加队员" not in page(client, site.mate, url("station", site.station.code))


def test_a6_1_a_member_with_a_certificate_and_its_photo_is_entered_on_pages(client: Client, site: Site) -> None:
    data = {
        "name": "曹磊",
        "role": "firefighter",
        "team": "A",
        "phone": "19900005678",
        "since": time.today().isoformat(),
    }
    page(client, site.head, url("member-new", site.station.code), data, status=302)
    member = Member._base_manager.get(name="曹磊")
    address = url("member", site.station.code, member.code)
    assert "不算在岗人数" in page(client, site.head, address)
    bad = {"add": "1", "c-kind": "training", "c-issued_on": "2030-01-01"}
    assert "在以后" in page(client, site.head, address, bad, status=422)
    good = {"add": "1", "c-kind": "training", "c-issued_on": time.today().isoformat(), "c-photos": make_upload()}
    page(client, site.head, address, good, status=302)
    certificate = member.certificates.get()
    photo = url("certificate-photo", site.station.code, member.code, certificate.code)
    client.force_login(site.head)
    assert client.get(photo)["Content-Type"] == "image/jpeg"
    page(client, site.mate, photo, status=403)
    page(
        client, site.head, url("certificate-withdraw", site.station.code, member.code, certificate.code), {}, status=302
    )
    last = (time.today() + timedelta(days=1)).isoformat()
    page(client, site.head, address, {"save": "1", "role": "driver", "team": "", "until": last}, status=302)
    member.refresh_from_db()
    assert (member.role, member.until is not None) == ("driver", True)


def test_kit_coverage_and_notes_are_kept_on_the_page(client: Client, site: Site) -> None:
    code, building = site.station.code, site.home.place.parent
    assert building is not None
    page(client, site.head, url("kit-new", code), {"item": "hose", "quantity": 3}, status=302)
    piece = site.station.kit.get()
    page(client, site.head, url("kit-remove", code, piece.code), {}, status=302)
    page(client, site.head, url("kit-remove", code, piece.code), {}, status=409)
    page(client, site.head, url("cover-new", code), {"place": building.pk, "rank": 1, "metres": 180}, status=302)
    note = url("site-note", code, building.code)
    page(client, site.head, note, {"water": ""}, status=422)
    page(client, site.head, note, {"water": "消火栓在 4 楼电梯旁"}, status=302)
    assert "消火栓在 4 楼电梯旁" in page(client, site.head, url("station", code))
    page(client, site.head, url("site-note", code, make_estate(site.grid).code), {"water": "x"}, status=404)
    page(client, site.head, url("cover-remove", code, building.code), {}, status=302)
    page(client, site.head, url("station-close", code), {"reason": "并站"}, status=302)
    assert "已撤销" in page(client, site.office, url("station", code))


# --- roster ----------------------------------------------------------------------------------------------------------


def test_a6_1_a_tap_in_the_roster_answers_with_the_gap_it_makes(client: Client, site: Site) -> None:
    day = time.today() + timedelta(days=3)
    Duty._base_manager.filter(day=day, shift="night").delete()
    address = f"{url('roster', site.station.code)}?month={day:%Y-%m}"
    cell = {"cell": f"{site.members[0].code}:{day}"}
    told = page(client, site.head, address, cell, part=True)
    assert told.lstrip().startswith('<div id="roster"')
    assert f"朱建国 {day:%m-%d}：夜班" in told
    assert "应有 2 人" in told
    page(client, site.head, address, cell, status=302)  # without scripts: the page again
    assert not Duty._base_manager.filter(member=site.members[0], day=day).exists()
    page(client, site.mate, address, cell, status=403)
    page(client, site.head, address, {"cell": f"{site.members[0].code}:x"}, status=409)
    page(client, site.head, address, {"cell": f"SM0:{day}"}, status=404)


def test_a6_1_the_month_shows_gaps_ahead_and_the_teams_fill_it(client: Client, site: Site) -> None:
    first = roster.next_month(roster.next_month(time.today()))
    address = f"{url('roster', site.station.code)}?month={first:%Y-%m}"
    empty = page(client, site.head, address)
    assert "个班次缺人" in empty
    page(client, site.head, address, {"fill": "1"}, status=302)
    assert "今后各班都不缺人" in page(client, site.head, address)
    rows = sheet(client, site.office, f"{url('roster-export', site.station.code)}?month={first:%Y-%m}")
    assert rows[1][0] == "朱建国"
    assert {"白", "夜"} <= set(rows[1])


def test_a_roster_costs_the_same_queries_for_six_and_for_twelve_people(
    client: Client, site: Site, django_assert_max_num_queries: Any
) -> None:
    for _n in range(6):
        make_member(site.station)
    client.force_login(site.head)
    client.get(url("roster", site.station.code))
    with django_assert_max_num_queries(22):
        client.get(url("roster", site.station.code))


def test_the_lists_cost_the_same_queries_with_more_rows(
    client: Client, site: Site, django_assert_max_num_queries: Any
) -> None:
    for n in range(6):
        station = make_station(make_estate(site.grid))
        make_crew(station, 2)
        home = make_sound_dwelling(site.grid, place=site.home.place)
        make_callout(site, subject=callouts.Subject(dwelling=home), title=f"第 {n} 次")
        make_drill(station, planned_at=time.now() + timedelta(days=n + 1))
    client.force_login(site.office)
    for name, most in (("stations", 30), ("callouts", 30), ("drills", 28)):
        client.get(url(name))
        with django_assert_max_num_queries(most):
            assert client.get(url(name)).status_code == 200


# --- drills ----------------------------------------------------------------------------------------------------------


def test_a6_2_a_joint_training_is_planned_held_and_kept_with_attendance(client: Client, site: Site) -> None:
    other = make_station(make_estate(site.grid), "邻站")
    crew = make_crew(other)
    soon = time.local(time.now() + timedelta(hours=1))
    data = {
        "host": site.station.pk, "kind": "joint", "subject": "联勤夜练", "planned_at": f"{soon:%Y-%m-%dT%H:%M}",
        "others": [other.pk],
    }  # fmt: skip
    page(client, site.office, url("drill-new"), {**data, "others": []}, status=422)
    page(client, site.office, url("drill-new"), data, status=302)
    drill = Drill._base_manager.get()
    held = {
        "held_at": f"{time.local(time.now()):%Y-%m-%dT%H:%M}", "result": "partly", "seconds": 200, "lessons": "对讲机没电",
        "present": [site.members[0].code, crew[0].code], "photos": make_upload(),
    }  # fmt: skip
    assert "（邻站）" in page(client, site.office, url("drill", drill.code))
    page(client, site.office, url("drill", drill.code), {**held, "present": []}, status=422)
    page(client, site.office, url("drill", drill.code), {**held, "photos": make_upload()}, status=302)
    told = page(client, site.head, url("drill", drill.code))
    assert "超过三分钟" in told
    assert told.count("缺席") == 10
    assert "联勤夜练" in page(client, site.head, url("drills") + "?state=held")
    client.force_login(site.head)
    photo = drill.photos.get()
    assert client.get(url("drill-photo", drill.code, photo.code)).status_code == 200
    page(client, site.office, url("drill-cancel", drill.code), {"reason": "x"}, status=422)


# --- call-outs -------------------------------------------------------------------------------------------------------


def test_a6_3_the_office_calls_a_station_to_a_home_and_follows_the_chain(client: Client, site: Site) -> None:
    address = f"{url('callout-new')}?home={site.home.code}"
    assert f"呼叫{site.station.name}" in page(client, site.office, address)
    page(client, site.office, address, {"title": "", "level": "fire"}, status=422)
    page(client, site.office, address, {"title": "冒烟", "level": "fire"}, status=302)
    row = CallOut._base_manager.get()
    told = page(client, site.office, url("callout", row.code))
    assert "登记住 0 人，是否有人需协助疏散不明" in told
    assert "没有设置短信网关" not in told  # the worker has not tried yet
    assert site.station.phone in told
    page(client, site.office, url("callout-step", row.code, "report"), {"outcome": "false"}, status=422)
    page(client, site.mate, url("callout-step", row.code, "arrive"), {}, status=302)
    page(
        client, site.mate, url("callout-step", row.code, "report"), {"outcome": "real", "finding": "锅烧干"}, status=302
    )
    page(client, site.mate, url("callout-step", row.code, "close"), {"lessons": ""}, status=422)
    page(
        client, site.mate, url("callout-step", row.code, "close"), {"lessons": "带钥匙", "photos": make_upload()}, status=302
    )  # fmt: skip
    row.refresh_from_db()
    assert row.hazard is not None
    told = page(client, site.office, url("callout", row.code))
    assert row.hazard.title in told
    assert "带钥匙" in told
    client.force_login(site.office)
    assert client.get(url("callout-photo", row.code, row.photos.get().file.code)).status_code == 200
    rows = sheet(client, site.office, url("callouts-export") + "?state=real")
    assert [cells[0] for cells in rows[1:]] == [row.code]
    assert "真火" in page(client, site.office, url("callouts") + "?state=closed")


def test_x3_no_name_of_anybody_who_lives_there_stands_on_a_callout(client: Client, site: Site) -> None:
    site.home.landlord = make_party(site.grid, "周桂芳", phone="13900128816")
    site.home.save()
    Occupant.objects.create(dwelling=site.home, party=make_party(site.grid, "王小强"), since=time.today())
    row = make_callout(site)
    for who, address in (
        (site.office, url("callout", row.code)), (site.mate, reverse("station:board")), (site.mate, reverse("station:now")),
    ):  # fmt: skip
        told = page(client, who, address)
        assert row.where in told
        assert not [name for name in ("周桂芳", "王小强", "8816") if name in told]


def test_a6_3_the_phone_goes_through_a_call_with_one_big_button_a_step(client: Client, site: Site) -> None:
    board = reverse("station:board")
    calm = page(client, site.mate, board)
    assert "现在没有出动" in calm
    assert "朱建国、陈刚" in calm
    row = make_callout(site)

    def tap(step: str, **data: Any) -> str:
        page(client, site.mate, reverse("station:step", args=[row.code, step]), data, status=302)
        return page(client, site.mate, reverse("station:now"))

    first = page(client, site.mate, board)
    assert first.count('class="p-tap') == 1
    assert "接警" in first
    assert 'href="tel:119"' in first
    assert "我到了" in tap("accept")
    there = tap("arrive")
    assert [word for word in ("真火", "误报", "测试", "故障") if word not in there] == []
    assert "结束" in tap("report", outcome="false")
    page(client, site.mate, reverse("station:step", args=[row.code, "close"]), {"finding": "油烟"}, status=302)
    row.refresh_from_db()
    assert (row.state, row.finding) == ("closed", "油烟")
    assert "现在没有出动" in page(client, site.mate, board)


def test_a6_3_a_phone_that_waits_for_a_call_is_not_signed_out_while_its_page_is_open(
    client: Client, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(site.mate)
    key, begun = client.session.session_key, time.now()
    for hours in range(0, 30, 6):
        monkeypatch.setattr(time, "now", lambda hours=hours: begun + timedelta(hours=hours))
        client.get(reverse("station:now"), headers={"HX-Request": "true"})
        prolonged = client.session[http.PROLONGED]
        assert prolonged == (begun + timedelta(hours=hours)).timestamp()
        monkeypatch.setattr(time, "now", lambda hours=hours: begun + timedelta(hours=hours, minutes=59))
        client.get(reverse("station:now"), headers={"HX-Request": "true"})
        assert client.session[http.PROLONGED] == prolonged, "not written at every look"
    row = Session.objects.get(pk=key)
    Session.objects.filter(pk=key).update(expire_date=timezone.now() + timedelta(minutes=1))
    monkeypatch.setattr(time, "now", lambda: begun + timedelta(hours=40))
    client.get(reverse("station:now"), headers={"HX-Request": "true"})
    row.refresh_from_db()
    assert row.expire_date > timezone.now() + timedelta(hours=11)


def test_who_taps_second_is_told_and_sees_the_new_state(client: Client, site: Site) -> None:
    row = make_callout(site)
    callouts.arrive(by=site.head, callout=row)
    client.force_login(site.mate)
    answer = client.post(reverse("station:step", args=[row.code, "arrive"]), follow=True)
    told = answer.content.decode()
    assert "不能" in told or "才能" in told or "状态" in told
    assert 'value="real"' in told


def test_the_phone_costs_few_queries_however_many_calls_are_open(
    client: Client, site: Site, django_assert_max_num_queries: Any
) -> None:
    for n in range(5):
        home = make_sound_dwelling(site.grid, place=site.home.place)
        make_callout(site, subject=callouts.Subject(dwelling=home), title=f"第 {n} 次")
    client.force_login(site.mate)
    client.get(reverse("station:now"))
    with django_assert_max_num_queries(16):
        client.get(reverse("station:now"))


def test_the_grid_leader_answers_on_the_same_page_once_called(client: Client, site: Site) -> None:
    row = make_callout(site)
    moment = time.now()
    escalation.run_clocks(moment + timedelta(seconds=60))
    told = page(client, site.grid_worker, reverse("station:board"))
    assert row.where in told
    page(client, site.grid_worker, reverse("station:step", args=[row.code, "accept"]), {}, status=302)
    row.refresh_from_db()
    assert row.state == "accepted"
    assert row.calls.get(target="grid").answered_at is not None


# --- what hangs on other pages ---------------------------------------------------------------------------------------


def test_the_page_of_a_home_names_the_station_on_duty_with_its_telephone(client: Client, site: Site) -> None:
    told = page(client, site.office, reverse("dwellings:dwelling", args=[site.home.code]))
    assert site.station.name in told
    assert "0512-50000119" in told
    assert f"{url('callout-new')}?home={site.home.code}" in told
    uncovered = make_sound_dwelling(site.grid)
    assert "没有站负责" in page(client, site.office, reverse("dwellings:dwelling", args=[uncovered.code]))


def test_the_page_of_an_estate_names_its_station(client: Client, site: Site) -> None:
    told = page(client, site.office, reverse("areas:estate", args=[site.estate.code]))
    assert site.station.name in told


def test_the_home_page_of_the_station_leads_to_an_open_call_first(client: Client, site: Site) -> None:
    calm = page(client, site.mate, "/")
    assert reverse("station:board") in calm
    row = make_callout(site)
    told = page(client, site.mate, "/")
    assert row.where in told
    assert f"{reverse('station:board')}?call={row.code}" in told


def test_gaps_and_expiries_are_work_of_who_keeps_the_station_and_of_nobody_else(client: Client, site: Site) -> None:
    stations.edit_station(
        by=system_actor(), station=site.station,
        values={name: getattr(site.station, name) for name in stations.FIELDS} | {"least": 3},
    )  # fmt: skip
    assert f"{site.station.name}：今后 14 天" in page(client, site.head, "/")
    assert f"{site.station.name}：今后 14 天" in page(client, site.office, "/")
    assert f"{site.station.name}：今后 14 天" not in page(client, site.mate, "/")
    assert site.station.name not in page(client, site.stranger, "/")
