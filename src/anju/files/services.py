"""Keeping and handing out bytes. What is a photo is decided by its content, never by its name.

A photo is decoded and encoded anew: what was hidden in it (scripts, archives, metadata) does not survive. Bytes lie under
the SHA-256 of themselves; a file that no row names any more is harmless, a row without its file cannot arise, because the
bytes are on the disk before the row is written.
"""

import errno
import hashlib
import io
import os
import secrets
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import puremagic
from django.conf import settings
from django.db import transaction
from django.db.models import ProtectedError
from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from PIL import ExifTags, Image, ImageOps

from anju.core import time
from anju.core.errors import Refused
from anju.files.models import StoredFile

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
MOST_PIXELS = 60_000_000
LONGEST_SIDE = 3200  # pixels kept: enough to read a nameplate, a tenth of what phones make
QUALITY = 88
INLINE = {"image/jpeg", "application/pdf"}
FOREIGN_MARKS = (b"%PDF-", b"<script", b"<svg", b"<html", b"<?php")
HEAD, ARCHIVE_TAIL = 512, 66_000


class Upload(Protocol):
    """What Django hands over for one uploaded file."""

    @property
    def name(self) -> str | None: ...

    @property
    def size(self) -> int | None: ...

    def read(self, n: int = -1, /) -> bytes: ...


@dataclass(frozen=True)
class Picture:
    """A photo made anew, and what its metadata said before they were stripped."""

    data: bytes
    width: int
    height: int
    taken_at: datetime | None
    latitude: float | None
    longitude: float | None


def _instead() -> str:
    return _("Take the photo with the camera app as JPEG, or save it as JPEG, PNG or WebP, and choose it again.")


def _refuse(name: str, why: str) -> Refused:
    return Refused(_("The photo “%(name)s” was not taken: %(why)s") % {"name": name, "why": why}, instead=_instead())


def _sniff(data: bytes) -> str:
    try:
        return str(puremagic.from_string(data[:4096], mime=True))
    except (puremagic.PureError, ValueError):
        return ""


def _kind_of(data: bytes) -> str:
    """The media type by content; "" when nothing is known."""
    if data[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypheim", b"ftypheis", b"ftyphevc"):
        return "image/heic"
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return "image/gif"
    head = data[:HEAD].lstrip().lower()
    if head.startswith((b"<svg", b"<?xml", b"<!doctype svg")) or b"<svg" in head:
        return "image/svg+xml"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    return _sniff(data)


def _check_content(data: bytes, name: str) -> None:
    """Refuse what is no photo, and what is a photo and something else at the same time."""
    kind = _kind_of(data)
    if kind == "image/svg+xml":
        raise _refuse(name, _("SVG is a drawing that can carry scripts."))
    if kind == "image/gif":
        raise _refuse(name, _("GIF is not a photo format."))
    if kind == "image/heic":
        raise _refuse(name, _("HEIC cannot be read here."))
    if kind not in FORMATS:
        raise _refuse(name, _("its content is not a JPEG, PNG or WebP picture."))
    head = data[:HEAD].lower()
    if any(mark.lower() in head for mark in FOREIGN_MARKS) or b"PK\x05\x06" in data[-ARCHIVE_TAIL:]:
        raise _refuse(name, _("it is a picture and another kind of file at the same time."))


def _degrees(parts: Any, sign: str) -> float | None:
    try:
        value = float(parts[0]) + float(parts[1]) / 60 + float(parts[2]) / 3600
    except (TypeError, ValueError, IndexError, ZeroDivisionError):
        return None
    value = -value if sign in ("S", "W") else value
    return round(value, 6) if abs(value) <= 180 else None


def _position(exif: Image.Exif) -> tuple[float | None, float | None]:
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    north = _degrees(gps.get(ExifTags.GPS.GPSLatitude), str(gps.get(ExifTags.GPS.GPSLatitudeRef, "N")))
    east = _degrees(gps.get(ExifTags.GPS.GPSLongitude), str(gps.get(ExifTags.GPS.GPSLongitudeRef, "E")))
    return (north, east) if north is not None and east is not None and abs(north) <= 90 else (None, None)


def _taken_at(exif: Image.Exif) -> datetime | None:
    """The camera's clock; without an offset it is taken for Shanghai's."""
    inner = exif.get_ifd(ExifTags.IFD.Exif)
    text = str(inner.get(ExifTags.Base.DateTimeOriginal, ""))
    try:
        return datetime.strptime(text, "%Y:%m:%d %H:%M:%S").replace(tzinfo=time.SHANGHAI)
    except ValueError:
        return None


def _plain(image: Image.Image) -> Image.Image:
    """Upright, without transparency, no larger than is kept."""
    upright = ImageOps.exif_transpose(image) or image
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        layer = upright.convert("RGBA")
        upright = Image.new("RGB", layer.size, "white")
        upright.paste(layer, mask=layer.getchannel("A"))
    upright = upright.convert("RGB")
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return upright


def make_anew(data: bytes, name: str) -> Picture:
    """Decode and encode a picture; Refused with the reason when it is none or too large."""
    _check_content(data, name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=list(FORMATS.values()))
            if image.width * image.height > MOST_PIXELS:
                raise Image.DecompressionBombError
            exif = image.getexif()
            (latitude, longitude), taken_at = _position(exif), _taken_at(exif)
            plain = _plain(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        limit = MOST_PIXELS // 1_000_000
        raise _refuse(name, _("it has more than %(n)s million pixels.") % {"n": limit}) from error
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, EOFError) as error:
        raise _refuse(name, _("it is damaged and cannot be opened.")) from error
    out = io.BytesIO()
    plain.save(out, "JPEG", quality=QUALITY, optimize=True)
    return Picture(out.getvalue(), plain.width, plain.height, taken_at, latitude, longitude)


def path_of(sha256: str) -> Path:
    return Path(settings.ANJU_FILES_DIR) / sha256[:2] / sha256[2:4] / sha256


def _write(data: bytes, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with draft.open("xb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def keep(data: bytes) -> str:
    """Put bytes on the disk, whole or not at all; returns their SHA-256. A full disk is a Refused that says so."""
    sha256 = hashlib.sha256(data).hexdigest()
    target = path_of(sha256)
    if target.exists() and target.stat().st_size == len(data):
        return sha256
    try:
        _write(data, target)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Refused(
                _("The disk is full, so the file was not stored and nothing was recorded."),
                instead=_("Tell the administrator to free space (ANJU_FILES_DIR), then send it again."),
            ) from error
        raise
    return sha256


def check_size(upload: Upload, megabytes: int) -> None:
    """Refuse by the announced size, before a byte is read."""
    if (upload.size or 0) > megabytes * 1_000_000:
        raise Refused(
            _("“%(name)s” has %(size)s MB; at most %(limit)s MB are taken.")
            % {"name": upload.name or "", "size": (upload.size or 0) // 1_000_000, "limit": megabytes},
            instead=_("Choose a smaller file."),
        )


def store_photo(*, upload: Upload, by: Any) -> StoredFile:
    """Check, make anew and keep one uploaded photo. Raises Refused with the reason; nothing is stored then."""
    check_size(upload, settings.ANJU_MAX_PHOTO_MB)
    data = upload.read()
    name = Path(upload.name or "photo").name[:150]
    picture = make_anew(data, name)
    return StoredFile.objects.create(
        sha256=keep(picture.data),
        size=len(picture.data),
        media_type="image/jpeg",
        name=f"{Path(name).stem}.jpg",
        original_sha256=hashlib.sha256(data).hexdigest(),
        width=picture.width,
        height=picture.height,
        taken_at=picture.taken_at,
        latitude=picture.latitude,
        longitude=picture.longitude,
        created_at=time.now(),
        created_by=by,
    )


def store_bytes(*, data: bytes, name: str, media_type: str, by: Any) -> StoredFile:
    """Keep bytes that the platform made itself (a document), or that a caller has checked (a ledger)."""
    return StoredFile.objects.create(
        sha256=keep(data),
        size=len(data),
        media_type=media_type,
        name=name[:200],
        created_at=time.now(),
        created_by=by,
    )


@contextmanager
def stored(
    uploads: Iterable[Upload], *, by: Any, store: Callable[..., StoredFile] = store_photo
) -> Iterator[list[StoredFile]]:
    """The files of one step, kept before its transaction: to decode a photo takes longer than others should wait to
    write. Where the step is refused, they are forgotten."""
    kept: list[StoredFile] = []
    try:
        for upload in uploads:
            kept += [store(upload=upload, by=by)]
        yield kept
    except Refused:
        for file in kept:
            forget(file)
        raise


def open_file(file: StoredFile) -> BinaryIO:
    """The bytes of a stored file. Refused when they are missing on the disk (a restore without its files)."""
    try:
        return path_of(file.sha256).open("rb")
    except FileNotFoundError as error:
        raise Refused(
            _("The bytes of “%(name)s” are not in the file store.") % {"name": file.name},
            instead=_("Tell the administrator: the backup of ANJU_FILES_DIR has to be restored."),
        ) from error


def forget(file: StoredFile) -> bool:
    """Delete one use of some bytes, and the bytes when it was the last. False where something else still needs the row."""
    sha256 = file.sha256
    try:
        with transaction.atomic():
            file.delete()
    except ProtectedError:
        return False
    if not StoredFile.objects.filter(sha256=sha256).exists():
        transaction.on_commit(lambda: path_of(sha256).unlink(missing_ok=True))
    return True


def serve(file: StoredFile, *, attachment: bool = False) -> HttpResponse:
    """Answer with the bytes so that no browser runs what is in them."""
    with open_file(file) as source:
        data = source.read()
    inline = file.media_type in INLINE and not attachment
    response = HttpResponse(data, content_type=file.media_type)
    response["Content-Disposition"] = content_disposition_header(not inline, file.name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
