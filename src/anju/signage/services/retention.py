"""Scans are kept for three months and then deleted: enough to notice a copied sign, no history of who came by."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy

from anju.accounts.services import system_actor
from anju.core import time
from anju.jobs.models import Job
from anju.jobs.services import enqueue, every, job_kind, save_step
from anju.signage import norms
from anju.signage.models import Scan

AT_ONCE = 500


@job_kind("forget-scans", label=gettext_lazy("Delete old scans of signs"))
def forget(job: Job) -> bool:
    old = time.now() - timedelta(days=norms.SCAN_DAYS)
    ids = list(Scan._base_manager.filter(at__lt=old).values_list("pk", flat=True)[:AT_ONCE])
    Scan._base_manager.filter(pk__in=ids).delete()
    job.done += len(ids)
    save_step(job)
    return len(ids) < AT_ONCE


@every("delete old scans", timedelta(days=1))
def start(moment: datetime) -> None:
    enqueue(kind="forget-scans", by=system_actor(), key="forget")
