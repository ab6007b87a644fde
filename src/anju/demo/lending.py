"""Devices of a demo are lent to its simulator, with their keys: in memory, for this run, and only in a demo.

Nothing is written, neither to the register nor to a file: the keys lie in the register, sealed, and whoever may start the
simulator in a demo's folder has the key of that folder anyway. A real city lends nothing; there a simulator gets the list
that `anju device add --json` printed.
"""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from anju.core.errors import Refused
from anju.monitoring.models import Device, DeviceKey
from anju.simulation.devices import Device as Lent


def lend(moment: datetime) -> list[Lent]:
    """Every device that was heard and is not silent: what is silent, never heard or retired in the demo's story stays so."""
    if not settings.ANJU_DEMO:
        raise Refused(_("Only a demo lends its devices to a simulator."))
    rows = list(
        Device._base_manager.filter(retired_on=None, state__silent=False, state__seen_at__isnull=False)
        .select_related("state", "parent", "place__parent__parent")
        .order_by("pk")
    )
    keys = _keys(rows, moment)
    return [_lent(row, keys.get(row.pk, "")) for row in rows]


def _keys(rows: Iterable[Device], moment: datetime) -> dict[int, str]:
    held = DeviceKey._base_manager.filter(device__in=[row.pk for row in rows], revoked_at=None).order_by(
        "valid_from", "pk"
    )
    newest = {key.device_id: key for key in held if key.holds(moment)}
    return {device: key.open() for device, key in newest.items()}


def _lent(row: Device, key: str) -> Lent:
    estate = row.place
    while estate.parent is not None:
        estate = estate.parent
    home = row.dwelling.address if row.dwelling_id and row.dwelling else row.where
    return Lent(
        code=row.code, kind=row.kind, key=key, name=row.name, home=home, estate=estate.name, address=row.wire_address,
        unit=row.parent.code if row.parent else "", part=row.part,
        readings={name: float(value) for name, value in row.state.readings.items()},
    )  # fmt: skip
