"""Sending somebody to an alarm, and what is heard of them on the way (A4.4, A9.3).

The step of the operator and the call-out are one transaction: either both are written or neither is.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from anju.accounts.services import system_actor
from anju.core.errors import Refused
from anju.monitoring.models import Alarm, AlarmEvent
from anju.monitoring.response import helper
from anju.monitoring.services import handling


def send_station(*, by: Any, alarm: Alarm, version: int | None = None) -> Alarm:
    """Dispatch whoever is on duty for the alarm's spot. Raises Refused where nobody can be called by the platform."""
    helping = helper()
    if helping is None:
        raise Refused(_("Nobody can be called by the platform here."), instead=_("Telephone, and write whom you sent."))
    with transaction.atomic():
        who = helping.start(by=by, alarm=alarm)
        # A form that is out of date is refused here, and takes the call back with it.
        return handling.dispatch(by=by, alarm=alarm, to=who, version=version)


def heard(codes: Sequence[str], *, move: str, text: str, at: datetime, sent: bool = False) -> int:
    """A line of news about the help to these alarms, for their history and for everybody who watches; how many alarms.

    move: sent, answered, there, reported … sent: this is when somebody was called by the platform itself; the alarm is then
    dispatched without a person, and still waits for one to acknowledge it. It moves no state and makes no form stale.
    """
    rows = list(Alarm._base_manager.filter(code__in=codes))
    with transaction.atomic(), translation.override("zh-hans"):
        AlarmEvent._base_manager.bulk_create(
            AlarmEvent(
                alarm=row, at=at, move=move[:16], from_state=row.state, to_state=row.state, text=text[:300],
                version=row.version,
            )
            for row in rows
        )  # fmt: skip
        for row in rows:
            values: dict[str, Any] = {"changed_at": at}
            if sent and row.dispatched_at is None:
                seconds = max(0, int((at - row.received_at).total_seconds()))
                values |= {"dispatched_at": at, "dispatched_by": system_actor(), "dispatch_seconds": seconds}
            Alarm._base_manager.filter(pk=row.pk).update(**values)
    return len(rows)
