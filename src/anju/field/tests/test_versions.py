"""The page on which a person decides between two versions of one record shows them side by side."""

import copy
import re
from typing import Any

import pytest
from django.test import Client

from anju.dwellings.models import Dwelling
from anju.dwellings.testing import SOUND_FACTS, SOUND_ROOM, make_dwelling, make_party
from anju.field.models import Envelope
from anju.field.testing import make_letter, send
from anju.field.versions import side_by_side
from anju.inspections.testing import Team, make_team

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return make_team()


@pytest.fixture
def home(team: Team) -> Dwelling:
    return make_dwelling(team.grid_area, landlord=make_party(team.grid_area, "周桂芳"))


def two(team: Team, home: Dwelling, change: Any) -> tuple[Envelope, Envelope]:
    letter = make_letter(home, facts=SOUND_FACTS, rooms={"A": SOUND_ROOM})
    other = copy.deepcopy(letter)
    change(other)
    return send(team.grid, letter), send(team.grid, other)


def test_every_answer_that_differs_is_marked_and_the_others_are_folded_away(team: Team, home: Dwelling) -> None:
    def change(other: dict[str, Any]) -> None:
        other["answers"]["rooms"]["A"]["alarm"]["value"] = False
        other["answers"]["rooms"]["B"] = {"window": {"value": True, "how": "seen"}}
        other["text"] = "后来又看了一次"

    first, second = two(team, home, change)
    sides = side_by_side(first, second)
    assert sides is not None
    assert [(pair.first, pair.second) for pair in sides.differing] == [
        ("–", "后来又看了一次"),
        ("是", "否"),
        ("–", "是"),
    ]
    assert ["A" in pair.where for pair in sides.differing] == [False, True, False]
    client = Client()
    client.force_login(team.office)
    page = client.get(f"/field/records/{second.code}/").content.decode()
    assert page.count("<mark>") == 2 * len(sides.differing)
    assert "后来又看了一次" in page
    assert re.search(r"<details[^>]*>\s*<summary>另有", page)


def test_a_version_of_another_area_is_not_laid_beside_it(team: Team, home: Dwelling) -> None:
    """Whoever may see only his own version decides by that alone."""
    letter = make_letter(home, facts=SOUND_FACTS, rooms={"A": SOUND_ROOM})
    send(team.grid, {**letter, "text": "外人看不到的话"})
    theirs = send(team.stranger, letter)
    client = Client()
    client.force_login(team.stranger)
    page = client.get(f"/field/records/{theirs.code}/").content.decode()
    assert "<mark>" not in page
    assert "外人看不到的话" not in page


def test_an_unreadable_version_has_nothing_to_lay_beside_it(team: Team, home: Dwelling) -> None:
    def change(other: dict[str, Any]) -> None:
        other["kind"] = "unheard-of"

    assert side_by_side(*two(team, home, change)) is None
