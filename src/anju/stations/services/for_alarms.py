"""Call-outs of alarms: one for each alarm, begun by the platform or by the operator who dispatches (A4.4), and another one when
it burns again.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from anju.accounts.services import system_actor
from anju.core.errors import Refused
from anju.jobs.services import Lane, every
from anju.monitoring.models import Alarm
from anju.monitoring.services import handling
from anju.stations.models import CallOut
from anju.stations.selectors.callouts import of_alarms
from anju.stations.services import callouts

AGAIN = timedelta(minutes=10)  # smoke that thins out, and a detector that nobody has reset yet, call nobody back
LOOKS = timedelta(seconds=5)  # from one look to the next
log = logging.getLogger(__name__)

# These call the station by themselves; anything else only when an operator dispatches.
LEVELS: dict[str, str] = {
    Alarm.Kind.FIRE: CallOut.Level.FIRE,
    Alarm.Kind.GAS: CallOut.Level.GAS,
    Alarm.Kind.ELECTRICAL: CallOut.Level.ELECTRICAL,
}


def title_of(alarm: Alarm) -> str:
    """What the station reads first: which device says what."""
    with translation.override("zh-hans"):
        device = alarm.device.get_kind_display()
        texts = {
            Alarm.Kind.FIRE: _("%(device)s reports fire"),
            Alarm.Kind.GAS: _("%(device)s reports gas"),
            Alarm.Kind.ELECTRICAL: _("%(device)s reports electrical danger"),
        }
        text = texts.get(Alarm.Kind(alarm.kind)) or _("%(device)s: %(kind)s")
        return text % {"device": device, "kind": alarm.get_kind_display()}


def call_for(alarm: Alarm, *, by: Any) -> CallOut:
    """The call-out of this alarm; a further alarm of the same home joins the one that runs."""
    level = CallOut.Level.PRE_ALARM if alarm.kind == Alarm.Kind.PRE_ALARM else CallOut.Level.OTHER
    row = callouts.call_out(
        by=by, subject=_subject(alarm), title=title_of(alarm), level=LEVELS.get(alarm.kind, level),
        source=CallOut.Source.ALARM, source_code=alarm.code, alarm_at=alarm.received_at,
    )  # fmt: skip
    if not row.is_open and not getattr(by, "is_system", False):
        raise Refused(
            _("The call-out of this alarm, %(callout)s, is over: nobody was called.") % {"callout": row.code},
            instead=_("Call the station out anew from the page of the place, or telephone."),
        )
    return row


def _subject(alarm: Alarm) -> callouts.Subject:
    return callouts.Subject(alarm.dwelling, alarm.room, None if alarm.dwelling_id else alarm.place)


@every("stations.calling_again", LOOKS, Lane.ALARMS)
def call_again(moment: datetime) -> None:
    """An alarm that nobody has closed and that speaks of danger though its call-out has been over for ten minutes: the fire is
    back, or was never out. One open alarm per device counts such messages and opens no other, so nobody else would be called.

    It goes by the time that the device gives: one whose clock is behind is heard the later."""
    rows = list(
        Alarm._base_manager.exclude(state=Alarm.State.CLOSED)
        .filter(kind__in=LEVELS)
        .select_related("device", "dwelling", "place")
    )
    helped = of_alarms(rows)
    for alarm in rows:
        row = helped.get(alarm.code)
        if row is not None and row.closed_at is not None and alarm.last_at >= row.closed_at + AGAIN:
            try:
                _call_again(alarm, moment)
            except Exception:  # the others are called nevertheless
                log.exception("the station could not be called again for alarm %s; it is tried again", alarm.code)


def _call_again(alarm: Alarm, moment: datetime) -> None:
    with translation.override("zh-hans"):
        title = _("%(title)s, again") % {"title": title_of(alarm)}
    with transaction.atomic():
        callouts.call_out(
            by=system_actor(), subject=_subject(alarm), title=title, level=LEVELS[alarm.kind],
            source=CallOut.Source.ALARM, source_code=alarm.code, alarm_at=moment, again=True,
        )  # fmt: skip
        if alarm.state != Alarm.State.NEW:
            handling.ring_again(alarm=alarm)
