"""What residents say about a home, and what they agree to: kept as said, decided on by an officer."""

import json
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from anju.areas.scope import NOTHING, Scope
from anju.areas.scoping import ScopedModel, by_paths
from anju.core import crypto, time
from anju.core.ids import new_code
from anju.dwellings.models import Dwelling, Observation, Occupant, Party
from anju.registration.models.papers import Lease


def declaration_code() -> str:
    return new_code("E", 12)


class TextEdition(models.Model):
    """The wording of something that people sign or agree to, from a day on. A change is a new edition, never an edit.

    The first edition of each kind comes with the program (`registration/texts/`); the office's own follow it here.
    """

    class Kind(models.TextChoices):
        GUARANTEE = "guarantee", _("Guarantee of public security")
        SIGN_CONSENT = "sign_consent", _("Consent: name on the inside sign")
        HOUSE_RULES = "house_rules", _("House rules")
        PRIVACY = "privacy", _("What is kept, who sees it, until when")

    kind = models.CharField(_("text"), max_length=14, choices=Kind)
    edition = models.PositiveSmallIntegerField()
    title = models.CharField(_("title"), max_length=80)
    body = models.TextField(_("text"))  # one paragraph per line
    since = models.DateField(_("in force from"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "edition"], name="text_edition_once")]

    def __str__(self) -> str:
        return f"{self.title} {self.edition}"


class Declaration(ScopedModel):
    """Somebody who lets or lives says what is so (A3.7): who arrived or left, which rooms are let, a new lease.

    Nothing of it counts until an officer accepts it; then it becomes an occupant, a lease or an observation of the source
    "declaration" and stays here as it was said, beside what inspectors saw. The text is sealed, for it holds ID numbers.
    """

    class Kind(models.TextChoices):
        ARRIVAL = "arrival", _("Somebody moved in")
        DEPARTURE = "departure", _("Somebody moved out")
        ROOMS = "rooms", _("Rooms, beds and people")
        LEASE = "lease", _("New lease")

    class State(models.TextChoices):
        WAITING = "waiting", _("To be looked at")
        ACCEPTED = "accepted", _("Accepted")
        RETURNED = "returned", _("Returned")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Role(models.TextChoices):
        LANDLORD = "landlord", _("Who lets")
        TENANT = "tenant", _("Tenant")

    class Proof(models.TextChoices):
        SIGNED_IN = "signed_in", _("Signed in with the registered telephone")
        INVITATION = "invitation", _("Invited by who lets")
        PHONE = "phone", _("Telephone proved by a code, not known here before")

    scope_parent = "dwelling"

    code = models.CharField(max_length=16, unique=True, default=declaration_code)
    token = models.CharField(max_length=40, unique=True)  # of the form: sent twice, it is one declaration
    dwelling = models.ForeignKey(Dwelling, on_delete=models.CASCADE, related_name="declarations")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    role = models.CharField(max_length=10, choices=Role)
    proof = models.CharField(max_length=10, choices=Proof)
    by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="declarations"
    )  # empty: a tenant who is not known here yet
    said_sealed = models.TextField(blank=True)  # empty again once it is forgotten
    declared_at = models.DateTimeField()
    term_ends_at = models.DateTimeField(null=True, blank=True)  # by when the law or the settings ask for it
    due_at = models.DateTimeField()  # by when an officer decides
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(max_length=200, blank=True)  # why it was returned
    occupant = models.ForeignKey(Occupant, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    lease = models.ForeignKey(Lease, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    observation = models.ForeignKey(Observation, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["state", "due_at", "id"], name="declaration_state_due"),
            models.Index(fields=["dwelling", "state"], name="declaration_home"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "withdrawn"]) | Q(decided_at__isnull=False),
                name="declaration_decided",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.dwelling}"

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        """Officers of the area and who said it. Who lets does not read what his tenants declared."""
        own = Q(by_user_id=scope.user_id) if scope.user_id else NOTHING
        return by_paths(scope, "dwelling__") | own

    @property
    def said(self) -> dict[str, Any]:
        """As it was said; {} once it is forgotten."""
        text = crypto.decrypt(self.said_sealed, f"declaration:{self.code}")
        return json.loads(text) if text else {}

    @said.setter
    def said(self, value: dict[str, Any]) -> None:
        self.said_sealed = crypto.encrypt(
            json.dumps(value, ensure_ascii=False, default=str), f"declaration:{self.code}"
        )


class Consent(ScopedModel):
    """A person allows one use of personal data that no law asks for, by an edition of the text, until it is withdrawn or the
    person moves out. After that the row is kept for some days as a proof that the name stood there rightly, then deleted.
    """

    class Purpose(models.TextChoices):
        SIGN_NAME = "sign_name", _("Masked name on the inside sign")

    class How(models.TextChoices):
        PHONE = "phone", _("On the phone")
        PAPER = "paper", _("On paper")
        ARRIVAL = "arrival", _("With the declaration of arrival")

    scope_parent = "dwelling"

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="consents")
    dwelling = models.ForeignKey(Dwelling, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=10, choices=Purpose)
    text_edition = models.CharField(max_length=20)
    text_sha256 = models.CharField(max_length=64, blank=True)  # empty: recorded before texts were kept by hash
    how = models.CharField(max_length=8, choices=How, default=How.PHONE)
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )  # the person, or who recorded what the person said
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["party", "dwelling", "purpose"], condition=Q(withdrawn_at=None), name="one_open_consent"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("given_at")),
                name="consent_withdrawn_after_given",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party} {self.purpose}"

    @staticmethod
    def kept() -> timedelta:
        return timedelta(days=settings.ANJU_KEEP_CONSENTS_DAYS)

    @property
    def kept_until(self) -> date | None:
        """The day after which the row is deleted; None while the consent stands."""
        return time.day_of(self.withdrawn_at + self.kept()) if self.withdrawn_at else None

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        own = Q(party__user_id=scope.user_id) if scope.user_id else NOTHING
        return by_paths(scope, "dwelling__") | own
