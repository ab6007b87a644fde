"""People without an area see and change homes through their relation to them."""

import pytest
from django.test import Client

from anju.accounts.models import User
from anju.areas.models import Area, Posting
from anju.core.time import today
from anju.dwellings.models import Dwelling, Occupant, Party
from anju.dwellings.services.editing import change_parties
from anju.dwellings.services.people import arrive
from anju.dwellings.testing import make_dwelling, make_grid, make_party, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def grid() -> Area:
    return make_grid()


def make_lessor(grid: Area, department: str) -> tuple[User, Dwelling]:
    """Somebody posted nowhere who lets a home in which three people live."""
    user = make_user(department=department, is_staff_member=False)
    home = make_dwelling(grid, landlord=make_party(grid, user=user))
    for name in ("王小强", "李明", "赵敏"):
        Occupant.objects.create(dwelling=home, party=make_party(grid, name), since=today())
    return user, home


def test_who_sees_a_home_through_a_relation_only_can_change_it_too(grid: Area) -> None:
    """The relation is an outer join; PostgreSQL locks the home all the same."""
    clerk, home = make_lessor(grid, "office")
    other = make_party(grid, "蒋文彬")
    change_parties(by=clerk, dwelling=home, seen_at=home.updated_at, sublessor=other)
    home.refresh_from_db()
    assert home.sublessor == other


def test_who_rents_one_home_and_lets_another_sees_each_once(grid: Area) -> None:
    sublessor, let = make_lessor(grid, "landlord")
    Posting.objects.create(user=sublessor, department="tenant", since=today())
    rented = make_dwelling(grid)
    Occupant.objects.create(dwelling=rented, party=Party._base_manager.get(user=sublessor), since=today())
    make_dwelling(grid)
    assert sorted(row.pk for row in Dwelling.objects.for_user(sublessor)) == sorted([let.pk, rented.pk])
    client = Client()
    client.force_login(sublessor)
    assert client.get(f"/dwellings/{let.code}/").status_code == 200
    assert client.get(f"/dwellings/{rented.code}/").status_code == 200


def test_somebody_arrives_in_a_home_that_the_office_sees_through_a_relation_only(grid: Area) -> None:
    clerk, home = make_lessor(grid, "office")
    arrive(by=clerk, dwelling=home, name="陈静", since=today())
    assert home.occupants.filter(until=None).count() == 4
