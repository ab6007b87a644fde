"""A station, what it covers, what it has, what is known of the way in."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from anju.areas.models import Area, Place
from anju.areas.scope import Scope
from anju.areas.scoping import ScopedModel, by_paths
from anju.core.ids import new_code
from anju.stations import norms


def station_code() -> str:
    return new_code("ST", 8)


def kit_code() -> str:
    return new_code("SK", 8)


class Station(ScopedModel):
    """A micro fire station of a community or a unit, or a fire control room (A9.3). The columns from `readiness` on are what
    the last look said; only `services.readiness` writes them, so that lists and counts read columns.
    """

    class Kind(models.TextChoices):
        COMMUNITY = norms.COMMUNITY, _("Community station")
        UNIT = norms.UNIT, _("Station of a unit")
        CONTROL_ROOM = norms.CONTROL_ROOM, _("Fire control room")

    class Pattern(models.TextChoices):
        TWELVE = "12", _("Two shifts of 12 hours, from 8 and 20 o'clock")
        EIGHT = "8", _("Three shifts of 8 hours, from 8, 16 and 0 o'clock")
        WHOLE = "24", _("One shift of 24 hours, from 8 o'clock")

    class Readiness(models.TextChoices):
        READY = "ready", _("Ready")
        LIMITED = "limited", _("Limited")
        NOT_READY = "not_ready", _("Not ready")
        CLOSED = "closed", _("Station closed")

    code = models.CharField(max_length=16, unique=True, default=station_code)
    name = models.CharField(_("name of the station"), max_length=60)
    kind = models.CharField(_("kind of station"), max_length=12, choices=Kind, default=Kind.COMMUNITY)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="stations")  # where it stands
    place_path = models.CharField(max_length=20)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="stations")
    area_path = models.CharField(max_length=20)
    where = models.CharField(_("room or door"), max_length=120, blank=True)
    phone = models.CharField(
        _("duty telephone"), max_length=20
    )  # the outside line that must exist; nobody's own number
    pattern = models.CharField(_("shifts"), max_length=2, choices=Pattern, default=Pattern.TWELVE)
    least = models.PositiveSmallIntegerField(_("least on duty"), default=2)
    rest_hours = models.PositiveSmallIntegerField(_("least rest between shifts, hours"), default=12)
    opened_on = models.DateField(_("opened on"))
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    readiness = models.CharField(max_length=10, choices=Readiness, default=Readiness.NOT_READY)
    reasons = models.JSONField(default=list)  # [[code, level, {value}]], see readiness.py
    gaps_ahead = models.PositiveSmallIntegerField(default=0)  # shifts of the next days without enough people
    next_gap_at = models.DateTimeField(null=True, blank=True)
    expired = models.PositiveSmallIntegerField(default=0)  # certificates and kit that have run out
    next_expiry_on = models.DateField(null=True, blank=True)
    drilled_on = models.DateField(null=True, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["place", "name"], name="station_name_once_per_place"),
            models.CheckConstraint(condition=Q(least__gte=1), name="station_needs_somebody"),
        ]
        indexes = [
            models.Index(fields=["area_path", "id"], name="station_area"),
            models.Index(fields=["place_path"], name="station_place"),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return by_paths(scope)

    @property
    def norm(self) -> norms.Norm:
        return norms.NORMS[self.kind]

    @property
    def goes_out(self) -> bool:
        """A control room watches and calls; it is not sent to the spot."""
        return self.kind != self.Kind.CONTROL_ROOM


class Coverage(ScopedModel):
    """A station answers for an estate or one of its buildings: first, or after others. `route` is how one gets there."""

    scope_parent = "station"

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="coverage")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="covered_by")
    place_path = models.CharField(max_length=20, db_index=True)
    rank = models.PositiveSmallIntegerField(_("order of call"), default=1)
    metres = models.PositiveIntegerField(_("way in metres"), null=True, blank=True)
    route = models.CharField(_("way from the station"), max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["station", "place"], name="coverage_once"),
            models.CheckConstraint(condition=Q(rank__gte=1), name="coverage_counts_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.station} → {self.place}"

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return by_paths(scope, "station__")


class Kit(ScopedModel):
    """So many of one item that the station keeps, with the day it runs out."""

    class Item(models.TextChoices):
        EXTINGUISHER = "extinguisher", _("Extinguisher")
        HOSE = "hose", _("Fire hose")
        NOZZLE = "nozzle", _("Nozzle")
        PHONE = "phone", _("Outside telephone line")
        RADIO = "radio", _("Hand radio")
        HELMET = "helmet", _("Helmet")
        SUIT = "suit", _("Protective suit and boots")
        RESPIRATOR = "respirator", _("Breathing apparatus")
        BREAKING = "breaking", _("Breaking tools")
        ROPE = "rope", _("Safety rope")
        LIGHT = "light", _("Strong lamp")
        MOTORCYCLE = "motorcycle", _("Fire motorcycle")
        VEHICLE = "vehicle", _("Small fire engine")
        KEYS = "keys", _("Spare keys of the buildings")

    scope_parent = "station"

    code = models.CharField(max_length=16, unique=True, default=kit_code)
    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="kit")
    item = models.CharField(_("item"), max_length=14, choices=Item)
    quantity = models.PositiveSmallIntegerField(_("how many"), default=1)
    kept_at = models.CharField(_("where it is kept"), max_length=60, blank=True)
    bought_on = models.DateField(_("bought or tested on"), null=True, blank=True)
    expires_on = models.DateField(_("good until"), null=True, blank=True)
    removed_on = models.DateField(null=True, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_on=None) | Q(bought_on=None) | Q(expires_on__gte=F("bought_on")),
                name="kit_expires_after_it_was_bought",
            )
        ]
        indexes = [models.Index(fields=["removed_on", "expires_on"], name="kit_expiry")]

    def __str__(self) -> str:
        return f"{self.get_item_display()} × {self.quantity}"

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return by_paths(scope, "station__")

    def is_expired(self, on: date) -> bool:
        return self.expires_on is not None and self.expires_on < on


class SiteNote(ScopedModel):
    """What one must know before going in, at an estate, a building or a staircase: way in, water, shut-offs, keys."""

    place = models.OneToOneField(Place, on_delete=models.CASCADE, related_name="site_note")
    place_path = models.CharField(max_length=20)
    area_path = models.CharField(max_length=20)
    way_in = models.CharField(_("way in"), max_length=120, blank=True)
    water = models.CharField(_("hydrants and water"), max_length=120, blank=True)
    shut_off = models.CharField(_("gas valve and main switch"), max_length=120, blank=True)
    caution = models.CharField(_("dangers"), max_length=120, blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return str(self.place)

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return by_paths(scope)

    @property
    def lines(self) -> list[str]:
        return [line for line in (self.way_in, self.water, self.shut_off, self.caution) if line]
