"""An alarm of danger calls the station on duty by itself (A4.4); fault, silence, battery and test call nobody. What the
station does then stands in the history of its alarms.
"""

from typing import Any

from django.dispatch import receiver
from django.utils import translation
from django.utils.translation import gettext as _

from anju.accounts.services import system_actor
from anju.core import time
from anju.monitoring.models import Alarm
from anju.monitoring.services import sending
from anju.monitoring.signals import alarm_opened
from anju.stations.models import Call, CallOut, CallOutEvent
from anju.stations.services.for_alarms import LEVELS, call_for
from anju.stations.signals import callout_moved


@receiver(alarm_opened)
def alarm_calls_the_station(sender: Any, alarm: Alarm, **kwargs: Any) -> None:
    """May be told again for the same alarm: one call-out per alarm is what `call_out` keeps."""
    if alarm.kind not in LEVELS or not alarm.is_open:
        return
    row = call_for(alarm, by=system_actor())
    if row.source_code == alarm.code or Alarm._base_manager.filter(pk=alarm.pk, dispatched_at__isnull=False).exists():
        return
    with translation.override("zh-hans"):
        text = _("Joins the call-out of the same home: %(who)s") % {"who": row.station or row.code}
    sending.heard([alarm.code], move="sent", text=text, at=time.now(), sent=True)


@receiver(callout_moved)
def alarm_hears_of_its_help(sender: Any, callout: CallOut, move: str, **kwargs: Any) -> None:
    if callout.source != CallOut.Source.ALARM:
        return
    with translation.override("zh-hans"):
        told = _told(callout, move)
    if told is None:
        return
    name, text = told
    sending.heard(
        [callout.source_code, *callout.also], move=name, text=text, at=time.now(), sent=name == "sent" and callout.opened_by.is_system
    )  # fmt: skip


def _told(row: CallOut, move: str) -> tuple[str, str] | None:
    """(move in the alarm's history, its words); None for what the duty room need not know."""
    who = str(row.station or _("the leader of the grid"))
    if move == "call":
        last = Call.objects.filter(callout=row).order_by("-order").first()
        return "sent", _("%(who)s is called") % {"who": last.name if last else who}
    if move == "accept":
        return "answered", _("%(who)s answered after %(n)s seconds") % {"who": who, "n": row.answer_seconds}
    if move == "arrive":
        return "there", _("%(who)s is there, %(n)s seconds after the alarm") % {"who": who, "n": row.arrival_seconds}
    if move in ("report", "report_by_phone"):
        text = _("Reported: %(outcome)s. %(finding)s") % {"outcome": row.get_outcome_display(), "finding": row.finding}
        return "reported", text.strip()
    if move == "missed":
        missed = CallOutEvent.objects.filter(callout=row, move="missed").order_by("-pk").first()
        said = CallOutEvent.objects.filter(callout=row, pk__gte=missed.pk if missed else 0).order_by("pk")[:2]
        return "missed", _("; ").join(event.text for event in said)
    return None
