"""Acknowledge, dispatch, close: measured, once, with a reason; alarms of one home are one incident."""

from datetime import timedelta

import pytest

from anju.accounts.models import User
from anju.accounts.services import system_actor
from anju.audit.models import Entry
from anju.core.errors import NotAllowed, Refused, Stale
from anju.dwellings.signals import homes_moved
from anju.dwellings.testing import make_dwelling, make_grid, make_user
from anju.monitoring.models import Alarm, AlarmEvent, Incident
from anju.monitoring.services import handling
from anju.monitoring.services.announcing import announce
from anju.monitoring.signals import alarm_opened
from anju.monitoring.testing import NOON, hear, make_alarm, make_device, make_message

pytestmark = pytest.mark.django_db


def fresh(alarm: Alarm) -> Alarm:
    return Alarm._base_manager.get(pk=alarm.pk)


def duty(alarm: Alarm, department: str = "fire") -> User:
    return make_user(department=department, area=alarm.area)


def test_a4_4_every_step_is_measured_and_stands_in_the_history_and_the_log() -> None:
    alarm = make_alarm()
    person = duty(alarm)
    handling.acknowledge(by=person, alarm=alarm, version=0)
    handling.dispatch(by=person, alarm=fresh(alarm), to="兰泾站", version=1)
    done = handling.close(by=person, alarm=fresh(alarm), outcome="false", reason="炒菜油烟", version=2)
    assert (done.state, done.outcome, done.reason, done.version) == ("closed", "false", "炒菜油烟", 3)
    for seconds in (done.acknowledge_seconds, done.dispatch_seconds, done.close_seconds):
        assert seconds is not None
        assert seconds >= 0
    moves = [(event.move, event.from_state, event.to_state) for event in AlarmEvent._base_manager.order_by("id")]
    assert moves == [
        ("open", "", "new"),
        ("acknowledge", "new", "acknowledged"),
        ("dispatch", "acknowledged", "dispatched"),
        ("close", "dispatched", "closed"),
    ]
    verbs = list(Entry.objects.filter(subject_id=alarm.code).order_by("id").values_list("verb", flat=True))
    assert verbs == ["alarm.opened", "alarm.handle", "alarm.handle", "alarm.handle"]


def test_who_sends_somebody_has_seen_it() -> None:
    done = handling.dispatch(by=system_actor(), alarm=make_alarm())
    assert (done.state, done.acknowledge_seconds) == ("dispatched", done.dispatch_seconds)


def test_an_alarm_nobody_looked_at_is_not_closed() -> None:
    with pytest.raises(Refused):
        handling.close(by=system_actor(), alarm=make_alarm(), outcome="false", reason="x")


@pytest.mark.parametrize(("outcome", "reason"), [("false", " "), ("gone", "x"), ("maybe", "x"), ("", "x")])
def test_closing_needs_an_outcome_and_a_reason(outcome: str, reason: str) -> None:
    alarm = handling.acknowledge(by=system_actor(), alarm=make_alarm())
    with pytest.raises(Refused):
        handling.close(by=system_actor(), alarm=alarm, outcome=outcome, reason=reason)


def test_who_comes_second_is_told_what_the_first_did() -> None:
    alarm = make_alarm()
    handling.acknowledge(
        by=make_user(department="fire", area=alarm.area, display_name="马建新"), alarm=alarm, version=0
    )
    with pytest.raises(Stale, match="马建新"):
        handling.dispatch(by=duty(alarm), alarm=alarm, version=0)
    assert fresh(alarm).state == "acknowledged"


def test_repeats_of_an_alarm_do_not_make_the_form_of_a_person_stale() -> None:
    alarm = make_alarm()
    hear(make_message(alarm.device, event="fire"))
    assert fresh(alarm).count == 2
    assert handling.acknowledge(by=duty(alarm), alarm=alarm, version=0).state == "acknowledged"


def test_x1_an_alarm_of_another_town_does_not_exist() -> None:
    alarm = make_alarm()
    stranger = make_user(department="fire", area=make_grid())
    with pytest.raises(NotAllowed):
        handling.acknowledge(by=stranger, alarm=alarm)
    with pytest.raises(NotAllowed):
        handling.acknowledge(by=duty(alarm, "planning"), alarm=alarm)
    assert not Alarm.objects.for_user(stranger).exists()
    assert Alarm.objects.for_user(duty(alarm)).count() == 1


def test_a4_3_fire_stays_open_when_its_cause_is_gone_and_a_fault_does_not() -> None:
    device = make_device()
    fire, fault = make_alarm(device), make_alarm(device, event="fault")
    hear(make_message(device, event="restored"))
    assert (fresh(fire).state, fresh(fire).restored_at) == ("new", NOON)
    assert (fresh(fault).state, fresh(fault).outcome) == ("closed", "gone")


def test_a4_3_smoke_and_current_in_one_dwelling_are_one_incident_and_confirm_each_other() -> None:
    home = make_dwelling()
    smoke = make_alarm(make_device("smoke", dwelling=home))
    assert smoke.incident is not None
    assert smoke.incident.confirmed_at is None
    current = make_alarm(make_device("residual_current", dwelling=home), event="overload")
    elsewhere = make_alarm()
    assert current.incident == smoke.incident != elsewhere.incident
    assert Incident._base_manager.get(pk=smoke.incident.pk).confirmed_at is not None
    make_alarm(make_device("smoke", dwelling=home), event="fault")
    assert Alarm._base_manager.filter(incident=smoke.incident).count() == 2  # a fault is no danger


def test_a4_3_pre_alarms_of_two_devices_within_five_minutes_are_a_fire_alarm() -> None:
    home, far = make_dwelling(), make_dwelling()
    first, second = (make_device("smoke", dwelling=home) for _n in range(2))
    make_alarm(first, event="pre_alarm")
    make_alarm(second, event="pre_alarm", at=NOON + timedelta(minutes=4))
    [fire] = Alarm._base_manager.filter(kind="fire")
    assert (fire.device, fire.because["confirmed_by"]) == (second, [first.code])
    for minutes in (0, 6):  # too far apart
        make_alarm(make_device("smoke", dwelling=far), event="pre_alarm", at=NOON + timedelta(minutes=minutes))
    assert Alarm._base_manager.filter(kind="fire").count() == 1


def test_an_incident_ends_with_its_last_alarm_and_the_next_alarm_begins_another() -> None:
    home, by = make_dwelling(), system_actor()
    alarms = [make_alarm(make_device("smoke", dwelling=home)) for _n in range(2)]
    incident = alarms[0].incident
    assert incident is not None
    for alarm, over in zip(alarms, (False, True), strict=True):
        handling.close(by=by, alarm=handling.acknowledge(by=by, alarm=alarm), outcome="real", reason="x")
        incident.refresh_from_db()
        assert (incident.closed_at is not None) == over
    assert make_alarm(make_device("smoke", dwelling=home)).incident != incident


def test_a_reading_that_stays_beyond_its_limit_comes_back_after_ten_minutes_and_an_event_at_once() -> None:
    device, by = make_device(), system_actor()
    hear(make_message(device, values={"smoke": 40}), received=NOON)
    alarm = handling.acknowledge(by=by, alarm=Alarm._base_manager.get())
    closed = handling.close(by=by, alarm=alarm, outcome="false", reason="x").closed_at
    assert closed is not None
    for minutes, alarms in ((5, 1), (11, 2)):
        moment = closed + timedelta(minutes=minutes)
        hear(make_message(device, at=moment, values={"smoke": 40}), received=moment)
        assert Alarm._base_manager.count() == alarms
    other = make_device()
    for alarms in (3, 4):
        hear(make_message(other, event="fire"))
        assert Alarm._base_manager.count() == alarms
        newest = handling.acknowledge(by=by, alarm=Alarm._base_manager.latest("id"))
        handling.close(by=by, alarm=newest, outcome="false", reason="x")


def test_a4_4_a_new_alarm_is_told_once_and_again_when_a_receiver_failed() -> None:
    heard: list[str] = []

    def receive(sender: object, alarm: Alarm, **kwargs: object) -> None:
        heard.append(alarm.kind)
        if len(heard) == 1:
            raise RuntimeError("the station app is away")

    alarm_opened.connect(receive)
    try:
        make_alarm(event="fault")
        make_alarm()
        assert announce(NOON) == 1  # the fire comes first, and fails
        assert announce(NOON) == 1
        assert announce(NOON) == 0
    finally:
        alarm_opened.disconnect(receive)
    assert heard == ["fire", "fault", "fire"]


def test_what_hangs_in_a_home_passes_with_it_to_another_grid() -> None:
    alarm, grid = make_alarm(), make_grid()
    homes_moved.send(None, ids=[alarm.dwelling_id], area=grid)
    assert fresh(alarm).area_path == fresh(alarm).device.area_path == grid.path
