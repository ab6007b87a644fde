"""Whether a device's connection to a gateway stands, and since when it does not."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from anju.monitoring.models.devices import Device


class DeviceLink(models.Model):
    """The last connection of a device over MQTT or GB/T 26875.3. Rewritten when it comes in and when its link ends."""

    class Why(models.TextChoices):
        GOODBYE = "goodbye", _("it said goodbye")
        BROKEN = "broken", _("the connection broke")
        LATE = "late", _("nothing came in time")
        WRONG = "wrong", _("it sent what the protocol does not allow")
        FULL = "full", _("it does not take what it is sent")
        KEY = "key", _("its key has ended")
        STOPPED = "stopped", _("the gateway was stopped")
        GATEWAY = "gateway", _("the gateway died")

    device = models.OneToOneField(Device, on_delete=models.CASCADE, primary_key=True, related_name="link")
    gateway = models.CharField(max_length=60)  # that it came in at
    since = models.DateTimeField()
    lost_at = models.DateTimeField(null=True, blank=True)  # None while it stands
    why = models.CharField(max_length=10, choices=Why, blank=True)
    will = models.CharField(max_length=200, blank=True)  # what an MQTT device wanted said in this case

    class Meta:
        indexes = [models.Index(fields=["gateway"], name="device_link_gateway")]

    def __str__(self) -> str:
        return f"{self.device_id} {self.lost_at or self.since:%F %T} {self.why}".strip()
