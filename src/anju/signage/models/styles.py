"""How an office's signs look, and whom they name."""

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anju.areas.models import Area, Place
from anju.core.ids import new_code
from anju.files.models import StoredFile
from anju.signage import norms


def contact_code() -> str:
    return new_code("SC", 8)


class SignStyle(models.Model):
    """How signs look in an area and all below it, until a lower one has its own: emblem, colour, issuer, who is named.

    Names of offices are public, so this model is not scoped; the step of changing it is.
    """

    class Names(models.TextChoices):
        CONSENT = "consent", _("Masked, of those who agreed")
        NONE = "none", _("Nobody; people are only counted")

    class Party(models.TextChoices):
        LANDLORD = "landlord", _("The landlord, as 顾先生")
        OPERATOR = "operator", _("The operator, where there is one")

    area = models.OneToOneField(Area, on_delete=models.CASCADE, related_name="sign_style")
    issuer = models.CharField(_("issuer"), max_length=60)
    colour = models.CharField(
        _("colour"), max_length=7, default=norms.COLOUR,
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", _("A colour is written like #173f94."))],
    )  # fmt: skip
    logo = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    party = models.CharField(_("named outside"), max_length=8, choices=Party, default=Party.LANDLORD)
    names = models.CharField(_("names inside"), max_length=7, choices=Names, default=Names.CONSENT)
    check_days = models.PositiveSmallIntegerField(_("days to the next check"), default=norms.CHECK_DAYS)
    updated_at = models.DateTimeField()
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.area} {self.issuer}"


class Contact(models.Model):
    """Somebody on duty whom signs name with an office telephone: for an area and all below it, or for an estate, building or
    unit. Made to be read by everybody, so it is not scoped and holds no private number.
    """

    class Role(models.TextChoices):
        POLICE = "police", _("Community police officer")
        MEMBER = "member", _("Grid worker")
        PROPERTY = "property", _("Fire safety at the property company")
        STATION = "station", _("Micro fire station")
        HEAD = "head", _("Head of the staircase")

    code = models.CharField(max_length=16, unique=True, default=contact_code)
    role = models.CharField(_("role"), max_length=8, choices=Role)
    area = models.ForeignKey(Area, null=True, blank=True, on_delete=models.CASCADE, related_name="sign_contacts")
    place = models.ForeignKey(Place, null=True, blank=True, on_delete=models.CASCADE, related_name="sign_contacts")
    name = models.CharField(_("name"), max_length=40)
    phone = models.CharField(_("duty telephone"), max_length=20, blank=True)
    updated_at = models.DateTimeField()
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(area=None) ^ Q(place=None), name="contact_of_one_thing"),
            models.UniqueConstraint(fields=["role", "area"], condition=Q(place=None), name="one_contact_per_role_and_area"),
            models.UniqueConstraint(fields=["role", "place"], condition=Q(area=None), name="one_contact_per_role_and_place"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.name}"
