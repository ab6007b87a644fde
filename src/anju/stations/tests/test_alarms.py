"""An alarm of danger becomes one call-out; nothing else does (A4.4)."""

from datetime import timedelta

import pytest

from anju.core import time
from anju.monitoring.chain import chain
from anju.monitoring.models import Alarm
from anju.monitoring.response import help_for
from anju.monitoring.selectors.figures import ACKNOWLEDGE
from anju.monitoring.selectors.live import news
from anju.monitoring.services import handling
from anju.monitoring.signals import alarm_opened
from anju.monitoring.testing import hear, make_device, make_message
from anju.stations.models import Call, CallOut
from anju.stations.selectors.callouts import of_alarms
from anju.stations.services import callouts
from anju.stations.services.for_alarms import call_again, call_for
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


def test_a4_4_a_fire_that_is_back_ten_minutes_after_the_end_calls_again_though_nobody_closed_its_alarm(
    site: Site,
) -> None:
    start = time.now() - timedelta(hours=1)
    with time.in_the_past(start):
        alarm = raised(site)
        announce(alarm)
        first = CallOut._base_manager.get()
        callouts.arrive(by=site.mate, callout=first)
        callouts.report(by=site.mate, callout=first, outcome="real")
        callouts.close(by=site.mate, callout=first, lessons="带锅盖")
        seen = handling.acknowledge(by=site.office, alarm=alarm)

    def burns(minutes: float) -> int:
        moment = start + timedelta(minutes=minutes)
        with time.in_the_past(moment):
            hear(make_message(alarm.device, event="fire", at=moment), received=moment)
            call_again(moment)
            call_again(moment)
        return int(CallOut._base_manager.count())

    assert burns(9) == 1, "the smoke thins out"
    assert burns(11) == 2
    second = CallOut._base_manager.latest("pk")
    assert (second.title, second.also, second.alarm_at) == (
        "烟感报火警，再次报警", [alarm.code], start + timedelta(minutes=11),
    )  # fmt: skip
    assert Call.objects.get(callout=second).station == site.station
    assert of_alarms([alarm])[alarm.code] == second
    assert call_for(alarm, by=site.office) == second, "who dispatches it by hand hears of the new one"
    alarm.refresh_from_db()
    assert alarm.state == "new", "who saw the first fire has not seen this one"
    (ringing,) = news(site.office, "", time.now())["ringing"]
    assert ringing["code"] == alarm.code
    assert ringing["ring"] != alarm.code, "it sounds once more on the same computer"
    step = chain(alarm, help_for([alarm])[alarm.code])[0]
    assert (step.state, step.at, step.due_at) == ("now", None, second.called_at + timedelta(seconds=ACKNOWLEDGE))
    alarm = handling.acknowledge(by=site.office, alarm=alarm, version=alarm.version)
    assert (alarm.state, alarm.acknowledged_at) == ("acknowledged", seen.acknowledged_at), "the first time is measured"
    assert chain(alarm, help_for([alarm])[alarm.code])[0].at == seen.acknowledged_at
    assert news(site.office, "", time.now())["ringing"] == []
    assert burns(30) == 2, "the station is on its way"
    assert alarm.events.filter(move="sent").count() == 2


def test_a4_4_an_alarm_that_is_silent_after_the_end_calls_nobody_again(site: Site) -> None:
    start = time.now() - timedelta(hours=1)
    with time.in_the_past(start):
        alarm = raised(site)
        announce(alarm)
        callouts.report(
            by=site.office, callout=CallOut._base_manager.get(), outcome="false", finding="误报", by_phone=True
        )
        callouts.close(by=site.office, callout=CallOut._base_manager.get())
    call_again(time.now())
    assert CallOut._base_manager.count() == 1


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
