"""Two requests with one record at the same moment: the database, not a look beforehand, keeps it one."""

from functools import partial
from pathlib import Path

import pytest

from anju.core.testing import SameMoment
from anju.dwellings.testing import SOUND_FACTS, SOUND_ROOM, make_dwelling
from anju.field.models import Envelope
from anju.field.services import receiving
from anju.field.testing import body_of, make_letter
from anju.inspections.models import Visit
from anju.inspections.testing import Team, make_team


def _state(team: Team, body: bytes) -> str:
    return receiving.receive(by=team.grid, body=body).state


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("same", [True, False])
def test_two_requests_at_the_same_moment_are_one_record_or_two_versions(tmp_path: Path, same: bool) -> None:
    team: Team = make_team()
    home = make_dwelling(team.grid_area)
    letter = make_letter(home, facts=SOUND_FACTS, rooms={"A": SOUND_ROOM})
    bodies = [body_of(letter), body_of(letter if same else {**letter, "text": "另一份"})]
    at_once = SameMoment(tmp_path)
    states = at_once.all([partial(_state, team, body) for body in bodies])
    kept, visits = at_once.one(lambda: (Envelope._base_manager.count(), Visit._base_manager.count()))
    assert (kept, visits) == ((1, 1) if same else (2, 1))
    assert states.count("applied") + states.count("stored") >= 1
    assert ("conflict" in states) is not same
