"""What this app does when one below it changes: marks the signs that may be out of date now. Comparing them is a job's work,
so that nobody's step waits for it."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from anju.accounts.services import system_actor
from anju.areas.models import Area, Place
from anju.areas.signals import leaders_named
from anju.core import paths
from anju.dwellings.models import Dwelling
from anju.dwellings.signals import dwelling_changed, homes_changed, homes_moved
from anju.jobs.services import enqueue
from anju.signage.models import LIVE, Contact, Sign, SignStyle
from anju.signage.services.comparing import KIND


def mark(homes: Iterable[Dwelling]) -> None:
    """The signs of the homes, and the boards of the places they lie in."""
    rows = list(homes)
    above = {path for home in rows for path in paths.ancestors(home.place_path)}
    boards = Place.objects.filter(path__in=above).values("pk")
    touched = Q(dwelling__in=[home.pk for home in rows]) | Q(place__in=boards)
    Sign._base_manager.filter(touched, state__in=LIVE, look_again=False).update(look_again=True)


@receiver(dwelling_changed)
def home_changed(sender: Any, dwelling: Dwelling, **kwargs: Any) -> None:
    mark([dwelling])


@receiver(homes_changed)
def many_homes_changed(sender: Any, homes: Sequence[Dwelling], **kwargs: Any) -> None:
    mark(homes)


@receiver(homes_moved)
def signs_follow_their_home(sender: Any, ids: Sequence[int], area: Area, **kwargs: Any) -> None:
    Sign._base_manager.filter(dwelling__in=ids).update(area=area, area_path=area.path, look_again=True)


@receiver(post_save, sender=Area)
@receiver(post_save, sender=Contact)
@receiver(post_save, sender=SignStyle)
@receiver(post_delete, sender=Contact)
@receiver(leaders_named)
def officers_changed(sender: Any, created: bool = False, **kwargs: Any) -> None:
    """A leader or a telephone changed: a whole town's signs may name it, so all are compared, step by step."""
    if (created and sender is Area) or not Sign._base_manager.exists():
        return
    enqueue(kind=KIND, by=system_actor(), key="all", state={"all": True})
