"""Call-outs of alarms: one for each alarm, begun by the platform or by the operator who dispatches (A4.4)."""

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from anju.core.errors import Refused
from anju.monitoring.models import Alarm
from anju.stations.models import CallOut
from anju.stations.services import callouts

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
    place = None if alarm.dwelling_id else alarm.place
    row = callouts.call_out(
        by=by, subject=callouts.Subject(alarm.dwelling, alarm.room, place), title=title_of(alarm),
        level=LEVELS.get(alarm.kind, level), source=CallOut.Source.ALARM, source_code=alarm.code, alarm_at=alarm.received_at,
    )  # fmt: skip
    if not row.is_open and not getattr(by, "is_system", False):
        raise Refused(
            _("The call-out of this alarm, %(callout)s, is over: nobody was called.") % {"callout": row.code},
            instead=_("Call the station out anew from the page of the place, or telephone."),
        )
    return row
