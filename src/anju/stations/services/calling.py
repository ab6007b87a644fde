"""One call of a call-out: to the next who can be called, with its messages and its clock."""

from datetime import datetime

from django.db.models import Max

from anju.stations import norms
from anju.stations.models import Call, CallClock, CallOut, CallOutEvent
from anju.stations.selectors.ladder import Target, ladder, stations_for
from anju.stations.services import messages


def log(callout: CallOut, *, move: str, text: str, at: datetime, by: object = None) -> CallOutEvent:
    return CallOutEvent.objects.create(callout=callout, move=move, text=text[:500], at=at, by=by)  # type: ignore[misc]


def next_target(callout: CallOut, moment: datetime, *, only_stations: bool = False) -> Target | None:
    """The first of the ladder that was not called yet."""
    called = list(Call.objects.filter(callout=callout).values_list("target", "station_id", "area_id"))
    found = stations_for(callout.place, moment) if only_stations else ladder(callout.place, callout.area, moment)
    for target in found:
        key = (target.kind, target.station.pk if target.station else None, target.area.pk if target.area else None)
        if key not in called:
            return target
    return None


def call(callout: CallOut, target: Target, *, why: str, moment: datetime) -> Call:
    """Write the call, its messages and, unless it is support, the clock of its answer. Inside the caller's transaction."""
    last = Call.objects.filter(callout=callout).aggregate(last=Max("order"))["last"] or 0
    made = Call.objects.create(
        callout=callout, order=last + 1, target=target.kind, why=why, station=target.station, area=target.area,
        name=target.name[:120], phone=target.phone, called_at=moment,
    )  # fmt: skip
    messages.write(callout, made, target.people)
    if why in (Call.Why.FIRST, Call.Why.UNANSWERED):
        CallClock.objects.create(callout=callout, call=made, kind=CallClock.Kind.ACCEPT, due_at=moment + norms.ACCEPT)
    return made
