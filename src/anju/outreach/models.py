"""Conventions of communities, who signed them, and notices for residents."""

import hashlib

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anju.areas.models import Area
from anju.areas.scope import NOTHING, Scope
from anju.areas.scoping import ScopedModel, by_paths
from anju.core import crypto
from anju.core.ids import new_code
from anju.dwellings.models import Dwelling, Party
from anju.files.models import StoredFile


def convention_code() -> str:
    return new_code("O", 8)


def signing_code() -> str:
    return new_code("S", 10)


def article_code() -> str:
    return new_code("M", 8)


class Convention(models.Model):
    """The fire-safety convention 防火安全公约 of a community or village (A10.1), by edition. Posted up for all to read, so
    it is not scoped; who signed it is."""

    code = models.CharField(max_length=16, unique=True, default=convention_code)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="conventions")
    area_path = models.CharField(max_length=20, db_index=True)
    edition = models.PositiveSmallIntegerField()
    title = models.CharField(_("title"), max_length=80)
    body = models.TextField(_("text"))  # one paragraph per line
    since = models.DateField(_("in force from"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["area", "edition"], name="convention_edition_once")]
        indexes = [models.Index(fields=["area", "since"], name="convention_area_since")]

    def __str__(self) -> str:
        return f"{self.area} {self.title} {self.edition}"

    @property
    def lines(self) -> list[str]:
        return [line.strip() for line in self.body.splitlines() if line.strip()]

    @property
    def sha256(self) -> str:
        return hashlib.sha256(f"{self.title}\n{self.body}".encode()).hexdigest()


class ConventionSigning(ScopedModel):
    """A household signed an edition of its community's convention: one person, by hand, once per edition."""

    scope_parent = "dwelling"

    code = models.CharField(max_length=16, unique=True, default=signing_code)
    convention = models.ForeignKey(Convention, on_delete=models.PROTECT, related_name="signings")
    dwelling = models.ForeignKey(Dwelling, on_delete=models.CASCADE, related_name="convention_signings")
    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="convention_signings")
    signed_at = models.DateTimeField()
    text_sha256 = models.CharField(max_length=64)
    strokes_sealed = models.TextField(blank=True)
    signature = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    photo = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["convention", "dwelling", "party"], name="convention_signed_once"),
            models.CheckConstraint(
                condition=Q(signature__isnull=False) | Q(photo__isnull=False), name="convention_signed_by_hand"
            ),
        ]
        indexes = [models.Index(fields=["convention", "signed_at"], name="convention_signing_time")]

    def __str__(self) -> str:
        return f"{self.convention} {self.dwelling}"

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        own = Q(party__user_id=scope.user_id) if scope.user_id else NOTHING
        return by_paths(scope, "dwelling__") | own

    @property
    def strokes(self) -> str:
        return crypto.decrypt(self.strokes_sealed, f"convention:{self.code}:strokes")

    @strokes.setter
    def strokes(self, value: str) -> None:
        self.strokes_sealed = crypto.encrypt(value, f"convention:{self.code}:strokes")


class Article(models.Model):
    """A notice for residents' phones (A10.4): what to know, for the homes of an area, until a day. Public, so not scoped."""

    code = models.CharField(max_length=16, unique=True, default=article_code)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="articles")
    area_path = models.CharField(max_length=20, db_index=True)
    title = models.CharField(_("title"), max_length=80)
    body = models.TextField(_("text"))
    since = models.DateField(_("shown from"))
    until = models.DateField(_("shown until"), null=True, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=models.F("since")), name="article_ends_after_start"
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def lines(self) -> list[str]:
        return [line.strip() for line in self.body.splitlines() if line.strip()]
