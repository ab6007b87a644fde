"""What a phone sent, as it came, and what became of it."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anju.areas.models import Place
from anju.areas.scope import NOTHING, Scope
from anju.areas.scoping import ScopedModel
from anju.core import crypto
from anju.documents.models import Document
from anju.dwellings.models import Dwelling
from anju.field.models.phones import Phone
from anju.files.models import StoredFile
from anju.inspections.models import Visit


class Envelope(ScopedModel):
    """One record of the field app, kept byte for byte (encrypted: it names people) before it is applied.

    The same id with other content is a row of its own that points to the first by `rival_of`; neither replaces the
    other. States move only by `field/workflow.py`.
    """

    class State(models.TextChoices):
        STORED = "stored", _("Received, not applied yet")
        WAITING = "waiting_photos", _("Photos still to come")
        APPLIED = "applied", _("Applied")
        CONFLICT = "conflict", _("Two versions, to be decided")
        MOVED = "moved", _("Applied in another grid")
        GONE = "gone", _("Home no longer exists")
        REFUSED = "refused", _("Refused, kept")
        SET_ASIDE = "set_aside", _("Set aside by decision")

    class Kind(models.TextChoices):
        INSPECTION = "inspection", _("Inspection")
        NO_ACCESS = "no_access", _("Nobody home")
        REFUSED_ENTRY = "refused_entry", _("Entry refused")
        REINSPECTION = "reinspection", _("Re-inspection")
        COMMON_AREA = "common_area", _("Shared part")
        QUICK_FINDING = "quick_finding", _("Quick finding")
        HANDOVER = "handover", _("Hand-over")

    class Choice(models.TextChoices):
        MINE = "mine", _("The second counts")
        THEIRS = "theirs", _("The first stays")
        BOTH = "both", _("Both are visits of their own")

    uuid = models.UUIDField()
    sha256 = models.CharField(max_length=64)  # of the body as it came
    rival_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="rivals")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    phone = models.ForeignKey(Phone, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    app = models.CharField(max_length=20, blank=True)
    schema = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(max_length=14, choices=Kind, blank=True)
    home_code = models.CharField(max_length=16, blank=True)  # as the phone names it
    home_name = models.CharField(max_length=200, blank=True)
    dwelling = models.ForeignKey(Dwelling, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    place = models.ForeignKey(Place, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    area_path = models.CharField(max_length=20, blank=True)
    made_at = models.DateTimeField()  # by the phone's clock
    clock_offset_s = models.IntegerField(null=True)  # server minus phone
    at = models.DateTimeField()  # when it happened, corrected
    received_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=14, choices=State, default=State.STORED)
    reason = models.CharField(max_length=500, blank=True)  # why it is in this state, in words
    sealed = models.TextField()
    differs = models.JSONField(default=dict)  # docs/field-api.md, "differs"
    differing = models.BooleanField(default=False)  # the phone's verdict and the server's are two
    made = models.JSONField(default=dict)  # {"visit", "hazards": [{code, rule, room}], "notice"}
    visit = models.ForeignKey(Visit, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    attempts = models.PositiveSmallIntegerField(default=0)
    choice = models.CharField(max_length=8, choices=Choice, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["uuid"], condition=Q(rival_of=None), name="envelope_id_once"),
            models.UniqueConstraint(fields=["uuid", "sha256", "user"], name="envelope_content_once"),
        ]
        indexes = [
            models.Index(fields=["area_path", "received_at"], name="envelope_area"),
            models.Index(fields=["user", "received_at"], name="envelope_user"),
            models.Index(fields=["received_at"], condition=Q(state="stored"), name="envelope_to_apply"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.home_name or self.home_code}".strip()

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        own = Q(user_id=scope.user_id) if scope.user_id else NOTHING
        return own | (scope.under_areas("area_path") if scope.area_paths else NOTHING)

    @property
    def code(self) -> str:
        """What addresses and the log call it: at most 40 characters."""
        return str(self.uuid) if self.rival_of_id is None else f"{self.uuid.hex}~{self.sha256[:7]}"

    @property
    def _binding(self) -> str:
        return f"envelope:{self.uuid}:{self.sha256}"

    @property
    def content(self) -> bytes:
        return crypto.decrypt(self.sealed, self._binding).encode()

    @content.setter
    def content(self, value: bytes) -> None:
        self.sealed = crypto.encrypt(value.decode(), self._binding)

    @property
    def is_applied(self) -> bool:
        return self.applied_at is not None


class Receipt(models.Model):
    """Who was at the door received what was found, refused to sign, or was not there: facts about a service, no more.

    What binds the tenant is another receipt than what the letting party signs. Name and strokes are encrypted.
    """

    class Party(models.TextChoices):
        LETTING = "letting", _("Letting party")
        TENANT = "tenant", _("Tenant")

    class Outcome(models.TextChoices):
        SIGNED = "signed", _("Signed: received")
        REFUSES = "refuses", _("Refuses to sign")
        ABSENT = "absent", _("Not there")

    envelope = models.ForeignKey(Envelope, on_delete=models.CASCADE, related_name="receipts")
    party = models.CharField(max_length=8, choices=Party)
    outcome = models.CharField(max_length=8, choices=Outcome)
    at = models.DateTimeField()
    listed = models.JSONField(default=list)  # the rules on the sheet, "R01@C"
    witness = models.CharField(max_length=60, blank=True)
    name_sealed = models.TextField(blank=True)
    strokes_sealed = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64, blank=True)  # of the strokes as they came
    image = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    document = models.ForeignKey(Document, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    problem = models.CharField(max_length=500, blank=True)  # why no notice was issued or served
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["envelope", "party"], name="receipt_once_per_party")]
        indexes = [models.Index(fields=["envelope"], condition=Q(settled_at=None), name="receipt_open")]

    def __str__(self) -> str:
        return f"{self.get_party_display()} {self.get_outcome_display()}"

    def _binding(self, part: str) -> str:
        return f"receipt:{self.envelope.uuid}:{self.envelope.sha256}:{self.party}:{part}"

    @property
    def name(self) -> str:
        return crypto.decrypt(self.name_sealed, self._binding("name"))

    @name.setter
    def name(self, value: str) -> None:
        self.name_sealed = crypto.encrypt(value, self._binding("name"))

    @property
    def strokes(self) -> str:
        return crypto.decrypt(self.strokes_sealed, self._binding("strokes"))

    @strokes.setter
    def strokes(self, value: str) -> None:
        self.strokes_sealed = crypto.encrypt(value, self._binding("strokes"))

    def as_dict(self) -> dict[str, Any]:
        return {
            "party": self.party,
            "outcome": self.outcome,
            "document": str(self.document or ""),
            "problem": self.problem,
        }
