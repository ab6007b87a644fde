"""A stored file. Equal bytes are stored once; each use has its own row, so that deleting one use keeps the others."""

from django.conf import settings
from django.db import models

from anju.core.ids import new_code


def file_code() -> str:
    return new_code("F", 14)


class StoredFile(models.Model):
    """One use of some bytes. Served only through the page of the thing it belongs to, which checks who may see it."""

    code = models.CharField(max_length=20, unique=True, default=file_code)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    original_sha256 = models.CharField(max_length=64, blank=True)  # of a photo as it came, before re-encoding
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    taken_at = models.DateTimeField(null=True)  # as the camera or phone says
    latitude = models.FloatField(null=True)  # WGS-84, kept apart from the picture, whose metadata is stripped
    longitude = models.FloatField(null=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(size__gte=0), name="file_size_not_negative")]

    def __str__(self) -> str:
        return self.name
