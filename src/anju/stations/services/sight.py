"""Who may touch which station, asked by every service that writes."""

from typing import Any

from django.utils.translation import gettext as _

from anju.areas.permissions import require
from anju.areas.scope import scope_of
from anju.core.errors import NotAllowed, Refused
from anju.stations.models import CallOut, Station


def editable(by: Any, station: Station) -> Station:
    """The station as it is now, locked, for somebody who may change it; a closed one is history."""
    require(by, "station.edit")
    if not scope_of(by).everything and not Station.objects.for_user(by).filter(pk=station.pk).exists():
        raise NotAllowed(_("There is no such station in your area."))
    row = Station._base_manager.select_for_update(of=("self",)).select_related("place", "area").get(pk=station.pk)
    if row.closed_on is not None:
        raise Refused(_("%(station)s was closed on %(day)s.") % {"station": row, "day": row.closed_on})
    return row


def callout_in_sight(by: Any, callout: CallOut) -> CallOut:
    """The call-out as it is now, for somebody who may see it."""
    if not scope_of(by).everything and not CallOut.objects.for_user(by).filter(pk=callout.pk).exists():
        raise NotAllowed(_("There is no such call-out in your area."))
    return CallOut._base_manager.select_related("dwelling__area", "place", "area", "station").get(pk=callout.pk)
