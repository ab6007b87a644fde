"""Fire lanes: how long each was occupied, and campaigns to open the passage of life (A4.7)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anju.areas.models import Area, Place
from anju.areas.scope import Scope
from anju.areas.scoping import ScopedModel, by_paths
from anju.core.ids import new_code
from anju.monitoring.models.devices import Device


def campaign_code() -> str:
    return new_code("LC", 8)


class LaneOccupation(ScopedModel):
    """One lane blocked once: from when, until when, and what followed after how many minutes."""

    scope_parent = "device"

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="occupations")
    lane = models.CharField(max_length=40, blank=True)  # zone of the camera
    began_at = models.DateTimeField()
    last_at = models.DateTimeField()  # the camera last said so
    ended_at = models.DateTimeField(null=True, blank=True)
    received = models.DateTimeField()
    seconds = models.PositiveIntegerField(default=0)  # once it has ended
    # The limits of the edition in force when it began.
    edition = models.CharField(max_length=60)
    warn_at = models.DateTimeField()
    hazard_at = models.DateTimeField()
    warned_at = models.DateTimeField(null=True, blank=True)
    announced_at = models.DateTimeField(null=True, blank=True)  # upper apps were told that it is still blocked
    cleared_told_at = models.DateTimeField(null=True, blank=True)  # and then that it is free

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["device", "lane"], condition=Q(ended_at=None), name="one_running_occupation_per_lane"
            )
        ]
        indexes = [
            models.Index(fields=["device", "began_at"], name="occupation_device"),
            models.Index(fields=["began_at"], name="occupation_began"),
            models.Index(fields=["warn_at"], condition=Q(ended_at=None), name="occupation_running"),
        ]

    def __str__(self) -> str:
        return f"{self.device_id} {self.lane} {self.began_at:%F %T}"

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return by_paths(scope, "device__")


class LaneCampaign(ScopedModel):
    """A campaign “open the passage of life”: some estates, some weeks; what came of it is counted and never entered."""

    code = models.CharField(max_length=16, unique=True, default=campaign_code)
    name = models.CharField(_("name of the campaign"), max_length=80)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="lane_campaigns")
    area_path = models.CharField(max_length=20)
    place_path = models.CharField(max_length=20, blank=True)
    estates = models.ManyToManyField(Place, related_name="lane_campaigns")
    since = models.DateField(_("first day"))
    until = models.DateField(_("last day"))
    measures = models.CharField(_("what is done"), max_length=300, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=models.F("since")), name="campaign_ends_after_start")
        ]
        indexes = [models.Index(fields=["area_path", "since"], name="lane_campaign_area")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return by_paths(scope)
