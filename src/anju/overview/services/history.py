"""The first counts of a city that has just been made, and the days it has closed while its past was played."""

from datetime import date, timedelta

from anju.overview.models import Mark
from anju.overview.services import closing
from anju.overview.services.recounting import recount


def begin(today: date, *, close: bool = False) -> None:
    """Count everything as it is now. `close`: yesterday too, where no day was closed before.

    The marks that the past has left are dropped first: they speak of days whose counts were right when they were closed.
    """
    Mark.objects.all().delete()
    recount()
    if close:
        closing.close(today - timedelta(days=1))
