"""What lower apps announce and hazards follow from."""

from collections.abc import Sequence
from contextvars import ContextVar
from typing import Any

from django.dispatch import receiver

from anju import standard
from anju.areas.models import Area, Place
from anju.documents.models import Document, Service
from anju.documents.signals import document_served
from anju.dwellings.models import Dwelling
from anju.dwellings.signals import homes_moved, judged, unit_judged, would_move
from anju.inspections.models import Hazard, Notice, PlanItem, Visit
from anju.inspections.services import findings
from anju.inspections.services.hazards import notice_served
from anju.monitoring.models import LaneOccupation
from anju.monitoring.signals import lane_cleared, lane_still_blocked

# The outcome of the judgement that a visit caused, for its result page: set by the receiver, read by the service.
last_outcome: ContextVar[findings.Outcome | None] = ContextVar("inspections_last_outcome", default=None)


@receiver(judged)
def dwelling_judged(
    sender: Any, dwelling: Dwelling, judgement: standard.Judgement, inspected_by: Any = None, **kwargs: Any
) -> None:
    last_outcome.set(findings.from_dwelling(dwelling, judgement, inspected_by))


@receiver(would_move)
def to_announce(sender: Any, homes: Sequence[tuple[Dwelling, standard.Judgement]], **kwargs: Any) -> set[int]:
    return findings.to_move(homes)


@receiver(unit_judged)
def shared_part_judged(
    sender: Any, place: Place, results: list[standard.Result], inspected_by: Any = None, **kwargs: Any
) -> None:
    last_outcome.set(findings.from_unit(place, results, inspected_by))


@receiver(document_served)
def notice_reached_its_party(sender: Any, document: Document, service: Service, **kwargs: Any) -> None:
    notice = Notice.objects.filter(document=document).first()
    if notice is not None:
        for hazard in notice.hazards.unscoped(reason="the hazards the served notice names").order_by("id"):
            notice_served(hazard, service.served_at, service.served_by)


@receiver(homes_moved)
def homes_passed_to_another_grid(sender: Any, ids: Sequence[int], area: Area, **kwargs: Any) -> None:
    """Cases, visits and plans follow their home, so that the grid that is responsible now sees them all."""
    Hazard._base_manager.filter(dwelling_id__in=ids).update(area=area, area_path=area.path)
    Visit._base_manager.filter(dwelling_id__in=ids).update(area_path=area.path)
    PlanItem._base_manager.filter(dwelling_id__in=ids).update(area_path=area.path)


@receiver(lane_still_blocked)
def blocked_lane_is_a_hazard(sender: Any, occupation: LaneOccupation, **kwargs: Any) -> None:
    """May be told again for the same lane: the open hazard of the place is found, not doubled (A4.7, A9.4)."""
    findings.from_lane(occupation)


@receiver(lane_cleared)
def free_lane_marks_its_hazard(sender: Any, occupation: LaneOccupation, **kwargs: Any) -> None:
    """The camera sees it free; whether the hazard is over is for a person to say, on the spot."""
    findings.lane_is_free(occupation)
