from anju.dwellings.models.dwellings import Dwelling, Room
from anju.dwellings.models.equipment import Equipment
from anju.dwellings.models.facts import Current, Finding, Observation, UnitState, VerdictRecord
from anju.dwellings.models.ledgers import ColumnMemory, LedgerImport, LedgerRow
from anju.dwellings.models.moves import GridMove
from anju.dwellings.models.people import Occupant, Party

__all__ = [
    "ColumnMemory",
    "Current",
    "Dwelling",
    "Equipment",
    "Finding",
    "GridMove",
    "LedgerImport",
    "LedgerRow",
    "Observation",
    "Occupant",
    "Party",
    "Room",
    "UnitState",
    "VerdictRecord",
]
