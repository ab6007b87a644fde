"""The two trees: areas (who is responsible) and places (where it stands), and the pilot estates."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from anju.core.ids import new_code


def area_code() -> str:
    return new_code("A", 8)


def place_code() -> str:
    return new_code("P", 8)


class Area(models.Model):
    """City, zone or town, community or village, grid. Every rented dwelling belongs to a grid (A7.1).

    Names of areas are public knowledge, so this model is not scoped; what lies in an area is.
    """

    class Kind(models.TextChoices):
        CITY = "city", _("City")
        ZONE = "zone", _("Zone or town")
        COMMUNITY = "community", _("Community or village")
        GRID = "grid", _("Grid")

    code = models.CharField(max_length=16, unique=True, default=area_code)
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(_("name"), max_length=60)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    path = models.CharField(max_length=20, unique=True)
    leader_name = models.CharField(_("leader"), max_length=60, blank=True)
    leader_phone = models.CharField(
        _("duty telephone"), max_length=20, blank=True
    )  # an office number, shown to residents
    members = models.JSONField(_("members"), default=list, blank=True)  # names of the grid's members
    police_office = models.CharField(_("police post"), max_length=80, blank=True)
    closed_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="city", parent=None) | models.Q(parent__isnull=False),
                name="only_the_city_has_no_parent",
            ),
            models.UniqueConstraint(fields=["parent", "name"], name="area_name_once_per_parent"),
        ]

    def __str__(self) -> str:
        return self.name


class EstateKind(models.TextChoices):
    """Kinds of estate of Article 5, from which a management mode is suggested."""

    LARGE_COMMERCIAL = "large_commercial", _("Large commercial estate")
    SMALL_OLD = "small_old", _("Small old estate")
    RESETTLEMENT = "resettlement", _("Resettlement estate")
    RURAL = "rural", _("Village of self-built houses")


class Place(models.Model):
    """Estate or village, building (or villagers' group), unit (staircase). Where a dwelling stands.

    An estate may span grids and a grid estates; `area` is where the estate mainly lies.
    """

    class Kind(models.TextChoices):
        ESTATE = "estate", _("Estate or village")
        BUILDING = "building", _("Building or group")
        UNIT = "unit", _("Unit")

    code = models.CharField(max_length=16, unique=True, default=place_code)
    kind = models.CharField(max_length=10, choices=Kind)
    estate_kind = models.CharField(max_length=20, choices=EstateKind, blank=True)
    name = models.CharField(_("name"), max_length=60)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    path = models.CharField(max_length=20, unique=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="places")
    area_path = models.CharField(max_length=20, db_index=True)
    address = models.CharField(_("address"), max_length=120, blank=True)
    storeys = models.PositiveIntegerField(_("storeys above ground"), null=True, blank=True)
    height = models.FloatField(_("building height in metres"), null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)  # WGS-84
    longitude = models.FloatField(null=True, blank=True)
    property_company = models.CharField(_("property company"), max_length=80, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["parent", "name", "area"], name="place_name_once_per_parent")]

    def __str__(self) -> str:
        return self.name


class PilotDesignation(models.Model):
    """An estate is a pilot area from a day on (A1.1)."""

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="pilots")
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)
    decision = models.CharField(_("decision"), max_length=120)  # document that designates it

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["place"], condition=models.Q(until=None), name="one_open_designation"),
            models.CheckConstraint(
                condition=models.Q(until=None) | models.Q(until__gte=models.F("since")), name="pilot_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.since}"
