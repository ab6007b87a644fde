"""Commands to devices (A4.6): asked for, delivered by the gateway, acknowledged by the device, or run out.

    command = send(by=user, device=lift, name="block", args={}, expires=now + timedelta(minutes=2))

The gateway, for the devices that are connected to it:

    for command in due_for_delivery(now, devices=ids):
        publish(wire(command)); delivered(command, now)

It delivers first and notes it afterwards: one that dies in between delivers again, and the device knows the UUID. What the
device answers comes as event `ack` through `services/storing.py`, in the transaction of its batch. `asked_by` is empty where
the platform asked.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anju.accounts.services import system_actor
from anju.areas.permissions import require
from anju.audit.services import audited, record
from anju.core import time
from anju.core.errors import NotAllowed, Refused
from anju.core.workflow import Machine, Move
from anju.jobs.services import every
from anju.monitoring.models.alarms import Alarm
from anju.monitoring.models.commands import Command
from anju.monitoring.models.devices import Device
from anju.monitoring.vocabulary import DANGER

S, N, K = Command.State, Command.Name, Device.Kind
LONGEST = timedelta(days=1)
AT_ONCE = 100

# Which verb a person needs, and which kinds of device understand it.
HANDLING, REGISTER = "alarm.handle", "device.edit"
ELECTRIC = frozenset({K.BREAKER, K.CHARGING_PILE})
NEEDS: dict[str, tuple[str, frozenset[str]]] = {
    N.SILENCE: (HANDLING, frozenset({K.SMOKE, K.GAS, K.RESIDUAL_CURRENT, K.CABLE_TEMPERATURE, K.ARC, K.LIFT_BLOCKER})),
    N.BLOCK: (HANDLING, frozenset({K.LIFT_BLOCKER})),
    N.RELEASE: (HANDLING, frozenset({K.LIFT_BLOCKER})),
    N.CUT_POWER: (REGISTER, ELECTRIC),
    N.RESTORE_POWER: (REGISTER, ELECTRIC),
    N.SELF_TEST: (HANDLING, frozenset(K.values) - {K.TRANSMISSION_UNIT}),
    N.SET_THRESHOLD: (
        REGISTER,
        frozenset(K.values) - {K.PATROL_POINT, K.LOCK, K.FACE_TERMINAL, K.TRANSMISSION_UNIT},
    ),
    N.DUTY_CHECK: (HANDLING, frozenset({K.TRANSMISSION_UNIT})),
    N.SET_CLOCK: (HANDLING, frozenset({K.TRANSMISSION_UNIT})),
    N.INITIALISE: (REGISTER, frozenset({K.TRANSMISSION_UNIT})),
}

# The one table of a command's states. A device that answers after the time has done it all the same: the answer counts.
commands = Machine(
    states=dict(S.choices),
    moves=(
        Move("deliver", frozenset({S.WAITING}), S.SENT, HANDLING, gettext_lazy("Send down")),
        Move(
            "acknowledge",
            frozenset({S.WAITING, S.SENT, S.EXPIRED}),
            S.ACKNOWLEDGED,
            HANDLING,
            gettext_lazy("Confirm"),
        ),
        Move("refuse", frozenset({S.WAITING, S.SENT, S.EXPIRED}), S.REFUSED, HANDLING, gettext_lazy("Refuse")),
        Move("expire", frozenset({S.WAITING, S.SENT}), S.EXPIRED, HANDLING, gettext_lazy("Let it run out")),
    ),
)


@audited
def send(*, by: Any, device: Device, name: str, args: Mapping[str, Any], expires: datetime) -> Command:
    """Ask for a command; the gateway delivers it. expires: aware, within a day; later the device does nothing."""
    now = time.now()
    if name not in NEEDS:
        raise Refused(_("“%(name)s” is no command to a device.") % {"name": name})
    verb, kinds = NEEDS[name]
    require(by, verb)
    row: Device | None = Device.objects.for_user(by).select_for_update(of=("self",)).filter(pk=device.pk).first()
    if row is None:
        raise NotAllowed(_("There is no such device in your area."))
    _check(row, name, kinds, now, expires)
    command: Command = Command._base_manager.create(
        device=row, name=name, args=dict(args), asked_by=None if getattr(by, "is_system", False) else by, asked_at=now,
        expires_at=expires,
    )  # fmt: skip
    record(by=by, verb=verb, subject=command, after={"name": name, "args": dict(args), "expires_at": expires})
    return command


def _check(device: Device, name: str, kinds: Collection[str], now: datetime, expires: datetime) -> None:
    label = N(name).label
    if device.kind not in kinds:
        raise Refused(
            _("%(device)s does not understand “%(command)s”.") % {"device": device, "command": label},
            instead=_("Kinds of device that do: %(kinds)s")
            % {"kinds": _(", ").join(str(K(kind).label) for kind in K.values if kind in kinds)},
        )
    if device.retired_on is not None:
        raise Refused(_("%(device)s was taken out of use on %(day)s.") % {"device": device, "day": device.retired_on})
    if not now < expires <= now + LONGEST:
        raise Refused(_("A command to a device runs out within a day from now."))
    running = Command._base_manager.filter(device=device, name=name, state__in=(S.WAITING, S.SENT), expires_at__gt=now)
    if running.exists():
        raise Refused(
            _("“%(command)s” was asked of %(device)s and is not answered yet.") % {"command": label, "device": device},
            instead=_("Wait for the answer, or until it has run out."),
        )
    if name == N.CUT_POWER and not _endangered(device):
        raise Refused(
            _("Power is cut from here only while a device there reports danger."),
            law=_(
                "Administrative Coercion Law, article 43: no cutting of power to homes in order to enforce a decision"
            ),
            instead=_("Switch dangerous equipment off on the spot, call 119, or ask the department with the power."),
        )


def _endangered(device: Device) -> bool:
    rows = Alarm._base_manager.filter(kind__in=DANGER | {Alarm.Kind.PILE}).exclude(state=Alarm.State.CLOSED)
    if device.dwelling_id is not None:
        return rows.filter(dwelling=device.dwelling_id).exists()
    return rows.filter(place=device.place_id, dwelling=None).exists()


def due_for_delivery(moment: datetime, *, devices: Collection[int] | None = None, most: int = AT_ONCE) -> list[Command]:
    """Waiting and not run out, the oldest first. devices: ids of those that are connected here; None: all."""
    rows = Command._base_manager.filter(state=S.WAITING, expires_at__gt=moment).select_related("device")
    if devices is not None:
        rows = rows.filter(device__in=devices)
    return list(rows.order_by("asked_at")[:most])


def waiting_devices(moment: datetime) -> list[tuple[int, str]]:
    """Id and code of the devices for which a command waits."""
    rows = Command._base_manager.filter(state=S.WAITING, expires_at__gt=moment)
    return list(rows.order_by().values_list("device_id", "device__code").distinct())


def delivered(command: Command, moment: datetime) -> bool:
    """It went out on the wire. False where it was answered or had run out meanwhile."""
    return delivered_by_id(command.pk, moment)


def delivered_by_id(key: UUID, moment: datetime) -> bool:
    return _move("deliver", Command._base_manager.filter(pk=key), sent_at=moment) == 1


def settle(device: int, command_id: str, *, at: datetime, refused: str = "") -> bool:
    """`acknowledge` in a transaction of its own, for a protocol whose answer is no message."""
    with transaction.atomic():
        return acknowledge(device, command_id, at=at, refused=refused)


def _move(name: str, rows: Any, **values: Any) -> int:
    """One move of the table, as a conditional update: who comes second changes nothing."""
    move = commands.moves[name]
    return int(rows.filter(state__in=move.sources).update(state=move.target, **values))


def acknowledge(device: int, command_id: str, *, at: datetime, refused: str = "") -> bool:
    """A device's word about a command: carried out, or `refused` with its reason. device: id of the one that spoke.

    Inside the caller's transaction. False where it has no such command, or was answered before: then nothing changes, so
    that a device cannot answer for another one and a repeat has no effect.
    """
    try:
        key = UUID(command_id)
    except ValueError:
        return False
    rows = Command._base_manager.filter(pk=key, device=device)
    if not _move("refuse" if refused else "acknowledge", rows, acknowledged_at=at, answer=refused[:200]):
        return False
    _note(rows.select_related("device").get())
    return True


def acknowledge_all(said: Sequence[tuple[int, Mapping[str, Any]]], at: datetime) -> None:
    """The acknowledgements of a batch: device and detail of each event `ack`. Called by `services/storing.py`."""
    for device, detail in said:
        reason = detail.get("refused")
        acknowledge(
            device,
            str(detail.get("command", "")),
            at=at,
            refused=(str(reason) if reason is not True else _("without a reason")) if reason else "",
        )


def expire(moment: datetime) -> int:
    """Mark what nobody answered in time; how many."""
    done = 0
    rows = Command._base_manager.filter(state__in=commands.moves["expire"].sources, expires_at__lte=moment)
    for command in rows.select_related("device").order_by("expires_at")[:AT_ONCE]:
        with transaction.atomic():
            if _move("expire", Command._base_manager.filter(pk=command.pk)):
                command.state = S.EXPIRED
                _note(command)
                done += 1
    return done


def _note(command: Command) -> None:
    """In the log: what became of it."""
    record(
        by=system_actor(),
        verb="device.command",
        subject=command,
        after={"name": command.name, "state": command.state},
        reason=command.answer,
    )


@every("monitoring.commands", timedelta(seconds=5))
def expire_all(moment: datetime) -> None:
    expire(moment)
