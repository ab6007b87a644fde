from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from anju.core import time
from anju.core.errors import NotAllowed, Refused
from anju.dwellings.models import Dwelling, Observation
from anju.dwellings.services.facts import Evidence, observe
from anju.dwellings.testing import SOUND_FACTS, SOUND_ROOM, make_dwelling, make_party, make_sound_dwelling, make_user
from anju.inspections.models import Hazard, PlanItem, Visit
from anju.inspections.services import duties, hazards, plans, visits
from anju.inspections.services.visits import Seen, next_try, record_visit
from anju.inspections.testing import Team, make_photo, make_team

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # Monday noon in Shanghai


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    moment = [NOON]

    def move(**delta: float) -> datetime:
        moment[0] += timedelta(**delta)
        return moment[0]

    monkeypatch.setattr(time, "now", lambda: moment[0])
    return move


def home_of(team: Team, **over: Any) -> Dwelling:
    return make_dwelling(team.grid_area, landlord=make_party(team.grid_area, "周桂芳"), **over)


def visit(team: Team, home: Dwelling, *, facts: Any = None, room: Any = None, once: str = "1", **over: Any) -> Visit:
    seen = Seen(
        facts={**SOUND_FACTS, **(facts or {})},
        rooms={"A": {**SOUND_ROOM, **(room or {})}},
        photos=over.pop("photos", ()),
    )
    return record_visit(by=over.pop("by", team.grid), token=once, result="done", dwelling=home, seen=seen, **over)


def hazards_of(home: Dwelling) -> dict[str, Hazard]:
    return {f"{row.rule}@{row.room}".rstrip("@"): row for row in Hazard._base_manager.filter(dwelling=home)}


def safety(home: Dwelling) -> set[str]:
    return {name for name, row in hazards_of(home).items() if row.category != "paperwork"}


def test_what_an_inspection_finds_becomes_hazards_with_party_handler_and_term() -> None:
    team = make_team()
    home = home_of(team)
    done = visit(team, home, facts={"extinguishers_3kg": 0}, room={"window": False})
    found = hazards_of(home)
    assert safety(home) == {"D09", "R03@A"}
    assert (found["D09"].answerable_name, found["D09"].handler, found["D09"].state) == (
        "周桂芳",
        team.grid,
        "correcting",
    )
    assert found["R03@A"].severity == "prohibited"
    assert found["D09"].because == {"extinguishers_3kg": 0}
    assert (done.outcome["before"], done.outcome["after"]) == ("unchecked", "non_compliant")
    assert set(done.outcome["opened"]) >= {found["D09"].code, found["R03@A"].code}


def test_a_second_visit_finds_the_same_hazard_again() -> None:
    team = make_team()
    home = home_of(team)
    visit(team, home, facts={"extinguishers_3kg": 0})
    again = visit(team, home, facts={"extinguishers_3kg": 1}, once="2")
    row = hazards_of(home)["D09"]
    assert again.outcome["opened"] == []
    assert row.code in again.outcome["again"]
    assert row.because == {"extinguishers_3kg": 1}


def test_a_violation_that_vanished_is_marked_and_not_closed() -> None:
    team = make_team()
    home = home_of(team)
    visit(team, home, facts={"extinguishers_3kg": 0})
    done = visit(team, home, once="2")
    row = hazards_of(home)["D09"]
    assert done.outcome["gone"] == [row.code]
    assert (row.state, row.gone_at) == ("correcting", NOON)
    visit(team, home, facts={"extinguishers_3kg": 0}, once="3")
    row.refresh_from_db()
    assert row.gone_at is None


def test_advice_opens_no_hazard_and_is_listed() -> None:
    team = make_team()
    home = home_of(team)
    done = visit(team, home, room={"family": True, "area": 7, "persons": 2})
    assert not any(row.rule == "R14" for row in hazards_of(home).values())
    assert len(done.outcome["advice"]) == 1


def test_a_ledger_without_inspection_opens_no_safety_hazard() -> None:
    team = make_team()
    home = home_of(team)
    observe(by=team.office, dwelling=home, source="import", observed_at=NOON,
            values={"facts": {**SOUND_FACTS, "common_alarm": False}, "rooms": {"A": dict(SOUND_ROOM)}})  # fmt: skip
    assert safety(home) == set()


def test_a_home_no_longer_let_keeps_its_hazards_until_a_person_decides() -> None:
    team = make_team()
    home = home_of(team)
    visit(team, home, facts={"extinguishers_3kg": 0})
    visit(team, home, facts={"letting_state": "vacant"}, once="2")
    row = hazards_of(home)["D09"]
    assert (row.state, row.gone_at) == ("correcting", NOON)
    hazards.void(by=team.head, hazard=row, kind="not_let", reason="已空置")
    row.refresh_from_db()
    assert row.void_reason == "not_let"


def test_a3_3_the_security_mark_comes_from_the_rule() -> None:
    team = make_team()
    home = home_of(team)
    visit(team, home, facts={"extinguishers_3kg": 0}, room={"persons": 3, "area": 30})
    found = hazards_of(home)
    assert found["R02@A"].is_security
    assert not found["D09"].is_security


def test_photos_of_a_fact_hang_on_the_hazard_it_forced() -> None:
    team = make_team()
    home = home_of(team)
    photo = make_photo(team.grid)
    other = make_photo(team.grid)
    visit(team, home, room={"window": False}, photos=[Evidence(photo, "A", "window"), Evidence(other, "A", "alarm")])
    assert [link.file for link in hazards_of(home)["R03@A"].photos.all()] == [photo]


def test_a_double_submit_is_one_visit() -> None:
    team = make_team()
    home = home_of(team)
    first = visit(team, home, facts={"extinguishers_3kg": 0})
    second = visit(team, home, facts={"extinguishers_3kg": 0})
    assert first.pk == second.pk
    assert Visit._base_manager.count() == 1
    assert Observation._base_manager.filter(dwelling=home, source="inspection").count() == 1


def test_violations_of_the_shared_part_bind_the_property_company() -> None:
    team = make_team()
    home = home_of(team)
    home.place.property_company = "和顺物业"
    home.place.save()
    record_visit(by=team.grid, token="u", result="done", dwelling=home, seen=Seen(unit={"exit_state": "locked"}))
    row = Hazard._base_manager.get(rule="U01")
    assert (row.dwelling, row.place, row.answerable, row.answerable_name) == (None, home.place, "property", "和顺物业")


@pytest.mark.parametrize(
    ("present", "following", "due"),
    [
        ("day", "evening", date(2026, 11, 24)),
        ("evening", "weekend", date(2026, 11, 28)),
        ("weekend", "appointment", date(2026, 11, 26)),
        ("appointment", "with_police", date(2026, 11, 26)),
        ("with_police", "with_police", date(2026, 11, 30)),
    ],
)
def test_a7_2_nobody_home_climbs_the_ladder(present: str, following: str, due: date) -> None:
    assert next_try(present, date(2026, 11, 23)) == (following, due)


def test_a7_2_nobody_home_makes_the_next_try_and_judges_nothing() -> None:
    team = make_team()
    home = home_of(team)
    item = plans.ask_check(by=team.office, dwelling=home)
    record_visit(by=team.grid, token="1", result="no_access", dwelling=home)
    item.refresh_from_db()
    assert (item.state, item.attempt, item.next_try) == ("open", 2, "evening")
    home.refresh_from_db()
    assert home.verdict == "unchecked"
    assert not Observation._base_manager.filter(dwelling=home, source="inspection").exists()


def test_a7_2_a_refusal_is_not_a_try_of_the_ladder() -> None:
    team = make_team()
    home = home_of(team)
    done = record_visit(by=team.grid, token="1", result="refused", dwelling=home, note="房东不让进")
    assert done.item is not None
    assert (done.item.next_try, done.item.attempt, done.item.state) == ("power", 1, "open")


def test_answers_and_nobody_home_do_not_go_together() -> None:
    team = make_team()
    home = home_of(team)
    with pytest.raises(Refused):
        record_visit(by=team.grid, token="1", result="no_access", dwelling=home, seen=Seen(facts={"rcd": True}))
    with pytest.raises(Refused):
        record_visit(by=team.grid, token="1", result="done", dwelling=home)
    assert not Visit._base_manager.exists()


def test_a7_2_a_joint_check_is_one_record_for_many_departments() -> None:
    team = make_team()
    home = home_of(team)
    done = visit(team, home, by=team.police, reason="night", with_departments=["fire", "housing"])
    assert Visit._base_manager.get() == done
    assert (done.reason, done.with_departments) == ("night", ["fire", "housing"])
    with pytest.raises(Refused, match="nobody"):
        visit(team, home, once="x", with_departments=["nobody"])


def test_a_wrong_value_writes_nothing_at_all() -> None:
    team = make_team()
    home = home_of(team)
    with pytest.raises(Refused):
        visit(team, home, facts={"storeys": 900})
    assert not Visit._base_manager.exists()
    assert not Observation._base_manager.filter(dwelling=home, source="inspection").exists()


def test_strangers_and_departments_without_the_verb_record_nothing() -> None:
    team = make_team()
    home = home_of(team)
    with pytest.raises(NotAllowed):
        visit(team, home, by=team.stranger)
    with pytest.raises(NotAllowed):
        visit(team, home, by=make_user("market1", "market", team.zone))


def test_a_round_takes_homes_by_reason_gives_them_to_their_grid_and_none_twice() -> None:
    team = make_team()
    new, red = home_of(team), make_sound_dwelling(team.grid_area, facts={"extinguishers_3kg": 0})
    plan = plans.create_plan(by=team.office, title="", area=team.zone, reason="first", due_on=date(2026, 11, 30))
    items = list(PlanItem._base_manager.filter(plan=plan))
    assert [item.dwelling for item in items] == [new]
    assert items[0].inspector in (team.grid, team.colleague)
    with pytest.raises(Refused):
        plans.create_plan(by=team.office, title="", area=team.zone, reason="first", due_on=date(2026, 11, 30))
    second = plans.create_plan(by=team.office, title="", area=team.zone, reason="red", due_on=date(2026, 11, 30))
    assert [item.dwelling for item in PlanItem._base_manager.filter(plan=second)] == [red]


def test_a_round_of_another_town_or_of_yesterday_is_refused() -> None:
    team = make_team()
    home_of(team)
    with pytest.raises(NotAllowed):
        plans.create_plan(by=team.stranger, title="", area=team.zone, reason="first", due_on=date(2026, 11, 30))
    with pytest.raises(Refused):
        plans.create_plan(by=team.office, title="", area=team.zone, reason="first", due_on=date(2026, 11, 22))


def test_the_first_visit_is_due_within_the_days_of_the_setting(settings: Any) -> None:
    settings.ANJU_FIRST_VISIT_DAYS = 5
    team = make_team()
    home = home_of(team)
    item = plans.ask_check(by=team.office, dwelling=home)
    assert (item.reason, item.due_on) == ("first", date(2026, 11, 28))
    assert plans.ask_check(by=team.office, dwelling=home) == item


def test_a_visit_is_given_to_people_of_its_area_only() -> None:
    team = make_team()
    item = plans.ask_check(by=team.office, dwelling=home_of(team))
    with pytest.raises(Refused):
        plans.give(by=team.office, items=[item], inspector=team.stranger)
    assert plans.give(by=team.office, items=[item], inspector=team.colleague) == 1


def test_a2_5_ten_beds_start_duties_and_recording_them_ends_the_violation() -> None:
    team = make_team()
    home = home_of(team)
    visit(team, home, facts={"rooms_let": 1, "beds_let": 10})
    assert {"D24", "D25", "D26"} <= safety(home)
    assert hazards_of(home)["D24"].source == "register"
    duties.record_management(
        by=team.office, dwelling=home, system=make_photo(team.office), manager_name="周桂芳", duties="每月自查"
    )
    for rule in ("D24", "D25", "D26"):
        assert hazards_of(home)[rule].gone_at == NOON


def test_a2_5_nine_rooms_and_nine_beds_start_nothing() -> None:
    team = make_team()
    home = home_of(team)
    visit(team, home, facts={"rooms_let": 1, "beds_let": 9})
    assert not {"D24", "D25", "D26"} & safety(home)


def test_re_occupation_check_found_let_again_opens_the_case_anew(clock: Any) -> None:
    team = make_team()
    home = home_of(team)
    visit(team, home, room={"window": False})
    row = hazards_of(home)["R03@A"]
    hazards.correct(by=team.grid, hazard=row, text="清退", photos=[make_photo(team.grid)])
    hazards.reinspect(by=team.colleague, hazard=row, put_right=True)
    hazards.confirm(by=team.head, hazard=row)
    clock(days=7)
    item = PlanItem._base_manager.filter(hazard=row).order_by("due_on")[0]
    visit(team, home, room={"window": False}, once="2", item=item)
    item.refresh_from_db()
    assert item.state == "done"
    opened = Hazard._base_manager.exclude(pk=row.pk).get(dwelling=home, rule="R03")
    assert opened.let_again_at == time.now()
    assert visits._open_item(home, None) is None
