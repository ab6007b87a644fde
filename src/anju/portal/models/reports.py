"""What residents report, what becomes of it, and objections of who lets."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anju.areas.models import Area, Place
from anju.areas.scope import NOTHING, Scope
from anju.areas.scoping import ScopedModel, by_paths
from anju.core import crypto
from anju.core.ids import new_code
from anju.dwellings.models import Dwelling
from anju.files.models import StoredFile
from anju.inspections.models import Hazard


def report_code() -> str:
    return new_code("W", 8)


def tracking_code() -> str:
    return new_code("", 8)


class Report(ScopedModel):
    """A hazard that somebody passing by tells of. No name is asked; who holds the tracking code follows what becomes of it."""

    class State(models.TextChoices):
        NEW = "new", _("To be looked at")
        OPENED = "opened", _("Hazard opened")
        ANSWERED = "answered", _("Answered")
        REJECTED = "rejected", _("Rejected")

    class Where(models.TextChoices):
        HOME = "home", _("In this home")
        SHARED = "shared", _("In the stairs, corridor or hall")
        GROUNDS = "grounds", _("Outside, in the estate")
        ELSEWHERE = "elsewhere", _("Another place")

    code = models.CharField(max_length=16, unique=True, default=report_code)  # for officers
    tracking = models.CharField(max_length=8, unique=True, default=tracking_code)  # for who reported
    token = models.CharField(max_length=40, unique=True)  # of the form: sent twice, it is one report
    kinds = models.JSONField(default=list)  # keys of portal.kinds.KINDS
    where_kind = models.CharField(_("where"), max_length=10, choices=Where)
    where_text = models.CharField(max_length=120, blank=True)
    text = models.CharField(max_length=500, blank=True)
    dwelling = models.ForeignKey(Dwelling, null=True, blank=True, on_delete=models.SET_NULL, related_name="reports")
    place = models.ForeignKey(Place, null=True, blank=True, on_delete=models.SET_NULL, related_name="reports")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="reports")
    area_path = models.CharField(max_length=20)
    place_path = models.CharField(max_length=20, blank=True)
    phone_sealed = models.TextField(blank=True)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()  # by when somebody looks at it
    state = models.CharField(max_length=10, choices=State, default=State.NEW)
    hazard = models.ForeignKey(Hazard, null=True, blank=True, on_delete=models.SET_NULL, related_name="reports")
    answer = models.CharField(max_length=500, blank=True)  # what who reported reads
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    again = models.PositiveSmallIntegerField(default=0)  # how often it was said that it is not solved
    told_at = models.DateTimeField(null=True, blank=True)  # the SMS about the result was written
    forgotten_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["area_path", "state", "due_at"], name="report_area_state_due"),
            models.Index(fields=["state", "made_at", "id"], name="report_state_time"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state="new") | Q(decided_at__isnull=False), name="report_decided")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.where}"

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return by_paths(scope)

    @property
    def where(self) -> str:
        names, place = [], self.place
        while place is not None:
            names.append(place.name)
            place = place.parent
        spot = self.dwelling.address if self.dwelling else " ".join(reversed(names))
        return f"{spot} {self.where_text}".strip() or self.area.name

    @property
    def phone(self) -> str:
        return crypto.decrypt(self.phone_sealed, f"report:{self.code}:phone")

    @phone.setter
    def phone(self, value: str) -> None:
        self.phone_sealed = crypto.encrypt(value, f"report:{self.code}:phone")


class ReportPhoto(models.Model):
    """A photo that came with a report or later."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="photos")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return str(self.file)


class ReportEvent(ScopedModel):
    """One line of a report's history; `by` is empty where who reported acted."""

    scope_parent = "report"

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    move = models.CharField(max_length=20)
    text = models.CharField(max_length=500)

    class Meta:
        indexes = [models.Index(fields=["report", "at"], name="report_event_time")]

    def __str__(self) -> str:
        return self.text

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return by_paths(scope, "report__")


def objection_code() -> str:
    return new_code("T", 8)


class Objection(ScopedModel):
    """Who lets does not agree with a finding and says why; somebody other than who found it answers. The clock runs on."""

    class State(models.TextChoices):
        WAITING = "waiting", _("To be answered")
        UPHELD = "upheld", _("The objection is right")
        DECLINED = "declined", _("The finding stands")

    code = models.CharField(max_length=16, unique=True, default=objection_code)
    hazard = models.ForeignKey(Hazard, on_delete=models.CASCADE, related_name="objections")
    by_user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=500)
    photos = models.ManyToManyField(StoredFile, related_name="+", blank=True)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    answer = models.CharField(max_length=500, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["hazard", "by_user"], condition=Q(state="waiting"), name="one_open_objection"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting") | Q(decided_at__isnull=False), name="objection_decided"
            ),
        ]
        indexes = [models.Index(fields=["state", "due_at", "id"], name="objection_state_due")]

    def __str__(self) -> str:
        return f"{self.code} {self.hazard}"

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        own = Q(by_user_id=scope.user_id) if scope.user_id else NOTHING
        return by_paths(scope, "hazard__") | own
