"""Charging piles: the state of each port, each charge, and the e-bikes of an estate (A4.5)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from anju.areas.models import Place
from anju.areas.permissions import require
from anju.areas.selectors import estates_of
from anju.audit.services import audited, record
from anju.core import time
from anju.core.errors import NotAllowed, Refused
from anju.monitoring.models import Charge, Device, EbikeCount, PilePort
from anju.monitoring.services.kinds import Heard

S = PilePort.State
STATES = {"charge_start": S.CHARGING, "charge_end": S.FREE, "port_fault": S.FAULT, "restored": S.FREE}
MOST_PORTS = 40
LONGEST = timedelta(days=2)  # a charge whose end came later than this had another beginning
MOST_ENERGY = 50.0  # kWh; more no battery of an e-bike takes


def take(heard: Sequence[Heard], received: datetime) -> None:
    for one in heard:
        port = (one.part or "1")[:10]
        if one.event == "charge_start":
            _begin(one, port)
        elif one.event in ("charge_end", "port_fault"):
            _finish(one, port, faulted=one.event == "port_fault")
        _turn(one, port)


def _turn(one: Heard, port: str) -> None:
    """The port's state, by what was measured last: what comes late moves it only where nothing newer is known."""
    if one.event == "restored" and not one.part:
        PilePort._base_manager.filter(device=one.device_id, state=S.FAULT, state_at__lte=one.at).update(
            state=S.FREE, state_at=one.at
        )
        return
    row, _new = PilePort._base_manager.get_or_create(device_id=one.device_id, number=port, defaults={"found": True})
    if row.state_at is None or row.state_at <= one.at:
        row.state, row.state_at = STATES[one.event], one.at
        row.save(update_fields=["state", "state_at"])


def _begin(one: Heard, port: str) -> None:
    rows = Charge._base_manager.filter(device=one.device_id, port=port)
    headless = rows.filter(began_at=None, ended_at__gte=one.at, ended_at__lte=one.at + LONGEST).order_by("ended_at")
    found = headless.first()
    if found is not None:  # its end came first
        found.began_at, found.day = one.at, time.day_of(one.at)
        found.save(update_fields=["began_at", "day"])
        return
    running = rows.filter(ended_at=None).first()
    if running is not None:
        if running.began_at is not None and running.began_at >= one.at:
            return  # an old one, whose end was never heard
        running.ended_at = one.at  # its end was not heard; the next one has begun
        running.save(update_fields=["ended_at"])
    Charge._base_manager.create(device_id=one.device_id, port=port, began_at=one.at, day=time.day_of(one.at))


def _finish(one: Heard, port: str, *, faulted: bool) -> None:
    rows = Charge._base_manager.filter(device=one.device_id, port=port, ended_at=None)
    running = rows.filter(began_at__lte=one.at, began_at__gte=one.at - LONGEST).first()
    energy = _energy(one)
    if running is not None:
        running.ended_at, running.energy, running.faulted = one.at, energy, faulted
        running.save(update_fields=["ended_at", "energy", "faulted"])
    elif not faulted:
        Charge._base_manager.create(
            device_id=one.device_id, port=port, ended_at=one.at, day=time.day_of(one.at), energy=energy
        )


def _energy(one: Heard) -> float | None:
    """kWh of this charge: `detail.energy`, else the reading `energy` of the same message."""
    found = one.number("energy")
    value = found if found is not None else one.values.get("energy")
    return value if value is not None and 0 <= value <= MOST_ENERGY else None


@audited
def set_ports(*, by: Any, pile: Device, count: int) -> list[PilePort]:
    """The pile has ports 1 to `count`. One that spoke without being entered stays; one above is taken off the list."""
    require(by, "smart.edit")
    row: Device | None = Device.objects.for_user(by).select_for_update(of=("self",)).filter(pk=pile.pk).first()
    if row is None or row.kind != Device.Kind.CHARGING_PILE:
        raise NotAllowed(_("There is no such charging pile in your area."))
    if not 1 <= count <= MOST_PORTS:
        raise Refused(_("A pile has 1 to %(most)s ports, not %(count)s.") % {"most": MOST_PORTS, "count": count})
    known = {port.number: port for port in PilePort._base_manager.filter(device=row)}
    wanted = [str(number) for number in range(1, count + 1)]
    before = sorted(number for number, port in known.items() if port.removed_on is None)
    PilePort._base_manager.bulk_create(PilePort(device=row, number=name) for name in wanted if name not in known)
    PilePort._base_manager.filter(device=row, number__in=wanted).update(removed_on=None, found=False)
    above = PilePort._base_manager.filter(device=row, removed_on=None).exclude(number__in=wanted)
    above.update(removed_on=time.today())
    record(by=by, verb="smart.edit", subject=row, before={"ports": before}, after={"ports": wanted})
    return list(PilePort._base_manager.filter(device=row, removed_on=None))


@audited
def count_ebikes(*, by: Any, place: Place, ebikes: int, counted_on: date, source: str) -> EbikeCount:
    """Somebody counted the e-bikes of an estate."""
    require(by, "smart.edit")
    estate = estates_of(by).filter(pk=place.pk).first()
    if estate is None:
        raise NotAllowed(_("%(place)s is not in your area.") % {"place": place.name})
    if counted_on > time.today():
        raise Refused(_("A count of %(day)s lies ahead.") % {"day": counted_on})
    row: EbikeCount = EbikeCount.objects.create(
        place=estate, area_path=estate.area_path, place_path=estate.path, ebikes=ebikes, counted_on=counted_on,
        source=source.strip()[:120], recorded_by=by, recorded_at=time.now(),
    )  # fmt: skip
    record(by=by, verb="smart.edit", subject=row, name=estate.name, after={"ebikes": ebikes, "counted_on": counted_on})
    return row
