"""Alarms and incidents. An alarm's state moves only through `monitoring/workflow.py`."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anju.areas.models import Area, Place
from anju.areas.scope import Scope
from anju.areas.scoping import ScopedModel, by_paths
from anju.core.ids import new_code
from anju.dwellings.models import Dwelling
from anju.monitoring.models.devices import Device
from anju.monitoring.vocabulary import LATCHED


def alarm_code() -> str:
    return new_code("AL", 9)


def incident_code() -> str:
    return new_code("IC", 9)


class Incident(ScopedModel):
    """What goes on at one spot: alarms of danger there belong together. Confirmed once two devices say so."""

    code = models.CharField(max_length=16, unique=True, default=incident_code)
    dwelling = models.ForeignKey(Dwelling, null=True, blank=True, on_delete=models.PROTECT, related_name="incidents")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="incidents")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    area_path = models.CharField(max_length=20)
    place_path = models.CharField(max_length=20)
    where = models.CharField(max_length=200)
    opened_at = models.DateTimeField()
    last_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)  # a second device said it too
    closed_at = models.DateTimeField(null=True, blank=True)  # its last alarm was closed

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dwelling"], condition=Q(closed_at=None), name="one_open_incident_per_dwelling"
            ),
            models.UniqueConstraint(
                fields=["place"], condition=Q(closed_at=None, dwelling=None), name="one_open_incident_per_place"
            ),
        ]
        indexes = [models.Index(fields=["area_path", "opened_at"], name="incident_area")]

    def __str__(self) -> str:
        return f"{self.where} {self.opened_at:%F %T}"

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return by_paths(scope, subject_type="monitoring.incident")


class Alarm(ScopedModel):
    """Something a device said that somebody has to see to. One open alarm per device, kind and part; repeats are counted."""

    class Kind(models.TextChoices):
        """In order of urgency. Fire is never mixed with fault, silence, battery or test."""

        FIRE = "fire", _("Fire alarm")
        GAS = "gas", _("Gas danger")
        ELECTRICAL = "electrical", _("Electrical danger")
        PRE_ALARM = "pre_alarm", _("Pre-alarm")
        LIFT = "lift", _("E-bike or cylinder in the lift")
        PILE = "pile", _("Charging pile in trouble")
        LANE = "lane", _("Fire lane blocked")
        TAMPER = "tamper", _("Tampered with")
        PATROL = "patrol", _("Patrol missed")
        FAULT = "fault", _("Device fault")
        SILENT = "silent", _("Silent")
        BATTERY = "battery", _("Battery low")
        TEST = "test", _("Test")

    class State(models.TextChoices):
        NEW = "new", _("New alarm")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        DISPATCHED = "dispatched", _("Sent out")
        CLOSED = "closed", _("Alarm closed")

    class Outcome(models.TextChoices):
        REAL = "real", _("Real")
        FALSE = "false", _("False alarm")
        TEST = "test", _("Test")
        FAULT = "fault", _("Device fault")
        GONE = "gone", _("Gone by itself")  # set by the platform: the device spoke again, the lane is free

    code = models.CharField(max_length=16, unique=True, default=alarm_code)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="alarms")
    kind = models.CharField(max_length=10, choices=Kind)
    part = models.CharField(max_length=40, blank=True)  # detector behind a unit, lane, port
    rank = models.PositiveSmallIntegerField()  # place of the kind in the order of urgency; lists sort by it
    incident = models.ForeignKey(Incident, null=True, blank=True, on_delete=models.PROTECT, related_name="alarms")

    dwelling = models.ForeignKey(Dwelling, null=True, blank=True, on_delete=models.PROTECT, related_name="alarms")
    room = models.CharField(max_length=20, blank=True)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="alarms")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="alarms")
    area_path = models.CharField(max_length=20)
    place_path = models.CharField(max_length=20)
    where = models.CharField(max_length=200)
    because = models.JSONField(default=dict)  # event, or value, limit, rule, edition and source of the threshold

    state = models.CharField(max_length=12, choices=State, default=State.NEW)
    latched = models.BooleanField(default=True)  # stays open until a person closes it, even when the cause is gone
    first_at = models.DateTimeField()  # measured
    last_at = models.DateTimeField()
    count = models.PositiveIntegerField(default=1)  # messages that said it
    received_at = models.DateTimeField()  # when the platform knew; all limits count from here
    late = models.BooleanField(default=False)  # it arrived long after it was measured
    restored_at = models.DateTimeField(null=True, blank=True)  # the cause is gone, by what the device says

    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    dispatched_at = models.DateTimeField(null=True, blank=True)
    dispatched_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    outcome = models.CharField(max_length=6, choices=Outcome, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    # Whole seconds since `received_at`.
    acknowledge_seconds = models.PositiveIntegerField(null=True, blank=True)
    dispatch_seconds = models.PositiveIntegerField(null=True, blank=True)
    close_seconds = models.PositiveIntegerField(null=True, blank=True)

    announced_at = models.DateTimeField(null=True, blank=True)  # upper apps have been told, see services/announcing.py
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["device", "kind", "part"], condition=~Q(state="closed"), name="one_open_alarm_per_device_kind"
            )
        ]
        indexes = [
            models.Index(fields=["rank", "received_at"], condition=~Q(state="closed"), name="alarm_open"),
            models.Index(fields=["area_path", "received_at"], name="alarm_area"),
            models.Index(fields=["device", "-id"], name="alarm_device"),
            models.Index(fields=["dwelling", "-id"], name="alarm_dwelling"),
            models.Index(fields=["changed_at"], name="alarm_changed"),
            models.Index(fields=["id"], condition=Q(announced_at=None), name="alarm_to_announce"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.where}"

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return by_paths(scope, subject_type="monitoring.alarm")

    @classmethod
    def of(cls, device: Device, kind: str, *, at: datetime, received: datetime, part: str = "") -> "Alarm":
        """A new alarm of a device at its spot, not yet written. at: measured; received: the platform knew."""
        return cls(
            device=device, kind=kind, part=part, rank=RANKS[kind], dwelling_id=device.dwelling_id, room=device.room,
            place_id=device.place_id, area_id=device.area_id, area_path=device.area_path, place_path=device.place_path,
            where=device.where, latched=kind in LATCHED, first_at=at, last_at=at, received_at=received,
            changed_at=received,
        )  # fmt: skip

    @property
    def is_open(self) -> bool:
        return self.state != self.State.CLOSED


RANKS: dict[str, int] = {kind: rank for rank, kind in enumerate(Alarm.Kind.values)}


class AlarmEvent(ScopedModel):
    """One step in the history of an alarm: opened, acknowledged, restored, dispatched, closed."""

    scope_parent = "alarm"

    alarm = models.ForeignKey(Alarm, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    move = models.CharField(max_length=16)
    from_state = models.CharField(max_length=12, choices=Alarm.State, blank=True)
    to_state = models.CharField(max_length=12, choices=Alarm.State)
    text = models.CharField(max_length=300)
    version = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["alarm", "id"], name="alarm_event_alarm")]

    def __str__(self) -> str:
        return self.text

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return by_paths(scope, "alarm__")
