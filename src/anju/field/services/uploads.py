"""Photos in pieces (tus 1.0): each piece is on the disk before its end is in the database, so what a phone is told to have
arrived has arrived. A file counts when its SHA-256 is the announced one; then it is decoded and encoded anew like any photo.
"""

import base64
import errno
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from anju.areas.permissions import require
from anju.core import time
from anju.core.errors import Refused
from anju.field.models import KeptPhoto, PhotoUpload
from anju.field.services import applying
from anju.files.services import store_photo

LIVES = timedelta(days=7)
BLOCK = 1 << 16
MOST_AT_ONCE = 1000  # unfinished uploads of one person
KEEP_FREE = 200_000_000  # bytes of the disk that photos never take


class UploadProblem(Refused):
    """A refusal with the word and the status that the protocol has for it."""

    def __init__(self, code: str, status: int, message: str, instead: str = "") -> None:
        super().__init__(message, instead=instead)
        self.code, self.status = code, status


class Source(Protocol):
    def read(self, n: int, /) -> bytes: ...


def limit() -> int:
    return int(settings.ANJU_MAX_PHOTO_MB) * 1_000_000


def file_of(upload: PhotoUpload) -> Path:
    return Path(settings.ANJU_FILES_DIR) / "pieces" / upload.code


def _disk_full() -> UploadProblem:
    return UploadProblem(
        "disk_full", 507,
        _("The server's disk is full. The photo stays on the phone, and nothing half of it is kept as a photo."),
        _("Go on working; the phone sends it again. Tell the office, so that the administrator frees space."),
    )  # fmt: skip


def begin(*, by: Any, sha256: str, size: int, name: str) -> PhotoUpload:
    """A place for the pieces of one photo. Raises UploadProblem before a byte is sent."""
    require(by, "inspection.record")
    if not 0 < size <= limit():
        raise UploadProblem(
            "too_large", 413,
            _("The photo has %(size)s MB; at most %(limit)s MB are taken.")
            % {"size": size // 1_000_000, "limit": settings.ANJU_MAX_PHOTO_MB},
            _("Take it again with a lower resolution."),
        )  # fmt: skip
    if PhotoUpload.objects.filter(user=by, finished_at=None).count() >= MOST_AT_ONCE:
        raise UploadProblem("too_many", 429, _("Too many photos are under way at once. Finish some of them first."))
    folder = Path(settings.ANJU_FILES_DIR) / "pieces"
    folder.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(folder).free < KEEP_FREE + size:
        raise _disk_full()
    moment = time.now()
    row: PhotoUpload = PhotoUpload.objects.create(
        user=by, sha256=sha256, size=size, name=name[:150], created_at=moment, expires_at=moment + LIVES
    )
    return row


@contextmanager
def _held(upload: PhotoUpload) -> Iterator[BinaryIO]:
    """The file of the pieces, for one writer at a time among all processes."""
    handle = os.open(file_of(upload), os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(handle, "r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UploadProblem("busy", 423, _("Another piece of this photo is arriving.")) from error
        yield file


def add_piece(*, upload: PhotoUpload, offset: int, source: Source, checksum: str = "") -> PhotoUpload:
    """Append a piece. Returns the row with its new offset; on the last piece the photo is checked and kept."""
    if upload.finished_at is None and upload.expires_at < time.now():
        raise UploadProblem("expired", 410, _("This upload was begun too long ago. Begin it anew."))
    with _held(upload) as file:
        upload.refresh_from_db()
        if offset != upload.offset:
            raise UploadProblem("offset", 409, _("The server has %(n)s bytes of this photo.") % {"n": upload.offset})
        if upload.finished_at is None:
            _append(upload, file, source, checksum)
    if upload.finished_at is None and upload.offset == upload.size:
        _finish(upload)
    return upload


def _append(upload: PhotoUpload, file: BinaryIO, source: Source, checksum: str) -> None:
    start = upload.offset
    file.truncate(start)  # what a killed process wrote and did not record
    file.seek(start)
    digest = _digest(checksum)
    try:
        end = _copy(source, file, digest, start, upload.size)
        file.flush()
        os.fsync(file.fileno())
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            file.truncate(start)
            raise _disk_full() from error
        raise
    if digest is not None and digest[0].digest() != digest[1]:
        file.truncate(start)
        raise UploadProblem("checksum", 460, _("A piece of the photo was damaged on the way. It is sent again."))
    moved = PhotoUpload.objects.filter(pk=upload.pk, offset=start).update(offset=end, expires_at=time.now() + LIVES)
    if moved != 1:
        raise UploadProblem("offset", 409, _("Another request was faster. Ask for the offset."))
    upload.offset = end


def _copy(source: Source, file: BinaryIO, digest: Any, position: int, size: int) -> int:
    while block := source.read(BLOCK):
        position += len(block)
        if position > size:
            file.truncate(position - len(block))
            raise UploadProblem("too_large", 413, _("More bytes came than were announced."))
        file.write(block)
        if digest is not None:
            digest[0].update(block)
    return position


def _digest(header: str) -> tuple[Any, bytes] | None:
    """(running hash, wanted value) of the Upload-Checksum header; None without one."""
    if not header:
        return None
    name, _space, value = header.partition(" ")
    if name not in ("sha256", "sha1"):
        raise UploadProblem("checksum", 400, _("Only sha256 and sha1 are known as checksums of a piece."))
    try:
        return hashlib.new(name, usedforsecurity=False), base64.b64decode(value, validate=True)
    except ValueError as error:
        raise UploadProblem("checksum", 400, _("The checksum of the piece cannot be read.")) from error


class _Whole:
    """The finished file in the shape in which a form hands over an upload."""

    def __init__(self, data: bytes, name: str) -> None:
        self.data, self.name, self.size = data, name or "photo.jpg", len(data)

    def read(self, n: int = -1, /) -> bytes:
        return self.data


def _finish(upload: PhotoUpload) -> None:
    path = file_of(upload)
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != upload.sha256:
        discard(upload)
        raise UploadProblem(
            "hash", 422, _("The bytes that arrived are not those of the photo. It is sent again from the beginning.")
        )
    kept = _keep(upload, data)
    PhotoUpload.objects.filter(pk=upload.pk).update(finished_at=time.now())
    upload.finished_at = time.now()
    path.unlink(missing_ok=True)
    applying.photo_arrived(kept)
    if kept.refused:
        raise UploadProblem("not_a_photo", 422, kept.refused, _("Take the photo again in the app."))


def _keep(upload: PhotoUpload, data: bytes) -> KeptPhoto:
    """Equal bytes of one person are one photo, whoever comes first; its uses are rows of their own."""
    found = KeptPhoto.objects.filter(user=upload.user, sha256=upload.sha256).first()
    if found is not None:
        return found
    file, refused = None, ""
    try:
        file = store_photo(upload=_Whole(data, upload.name), by=upload.user)
    except Refused as refusal:
        if "ANJU_FILES_DIR" in refusal.instead:  # the disk, not the photo
            raise _disk_full() from refusal
        refused = refusal.message
    try:
        with transaction.atomic():
            return KeptPhoto.objects.create(
                user=upload.user, sha256=upload.sha256, file=file, refused=refused[:300], received_at=time.now()
            )
    except IntegrityError:
        return KeptPhoto.objects.get(user=upload.user, sha256=upload.sha256)


def discard(upload: PhotoUpload) -> None:
    """Throw the pieces away (tus termination, a wrong hash, a stale upload)."""
    file_of(upload).unlink(missing_ok=True)
    PhotoUpload.objects.filter(pk=upload.pk).delete()


def discard_stale(moment: datetime, most: int = 500) -> int:
    """Pieces that nobody went on with for a week; the phone still has the photo and begins anew."""
    rows = list(PhotoUpload.objects.filter(expires_at__lt=moment).order_by("expires_at")[:most])
    for row in rows:
        discard(row)
    return len(rows)


def unfinished(by: Any, sha256: str) -> PhotoUpload | None:
    """The upload of these bytes to go on with."""
    rows = PhotoUpload.objects.filter(user=by, sha256=sha256, finished_at=None, expires_at__gt=time.now())
    return rows.order_by("-offset", "-id").first()
