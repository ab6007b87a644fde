"""Drills and joint training: planned, attended, with a result (A6.2)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anju.areas.scope import Scope
from anju.areas.scoping import ScopedModel, by_paths
from anju.core.ids import new_code
from anju.files.models import StoredFile
from anju.stations.models.people import Member
from anju.stations.models.stations import Station


def drill_code() -> str:
    return new_code("SD", 8)


class Drill(ScopedModel):
    """One drill or training of a station, alone or with others (联勤联训)."""

    class Kind(models.TextChoices):
        TURN_OUT = "turn_out", _("Turn-out drill")
        EXTINGUISHING = "extinguishing", _("Extinguishing drill")
        EVACUATION = "evacuation", _("Evacuation drill")
        TRAINING = "training", _("Training")
        JOINT = "joint", _("Joint training of several stations")

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        HELD = "held", _("Held")
        CANCELLED = "cancelled", _("Cancelled")

    class Result(models.TextChoices):
        GOOD = "good", _("Reached its aim")
        PARTLY = "partly", _("Reached in part")
        FAILED = "failed", _("Not reached")

    code = models.CharField(max_length=16, unique=True, default=drill_code)
    host = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="hosted")
    stations = models.ManyToManyField(Station, related_name="drills")  # the host is one of them
    kind = models.CharField(_("kind of drill"), max_length=14, choices=Kind)
    subject = models.CharField(_("what is practised"), max_length=120)
    where = models.CharField(_("where"), max_length=120, blank=True)
    planned_at = models.DateTimeField(_("day and hour"))
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    held_at = models.DateTimeField(null=True, blank=True)
    seconds = models.PositiveIntegerField(_("seconds to the spot"), null=True, blank=True)
    result = models.CharField(_("result"), max_length=8, choices=Result, blank=True)
    lessons = models.CharField(_("what to do better"), max_length=500, blank=True)
    photos = models.ManyToManyField(StoredFile, related_name="+")
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        indexes = [models.Index(fields=["state", "planned_at"], name="drill_state_time")]
        constraints = [
            models.CheckConstraint(condition=~Q(state="held") | Q(held_at__isnull=False), name="drill_held_has_a_time")
        ]

    def __str__(self) -> str:
        return self.subject

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        """Through any station that takes part."""
        rows = Station._base_manager.filter(by_paths(scope)).values("pk")
        return Q(pk__in=Drill.stations.through._base_manager.filter(station__in=rows).values("drill_id"))


class Attendance(ScopedModel):
    """Whether one person of a station was at a drill that the station took part in."""

    scope_parent = "drill"

    drill = models.ForeignKey(Drill, on_delete=models.CASCADE, related_name="attendance")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="attendance")
    present = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["drill", "member"], name="attendance_once")]

    def __str__(self) -> str:
        return f"{self.member} {self.drill}"

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return by_paths(scope, "member__station__")
