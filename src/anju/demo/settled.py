"""One home of the demo with its rows, as the stages hand it on."""

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from anju import standard
from anju.accounts.models import User
from anju.areas.models import Area
from anju.demo.homes import Home, Telling
from anju.dwellings.models import Current, Dwelling, Equipment, Observation, Occupant, VerdictRecord
from anju.files.models import StoredFile
from anju.inspections.models import FireManagement
from anju.registration.models import Guarantee, Lease

if TYPE_CHECKING:
    from anju.demo.papers import Lack


@dataclass
class Told:
    """One telling as it stands in the database, with what the standard said that day."""

    telling: Telling
    observation: Observation
    judgement: standard.Judgement


@dataclass
class Papers:
    """What is on file about a home, and which papers the register once found missing."""

    guarantees: list[Guarantee] = field(default_factory=list)
    leases: list[Lease] = field(default_factory=list)
    management: FireManagement | None = None
    equipment: list[Equipment] = field(default_factory=list)
    lacks: "list[Lack]" = field(default_factory=list)


@dataclass
class Crew:
    """Who acts for an estate: the grid worker of each grid, the community, the town office, police and housing."""

    grid: dict[str, User]  # by area path
    community: User
    office: User
    police: User
    housing: User
    paper: StoredFile | None = None  # what stands for an uploaded document


@dataclass
class Settled:
    home: Home
    dwelling: Dwelling
    current: Current
    crew: Crew
    height: dict[str, Any]  # the register's fact about the building
    behind: float = 0.0  # how far its town lags
    new: bool = False  # let for the first time in these days
    papers: Papers = field(default_factory=Papers)
    occupants: list[Occupant] = field(default_factory=list)
    last_violated: list[str] = field(default_factory=list)
    judged: standard.Judgement | None = None
    told: list[Told] = field(default_factory=list)
    records: list[VerdictRecord] = field(default_factory=list)  # in the order of time
    group_since: date | None = None  # first called a group rental


def crew_of(community: Area, paper: StoredFile | None = None) -> Crew:
    assert community.parent is not None
    zone = community.parent
    grids = {user.username.removeprefix("grid-"): user for user in User.objects.filter(username__startswith="grid-")}
    for account in User.objects.filter(username="grid").prefetch_related("postings__area"):
        posting = account.postings.get()
        assert posting.area is not None
        grids[posting.area.path] = account
    return Crew(
        grid=grids,
        community=User.objects.get(username=f"community-{community.path}"),
        office=_of_zone("town", "office", zone),
        police=_of_zone("police", "police", zone),
        housing=User.objects.get(username="housing"),
        paper=paper,
    )


def _of_zone(account: str, department: str, zone: Area) -> User:
    """The demo account where it is posted to the town, else the colleague."""
    found = User.objects.filter(username=account, postings__area=zone).first()
    return found or User.objects.get(username=f"{department}-{zone.path}")
