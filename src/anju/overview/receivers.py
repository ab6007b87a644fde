"""Changes below mark what is to be counted anew."""

from collections.abc import Sequence
from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from anju.core import time
from anju.dwellings.models import Dwelling
from anju.dwellings.signals import dwelling_changed, homes_changed
from anju.inspections.models import HazardEvent
from anju.overview.services.marking import mark, mark_homes


@receiver(dwelling_changed)
def home_changed(sender: Any, dwelling: Dwelling, **kwargs: Any) -> None:
    mark(area_path=dwelling.area_path, place_path=dwelling.place_path)


@receiver(homes_changed)
def many_homes_changed(sender: Any, homes: Sequence[Dwelling], **kwargs: Any) -> None:
    mark_homes({(home.area_path, home.place_path) for home in homes})


@receiver(post_save, sender=HazardEvent)
def hazard_changed(sender: Any, instance: HazardEvent, **kwargs: Any) -> None:
    """Whatever changes a hazard writes a line of its history in the same transaction (`inspections.services.moving`)."""
    hazard = instance.hazard
    mark(area_path=hazard.area_path, place_path=hazard.place_path, since=time.day_of(instance.at))
