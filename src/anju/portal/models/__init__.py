from anju.portal.models.access import Challenge, Invitation, Letter, Tally
from anju.portal.models.reports import Objection, Report, ReportEvent, ReportPhoto

__all__ = ["Challenge", "Invitation", "Letter", "Objection", "Report", "ReportEvent", "ReportPhoto", "Tally"]
