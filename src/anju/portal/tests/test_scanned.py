"""From the code of a sign to the pages of residents, and what happens to who tries codes (A8.5)."""

import re

import pytest
from django.test import Client
from pytest_django import Settings

from anju.accounts.services import system_actor
from anju.core import time
from anju.dwellings.models import Occupant
from anju.portal.testing import ID_WOMAN, LANDLORD, TENANT, House, come_in, make_house
from anju.registration.models import Declaration
from anju.registration.services import declarations
from anju.signage.models import Sign
from anju.signage.services import printing

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> House:
    return make_house()


@pytest.fixture
def sign(house: House) -> Sign:
    return printing.print_sign(by=system_actor(), kind=Sign.Kind.OUTSIDE, subject=house.home)


def body_of(address: str, status: int = 200) -> str:
    answer = Client().get(address)
    assert answer.status_code == status, (address, answer.status_code)
    return answer.content.decode()


def test_a8_5_a_scan_leads_to_the_pages_of_residents_by_the_code_of_the_sign(house: House, sign: Sign) -> None:
    scanned = body_of(f"/q/{sign.code}/")
    assert f"/p/home/{sign.code}/report/" in scanned
    assert house.home.code not in scanned
    assert house.home.address in body_of(f"/p/home/{sign.code}/report/")


def test_a8_5_a_revoked_sign_opens_nothing_any_more(sign: Sign) -> None:
    Sign._base_manager.filter(pk=sign.pk).update(state=Sign.State.REVOKED)
    assert f"/p/home/{sign.code}/" not in body_of(f"/q/{sign.code}/", 410)
    for page in ("report", "tenant", "convention", "notices", "move-in"):
        body_of(f"/p/home/{sign.code}/{page}/", 404)


def test_a8_5_codes_cannot_be_tried_through(sign: Sign, settings: Settings) -> None:
    settings.ANJU_LOOKUPS_PER_ADDRESS = 3
    for number in range(3):
        body_of(f"/q/WRONG{number}/", 404)
    body_of(f"/q/{sign.code}/", 409)
    body_of(f"/p/home/{sign.code}/report/", 409)
    assert Client().post(f"/q/{sign.code}/here/").status_code == 409


def test_a8_5_every_kind_of_wrong_code_counts_against_one_limit(house: House, sign: Sign, settings: Settings) -> None:
    settings.ANJU_LOOKUPS_PER_ADDRESS = 6
    assert Client().post("/q/WRONG/here/").status_code == 404
    for page in ("/q/WRONG/", "/p/home/WRONG/report/", "/p/report/WRONG234/", "/p/join/WRONG/", "/p/declared/WRONG/"):
        body_of(page, 404)
    body_of(f"/q/{sign.code}/", 409)
    assert Client(REMOTE_ADDR="203.0.113.9").get(f"/q/{sign.code}/").status_code == 200


def test_the_code_of_a_home_or_a_place_itself_opens_nothing(house: House) -> None:
    assert house.home.place is not None
    for code in (house.home.code, house.home.place.code, house.estate.code):
        body_of(f"/q/{code}/", 404)
        for page in ("report", "tenant", "convention", "notices", "move-in"):
            body_of(f"/p/home/{code}/{page}/", 404)


def test_a_sign_leads_who_lets_and_who_lives_to_their_own_page_and_others_nowhere(house: House, sign: Sign) -> None:
    own = f"/p/own/{sign.code}/"
    assert come_in(LANDLORD).get(own)["Location"] == f"/p/mine/{house.home.code}/"
    assert come_in(TENANT).get(own)["Location"] == f"/p/living/{house.home.code}/"
    other = make_house("兰泾花苑", landlord_phone="13900001111")
    assert come_in("13900001111").get(own).status_code == 404
    assert come_in("13900001111").get(f"/p/own/{other.sign}/").status_code == 302
    assert "/p/sign-in/" in Client().get(own)["Location"]


def test_the_public_pages_say_the_same_however_many_live_there(house: House, sign: Sign) -> None:
    """Neither words nor size tell whether somebody lives behind the door."""
    pages = [f"/q/{sign.code}/"] + [f"/p/home/{sign.code}/{page}/" for page in ("report", "tenant", "convention")]
    strip = re.compile(r'value="[^"]*"')
    full = [strip.sub("", body_of(page)) for page in pages]
    house.lives.delete()
    type(house.home)._base_manager.filter(pk=house.home.pk).update(people=0)
    assert [strip.sub("", body_of(page)) for page in pages] == full


def test_a3_7_a_tenant_on_record_without_a_card_declares_it_and_is_then_registered(house: House) -> None:
    Occupant._base_manager.filter(pk=house.lives.pk).update(registration="none")
    browser, where = come_in(TENANT), f"/p/living/{house.home.code}/declare/"
    assert where in browser.get(f"/p/living/{house.home.code}/").content.decode()
    said = {"token": "t", "room": "A", "name": "何雨桐", "id_kind": "resident", "id_number": ID_WOMAN, "since": time.today().isoformat()}  # fmt: skip
    assert browser.post(where, said).status_code == 302
    declarations.accept(by=house.worker, declaration=Declaration._base_manager.get())
    house.lives.refresh_from_db()
    assert house.lives.registration == "declared"
    assert house.home.occupants.filter(until=None).count() == 1
