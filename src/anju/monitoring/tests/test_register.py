"""The register of devices and their keys: who may, what is refused, and what the gateway gets to see."""

from datetime import timedelta

import pytest

from anju.accounts.services import system_actor
from anju.audit.models import Entry
from anju.core import crypto, time
from anju.core.errors import NotAllowed, Refused, Stale
from anju.dwellings.testing import make_dwelling, make_estate, make_grid, make_user
from anju.monitoring.gateway.dialects import read
from anju.monitoring.models import Device, DeviceKey, DeviceState
from anju.monitoring.services import keys, register
from anju.monitoring.testing import make_device, make_device_with_key

pytestmark = pytest.mark.django_db


def test_a4_8_a_device_gets_a_key_that_is_shown_once_and_kept_sealed() -> None:
    device, key = make_device_with_key()
    assert len(key) == 64
    row = DeviceKey.objects.unscoped(reason="test").get()
    assert key not in row.sealed
    assert row.open() == key
    row.code = "DK-OTHER"  # copied to another row it does not open
    with pytest.raises(crypto.Unreadable):
        row.open()
    assert keys.is_key(device.code, key, time.now())
    assert not keys.is_key(device.code, key[:-1] + "x", time.now())
    assert not keys.is_key("T-NOBODY", key, time.now())
    assert DeviceState.objects.get(device=device).seen_at is None
    assert key not in str([(entry.before, entry.after) for entry in Entry.objects.all()])


def test_a4_8_both_keys_hold_for_a_day_when_one_is_replaced_and_none_when_it_is_revoked() -> None:
    device, first = make_device_with_key()
    second = keys.rotate_key(by=system_actor(), device=device)
    now = time.now()
    assert keys.valid_keys(device.code, now) == [second, first]
    assert keys.valid_keys(device.code, now + timedelta(days=1, minutes=1)) == [second]
    third = keys.rotate_key(by=system_actor(), device=device)
    assert keys.valid_keys(device.code, time.now()) == [third, second]
    fourth = keys.revoke_key(by=system_actor(), device=device, reason="Photographed")
    assert keys.valid_keys(device.code, time.now()) == [fourth]


def test_a_device_hangs_where_the_person_is_posted_and_nowhere_else() -> None:
    mine, foreign = make_grid(), make_grid()
    worker = make_user(department="grid", area=mine)
    device = make_device(dwelling=make_dwelling(mine, address="兰泾花苑 1 幢 101 室"), room="B", by=worker)
    assert (device.where, device.area_path) == ("兰泾花苑 1 幢 101 室 B", mine.path)
    estate = make_device("lane_camera", place=make_estate(mine, "兰泾花苑"), by=worker)
    assert (estate.where, estate.dwelling) == ("兰泾花苑", None)
    with pytest.raises(NotAllowed):
        make_device(dwelling=make_dwelling(foreign), by=worker)
    with pytest.raises(NotAllowed):
        make_device(dwelling=make_dwelling(mine), by=make_user(department="housing", area=mine))
    assert not Device.objects.for_user(make_user(department="grid", area=foreign)).exists()
    assert Device.objects.for_user(worker).count() == 2


def test_a_transmission_unit_has_an_address_of_its_own_and_no_key() -> None:
    unit, key = make_device_with_key("transmission_unit", address="79 03 00 00 00 0A")
    assert (unit.wire_address, key) == ("79030000000a", "")
    with pytest.raises(Refused, match="79030000000a"):
        make_device("transmission_unit", address="79030000000a")
    for wrong in ("", "7903", "79030000000g", "0" * 13):
        with pytest.raises(Refused):
            make_device("transmission_unit", address=wrong)
    with pytest.raises(Refused):
        make_device("smoke", address="790300000001")
    with pytest.raises(Refused):
        keys.rotate_key(by=system_actor(), device=unit)


def test_a4_8_a_unit_with_a_profile_that_nobody_described_is_refused_with_the_nearest_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    described = read("transmission_units: {current-monitor: {bcd_time: true}}")
    monkeypatch.setattr(register, "dialects", lambda: described)
    with pytest.raises(Refused) as told:
        make_device("transmission_unit", profile="Current-monitr")
    assert "Current-monitr" in told.value.message
    assert "current-monitor" in told.value.instead
    with pytest.raises(Refused) as told:
        make_device("transmission_unit", profile="海湾")
    assert "current-monitor, standard" in told.value.instead
    unit = make_device("transmission_unit", profile=" current-monitor ")
    assert unit.profile == "current-monitor"
    with pytest.raises(Refused):
        register.change_device(by=system_actor(), device=unit, profile="monitor")
    monkeypatch.setattr(
        register, "dialects", lambda: read("")
    )  # the file has changed since: the rest can still be written
    assert register.change_device(by=system_actor(), device=unit, profile="current-monitor", name="主机").name == "主机"
    assert make_device("smoke", profile="海湾 JTY-GF").profile == "海湾 JTY-GF", (
        "maker and type of the others are words"
    )


def test_a_detector_behind_a_unit_is_known_by_its_part_once() -> None:
    unit = make_device("transmission_unit")
    part, key = make_device_with_key("smoke", parent=unit, part="1-1-00000200")
    assert (part.parent, key) == (unit, "")
    with pytest.raises(Refused, match="1-1-00000200"):
        make_device("smoke", parent=unit, part="1-1-00000200")
    with pytest.raises(Refused):
        make_device("smoke", parent=part, part="1")


def test_a_limit_of_its_own_must_be_one_of_its_kind() -> None:
    device = make_device("residual_current", limits={"leak_danger": 500})
    assert device.limits == {"leak_danger": 500}
    with pytest.raises(Refused, match="leak_dnger"):
        make_device("residual_current", limits={"leak_dnger": 500})
    with pytest.raises(Refused):
        register.change_device(by=system_actor(), device=device, limits={"leak_danger": "much"})


def test_who_changes_an_older_state_of_a_device_is_told() -> None:
    device = make_device()
    register.change_device(by=system_actor(), device=device, version=device.version, name="厨房")
    with pytest.raises(Stale):
        register.change_device(by=system_actor(), device=device, version=device.version, name="客厅")
    device.refresh_from_db()
    assert device.name == "厨房"


def test_a_quiet_period_has_an_end() -> None:
    device, now = make_device(), time.now()
    with pytest.raises(Refused):
        register.set_quiet(by=system_actor(), device=device, until=now + timedelta(days=30), reason="Painting")
    with pytest.raises(Refused):
        register.set_quiet(by=system_actor(), device=device, until=now + timedelta(hours=1), reason=" ")
    quiet = register.set_quiet(by=system_actor(), device=device, until=now + timedelta(hours=1), reason="Painting")
    assert quiet.is_quiet(now)
    assert not quiet.is_quiet(now + timedelta(hours=2))
    assert not register.end_quiet(by=system_actor(), device=device).is_quiet(time.now())


def test_a_retired_device_loses_its_keys_and_frees_its_address() -> None:
    device, key = make_device_with_key()
    register.retire(by=system_actor(), device=device, reason="Broken")
    assert not keys.is_key(device.code, key, time.now())
    with pytest.raises(Refused):
        register.change_device(by=system_actor(), device=device, name="x")
    unit = make_device("transmission_unit", address="790300000000")
    register.retire(by=system_actor(), device=unit, reason="Replaced")
    grid = make_grid()
    spot = register.Spot(place=make_estate(grid))
    assert register.adopt(by=system_actor(), address="790300000000", spot=spot).pk != unit.pk
