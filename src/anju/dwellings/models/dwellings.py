"""A dwelling and its rooms."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anju.areas.models import Area, Place
from anju.areas.scope import NOTHING, Scope
from anju.areas.scoping import ScopedModel, by_paths
from anju.core.ids import new_code
from anju.dwellings.models.people import Occupant, Party


def dwelling_code() -> str:
    return new_code("D", 8)


class Dwelling(ScopedModel):
    """One home that is or was let: a flat, or a farmer's house.

    It carries two paths: `area_path` (who is responsible) and `place_path` (where it is). The columns from `verdict`
    on are what the standard last said; only `services.judging` writes them. Lists and counts read these columns and
    never the JSON of facts.
    """

    class Kind(models.TextChoices):
        COMMERCIAL = "commercial", _("Commercial housing")
        RURAL = "rural", _("Self-built house")

    class LettingState(models.TextChoices):
        LET = "let", _("Let")
        VACANT = "vacant", _("Vacant")
        SELF_OCCUPIED = "self_occupied", _("Lived in by the owner")
        SUSPENDED = "suspended", _("Letting suspended")
        CLEARED = "cleared", _("Cleared")

    class Verdict(models.TextChoices):
        COMPLIANT = "compliant", _("Compliant")
        NON_COMPLIANT = "non_compliant", _("Not compliant")
        UNKNOWN = "unknown", _("To be checked")
        UNCHECKED = "unchecked", _("Not inspected")
        NOT_LET = "not_let", _("Not let")

    class Paperwork(models.TextChoices):
        COMPLETE = "complete", _("Papers complete")
        INCOMPLETE = "incomplete", _("Papers incomplete")

    class Severity(models.TextChoices):
        PROHIBITED = "prohibited", _("Prohibited")
        SEVERE = "severe", _("Severe")
        MINOR = "minor", _("Minor")
        ADVICE = "advice", _("Advice")

    code = models.CharField(max_length=16, unique=True, default=dwelling_code)
    area = models.ForeignKey(
        Area, on_delete=models.PROTECT, related_name="dwellings"
    )  # its grid (or community while no grid is known)
    area_path = models.CharField(max_length=20)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="dwellings")  # unit, building or estate
    place_path = models.CharField(max_length=20)
    number = models.CharField(_("room or house number"), max_length=40)
    address = models.CharField(_("address"), max_length=200)  # as shown: 兰泾花苑 12 幢 2 单元 302 室
    address_key = models.CharField(max_length=120)  # normalised, to find duplicates
    standard_code = models.CharField(_("police standard address code"), max_length=40, blank=True)

    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    letting_state = models.CharField(_("letting state"), max_length=16, choices=LettingState, default=LettingState.LET)
    rooms_let = models.PositiveIntegerField(_("rooms let"), null=True, blank=True)
    beds_let = models.PositiveIntegerField(_("beds let"), null=True, blank=True)
    people = models.PositiveIntegerField(_("people"), default=0)  # occupants now, by the register

    landlord = models.ForeignKey(Party, null=True, blank=True, on_delete=models.PROTECT, related_name="let_dwellings")
    sublessor = models.ForeignKey(
        Party, null=True, blank=True, on_delete=models.PROTECT, related_name="sublet_dwellings"
    )
    operator = models.ForeignKey(
        Party, null=True, blank=True, on_delete=models.PROTECT, related_name="operated_dwellings"
    )

    verdict = models.CharField(max_length=14, choices=Verdict, default=Verdict.UNCHECKED)
    paperwork = models.CharField(max_length=10, choices=Paperwork, default=Paperwork.INCOMPLETE)
    group_rental = models.BooleanField(null=True, blank=True, default=None)  # NULL: suspected, to be checked
    worst = models.CharField(max_length=10, choices=Severity, blank=True)  # of its violations; "" without any
    violations = models.PositiveSmallIntegerField(default=0)
    unknowns = models.PositiveSmallIntegerField(default=0)
    tier_by_facts = models.PositiveSmallIntegerField(null=True, blank=True)
    judged_at = models.DateTimeField(null=True, blank=True)
    verdict_until = models.DateField(null=True, blank=True)  # the day on which the verdict may change by itself
    must_remediate_since = models.DateField(null=True, blank=True)  # listed by the programme (A2.4)
    accepted_on = models.DateField(null=True, blank=True)  # remediation accepted
    first_let_on = models.DateField(null=True, blank=True)
    ledger_says = models.JSONField(
        default=dict, blank=True
    )  # what a ledger says and no fact holds: area, lease_signed_on
    hidden = models.BooleanField(default=False)  # staged by an import that is not published yet
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["area_path", "id"], name="dwelling_area"),
            models.Index(fields=["place_path", "number"], name="dwelling_place"),
            models.Index(fields=["area_path", "verdict", "id"], name="dwelling_area_verdict"),
            models.Index(fields=["address_key"], name="dwelling_address_key"),
            models.Index(fields=["standard_code"], name="dwelling_standard_code"),
            models.Index(fields=["verdict_until"], name="dwelling_verdict_until"),
        ]

    def __str__(self) -> str:
        return self.address

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        own = NOTHING
        if scope.user_id:
            own = (
                Q(landlord__user_id=scope.user_id)
                | Q(sublessor__user_id=scope.user_id)
                | Q(operator__user_id=scope.user_id)
            )
            if "tenant" in scope.departments:
                # not a join: it would give a home once for each of its occupants to somebody who lets it as well
                lives = Occupant._base_manager.filter(party__user_id=scope.user_id, until=None)
                own |= Q(pk__in=lives.values("dwelling"))
        staff = by_paths(scope, subject_type="dwellings.dwelling")
        only_relations = not scope.area_paths and not scope.place_paths
        return (own | staff if only_relations else staff) & Q(hidden=False)

    @property
    def letting_party(self) -> Party | None:
        """Who lets now: the sub-lessor where it is sub-let, else the landlord."""
        return self.sublessor or self.landlord


class Room(ScopedModel):
    """A room by the name on its door; its facts stand in the dwelling's current document under the same name."""

    scope_parent = "dwelling"

    dwelling = models.ForeignKey(Dwelling, on_delete=models.CASCADE, related_name="rooms")
    name = models.CharField(_("name"), max_length=20)
    position = models.PositiveSmallIntegerField(default=0)
    removed_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["dwelling", "name"], name="room_name_once_per_dwelling")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        own = Q(dwelling__landlord__user_id=scope.user_id) if scope.user_id else NOTHING
        return by_paths(scope, "dwelling__") | own
