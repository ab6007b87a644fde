"""What is deleted on schedule: people a year after they left, declarations after their time; numbers stay."""

from datetime import timedelta

import pytest

from anju.accounts.services import system_actor
from anju.core import time
from anju.dwellings.models import Occupant, Party
from anju.dwellings.testing import make_dwelling, make_grid, make_party
from anju.registration.models import Declaration
from anju.registration.services import consents, declarations, retention

pytestmark = pytest.mark.django_db


def departed(days: int, **over: object) -> tuple[Party, Occupant]:
    grid = make_grid()
    party = make_party(grid, "何雨桐", **over)
    party.phone, party.id_number = "13800001234", "11010519491231002X"
    party.save()
    until = time.today() - timedelta(days=days)
    home = make_dwelling(grid)
    return party, Occupant.objects.create(dwelling=home, party=party, since=until - timedelta(days=9), until=until)


def test_who_left_more_than_a_year_ago_is_forgotten_and_that_somebody_lived_there_stays() -> None:
    party, lived = departed(366)
    Occupant._base_manager.filter(pk=lived.pk).update(until=None)
    consents.give(by=system_actor(), dwelling=lived.dwelling, party=party)
    Occupant._base_manager.filter(pk=lived.pk).update(until=lived.until)
    assert retention.forget_departed(time.now()) == 1
    party.refresh_from_db()
    assert (party.name, party.id_number, party.phone, party.id_index, party.phone_index) == (
        retention.FORGOTTEN,
        "",
        "",
        "",
        "",
    )
    assert lived.dwelling.occupants.count() == 1
    assert lived.dwelling.consents.count() == 0
    assert retention.forget_departed(time.now()) == 0


def test_who_left_less_than_a_year_ago_lives_elsewhere_or_lets_is_kept() -> None:
    departed(364)
    _elsewhere, lived = departed(400)
    Occupant.objects.create(dwelling=make_dwelling(), party=_elsewhere, since=lived.since)
    lets, _lived = departed(400)
    make_dwelling(landlord=lets)
    assert retention.forget_departed(time.now()) == 0


def test_the_text_of_a_declaration_goes_after_its_time_and_the_decision_stays() -> None:
    home = make_dwelling()
    made = [
        declarations.declare(
            by=None, dwelling=home, kind="arrival", said={"name": f"租客{n}", "since": time.today()}, role="tenant", proof="phone",
            token=f"t{n}",
        )
        for n in range(2)
    ]  # fmt: skip
    declarations.accept(by=system_actor(), declaration=made[0])
    declarations.send_back(by=system_actor(), declaration=made[1], reason="不清楚")
    retention.forget_declarations(time.now() + timedelta(days=31))
    states = {row.state: bool(row.said) for row in Declaration._base_manager.all()}
    assert states == {"accepted": True, "returned": False}
    retention.forget_declarations(time.now() + timedelta(days=91))
    assert not any(row.said for row in Declaration._base_manager.all())
