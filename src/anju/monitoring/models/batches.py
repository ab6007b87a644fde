"""Many devices at once: read from a ledger, or laid out for an estate; looked at first, then registered as a whole."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anju.areas.models import Area, Place
from anju.areas.scope import NOTHING, Scope
from anju.areas.scoping import ScopedModel
from anju.core.ids import new_code
from anju.dwellings.models import Dwelling
from anju.monitoring.models.devices import Device


def batch_code() -> str:
    return new_code("DB", 8)


class DeviceBatch(ScopedModel):
    """A batch of devices that come into the register together, or not at all. Its keys are handed out once, to its maker."""

    class Source(models.TextChoices):
        LEDGER = "ledger", _("Ledger of devices")
        ESTATE = "estate", _("Laid out for an estate")

    class State(models.TextChoices):
        PREVIEW = "preview", _("To look at")
        WRITING = "writing", _("Being registered")
        UNDOING = "undoing", _("Being taken back")
        DONE = "done", _("Registered")
        FAILED = "failed", _("Nothing registered")
        GIVEN_UP = "given_up", _("Given up")

    code = models.CharField(max_length=16, unique=True, default=batch_code)
    source = models.CharField(max_length=8, choices=Source)
    state = models.CharField(max_length=10, choices=State, default=State.PREVIEW)
    name = models.CharField(max_length=200)  # of the file, or what is laid out where
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    area_path = models.CharField(max_length=20)
    place = models.ForeignKey(Place, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    heads = models.JSONField(default=list)  # [letter, label in the ledger, target or ""] of each column
    counts = models.JSONField(default=dict)  # rows, good, wrong, left
    problem = models.CharField(max_length=300, blank=True)  # why nothing was registered
    job = models.CharField(max_length=16, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)
    keys_given_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "-id"], name="device_batch_area")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        own = Q(created_by_id=scope.user_id) if scope.user_id else NOTHING
        return own | (scope.under_areas("area_path") if scope.area_paths else NOTHING)


class DeviceBatchRow(ScopedModel):
    """One line of a batch: what was written there, what it means, what is wrong with it, and the device it became.

    values: details of `services.register.add_device`, days as ISO text, and `dwelling` or `place` by id.
    errors: [{"column", "code", "params"}]; `left` lines say why a home is left out and stop nothing.
    """

    class Result(models.TextChoices):
        GOOD = "good", _("Good")
        WRONG = "wrong", _("To correct")
        LEFT = "left", _("Not laid out")

    scope_parent = "batch"

    batch = models.ForeignKey(DeviceBatch, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()  # row in the ledger, as its program shows it
    cells = models.JSONField(default=dict)
    values = models.JSONField(default=dict)
    errors = models.JSONField(default=list)
    result = models.CharField(max_length=5, choices=Result)
    where = models.CharField(max_length=200, blank=True)
    device = models.ForeignKey(Device, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="device_batch_row_once")]

    def __str__(self) -> str:
        return f"{self.number} {self.where}".strip()

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        own = Q(batch__created_by_id=scope.user_id) if scope.user_id else NOTHING
        return own | (scope.under_areas("batch__area_path") if scope.area_paths else NOTHING)

    @property
    def kind_words(self) -> Any:
        return dict(Device.Kind.choices).get(self.values.get("kind", ""), "")


class Vouched(models.Model):
    """That a live smoke detector speaks for its room (or, without one, for the common part) in the facts of its home.

    The row goes when the device falls silent, is at fault, moves or is retired; the fact is then withdrawn.
    """

    device = models.OneToOneField(Device, on_delete=models.CASCADE, primary_key=True, related_name="vouched")
    dwelling = models.ForeignKey(Dwelling, on_delete=models.CASCADE, related_name="+")
    room = models.CharField(max_length=20, blank=True)
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.device_id} {self.room}".strip()
