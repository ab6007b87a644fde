from anju.portal.models.access import Challenge, Invitation, Letter, Tally
from anju.portal.models.notes import DoorNote
from anju.portal.models.reports import Objection, Report, ReportEvent, ReportPhoto

__all__ = [
    "Challenge",
    "DoorNote",
    "Invitation",
    "Letter",
    "Objection",
    "Report",
    "ReportEvent",
    "ReportPhoto",
    "Tally",
]
