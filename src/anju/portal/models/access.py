"""How residents get in, and how often somebody may try: one-time codes, invitations, messages, tallies."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anju.core import crypto
from anju.core.ids import new_code
from anju.dwellings.models import Dwelling


class Tally(models.Model):
    """How often something was done in an hour: `key` is a keyed hash of a network address or a telephone, never the value."""

    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=32)
    hour = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key", "hour"], name="tally_once_an_hour")]

    def __str__(self) -> str:
        return f"{self.kind} {self.count}"


class Challenge(models.Model):
    """One request for a one-time code. The same row is written whether or not the telephone is known, so that neither an
    answer nor its time tells; for an unknown one no code exists that fits."""

    class Purpose(models.TextChoices):
        SIGN_IN = "sign_in", _("Sign in")
        DECLARE = "declare", _("Prove the telephone of a new tenant")

    token = models.CharField(max_length=43, unique=True)  # in the session of who asked, nowhere else
    purpose = models.CharField(max_length=8, choices=Purpose)
    phone_index = models.CharField(max_length=32)
    phone_sealed = models.TextField()
    code_hash = models.CharField(max_length=32)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="challenge_expiry")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.asked_at:%F %T}"

    @property
    def phone(self) -> str:
        return crypto.decrypt(self.phone_sealed, f"challenge:{self.token}")

    @phone.setter
    def phone(self, value: str) -> None:
        self.phone_sealed = crypto.encrypt(value, f"challenge:{self.token}")
        self.phone_index = crypto.index(value, "phone")


class Letter(models.Model):
    """One SMS to a resident: written with what it tells of, sent by the worker, its text deleted once it is sent."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting to be sent")
        SENT = "sent", _("Handed to the gateway")
        SHOWN = "shown", _("Shown on screen only")
        NOBODY = "nobody", _("Goes to nobody")  # of a telephone that is not known: written all the same, never sent
        FAILED = "failed", _("Could not be sent")

    key = models.CharField(max_length=60, unique=True)
    number_sealed = models.TextField()
    text_sealed = models.TextField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    written_at = models.DateTimeField()
    try_at = models.DateTimeField()
    useless_after = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    receipt = models.CharField(max_length=80, blank=True)
    trouble = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["try_at"], condition=Q(state="waiting"), name="letter_waiting")]

    def __str__(self) -> str:
        return self.key

    @property
    def number(self) -> str:
        return crypto.decrypt(self.number_sealed, f"letter:{self.key}:number")

    @property
    def text(self) -> str:
        return crypto.decrypt(self.text_sealed, f"letter:{self.key}:text")


def invitation_code() -> str:
    return new_code("V", 18)


class Invitation(models.Model):
    """Who lets invites a tenant to declare residence: an address that cannot be guessed, for one room, for some days.

    Opened by whoever holds the address; it shows the home and nothing else of it, so it is not scoped.
    """

    code = models.CharField(max_length=24, unique=True, default=invitation_code)
    dwelling = models.ForeignKey(Dwelling, on_delete=models.CASCADE, related_name="invitations")
    room = models.CharField(max_length=20, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    uses_left = models.PositiveSmallIntegerField(default=4)

    def __str__(self) -> str:
        return f"{self.dwelling_id} {self.room}"
