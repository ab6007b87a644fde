from anju.stations.models.callouts import (
    Call,
    CallClock,
    CallOut,
    CallOutEvent,
    CallOutPhoto,
    Responder,
)
from anju.stations.models.drills import Attendance, Drill
from anju.stations.models.messages import Message
from anju.stations.models.people import Certificate, Duty, Member
from anju.stations.models.stations import Coverage, Kit, SiteNote, Station

__all__ = [
    "Attendance",
    "Call",
    "CallClock",
    "CallOut",
    "CallOutEvent",
    "CallOutPhoto",
    "Certificate",
    "Coverage",
    "Drill",
    "Duty",
    "Kit",
    "Member",
    "Message",
    "Responder",
    "SiteNote",
    "Station",
]
