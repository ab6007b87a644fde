"""Making a dwelling at a place that is known."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from anju.areas.models import Area, Place
from anju.areas.permissions import require
from anju.areas.scope import scope_of
from anju.audit.services import audited, record
from anju.core import time
from anju.core.errors import NotAllowed, Refused
from anju.dwellings.models import Current, Dwelling, Observation
from anju.dwellings.services import judging
from anju.dwellings.services.facts import absorb
from anju.dwellings.signals import dwelling_changed


@audited
def create_dwelling(
    *,
    by: Any,
    area: Area,
    place: Place,
    number: str,
    address: str,
    address_key: str,
    kind: str,
    at: datetime | None = None,
    **fields: Any,
) -> Dwelling:
    """A dwelling nobody has looked at yet: unchecked. `fields` are columns of the model; facts come by `observe`."""
    require(by, "dwelling.edit")
    if not scope_of(by).has_area(area.path):
        raise NotAllowed(_("%(area)s is not in your area.") % {"area": area.name})
    moment = at or time.now()
    taken = Dwelling.objects.unscoped(reason="an address exists once, whoever may see it")
    if address_key and taken.filter(address_key=address_key, place_path=place.path).exists():
        raise Refused(
            _("%(address)s is already in the register.") % {"address": address},
            instead=_("Open it by search and change what is new."),
        )
    dwelling = Dwelling(
        area=area,
        area_path=area.path,
        place=place,
        place_path=place.path,
        number=number,
        address=address,
        address_key=address_key,
        kind=kind,
        created_at=moment,
        updated_at=moment,
        **fields,
    )
    dwelling.full_clean()
    dwelling.save()
    observation = Observation.objects.create(
        dwelling=dwelling,
        source=Observation.Source.REGISTER,
        observed_at=moment,
        observed_by=by,
        recorded_at=moment,
        values={"facts": {"kind": kind, "letting_state": dwelling.letting_state}, "rooms": {}},
    )
    current = Current(dwelling=dwelling, changed_at=moment, version=1)
    absorb(current, observation)
    current.save()
    judging.judge_dwelling(dwelling, time.day_of(moment), current=current)
    record(by=by, verb="dwelling.edit", subject=dwelling, after={"address": address, "kind": kind})
    dwelling_changed.send(Dwelling, dwelling=dwelling)
    return dwelling
