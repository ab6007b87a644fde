"""Called, answered, there, reported, closed; and what time alone does meanwhile (A4.4, A6.3)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from anju.accounts.services import system_actor
from anju.audit.models import Entry
from anju.core import time
from anju.core.errors import NotAllowed, Refused
from anju.dwellings.testing import make_estate, make_sound_dwelling, make_user
from anju.inspections.models import Hazard
from anju.inspections.testing import make_photo
from anju.stations import workflow
from anju.stations.models import Call, CallClock, CallOut, Message, Responder
from anju.stations.selectors import briefing
from anju.stations.services import callouts, escalation, stations
from anju.stations.testing import Site, make_callout, make_crew, make_site, make_station

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def site() -> Site:
    return make_site()


@pytest.fixture
def alarm_at() -> Iterator[datetime]:
    """Noon of today: the clock of the test, moved by `at`."""
    noon = time.day_start(time.today()) + timedelta(hours=12)
    with time.in_the_past(noon):
        yield noon


class at:
    """with at(noon, 30): thirty seconds later."""

    def __init__(self, start: datetime, seconds: int) -> None:
        self.inner = time.in_the_past(start + seconds * SECOND)

    def __enter__(self) -> None:
        self.inner.__enter__()

    def __exit__(self, *error: Any) -> None:
        self.inner.__exit__(*error)


def fresh(row: CallOut) -> CallOut:
    return CallOut._base_manager.get(pk=row.pk)


def calls(row: CallOut) -> list[tuple[str, str]]:
    return list(Call.objects.filter(callout=row).order_by("order").values_list("target", "why"))


def run(start: datetime, seconds: int) -> int:
    with at(start, seconds):
        return escalation.run_clocks(start + seconds * SECOND)


def log_of(row: CallOut) -> list[str]:
    return list(row.events.order_by("at", "id").values_list("move", flat=True))


def test_a6_3_from_the_call_to_the_end_every_limit_is_measured(site: Site, alarm_at: datetime) -> None:
    with at(alarm_at, 2):
        row = make_callout(site, alarm_at=alarm_at, source="alarm", source_code="AL1", by=system_actor())
    with at(alarm_at, 22):
        callouts.accept(by=site.mate, callout=row)
    with at(alarm_at, 150):
        callouts.arrive(by=site.mate, callout=row)
    with at(alarm_at, 200):
        callouts.report(by=site.mate, callout=row, outcome="false", finding="炒菜油烟")
    with at(alarm_at, 400):
        callouts.close(by=site.mate, callout=row)
    row = fresh(row)
    assert (row.state, row.outcome) == ("closed", "false")
    assert (row.dispatch_seconds, row.answer_seconds, row.arrival_seconds) == (2, 20, 150)
    assert row.station == site.station
    assert not CallClock.objects.filter(callout=row, done_at=None).exists()
    assert run(alarm_at, 3600) == 0
    assert log_of(row) == ["call", "accept", "arrive", "report", "close"]
    assert row.hazard is None


@pytest.mark.parametrize(("seconds", "escalated"), [(59, False), (60, True)])
def test_a6_3_the_minute_to_answer_ends_at_its_sixtieth_second(
    site: Site, alarm_at: datetime, seconds: int, escalated: bool
) -> None:
    row = make_callout(site)
    run(alarm_at, seconds)
    assert (len(calls(row)) == 2) is escalated
    assert Call.objects.filter(callout=row, missed_at__isnull=False).exists() is escalated


def test_a4_4_nobody_answers_so_the_next_station_the_grid_leader_and_the_town_are_called_in_turn(
    site: Site, alarm_at: datetime
) -> None:
    other = make_station(make_estate(site.grid), phone="0512-50000200")
    make_crew(other)
    stations.cover(by=system_actor(), station=other, place=site.estate, rank=2, metres=420)
    row = make_callout(site)
    for minute in (1, 2, 3, 4, 5):
        run(alarm_at, 60 * minute)
    assert [target for target, _why in calls(row)] == ["station", "station", "grid", "town"]
    assert [why for _target, why in calls(row)] == ["first", "unanswered", "unanswered", "unanswered"]
    assert log_of(row)[-1] == "nobody"
    assert fresh(row).state == "called"
    assert Entry.objects.filter(verb="callout.missed").count() == 5  # four answers and the three minutes
    assert run(alarm_at, 86_400) == 0  # nothing repeats by itself


def test_the_called_station_of_another_estate_sees_the_call_and_answers_it(site: Site, alarm_at: datetime) -> None:
    estate = make_estate(site.grid)
    other = make_station(estate)
    make_crew(other)
    stations.cover(by=system_actor(), station=other, place=site.estate, rank=2)
    theirs = make_user(department="station", place=estate, display_name="丁强")
    row = make_callout(site)
    assert not CallOut.objects.for_user(theirs).exists()
    run(alarm_at, 60)
    assert CallOut.objects.for_user(theirs).get() == row
    with at(alarm_at, 70):
        callouts.accept(by=theirs, callout=row)
    row = fresh(row)
    assert (row.state, row.station, row.answer_seconds) == ("accepted", other, 70)


def test_a_station_with_nobody_on_the_roster_is_called_after_one_with_people(site: Site) -> None:
    empty = make_station(site.estate, phone="0512-50000300")
    stations.cover(by=system_actor(), station=empty, place=site.home.place, rank=1, metres=10)
    row = make_callout(site)
    assert Call.objects.get(callout=row).station == site.station


def test_two_people_who_answer_at_once_are_both_on_the_way_and_one_clock_stops(site: Site, alarm_at: datetime) -> None:
    row = make_callout(site)
    seen_by_both = fresh(row)
    with at(alarm_at, 20):
        callouts.accept(by=site.head, callout=seen_by_both)
        callouts.accept(by=site.mate, callout=seen_by_both)  # looked at the same page
        callouts.accept(by=site.mate, callout=seen_by_both)  # and tapped twice
    assert [r.name for r in Responder.objects.filter(callout=row).order_by("pk")] == ["朱建国", "陈刚"]
    assert log_of(row) == ["call", "accept", "join"]
    assert fresh(row).answer_seconds == 20
    assert CallClock.objects.filter(callout=row, kind="accept", done_at__isnull=False).count() == 1


def test_two_workers_that_run_the_clocks_at_once_call_the_next_once(site: Site, alarm_at: datetime) -> None:
    row = make_callout(site)
    clock = CallClock.objects.get(callout=row, kind="accept")
    moment = alarm_at + timedelta(minutes=1)
    assert escalation.claim(clock, moment)
    assert not escalation.claim(clock, moment)
    assert run(alarm_at, 60) == 0
    assert len(calls(row)) == 1


def test_an_answer_in_the_moment_before_the_clock_keeps_the_next_from_being_called(
    site: Site, alarm_at: datetime
) -> None:
    row = make_callout(site)
    with at(alarm_at, 59):
        callouts.accept(by=site.mate, callout=row)
    run(alarm_at, 61)
    assert calls(row) == [("station", "first")]


def test_a6_3_nobody_there_after_three_minutes_brings_the_neighbours_and_is_logged(
    site: Site, alarm_at: datetime
) -> None:
    other = make_station(make_estate(site.grid))
    make_crew(other)
    stations.cover(by=system_actor(), station=other, place=site.estate, rank=2)
    row = make_callout(site, alarm_at=alarm_at)
    with at(alarm_at, 30):
        callouts.accept(by=site.mate, callout=row)
    run(alarm_at, 179)
    assert len(calls(row)) == 1
    run(alarm_at, 180)
    assert calls(row)[1:] == [("station", "late")]
    with at(alarm_at, 200):
        callouts.arrive(by=site.mate, callout=row)
    assert fresh(row).arrival_seconds == 200
    assert CallClock.objects.get(callout=row, kind="arrive").missed_at is not None


def test_one_callout_per_alarm_however_often_it_is_told(site: Site) -> None:
    first = make_callout(site, source="alarm", source_code="AL7", by=system_actor())
    again = make_callout(site, source="alarm", source_code="AL7", by=system_actor())
    assert first.pk == again.pk
    assert Call.objects.count() == 1
    assert Message.objects.count() == Message.objects.values("key").distinct().count()


def test_a_second_alarm_of_the_same_home_joins_the_callout_that_runs_and_begins_anew_after_it(site: Site) -> None:
    first = make_callout(site, source="alarm", source_code="AL1", by=system_actor())
    second = make_callout(site, source="alarm", source_code="AL2", by=system_actor(), title="剩余电流报警")
    assert second.pk == first.pk
    assert fresh(first).also == ["AL2"]
    callouts.report(by=site.office, callout=first, outcome="test", finding="例行试验", by_phone=True)
    callouts.close(by=site.office, callout=first)
    assert make_callout(site, source="alarm", source_code="AL3", by=system_actor()).pk != first.pk


def test_the_same_person_calling_twice_in_half_a_minute_calls_once(site: Site, alarm_at: datetime) -> None:
    first = make_callout(site)
    assert make_callout(site).pk == first.pk
    with at(alarm_at, 31):
        assert make_callout(site).pk != first.pk


def test_a6_3_a_real_fire_opens_a_severe_hazard_at_the_home_with_who_must_put_it_right(site: Site) -> None:
    row = make_callout(site, source="alarm", source_code="AL1", by=system_actor())
    callouts.arrive(by=site.mate, callout=row)
    photo = make_photo(site.mate)
    row = callouts.report(by=site.mate, callout=row, outcome="real", finding="插座打火，已扑灭", photos=[photo])
    hazard = Hazard._base_manager.get(dwelling=site.home)
    assert row.hazard == hazard
    assert (hazard.severity, hazard.category, hazard.source, hazard.binding) == ("severe", "fire", "device", False)
    assert hazard.title == "发生火情：厨房烟感报火警"
    assert [p.file for p in row.photos.all()] == [photo]
    with pytest.raises(Refused, match="经验"):
        callouts.close(by=site.mate, callout=row)
    assert callouts.close(by=site.mate, callout=row, lessons="带水带更快").state == "closed"
    assert [(link.file, link.event) for link in hazard.photos.all()] == [(photo, None)]
    assert (hazard.detail, hazard.events.filter(move="told").exists()) == ("插座打火，已扑灭", False)


def test_a6_3_what_is_told_when_the_fire_is_out_stands_on_the_hazard_with_its_photos(site: Site) -> None:
    """By the buttons of the phone a fire is reported without a word; the words come at the end."""
    row = make_callout(site)
    callouts.arrive(by=site.mate, callout=row)
    row = callouts.report(by=site.mate, callout=row, outcome="real")
    photo = make_photo(site.mate)
    callouts.close(by=site.mate, callout=row, finding="油锅起火，已闷灭", lessons="带锅盖", photos=[photo])
    hazard = Hazard._base_manager.get(dwelling=site.home)
    assert hazard.detail == "油锅起火，已闷灭"
    told = hazard.events.get(move="told")
    assert (told.text, told.by, [link.file for link in told.photos.all()]) == ("油锅起火，已闷灭", site.mate, [photo])
    assert Entry.objects.filter(verb="hazard.told").count() == 1


def test_a6_3_the_hazard_of_a_fire_leads_to_its_call_out(site: Site, client: Client) -> None:
    row = make_callout(site)
    callouts.arrive(by=site.mate, callout=row)
    row = callouts.report(by=site.mate, callout=row, outcome="real")
    assert row.hazard is not None
    client.force_login(site.office)
    assert f"/stations/callouts/{row.code}/" in client.get(f"/hazards/{row.hazard.code}/").content.decode()


def test_a_false_alarm_with_something_to_be_put_right_opens_a_minor_hazard(site: Site) -> None:
    row = make_callout(site)
    callouts.arrive(by=site.mate, callout=row)
    with pytest.raises(Refused):
        callouts.report(by=site.mate, callout=row, outcome="false", hazard=True)
    row = callouts.report(by=site.mate, callout=row, outcome="false", finding="灭火器没有了", hazard=True)
    assert row.hazard is not None
    assert (row.hazard.severity, row.hazard.title) == ("minor", "出动时发现：灭火器没有了")


def test_a_callout_of_a_shared_place_binds_the_property_company(site: Site) -> None:
    row = make_callout(site, subject=callouts.Subject(place=site.home.place), title="楼道有烟")
    callouts.arrive(by=site.mate, callout=row)
    row = callouts.report(by=site.mate, callout=row, outcome="real", finding="垃圾着火")
    assert row.hazard is not None
    assert (row.hazard.dwelling, row.hazard.place, row.hazard.answerable) == (None, site.home.place, "property")


def test_nobody_on_the_spot_may_report_except_the_office_by_telephone(site: Site) -> None:
    row = make_callout(site)
    with pytest.raises(Refused, match="待接警"):
        callouts.report(by=site.mate, callout=row, outcome="false")
    with pytest.raises(NotAllowed):
        callouts.report(by=site.mate, callout=row, outcome="false", finding="没事", by_phone=True)
    row = callouts.report(by=site.office, callout=row, outcome="false", finding="物业到场看过", by_phone=True)
    assert row.state == "reported"
    with pytest.raises(Refused):
        callouts.close(by=site.stranger, callout=row)


@pytest.mark.parametrize("move", list(workflow.callouts.moves))
@pytest.mark.parametrize("state", CallOut.State.values)
def test_a_move_is_possible_from_the_states_of_the_table_and_refused_in_words_from_all_others(
    state: str, move: str
) -> None:
    allowed = {
        "called": {"accept", "arrive", "report_by_phone"}, "accepted": {"arrive", "report_by_phone"},
        "arrived": {"report", "report_by_phone"}, "reported": {"close"}, "closed": set(),
    }  # fmt: skip
    row = CallOut(state=state)
    if move in allowed[state]:
        assert workflow.callouts.check(move, state, row, None).name == move
    else:
        with pytest.raises(Refused) as refusal:
            workflow.callouts.check(move, state, row, None)
        assert str(workflow.callouts.states[state]) in refusal.value.message


def test_x1_an_office_of_another_town_neither_sees_calls_nor_answers(site: Site) -> None:
    row = make_callout(site)
    assert not CallOut.objects.for_user(site.stranger).exists()
    for step in (callouts.accept, callouts.arrive, callouts.ask_support):
        with pytest.raises(NotAllowed):
            step(by=site.stranger, callout=row)
    with pytest.raises(NotAllowed):
        make_callout(site, by=site.stranger)


def test_x3_the_callout_says_how_many_need_help_and_names_nobody(site: Site) -> None:
    site.home.people = 5
    site.home.save()
    home = make_sound_dwelling(site.grid, place=site.home.place, facts={"need_help": 2, "lpg_cylinders": 1})
    home.people = 5
    home.save()
    row = make_callout(site, subject=callouts.Subject(dwelling=home))
    assert (row.people, row.need_help) == (5, 2)
    said = [line.text for line in briefing.lines(row)]
    assert said[0] == "登记住 5 人，需协助疏散 2 人"
    assert "屋内有液化气瓶 1 瓶" in said
    assert "需协助疏散 2 人" in Message.objects.first().text  # type: ignore[union-attr]
    unknown = make_callout(site)
    assert briefing.people_line(unknown).text == "登记住 5 人，是否有人需协助疏散不明"


def test_the_way_and_the_water_are_told_for_the_building_before_the_estate(site: Site) -> None:
    by = system_actor()
    building = site.home.place.parent
    assert building is not None
    stations.cover(by=by, station=site.station, place=site.estate, metres=300, route="走北门")
    stations.cover(by=by, station=site.station, place=building, metres=180, route="走东侧消防道")
    stations.note_site(by=by, station=site.station, place=building, values={"water": "消火栓在 4 楼电梯旁", "way_in": "", "shut_off": "总阀在进门左手", "caution": ""})  # fmt: skip
    row = make_callout(site)
    assert briefing.route_of(row) == "从站里走 180 米，走东侧消防道"
    assert [line.text for line in briefing.note_lines(row.place)] == ["消火栓在 4 楼电梯旁", "总阀在进门左手"]


def test_support_calls_the_next_station_and_starts_no_clock_of_its_own(site: Site, alarm_at: datetime) -> None:
    other = make_station(make_estate(site.grid))
    make_crew(other)
    stations.cover(by=system_actor(), station=other, place=site.estate, rank=2)
    row = make_callout(site)
    with at(alarm_at, 10):
        callouts.accept(by=site.mate, callout=row)
        callouts.ask_support(by=site.mate, callout=row)
    assert calls(row) == [("station", "first"), ("station", "asked")]
    assert CallClock.objects.filter(callout=row, done_at=None).count() == 1  # the arrival
    with at(alarm_at, 20):
        callouts.ask_support(by=site.mate, callout=row)  # then the leader of the grid, then the town
        callouts.ask_support(by=site.mate, callout=row)
        with pytest.raises(Refused, match="都已呼叫"):
            callouts.ask_support(by=site.mate, callout=row)


def test_the_clocks_of_many_callouts_cost_the_same_queries_each(site: Site, alarm_at: datetime) -> None:
    def cost(seconds: int) -> int:
        before = len(connection.queries_log)
        run(alarm_at, seconds)
        return len(connection.queries_log) - before

    connection.force_debug_cursor = True
    try:
        make_callout(site)
        one = cost(60)
        for n in range(5):
            with at(alarm_at, 100 + n):
                make_callout(
                    site, subject=callouts.Subject(dwelling=make_sound_dwelling(site.grid, place=site.home.place))
                )
        five = cost(164)
    finally:
        connection.force_debug_cursor = False
    assert five <= one * 6 + 5
