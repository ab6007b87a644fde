"""Fire-safety management of a home with ten or more rooms or beds let (A2.5)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anju.areas.scope import Scope
from anju.areas.scoping import ScopedModel, by_paths
from anju.dwellings.models import Dwelling
from anju.files.models import StoredFile


class FireManagement(ScopedModel):
    """The system on paper, the person in charge and who does what. What is missing here is a fact, and then a hazard."""

    scope_parent = "dwelling"

    dwelling = models.OneToOneField(Dwelling, on_delete=models.CASCADE, related_name="fire_management")
    system = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    manager_name = models.CharField(_("fire-safety manager"), max_length=60, blank=True)
    duties = models.TextField(_("assigned duties"), max_length=1000, blank=True)
    updated_at = models.DateTimeField()
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.manager_name or str(self.dwelling)

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return by_paths(scope, "dwelling__")
