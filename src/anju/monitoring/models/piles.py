"""Charging piles of e-bikes: ports, charges, and how many places an estate needs (A4.5)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anju.areas.models import Place
from anju.areas.scope import Scope
from anju.areas.scoping import ScopedModel, by_paths
from anju.monitoring.models.devices import Device


class PilePort(ScopedModel):
    """One socket of a pile. Entered by hand, or found when it first speaks; unknown until it has said something."""

    class State(models.TextChoices):
        UNKNOWN = "unknown", _("Not heard of yet")
        FREE = "free", _("Free")
        CHARGING = "charging", _("Charging")
        FAULT = "fault", _("Faulty")

    scope_parent = "device"

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="ports")
    number = models.CharField(max_length=10)  # as the pile names it
    state = models.CharField(max_length=10, choices=State, default=State.UNKNOWN)
    state_at = models.DateTimeField(null=True, blank=True)  # when it was measured
    found = models.BooleanField(default=False)  # it spoke without being entered
    removed_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["device", "number"], name="port_once_per_pile")]

    def __str__(self) -> str:
        return f"{self.device_id} {self.number}"

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return by_paths(scope, "device__")


class Charge(ScopedModel):
    """One charge at one port, from its begin to its end; `energy` in kWh where the pile says so."""

    scope_parent = "device"

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="charges")
    port = models.CharField(max_length=10)
    began_at = models.DateTimeField(null=True, blank=True)  # None: only its end was heard
    ended_at = models.DateTimeField(null=True, blank=True)
    day = models.DateField()  # of its begin, else of its end, in Shanghai
    energy = models.FloatField(null=True, blank=True)
    faulted = models.BooleanField(default=False)  # ended by a fault of the port

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["device", "port"], condition=Q(ended_at=None), name="one_running_charge_per_port"
            )
        ]
        indexes = [
            models.Index(fields=["device", "day"], name="charge_device_day"),
            models.Index(fields=["day"], name="charge_day"),
        ]

    def __str__(self) -> str:
        return f"{self.device_id} {self.port} {self.day}"

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return by_paths(scope, "device__")


class EbikeCount(ScopedModel):
    """How many e-bikes an estate has, counted on a day; the newest count stands. Without one the number is estimated."""

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="ebike_counts")
    area_path = models.CharField(max_length=20)
    place_path = models.CharField(max_length=20)
    ebikes = models.PositiveIntegerField(_("e-bikes"))
    counted_on = models.DateField(_("counted on"))
    source = models.CharField(_("how it was counted"), max_length=120)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["place", "-counted_on"], name="ebike_count_place")]

    def __str__(self) -> str:
        return f"{self.place_id} {self.ebikes}"

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return by_paths(scope)
