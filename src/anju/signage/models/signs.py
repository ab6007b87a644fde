"""A sign, and one scan of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anju.areas.models import Area, Place
from anju.areas.scope import Scope
from anju.areas.scoping import ScopedModel, by_paths
from anju.core.ids import new_code
from anju.dwellings.models import Dwelling
from anju.files.models import StoredFile
from anju.signage.models.batches import BatchPart

LENGTH = 12  # of 30 letters each: 58 bits, so that nobody finds a sign by trying


def sign_code() -> str:
    return new_code("", LENGTH)


class Sign(ScopedModel):
    """One print of one of the four signs of Article 8, with the data it was made from. Its code stands in the QR code and
    belongs to this very sheet: a newer edition carries another, so that a scan tells which one still hangs.

    `data` is what the layout got (see selectors/drafts.py); `data_hash` is of those parts that must stay true. `outdated` are
    the reasons why it no longer says what the record says: landlord, officers, state, occupants, address, rules, totals,
    check_due, not_let.
    """

    class Kind(models.TextChoices):
        ESTATE = "estate", _("Estate board")
        UNIT = "unit", _("Unit board")
        OUTSIDE = "outside", _("Door sign outside")
        INSIDE = "inside", _("Door sign inside")

    class State(models.TextChoices):
        PRINTED = "printed", _("Printed, not posted")
        POSTED = "posted", _("Posted")
        REPLACED = "replaced", _("Replaced by a newer one")
        REVOKED = "revoked", _("Revoked")

    code = models.CharField(max_length=16, unique=True, default=sign_code)
    kind = models.CharField(max_length=8, choices=Kind)
    dwelling = models.ForeignKey(Dwelling, null=True, blank=True, on_delete=models.CASCADE, related_name="signs")
    place = models.ForeignKey(Place, null=True, blank=True, on_delete=models.CASCADE, related_name="signs")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="signs")
    area_path = models.CharField(max_length=20)
    place_path = models.CharField(max_length=20)
    where = models.CharField(max_length=200)  # as the list shows it
    edition = models.PositiveIntegerField(default=1)
    data = models.JSONField()
    data_hash = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=State, default=State.PRINTED)
    printed_at = models.DateTimeField()
    printed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    part = models.ForeignKey(BatchPart, null=True, blank=True, on_delete=models.SET_NULL, related_name="signs")
    posted_at = models.DateTimeField(null=True, blank=True)
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    photo = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    scanned_at = models.DateTimeField(null=True, blank=True)
    elsewhere_at = models.DateTimeField(null=True, blank=True)  # last scanned or photographed far from where it belongs
    elsewhere_metres = models.PositiveIntegerField(null=True, blank=True)
    outdated = models.JSONField(default=list, blank=True)
    outdated_since = models.DateTimeField(null=True, blank=True)
    compared_at = models.DateTimeField(null=True, blank=True)
    look_again = models.BooleanField(default=False)  # something of its subject changed since it was compared
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_because = models.CharField(max_length=200, blank=True)
    replaced_by = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="replaces")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["estate", "unit"], dwelling=None, place__isnull=False)
                | Q(kind__in=["outside", "inside"], dwelling__isnull=False, place=None),
                name="sign_of_one_thing",
            ),
            models.CheckConstraint(
                condition=~Q(state="posted") | Q(posted_at__isnull=False), name="sign_posted_on_a_day"
            ),
            models.UniqueConstraint(
                fields=["kind", "dwelling"], condition=Q(state="posted", dwelling__isnull=False),
                name="one_posted_sign_per_home",
            ),
            models.UniqueConstraint(
                fields=["kind", "place"], condition=Q(state="posted", place__isnull=False),
                name="one_posted_sign_per_place",
            ),
            models.UniqueConstraint(
                fields=["kind", "dwelling"], condition=Q(state="printed", dwelling__isnull=False),
                name="one_waiting_sign_per_home",
            ),
            models.UniqueConstraint(
                fields=["kind", "place"], condition=Q(state="printed", place__isnull=False),
                name="one_waiting_sign_per_place",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["area_path", "state", "id"], name="sign_area_state"),
            models.Index(fields=["dwelling", "kind", "state"], name="sign_dwelling"),
            models.Index(fields=["place", "kind", "state"], name="sign_place"),
            models.Index(fields=["state", "outdated_since"], name="sign_outdated"),
            models.Index(fields=["id"], condition=Q(look_again=True), name="sign_look_again"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.where}"

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return by_paths(scope)

    @property
    def subject(self) -> "Dwelling | Place":
        found = self.dwelling or self.place
        assert found is not None
        return found

    @property
    def is_live(self) -> bool:
        return self.state in LIVE


LIVE = (Sign.State.PRINTED, Sign.State.POSTED)
HOME_KINDS = (Sign.Kind.OUTSIDE, Sign.Kind.INSIDE)


class Scan(ScopedModel):
    """Somebody scanned a sign: when, what the answer was and, only if he agreed, about how far from the home. Who it was is
    not recorded, and no finer position than a hundred metres; deleted after three months.
    """

    class Result(models.TextChoices):
        GOOD = "good", _("Valid")
        OUTDATED = "outdated", _("Out of date")
        UNPOSTED = "unposted", _("Not on record as posted")
        REPLACED = "replaced", _("Replaced by a newer one")
        REVOKED = "revoked", _("Revoked")

    scope_parent = "sign"

    sign = models.ForeignKey(Sign, on_delete=models.CASCADE, related_name="scans")
    at = models.DateTimeField(db_index=True)
    result = models.CharField(max_length=8, choices=Result)
    latitude = models.FloatField(null=True, blank=True)  # WGS-84, three decimals
    longitude = models.FloatField(null=True, blank=True)
    metres = models.PositiveIntegerField(null=True, blank=True)
    elsewhere = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["sign", "-at"], name="scan_sign_time")]

    def __str__(self) -> str:
        return f"{self.sign_id} {self.at:%F}"

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return by_paths(scope, "sign__")
