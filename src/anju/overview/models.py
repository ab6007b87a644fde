"""Counts per area: what is to be counted anew, what is counted now, what was frozen at the end of each day."""

from django.db import models
from django.db.models import Q

from anju.areas.models import Area, Place


class Mark(models.Model):
    """Something changed at this node: it is to be counted anew. Written in the transaction of the change.

    A row of its own and not a number on the node: two imports that touch the same grids in another order would wait for
    one another. `since` is the first day the change speaks of: an earlier one than today is a late entry.
    """

    class Tree(models.TextChoices):
        AREA = "area"
        PLACE = "place"

    tree = models.CharField(max_length=5, choices=Tree)
    path = models.CharField(max_length=20)
    since = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["tree", "path"], name="mark_node")]

    def __str__(self) -> str:
        return f"{self.tree} {self.path} {self.since}"


class Tally(models.Model):
    """The counts of one area or estate now. `own` is what hangs directly on it, `total` its whole subtree.

    Both are {key of a part: number}, with every key of `overview.definitions`. An estate has no children here, its total
    is its own.
    """

    area = models.OneToOneField(Area, null=True, on_delete=models.CASCADE, related_name="tally")
    place = models.OneToOneField(Place, null=True, on_delete=models.CASCADE, related_name="tally")
    path = models.CharField(max_length=20)
    own = models.JSONField(default=dict)
    total = models.JSONField(default=dict)
    version = models.BigIntegerField(default=0)  # how often it was counted
    counted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(area=None) ^ Q(place=None), name="tally_of_one_thing")]
        indexes = [models.Index(fields=["path"], name="tally_path")]

    def __str__(self) -> str:
        return str(self.area or self.place)


class DayTally(models.Model):
    """The counts of one area at the end of a day (24:00 in Beijing). Frozen: `own` and `total` are never written again.

    `late_own` and `late_total` are what entries recorded afterwards would add to them; they are shown beside.
    """

    area = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    own = models.JSONField(default=dict)
    total = models.JSONField(default=dict)
    late_own = models.JSONField(default=dict)
    late_total = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["area", "day"], name="one_count_per_area_and_day")]

    def __str__(self) -> str:
        return f"{self.area} {self.day}"


class DayClose(models.Model):
    """A day whose counts are complete and frozen, and when that was done."""

    day = models.DateField(primary_key=True)
    closed_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.day)
