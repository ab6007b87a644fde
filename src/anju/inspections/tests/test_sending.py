"""Notices and hand-overs: who may, what is refused, what starts a term, what is counted."""

from datetime import date
from typing import Any

import pytest

from anju.areas.models import Grant
from anju.areas.scope import scope_of
from anju.core import time
from anju.core.errors import NotAllowed, Refused
from anju.documents.models import Document
from anju.documents.services import serve
from anju.dwellings.models import Dwelling
from anju.dwellings.signals import homes_moved
from anju.dwellings.testing import make_dwelling, make_party, make_user
from anju.inspections.models import HandOver, Hazard
from anju.inspections.services import handovers, hazards, notices, overdue
from anju.inspections.testing import make_hazard, make_photo, make_team
from anju.inspections.testing_pages import NOON, stop_clock, town

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    return stop_clock(monkeypatch)


def sees(user: Any, hazard: Hazard) -> bool:
    for name in ("_anju_scope", "_anju_postings"):
        user.__dict__.pop(name, None)
    return bool(Hazard.objects.for_user(user).filter(pk=hazard.pk).exists())


def test_a11_5_one_notice_for_several_hazards_of_a_home_with_a_number() -> None:
    team = town()
    first = make_hazard(team, rule="D09")
    second = make_hazard(team, rule="D10", dwelling=first.dwelling)
    notice = notices.issue(by=team.grid, hazards=[first, second])
    assert notice.document.kind == "notice"
    assert notice.document.addressee == "周桂芳"
    assert notice.document.number == 1
    assert [row["code"] for row in notice.document.data["hazards"]] == [first.code, second.code]
    assert first.events.filter(move="notice").exists()
    first.refresh_from_db()
    assert (first.state, first.tier) == ("open", 1)


def test_a11_5_a_notice_speaks_of_one_place_and_one_party() -> None:
    team = town()
    first = make_hazard(team)
    elsewhere = make_hazard(team)
    with pytest.raises(Refused):
        notices.issue(by=team.office, hazards=[first, elsewhere])
    other_party = make_hazard(team, dwelling=first.dwelling, bound=["operator"])
    with pytest.raises(Refused):
        notices.issue(by=team.office, hazards=[first, other_party])
    assert not Document._base_manager.exists()


def test_a11_5_who_may_not_send_a_notice_sends_none() -> None:
    team = town()
    hazard = make_hazard(team)
    with pytest.raises(NotAllowed):
        notices.issue(by=make_user("market9", "market", team.zone), hazards=[hazard])
    with pytest.raises(NotAllowed):
        notices.issue(by=team.stranger, hazards=[hazard])


def test_a11_5_the_service_of_the_notice_starts_the_term(clock: Any) -> None:
    team = town()
    hazard = make_hazard(team, days=3)
    notice = notices.issue(by=team.office, hazards=[hazard])
    clock(days=2)
    serve(
        by=team.office,
        document=notice.document,
        how="in_person",
        served_at=time.now(),
        receiver="周桂芳",
        proof=[make_photo()],
    )
    hazard.refresh_from_db()
    assert hazard.due_at == time.due_at(date(2026, 11, 25), 3, working=False)
    overdue.overdue(clock(days=2))
    hazard.refresh_from_db()
    assert not hazard.overdue


def test_a11_5_a_second_notice_starts_no_second_term(clock: Any) -> None:
    team = town()
    hazard = make_hazard(team, days=3)
    for _turn in range(2):
        notice = notices.issue(by=team.office, hazards=[hazard])
        clock(days=1)
        serve(
            by=team.office,
            document=notice.document,
            how="in_person",
            served_at=time.now(),
            receiver="周桂芳",
            proof=[make_photo()],
        )
    hazard.refresh_from_db()
    assert hazard.due_at == time.due_at(date(2026, 11, 24), 3, working=False)


def test_a_home_without_landlord_has_no_addressee_until_one_is_entered() -> None:
    team = town()
    hazard = make_hazard(team)
    Hazard._base_manager.filter(pk=hazard.pk).update(answerable_name="", answerable_party=None)
    with pytest.raises(Refused):
        notices.issue(by=team.office, hazards=[hazard])
    assert notices.issue(by=team.office, hazards=[hazard], addressee="王某").document.addressee == "王某"


def test_a3_4_handed_over_shows_one_hazard_to_the_body_and_nothing_else() -> None:
    team = town()
    hazard, other = make_hazard(team), make_hazard(team)
    far = make_user("farhousing", "housing", make_team().zone)
    assert not sees(far, hazard)
    sent = handovers.send(by=team.grid, hazard=hazard, to_department="police", to_area=team.zone, reason="治安")
    assert sent.state == "sent"
    assert sent.document is not None
    assert sent.reply_due_at == time.day_end(date(2026, 11, 24))
    hazard.refresh_from_db()
    assert (hazard.state, hazard.outside_jurisdiction, hazard.outside_since) == ("handed_over", True, NOON)
    assert Grant.objects.filter(subject_id=hazard.pk, department="police").count() == 1
    assert not sees(far, other)


def test_a3_4_only_the_receiving_body_answers() -> None:
    team = town()
    hazard = make_hazard(team)
    handovers.send(by=team.grid, hazard=hazard, to_department="housing", to_area=team.zone, reason="结构")
    hazard.refresh_from_db()
    for person in (team.office, team.police):
        with pytest.raises(NotAllowed):
            handovers.accept(by=person, hazard=hazard)
    handovers.accept(by=team.housing, hazard=hazard)
    hazard.refresh_from_db()
    assert (hazard.state, hazard.department, hazard.handler) == ("open", "housing", None)


def test_a3_4_a_returned_one_comes_back_with_its_reason_and_counts_as_not_handed_over(clock: Any) -> None:
    team = town()
    accepted, returned, waiting = make_hazard(team), make_hazard(team), make_hazard(team)
    for row in (accepted, returned, waiting):
        handovers.send(by=team.grid, hazard=row, to_department="housing", to_area=team.zone, reason="结构")
        row.refresh_from_db()
    handovers.accept(by=team.housing, hazard=accepted)
    with pytest.raises(Refused):
        handovers.give_back(by=team.housing, hazard=returned, reason=" ")
    handovers.give_back(by=team.housing, hazard=returned, reason="属城管")
    returned.refresh_from_db()
    assert returned.state == "open"
    assert "属城管" in HandOver._base_manager.get(hazard=returned).answer
    mine = Hazard.objects.for_user(team.office)
    assert handovers.counts(mine, date(2026, 11, 23)) == (0, 0)
    clock(days=1)
    assert handovers.counts(mine, date(2026, 11, 24)) == (1, 3)


def test_a3_4_no_answer_within_a_working_day_is_overdue_by_itself(clock: Any) -> None:
    team = town()
    clock(days=4)  # Friday: the working day ends on Monday
    hazard = make_hazard(team, days=15)
    sent = handovers.send(by=team.grid, hazard=hazard, to_department="housing", to_area=team.zone, reason="结构")
    assert sent.reply_due_at == time.day_end(date(2026, 11, 30))
    overdue.overdue(clock(days=2))
    hazard.refresh_from_db()
    assert not hazard.overdue
    overdue.overdue(clock(days=2))
    hazard.refresh_from_db()
    assert hazard.overdue


def test_a3_4_it_is_handed_over_once_at_a_time_and_not_to_itself() -> None:
    team = town()
    hazard = make_hazard(team)
    with pytest.raises(Refused):
        handovers.send(by=team.grid, hazard=hazard, to_department="office", to_area=team.zone, reason="x")
    handovers.send(by=team.grid, hazard=hazard, to_department="housing", to_area=team.zone, reason="结构")
    hazard.refresh_from_db()
    with pytest.raises(Refused):
        handovers.send(by=team.grid, hazard=hazard, to_department="police", to_area=team.zone, reason="治安")


def test_a3_4_found_outside_and_not_handed_over_counts_against_us() -> None:
    team = town()
    hazard = make_hazard(team)
    hazards.mark_outside(by=team.grid, hazard=hazard, reason="燃气归住建")
    assert handovers.counts(Hazard.objects.for_user(team.office), date(2026, 11, 24)) == (0, 1)
    assert scope_of(team.office).departments == {"office"}


def test_a_sublessor_is_answerable_before_the_landlord() -> None:
    team = town()
    home = make_dwelling(
        team.grid_area, landlord=make_party(team.grid_area, "周桂芳"), sublessor=make_party(team.grid_area, "蒋文彬")
    )
    assert make_hazard(team, dwelling=home).answerable_name == "蒋文彬"
    tenant_first = make_hazard(team, dwelling=home, rule="D14", bound=["tenant", "sublessor", "landlord"])
    assert tenant_first.answerable == "sublessor"


def test_a_notice_sent_twice_by_one_click_too_many_is_one_document(clock: Any) -> None:
    team = town()
    hazard = make_hazard(team)
    first = notices.issue(by=team.office, hazards=[hazard])
    assert notices.issue(by=team.office, hazards=[hazard]) == first
    clock(minutes=5)
    assert notices.issue(by=team.office, hazards=[hazard]) != first
    assert Document._base_manager.count() == 2


def test_cases_follow_their_home_into_another_grid() -> None:
    team = town()
    hazard = make_hazard(team)
    other = make_team()
    homes_moved.send(Dwelling, ids=[hazard.dwelling_id], area=other.grid_area)
    assert not sees(team.grid, hazard)
    assert sees(other.grid, hazard)
