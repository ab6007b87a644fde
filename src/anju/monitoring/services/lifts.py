"""Lifts with a blocker: each e-bike and cylinder in a lift, and the command that holds the lift (A4.6)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings

from anju.accounts.services import system_actor
from anju.core import time
from anju.core.errors import Refused
from anju.monitoring.models import Command, Device, LiftEvent
from anju.monitoring.services import commands
from anju.monitoring.services.kinds import Heard

KINDS = {"ebike_in_lift": LiftEvent.Kind.EBIKE, "cylinder_in_lift": LiftEvent.Kind.CYLINDER}
SAME = timedelta(minutes=3)  # a camera says the same thing again while it is there
ANSWER = timedelta(minutes=2)  # a lift that does not confirm within it is gone through by somebody on the spot


def week_of(moment: datetime) -> date:
    """The Monday of its week in Shanghai."""
    day = time.day_of(moment)
    return day - timedelta(days=day.weekday())


def take(heard: Sequence[Heard], received: datetime) -> None:
    for one in heard:
        kind = KINDS[one.event]
        near = LiftEvent._base_manager.filter(
            device=one.device_id, kind=kind, at__lte=one.at + SAME, last_at__gte=one.at - SAME
        )
        event = near.order_by("-at").first()
        if event is not None:
            event.count += 1
            event.at, event.last_at = min(event.at, one.at), max(event.last_at, one.at)
            event.week = week_of(event.at)
            event.save(update_fields=["count", "at", "last_at", "week"])
            continue
        event = LiftEvent._base_manager.create(
            device_id=one.device_id, kind=kind, at=one.at, received=received, week=week_of(one.at), last_at=one.at
        )
        if settings.ANJU_LIFT_AUTO_BLOCK and one.newest and not one.late:
            _hold(event, received)


def _hold(event: LiftEvent, received: datetime) -> None:
    """By the platform itself, where the city wants it so. One that is asked for already is enough."""
    try:
        event.command = commands.send(
            by=system_actor(), device=event.device, name=Command.Name.BLOCK, args={}, expires=received + ANSWER
        )
    except Refused:
        return
    event.save(update_fields=["command"])


def ask(*, by: Any, lift: Device, name: str) -> Command:
    """Block or release a lift. What the lift saw within the last minutes is what the block is for."""
    now = time.now()
    command = commands.send(by=by, device=lift, name=name, args={}, expires=now + ANSWER)
    if name == Command.Name.BLOCK:
        seen = LiftEvent._base_manager.filter(device=lift, command=None, last_at__gte=now - 5 * SAME)
        seen.update(command=command)
    return command
