"""Photos that records announce, their upload in pieces, and what was kept of them."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from anju.core.ids import new_code
from anju.field.models.envelopes import Envelope
from anju.files.models import StoredFile


def upload_code() -> str:
    return new_code("U", 20)


class KeptPhoto(models.Model):
    """A photo that arrived whole: known to the phone by the SHA-256 of the bytes it sent, kept re-encoded in `file`.

    Bytes that are no photo are thrown away; `refused` keeps why, so that the phone does not send them again.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    file = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    refused = models.CharField(max_length=300, blank=True)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "sha256"], name="kept_photo_once"),
            models.CheckConstraint(condition=Q(file=None) ^ Q(refused=""), name="photo_kept_or_refused"),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]


class EnvelopePhoto(models.Model):
    """One use of a photo in a record, with what the phone says of it and what looks odd about that.

    Equal bytes used twice are two rows. A flag never hides a photo: a browser cannot see a mocked position.
    """

    envelope = models.ForeignKey(Envelope, on_delete=models.CASCADE, related_name="photos")
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveIntegerField(default=0)
    taken_at = models.DateTimeField(null=True)  # corrected by the clock's offset
    gallery = models.BooleanField(default=False)
    latitude = models.FloatField(null=True)  # WGS-84
    longitude = models.FloatField(null=True)
    accuracy = models.FloatField(null=True)  # metres
    position_at = models.DateTimeField(null=True)
    purpose = models.JSONField(default=dict)  # {"fact", "room", "rule", "hazard", "part"}
    flags = models.JSONField(default=list)  # names of `field/plausible.py`
    photo = models.ForeignKey(KeptPhoto, null=True, blank=True, on_delete=models.PROTECT, related_name="uses")
    attached_at = models.DateTimeField(null=True)  # hangs on the visit or the hazard now

    class Meta:
        indexes = [models.Index(fields=["envelope"], condition=Q(photo=None), name="envelope_photo_missing")]

    def __str__(self) -> str:
        return f"{self.sha256[:12]} {self.purpose}"


class PhotoUpload(models.Model):
    """A photo on its way in pieces (tus 1.0). `offset` is what lies on the disk for certain."""

    code = models.CharField(max_length=24, unique=True, default=upload_code)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    offset = models.PositiveBigIntegerField(default=0)
    name = models.CharField(max_length=150, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user", "sha256"], name="upload_of_photo")]

    def __str__(self) -> str:
        return f"{self.code} {self.offset}/{self.size}"
