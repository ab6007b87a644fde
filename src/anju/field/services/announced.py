"""The photos that a record announces: one row for each use, so that what is missing can be told from then on."""

from datetime import timedelta
from typing import Any

from anju.core import time
from anju.core.errors import Refused
from anju.field import letters, plausible
from anju.field.models import Envelope, EnvelopePhoto, KeptPhoto
from anju.field.services.work import Work

ONE_VISIT = timedelta(hours=3)


def lay_photos(row: Envelope, work: Work | None = None) -> None:
    """One row per announced photo, once: what is missing can be told from then on."""
    if row.photos.exists():
        return
    letter = work.letter if work else _letter_or_none(row)
    if letter is None:
        return
    rows = [_photo_row(row, photo, letter) for photo in letter.photos]
    kept = {p.sha256: p for p in KeptPhoto.objects.filter(user=row.user, sha256__in={photo.sha256 for photo in rows})}
    for photo in rows:
        photo.photo = kept.get(photo.sha256)
    before = _used_before(row, {photo.sha256 for photo in rows})
    place = work.spot.place or (work.home.place if work and work.home else None) if work else None
    begun = row.at - max(timedelta(0), letter.ended_at - letter.made_at)
    plausible.mark(rows, place=place, begun=begun, ended=row.at, before=before)
    EnvelopePhoto.objects.bulk_create(rows)


def _used_before(row: Envelope, hashes: set[str]) -> frozenset[str]:
    """Photos of other records, but for those of the same visit: one round through a home settles several hazards."""
    others = EnvelopePhoto.objects.filter(sha256__in=hashes).exclude(envelope__uuid=row.uuid)
    near = (row.at - ONE_VISIT, row.at + ONE_VISIT)
    same = others.filter(envelope__user=row.user, envelope__home_code=row.home_code, envelope__at__range=near)
    return frozenset(others.exclude(pk__in=same.values("pk")).values_list("sha256", flat=True))


def _letter_or_none(row: Envelope) -> letters.Letter | None:
    try:
        return letters.read(letters.opened(row.content), time.day_of(row.received_at))
    except Refused:
        return None


def _photo_row(row: Envelope, photo: letters.Photo, letter: letters.Letter) -> EnvelopePhoto:
    shift = letter.shift(row.clock_offset_s)
    here = photo.position
    purpose = {name: getattr(photo.purpose, name) for name in ("fact", "room", "rule", "hazard")}
    shared = photo.purpose.fact in letter.answers.unit and not photo.purpose.room
    if shared and photo.purpose.fact not in letter.answers.dwelling:
        purpose["part"] = "unit"
    finding = next((f for f in letter.findings if photo.sha256 in f.photos), None)
    if finding is not None and not purpose["rule"]:
        purpose |= {"rule": finding.rule, "room": purpose["room"] or finding.room}
    return EnvelopePhoto(
        envelope=row,
        sha256=photo.sha256,
        size=photo.bytes,
        taken_at=_shifted(photo.taken_at, shift),
        gallery=photo.source == "gallery" or "gallery" in photo.flags,
        latitude=here.lat if here and abs(here.lat) <= 90 else None,
        longitude=here.lon if here and abs(here.lat) <= 90 else None,
        accuracy=here.accuracy if here else None,
        position_at=_shifted(here.at, shift) if here else None,
        purpose={name: value for name, value in purpose.items() if value},
    )


def _shifted(moment: Any, shift: timedelta) -> Any:
    try:
        return moment + shift if moment else None
    except OverflowError:
        return None
