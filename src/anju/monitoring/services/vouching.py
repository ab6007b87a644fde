"""What live devices say about their homes (A4.3): the register's facts follow what works, and are withdrawn when it stops.

A smoke detector that speaks proves the alarm of its room, or of the common part when it hangs in no room; an electrical detector
proves electrical fire monitoring. When the last one there falls silent, is at fault, moves or is retired, the answer becomes
unknown and not "no": nobody has looked. What an inspector found meanwhile is not overwritten.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from anju.accounts.services import system_actor
from anju.core import time
from anju.dwellings.models import Current, Dwelling, Observation
from anju.dwellings.services.facts import observe
from anju.dwellings.services.judging import RegisterFacts, judge_dwelling, register_sources
from anju.dwellings.signals import dwelling_changed
from anju.jobs.services import every
from anju.monitoring.models import Device, Vouched
from anju.monitoring.selectors.condition import ELECTRIC, SMOKE, vouching

AGAIN = timedelta(days=90)  # half of the time for which the rule book takes an alarm for tested
AT_ONCE = 200  # homes in one run
ROOM, COMMON = "alarm", "common_alarm"


def electrical_facts(dwellings: Sequence[Dwelling], on: date) -> Mapping[int, RegisterFacts]:
    """Silent about homes without such a device, so that what a ledger said still stands; unknown where none works."""
    rows = Device._base_manager.filter(dwelling__in=[home.pk for home in dwellings], kind__in=ELECTRIC, retired_on=None)
    there = set(rows.values_list("dwelling", flat=True))
    if not there:
        return {}
    live = set(rows.filter(vouching()).values_list("dwelling", flat=True))
    return {pk: ({"electrical_monitoring": True if pk in live else None}, None) for pk in there}


register_sources.append(electrical_facts)


def _speaking() -> Any:
    """Smoke detectors that may speak for their homes now."""
    return Device._base_manager.filter(vouching(), kind__in=SMOKE, dwelling__isnull=False)


def to_settle(moment: datetime, most: int = AT_ONCE) -> list[int]:
    """Homes whose facts do not say what their devices say."""
    same = Q(vouched__dwelling=F("dwelling"), vouched__room=F("room"), vouched__at__gt=moment - AGAIN)
    found = set(_speaking().exclude(same).values_list("dwelling", flat=True)[:most])
    lost = Vouched.objects.exclude(device__in=_speaking())
    found |= set(lost.values_list("dwelling", flat=True)[:most])
    found |= set(_electrical_changes(most))
    return sorted(found)[:most]


def _electrical_changes(most: int) -> list[int]:
    """Homes of which the last judgement took another answer about electrical monitoring than their devices give."""
    rows = Device._base_manager.filter(kind__in=ELECTRIC, retired_on=None, dwelling__isnull=False)
    live = rows.filter(vouching()).values("dwelling")
    said = Current.objects.filter(register__electrical_monitoring=True)
    unsaid = rows.filter(vouching()).exclude(dwelling__in=said.values("dwelling"))
    wrong = said.exclude(dwelling__in=live)
    return [*unsaid.values_list("dwelling", flat=True)[:most], *wrong.values_list("dwelling", flat=True)[:most]]


def settle(dwelling: Dwelling, moment: datetime) -> None:
    """Bring the facts of one home in line with its devices, in one short transaction."""
    with transaction.atomic():
        before = list(Vouched.objects.select_for_update(of=("self",)).filter(dwelling=dwelling))
        now = list(_speaking().filter(dwelling=dwelling).order_by("pk"))
        speaks = {device.room for device in now}
        gone = {row.room for row in before} - speaks
        current = Current.objects.filter(dwelling=dwelling).first() or Current(dwelling=dwelling)
        values = _values(current, now, gone, moment)
        Vouched.objects.filter(pk__in=[row.pk for row in before]).delete()
        Vouched.objects.filter(device__in=now).delete()
        Vouched.objects.bulk_create(
            [Vouched(device=device, dwelling=dwelling, room=device.room, at=moment) for device in now]
        )
        if values["facts"] or values["rooms"]:
            observe(
                by=system_actor(), source=Observation.Source.DEVICE, values=values, observed_at=moment, dwelling=dwelling,
                origin=_("Device register"),
            )  # fmt: skip
        else:
            judge_dwelling(dwelling, time.day_of(moment))
            dwelling_changed.send(Dwelling, dwelling=dwelling)


def _values(current: Current, now: Sequence[Device], gone: set[str], moment: datetime) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    rooms: dict[str, dict[str, Any]] = defaultdict(dict)
    added: dict[str, datetime] = {}
    for device in now:
        added[device.room] = max(device.added_at, added.get(device.room, device.added_at))
    for room, since in added.items():
        value, seen = _known(current, room)
        if value is False and seen is not None and seen >= since:
            continue  # somebody stood there after it was registered and saw none: the register is wrong, not the person
        _put(facts, rooms, current, room, True)
    for room in gone:
        value, _seen = _known(current, room)
        if value is True:
            _put(facts, rooms, current, room, None)
    return {"facts": facts, "rooms": dict(rooms)}


def _put(
    facts: dict[str, Any], rooms: dict[str, dict[str, Any]], current: Current, room: str, value: bool | None
) -> None:
    if not room:
        facts[COMMON] = value
    elif room in current.rooms:  # a room that is no longer there must not come back by its detector
        rooms[room][ROOM] = value


def _known(current: Current, room: str) -> tuple[Any, datetime | None]:
    """The fact as it stands, and when it was observed."""
    stamps = current.provenance or {}
    if room:
        value, stamp = current.rooms.get(room, {}).get(ROOM), stamps.get("rooms", {}).get(room, {}).get(ROOM)
    else:
        value, stamp = current.facts.get(COMMON), stamps.get("facts", {}).get(COMMON)
    return value, datetime.fromisoformat(stamp[1]) if stamp else None


@every("monitoring.vouching", timedelta(minutes=1))
def look(moment: datetime) -> None:
    homes = Dwelling._base_manager.in_bulk(to_settle(moment))
    for pk in sorted(homes):
        settle(homes[pk], moment)
