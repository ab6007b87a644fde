"""Messages from the door to who lets: left by a stranger, answered, limited, and neither learns who the other is."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from anju.core import time
from anju.portal.models import DoorNote, Letter
from anju.portal.services import retention
from anju.portal.testing import LANDLORD, TENANT, House, come_in, make_house

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> House:
    return make_house()


def leave(house: House, *, token: str = "once", **browser: str) -> str:  # noqa: S107  # of a form
    """The address under which the answer is read; "" where it was refused."""
    answer = Client(**browser).post(f"/p/home/{house.sign}/message/", {"token": token, "text": "阳台漏水"})  # type: ignore[arg-type]
    assert answer.status_code in (302, 422)
    return answer["Location"] if answer.status_code == 302 else ""


def test_a_stranger_leaves_a_message_and_reads_the_answer_and_neither_learns_who_the_other_is(house: House) -> None:
    scan = Client().get(f"/q/{house.sign}/").content.decode()
    assert f"/p/home/{house.sign}/message/" in scan
    where = leave(house)
    landlord = come_in(LANDLORD)
    mine = f"/p/mine/{house.home.code}/"
    assert "1 条留言" in landlord.get("/p/me/").content.decode()
    assert "阳台漏水" in landlord.get(mine).content.decode()
    note = DoorNote._base_manager.get()
    assert landlord.post(f"/p/messages/{note.code}/answer/", {"do": "answer", "text": "周末来修"}).status_code == 302
    page = Client().get(where).content.decode()
    assert "周末来修" in page
    for secret in ("顾建明", LANDLORD, house.home.code, "顾先生"):
        assert secret not in page
    fields = {field.name for field in DoorNote._meta.get_fields()}
    assert fields.isdisjoint({"address", "ip", "phone", "user", "session"})


def test_only_who_lets_reads_and_answers_it_once(house: House) -> None:
    leave(house)
    note = DoorNote._base_manager.get()
    assert come_in(TENANT).post(f"/p/messages/{note.code}/answer/", {"text": "x"}).status_code == 403
    make_house("兰泾花苑", landlord_phone="13900001111")
    assert come_in("13900001111").post(f"/p/messages/{note.code}/answer/", {"text": "x"}).status_code == 404
    assert not DoorNote.objects.for_user(house.office).exists()  # staff do not read it either
    landlord = come_in(LANDLORD)
    assert landlord.post(f"/p/messages/{note.code}/answer/", {"text": " "}).status_code == 409
    assert landlord.post(f"/p/messages/{note.code}/answer/", {"do": "close"}).status_code == 302
    assert landlord.post(f"/p/messages/{note.code}/answer/", {"text": "x"}).status_code == 409
    note.refresh_from_db()
    assert (note.state, note.answer) == ("closed", "")


def test_messages_are_limited_by_network_and_by_home(house: House, settings: Settings) -> None:
    settings.ANJU_NOTES_PER_ADDRESS, settings.ANJU_NOTES_PER_HOME = 2, 3
    made = [bool(leave(house, token=f"a{n}")) for n in range(3)]
    elsewhere = [bool(leave(house, token=f"b{n}", REMOTE_ADDR=f"203.0.113.{n}")) for n in range(2)]
    assert (made, elsewhere) == ([True, True, False], [False, False])
    assert DoorNote._base_manager.count() == 2


def test_the_same_form_sent_twice_is_one_message_and_who_lets_is_told_once_a_day_without_its_words(
    house: House,
) -> None:
    assert leave(house, token="same") == leave(house, token="same")
    leave(house, token="other")
    letters = [letter for letter in Letter.objects.all() if letter.number == LANDLORD]
    assert len(letters) == 1
    assert "漏水" not in letters[0].text


def test_the_page_is_the_same_where_nobody_who_lets_is_on_record(house: House) -> None:
    house.home.landlord = None
    house.home.save()
    assert leave(house)


def test_messages_are_deleted_after_their_days(house: House, settings: Settings) -> None:
    leave(house)
    retention.forget(time.now() + timedelta(days=settings.ANJU_KEEP_NOTES_DAYS - 1))
    assert DoorNote._base_manager.exists()
    retention.forget(time.now() + timedelta(days=settings.ANJU_KEEP_NOTES_DAYS + 1))
    assert not DoorNote._base_manager.exists()
