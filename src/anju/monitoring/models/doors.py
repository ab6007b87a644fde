"""Doors with a lock or a face terminal: who agreed to what, which other way in there is, and events with opaque ids (A4.1)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anju.areas.scope import Scope
from anju.areas.scoping import ScopedModel, by_paths
from anju.monitoring.models.devices import Device


class DoorConsent(ScopedModel):
    """That the people of a door agreed to one edition of the text they were shown. The newest that was not withdrawn counts."""

    scope_parent = "device"

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="consents")
    edition = models.CharField(_("edition of the text"), max_length=60)
    given_on = models.DateField(_("given on"))
    given_by = models.CharField(_("given by"), max_length=80)  # a body or a number of people, never a resident's name
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    withdrawn_on = models.DateField(null=True, blank=True)
    withdrawn_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["device"], condition=Q(withdrawn_on=None), name="one_consent_in_force_per_door"
            )
        ]

    def __str__(self) -> str:
        return f"{self.edition} {self.given_on}"

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return by_paths(scope, "device__")


class DoorAlternative(ScopedModel):
    """Another way in than the face. A face terminal without one is a defect: nobody may be made to show the face."""

    class Kind(models.TextChoices):
        CARD = "card", _("Door card")
        KEY = "key", _("Key")
        CODE = "code", _("Passcode")
        PHONE = "phone", _("Telephone or app")
        STAFF = "staff", _("Somebody opens, day and night")

    scope_parent = "device"

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="alternatives")
    kind = models.CharField(_("other way in"), max_length=10, choices=Kind)
    note = models.CharField(_("how one gets it"), max_length=120, blank=True)
    since = models.DateField(_("since"))
    until = models.DateField(null=True, blank=True)  # taken away on this day
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["device", "until"], name="door_alternative_device")]
        constraints = [
            models.UniqueConstraint(
                fields=["device", "kind"], condition=Q(until=None), name="one_alternative_of_a_kind_per_door"
            )
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return by_paths(scope, "device__")


class DoorEvent(ScopedModel):
    """A door opened or refused. `person` is an id that means something only to the door's own system; no name, no face.

    Deleted by schedule when its days are over (ANJU_DOOR_EVENT_DAYS).
    """

    class Kind(models.TextChoices):
        OPEN = "open", _("Opened")
        REFUSED = "refused", _("Refused")

    scope_parent = "device"

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="door_events")
    kind = models.CharField(max_length=8, choices=Kind)
    person = models.CharField(max_length=64, blank=True)
    way = models.CharField(max_length=10, blank=True)  # face, card, key, code, phone, as far as the door says so
    at = models.DateTimeField()
    received = models.DateTimeField()
    late = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["device", "at"], name="door_event_device"),
            models.Index(fields=["at"], name="door_event_at"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%F %T}"

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return by_paths(scope, "device__")
