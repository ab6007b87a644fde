"""Powers as recorded, orders as issued, and who was asked for what in a joint action."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anju.areas.models import Area, Department
from anju.areas.scope import NOTHING, Scope
from anju.areas.scoping import ScopedModel, by_paths
from anju.core.ids import new_code
from anju.documents.models import Document, IssuingBody
from anju.files.models import StoredFile
from anju.inspections.models import Clock, Hazard

HAZARD = "inspections.hazard"


def power_code() -> str:
    return new_code("K", 8)


def action_code() -> str:
    return new_code("U", 8)


def request_code() -> str:
    return new_code("Q", 8)


class Power(models.Model):
    """An article under which a body may order correction, as long as it is recorded. Powers are published by law
    (权力清单), so this model is not scoped; who records and ends one is.
    """

    code = models.CharField(max_length=16, unique=True, default=power_code)
    body = models.ForeignKey(IssuingBody, on_delete=models.PROTECT, related_name="powers")
    law = models.CharField(_("law"), max_length=80)  # 《中华人民共和国消防法》
    article = models.CharField(_("article"), max_length=60)  # 第六十条第一款第三项
    delegation = models.CharField(_("delegation document"), max_length=120, blank=True)
    rules = models.JSONField(default=list)  # rule ids; empty: every binding rule of the categories
    categories = models.JSONField(default=list)  # Hazard.Category values; used where rules is empty
    parties = models.JSONField(default=list)  # Hazard.Bound values that the article binds
    binds_persons = models.BooleanField(default=True)  # 消防法 60(1) binds units, not natural persons
    binds_companies = models.BooleanField(default=True)
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)
    review_by = models.CharField(_("reviewing body"), max_length=80, blank=True)  # 行政复议机关
    court = models.CharField(_("court"), max_length=80, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["body", "since"], name="power_body_since")]
        constraints = [
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=models.F("since")), name="power_ends_after_start")
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.law}{self.article}"

    def in_force(self, on: date) -> bool:
        return self.since <= on and (self.until is None or on <= self.until)

    def covers(self, hazard: Hazard) -> bool:
        return hazard.rule in self.rules if self.rules else hazard.category in self.categories


class LegalOrder(ScopedModel):
    """A 《责令限期改正通知书》 about hazards of one party at one place. Its day is counted from its service."""

    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="legal_order")
    hazards = models.ManyToManyField(Hazard, related_name="orders")
    power = models.ForeignKey(Power, on_delete=models.PROTECT, related_name="orders")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    second_officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    days = models.PositiveSmallIntegerField()  # calendar days from service; 0 = at once
    served_at = models.DateTimeField(null=True, blank=True)  # of the first service
    due_at = models.DateTimeField(null=True, blank=True)  # none before the service

    def __str__(self) -> str:
        return str(self.document)

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        area = scope.under_areas("document__area_path") if scope.area_paths else NOTHING
        return area | Q(document_id__in=scope.grants.get("documents.document", ()))


class JointAction(ScopedModel):
    """Several departments work on one hazard; each is asked for something by a day (A11.2)."""

    code = models.CharField(max_length=16, unique=True, default=action_code)
    hazard = models.ForeignKey(Hazard, on_delete=models.CASCADE, related_name="joint_actions")
    aim = models.CharField(_("aim"), max_length=300)
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    outcome = models.CharField(_("outcome"), max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hazard"], condition=Q(ended_at=None), name="one_joint_action_at_a_time")
        ]

    def __str__(self) -> str:
        return f"{self.hazard} {self.started_at:%F}"

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return by_paths(scope, "hazard__") | Q(hazard_id__in=scope.grants.get(HAZARD, ()))


class Request(ScopedModel):
    """What one department was asked, by when, with which letter (抄告函), and what it answered."""

    class Answer(models.TextChoices):
        DONE = "done", _("Done")
        TAKEN_ON = "taken_on", _("Taken on, under way")
        NOT_OURS = "not_ours", _("Not within our power")

    scope_parent = "action"

    code = models.CharField(max_length=16, unique=True, default=request_code)
    action = models.ForeignKey(JointAction, on_delete=models.CASCADE, related_name="requests")
    to_department = models.CharField(_("department"), max_length=12, choices=Department)
    to_area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    from_department = models.CharField(max_length=12, choices=Department)
    asked = models.CharField(_("what is asked"), max_length=500)
    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="request")
    clock = models.OneToOneField(Clock, on_delete=models.PROTECT, related_name="request")  # overdue is its stored move
    sent_at = models.DateTimeField()
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    answer = models.CharField(_("answer"), max_length=10, choices=Answer, blank=True)
    answer_text = models.CharField(_("in words"), max_length=500, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    files = models.ManyToManyField(StoredFile, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["to_department", "answered_at", "due_at"], name="request_inbox")]

    def __str__(self) -> str:
        return f"{self.get_to_department_display()} {self.document}"

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return by_paths(scope, "action__hazard__") | Q(action__hazard_id__in=scope.grants.get(HAZARD, ()))
