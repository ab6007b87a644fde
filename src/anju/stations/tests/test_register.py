"""Staff, certificates, kit, coverage, rosters, drills, and the readiness that follows from them (A6.1, A6.2, A9.3)."""

from datetime import date, timedelta
from typing import Any

import pytest

from anju.accounts.services import system_actor
from anju.audit.models import Entry
from anju.core import time
from anju.core.errors import NotAllowed, Refused
from anju.dwellings.testing import make_estate, make_grid, make_user
from anju.stations.models import Certificate, Drill, Duty, Kit, Member, Station
from anju.stations.readiness import Facts, level_of, reasons
from anju.stations.selectors import roster
from anju.stations.services import drills, duties, people, readiness, stations
from anju.stations.services import kit as kits
from anju.stations.testing import (
    Site,
    fill_month,
    hold,
    make_callout,
    make_crew,
    make_drill,
    make_kit,
    make_member,
    make_site,
    make_station,
    make_turns,
)

pytestmark = pytest.mark.django_db
BY = system_actor
SOUND = Facts(
    kind="community", on_duty=2, least=2, staff=6, has_head=True, covers=1, gaps=0, drilled_on=date(2026, 11, 1)
)  # fmt: skip


@pytest.fixture
def site() -> Site:
    return make_site()


def codes(station: Station) -> set[str]:
    station.refresh_from_db()
    return {code for code, _level, _values in station.reasons}


def sound(station: Station) -> Station:
    """Everything it still lacks after make_crew: kit and a drill."""
    make_kit(station)
    hold(make_drill(station), list(Member._base_manager.filter(station=station)[:3]))
    return readiness.look(station)


@pytest.mark.nodatabase
@pytest.mark.parametrize(
    ("change", "level", "code"),
    [
        ({}, "ready", ""),
        ({"on_duty": 1}, "limited", "few_now"),
        ({"on_duty": 0}, "not_ready", "nobody_now"),
        ({"staff": 5}, "limited", "few_staff"),
        ({"has_head": False}, "limited", "no_head"),
        ({"covers": 0}, "limited", "covers_nothing"),
        ({"gaps": 1}, "limited", "gaps"),
        ({"certificates_expired": 1}, "limited", "certificates_expired"),
        ({"certificates_soon": 1}, "ready", "certificates_soon"),
        ({"kit_missing": ("hose",)}, "limited", "kit_missing"),
        ({"kit_expired": 1}, "limited", "kit_expired"),
        ({"kit_soon": 1}, "ready", "kit_soon"),
        ({"drilled_on": None}, "limited", "never_drilled"),
        ({"drilled_on": date(2026, 8, 25)}, "ready", ""),  # 90 days ago
        ({"drilled_on": date(2026, 8, 24)}, "limited", "drill_old"),
        ({"unanswered": 1}, "limited", "unanswered"),
    ],
)
def test_a6_2_each_lack_has_its_reason_and_its_weight(change: dict[str, Any], level: str, code: str) -> None:
    found = reasons(Facts(**{**SOUND.__dict__, **change}), date(2026, 11, 23))
    assert level_of(found) == level
    assert [reason.code for reason in found] == ([code] if code else [])


def test_a6_2_a_station_with_everything_is_ready(site: Site) -> None:
    assert sound(site.station).readiness == "ready", site.station.reasons
    assert site.station.reasons == []


def test_a6_1_a_certificate_that_runs_out_next_week_is_told_ahead_and_its_shifts_are_gaps(site: Site) -> None:
    station = sound(site.station)
    day = time.today() + timedelta(days=7)
    Certificate._base_manager.filter(member=site.members[0]).update(expires_on=day)
    readiness.look(station)
    assert station.next_expiry_on == day
    assert codes(station) == {"certificates_soon", "gaps"}
    assert station.next_gap_at == time.day_start(day) + timedelta(hours=20)  # the night that ends on the day after
    assert station.readiness == "limited"


def test_a6_1_a_newer_certificate_takes_the_place_of_the_one_that_ran_out(site: Site) -> None:
    station, member, today = sound(site.station), site.members[0], time.today()
    Certificate._base_manager.filter(member=member).update(expires_on=today - timedelta(days=1))
    assert "certificates_expired" in codes(readiness.look(station))
    people.add_certificate(by=site.head, member=member, kind="training", issued_on=today - timedelta(days=2))
    assert codes(station) == set()


def test_a6_1_kit_that_ran_out_is_missing_from_the_day_after(site: Site) -> None:
    station, today = sound(site.station), time.today()
    Kit._base_manager.filter(station=station, item="hose").update(expires_on=today)
    assert codes(readiness.look(station)) == {"kit_soon"}
    Kit._base_manager.filter(station=station, item="hose").update(expires_on=today - timedelta(days=1))
    assert codes(readiness.look(station)) == {"kit_expired", "kit_missing"}
    assert station.expired == 1
    kits.remove_kit(by=site.head, kit=Kit._base_manager.get(station=station, item="hose"))
    make_kit(station, "hose", expires_on=today + timedelta(days=400))
    assert codes(station) == set()


def test_a9_3_a_control_room_with_one_certified_operator_at_night_has_a_gap_there_weeks_ahead() -> None:
    room = make_station(kind="control_room")
    both = [make_member(room, role="operator"), make_member(room, role="operator")]
    third = make_member(room, role="operator", certified=False)
    today = time.today()
    make_turns(room, both, today - timedelta(days=1), 17)
    assert "gaps" not in codes(room)
    Duty._base_manager.filter(member=both[1], day=today + timedelta(days=12), shift="night").update(member=third)
    readiness.look(room)
    assert room.gaps_ahead == 1
    assert room.next_gap_at == time.day_start(today + timedelta(days=12)) + timedelta(hours=20)


def test_a9_3_a_control_room_is_never_sent_out(site: Site) -> None:
    room = make_station(site.estate, kind="control_room", phone="0512-50000400")
    with pytest.raises(Refused, match="只值守"):
        stations.cover(by=BY(), station=room, place=site.estate)
    row = make_callout(site)
    assert {call.station for call in row.calls.all()} == {site.station}


def test_fewer_on_duty_than_the_norm_is_refused_with_the_source() -> None:
    with pytest.raises(Refused, match="至少 2 人") as refusal:
        make_station(least=1)
    assert "301" in refusal.value.law


def test_a_station_has_one_head_and_a_telephone_that_is_one(site: Site) -> None:
    with pytest.raises(Refused, match="站长是朱建国"):
        make_member(site.station, role="head")
    with pytest.raises(Refused, match="119"):
        make_station(phone="119")


def test_a_members_own_number_is_sealed_and_shown_masked(site: Site) -> None:
    member = make_member(site.station, phone="19900001234")
    row = Member._base_manager.get(pk=member.pk)
    assert "1234" not in row.phone_sealed
    assert (row.phone, row.masked_phone) == ("19900001234", "199••••1234")
    assert not Entry.objects.filter(after__icontains="19900001234").exists()


def test_x1_only_the_head_of_the_station_and_offices_of_its_town_change_it(site: Site) -> None:
    for who in (site.mate, site.stranger, site.grid_worker):
        with pytest.raises(NotAllowed):
            people.add_member(by=who, station=site.station, name="甲", role="driver", since=time.today())
    with pytest.raises(NotAllowed):
        stations.open_station(by=site.head, place=site.estate, values={}, opened_on=time.today())
    people.add_member(by=site.head, station=site.station, name="甲", role="driver", since=time.today())
    assert Entry.objects.filter(verb="station.edit", actor_id=site.head.pk).count() == 1


def test_a_station_covers_places_of_its_own_town_only(site: Site) -> None:
    with pytest.raises(Refused, match="不在同一个镇"):
        stations.cover(by=BY(), station=site.station, place=make_estate(make_grid()))


def test_a_closed_station_is_no_longer_called_nor_changed(site: Site) -> None:
    stations.close_station(by=site.office, station=site.station, reason="并入城中站")
    site.station.refresh_from_db()
    assert site.station.readiness == "closed"
    with pytest.raises(Refused, match="撤销"):
        make_member(site.station)
    assert [call.target for call in make_callout(site).calls.all()] == ["grid"]


# --- rosters ---------------------------------------------------------------------------------------------------------


def test_a_tap_on_a_cell_goes_through_the_shifts_and_back_to_free(site: Site) -> None:
    assert [duties.following(site.station, key) for key in ("", "day", "night", "odd")] == ["day", "night", "", ""]


def test_a6_1_taking_somebody_off_a_shift_shows_the_gap_at_once(site: Site) -> None:
    day = time.today() + timedelta(days=5)
    assert site.station.gaps_ahead == 0
    Duty._base_manager.filter(
        member=site.members[0], day=day, shift="night"
    ).delete()  # two turns a day are not a click
    duties.put(by=site.head, station=site.station, member=site.members[0], day=day, key="")
    site.station.refresh_from_db()
    assert site.station.gaps_ahead == 2
    duties.put(by=site.head, station=site.station, member=site.members[2], day=day, key="day")
    site.station.refresh_from_db()
    assert site.station.gaps_ahead == 1
    assert Entry.objects.filter(verb="station.roster").count() == 2


def test_a_shift_that_is_over_stays_as_it_was(site: Site) -> None:
    yesterday = time.today() - timedelta(days=2)
    make_turns(site.station, site.members[:1], yesterday, keys=["day"])
    with pytest.raises(Refused, match="不改"):
        duties.put(by=site.head, station=site.station, member=site.members[0], day=yesterday, key="")
    with pytest.raises(Refused, match="不改"):
        duties.put(by=site.head, station=site.station, member=site.members[3], day=yesterday, key="day")


def test_a6_1_a_month_filled_from_the_teams_has_no_gap_and_everybody_rests(site: Site) -> None:
    station = make_station(site.estate)
    make_crew(station, on_duty=False)
    first = roster.next_month(time.today())
    made = fill_month(station, first)
    last = roster.next_month(first) - timedelta(days=1)
    assert made == last.day * 2 * 2
    assert [p for p in roster.check(station, first, last).problems if p.firm] == []
    assert fill_month(station, first) == 0


def test_a_month_without_teams_cannot_be_filled(site: Site) -> None:
    station = make_station(site.estate)
    make_member(station)
    with pytest.raises(Refused, match="没有编班组"):
        fill_month(station, roster.next_month(time.today()))


def test_other_shifts_empty_the_roster_from_tomorrow_on(site: Site) -> None:
    station, today = site.station, time.today()
    values = {name: getattr(station, name) for name in stations.FIELDS} | {"pattern": "24", "rest_hours": 24}
    stations.edit_station(by=site.head, station=station, values=values)
    assert not Duty._base_manager.filter(station=station, day__gt=today).exists()
    assert Duty._base_manager.filter(station=station, day=today).exists()
    assert "gaps" in codes(station)


def test_who_leaves_is_taken_off_later_shifts(site: Site) -> None:
    last = time.today() + timedelta(days=2)
    people.edit_member(by=site.head, member=site.members[1], values={"until": last})
    assert Duty._base_manager.filter(member=site.members[1], day__gt=last).count() == 0
    assert Duty._base_manager.filter(member=site.members[1], day=last).count() == 2


def test_who_is_on_duty_now_changes_at_the_hour_of_the_shift(site: Site) -> None:
    station = make_station(site.estate)
    one, two = make_member(station), make_member(station)
    today = time.today()
    make_turns(station, [one], today, keys=["day"])
    make_turns(station, [two], today, keys=["night"])
    eight = time.day_start(today) + timedelta(hours=20)
    second = timedelta(seconds=1)
    assert roster.on_duty([station.pk], eight - second)[station.pk] == [one]
    assert roster.on_duty([station.pk], eight)[station.pk] == [two]
    assert roster.on_duty([station.pk], eight + timedelta(hours=12)) == {}


# --- drills ----------------------------------------------------------------------------------------------------------


def test_a6_2_joint_training_counts_for_every_station_that_took_part(site: Site) -> None:
    other = make_station(make_estate(site.grid))
    crew = make_crew(other)
    drill = make_drill(site.station, other)
    hold(drill, [*site.members[:3], *crew[:2]], seconds=150, lessons="对讲机要统一频道")
    drill.refresh_from_db()
    assert (drill.state, drill.result, drill.seconds) == ("held", "good", 150)
    assert drill.attendance.filter(present=True).count() == 5
    assert drill.attendance.filter(present=False).count() == 7
    for station in (site.station, other):
        assert "never_drilled" not in codes(station)
        assert station.drilled_on == time.today()


def test_a6_2_a_drill_is_seen_by_every_town_that_takes_part_and_by_no_other(site: Site) -> None:
    drill = make_drill(site.station)
    assert Drill.objects.for_user(site.office).get() == drill
    assert Drill.objects.for_user(site.head).get() == drill
    assert not Drill.objects.for_user(site.stranger).exists()
    with pytest.raises(NotAllowed):
        drills.cancel_drill(by=site.stranger, drill=drill, reason="x")


def test_a_drill_is_planned_ahead_and_recorded_once_with_people_of_its_stations(site: Site) -> None:
    with pytest.raises(Refused, match="提前"):
        make_drill(site.station, planned_at=time.now() - timedelta(minutes=1))
    with pytest.raises(Refused, match="第二个站"):
        make_drill(site.station, kind="joint")
    drill = make_drill(site.station)
    outsider = make_member(make_station(make_estate(site.grid)))
    with pytest.raises(Refused, match="参加站"):
        hold(drill, [outsider])
    with pytest.raises(Refused, match="怎样改进"):
        hold(drill, site.members[:2], result="failed")
    hold(drill, site.members[:2], result="failed", lessons="水带接口不配")
    with pytest.raises(Refused, match="已举行"):
        hold(drill, site.members[:2])


def test_a6_3_an_unanswered_call_weighs_on_the_station_for_a_month(site: Site) -> None:
    station = sound(site.station)
    row = make_callout(site)
    row.calls.update(missed_at=time.now())
    assert codes(readiness.look(station)) == {"unanswered"}
    row.calls.update(called_at=time.now() - timedelta(days=31))
    assert codes(readiness.look(station)) == set()


def test_all_stations_are_looked_at_and_a_closed_one_is_left_alone(site: Site) -> None:
    make_user()  # the schedule acts as nobody
    Station._base_manager.filter(pk=site.station.pk).update(readiness="ready", looked_at=None)
    readiness.look_at_all(time.now())
    site.station.refresh_from_db()
    assert site.station.readiness == "limited"
    assert site.station.looked_at is not None
