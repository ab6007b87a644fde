"""Commands on their way to the devices of this gateway (A4.6), and what became of them.

Looked for every second, one question to the database as long as nobody asks for anything. Over MQTT a command counts as sent
when the device has acknowledged its arrival (or, where it listens with QoS 0, when it was written): a link that breaks in
between makes it go out once more, with the same UUID. A transmission unit gets a frame, and its answer or its silence after
three repeats is what became of the command. Another gateway's devices are left to that gateway.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext, gettext_noop

from anju.core import time
from anju.monitoring.gateway import gb26875, push
from anju.monitoring.gateway.gb26875 import listener as gb26875_listener
from anju.monitoring.gateway.mqtt import listener as mqtt_listener
from anju.monitoring.models import Command, Device
from anju.monitoring.services import commands

log = logging.getLogger(__name__)
Result = TypeVar("Result")
OWN = {"clock", "status"}  # what the gateway asks of units by itself
LOOK = 1.0  # seconds between looks
DUTY_MINUTES = 10  # in which somebody answers 查岗, as GB 26875.1 has it
REFUSALS: dict[str, str] = {
    "refused": gettext_noop("The unit refused it"),
    "unanswered": gettext_noop("The unit did not answer, though it was told four times"),
    "no_duty_answer": gettext_noop("Nobody on duty answered in time"),
}


@dataclass
class Courier:
    """`ask` runs a question to the database in a thread."""

    devices: mqtt_listener.Listener
    units: gb26875_listener.Listener
    ask: Callable[[Callable[[], Any]], Awaitable[Any]]
    _notes: list[Callable[[], Any]] = field(
        default_factory=list
    )  # to be written, tried again while the database is away

    def __post_init__(self) -> None:
        self.devices.received = self._received
        self.units.answered = self._answered

    async def run(self) -> None:
        while True:
            try:
                await self._write_notes()
                for command in await self.ask(self._due):
                    self._send(command)
            except Exception as error:  # noqa: BLE001  # the database is away; the writer tells
                log.debug("commands wait: %s", type(error).__name__)
            await asyncio.sleep(LOOK)

    async def _write_notes(self) -> None:
        while self._notes:
            await self.ask(self._notes[0])
            del self._notes[0]

    def _due(self) -> list[Command]:
        """In a thread."""
        moment = time.now()
        waiting = commands.waiting_devices(moment)
        here = self.devices.by_device.keys() | self.units.by_device.keys()
        ids = [pk for pk, code in waiting if code in here]
        return commands.due_for_delivery(moment, devices=ids) if ids else []

    # ---- out ----

    def _send(self, command: Command) -> None:
        code, token = command.device.code, str(command.pk)
        link = self.devices.by_device.get(code)
        if link is not None:
            if link.send(token, _payload(command)) == "sent":
                self._sent(token)
            return
        unit = self.units.by_device.get(code)
        if unit is not None and command.name in FRAMES and unit.control(code, FRAMES[command.name](command), token):
            self._sent(token)

    def _sent(self, token: str) -> None:
        self._notes.append(lambda: commands.delivered_by_id(UUID(token), time.now()))

    # ---- back ----

    def _received(self, device: str, token: str) -> None:
        self._sent(token)

    def _answered(self, device: str, result: gb26875.Result) -> None:
        if result.token in OWN:
            return
        refused = REFUSALS.get(result.outcome, "")
        self._notes.append(lambda: _settle(device, result.token, refused, time.now()))


def _settle(device: str, token: str, refused: str, moment: datetime) -> None:
    pk = Device._base_manager.filter(code=device).values_list("pk", flat=True).first()
    if pk is not None:
        with translation.override("zh-hans"):  # kept once, for everybody
            commands.settle(pk, token, at=moment, refused=gettext(refused) if refused else "")


def _payload(command: Command) -> bytes:
    return push.encode(
        push.Command(command=str(command.pk), name=command.name, args=command.args, expires=command.expires_at)  # type: ignore[arg-type]
    )


def _duty_check(command: Command) -> gb26875.Unit:
    minutes = command.args.get("minutes", DUTY_MINUTES)
    return gb26875.duty_check(minutes if isinstance(minutes, int) and 1 <= minutes <= 255 else DUTY_MINUTES)


FRAMES: dict[str, Callable[[Command], gb26875.Unit]] = {
    Command.Name.DUTY_CHECK: _duty_check,
    Command.Name.SET_CLOCK: lambda command: gb26875.set_clock(datetime.now(time.SHANGHAI)),
    Command.Name.INITIALISE: lambda command: gb26875.initialise(),
}
