"""What a phone was given to take along, so that later only changes travel and a home that moved away is recognised."""

import secrets

from django.conf import settings
from django.db import models


def copy_token() -> str:
    return secrets.token_urlsafe(18)


class GridCopy(models.Model):
    """One answer of the grid download: which homes and shared parts it held, each with the mark of its content."""

    token = models.CharField(max_length=32, unique=True, default=copy_token)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField()
    homes = models.JSONField(default=dict)  # {code: mark}
    units = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["user", "made_at"], name="grid_copy_user")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.made_at:%F %T}"


class TakenHome(models.Model):
    """A person had this home on the phone. A record about it is taken although the home has passed to another grid."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    code = models.CharField(max_length=16)
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "code"], name="taken_home_once")]
        indexes = [models.Index(fields=["last_at"], name="taken_home_time")]

    def __str__(self) -> str:
        return f"{self.code} {self.last_at:%F}"
