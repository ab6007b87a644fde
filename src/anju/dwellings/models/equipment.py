"""Fire-safety equipment of a home, with the days on which it runs out (A2.3)."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anju.areas.scope import NOTHING, Scope
from anju.areas.scoping import ScopedModel, by_paths
from anju.core.ids import new_code
from anju.dwellings.models.dwellings import Dwelling, Room


def equipment_code() -> str:
    return new_code("E", 8)


class Equipment(ScopedModel):
    """So many of one item that hang or lie in a home. What is missing is the standard's to say (`standard.shortfall`)."""

    class Item(models.TextChoices):
        """The items that a rule's remedy names, and the gas hose, which only runs out."""

        TORCH = "torch", _("Torch")
        SMOKE_MASK = "smoke_mask", _("Smoke mask")
        WHISTLE = "whistle", _("Whistle")
        EXTINGUISHER = "extinguisher", _("Dry-powder extinguisher, 3 kg or more")
        ESCAPE_ROPE = "escape_rope", _("Escape rope")
        ESCAPE_LADDER = "escape_ladder", _("Escape ladder")
        SMOKE_ALARM = "smoke_alarm", _("Smoke alarm")
        EMERGENCY_LIGHT = "emergency_light", _("Emergency light")
        EXIT_SIGN = "exit_sign", _("Exit sign")
        SPRINKLER = "sprinkler", _("Simple sprinkler")
        RESPIRATOR = "respirator", _("Self-rescue respirator")
        GAS_HOSE = "gas_hose", _("Gas hose")

    scope_parent = "dwelling"

    code = models.CharField(max_length=16, unique=True, default=equipment_code)
    dwelling = models.ForeignKey(Dwelling, on_delete=models.CASCADE, related_name="equipment")
    room = models.ForeignKey(Room, null=True, blank=True, on_delete=models.SET_NULL, related_name="equipment")
    item = models.CharField(max_length=16, choices=Item)
    quantity = models.PositiveSmallIntegerField(default=1)
    fitted_on = models.DateField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)  # its last good day
    removed_on = models.DateField(null=True, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=1), name="equipment_at_least_one"),
            models.CheckConstraint(
                condition=Q(expires_on=None) | Q(fitted_on=None) | Q(expires_on__gte=models.F("fitted_on")),
                name="equipment_expires_after_fitting",
            ),
        ]
        indexes = [models.Index(fields=["removed_on", "expires_on"], name="equipment_expiry")]

    def __str__(self) -> str:
        return f"{self.get_item_display()} × {self.quantity}"

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        own = Q(dwelling__landlord__user_id=scope.user_id) if scope.user_id else NOTHING
        return by_paths(scope, "dwelling__") | own

    def is_expired(self, on: date) -> bool:
        return self.expires_on is not None and self.expires_on < on
