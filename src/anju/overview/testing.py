"""Builders for tests of counts."""

from datetime import date, timedelta
from typing import Any

from anju.accounts.services import system_actor
from anju.areas.models import Area
from anju.core import time
from anju.dwellings.models import Dwelling, Party
from anju.overview.counting import Numbers, count
from anju.overview.definitions import AsOf
from anju.overview.models import Tally
from anju.overview.services.carrying import carry_all
from anju.overview.services.marking import mark
from anju.registration.models import GroupRentalEntry, Guarantee


def totals(area: Area) -> Numbers:
    """The kept counts of an area after everything marked was carried."""
    carry_all()
    numbers: Numbers = Tally.objects.get(area=area).total
    return numbers


def counted(area: Area, as_of: AsOf | None = None) -> Numbers:
    """A count from nothing of what hangs directly on the area."""
    return count("area", [area.path], as_of or AsOf.at(time.now()))[area.path]


def make_guarantee(dwelling: Dwelling, party: Party | None, state: str = "confirmed", **over: Any) -> Guarantee:
    today = time.today()
    row: Guarantee = Guarantee.objects.create(
        dwelling=dwelling, party=party, state=state, signed_on=over.pop("signed_on", today - timedelta(days=30)),
        recorded_at=time.now(), recorded_by=system_actor(), **over,
    )  # fmt: skip
    mark(area_path=dwelling.area_path, place_path=dwelling.place_path)
    return row


def make_entry(dwelling: Dwelling, *, registered: date | None = None, **over: Any) -> GroupRentalEntry:
    row: GroupRentalEntry = GroupRentalEntry.objects.create(
        dwelling=dwelling, found="spot", found_on=over.pop("found_on", time.today()), registered_on=registered, **over
    )
    mark(area_path=dwelling.area_path, place_path=dwelling.place_path)
    return row


def change(dwelling: Dwelling, **columns: Any) -> Dwelling:
    """Set columns past the services, and mark the home as they do."""
    for name, value in columns.items():
        setattr(dwelling, name, value)
    dwelling.save(update_fields=list(columns))
    mark(area_path=dwelling.area_path, place_path=dwelling.place_path)
    return dwelling
