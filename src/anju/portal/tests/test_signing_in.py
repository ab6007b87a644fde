"""One-time codes: hashed, short-lived, few attempts, the same answer for every telephone, never a way into a staff account."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from anju.areas.models import Posting
from anju.audit.models import Entry
from anju.core import time
from anju.dwellings.testing import make_user
from anju.portal.models import Challenge, Letter, Tally
from anju.portal.services import codes, letters, retention
from anju.portal.testing import LANDLORD, STRANGER, TENANT, code_sent_to, come_in, make_house
from anju.stations import channels

pytestmark = pytest.mark.django_db


def without_marks(page: str, phone: str) -> str:
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page)
    return page.replace(f"{phone[:3]}••••{phone[-4:]}", "PHONE")


def test_who_lets_comes_in_with_the_code_of_the_sms_and_sees_the_home() -> None:
    house = make_house()
    client = come_in(LANDLORD)
    page = client.get("/p/me/").content.decode()
    assert house.home.address in page
    house.landlord.refresh_from_db()
    assert house.landlord.user is not None
    assert not house.landlord.user.is_staff_member
    assert {row.department for row in Posting.objects.filter(user=house.landlord.user)} == {"landlord"}
    assert Entry.objects.filter(verb="resident.sign_in").count() == 1


def test_the_answer_is_the_same_whether_or_not_the_telephone_is_known() -> None:
    make_house()
    answers, rows = {}, {}
    for phone in (LANDLORD, STRANGER):
        client = Client()
        first = client.post("/p/sign-in/", {"phone": phone})
        second = client.get("/p/sign-in/code/")
        wrong = client.post("/p/sign-in/code/", {"digits": "000000"})
        pages = [without_marks(answer.content.decode(), phone) for answer in (second, wrong)]
        answers[phone] = (first.status_code, first["Location"], second.status_code, wrong.status_code, *pages)
        rows[phone] = (Challenge.objects.count(), Letter.objects.count())
    assert answers[LANDLORD] == answers[STRANGER]
    assert rows == {LANDLORD: (1, 1), STRANGER: (2, 2)}  # as much is written for one as for the other
    assert code_sent_to(STRANGER) == ""


def test_no_six_digits_open_the_challenge_of_an_unknown_telephone() -> None:
    asked = codes.ask(phone=STRANGER, address="203.0.113.9")
    row = Challenge.objects.get()
    letter = Letter.objects.get()
    digits = "".join(character for character in letter.text.split("，")[0] if character.isdigit())
    assert codes._hash(asked.token, digits) != row.code_hash


def test_neither_code_nor_telephone_stands_in_the_database_in_the_clear() -> None:
    make_house()
    Client().post("/p/sign-in/", {"phone": LANDLORD})
    digits = code_sent_to(LANDLORD)
    assert len(digits) == 6
    stored = [
        str(value) for model in (Challenge, Letter) for row in model.objects.all().values() for value in row.values()
    ]
    assert [value for value in stored if digits in value and not value.startswith("20") or LANDLORD in value] == []


def test_five_wrong_codes_use_the_challenge_up() -> None:
    make_house()
    client = Client()
    client.post("/p/sign-in/", {"phone": LANDLORD})
    right = code_sent_to(LANDLORD)
    wrong = "111111" if right != "111111" else "222222"
    for _turn in range(codes.MOST_ATTEMPTS):
        assert client.post("/p/sign-in/code/", {"digits": wrong}).status_code == 422
    assert client.post("/p/sign-in/code/", {"digits": right}).status_code == 422


def test_a_code_runs_out_and_works_once() -> None:
    make_house()
    client = Client()
    client.post("/p/sign-in/", {"phone": LANDLORD})
    token, digits = Challenge.objects.get().token, code_sent_to(LANDLORD)
    Challenge.objects.update(expires_at=time.now() - timedelta(seconds=1))
    assert client.post("/p/sign-in/code/", {"digits": digits}).status_code == 422
    Challenge.objects.update(expires_at=time.now() + timedelta(minutes=1))
    assert client.post("/p/sign-in/code/", {"digits": digits}).status_code == 302
    with pytest.raises(Exception, match="验证码|code"):
        codes.check(token=token, digits=digits)


def test_a_telephone_gets_only_so_many_codes_an_hour_from_wherever_they_are_asked(settings) -> None:  # type: ignore[no-untyped-def]
    settings.ANJU_CODES_PER_PHONE = 3
    statuses = [
        Client(REMOTE_ADDR=f"203.0.113.{n}").post("/p/sign-in/", {"phone": STRANGER}).status_code for n in range(5)
    ]
    assert statuses == [302, 302, 302, 422, 422]
    assert not Tally.objects.filter(key__contains=STRANGER).exists()


def test_one_address_asks_only_so_often_for_whatever_telephones(settings) -> None:  # type: ignore[no-untyped-def]
    settings.ANJU_CODES_PER_ADDRESS = 2
    statuses = [Client().post("/p/sign-in/", {"phone": f"1390000000{n}"}).status_code for n in range(4)]
    assert statuses == [302, 302, 422, 422]


def test_a_telephone_is_no_way_into_the_account_of_somebody_with_a_post() -> None:
    house = make_house()
    house.landlord.user = make_user(department="grid", area=house.grid)
    house.landlord.save()
    client = Client()
    assert client.post("/p/sign-in/", {"phone": LANDLORD}).status_code == 302  # the same answer as always
    assert code_sent_to(LANDLORD) == ""


def test_somebody_recorded_in_two_areas_has_one_account_with_both_homes() -> None:
    one, two = make_house("紫竹品苑"), make_house("兰泾花苑")
    page = come_in(LANDLORD).get("/p/me/").content.decode()
    assert one.home.address in page
    assert two.home.address in page
    assert (
        len({party.user_id for party in type(one.landlord)._base_manager.filter(phone_index=one.landlord.phone_index)})
        == 1
    )


def test_a_tenant_comes_in_too_and_who_moved_out_does_not() -> None:
    house = make_house()
    assert house.home.address in come_in(TENANT).get("/p/me/").content.decode()
    house.lives.until = time.today()
    house.lives.save()
    Letter.objects.all().delete()
    Client().post("/p/sign-in/", {"phone": TENANT})
    assert code_sent_to(TENANT) == ""


def test_a_page_of_who_lets_sends_a_stranger_to_the_light_sign_in_and_back() -> None:
    house = make_house()
    client = Client()
    answer = client.get(f"/p/mine/{house.home.code}/")
    assert answer["Location"] == f"/p/sign-in/?next=/p/mine/{house.home.code}/"
    client.post(answer["Location"], {"phone": LANDLORD, "next": f"/p/mine/{house.home.code}/"})
    back = client.post("/p/sign-in/code/", {"digits": code_sent_to(LANDLORD)})
    assert back["Location"] == f"/p/mine/{house.home.code}/"
    elsewhere = Client().post("/p/sign-in/", {"phone": STRANGER, "next": "https://evil.example/p/"})
    assert elsewhere["Location"] == "/p/sign-in/code/"


def test_the_sms_goes_out_once_and_is_emptied(monkeypatch: pytest.MonkeyPatch) -> None:
    make_house()
    sent: list[channels.Letter] = []

    def gateway(letter: channels.Letter) -> str:
        sent.append(letter)
        return "ok"

    monkeypatch.setitem(channels._adapters, "sms", gateway)
    for phone in (LANDLORD, STRANGER):
        Client().post("/p/sign-in/", {"phone": phone})
    letters.send_all(time.now())
    letters.send_all(time.now())
    assert [letter.number for letter in sent] == [LANDLORD]
    assert Letter.objects.get(state="sent").text == ""
    retention.forget(time.now() + timedelta(days=8))
    assert not Letter.objects.exists()
    assert not Challenge.objects.exists()
    assert not Tally.objects.exists()
