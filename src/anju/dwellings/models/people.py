"""People and companies: landlords, sub-lessors, operators, occupants."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anju.areas.scope import NOTHING, Scope
from anju.areas.scoping import ScopedModel, by_paths
from anju.core import crypto
from anju.core.ids import new_code


def party_code() -> str:
    return new_code("N", 10)


class Party(ScopedModel):
    """A person or company that lets, sub-lets, operates or lives. Phone and ID number are encrypted and masked (X3).

    `area_path` is the grid it was recorded in: another town's office does not see the row, and records its own.
    """

    class Kind(models.TextChoices):
        PERSON = "person", _("Person")
        COMPANY = "company", _("Company")

    class IdKind(models.TextChoices):
        RESIDENT = "resident", _("Resident identity card")
        HMT = "hmt", _("Residence permit of Hong Kong, Macao, Taiwan residents")
        FOREIGN = "foreign", _("Permanent residence card of foreigners")
        PASSPORT = "passport", _("Passport")
        COMPANY = "company", _("Unified social credit code")

    code = models.CharField(max_length=16, unique=True, default=party_code)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.PERSON)
    name = models.CharField(_("name"), max_length=80)
    id_kind = models.CharField(max_length=8, choices=IdKind, default=IdKind.RESIDENT)
    id_sealed = models.TextField(blank=True)
    id_index = models.CharField(max_length=32, blank=True, db_index=True)
    id_tail_index = models.CharField(max_length=32, blank=True, db_index=True)
    phone_sealed = models.TextField(blank=True)
    phone_index = models.CharField(max_length=32, blank=True, db_index=True)
    phone_tail_index = models.CharField(max_length=32, blank=True, db_index=True)
    is_demo = models.BooleanField(default=False)
    user = models.ForeignKey(  # one person may be recorded in several areas, once in each
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="parties"
    )
    area_path = models.CharField(max_length=20, db_index=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        own = Q(user_id=scope.user_id) if scope.user_id else NOTHING
        area = scope.under_areas("area_path") if scope.area_paths else NOTHING
        return own | area

    @property
    def id_number(self) -> str:
        return crypto.decrypt(self.id_sealed, f"party:{self.code}:id")

    @id_number.setter
    def id_number(self, value: str) -> None:
        self.id_sealed = crypto.encrypt(value, f"party:{self.code}:id")
        self.id_index = crypto.index(value, "id")
        self.id_tail_index = crypto.index(value[-4:], "id-tail")

    @property
    def phone(self) -> str:
        return crypto.decrypt(self.phone_sealed, f"party:{self.code}:phone")

    @phone.setter
    def phone(self, value: str) -> None:
        self.phone_sealed = crypto.encrypt(value, f"party:{self.code}:phone")
        self.phone_index = crypto.index(value, "phone")
        self.phone_tail_index = crypto.index(value[-4:], "phone-tail")

    @property
    def masked_id(self) -> str:
        return crypto.mask_id(self.id_number) if self.id_sealed else ""

    @property
    def masked_phone(self) -> str:
        return crypto.mask_phone(self.phone) if self.phone_sealed else ""

    @property
    def masked_name(self) -> str:
        return self.name if self.kind == self.Kind.COMPANY else crypto.mask_name(self.name)


class Occupant(ScopedModel):
    """Somebody lives in a room from a day to a day."""

    class Registration(models.TextChoices):
        NONE = "none", _("Not collected")
        DECLARED = "declared", _("Waiting for the police's check")
        CHECKED = "checked", _("Checked")

    scope_parent = "dwelling"

    dwelling = models.ForeignKey("dwellings.Dwelling", on_delete=models.CASCADE, related_name="occupants")
    room = models.ForeignKey(
        "dwellings.Room", null=True, blank=True, on_delete=models.SET_NULL, related_name="occupants"
    )
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="occupancies")
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)
    registration = models.CharField(max_length=8, choices=Registration, default=Registration.NONE)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=models.F("since")), name="occupant_leaves_after_arriving"
            ),
            models.UniqueConstraint(
                fields=["dwelling", "party"], condition=Q(until=None), name="occupant_once_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return str(self.party)

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        own = (
            Q(party__user_id=scope.user_id) | Q(dwelling__landlord__user_id=scope.user_id) if scope.user_id else NOTHING
        )
        return by_paths(scope, "dwelling__") | own
