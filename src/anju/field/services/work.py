"""A record while it is being applied: what it says, whose it is, what it is about, and what has come of it so far."""

from dataclasses import dataclass, field
from typing import Any

from anju.areas.models import Place
from anju.areas.scope import scope_of
from anju.dwellings.models import Dwelling
from anju.field import letters
from anju.field.models import Envelope
from anju.inspections.models import Hazard, Visit
from anju.inspections.services.opening import Spot


class PhotosFirst(Exception):
    """This step needs a photo that has not arrived yet."""


class HomeGone(Exception):
    """The home was on the phone and no longer exists."""


@dataclass
class Work:
    """A record being applied: what it says, whose it is, what it is about, and what has come of it so far."""

    row: Envelope
    letter: letters.Letter
    by: Any
    home: Dwelling | None = None
    place: Place | None = None
    moved: bool = False
    version_before: int | None = None
    visit: Visit | None = None
    hazards: list[Hazard] = field(default_factory=list)
    left_out: list[dict[str, str]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def leave_out(self, where: str, text: str) -> None:
        self.left_out.append({"where": where, "text": text})

    @property
    def spot(self) -> Spot:
        return Spot(dwelling=self.home) if self.home else Spot(place=self.place)

    @property
    def token(self) -> str:
        """Of the visit: two versions of one id that both count are two visits."""
        return f"{self.row.uuid.hex}{self.row.sha256[:8]}"


def sees_place(by: Any, place: Place) -> bool:
    scope = scope_of(by)
    return scope.has_area(place.area_path) or any(place.path.startswith(root) for root in scope.place_paths)


def words_of(place: Place) -> str:
    return Spot(place=place).words
