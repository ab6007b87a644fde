"""A draft of the rule book, tried over an area."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from anju.areas.models import Area
from anju.areas.scope import NOTHING, Scope
from anju.areas.scoping import ScopedModel
from anju.core.ids import new_code
from anju.jobs.models import Job


def trial_code() -> str:
    return new_code("X", 8)


class Trial(ScopedModel):
    """What would change if a draft were the rule book: counts and the homes that change. It takes no effect."""

    code = models.CharField(max_length=16, unique=True, default=trial_code)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    area_path = models.CharField(max_length=20, db_index=True)
    draft = models.TextField()  # YAML, as anju.standard.drafts reads it
    on = models.DateField()
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    result = models.JSONField(default=dict)  # see trials.Outcome
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.area} {self.on}"

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return scope.under_areas("area_path") if scope.area_paths else NOTHING
