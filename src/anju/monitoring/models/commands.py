"""Commands to devices: asked for, sent, acknowledged by the device, or run out. The state moves only in `services/commands.py`."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anju.areas.scope import Scope
from anju.areas.scoping import ScopedModel, by_paths
from anju.monitoring.models.devices import Device


class Command(ScopedModel):
    """One thing a device was told to do. The PUBACK of the wire proves nothing; only the device's own word `ack` does."""

    class Name(models.TextChoices):
        """As in `vocabulary.COMMANDS`, which a test holds against these."""

        SILENCE = "silence", _("Silence the sounder")
        BLOCK = "block", _("Block the lift")
        RELEASE = "release", _("Release the lift")
        CUT_POWER = "cut_power", _("Cut the power")
        RESTORE_POWER = "restore_power", _("Restore the power")
        SELF_TEST = "self_test", _("Test itself")
        SET_THRESHOLD = "set_threshold", _("Set a threshold")
        DUTY_CHECK = "duty_check", _("Check who is on duty")
        SET_CLOCK = "set_clock", _("Set the clock")
        INITIALISE = "initialise", _("Initialise the unit")

    class State(models.TextChoices):
        WAITING = "waiting", _("Not sent yet")
        SENT = "sent", _("Sent, no answer yet")
        ACKNOWLEDGED = "acknowledged", _("Confirmed by the device")
        EXPIRED = "expired", _("No answer in time")
        REFUSED = "refused", _("Refused by the device")

    scope_parent = "device"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)  # `command` on the wire
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="commands")
    name = models.CharField(max_length=16, choices=Name)
    args = models.JSONField(default=dict)
    # Empty: the platform itself.
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()  # after it the device does nothing, and nobody sends it any more
    sent_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)  # the device answered, with yes or no
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    answer = models.CharField(max_length=200, blank=True)  # why the device refused, in its words

    class Meta:
        indexes = [
            models.Index(fields=["asked_at"], condition=Q(state="waiting"), name="command_to_send"),
            models.Index(fields=["expires_at"], condition=Q(state__in=("waiting", "sent")), name="command_running"),
            models.Index(fields=["device", "-asked_at"], name="command_device"),
        ]

    def __str__(self) -> str:
        return f"{self.get_name_display()} {self.device}"

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return by_paths(scope, "device__")

    @property
    def is_running(self) -> bool:
        return self.state in (self.State.WAITING, self.State.SENT)

    @property
    def answered_late(self) -> bool:
        return self.acknowledged_at is not None and self.acknowledged_at > self.expires_at

    def seconds_to_answer(self) -> int | None:
        """From asking to the device's word."""
        moment: datetime | None = self.acknowledged_at
        return None if moment is None else max(0, int((moment - self.asked_at).total_seconds()))
