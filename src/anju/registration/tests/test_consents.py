"""One record of who agreed to a name on the inside sign: who may give it, when it ends, how long the proof is kept."""

from datetime import timedelta

import pytest

from anju.accounts.services import system_actor
from anju.core import time
from anju.core.errors import NotAllowed, Refused
from anju.dwellings.models import Dwelling, Occupant, Party
from anju.dwellings.testing import make_dwelling, make_grid, make_party, make_user
from anju.registration.models import Consent
from anju.registration.services import consents, retention

pytestmark = pytest.mark.django_db


@pytest.fixture
def lives() -> Occupant:
    grid = make_grid()
    since = time.today() - timedelta(days=9)
    row: Occupant = Occupant.objects.create(dwelling=make_dwelling(grid), party=make_party(grid, "何雨桐"), since=since)
    return row


def own(party: Party) -> Party:
    party.user = make_user()
    party.save()
    return party


def test_the_tenant_and_staff_write_the_same_record_and_it_says_how_by_whom_and_by_which_text(lives: Occupant) -> None:
    home, tenant = lives.dwelling, own(lives.party)
    first = consents.give(by=tenant.user, dwelling=home, party=tenant)
    again = consents.give(by=system_actor(), dwelling=home, party=tenant, how=Consent.How.PAPER)
    assert again == first
    assert (first.how, first.given_by, first.text_edition, len(first.text_sha256)) == ("phone", tenant.user, "1", 64)
    assert consents.agreed([home]) == {(home.pk, tenant.pk)}
    ended = consents.withdraw(by=system_actor(), dwelling=home, party=tenant)
    assert ended == first
    assert ended.withdrawn_by == system_actor()
    assert consents.agreed([home]) == set()


def test_nobody_else_gives_or_takes_it_back(lives: Occupant) -> None:
    own(lives.party)
    stranger = make_user(department="tenant")
    with pytest.raises(NotAllowed):
        consents.give(by=stranger, dwelling=lives.dwelling, party=lives.party)
    consents.give(by=lives.party.user, dwelling=lives.dwelling, party=lives.party)
    with pytest.raises(NotAllowed):
        consents.withdraw(by=stranger, dwelling=lives.dwelling, party=lives.party)


def test_nothing_implies_it_and_who_left_cannot_be_named(lives: Occupant) -> None:
    assert consents.agreed(Dwelling._base_manager.all()) == set()
    with pytest.raises(Refused):
        consents.withdraw(by=system_actor(), dwelling=lives.dwelling, party=lives.party)
    Occupant._base_manager.filter(pk=lives.pk).update(until=time.today())
    with pytest.raises(Refused):
        consents.give(by=system_actor(), dwelling=lives.dwelling, party=lives.party)


def test_it_ends_with_the_stay_and_the_proof_is_deleted_after_its_days(lives: Occupant, settings: object) -> None:
    settings.ANJU_KEEP_CONSENTS_DAYS = 30  # type: ignore[attr-defined]
    row = consents.give(by=system_actor(), dwelling=lives.dwelling, party=lives.party)
    retention.forget_consents(time.now())
    row.refresh_from_db()
    assert row.kept_until is None  # as long as she lives there
    Occupant._base_manager.filter(pk=lives.pk).update(until=time.today())
    retention.forget_consents(time.now())
    row.refresh_from_db()
    assert row.kept_until == time.today() + timedelta(days=30)
    assert retention.forget_consents(time.now() + timedelta(days=29)) == 0
    assert retention.forget_consents(time.now() + timedelta(days=31)) == 1
    assert not Consent._base_manager.exists()
