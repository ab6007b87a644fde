"""Who belongs to a station, what they are certified for, when they are on duty."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from anju.areas.scope import Scope
from anju.areas.scoping import ScopedModel, by_paths
from anju.core import crypto
from anju.core.ids import new_code
from anju.files.models import StoredFile
from anju.stations.models.stations import Station


def member_code() -> str:
    return new_code("SM", 8)


def certificate_code() -> str:
    return new_code("SC", 8)


class Member(ScopedModel):
    """A person of a station from a day to a day. The own telephone is encrypted and used only to send call-outs (X3)."""

    class Role(models.TextChoices):
        HEAD = "head", _("Head of the station")
        DEPUTY = "deputy", _("Deputy head")
        FIREFIGHTER = "firefighter", _("Firefighter")
        OPERATOR = "operator", _("Control room operator")
        DRIVER = "driver", _("Driver")

    class Team(models.TextChoices):
        A = "A", "A"
        B = "B", "B"
        C = "C", "C"
        D = "D", "D"

    scope_parent = "station"

    code = models.CharField(max_length=16, unique=True, default=member_code)
    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="station_members"
    )  # whoever signs in
    name = models.CharField(_("full name"), max_length=40)
    role = models.CharField(_("post"), max_length=12, choices=Role, default=Role.FIREFIGHTER)
    team = models.CharField(
        _("team"), max_length=1, choices=Team, blank=True
    )  # teams take turns when a month is filled
    phone_sealed = models.TextField(blank=True)
    since = models.DateField(_("since"))
    until = models.DateField(_("last day"), null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="member_leaves_after_joining"
            )
        ]
        indexes = [models.Index(fields=["station", "until"], name="member_station")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return by_paths(scope, "station__")

    @property
    def phone(self) -> str:
        return crypto.decrypt(self.phone_sealed, f"member:{self.code}:phone") if self.phone_sealed else ""

    @phone.setter
    def phone(self, value: str) -> None:
        self.phone_sealed = crypto.encrypt(value, f"member:{self.code}:phone") if value else ""

    @property
    def masked_phone(self) -> str:
        return crypto.mask_phone(self.phone) if self.phone_sealed else ""

    def belongs(self, on: date) -> bool:
        return self.since <= on and (self.until is None or self.until >= on)


class Certificate(ScopedModel):
    """A qualification of a member with its last good day; none means that it does not run out."""

    class Kind(models.TextChoices):
        TRAINING = "training", _("Training before the post")
        OPERATOR = "operator", _("Fire facility operator")
        FIREFIGHTING = "firefighting", _("Firefighter's qualification")
        FIRST_AID = "first_aid", _("First aid")
        DRIVING = "driving", _("Driving licence")

    scope_parent = "member"

    code = models.CharField(max_length=16, unique=True, default=certificate_code)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="certificates")
    kind = models.CharField(_("certificate"), max_length=12, choices=Kind)
    number = models.CharField(_("number"), max_length=40, blank=True)
    issued_on = models.DateField(_("issued on"))
    expires_on = models.DateField(_("good until"), null=True, blank=True)
    photo = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_on=None) | Q(expires_on__gte=F("issued_on")), name="certificate_ends_after_issue"
            )
        ]
        indexes = [models.Index(fields=["withdrawn_on", "expires_on"], name="certificate_expiry")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.member}"

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return by_paths(scope, "member__station__")

    def is_expired(self, on: date) -> bool:
        return self.expires_on is not None and self.expires_on < on


class Duty(ScopedModel):
    """One person on one shift. `starts_at` and `ends_at` are the shift's, so that "who is on duty now" is one range."""

    scope_parent = "station"

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="duties")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="duties")
    day = models.DateField()
    shift = models.CharField(max_length=8)  # key of norms.PATTERNS
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "day", "shift"], name="duty_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="duty_has_a_length"),
        ]
        indexes = [models.Index(fields=["station", "ends_at"], name="duty_station_time")]

    def __str__(self) -> str:
        return f"{self.day} {self.shift} {self.member}"

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return by_paths(scope, "station__")
