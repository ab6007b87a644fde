"""What a phone takes along: its own grid, nothing beyond it, and later only what changed."""

import gzip
import json
from datetime import timedelta
from typing import Any

import pytest

from anju.core import time
from anju.dwellings.models import Dwelling
from anju.dwellings.services.facts import observe
from anju.dwellings.testing import make_dwelling, make_grid, make_party, make_sound_dwelling, make_user
from anju.field.models import GridCopy, TakenHome
from anju.field.testing import Handset
from anju.inspections.models import PlanItem
from anju.inspections.testing import Team, make_hazard, make_team
from anju.signage.models import Sign
from anju.signage.services import printing

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return make_team()


def take(phone: Handset, since: str = "") -> dict[str, Any]:
    response = phone.get(f"grid?since={since}")
    assert response.status_code == 200
    return dict(response.json())


def codes(given: dict[str, Any]) -> set[str]:
    return {home["code"] for home in given["homes"]}


def test_a7_2_a_grid_worker_takes_along_exactly_the_own_grid(team: Team) -> None:
    mine = {make_dwelling(team.grid_area).code for _ in range(3)}
    other = make_grid(team.zone)
    make_dwelling(other)
    assert codes(take(Handset(team.grid))) == mine


def test_an_office_takes_along_its_own_visits_and_cases_and_never_the_town(team: Team) -> None:
    homes = [make_dwelling(team.grid_area) for _ in range(4)]
    PlanItem.objects.create(
        dwelling=homes[0], reason="joint", area_path=homes[0].area_path, inspector=team.police, due_on=time.today(), created_at=time.now()
    )  # fmt: skip
    given = take(Handset(team.police))
    assert codes(given) == {homes[0].code}
    assert [(item["home"], item["kind"]) for item in given["plan"]] == [(homes[0].code, "joint")]


def test_whose_posting_ended_takes_nothing(team: Team) -> None:
    make_dwelling(team.grid_area)
    team.grid.postings.update(until=time.today() - timedelta(days=1))
    assert Handset(team.grid).get("grid").status_code == 403


def test_a_later_sync_sends_only_what_changed(team: Team) -> None:
    homes = [make_sound_dwelling(team.grid_area) for _ in range(3)]
    phone = Handset(team.grid)
    first = take(phone)
    again = take(phone, first["token"])
    assert (first["full"], again["full"], again["homes"], again["gone"]) == (True, False, [], [])
    observe(
        by=team.grid, dwelling=homes[1], source="inspection", observed_at=time.now(), values={"facts": {"rcd": False}}
    )
    changed = take(phone, again["token"])
    assert codes(changed) == {homes[1].code}
    assert "D" in changed["homes"][0]["violated"][0]
    make_hazard(team, dwelling=homes[2])
    assert codes(take(phone, changed["token"])) == {homes[2].code}
    assert codes(take(phone, first["token"])) == {homes[1].code, homes[2].code}  # another phone of the same person


def test_an_unknown_token_is_answered_in_full(team: Team) -> None:
    make_dwelling(team.grid_area)
    given = take(Handset(team.grid), "made-up")
    assert (given["full"], len(given["homes"])) == (True, 1)


def test_the_token_of_somebody_else_opens_nothing(team: Team) -> None:
    make_dwelling(team.grid_area)
    token = take(Handset(team.grid))["token"]
    assert take(Handset(team.colleague), token)["full"] is True


def test_homes_that_moved_or_were_deleted_are_told_apart(team: Team) -> None:
    moved, deleted, kept = (make_dwelling(team.grid_area) for _ in range(3))
    phone = Handset(team.grid)
    token = take(phone)["token"]
    new = make_grid(team.zone)
    Dwelling._base_manager.filter(pk=moved.pk).update(area=new, area_path=new.path)
    gone = deleted.code
    deleted.delete()
    given = take(phone, token)
    assert {line["code"]: line["why"] for line in given["gone"]} == {moved.code: "moved", gone: "deleted"}
    assert kept.code not in codes(given)
    assert TakenHome.objects.filter(user=team.grid).count() == 3


def test_a_home_carries_its_facts_with_source_and_freshness_and_its_open_hazards(team: Team) -> None:
    old = time.now() - timedelta(days=500)
    home = make_sound_dwelling(team.grid_area, observed_at=old, inspector=team.grid)
    make_hazard(team, dwelling=home, room="A", rule="R09")
    given = take(Handset(team.grid))["homes"][0]
    assert given["code"] == home.code
    assert given["facts"]["rcd"]["source"] == "inspection"
    passing = [fact for fact in given["facts"].values() if fact["until"]]
    assert passing
    assert not any(fact["fresh"] for fact in passing)
    assert given["rooms"][0]["facts"]["area"]["value"] == 12
    assert any(hazard["rule"] == "R09" and hazard["room"] == "A" for hazard in given["hazards"])


def test_x3_no_name_phone_or_number_of_a_person_leaves_unmasked(team: Team) -> None:
    landlord = make_party(team.grid_area, "周桂芳", phone="13900128816", id_number="320583198001011234")
    home = make_sound_dwelling(team.grid_area, landlord=landlord, room={"alarm": False})
    make_hazard(team, dwelling=home)
    text = json.dumps(take(Handset(team.grid)), ensure_ascii=False)
    assert "周*芳" in text
    for secret in ("周桂芳", "13900128816", "320583198001011234", "8816"):
        assert secret not in text


def test_the_answer_is_one_compressed_piece(team: Team) -> None:
    for _ in range(5):
        make_sound_dwelling(team.grid_area)
    phone = Handset(team.grid)
    plain, packed = phone.get("grid"), phone.get("grid", **{"Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert len(packed.content) < len(plain.content) / 3
    assert len(json.loads(gzip.decompress(packed.content))["homes"]) == 5


def test_the_copies_of_a_person_do_not_pile_up(team: Team) -> None:
    phone = Handset(team.grid)
    for _ in range(10):
        take(phone)
    assert GridCopy.objects.count() == 6


def test_the_number_of_queries_does_not_grow_with_the_grid(team: Team, django_assert_max_num_queries: Any) -> None:
    for _ in range(12):
        make_sound_dwelling(team.grid_area)
    phone = Handset(make_user("g9", "grid", team.grid_area))
    take(phone)
    with django_assert_max_num_queries(45):
        take(phone)


def test_the_live_signs_of_a_home_travel_with_it_and_a_changed_sign_sends_it_again(team: Team) -> None:
    home = make_sound_dwelling(team.grid_area, landlord=make_party(team.grid_area))
    make_sound_dwelling(team.grid_area, landlord=make_party(team.grid_area))
    phone = Handset(team.grid)
    first = take(phone)
    assert [one["signs"] for one in first["homes"]] == [[], []]
    sign = printing.print_sign(by=team.office, kind=Sign.Kind.OUTSIDE, subject=home)
    later = take(phone, first["token"])
    assert [(one["code"], one["signs"]) for one in later["homes"]] == [(home.code, [sign.code])]
    printing.revoke(by=team.office, sign=sign, reason="贴错了门")
    last = take(phone, later["token"])
    assert [(one["code"], one["signs"]) for one in last["homes"]] == [(home.code, [])]
