"""A hazard and everything that happens to it. States move only through `inspections/workflow.py`."""

from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anju.areas.models import Area, Department, Place
from anju.areas.scope import NOTHING, Scope
from anju.areas.scoping import ScopedModel, by_paths
from anju.core import time
from anju.core.ids import new_code
from anju.documents.models import Document
from anju.dwellings.models import Dwelling, Party
from anju.files.models import StoredFile
from anju.inspections.models.visits import Visit


def hazard_code() -> str:
    return new_code("H", 9)


class Hazard(ScopedModel):
    """Something wrong at a place, with a party who must put it right, a handler who sees to it, and a day."""

    class State(models.TextChoices):
        OPEN = "open", _("To be assigned")
        CORRECTING = "correcting", _("Being corrected")
        REINSPECT = "reinspect", _("To be re-inspected")
        CONFIRM = "confirm", _("To be confirmed by a second person")
        HANDED_OVER = "handed_over", _("Handed over")
        JOINT = "joint", _("Joint action")
        CLOSED = "closed", _("Closed")
        VOID = "void", _("Void")

    class Source(models.TextChoices):
        INSPECTION = "inspection", _("Inspection")
        REGISTER = "register", _("Register")
        REPORT = "report", _("Report")
        DEVICE = "device", _("Device")
        PATROL = "patrol", _("Property patrol")

    class Void(models.TextChoices):
        FALSE = "false", _("Not a hazard")
        DUPLICATE = "duplicate", _("Recorded twice")
        OTHER_BODY = "other_body", _("Accepted by another body")
        NOT_LET = "not_let", _("No longer let")

    class Category(models.TextChoices):
        FIRE = "fire", _("Fire")
        GAS = "gas", _("Gas")
        ELECTRICITY = "electricity", _("Electricity")
        BUILDING = "building", _("Building")
        CROWDING = "crowding", _("Crowding")
        SECURITY = "security", _("Security")
        PAPERWORK = "paperwork", _("Paperwork")

    class Bound(models.TextChoices):
        """Who is bound, in the order of the rule; the first that exists is answerable."""

        SUBLESSOR = "sublessor", _("Sub-lessor")
        LANDLORD = "landlord", _("Landlord")
        OPERATOR = "operator", _("Operator")
        TENANT = "tenant", _("Tenant")
        PROPERTY = "property", _("Property company or village")

    code = models.CharField(max_length=16, unique=True, default=hazard_code)
    dwelling = models.ForeignKey(Dwelling, null=True, blank=True, on_delete=models.PROTECT, related_name="hazards")
    room = models.CharField(_("room"), max_length=20, blank=True)
    place = models.ForeignKey(Place, null=True, blank=True, on_delete=models.PROTECT, related_name="hazards")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="hazards")  # the grid
    area_path = models.CharField(max_length=20)
    place_path = models.CharField(max_length=20, blank=True)
    where = models.CharField(max_length=200)  # address in words, for lists

    rule = models.CharField(_("rule"), max_length=8, blank=True)  # "" for what no rule names
    edition = models.CharField(max_length=60, blank=True)
    title = models.CharField(_("hazard"), max_length=160)
    detail = models.CharField(_("what was seen"), max_length=500, blank=True)
    because = models.JSONField(default=dict)  # the facts that made it a violation
    category = models.CharField(max_length=12, choices=Category)
    severity = models.CharField(max_length=10, choices=Dwelling.Severity)
    binding = models.BooleanField(default=False)  # may carry a legal order
    is_security = models.BooleanField(default=False)  # counted by the police (A3.3); from the rule until they decide
    security_decided_at = models.DateTimeField(null=True, blank=True)
    security_decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    outside_jurisdiction = models.BooleanField(default=False)  # A3.4
    outside_since = models.DateTimeField(null=True, blank=True)  # the hand-over rate counts from one working day on
    source = models.CharField(max_length=12, choices=Source)

    bound = models.JSONField(default=list)  # Bound values in order
    answerable = models.CharField(max_length=10, choices=Bound, blank=True)
    answerable_party = models.ForeignKey(Party, null=True, blank=True, on_delete=models.PROTECT, related_name="hazards")
    answerable_name = models.CharField(max_length=80, blank=True)
    department = models.CharField(max_length=12, choices=Department)  # whose case it is
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="hazards"
    )

    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    active = models.BooleanField(default=True)  # neither closed nor void, as a column that partial indexes can use
    void_reason = models.CharField(max_length=12, choices=Void, blank=True)
    found_at = models.DateTimeField()
    found_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    days = models.PositiveSmallIntegerField()  # the rule's correction time; 0 = at once
    working_days = models.BooleanField(default=False)
    due_at = models.DateTimeField()  # of the present step, kept with the running clock; never NULL so that lists sort
    first_due_at = models.DateTimeField()  # the first day that was set: tier 2 looks at it, extensions do not move it
    first_missed_at = models.DateTimeField(null=True, blank=True)  # that day passed and nothing had been corrected
    overdue = models.BooleanField(default=False)  # a stored move, made by the clock
    misses = models.PositiveSmallIntegerField(default=0)  # days set and missed after a legal order
    tier = models.PositiveSmallIntegerField(default=1)
    tier_reason = models.CharField(max_length=300, blank=True)
    tier_floor = models.PositiveSmallIntegerField(default=0)  # raised by a person, with a reason
    tier_floor_reason = models.CharField(max_length=200, blank=True)
    order_served_at = models.DateTimeField(null=True, blank=True)  # a legal order reached the party
    refused_at = models.DateTimeField(null=True, blank=True)  # the party refused to correct, in writing
    let_again_at = models.DateTimeField(null=True, blank=True)  # let again after being prohibited
    gone_at = models.DateTimeField(null=True, blank=True)  # the facts no longer show it; a person has to close it
    stopped_reason = models.CharField(max_length=200, blank=True)  # why the clock stands
    corrected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    reinspected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0)  # two people editing: the second is told

    class Meta:
        indexes = [
            models.Index(fields=["area_path", "state", "due_at"], name="hazard_area_state_due"),
            models.Index(fields=["dwelling", "state"], name="hazard_dwelling_state"),
            models.Index(fields=["handler", "state", "due_at"], name="hazard_handler_state_due"),
            models.Index(fields=["state", "due_at", "id"], name="hazard_state_due"),
            models.Index(fields=["place_path", "state"], name="hazard_place_state"),
            # Counts for tabs stop at a thousand and lists show fifty: neither may walk all hazards of a city.
            models.Index(fields=["state", "area_path"], name="hazard_state_area"),
            models.Index(fields=["due_at", "id"], condition=Q(active=True), name="hazard_active_due"),
            models.Index(fields=["area_path"], condition=Q(overdue=True), name="hazard_overdue_area"),
            # The search box reads titles without reading the hazards.
            models.Index(fields=["area_path", "title", "due_at"], condition=Q(active=True), name="hazard_active_title"),
        ]
        constraints = [
            # One open case per rule and spot: a second inspection finds it again, it does not open it again.
            models.UniqueConstraint(
                fields=["dwelling", "room", "rule"],
                condition=~Q(state__in=["closed", "void"]) & ~Q(rule="") & Q(dwelling__isnull=False),
                name="one_open_hazard_per_rule_and_room",
            ),
            models.UniqueConstraint(
                fields=["place", "rule"],
                condition=~Q(state__in=["closed", "void"]) & ~Q(rule="") & Q(dwelling=None) & Q(place__isnull=False),
                name="one_open_hazard_per_rule_and_place",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.where}"

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        seen = by_paths(scope, subject_type="inspections.hazard")
        if scope.user_id:
            own = Q(dwelling__landlord__user_id=scope.user_id) | Q(dwelling__sublessor__user_id=scope.user_id)
            own |= Q(dwelling__operator__user_id=scope.user_id) | Q(answerable_party__user_id=scope.user_id)
            if not scope.area_paths and not scope.place_paths:
                return own | seen
        return seen

    @property
    def is_open(self) -> bool:
        return self.active

    @property
    def due_on(self) -> date:
        """The day at whose 24:00 the term ends."""
        return time.day_of(self.due_at - timedelta(seconds=1))

    @property
    def needs_second(self) -> bool:
        """Severe and prohibited ones are confirmed by a second person before they are closed."""
        return self.severity in (Dwelling.Severity.PROHIBITED, Dwelling.Severity.SEVERE)

    @property
    def is_prohibited(self) -> bool:
        return self.severity == Dwelling.Severity.PROHIBITED


class HazardEvent(ScopedModel):
    """One line of a hazard's history."""

    scope_parent = "hazard"

    hazard = models.ForeignKey(Hazard, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    move = models.CharField(max_length=30)  # name of the move, or of the act that moved nothing
    from_state = models.CharField(max_length=12, blank=True)
    to_state = models.CharField(max_length=12, blank=True)
    text = models.CharField(max_length=500)
    version = models.PositiveIntegerField(default=0)  # the hazard's after it: tells the second editor what changed

    class Meta:
        indexes = [models.Index(fields=["hazard", "at"], name="hazard_event_time")]

    def __str__(self) -> str:
        return self.text

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return by_paths(scope, "hazard__")


class HazardPhoto(models.Model):
    """Evidence of a hazard or of its correction."""

    hazard = models.ForeignKey(Hazard, on_delete=models.CASCADE, related_name="photos")
    event = models.ForeignKey(HazardEvent, null=True, blank=True, on_delete=models.SET_NULL, related_name="photos")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return str(self.file)


class Clock(models.Model):
    """One term of a hazard as a row: due, stopped, kept or missed. Claimed by a conditional update when it runs out."""

    class Kind(models.TextChoices):
        CORRECT = "correct", _("Correction")
        NO_NEW_LETTING = "no_new_letting", _("No new letting")
        REFUGE = "refuge", _("Temporary refuge")
        MOVE_OUT = "move_out", _("Agreed move-out")
        REINSPECT = "reinspect", _("Re-inspection")
        CONFIRM = "confirm", _("Confirmation")
        HAND_OVER = "hand_over", _("Hand-over to be accepted")
        REPLY = "reply", _("Reply of a department")
        REOCCUPIED_7 = "reoccupied_7", _("Re-occupation check after 7 days")
        REOCCUPIED_30 = "reoccupied_30", _("Re-occupation check after 30 days")
        REOCCUPIED_90 = "reoccupied_90", _("Re-occupation check after 90 days")

    hazard = models.ForeignKey(Hazard, on_delete=models.CASCADE, related_name="clocks")
    kind = models.CharField(max_length=16, choices=Kind)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    missed_at = models.DateTimeField(null=True, blank=True)  # set by the worker that claimed it
    order = models.BooleanField(default=False)  # set by a legal order that was served
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(done_at=None, stopped_at=None, missed_at=None), name="clock_running"
            ),
            models.Index(fields=["hazard", "kind"], name="clock_hazard"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.due_at:%F}"


class MoveOut(models.Model):
    """The agreed move-out from a prohibited home: the tenant told, deposit and rent settled, where to, who needs help."""

    hazard = models.OneToOneField(Hazard, on_delete=models.CASCADE, related_name="move_out")
    no_new_letting_at = models.DateTimeField(null=True, blank=True)
    refuge_needed = models.BooleanField(null=True)  # only somebody with the power decides
    refuge_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    tenant_told_on = models.DateField(null=True, blank=True)
    tenant_told_how = models.CharField(max_length=100, blank=True)
    settled = models.CharField(max_length=100, blank=True)
    going_to = models.CharField(max_length=100, blank=True)
    need_help = models.PositiveSmallIntegerField(default=0)
    moved_out_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return f"move-out {self.hazard_id}"


class Notice(models.Model):
    """A notice 《安全隐患告知书》 about one or several hazards of one place to one party (no legal force)."""

    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="notice")
    hazards = models.ManyToManyField(Hazard, related_name="notices")

    def __str__(self) -> str:
        return str(self.document)


class Correction(models.Model):
    """Somebody says that it is put right, with photos; the re-inspection decides."""

    hazard = models.ForeignKey(Hazard, on_delete=models.CASCADE, related_name="corrections")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=500)
    event = models.OneToOneField(HazardEvent, on_delete=models.CASCADE, related_name="correction")
    accepted = models.BooleanField(null=True)
    visit = models.ForeignKey(Visit, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        return self.text


class HandOver(ScopedModel):
    """A hazard given to the body in charge (流转) and tracked until it accepts or returns it (A3.4)."""

    scope_parent = "hazard"

    class State(models.TextChoices):
        SENT = "sent", _("Waiting for the answer")
        ACCEPTED = "accepted", _("Accepted")
        RETURNED = "returned", _("Returned")

    hazard = models.ForeignKey(Hazard, on_delete=models.CASCADE, related_name="hand_overs")
    to_department = models.CharField(_("to"), max_length=12, choices=Department)
    to_area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    from_department = models.CharField(max_length=12, choices=Department)
    document = models.ForeignKey(Document, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    reply_due_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.SENT)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answer = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hazard"], condition=Q(state="sent"), name="one_hand_over_under_way")
        ]

    def __str__(self) -> str:
        return f"{self.get_to_department_display()} {self.get_state_display()}"

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return by_paths(scope, "hazard__") | (
            Q(to_department__in=scope.departments) & scope.under_areas("to_area__path") if scope.area_paths else NOTHING
        )
