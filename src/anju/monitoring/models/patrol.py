"""Electronic fire patrol (消防电子巡更): routes of points, rounds by plan, scans (A4.2)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anju.areas.models import Area, Place
from anju.areas.scope import Scope
from anju.areas.scoping import ScopedModel, by_paths
from anju.core.ids import new_code
from anju.monitoring.models.devices import Device


def route_code() -> str:
    return new_code("PR", 8)


class PatrolRoute(ScopedModel):
    """The points of an estate in the order in which they are walked, and when: weekdays, times of day, minutes allowed."""

    class Told(models.TextChoices):
        GATEWAY = "gateway", _("Readers that report by themselves")
        PHONE = "phone", _("A phone that scans the codes")

    code = models.CharField(max_length=16, unique=True, default=route_code)
    name = models.CharField(_("name of the route"), max_length=60)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="patrol_routes")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="patrol_routes")
    area_path = models.CharField(max_length=20)
    place_path = models.CharField(max_length=20)
    weekdays = models.JSONField(default=list)  # 1 Monday … 7 Sunday
    times = models.JSONField(default=list)  # "22:00" in Shanghai
    window_minutes = models.PositiveSmallIntegerField(_("minutes allowed"), default=60)
    told_by = models.CharField(_("scanned with"), max_length=8, choices=Told, default=Told.PHONE)
    planned_since = models.DateTimeField()  # no round is due before: a plan that was changed judges nothing backwards
    ended_on = models.DateField(null=True, blank=True)
    ended_reason = models.CharField(max_length=200, blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"], name="patrol_route_area")]
        constraints = [
            models.UniqueConstraint(
                fields=["place", "name"], condition=Q(ended_on=None), name="route_name_once_per_estate"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return by_paths(scope)


class PatrolStop(ScopedModel):
    """A point on a route, by its place in the order."""

    scope_parent = "route"

    route = models.ForeignKey(PatrolRoute, on_delete=models.CASCADE, related_name="stops")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="patrol_stops")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["route", "position"], name="one_point_per_position"),
            models.UniqueConstraint(fields=["route", "device"], name="point_once_per_route"),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.device_id}"

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return by_paths(scope, "route__")


class PatrolRound(ScopedModel):
    """One round that was due: the points as they were planned, how far it got, and what it came to when its time was over."""

    class State(models.TextChoices):
        OPEN = "open", _("Running")
        COMPLETE = "complete", _("Complete")
        DISORDERED = "disordered", _("Complete, out of order")
        MISSED = "missed", _("Points missed")
        UNHEARD = "unheard", _("Not judged: nobody was listening")

    scope_parent = "route"

    route = models.ForeignKey(PatrolRoute, on_delete=models.PROTECT, related_name="rounds")
    due_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    points = models.JSONField(default=list)  # ids of the devices in the planned order, as of its begin
    scanned = models.PositiveSmallIntegerField(default=0)  # different points of the plan
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    missed = models.JSONField(default=list)  # ids of the points nobody was at, once judged
    judged_at = models.DateTimeField(null=True, blank=True)
    late_scans = models.PositiveSmallIntegerField(default=0)  # came in after it was judged

    class Meta:
        constraints = [models.UniqueConstraint(fields=["route", "due_at"], name="one_round_per_due_time")]
        indexes = [
            models.Index(fields=["due_at"], name="patrol_round_due"),
            models.Index(fields=["ends_at"], condition=Q(state="open"), name="patrol_round_open"),
        ]

    def __str__(self) -> str:
        return f"{self.route_id} {self.due_at:%F %H:%M}"

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return by_paths(scope, "route__")

    @property
    def is_done(self) -> bool:
        return self.state in (self.State.COMPLETE, self.State.DISORDERED)


class PatrolScan(ScopedModel):
    """Somebody was at a point: told by a reader, or by a signed-in person's phone with its position."""

    scope_parent = "device"

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="patrol_scans")
    round = models.ForeignKey(PatrolRound, null=True, blank=True, on_delete=models.SET_NULL, related_name="scans")
    at = models.DateTimeField()
    received = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    badge = models.CharField(max_length=64, blank=True)  # opaque id of a reader's badge
    in_order = models.BooleanField(default=True)
    latitude = models.FloatField(null=True, blank=True)  # WGS-84, of the phone
    longitude = models.FloatField(null=True, blank=True)
    accuracy = models.FloatField(null=True, blank=True)  # metres, as the phone says
    metres = models.PositiveIntegerField(null=True, blank=True)  # from the estate or building; None: cannot be told

    class Meta:
        indexes = [
            models.Index(fields=["device", "at"], name="patrol_scan_device"),
            models.Index(fields=["round", "at"], name="patrol_scan_round"),
        ]

    def __str__(self) -> str:
        return f"{self.device_id} {self.at:%F %T}"

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return by_paths(scope, "device__")
