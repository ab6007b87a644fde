"""What becomes of each kind of record from a phone: a visit, a finding, a check again, a hand-over."""

from datetime import timedelta

import pytest

from anju.core import time
from anju.dwellings.models import Current, Dwelling
from anju.dwellings.testing import SOUND_FACTS, SOUND_ROOM, make_dwelling, make_party
from anju.field.testing import iso, make_letter, send, sound
from anju.inspections.models import Hazard, PlanItem, Visit
from anju.inspections.testing import Team, make_hazard, make_team

pytestmark = pytest.mark.django_db
UNIT = {"exit_state": "locked", "stair_lights": True}


@pytest.fixture
def team() -> Team:
    return make_team()


@pytest.fixture
def home(team: Team) -> Dwelling:
    return make_dwelling(team.grid_area, landlord=make_party(team.grid_area, "周桂芳"))


def test_a7_2_nobody_home_climbs_the_ladder_and_the_agreed_day_stands(team: Team, home: Dwelling) -> None:
    item = PlanItem.objects.create(
        dwelling=home, reason="routine", area_path=home.area_path, inspector=team.grid, due_on=time.today(), created_at=time.now()
    )  # fmt: skip
    agreed = time.now() + timedelta(days=3)
    row = send(team.grid, make_letter(home, "no_access", next={"step": "evening", "at": iso(agreed)}))
    item.refresh_from_db()
    assert (row.state, item.next_try, item.attempt, item.due_on) == ("applied", "evening", 2, time.day_of(agreed))


def test_a7_2_a_refusal_is_no_further_try(team: Team, home: Dwelling) -> None:
    row = send(team.grid, make_letter(home, "refused_entry", text="不让进"))
    visit = Visit._base_manager.get()
    assert (row.state, visit.result) == ("applied", "refused")
    assert visit.item is not None
    assert visit.item.next_try == "power"


def test_a_quick_finding_opens_a_hazard_and_is_no_inspection(team: Team, home: Dwelling) -> None:
    row = send(team.grid, make_letter(home, "quick_finding", rooms={"A": {"ebike_inside": True, "let": True}}))
    assert row.state == "applied"
    assert not Visit._base_manager.exists()
    assert Hazard._base_manager.filter(dwelling=home, room="A", source="inspection").exists()


def test_a_quick_finding_in_words_keeps_its_words(team: Team, home: Dwelling) -> None:
    found = [{"rule": "", "room": "", "title": "楼道堆了液化气瓶", "severity": "severe"}]
    send(team.grid, make_letter(home, "quick_finding", findings=found))
    hazard = Hazard._base_manager.get()
    assert (hazard.title, hazard.severity, hazard.dwelling) == ("楼道堆了液化气瓶", "severe", home)


def test_a9_4_a_shared_part_is_checked_from_the_phone(team: Team, home: Dwelling) -> None:
    unit = home.place
    row = send(team.grid, {**make_letter(None, "common_area", unit_facts=UNIT), "unit": unit.code})
    visit = Visit._base_manager.get()
    assert (row.state, visit.place, row.place) == ("applied", unit, unit)
    assert Hazard._base_manager.filter(place=unit, dwelling=None).exists()


def test_a_reinspection_closes_a_minor_hazard_that_waited_for_it(team: Team, home: Dwelling) -> None:
    hazard = make_hazard(team, dwelling=home)
    Hazard._base_manager.filter(pk=hazard.pk).update(state="reinspect", corrected_by=team.office)
    row = send(team.grid, make_letter(home, "reinspection", hazard=hazard.code, put_right=True))
    hazard.refresh_from_db()
    assert (row.state, hazard.state) == ("applied", "closed")


def test_a_reinspection_of_a_closed_hazard_is_told_and_the_facts_stay(team: Team, home: Dwelling) -> None:
    hazard = make_hazard(team, dwelling=home)
    Hazard._base_manager.filter(pk=hazard.pk).update(state="closed", active=False)
    row = send(team.grid, make_letter(home, "reinspection", hazard=hazard.code, put_right=True, facts={"rcd": True}))
    assert (row.state, row.differs["left_out"][0]["where"]) == ("applied", hazard.code)
    assert Current.objects.get(dwelling=home).facts["rcd"] is True


def test_a_hazard_of_another_town_cannot_be_reinspected(team: Team) -> None:
    foreign = make_hazard()
    row = send(team.grid, make_letter(None, "reinspection", hazard=foreign.code, put_right=True))
    assert row.state == "refused"


def test_a3_4_a_hazard_is_handed_over_from_the_phone(team: Team, home: Dwelling) -> None:
    hazard = make_hazard(team, dwelling=home)
    row = send(team.grid, make_letter(home, "handover", hazard=hazard.code, to_department="housing", text="属住建"))
    hazard.refresh_from_db()
    assert (row.state, hazard.state) == ("applied", "handed_over")


def test_x7_one_visit_serves_every_body_and_confirms_what_is_known(team: Team, home: Dwelling) -> None:
    send(team.grid, sound(home))
    known = {name: {"value": value, "how": "confirmed"} for name, value in SOUND_FACTS.items()}
    moment = time.now()
    letter = make_letter(home, facts=known, rooms={"A": dict(SOUND_ROOM)}, made_at=moment, finished_at=moment)
    row = send(team.grid, {**letter, "with": ["police", "housing"]})
    visit = Visit._base_manager.order_by("-id")[0]
    assert (row.state, visit.with_departments) == ("applied", ["police", "housing"])
    stamp = Current.objects.get(dwelling=home).provenance["facts"]["rcd"]
    assert stamp[0] == visit.observation_id
