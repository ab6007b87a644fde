"""What looks odd about a photo. Shown beside it, for a person to judge; nothing is refused or hidden because of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import asin, cos, radians, sin, sqrt

from anju.areas.models import Place
from anju.core import paths
from anju.field.models import Envelope, EnvelopePhoto

EARTH = 6_371_000  # metres
FAR = 200  # metres from the home beyond the phone's own accuracy: an estate's coordinates are those of its gate
FASTEST = 50  # metres a second between two photos: nobody rides faster from door to door
LEAST_JUMP = 300
OLD_POSITION = timedelta(minutes=5)
AROUND = timedelta(minutes=30)  # before the record was begun or after it was finished
LATEST_CLOCK = timedelta(minutes=5)

FLAGS = ("gallery", "no_position", "zero_accuracy", "far", "jump", "old_position", "other_time", "used_before")


def door_time(row: Envelope) -> datetime:
    """When it happened, by the server's clock, where that can be believed; else when it came in: a clock that was never
    compared with the server's, and a time before the phone was first in touch, prove nothing.
    """
    known_since = row.phone.first_at if row.phone else None
    if row.clock_offset_s is None or (known_since is not None and row.at < known_since - LATEST_CLOCK):
        return row.received_at
    return min(row.at, row.received_at)


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    north, east = radians(b[0] - a[0]), radians(b[1] - a[1])
    half = sin(north / 2) ** 2 + cos(radians(a[0])) * cos(radians(b[0])) * sin(east / 2) ** 2
    return 2 * EARTH * asin(min(1.0, sqrt(half)))


def stands_at(place: Place | None) -> tuple[float, float] | None:
    """The nearest known coordinates: of the unit, its building or its estate."""
    if place is None:
        return None
    rows = Place.objects.filter(path__in=paths.ancestors(place.path), latitude__isnull=False, longitude__isnull=False)
    found = rows.order_by("-path").values_list("latitude", "longitude").first()
    return (float(found[0] or 0), float(found[1] or 0)) if found else None


def mark(
    photos: Sequence[EnvelopePhoto], *, place: Place | None, begun: datetime, ended: datetime, before: frozenset[str]
) -> None:
    """Set `flags` of a record's photos. `before`: hashes that other records used already."""
    home = stands_at(place)
    for photo in photos:
        photo.flags = [name for name, odd in _alone(photo, home, begun, ended, before).items() if odd]
    timed = sorted((p for p in photos if p.taken_at and p.latitude is not None), key=lambda p: p.taken_at or begun)
    for earlier, later in zip(timed, timed[1:], strict=False):
        if _jumped(earlier, later):
            later.flags = [*later.flags, "jump"]


def _alone(
    photo: EnvelopePhoto, home: tuple[float, float] | None, begun: datetime, ended: datetime, before: frozenset[str]
) -> dict[str, bool]:
    here = _position(photo)
    old = photo.position_at and photo.taken_at and abs(photo.taken_at - photo.position_at) > OLD_POSITION
    outside = photo.taken_at and not begun - AROUND <= photo.taken_at <= ended + AROUND
    return {
        "gallery": photo.gallery,
        "no_position": here is None,
        "zero_accuracy": here is not None and photo.accuracy is not None and photo.accuracy <= 0,
        "far": bool(here and home and metres(here, home) > FAR + max(0.0, photo.accuracy or 0)),
        "old_position": bool(old),
        "other_time": bool(outside),
        "used_before": photo.sha256 in before,
    }


def _position(photo: EnvelopePhoto) -> tuple[float, float] | None:
    if photo.latitude is None or photo.longitude is None:
        return None
    return photo.latitude, photo.longitude


def _jumped(earlier: EnvelopePhoto, later: EnvelopePhoto) -> bool:
    a, b = _position(earlier), _position(later)
    if a is None or b is None or earlier.taken_at is None or later.taken_at is None:
        return False
    way = metres(a, b) - (earlier.accuracy or 0) - (later.accuracy or 0)
    seconds = max(1.0, (later.taken_at - earlier.taken_at).total_seconds())
    return way > LEAST_JUMP and way / seconds > FASTEST
