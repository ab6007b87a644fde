"""From what a tenant says on the phone to the sign inside, and back (A3.7, A8.4): one record serves all."""

from datetime import timedelta

import pytest

from anju.core import time
from anju.dwellings.models import Dwelling
from anju.portal.testing import ID_WOMAN, TENANT, House, come_in, make_house
from anju.registration.models import Consent, Declaration
from anju.registration.services import declarations
from anju.signage.models import Sign
from anju.signage.selectors.drafts import draft
from anju.signage.services import comparing, printing

pytestmark = pytest.mark.django_db


def names(house: House) -> list[str]:
    home = Dwelling._base_manager.select_related("area", "place", "current").get(pk=house.home.pk)
    found: list[str] = [
        name for room in draft(Sign.Kind.INSIDE, home, time.today()).data["rooms"] for name in room["names"]
    ]
    return found


def test_the_sign_names_who_agreed_in_the_portal_and_is_out_of_date_once_it_is_withdrawn() -> None:
    house = make_house()
    browser, where = come_in(TENANT), f"/p/living/{house.home.code}/consent/"
    assert names(house) == []
    browser.post(where, {"do": "give"})
    assert names(house) == ["何*桐"]
    sign = printing.print_sign(by=house.office, kind=Sign.Kind.INSIDE, subject=house.home)
    browser.post(where, {"do": "withdraw"})
    sign.refresh_from_db()
    assert sign.look_again
    comparing.compare_now(sign)
    assert sign.outdated == ["occupants"]
    page = browser.get(f"/p/living/{house.home.code}/").content.decode()
    assert "已于" in page
    assert (time.today() + timedelta(days=365)).strftime("%Y-%m-%d") in page  # until when the proof is kept


@pytest.mark.parametrize("agreed", [True, False])
def test_an_accepted_arrival_counts_as_consent_only_where_it_says_so(agreed: bool) -> None:
    house = make_house()
    house.lives.delete()
    said = {
        "name": "何雨桐", "since": time.today().isoformat(), "room": house.home.rooms.get().name, "id_number": ID_WOMAN,
        "phone": TENANT, "sign_name": agreed,
    }  # fmt: skip
    row = declarations.declare(
        by=None,
        dwelling=house.home,
        kind="arrival",
        said=said,
        role="tenant",
        proof=Declaration.Proof.PHONE,
        token="t1",
    )
    assert names(house) == []  # said, not accepted
    declarations.accept(by=house.worker, declaration=row)
    assert names(house) == (["何*桐"] if agreed else [])
    assert list(Consent._base_manager.values_list("how", flat=True)) == (["arrival"] if agreed else [])
