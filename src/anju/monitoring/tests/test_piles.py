"""Charging piles: what each port does now, each charge with its energy, and the e-bikes of an estate."""

from datetime import date, timedelta
from typing import Any

import pytest

from anju.accounts.services import system_actor
from anju.core import time
from anju.core.errors import NotAllowed, Refused
from anju.dwellings.testing import make_estate, make_grid, make_user
from anju.monitoring.models import Alarm, Charge, Device, EbikeCount, PilePort
from anju.monitoring.services import piles
from anju.monitoring.testing import NOON, hear, make_device, make_message

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def pile() -> Device:
    return make_device("charging_pile", place=make_estate(make_grid()), name="1 号桩")


def said(device: Device, event: str, hour: float = 0, port: int | None = 1, **over: Any) -> None:
    at = NOON + hour * HOUR
    detail = {**({} if port is None else {"port": port}), **over.pop("detail", {})}
    received = over.pop("received", at)
    hear(make_message(device, event=event, at=at, detail=detail, **over), received=received)


def state(device: Device, port: int = 1) -> str:
    return PilePort._base_manager.get(device=device, number=str(port)).state


def test_a4_5_a_port_charges_is_free_breaks_and_is_mended() -> None:
    device = pile()
    piles.set_ports(by=system_actor(), pile=device, count=2)
    assert state(device) == "unknown"
    said(device, "charge_start")
    assert state(device) == "charging"
    said(device, "charge_end", 3, values={"energy": 0.9})
    assert state(device) == "free"
    said(device, "port_fault", 4)
    alarm = Alarm._base_manager.get()
    assert (state(device), alarm.kind, alarm.part) == ("fault", "pile", "1")
    said(device, "restored", 5)
    assert (state(device), Alarm._base_manager.get().state) == ("free", "closed")
    assert state(device, 2) == "unknown"


def test_a4_5_a_charge_has_its_begin_its_end_and_its_energy() -> None:
    device = pile()
    said(device, "charge_start")
    said(device, "charge_end", 3, values={"energy": 5}, detail={"energy": 0.84})
    charge = Charge._base_manager.get()
    assert (charge.began_at, charge.ended_at, charge.energy, charge.faulted) == (NOON, NOON + 3 * HOUR, 0.84, False)
    assert charge.day == date(2026, 11, 20)


def test_an_end_that_came_before_its_begin_is_one_charge() -> None:
    device = pile()
    said(device, "charge_end", 3, seq=9, values={"energy": 1.2})
    said(device, "charge_start", 0, seq=8, received=NOON + 4 * HOUR)
    charge = Charge._base_manager.get()
    assert (charge.began_at, charge.ended_at, charge.energy) == (NOON, NOON + 3 * HOUR, 1.2)
    assert state(device) == "free"  # the newer word counts


def test_a_begin_without_an_end_is_closed_by_the_next_begin_and_claims_no_energy() -> None:
    device = pile()
    said(device, "charge_start")
    said(device, "charge_start", 6)
    first, second = Charge._base_manager.order_by("began_at")
    assert (first.ended_at, first.energy, second.ended_at) == (NOON + 6 * HOUR, None, None)


def test_a_fault_ends_the_charge_and_an_absurd_energy_is_not_believed() -> None:
    device = pile()
    said(device, "charge_start")
    said(device, "port_fault", 1)
    said(device, "charge_start", 2, port=2)
    said(device, "charge_end", 3, port=2, values={"energy": 9000})
    assert list(Charge._base_manager.order_by("began_at").values_list("faulted", "energy")) == [
        (True, None),
        (False, None),
    ]


def test_a_port_that_speaks_without_being_entered_is_listed_as_found() -> None:
    device = pile()
    piles.set_ports(by=system_actor(), pile=device, count=1)
    said(device, "charge_start", port=7)
    assert PilePort._base_manager.get(number="7").found
    piles.set_ports(by=system_actor(), pile=device, count=8)
    assert not PilePort._base_manager.get(number="7").found


def test_ports_above_the_new_number_leave_the_list_and_keep_their_history() -> None:
    device = pile()
    piles.set_ports(by=system_actor(), pile=device, count=4)
    piles.set_ports(by=system_actor(), pile=device, count=2)
    assert PilePort._base_manager.filter(removed_on=None).count() == 2
    assert PilePort._base_manager.count() == 4
    with pytest.raises(Refused):
        piles.set_ports(by=system_actor(), pile=device, count=0)
    with pytest.raises(NotAllowed):
        piles.set_ports(by=system_actor(), pile=make_device("smoke"), count=2)


def test_a4_5_e_bikes_are_counted_by_people_of_the_estates_area() -> None:
    estate = make_estate(make_grid())
    person = make_user(department="community", area=estate.area)
    values: dict[str, Any] = {"place": estate, "ebikes": 320, "counted_on": time.today(), "source": "社区清点"}
    assert piles.count_ebikes(by=person, **values).ebikes == 320
    with pytest.raises(NotAllowed):
        piles.count_ebikes(by=make_user(department="community", area=make_grid()), **values)
    with pytest.raises(Refused):
        piles.count_ebikes(by=person, **{**values, "counted_on": time.today() + timedelta(days=1)})
    assert EbikeCount._base_manager.count() == 1
