"""What this app does when one below it changes."""

from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver

from anju.areas.models import Area
from anju.core import paths
from anju.dwellings.signals import homes_moved, places_moved
from anju.monitoring.models import Alarm, Device, EbikeCount, Incident, PatrolRoute


@receiver(homes_moved)
def devices_follow_their_home(sender: Any, ids: Sequence[int], area: Area, **kwargs: Any) -> None:
    """Devices, alarms and incidents of a home pass with it to the grid that is responsible now."""
    for model in (Device, Alarm, Incident):
        model._base_manager.filter(dwelling_id__in=ids).update(area=area, area_path=area.path)


@receiver(places_moved)
def devices_follow_their_place(sender: Any, path: str, area: Area, **kwargs: Any) -> None:
    """What hangs at an estate or building and in no home passes with it: else nobody there would see its alarms."""
    below = paths.under("place_path", path)
    for model in (Device, Alarm, Incident):
        model._base_manager.filter(below, dwelling=None).update(area=area, area_path=area.path)
    PatrolRoute._base_manager.filter(below).update(area=area, area_path=area.path)
    EbikeCount._base_manager.filter(below).update(area_path=area.path)
