"""Who received what at the door: two sheets, and facts about a service rather than judgements about people."""

from typing import Any

import pytest

from anju.accounts.services import system_actor
from anju.documents import services as documents
from anju.documents.models import Document, Service
from anju.dwellings.models import Dwelling
from anju.dwellings.testing import SOUND_FACTS, SOUND_ROOM, make_dwelling, make_party
from anju.field.models import Envelope, Receipt
from anju.field.services import applying, receipts
from anju.field.testing import make_letter, send
from anju.inspections.testing import Team, make_team

pytestmark = pytest.mark.django_db
STROKES = [[[10, 10, 0], [60, 40, 16], [90, 12, 30]], [{"x": 5, "y": 50}, {"x": 80, "y": 52}], [], ["?"]]


@pytest.fixture
def team() -> Team:
    return make_team()


@pytest.fixture
def home(team: Team) -> Dwelling:
    documents.record_body(
        by=system_actor(), department="office", area=team.zone, name="周市镇安居办", short_name="周安"
    )
    return make_dwelling(team.grid_area, landlord=make_party(team.grid_area, "周桂芳"))


def signed(home: Dwelling, *sheets: dict[str, Any], **over: Any) -> dict[str, Any]:
    return make_letter(
        home, facts=SOUND_FACTS, rooms={"A": {**SOUND_ROOM, "alarm": False}}, receipts=list(sheets), **over
    )


def sheet(outcome: str = "signed", party: str = "letting", **over: Any) -> dict[str, Any]:
    strokes = STROKES if outcome == "signed" else None
    return {"party": party, "outcome": outcome, "name": "周桂芳", "strokes": strokes, "listed": ["R09@A"], **over}


def test_a11_5_a_signature_on_the_glass_issues_the_notice_and_serves_it(team: Team, home: Dwelling) -> None:
    row = send(team.grid, signed(home, sheet()))
    receipt, service = Receipt.objects.get(), Service.objects.get()
    assert (row.state, receipt.problem) == ("applied", "")
    assert receipt.document == service.document
    assert (service.how, service.receiver, service.refused_to_sign) == ("in_person", "周桂芳", False)
    image = service.proof.get()
    assert (image, image.media_type, len(receipt.sha256)) == (receipt.image, "image/png", 64)


def test_a11_5_refusing_to_sign_is_a_fact_about_the_service(team: Team, home: Dwelling) -> None:
    send(team.grid, signed(home, sheet("refuses", witness="楼组长王伟")))
    service = Service.objects.get()
    assert (service.how, service.refused_to_sign, service.witness) == ("left", True, "楼组长王伟")


def test_who_was_not_there_was_not_served_and_the_notice_waits(team: Team, home: Dwelling) -> None:
    send(team.grid, signed(home, sheet("absent")))
    assert Document._base_manager.filter(kind="notice").count() == 1
    assert not Service.objects.exists()
    assert Receipt.objects.get().problem


def test_signed_without_a_signature_serves_nothing(team: Team, home: Dwelling) -> None:
    send(team.grid, signed(home, sheet(strokes=None)))
    assert not Service.objects.exists()
    assert Receipt.objects.get().problem


def test_what_the_tenant_signs_is_another_sheet_and_no_notice(team: Team, home: Dwelling) -> None:
    send(team.grid, signed(home, sheet(), sheet(party="tenant", name="王小强")))
    tenant = Receipt.objects.get(party="tenant")
    assert (tenant.document, tenant.name, tenant.image is not None) == (None, "王小强", True)
    assert Document._base_manager.filter(kind="notice").count() == 1
    assert Document._base_manager.get(kind="notice").addressee == "周桂芳"


def test_what_is_not_on_the_sheet_is_not_in_the_notice(team: Team, home: Dwelling) -> None:
    send(team.grid, signed(home, sheet(listed=["R10@A"])))
    assert not Document._base_manager.exists()


def test_the_same_record_twice_gives_one_notice(team: Team, home: Dwelling) -> None:
    letter = signed(home, sheet())
    send(team.grid, letter)
    send(team.grid, letter)
    assert Document._base_manager.count() == Service.objects.count() == 1


def test_an_office_without_a_number_series_still_keeps_the_receipt(team: Team) -> None:
    home = make_dwelling(team.grid_area, landlord=make_party(team.grid_area, "周桂芳"))
    row = send(team.grid, signed(home, sheet()))
    receipt = Receipt.objects.get()
    assert (row.state, receipt.document, receipt.settled_at is not None) == ("applied", None, True)
    assert receipt.problem
    assert receipt.image is not None


def test_a_receipt_cut_off_by_a_killed_process_is_taken_up(
    team: Team, home: Dwelling, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(receipts, "settle_all", lambda envelope: None)
        send(team.grid, signed(home, sheet()))
    assert not Service.objects.exists()
    applying.finish_waiting()
    applying.finish_waiting()
    assert Service.objects.count() == 1


def test_name_and_strokes_are_encrypted(team: Team, home: Dwelling) -> None:
    send(team.grid, signed(home, sheet()))
    receipt = Receipt.objects.get()
    assert "周桂芳" not in receipt.name_sealed
    assert receipt.name == "周桂芳"
    assert receipt.strokes.startswith("[[[10,10,0]")


@pytest.mark.parametrize("strokes", ["x", 7, {"a": 1}, [[[1e300, 2]]], [[["a", None]]], [[]]])
def test_strokes_that_cannot_be_drawn_stop_nothing(team: Team, home: Dwelling, strokes: Any) -> None:
    row = send(team.grid, signed(home, sheet(strokes=strokes)))
    assert row.state == "applied"
    assert Envelope._base_manager.get().receipts.get().image is None
