"""Plans and visits: who goes where by when, and what came of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anju.areas.models import Area, Place
from anju.areas.scope import NOTHING, Scope
from anju.areas.scoping import ScopedModel, by_paths
from anju.core.ids import new_code
from anju.dwellings.models import Dwelling, Observation
from anju.files.models import StoredFile


def plan_code() -> str:
    return new_code("PL", 8)


def visit_code() -> str:
    return new_code("V", 10)


class Plan(ScopedModel):
    """A round of visits ordered by an office: which homes, by when, for which reason."""

    class Reason(models.TextChoices):
        FIRST = "first", _("Never inspected")
        UNKNOWN = "unknown", _("Something is unknown")
        RED = "red", _("Not compliant")
        ROUTINE = "routine", _("Routine by risk")
        REINSPECTION = "reinspection", _("Re-inspection")
        REOCCUPATION = "reoccupation", _("Re-occupation check")
        JOINT = "joint", _("Joint check")
        NIGHT = "night", _("Night check")

    code = models.CharField(max_length=16, unique=True, default=plan_code)
    title = models.CharField(_("title"), max_length=100)
    reason = models.CharField(_("reason"), max_length=14, choices=Reason)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    area_path = models.CharField(max_length=20, db_index=True)
    departments = models.JSONField(_("departments"), default=list)  # of a joint check
    due_on = models.DateField(_("to be done by"))
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.title

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return scope.under_areas("area_path") if scope.area_paths else NOTHING


class PlanItem(ScopedModel):
    """One home (or shared part) of a plan and who is to go there. The "nobody home" ladder moves `due_on` and `attempt`."""

    class State(models.TextChoices):
        OPEN = "open", _("To be visited")
        DONE = "done", _("Visited")
        DROPPED = "dropped", _("Dropped")

    class Next(models.TextChoices):
        """A7.2: evening second try, weekend third, appointment, then a visit with the police."""

        DAY = "day", _("Working hours")
        EVENING = "evening", _("Evening")
        WEEKEND = "weekend", _("Weekend")
        APPOINTMENT = "appointment", _("By appointment")
        WITH_POLICE = "with_police", _("Together with the police")
        POWER = "power", _("By consent, or by a body with the power to enter")  # after a refusal, which is no ladder

    plan = models.ForeignKey(Plan, null=True, blank=True, on_delete=models.CASCADE, related_name="items")
    dwelling = models.ForeignKey(Dwelling, null=True, blank=True, on_delete=models.CASCADE, related_name="plan_items")
    place = models.ForeignKey(Place, null=True, blank=True, on_delete=models.CASCADE, related_name="plan_items")
    hazard = models.ForeignKey(
        "inspections.Hazard", null=True, blank=True, on_delete=models.CASCADE, related_name="plan_items"
    )  # a re-inspection or a re-occupation check
    reason = models.CharField(max_length=14, choices=Plan.Reason)
    area_path = models.CharField(max_length=20, db_index=True)
    inspector = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="plan_items"
    )
    due_on = models.DateField()
    attempt = models.PositiveSmallIntegerField(default=1)
    next_try = models.CharField(max_length=12, choices=Next, default=Next.DAY)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["inspector", "state", "due_on"], name="plan_item_inspector"),
            models.Index(fields=["area_path", "state", "due_on"], name="plan_item_area"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(dwelling=None) ^ Q(place=None), name="plan_item_of_one_thing")
        ]

    def __str__(self) -> str:
        return str(self.dwelling or self.place)

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        own = Q(inspector_id=scope.user_id) if scope.user_id else NOTHING
        return own | (scope.under_areas("area_path") if scope.area_paths else NOTHING)


class Visit(ScopedModel):
    """Somebody stood at the door. "Nobody home" and "refused entry" are results of their own, and different ones."""

    class Result(models.TextChoices):
        DONE = "done", _("Inspected")
        NO_ACCESS = "no_access", _("Nobody home")
        REFUSED = "refused", _("Entry refused")

    code = models.CharField(max_length=16, unique=True, default=visit_code)
    dwelling = models.ForeignKey(Dwelling, null=True, blank=True, on_delete=models.CASCADE, related_name="visits")
    place = models.ForeignKey(Place, null=True, blank=True, on_delete=models.CASCADE, related_name="visits")
    area_path = models.CharField(max_length=20, db_index=True)
    place_path = models.CharField(max_length=20, db_index=True)
    item = models.ForeignKey(PlanItem, null=True, blank=True, on_delete=models.SET_NULL, related_name="visits")
    reason = models.CharField(max_length=14, choices=Plan.Reason)
    result = models.CharField(_("result"), max_length=10, choices=Result)
    at = models.DateTimeField()
    inspector = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="visits")
    with_departments = models.JSONField(default=list)  # one record serves every body that took part
    companion = models.CharField(_("who was there"), max_length=60, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    observation = models.OneToOneField(
        Observation, null=True, blank=True, on_delete=models.PROTECT, related_name="visit"
    )
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    token = models.CharField(max_length=40, unique=True)  # of the form: a double submit is one visit
    # What came of it: {"before", "after": verdicts, "opened", "again", "gone": hazard codes, "advice": [texts]}
    outcome = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["dwelling", "at"], name="visit_dwelling_time")]
        constraints = [models.CheckConstraint(condition=Q(dwelling=None) ^ Q(place=None), name="visit_of_one_thing")]

    def __str__(self) -> str:
        return f"{self.dwelling or self.place} {self.at:%F}"

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return by_paths(scope)


class VisitPhoto(models.Model):
    """A photo of a visit as such (e.g. the closed door)."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="photos")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return str(self.file)
