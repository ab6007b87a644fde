"""Who works where for which department, and single things shown to somebody outside his area for a time."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from anju.areas.models.places import Area, Place


class Department(models.TextChoices):
    """Bodies that work in the system. What each may do stands in `areas/permissions.py`."""

    OFFICE = "office", _("331 / Anju office")
    COMMUNITY = "community", _("Community or village committee")
    GRID = "grid", _("Grid worker")
    POLICE = "police", _("Police")
    HOUSING = "housing", _("Housing department")
    FIRE = "fire", _("Fire and rescue")
    URBAN = "urban", _("Urban management and law enforcement")
    PLANNING = "planning", _("Planning department")
    MARKET = "market", _("Market regulation")
    WATER = "water", _("Water company")
    POWER = "power", _("Power company")
    GAS = "gas", _("Gas company")
    PROPERTY = "property", _("Property company")
    OPERATOR = "operator", _("Rental operator")
    STATION = "station", _("Micro fire station")
    LANDLORD = "landlord", _("Landlord")
    TENANT = "tenant", _("Tenant")
    AUDIT = "audit", _("Audit")


class Posting(models.Model):
    """A person works for a department in an area, or at a place, from a day to a day."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="postings")
    department = models.CharField(_("department"), max_length=12, choices=Department)
    is_leader = models.BooleanField(_("head of the body"), default=False)
    area = models.ForeignKey(Area, null=True, blank=True, on_delete=models.PROTECT, related_name="postings")
    place = models.ForeignKey(Place, null=True, blank=True, on_delete=models.PROTECT, related_name="postings")
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(area=None) | models.Q(place=None), name="posting_on_one_path"
            ),  # both empty: relations only (landlord, tenant)
        ]
        indexes = [models.Index(fields=["department", "area"], name="posting_department_area")]

    def __str__(self) -> str:
        return f"{self.user} {self.get_department_display()} {self.area or self.place or ''}".strip()


class Grant(models.Model):
    """One thing shown to a body outside its area or kind of case, for a time: a hand-over, a joint action."""

    department = models.CharField(max_length=12, choices=Department)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="grants")  # whose people of that department
    subject_type = models.CharField(max_length=60)  # e.g. "inspections.hazard"
    subject_id = models.BigIntegerField()
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["department", "subject_type"], name="grant_department_subject")]

    def __str__(self) -> str:
        return f"{self.department} {self.subject_type} {self.subject_id}"
