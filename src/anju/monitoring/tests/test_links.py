"""When a device's link began and ended, and what its page and the duty room say of it (A4.3, A4.8)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from anju.areas.models import Area
from anju.core import time
from anju.dwellings.testing import make_dwelling, make_grid, make_user
from anju.monitoring.models import Device, DeviceLink, Listening
from anju.monitoring.selectors.links import link_of
from anju.monitoring.services.links import Change, end_links, note_links
from anju.monitoring.services.silence import listens
from anju.monitoring.testing import make_device

pytestmark = pytest.mark.django_db
Why = DeviceLink.Why


@pytest.fixture
def grid() -> Area:
    return make_grid()


@pytest.fixture
def device(grid: Area) -> Device:
    return make_device(dwelling=make_dwelling(grid))


def test_a_device_comes_in_and_its_link_breaks_and_it_comes_again(device: Device) -> None:
    now = time.now()
    assert link_of(device, now) is None
    listens("g", now)
    note_links("g", {device.code: Change(now), "T-nobody": Change(now)})
    link = link_of(device, now)
    assert link is not None
    assert (link.up, link.lost, link.at) == (True, False, now)
    later = now + timedelta(seconds=5)
    note_links("g", {device.code: Change(later, Why.BROKEN, "断电\0".encode() + b"\xff" * 300)})
    link = link_of(device, later)
    assert link is not None
    assert (link.up, link.lost, link.at, str(link.why)) == (False, True, later, "网络断开")
    assert link.will.startswith("断电\ufffd")
    assert len(link.will) == 200
    note_links("g", {device.code: Change(later)})
    link = link_of(device, later)
    assert link is not None
    assert (link.up, link.will) == (True, "")


def test_a_goodbye_is_no_lost_link(device: Device) -> None:
    now = time.now()
    note_links("g", {device.code: Change(now)})
    note_links("g", {device.code: Change(now, Why.GOODBYE)})
    link = link_of(device, now)
    assert link is not None
    assert (link.up, link.lost) == (False, False)


def test_a_gateway_that_notices_late_does_not_end_the_link_that_another_one_has_now(device: Device) -> None:
    now = time.now()
    listens("second", now)
    note_links("first", {device.code: Change(now)})
    note_links("second", {device.code: Change(now)})
    note_links("first", {device.code: Change(now, Why.LATE)})
    assert end_links("first", now, Why.GATEWAY) == 0
    link = link_of(device, now)
    assert link is not None
    assert link.up


def test_links_of_a_gateway_that_died_do_not_stand(device: Device) -> None:
    now = time.now()
    listens("g", now)
    note_links("g", {device.code: Change(now)})
    link = link_of(device, now + timedelta(minutes=1))
    assert link is not None
    assert (link.up, link.lost, link.at) == (False, True, now)
    assert end_links("g", now, Why.GATEWAY) == 1
    assert DeviceLink.objects.get().why == Why.GATEWAY


def test_the_page_of_a_device_says_that_its_link_was_lost_and_why(client: Client, device: Device, grid: Area) -> None:
    client.force_login(make_user(department="office", area=grid))
    page = reverse("devices:device", args=[device.code])
    note_links("g", {device.code: Change(time.now())})
    listens("g", time.now())
    assert "连接中断" not in client.get(page).content.decode()
    note_links("g", {device.code: Change(time.now(), Why.LATE, "市电断".encode())})
    text = client.get(page).content.decode()
    assert "连接中断" in text
    assert "超时没有上报；遗嘱：市电断" in text
    note_links("g", {device.code: Change(time.now(), Why.GOODBYE)})
    text = client.get(page).content.decode()
    assert "连接中断" not in text
    assert "设备主动断开" in text


def test_the_duty_room_is_told_when_nobody_listens(client: Client, grid: Area) -> None:
    client.force_login(make_user(department="fire", area=grid))
    words = "没有网关在接收设备上报"
    assert words not in client.get(reverse("alarms:queue")).content.decode(), "no gateway was ever started here"
    listens("g", time.now())
    assert words not in client.get(reverse("alarms:queue")).content.decode()
    Listening.objects.update(beat_at=time.now() - timedelta(minutes=2))
    assert words in client.get(reverse("alarms:queue")).content.decode()
    assert words in client.get(reverse("alarms:queue"), {"part": "queue"}).content.decode()
