"""What the duty room sees and does of the stations: who goes, the limits, and that the end waits for the report (A4.4, A9.3)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from anju.core import time
from anju.core.errors import Refused, Stale
from anju.monitoring.models import Alarm, AlarmEvent
from anju.monitoring.response import help_for
from anju.monitoring.services import handling, sending
from anju.monitoring.signals import alarm_opened
from anju.monitoring.testing import hear, make_device, make_message
from anju.stations.models import CallOut
from anju.stations.services import callouts
from anju.stations.testing import Site, make_site

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    return make_site()


def raised(site: Site, event: str = "fire", kind: str = "smoke") -> Alarm:
    now = time.now()
    device = make_device(kind, dwelling=site.home)
    hear(make_message(device, event=event, at=now - timedelta(seconds=3)), received=now - timedelta(seconds=2))
    alarm: Alarm = Alarm._base_manager.get(device=device)
    alarm_opened.send(Alarm, alarm=alarm)
    return fresh(alarm)


def fresh(alarm: Alarm) -> Alarm:
    return Alarm._base_manager.get(pk=alarm.pk)


def row_of(alarm: Alarm) -> CallOut:
    found: CallOut = CallOut._base_manager.get(source_code=alarm.code)
    return found


def moves(alarm: Alarm) -> list[str]:
    return list(AlarmEvent._base_manager.filter(alarm=alarm).order_by("id").values_list("move", flat=True))


def test_a4_4_an_alarm_that_called_the_station_by_itself_is_dispatched_and_still_waits_for_a_person(site: Site) -> None:
    alarm = raised(site)
    assert (alarm.state, alarm.dispatch_seconds in (2, 3), alarm.acknowledged_at) == ("new", True, None)
    done = handling.acknowledge(by=site.office, alarm=alarm, version=0)
    done = handling.dispatch(by=site.office, alarm=done, to="网格员")
    assert done.dispatched_at == alarm.dispatched_at, "the first call is what is measured"


def test_a4_4_every_step_of_the_station_stands_in_the_history_of_its_alarms(site: Site) -> None:
    first, second = raised(site), raised(site, "gas_leak", "gas")
    row = row_of(first)
    callouts.accept(by=site.mate, callout=row)
    callouts.arrive(by=site.mate, callout=row)
    callouts.report(by=site.mate, callout=row, outcome="false", finding="炒菜油烟")
    steps = [move for move in moves(first) if move != "confirmed"]  # by the gas detector, which joined the call-out
    assert steps == ["open", "sent", "answered", "there", "reported"]
    assert moves(second)[-4:] == ["sent", "answered", "there", "reported"]
    assert fresh(first).version == 0, "nobody's form has become stale by it"


def test_a9_3_the_control_room_cannot_close_an_alarm_while_somebody_is_on_the_way(site: Site) -> None:
    alarm = handling.acknowledge(by=site.office, alarm=raised(site))
    row = row_of(alarm)
    with pytest.raises(Refused, match=site.station.name):
        handling.close(by=site.office, alarm=alarm, outcome="false", reason="以为是油烟")
    callouts.accept(by=site.mate, callout=row)
    callouts.arrive(by=site.mate, callout=row)
    with pytest.raises(Refused):
        handling.close(by=site.office, alarm=alarm, outcome="false", reason="以为是油烟")
    callouts.report(by=site.mate, callout=row, outcome="false", finding="炒菜油烟")
    assert handling.close(by=site.office, alarm=alarm, outcome="false", reason="现场：炒菜油烟").state == "closed"


def test_a9_3_a_report_by_telephone_opens_the_end_too(site: Site) -> None:
    alarm = handling.acknowledge(by=site.office, alarm=raised(site))
    callouts.report(by=site.office, callout=row_of(alarm), outcome="test", finding="维保试验", by_phone=True)
    assert handling.close(by=site.office, alarm=alarm, outcome="test", reason="维保试验").state == "closed"


def test_a4_4_dispatching_a_pre_alarm_calls_the_station_and_measures_it(site: Site) -> None:
    alarm = raised(site, "pre_alarm")
    assert not CallOut._base_manager.exists()
    done = sending.send_station(by=site.office, alarm=alarm, version=0)
    row = row_of(alarm)
    assert (done.state, row.level, row.opened_by) == ("dispatched", "pre_alarm", site.office)
    assert done.dispatched_by == site.office
    assert site.station.name in AlarmEvent._base_manager.get(alarm=alarm, move="dispatch").text


def test_a4_4_a_dispatch_on_an_old_form_calls_nobody(site: Site) -> None:
    alarm = raised(site, "pre_alarm")
    handling.acknowledge(by=site.office, alarm=alarm, version=0)
    with pytest.raises(Stale):
        sending.send_station(by=site.office, alarm=alarm, version=0)
    assert not CallOut._base_manager.exists()


def test_a_callout_that_is_over_is_not_taken_for_help(site: Site) -> None:
    alarm = raised(site, "pre_alarm")
    handling.acknowledge(by=site.office, alarm=alarm, version=0)
    sending.send_station(by=site.office, alarm=alarm)
    row = row_of(alarm)
    callouts.report(by=site.office, callout=row, outcome="false", finding="x", by_phone=True)
    callouts.close(by=site.head, callout=row, lessons="")
    with pytest.raises(Refused, match=row.code):
        sending.send_station(by=site.office, alarm=alarm)


def test_help_to_many_alarms_is_read_in_few_queries(site: Site, django_assert_max_num_queries: object) -> None:
    alarms = [raised(site), raised(site, "gas_leak", "gas"), raised(site, "fault")]
    with django_assert_max_num_queries(4):  # type: ignore[operator]
        found = help_for(alarms)
    assert set(found) == {alarms[0].code, alarms[1].code}


def test_a9_3_the_page_tells_people_by_number_only_and_shows_the_limits(client: Client, site: Site) -> None:
    alarm = raised(site)
    client.force_login(site.office)
    text = client.get(reverse("alarms:alarm", args=[alarm.code])).content.decode()
    for words in (site.station.name, "进门前要知道", "到场还剩", "限 3 分钟", "tel:119", f"tel:{site.station.phone}"):
        assert words in text, words
    client.post(reverse("alarms:step", args=[alarm.code, "acknowledge"]), {"version": 0})
    text = client.get(reverse("alarms:alarm", args=[alarm.code])).content.decode()
    assert "还没有现场报告" in text
    assert 'name="outcome"' not in text, "the end is locked"
    callouts.report(by=site.office, callout=row_of(alarm), outcome="false", finding="浴室水汽", by_phone=True)
    text = client.get(reverse("alarms:alarm", args=[alarm.code])).content.decode()
    assert "浴室水汽</textarea>" in text, "what was reported is the beginning of how it ends"
