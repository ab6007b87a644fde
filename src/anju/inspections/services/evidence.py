"""What reaches the platform after the record it belongs to: a phone sends photos later than the visit they show, and who puts out
a fire tells what was found when it is out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anju.areas.permissions import require
from anju.audit.services import audited, record
from anju.dwellings.models import Observation
from anju.dwellings.models.facts import ObservationPhoto
from anju.files.models import StoredFile
from anju.inspections.models import Hazard, HazardEvent, HazardPhoto, Visit, VisitPhoto


@dataclass(frozen=True)
class Late:
    """One photo and what it shows: a fact (of a room, or of the shared part), or the visit as such."""

    file: StoredFile
    room: str = ""
    fact: str = ""
    shared: bool = False


@audited
def add_photos(*, by: Any, visit: Visit, photos: Sequence[Late]) -> None:
    """Hang photos on a visit, on its observation, and on the hazards that the shown fact forced."""
    require(by, "inspection.record")
    hazards = hazards_of(visit)
    for photo in photos:
        observation = _observation(visit, photo.shared)
        if observation is None:
            VisitPhoto.objects.create(visit=visit, file=photo.file)
            continue
        ObservationPhoto.objects.create(observation=observation, file=photo.file, room=photo.room, fact=photo.fact)
        for hazard in hazards:
            shown = any(name.rpartition(".")[2] == photo.fact for name in hazard.because)
            if shown and hazard.room == photo.room and (hazard.dwelling_id is None) == photo.shared:
                HazardPhoto.objects.create(hazard=hazard, file=photo.file)
    record(by=by, verb="inspection.photos", subject=visit, after={"photos": [photo.file.code for photo in photos]})


def hazards_of(visit: Visit) -> list[Hazard]:
    """What the visit opened and what it found again."""
    codes = [*visit.outcome.get("opened", []), *visit.outcome.get("again", [])]
    return list(Hazard._base_manager.filter(code__in=codes).order_by("id"))


def _observation(visit: Visit, shared: bool) -> Observation | None:
    if not shared or visit.place_id:
        return visit.observation
    found: Observation | None = (
        Observation._base_manager.filter(origin=f"inspection {visit.code}", dwelling=None).order_by("id").first()
    )
    return found or visit.observation


@audited
def add_hazard_photo(*, by: Any, hazard: Hazard, file: StoredFile) -> None:
    """A photo of a hazard that arrived after the hazard was recorded."""
    require(by, "hazard.open")
    HazardPhoto.objects.create(hazard=hazard, file=file)
    record(by=by, verb="hazard.photo", subject=hazard, after={"photo": file.code})


@audited
def tell_of_hazard(*, by: Any, hazard: Hazard, words: str, photos: Sequence[StoredFile], at: datetime) -> None:
    """Who was there tells of a hazard what was not known when it was opened. Whether they may is for the caller to see.

    The first words become what the hazard is; later ones stand in its history, with the photos.
    """
    words = words.strip()[:500]
    if words and not hazard.detail:
        hazard.detail = words
        Hazard._base_manager.filter(pk=hazard.pk, detail="").update(detail=words)
    event = None
    if words:
        event = HazardEvent._base_manager.create(hazard=hazard, at=at, by=by, move="told", text=words)
    HazardPhoto.objects.bulk_create(HazardPhoto(hazard=hazard, event=event, file=photo) for photo in photos)
    after = {"words": words, "photos": [photo.code for photo in photos]}
    record(by=by, verb="hazard.told", subject=hazard, after=after)
