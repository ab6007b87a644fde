"""What of a phone's record is deleted after its time: the bytes as they came. What became of it stays, and so does its hash,
so that a phone that sends it once more is told that it is known.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from anju.accounts.services import system_actor
from anju.audit.services import record
from anju.field import workflow
from anju.field.models import Envelope

AT_ONCE = 200


def forget_bodies(moment: datetime) -> int:
    """Settled records only: what waits for a photo or a decision is kept however old it is."""
    limit = moment - timedelta(days=settings.ANJU_KEEP_ENVELOPES_DAYS)
    rows = Envelope._base_manager.filter(state__in=workflow.SETTLED, received_at__lt=limit).exclude(sealed="")
    ids = list(rows.order_by("received_at", "id").values_list("pk", flat=True)[:AT_ONCE])
    if ids:
        with transaction.atomic():
            Envelope._base_manager.filter(pk__in=ids).update(sealed="")
            record(
                by=system_actor(),
                verb="field.forget",
                subject=system_actor(),
                after={"records": len(ids), "before": limit},
            )
    return len(ids)
