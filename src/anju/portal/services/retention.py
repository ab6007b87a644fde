"""What the portal forgets (X3): tallies and codes after a day, sent messages after a week, reports after their time."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from anju.accounts.services import system_actor
from anju.audit.services import record
from anju.core import time
from anju.files.services import forget as forget_file
from anju.jobs.services import every
from anju.portal.models import Invitation, Letter, Report, ReportEvent, ReportPhoto
from anju.portal.services import codes, limits, notes

AT_ONCE = 200
WEEK = timedelta(days=7)


def old_reports(moment: datetime) -> QuerySet[Report]:
    """Answered long ago, and what it opened is closed."""
    limit = moment - timedelta(days=settings.ANJU_KEEP_REPORTS_DAYS)
    rows = Report._base_manager.filter(decided_at__lt=limit, forgotten_at=None).exclude(state=Report.State.NEW)
    return rows.exclude(hazard__active=True)


def forget_reports(moment: datetime) -> int:
    """Telephone, words and photos go; that there was a report, where, of what kind and what became of it stays."""
    found = list(old_reports(moment).order_by("id")[:AT_ONCE])
    for row in found:
        with transaction.atomic():
            files = [link.file for link in ReportPhoto.objects.filter(report=row).select_related("file")]
            ReportPhoto.objects.filter(report=row).delete()
            for file in files:
                forget_file(file)  # what became evidence of a hazard stays with the hazard
            ReportEvent._base_manager.filter(report=row, by=None).update(text="")
            Report._base_manager.filter(pk=row.pk).update(
                phone_sealed="", text="", where_text="", forgotten_at=time.now()
            )
            record(by=system_actor(), verb="report.forget", subject=row, name=row.code)
    return len(found)


@every("portal.retention", timedelta(hours=1))
def forget(moment: datetime) -> None:
    limits.sweep(moment)
    codes.sweep(moment)
    Letter.objects.exclude(state=Letter.State.WAITING).filter(written_at__lt=moment - WEEK).delete()
    Invitation.objects.filter(expires_at__lt=moment - WEEK).delete()
    forget_reports(moment)
    notes.forget_notes(moment)
