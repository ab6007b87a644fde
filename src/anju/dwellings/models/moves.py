"""Re-gridding: homes pass from one grid to another, on a day, with a history."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anju.areas.models import Area, Place
from anju.areas.scope import NOTHING, Scope
from anju.areas.scoping import ScopedModel
from anju.core.ids import new_code
from anju.jobs.models import Job


def move_code() -> str:
    return new_code("M", 8)


class GridMove(ScopedModel):
    """All homes of a place (estate, building, unit) pass to another grid. Kept for ever: who was responsible when."""

    code = models.CharField(max_length=16, unique=True, default=move_code)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    to_area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    from_areas = models.JSONField(default=list)  # codes of the grids they came from
    area_path = models.CharField(max_length=20, db_index=True)  # of the new grid
    reason = models.CharField(_("reason"), max_length=200)
    moved = models.PositiveIntegerField(default=0)
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    ordered_at = models.DateTimeField()
    ordered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.place} → {self.to_area}"

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return scope.under_areas("area_path") if scope.area_paths else NOTHING
