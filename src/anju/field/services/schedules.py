"""What runs by itself: records that a killed process left, stale pieces, copies that nobody asks about any more."""

from datetime import datetime, timedelta

from anju.field.models import GridCopy, TakenHome
from anju.field.services import applying, forgetting, uploads
from anju.jobs.services import every

KEPT_FOR = timedelta(days=366)


@every("field: apply what was left", timedelta(minutes=1))
def apply_left(moment: datetime) -> None:
    applying.apply_waiting()
    applying.finish_waiting()


@every("field: tidy", timedelta(hours=6))
def tidy(moment: datetime) -> None:
    uploads.discard_stale(moment)
    forgetting.forget_bodies(moment)
    GridCopy.objects.filter(made_at__lt=moment - timedelta(days=60)).delete()
    TakenHome.objects.filter(last_at__lt=moment - KEPT_FOR).delete()
