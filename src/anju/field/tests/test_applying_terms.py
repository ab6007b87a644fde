"""When a hazard of an offline record was so, and from when its term runs (docs/decisions/0005)."""

from datetime import timedelta
from typing import Any

import pytest

from anju.core import time
from anju.dwellings.models import Dwelling
from anju.dwellings.testing import make_dwelling, make_party
from anju.field.models import Phone
from anju.field.services import receiving
from anju.field.testing import body_of, send, sound
from anju.inspections.models import Hazard
from anju.inspections.testing import Team, make_team

pytestmark = pytest.mark.django_db
UNIT = {"exit_state": "locked", "stair_lights": True}


@pytest.fixture
def team() -> Team:
    return make_team()


@pytest.fixture
def home(team: Team) -> Dwelling:
    return make_dwelling(team.grid_area, landlord=make_party(team.grid_area, "周桂芳"))


def late(home: Dwelling, days: int, **over: Any) -> dict[str, Any]:
    """A record of some days ago, whose violation is the missing alarm of room A."""
    return sound(home, room={"alarm": False}, made_at=time.now() - timedelta(days=days), **over)


def test_a_hazard_of_an_offline_record_is_of_the_day_at_the_door_and_its_term_runs_from_the_arrival(
    team: Team, home: Dwelling
) -> None:
    row = send(team.grid, late(home, 4))
    hazard = Hazard._base_manager.get(dwelling=home)
    assert hazard.found_at == row.at
    assert time.day_of(hazard.found_at) == time.today() - timedelta(days=4)
    assert hazard.due_at == time.due_at(time.today(), hazard.days, working=hazard.working_days)
    assert not hazard.overdue


def test_what_stood_on_the_sheet_received_at_the_door_has_its_term_from_the_door(team: Team, home: Dwelling) -> None:
    sheet = {"party": "letting", "outcome": "refuses", "listed": ["R09@A"], "witness": "周桂芳"}
    send(team.grid, late(home, 4, receipts=[sheet]))
    hazard = Hazard._base_manager.get(dwelling=home)
    assert hazard.due_at == time.due_at(time.today() - timedelta(days=4), hazard.days, working=hazard.working_days)


def test_an_absent_party_was_told_of_nothing(team: Team, home: Dwelling) -> None:
    sheet = {"party": "letting", "outcome": "absent", "listed": ["R09@A"]}
    send(team.grid, late(home, 4, receipts=[sheet]))
    hazard = Hazard._base_manager.get(dwelling=home)
    assert hazard.due_at == time.due_at(time.today(), hazard.days, working=hazard.working_days)


@pytest.mark.parametrize("wrong", ["never compared", "before the phone", "in the future"])
def test_a_clock_that_cannot_be_believed_dates_a_hazard_at_its_arrival(team: Team, home: Dwelling, wrong: str) -> None:
    phone = None
    letter = late(home, -3 if wrong == "in the future" else 40, clock_offset_s=None if wrong == "never compared" else 0)
    if wrong == "before the phone":
        first = time.now() - timedelta(days=2)
        phone = Phone._base_manager.create(
            key=letter["id"], user=team.grid, area_path="", first_at=first, last_at=first
        )
    row = receiving.receive(by=team.grid, body=body_of(letter), phone=phone)
    assert Hazard._base_manager.get(dwelling=home).found_at == row.received_at
