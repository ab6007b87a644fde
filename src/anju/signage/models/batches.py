"""Many signs printed in one go, cut into files that a printer takes."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anju.areas.models import Area, Place
from anju.areas.scope import Scope
from anju.areas.scoping import ScopedModel, by_paths
from anju.core.ids import new_code
from anju.files.models import StoredFile
from anju.jobs.models import Job


def batch_code() -> str:
    return new_code("SB", 8)


class SignBatch(ScopedModel):
    """A round of printing in an area or an estate: the missing signs, those out of date, or all. Its job can be killed and
    goes on where it was; `problems` names what could not be printed, and why: [[where, reason]].
    """

    class Which(models.TextChoices):
        MISSING = "missing", _("What is missing")
        OUTDATED = "outdated", _("What is out of date")
        BOTH = "both", _("What is missing or out of date")
        ALL = "all", _("All, anew")

    class State(models.TextChoices):
        RUNNING = "running", _("Being made")
        DONE = "done", _("Files are ready")

    code = models.CharField(max_length=16, unique=True, default=batch_code)
    title = models.CharField(_("name of the round"), max_length=60)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="sign_batches")
    area_path = models.CharField(max_length=20)
    place = models.ForeignKey(Place, null=True, blank=True, on_delete=models.PROTECT, related_name="sign_batches")
    place_path = models.CharField(max_length=20, blank=True)
    kinds = models.JSONField()
    which = models.CharField(max_length=8, choices=Which)
    cut = models.BooleanField(default=False)
    base_url = models.CharField(max_length=200)
    state = models.CharField(max_length=8, choices=State, default=State.RUNNING)
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    total = models.PositiveIntegerField(default=0)
    printed = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"], name="sign_batch_area")]

    def __str__(self) -> str:
        return self.title

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        # by area only: a batch of a town holds more than one estate's people may see
        return scope.under_areas("area_path") if scope.area_paths else Q(pk__in=())


class BatchPart(ScopedModel):
    """One PDF of a batch: up to a hundred signs of one kind, so of one size of paper."""

    scope_parent = "batch"

    batch = models.ForeignKey(SignBatch, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=8)
    file = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="batch_part_once")]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.number}"

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return by_paths(scope, "batch__") if scope.area_paths else Q(pk__in=())
