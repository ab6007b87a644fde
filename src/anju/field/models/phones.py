"""A phone with the field app on it: who uses it, when it was last in touch, whether it is to wipe itself."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from anju.areas.scope import NOTHING, Scope
from anju.areas.scoping import ScopedModel
from anju.core.ids import new_code


def phone_code() -> str:
    return new_code("PH", 8)


class Phone(ScopedModel):
    """One installation of the app under one account. Two people who share a phone are two rows, as their data are two."""

    code = models.CharField(max_length=16, unique=True, default=phone_code)
    key = models.UUIDField()  # made by the app when it was installed
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="phones")
    area_path = models.CharField(
        max_length=20
    )  # of the person's posting, so that the office of the area sees the phone
    app = models.CharField(max_length=20, blank=True)
    agent = models.CharField(max_length=200, blank=True)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    clock_offset_s = models.IntegerField(null=True)  # server minus phone, when last in touch
    unsent = models.PositiveIntegerField(default=0)  # records that it says it still holds
    oldest_unsent_at = models.DateTimeField(null=True)
    wipe_asked_at = models.DateTimeField(null=True)
    wipe_asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    wipe_reason = models.CharField(max_length=200, blank=True)
    sessions = models.JSONField(default=list)  # keys of the sign-ins that this phone used lately, the newest last
    wiped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "user"], name="phone_once_per_person")]
        indexes = [models.Index(fields=["area_path", "last_at"], name="phone_area")]

    def __str__(self) -> str:
        return f"{self.user} {self.code}"

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        own = Q(user_id=scope.user_id) if scope.user_id else NOTHING
        return own | (scope.under_areas("area_path") if scope.area_paths else NOTHING)

    @property
    def must_wipe(self) -> bool:
        """Asked, and not confirmed since."""
        return self.wipe_asked_at is not None and (self.wiped_at is None or self.wiped_at < self.wipe_asked_at)
