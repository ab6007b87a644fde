"""What lift blockers see: e-bikes and gas cylinders on their way up (A4.6)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anju.areas.scope import Scope
from anju.areas.scoping import ScopedModel, by_paths
from anju.monitoring.models.commands import Command
from anju.monitoring.models.devices import Device


class LiftEvent(ScopedModel):
    """An e-bike or a cylinder was in a lift. It belongs to the lift and never to a person."""

    class Kind(models.TextChoices):
        EBIKE = "ebike", _("E-bike in the lift")
        CYLINDER = "cylinder", _("Gas cylinder in the lift")

    scope_parent = "device"

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="lift_events")
    kind = models.CharField(max_length=10, choices=Kind)
    at = models.DateTimeField()
    received = models.DateTimeField()
    week = models.DateField()  # its Monday in Shanghai
    count = models.PositiveIntegerField(default=1)  # messages that said it within a few minutes
    last_at = models.DateTimeField()
    command = models.ForeignKey(
        Command, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )  # the block that was asked for because of it

    class Meta:
        indexes = [
            models.Index(fields=["device", "week"], name="lift_event_device_week"),
            models.Index(fields=["at"], name="lift_event_at"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%F %T}"

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return by_paths(scope, "device__")
