"""What lower apps announce and records follow."""

from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver

from anju.areas.models import Area
from anju.dwellings.signals import homes_moved
from anju.field.models import Envelope


@receiver(homes_moved)
def records_follow_their_home(sender: Any, ids: Sequence[int], area: Area, **kwargs: Any) -> None:
    """The grid that is responsible now sees what was sent about its homes; who sent it sees it anyway."""
    Envelope._base_manager.filter(dwelling_id__in=ids).update(area_path=area.path)
