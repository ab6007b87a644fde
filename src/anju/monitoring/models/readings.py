"""What devices said, and what had to be refused."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from anju.monitoring.models.devices import Device

NO_CHECK = {
    "on_delete": models.DO_NOTHING,
    "db_constraint": False,
}  # the writer has just read the device; it is never deleted


class Reading(models.Model):
    """One accepted message. Tens of thousands a second are written, so there is one index: by day of arrival and device.

    A day is deleted as a whole when its time is over; a device's readings are read day by day backwards.
    """

    device = models.ForeignKey(Device, related_name="+", db_index=False, **NO_CHECK)  # type: ignore[arg-type]
    boot = models.CharField(max_length=32)
    seq = models.BigIntegerField()
    at = models.DateTimeField()  # measured
    received = models.DateTimeField()
    received_day = models.DateField()  # in Shanghai
    values = models.JSONField(default=dict)
    event = models.CharField(max_length=20, blank=True)
    detail = models.JSONField(default=dict)
    clamped = models.BooleanField(default=False)  # its clock ran ahead; `at` is when it arrived
    late = models.BooleanField(default=False)  # arrived more than ten minutes after it was measured, or out of order

    class Meta:
        indexes = [models.Index(fields=["received_day", "device"], name="reading_day_device")]

    def __str__(self) -> str:
        return f"{self.device_id} {self.boot}/{self.seq} {self.at:%F %T}"


class Seen(models.Model):
    """That a message was taken, so that its repeat is known: (device, boot, seq), and what it said as a hash.

    `device` is the one that spoke on the wire: for a detector behind a transmission unit, the unit.
    """

    pk = models.CompositePrimaryKey("device_id", "boot", "seq")
    device = models.ForeignKey(Device, related_name="+", db_index=False, **NO_CHECK)  # type: ignore[arg-type]
    boot = models.CharField(max_length=32)
    seq = models.BigIntegerField()
    digest = models.BinaryField(max_length=16)
    forget_on = models.DateField(db_index=True)  # 30 days later; a GB/T 26875.3 frame 24 hours later

    def __str__(self) -> str:
        return f"{self.device_id} {self.boot}/{self.seq}"


class Rejected(models.Model):
    """Words that could not be accepted, with the reason: shown to whoever looks for the fault in the device."""

    class Reason(models.TextChoices):
        TOO_LARGE = "too_large", _("Too large")
        NOT_JSON = "not_json", _("Not JSON")
        WRONG_FIELD = "wrong_field", _("A field is missing or wrong")
        UNKNOWN_NAME = "unknown_name", _("A name that is not known")
        WRONG_TOPIC = "wrong_topic", _("Another device's topic")
        BAD_FRAME = "bad_frame", _("Damaged frame")
        UNKNOWN_TYPE = "unknown_type", _("Type of frame that is not known")
        BAD_XML = "bad_xml", _("Damaged XML")
        UNMAPPED_EVENT = "unmapped_event", _("Event that has no meaning here")
        UNKNOWN_DEVICE = "unknown_device", _("Not in the register")
        RETIRED = "retired", _("Taken out of use")
        CONFLICT = "conflict", _("Number used twice with different content")
        UNSTORABLE = "unstorable", _("Cannot be stored")

    device = models.ForeignKey(Device, null=True, blank=True, on_delete=models.CASCADE, related_name="rejected")
    address = models.CharField(max_length=64, blank=True)  # what it called itself, where the register does not know it
    source = models.CharField(max_length=10)
    reason = models.CharField(max_length=16, choices=Reason)
    note = models.CharField(max_length=300, blank=True)
    raw = models.BinaryField(max_length=4096)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["device", "-id"], name="rejected_device"),
            models.Index(fields=["reason", "address"], name="rejected_reason_address"),
            models.Index(fields=["at"], name="rejected_at"),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} {self.note}".strip()

    @property
    def excerpt(self) -> str:
        """The beginning as text, for a page."""
        return bytes(self.raw)[:400].decode("utf-8", errors="replace")


class ReadingHour(models.Model):
    """The readings of one name of one device in one hour, kept when the readings themselves are gone."""

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="hours")
    hour = models.DateTimeField()  # its beginning, by when it was measured
    name = models.CharField(max_length=20)
    count = models.PositiveIntegerField()
    lowest = models.FloatField()
    highest = models.FloatField()
    total = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["device", "hour", "name"], name="reading_hour_once")]

    def __str__(self) -> str:
        return f"{self.device_id} {self.hour:%F %H} {self.name}"

    @property
    def mean(self) -> float:
        return self.total / self.count


class RolledUp(models.Model):
    """Up to which reading the hours have been counted; one row, moved in the transaction that counts."""

    reading_id = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.reading_id)


class Listening(models.Model):
    """Since when a gateway has been listening without a gap: silence of a device counts from there at the earliest."""

    gateway = models.CharField(max_length=60, unique=True)
    since = models.DateTimeField()
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.gateway} {self.since:%F %T}"
