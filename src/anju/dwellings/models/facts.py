"""Observations, the current facts they add up to, and what the standard said of them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anju.areas.models import Place
from anju.areas.scope import NOTHING, Scope
from anju.areas.scoping import ScopedModel, by_paths
from anju.core.ids import new_code
from anju.dwellings.models.dwellings import Dwelling
from anju.files.models import StoredFile


def observation_code() -> str:
    return new_code("B", 12)


class Observation(ScopedModel):
    """What one person, device or paper said at one moment; never changed. `values` is
    {"facts": {name: value}, "rooms": {room name: {name: value}}}; a value of null says "looked, could not tell"."""

    class Source(models.TextChoices):
        """Most trusted first; at equal time the earlier in this list wins."""

        DEPARTMENT = "department", _("Department")
        INSPECTION = "inspection", _("Inspection on the spot")
        DEVICE = "device", _("Device")
        DECLARATION = "declaration", _("Declaration that was accepted")
        REGISTER = "register", _("Register of the platform")
        IMPORT = "import", _("Ledger import")

    scope_parent = "dwelling"

    code = models.CharField(max_length=16, unique=True, default=observation_code)
    dwelling = models.ForeignKey(Dwelling, null=True, blank=True, on_delete=models.CASCADE, related_name="observations")
    place = models.ForeignKey(
        Place, null=True, blank=True, on_delete=models.CASCADE, related_name="observations"
    )  # of a unit
    source = models.CharField(max_length=12, choices=Source)
    origin = models.CharField(max_length=60, blank=True)  # e.g. "inspection V8K2…", "ledger L7Q2…"
    observed_at = models.DateTimeField()
    observed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField()
    values = models.JSONField()
    photos = models.ManyToManyField(StoredFile, through="ObservationPhoto", related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)  # an import that was undone

    class Meta:
        indexes = [models.Index(fields=["dwelling", "observed_at"], name="observation_dwelling_time")]
        constraints = [
            models.CheckConstraint(condition=Q(dwelling=None) ^ Q(place=None), name="observation_of_one_thing"),
        ]

    def __str__(self) -> str:
        return f"{self.get_source_display()} {self.observed_at:%F}"

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return by_paths(scope, "dwelling__") | (scope.under_areas("place__area_path") if scope.area_paths else NOTHING)


class ObservationPhoto(models.Model):
    """A photo that proves one fact (or, without a fact, the visit)."""

    observation = models.ForeignKey(Observation, on_delete=models.CASCADE, related_name="photo_links")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    room = models.CharField(max_length=20, blank=True)
    fact = models.CharField(max_length=40, blank=True)

    def __str__(self) -> str:
        return f"{self.room} {self.fact}".strip()


class Current(models.Model):
    """The current facts of one dwelling with its rooms: derived from observations, only `services.facts` writes it.

    facts: {name: value}; rooms: {room: {name: value}}; provenance: the same shape, each leaf
    [observation id, observed_at ISO, source, observer's name]. `version` rises with every change.
    Read through the dwelling, whose visibility is its own.
    """

    dwelling = models.OneToOneField(Dwelling, on_delete=models.CASCADE, related_name="current", primary_key=True)
    facts = models.JSONField(default=dict)
    rooms = models.JSONField(default=dict)
    provenance = models.JSONField(default=dict)
    register = models.JSONField(default=dict)  # facts from the platform's own records, as of the last judgement
    results = models.JSONField(default=list)  # the last judgement's violations and unknowns, with their reasons
    missing = models.JSONField(default=list)
    edition = models.CharField(max_length=60, blank=True)
    version = models.BigIntegerField(default=0)
    judged_version = models.BigIntegerField(default=-1)
    judged_on = models.DateField(null=True, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True, db_index=True)

    def __str__(self) -> str:
        return f"facts of {self.dwelling_id}"


class Finding(ScopedModel):
    """One rule that a dwelling violates or about which something is unknown, now; kept with the judgement.

    What lists and counts by rule read; the reasons stand in `Current.results`.
    """

    class Status(models.TextChoices):
        VIOLATION = "violation", _("Violated")
        UNKNOWN = "unknown", _("To be checked")

    scope_parent = "dwelling"

    dwelling = models.ForeignKey(Dwelling, on_delete=models.CASCADE, related_name="findings")
    area_path = models.CharField(max_length=20)
    rule = models.CharField(max_length=8)
    room = models.CharField(max_length=20, blank=True)
    status = models.CharField(max_length=10, choices=Status)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dwelling", "rule", "room"], name="finding_once")]
        indexes = [models.Index(fields=["rule", "status", "area_path"], name="finding_rule_area")]

    def __str__(self) -> str:
        return f"{self.rule} {self.room} {self.status}"

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return by_paths(scope, "dwelling__")


class UnitState(models.Model):
    """Current facts and violations of a unit's shared part; they bind the property company or village, not the homes."""

    place = models.OneToOneField(Place, on_delete=models.CASCADE, related_name="unit_state", primary_key=True)
    facts = models.JSONField(default=dict)
    provenance = models.JSONField(default=dict)
    results = models.JSONField(default=list)
    edition = models.CharField(max_length=60, blank=True)
    version = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"facts of {self.place_id}"


class VerdictRecord(ScopedModel):
    """One answer of the standard about one dwelling; a new row only when an answer changed (history of red and green)."""

    scope_parent = "dwelling"

    dwelling = models.ForeignKey(Dwelling, on_delete=models.CASCADE, related_name="verdicts")
    at = models.DateTimeField()
    on = models.DateField()
    edition = models.CharField(max_length=60)
    verdict = models.CharField(max_length=14, choices=Dwelling.Verdict)
    paperwork = models.CharField(max_length=10, choices=Dwelling.Paperwork)
    group_rental = models.BooleanField(null=True, blank=True)
    violated = models.JSONField(default=list)  # ["R01@C", "D10"]
    observations = models.JSONField(default=list)  # ids of the observations used
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["dwelling", "at"], name="verdict_dwelling_time"),
            models.Index(fields=["at"], name="verdict_time"),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.verdict}"

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return by_paths(scope, "dwelling__")
