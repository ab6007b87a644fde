"""Guarantees, leases, and the register of group rentals."""

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from anju.areas.scope import NOTHING, Scope
from anju.areas.scoping import ScopedModel, by_paths
from anju.core import crypto
from anju.core.ids import new_code
from anju.dwellings.models import Dwelling, Party
from anju.files.models import StoredFile


def guarantee_code() -> str:
    return new_code("G", 8)


def lease_code() -> str:
    return new_code("C", 8)


def seen_through_the_home(scope: Scope) -> Q:
    own = Q(dwelling__landlord__user_id=scope.user_id) if scope.user_id else NOTHING
    return by_paths(scope, "dwelling__") | own


class Guarantee(ScopedModel):
    """房屋出租治安责任保证书 (A3.1): who lets a home vouches to the police. Counts once the police confirmed the signature."""

    class How(models.TextChoices):
        PAPER = "paper", _("On paper, with a photo")
        PHONE = "phone", _("On the phone, signed by hand")

    class State(models.TextChoices):
        PENDING = "pending", _("To be confirmed")
        CONFIRMED = "confirmed", _("Confirmed")
        DOUBTFUL = "doubtful", _("In doubt")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    scope_parent = "dwelling"

    code = models.CharField(max_length=16, unique=True, default=guarantee_code)
    dwelling = models.ForeignKey(Dwelling, on_delete=models.CASCADE, related_name="guarantees")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="guarantees")  # who signed
    signed_on = models.DateField(_("signed on"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)  # empty: as long as this party lets
    how = models.CharField(_("how"), max_length=8, choices=How, default=How.PAPER)
    photo = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # signed on the phone: which edition of the text, its SHA-256, the strokes (sealed), the signature and the PDF copy
    text_edition = models.CharField(max_length=20, blank=True)
    text_sha256 = models.CharField(max_length=64, blank=True)
    strokes_sealed = models.TextField(blank=True)
    signature = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    paper = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    doubt = models.CharField(max_length=200, blank=True)  # why the police doubt it, or why it was withdrawn
    withdrawn_on = models.DateField(null=True, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("signed_on")), name="guarantee_ends_after_signing"
            ),
            models.UniqueConstraint(
                fields=["dwelling", "party", "signed_on"],
                condition=~Q(state="withdrawn"),
                name="guarantee_once_per_party_and_day",
            ),
        ]
        indexes = [models.Index(fields=["state", "id"], name="guarantee_state")]

    def __str__(self) -> str:
        return f"{self.party} {self.signed_on}"

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        own = Q(party__user_id=scope.user_id) if scope.user_id else NOTHING
        return seen_through_the_home(scope) | own

    @property
    def strokes(self) -> str:
        return crypto.decrypt(self.strokes_sealed, f"guarantee:{self.code}:strokes")

    @strokes.setter
    def strokes(self, value: str) -> None:
        self.strokes_sealed = crypto.encrypt(value, f"guarantee:{self.code}:strokes")

    def holds(self, on: date) -> bool:
        """Confirmed, begun and not run out on a day: only then it counts as signed."""
        return (
            self.state == self.State.CONFIRMED
            and self.signed_on <= on
            and (self.valid_until is None or self.valid_until >= on)
        )


class Lease(ScopedModel):
    """A contract of letting and its way through the filing (A3.6): signed, handed in, accepted by housing."""

    class Kind(models.TextChoices):
        MODEL = "model", _("Model contract of the city")
        OWN = "own", _("Own written contract")
        ORAL = "oral", _("Agreed orally")

    scope_parent = "dwelling"

    code = models.CharField(max_length=16, unique=True, default=lease_code)
    dwelling = models.ForeignKey(Dwelling, on_delete=models.CASCADE, related_name="leases")
    lessor = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="leases_given")
    lessee = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="leases_taken")
    rooms = models.CharField(_("rooms of the lease"), max_length=60, blank=True)  # empty: the whole home
    kind = models.CharField(_("contract"), max_length=8, choices=Kind, default=Kind.MODEL)
    signed_on = models.DateField(_("signed on"))
    starts = models.DateField(_("from"))
    ends = models.DateField(_("until"))
    ended_on = models.DateField(_("ended early on"), null=True, blank=True)
    filed_on = models.DateField(_("filed on"), null=True, blank=True)
    accepted_on = models.DateField(_("accepted on"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends__gte=F("starts")), name="lease_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(accepted_on=None) | Q(filed_on__isnull=False), name="lease_filed_before_accepted"
            ),
            models.UniqueConstraint(fields=["dwelling", "lessee", "starts"], name="lease_once_per_tenant_and_start"),
        ]
        indexes = [models.Index(fields=["filed_on", "signed_on"], name="lease_filing")]

    def __str__(self) -> str:
        return f"{self.lessee} {self.starts}"

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return seen_through_the_home(scope)

    @property
    def last_day(self) -> date:
        return min(self.ends, self.ended_on) if self.ended_on else self.ends

    def in_force(self, on: date) -> bool:
        return self.starts <= on <= self.last_day


class GroupRentalEntry(ScopedModel):
    """One spell of a home in the register of group rentals (A3.2): found, then registered with home, rooms and people."""

    class Found(models.TextChoices):
        SPOT = "spot", _("Found on the spot")
        RECORDS = "records", _("From the records")

    scope_parent = "dwelling"

    dwelling = models.ForeignKey(Dwelling, on_delete=models.CASCADE, related_name="group_rental_entries")
    found = models.CharField(max_length=8, choices=Found)
    found_on = models.DateField()
    registered_on = models.DateField(null=True, blank=True)
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    removed_on = models.DateField(null=True, blank=True)
    removed_because = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dwelling"], condition=Q(removed_on=None), name="one_open_group_rental_entry"
            ),
        ]
        indexes = [models.Index(fields=["removed_on", "registered_on"], name="group_rental_open")]

    def __str__(self) -> str:
        return f"{self.dwelling} {self.found_on}"

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return seen_through_the_home(scope)


def of(model: type[models.Model], dwelling: Dwelling) -> Any:
    """The rows of a home that a service has already fetched for somebody."""
    return model._base_manager.filter(dwelling=dwelling)
