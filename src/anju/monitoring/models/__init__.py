from anju.monitoring.models.alarms import Alarm, AlarmEvent, Incident
from anju.monitoring.models.batches import DeviceBatch, DeviceBatchRow, Vouched
from anju.monitoring.models.commands import Command
from anju.monitoring.models.devices import Device, DeviceKey, DeviceState
from anju.monitoring.models.doors import DoorAlternative, DoorConsent, DoorEvent
from anju.monitoring.models.lanes import LaneCampaign, LaneOccupation
from anju.monitoring.models.lifts import LiftEvent
from anju.monitoring.models.links import DeviceLink
from anju.monitoring.models.patrol import PatrolRound, PatrolRoute, PatrolScan, PatrolStop
from anju.monitoring.models.piles import Charge, EbikeCount, PilePort
from anju.monitoring.models.readings import Listening, Reading, ReadingHour, Rejected, RolledUp, Seen
from anju.monitoring.models.streams import StreamPosition

__all__ = [
    "Alarm",
    "AlarmEvent",
    "Charge",
    "Command",
    "Device",
    "DeviceBatch",
    "DeviceBatchRow",
    "DeviceKey",
    "DeviceLink",
    "DeviceState",
    "DoorAlternative",
    "DoorConsent",
    "DoorEvent",
    "EbikeCount",
    "Incident",
    "LaneCampaign",
    "LaneOccupation",
    "LiftEvent",
    "Listening",
    "PatrolRound",
    "PatrolRoute",
    "PatrolScan",
    "PatrolStop",
    "PilePort",
    "Reading",
    "ReadingHour",
    "Rejected",
    "RolledUp",
    "Seen",
    "StreamPosition",
    "Vouched",
]
