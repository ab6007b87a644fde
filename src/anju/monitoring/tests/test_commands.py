"""Commands to devices: asked once, delivered, answered by that device alone, or run out; power is not a means of pressure."""

from datetime import timedelta
from typing import Any, get_args

import pytest

from anju.accounts.services import system_actor
from anju.audit.models import Entry
from anju.core import time
from anju.core.errors import NotAllowed, Refused
from anju.dwellings.testing import make_dwelling, make_grid, make_user
from anju.monitoring.models import Command, Device
from anju.monitoring.services import commands
from anju.monitoring.testing import hear, make_alarm, make_device, make_message
from anju.monitoring.vocabulary import CommandName

pytestmark = pytest.mark.django_db
SOON = timedelta(minutes=2)


def ask(device: Device | None = None, name: str = "block", **over: Any) -> Command:
    device = device or make_device("lift_blocker")
    over = {"by": system_actor(), "args": {}, "expires": time.now() + SOON, **over}
    return commands.send(device=device, name=name, **over)


def fresh(command: Command) -> Command:
    return Command._base_manager.get(pk=command.pk)


def answer(command: Command, device: Device | None = None, **more: Any) -> None:
    said = make_message(
        device or command.device, event="ack", detail={"command": str(command.pk), **more}, at=time.now()
    )
    assert [outcome.status for outcome in hear(said, received=time.now())] == ["accepted"]


def test_the_names_are_those_that_devices_know() -> None:
    assert tuple(Command.Name.values) == get_args(CommandName)
    assert set(commands.NEEDS) == set(Command.Name.values)


def test_a4_6_a_command_is_delivered_and_confirmed_by_the_device_and_stands_in_the_log() -> None:
    command = ask()
    now = time.now()
    assert [one.pk for one in commands.due_for_delivery(now)] == [command.pk]
    assert commands.delivered(command, now)
    assert commands.due_for_delivery(now) == []
    assert fresh(command).state == "sent"
    answer(command)
    done = fresh(command)
    assert (done.state, done.answered_late) == ("acknowledged", False)
    verbs = list(Entry.objects.filter(subject_id=str(command.pk)).order_by("id").values_list("verb", flat=True))
    assert verbs == ["alarm.handle", "device.command"]


def test_a_device_that_answers_before_the_sending_was_noted_has_answered() -> None:
    command = ask()
    answer(command)
    assert fresh(command).state == "acknowledged"
    assert not commands.delivered(command, time.now())
    assert fresh(command).state == "acknowledged"


def test_a4_6_nobody_answered_in_time_and_a_late_answer_still_counts() -> None:
    command = ask()
    later = command.expires_at + timedelta(seconds=1)
    assert commands.expire(command.expires_at - timedelta(seconds=1)) == 0
    assert commands.expire(later) == 1
    assert fresh(command).state == "expired"
    assert commands.due_for_delivery(later) == []
    assert commands.acknowledge(command.device_id, str(command.pk), at=later)
    assert (fresh(command).state, fresh(command).answered_late) == ("acknowledged", True)


def test_another_device_cannot_answer_for_it_and_made_up_names_change_nothing() -> None:
    command, other = ask(), make_device("lift_blocker")
    answer(command, other)
    hear(make_message(command.device, event="ack", detail={"command": "duty_check"}))
    hear(make_message(command.device, event="ack", detail={"command": 7}))
    assert fresh(command).state == "waiting"


def test_a_device_may_refuse_and_say_why() -> None:
    command = ask()
    answer(command, refused="door obstructed")
    assert (fresh(command).state, fresh(command).answer) == ("refused", "door obstructed")


def test_the_same_thing_is_not_asked_twice_at_once() -> None:
    command = ask()
    with pytest.raises(Refused, match="not answered yet|还没有"):
        ask(command.device)
    answer(command)
    assert ask(command.device).pk != command.pk


def test_a_smoke_detector_does_not_block_a_lift() -> None:
    with pytest.raises(Refused):
        ask(make_device("smoke"))


@pytest.mark.parametrize("span", [timedelta(0), timedelta(days=2)])
def test_a_command_has_an_end_within_a_day(span: timedelta) -> None:
    with pytest.raises(Refused):
        ask(expires=time.now() + span)


def test_power_is_cut_only_while_a_device_there_reports_danger() -> None:
    home = make_dwelling()
    breaker = make_device("breaker", dwelling=home)
    with pytest.raises(Refused, match="reports danger|报警"):
        ask(breaker, "cut_power")
    make_alarm(make_device("smoke", dwelling=home))
    assert ask(breaker, "cut_power").state == "waiting"


def test_x1_nobody_commands_a_lift_of_another_town_or_without_the_verb() -> None:
    lift = make_device("lift_blocker")
    with pytest.raises(NotAllowed):
        ask(lift, by=make_user(department="fire", area=make_grid()))
    with pytest.raises(NotAllowed):
        ask(lift, by=make_user(department="market", area=lift.area))
    assert ask(lift, by=make_user(department="station", area=lift.area)).asked_by is not None
