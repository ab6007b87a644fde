"""The register of devices: what hangs where, with which key, and what it last said."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anju.areas.models import Area, Place
from anju.areas.scope import Scope
from anju.areas.scoping import ScopedModel, by_paths
from anju.core import crypto
from anju.core.ids import new_code
from anju.dwellings.models import Dwelling


def device_code() -> str:
    return new_code("T", 9)


def key_code() -> str:
    return new_code("DK", 10)


class Device(ScopedModel):
    """One device on a wall, a door, a pile or a post. Its `code` is its name on the wire: MQTT user and part of its topics.

    It hangs in a dwelling (and perhaps a room) or at a place without one, and carries both paths of that spot.
    """

    class Kind(models.TextChoices):
        SMOKE = "smoke", _("Smoke detector")
        GAS = "gas", _("Gas detector")
        RESIDUAL_CURRENT = "residual_current", _("Residual-current detector")
        CABLE_TEMPERATURE = "cable_temperature", _("Cable-temperature detector")
        ARC = "arc", _("Arc detector")
        BREAKER = "breaker", _("Smart breaker")
        LOCK = "lock", _("Smart lock")
        FACE_TERMINAL = "face_terminal", _("Door terminal")
        LIFT_BLOCKER = "lift_blocker", _("Lift blocker for e-bikes")
        CHARGING_PILE = "charging_pile", _("Charging pile")
        LANE_CAMERA = "lane_camera", _("Fire-lane camera")
        PATROL_POINT = "patrol_point", _("Patrol point")
        TRANSMISSION_UNIT = "transmission_unit", _("Transmission unit")

    code = models.CharField(max_length=16, unique=True, default=device_code)
    kind = models.CharField(_("kind of device"), max_length=20, choices=Kind)
    name = models.CharField(_("name"), max_length=60, blank=True)
    profile = models.CharField(_("vendor profile"), max_length=40, blank=True)
    serial = models.CharField(_("serial number"), max_length=60, blank=True)  # as its maker printed it on the back

    dwelling = models.ForeignKey(Dwelling, null=True, blank=True, on_delete=models.PROTECT, related_name="devices")
    room = models.CharField(_("room"), max_length=20, blank=True)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="devices")  # of the dwelling, or its own
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="devices")
    area_path = models.CharField(max_length=20)
    place_path = models.CharField(max_length=20)
    where = models.CharField(max_length=200)  # in words, for lists

    # Twelve hexadecimal digits in the order of the wire: the source address of a GB/T 26875.3 transmission unit.
    wire_address = models.CharField(_("wire address"), max_length=12, blank=True)
    # A detector behind a unit: its unit, and the part by which the unit names it in its messages.
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="parts")
    part = models.CharField(_("part of the unit"), max_length=40, blank=True)

    installed_on = models.DateField(_("installed on"), null=True, blank=True)
    calibrated_until = models.DateField(_("calibrated until"), null=True, blank=True)
    battery_changed_on = models.DateField(_("battery changed on"), null=True, blank=True)
    silent_after = models.PositiveIntegerField(_("silent after (seconds)"), null=True, blank=True)  # empty: of its kind
    limits = models.JSONField(default=dict, blank=True)  # rule of the thresholds -> a limit of this device's own
    quiet_from = models.DateTimeField(null=True, blank=True)
    quiet_until = models.DateTimeField(null=True, blank=True)  # maintenance has an end
    quiet_reason = models.CharField(max_length=200, blank=True)
    retired_on = models.DateField(null=True, blank=True)
    retired_reason = models.CharField(max_length=200, blank=True)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["wire_address"], condition=~Q(wire_address=""), name="device_wire_address_once"
            ),
            models.UniqueConstraint(
                fields=["parent", "part"], condition=Q(parent__isnull=False), name="device_part_once_per_unit"
            ),
            models.CheckConstraint(condition=Q(parent=None) | ~Q(part=""), name="device_behind_a_unit_has_its_part"),
        ]
        indexes = [
            models.Index(fields=["area_path", "kind", "id"], name="device_area_kind"),
            models.Index(fields=["place_path", "id"], name="device_place"),
        ]

    def __str__(self) -> str:
        return f"{self.name or self.get_kind_display()} {self.where}".strip()

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return by_paths(scope, subject_type="monitoring.device")

    @property
    def topic_up(self) -> str:
        return f"anju/v1/{self.code}/up"

    @property
    def topic_down(self) -> str:
        return f"anju/v1/{self.code}/down"

    def is_quiet(self, at: datetime) -> bool:
        return self.quiet_until is not None and self.quiet_until > at


class DeviceKey(ScopedModel):
    """A key of a device: 256 random bits, sealed for this very row. Two are valid while one takes over from the other."""

    scope_parent = "device"

    code = models.CharField(max_length=16, unique=True, default=key_code)
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="keys")
    sealed = models.TextField()
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True, blank=True)  # set when the next key is made
    revoked_at = models.DateTimeField(null=True, blank=True)
    shown_at = models.DateTimeField(null=True, blank=True)  # it is shown once; who missed it makes the next one
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["device", "valid_from"], name="device_key_device"),
            models.Index(fields=["revoked_at"], condition=Q(revoked_at__isnull=False), name="device_key_revoked"),
            models.Index(fields=["valid_until"], condition=Q(valid_until__isnull=False), name="device_key_running_out"),
        ]

    def __str__(self) -> str:
        return self.code

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return by_paths(scope, "device__")

    @property
    def binding(self) -> str:
        return f"monitoring.devicekey:{self.code}:sealed"

    def seal(self, plain: str) -> None:
        self.sealed = crypto.encrypt(plain, self.binding)

    def open(self) -> str:
        """The key as it was shown once: 64 hexadecimal digits. Raises `crypto.Unreadable`."""
        return crypto.decrypt(self.sealed, self.binding)

    def holds(self, at: datetime) -> bool:
        return self.revoked_at is None and self.valid_from <= at and (self.valid_until is None or self.valid_until > at)


class DeviceState(models.Model):
    """What a device last said, and what judging must remember of it. One row a device, rewritten with every message.

    `boot`, `seq`, `measured_at` are of the newest message, not of the last that arrived. `memory` is judging's own.
    """

    device = models.OneToOneField(Device, on_delete=models.CASCADE, primary_key=True, related_name="state")
    seen_at = models.DateTimeField(null=True, blank=True)  # when anything of it last arrived
    measured_at = models.DateTimeField(null=True, blank=True)
    moved_at = models.DateTimeField(null=True, blank=True)  # when that message arrived
    boot = models.CharField(max_length=32, blank=True)
    seq = models.BigIntegerField(default=0)
    boots = models.JSONField(default=list)  # earlier ones, newest first: a message of theirs is an old one
    readings = models.JSONField(default=dict)  # the newest reading of each name
    event = models.CharField(max_length=20, blank=True)  # the newest that is not a sign of life
    memory = models.JSONField(default=dict)
    silent = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.device_id} {self.seen_at}"
