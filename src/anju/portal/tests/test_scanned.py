"""From the code of a sign to the pages of residents, and what happens to who tries codes (A8.5)."""

import pytest
from django.test import Client
from pytest_django import Settings

from anju.accounts.services import system_actor
from anju.portal.testing import House, make_house
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
    assert house.home.address in body_of(f"/p/home/{sign.code}/")
    assert house.home.address in body_of(f"/p/home/{sign.code}/report/")


def test_a8_5_a_revoked_sign_opens_nothing_any_more(sign: Sign) -> None:
    Sign._base_manager.filter(pk=sign.pk).update(state=Sign.State.REVOKED)
    assert f"/p/home/{sign.code}/" not in body_of(f"/q/{sign.code}/", 410)
    body_of(f"/p/home/{sign.code}/", 404)


def test_a8_5_codes_cannot_be_tried_through(sign: Sign, settings: Settings) -> None:
    settings.ANJU_LOOKUPS_PER_ADDRESS = 3
    for number in range(3):
        body_of(f"/q/WRONG{number}/", 404)
    body_of(f"/q/{sign.code}/", 409)
    body_of(f"/p/home/{sign.code}/", 409)
