"""An alarm of danger becomes one call-out; nothing else does (A4.4)."""

from datetime import timedelta

import pytest

from anju.core import time
from anju.monitoring.models import Alarm
from anju.monitoring.signals import alarm_opened
from anju.monitoring.testing import hear, make_device, make_message
from anju.stations.models import Call, CallOut
from anju.stations.testing import Site, make_site

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    return make_site()


def announce(alarm: Alarm) -> None:
    alarm_opened.send(Alarm, alarm=alarm)


def raised(site: Site, kind: str = "smoke", event: str = "fire") -> Alarm:
    now = time.now()
    device = make_device(kind, dwelling=site.home)
    hear(make_message(device, event=event, at=now - timedelta(seconds=3)), received=now - timedelta(seconds=2))
    alarm: Alarm = Alarm._base_manager.get(device=device)
    return alarm


def test_a4_4_a_smoke_alarm_calls_the_station_on_duty_once_however_often_it_is_told(site: Site) -> None:
    alarm = raised(site)
    announce(alarm)
    announce(alarm)
    row = CallOut._base_manager.get()
    assert (row.source, row.source_code, row.level) == ("alarm", alarm.code, "fire")
    assert row.title == "烟感报火警"
    assert (row.dwelling, row.alarm_at) == (site.home, alarm.received_at)
    assert row.dispatch_seconds in (2, 3)
    assert Call.objects.get(callout=row).station == site.station


def test_a_second_device_of_the_same_home_joins_the_callout(site: Site) -> None:
    first, second = raised(site), raised(site, "gas", "gas_leak")
    announce(first)
    announce(second)
    assert CallOut._base_manager.get().also == [second.code]


@pytest.mark.parametrize("kind", ["pre_alarm", "fault", "silent", "battery", "test", "tamper"])
def test_fault_silence_battery_and_test_call_nobody(site: Site, kind: str) -> None:
    alarm = raised(site)
    Alarm._base_manager.filter(pk=alarm.pk).update(kind=kind)
    alarm.refresh_from_db()
    announce(alarm)
    assert not CallOut._base_manager.exists()


def test_an_alarm_that_was_closed_before_it_was_told_calls_nobody(site: Site) -> None:
    alarm = raised(site)
    alarm.state = Alarm.State.CLOSED
    announce(alarm)
    assert not CallOut._base_manager.exists()
