"""New alarms are told to the apps above: once inside the database, again if a receiver failed (A4.4).

The alarm stands in the table with the commit of its batch, and `announced_at` is empty: that is the note that it has to be
told. So a gateway that dies right after the commit loses nothing, and what a receiver does (call a station out, open a
hazard) neither delays nor endangers the storing of messages. The gateway may call `announce` after a batch that opened one.
"""

import logging
from datetime import datetime

from django.db import transaction

from anju.jobs.services import EACH_TURN, Lane, every
from anju.monitoring.models import Alarm
from anju.monitoring.signals import alarm_opened

log = logging.getLogger(__name__)
MOST = 50  # in one run, so that the schedules behind it are not kept waiting


def announce(moment: datetime, most: int = MOST) -> int:
    """Tell of the alarms that nobody was told of, the most urgent first; how many were told."""
    waiting = Alarm._base_manager.filter(announced_at=None).order_by("rank", "id").values_list("pk", flat=True)
    return sum(_tell(pk, moment) for pk in list(waiting[:most]))


def _tell(pk: int, moment: datetime) -> bool:
    try:
        with transaction.atomic():
            # Whoever marks it first tells it; a receiver that fails takes the mark back with everything else it wrote.
            if not Alarm._base_manager.filter(pk=pk, announced_at=None).update(announced_at=moment):
                return False
            alarm = Alarm._base_manager.select_related("device", "dwelling", "place", "area", "incident").get(pk=pk)
            alarm_opened.send(Alarm, alarm=alarm)
    except Exception:
        log.exception("alarm %s could not be told to all; it is told again", pk)
        return False
    return True


@every("monitoring.announcing", EACH_TURN, Lane.ALARMS)
def announce_all(moment: datetime) -> None:
    announce(moment)
