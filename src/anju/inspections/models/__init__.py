from anju.inspections.models.duties import FireManagement
from anju.inspections.models.hazards import (
    Clock,
    Correction,
    HandOver,
    Hazard,
    HazardEvent,
    HazardPhoto,
    MoveOut,
    Notice,
)
from anju.inspections.models.visits import Plan, PlanItem, Visit, VisitPhoto

__all__ = [
    "Clock",
    "Correction",
    "FireManagement",
    "HandOver",
    "Hazard",
    "HazardEvent",
    "HazardPhoto",
    "MoveOut",
    "Notice",
    "Plan",
    "PlanItem",
    "Visit",
    "VisitPhoto",
]
