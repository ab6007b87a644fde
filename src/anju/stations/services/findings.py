"""From a call-out to a hazard of the kind inspections know: with who must put it right, and by when."""

from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from anju.dwellings.models import Dwelling
from anju.inspections.models import Hazard
from anju.inspections.services.opening import Finding, Spot, open_hazard
from anju.stations.models import CallOut

LETTING = (Hazard.Bound.SUBLESSOR, Hazard.Bound.LANDLORD, Hazard.Bound.OPERATOR)
AFTER_FIRE, AFTER_FINDING = 3, 15  # calendar days to put it right


def hazard_of(callout: CallOut, *, by: Any, at: datetime) -> Hazard:
    """Rests on no rule, so it carries a notice and never a legal order; the next inspection finds the rules that apply."""
    real = callout.outcome == CallOut.Outcome.REAL
    with translation.override("zh-hans"):
        what = _("Fire: %(title)s") if real else _("Found on a call-out: %(title)s")
        title = what % {"title": callout.title if real else callout.finding}
    finding = Finding(
        title=title,
        detail=callout.finding,
        category=Hazard.Category.FIRE,
        severity=Dwelling.Severity.SEVERE if real else Dwelling.Severity.MINOR,
        days=AFTER_FIRE if real else AFTER_FINDING,
        bound=LETTING if callout.dwelling else (Hazard.Bound.PROPERTY,),
    )
    spot = Spot(callout.dwelling, callout.room) if callout.dwelling else Spot(place=callout.place)
    source = Hazard.Source.DEVICE if callout.source == CallOut.Source.ALARM else Hazard.Source.REPORT
    opened: tuple[Hazard, bool] = open_hazard(by=by, spot=spot, finding=finding, source=source, found_at=at)
    return opened[0]
