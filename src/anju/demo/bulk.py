"""Many homes for measuring: the small city's generator makes some hundred, the rest are copies of them elsewhere.

A copy has its own place, number, address, landlord and code; its facts, rooms, results and findings are those of a home
that the standard has judged. Observations are left out, so facts carry no provenance here. Work goes in short
transactions of CHUNK homes with their mark, so a killed run goes on where it was.
"""

import sys
import time as clock
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from django.db import connection, models, transaction

from anju.areas.models import Area, Place
from anju.core import paths, time
from anju.core.ids import ALPHABET
from anju.demo import homes, people, places
from anju.dwellings import search
from anju.dwellings.ledger.address import Address, Door
from anju.dwellings.models import Current, Dwelling, Finding, Party, Room, VerdictRecord
from anju.dwellings.services import judging
from anju.jobs.models import Tick

CITY = 1_000_000
CHUNK = 250
SAMPLES = 300
PER_UNIT = 80
UNITS_PER_ESTATE = 60
HOMES_PER_LANDLORD = 8
DAYS_OF_VERDICTS = 300
SEED = 331
MARK = "demo: homes in bulk"
Say = Callable[[str], None]


def fill(count: int, *, say: Say = lambda line: None, show: bool = False) -> int:
    """Bring the number of homes made here to `count`; returns how many were added. `show` draws a progress bar."""
    today = time.today()
    if not Area.objects.exists():
        with transaction.atomic():
            places.make(Random(SEED), today)  # noqa: S311  # invented, not secret
    mark, _created = Tick.objects.get_or_create(name=MARK, defaults={"due_at": _stamp(0)})
    done = started = _number(mark.due_at)
    if done >= count:
        return 0
    say(f"{count} homes for measuring ...")
    units = _units(count)
    copier = _Copier(_samples(today), units, today)
    bar = _Bar(count, show)
    while done < count:
        size = min(CHUNK, count - done)
        with transaction.atomic():
            copier.write(range(done, done + size))
            Tick.objects.filter(name=MARK).update(due_at=_stamp(done + size))
        search.tidy()
        done += size
        bar.to(done)
    bar.end()
    return done - started


def _stamp(number: int) -> datetime:
    """The mark's moment says how far the work is: one second per home since the epoch of the demo."""
    return time.day_start(date(2000, 1, 1)) + timedelta(seconds=number)


def _number(stamp: datetime) -> int:
    return int((stamp - _stamp(0)).total_seconds())


class _Bar:
    def __init__(self, total: int, show: bool) -> None:
        self.total, self.show, self.start, self.last = total, show and sys.stderr.isatty(), clock.monotonic(), 0.0

    def to(self, done: int) -> None:
        now = clock.monotonic()
        if not self.show or (now - self.last < 0.2 and done < self.total):
            return
        self.last = now
        width = 32 * done // self.total
        left = (now - self.start) / max(done, 1) * (self.total - done)
        sys.stderr.write(f"\r  [{'#' * width}{'.' * (32 - width)}] {done:,} of {self.total:,}, {left:.0f} s left   ")
        sys.stderr.flush()

    def end(self) -> None:
        if self.show:
            sys.stderr.write("\n")


# --- where they stand ------------------------------------------------------------------------------------------------


def _units(count: int) -> list[Place]:
    """Estates for measuring, spread over the zones, until `count` homes have a staircase."""
    zones = list(Area.objects.filter(kind="zone").order_by("path"))
    wanted = -(-count // PER_UNIT)
    for number in range(-(-wanted // UNITS_PER_ESTATE)):
        zone = zones[number % len(zones)]
        name = f"测算小区{number + 1}"
        if not Place.objects.filter(kind="estate", name=name).exists():
            with transaction.atomic():
                _make_estate(zone, name)
    rows = Place.objects.filter(kind="unit", parent__parent__name__startswith="测算小区").select_related(
        "area", "parent__parent"
    )
    return list(rows.order_by("path")[:wanted])


def _make_estate(zone: Area, name: str) -> None:
    """A community of its own with four grids; twenty buildings of three units."""
    community = _area(zone, "community", f"{name}社区")
    grids = [_area(community, "grid", f"{name}社区第 {number} 网格") for number in range(1, 5)]
    last = Place.objects.filter(parent=None).order_by("-path").first()
    top = Place(kind="estate", estate_kind="large_commercial", name=name, area=community, area_path=community.path,
                path=paths.child("", int(last.path) + 1 if last else 1))  # fmt: skip
    top.save()
    buildings = [
        Place(kind="building", name=f"{number}幢", parent=top, path=paths.child(top.path, number), area=grids[number % 4],
              area_path=grids[number % 4].path, storeys=14, height=41.8)
        for number in range(1, UNITS_PER_ESTATE // 3 + 1)
    ]  # fmt: skip
    Place.objects.bulk_create(buildings)
    Place.objects.bulk_create(
        Place(kind="unit", name=f"{number}单元", parent=building, path=paths.child(building.path, number),
              area=building.area, area_path=building.area_path)
        for building in buildings
        for number in range(1, 4)
    )  # fmt: skip


def _area(parent: Area, kind: str, name: str) -> Area:
    last = Area.objects.filter(parent=parent).order_by("-path").first()
    number = int(last.path[-paths.STEP :]) + 1 if last else 1
    return Area.objects.create(kind=kind, name=name, parent=parent, path=paths.child(parent.path, number))


# --- what is copied --------------------------------------------------------------------------------------------------


@dataclass
class Sample:
    dwelling: Dwelling
    current: Current
    rooms: list[str]
    findings: list[Finding] = field(default_factory=list)


def _samples(today: date) -> list[Sample]:
    """Homes of the small city's generator, judged by the standard. Rolled back: only their values are wanted."""
    chance = Random(SEED)  # noqa: S311  # invented, not secret
    place = Place.objects.filter(kind="unit").select_related("area", "parent").order_by("path")[0]
    with transaction.atomic():
        samples = [_sample(chance, place, number, today) for number in range(SAMPLES)]
        transaction.set_rollback(True)
    return samples


def _sample(chance: Random, place: Place, number: int, today: date) -> Sample:
    made = homes.make(chance, rural=False, storeys=6, registered=today - timedelta(days=200), today=today)
    facts: dict[str, Any] = {}
    rooms: dict[str, dict[str, Any]] = {}
    for telling in made.tellings:
        facts |= telling.facts
        for name, values in telling.rooms.items():
            rooms[name] = {**rooms.get(name, {}), **values}
    moment = time.now()
    dwelling = Dwelling.objects.create(
        area=place.area, area_path=place.area_path, place=place, place_path=place.path, number=str(number),
        address=f"样本{number}", address_key=f"sample|{number}", kind=made.kind, letting_state=made.letting_state,
        rooms_let=made.rooms_let, beds_let=made.beds_let, people=made.people, created_at=moment, updated_at=moment,
    )  # fmt: skip
    current = Current.objects.create(dwelling=dwelling, facts=facts, rooms=rooms, version=1, changed_at=moment)
    judging.judge_dwelling(dwelling, today, current=current, announce=False)
    return Sample(dwelling, current, sorted(rooms), list(dwelling.findings.all()))


class _Table:
    """Rows of one model as plain tuples: conversion of what all copies share is done once per sample, not per home."""

    def __init__(self, model: type[models.Model], varying: tuple[str, ...], *, keyed: bool = True) -> None:
        fields = [f for f in model._meta.concrete_fields if keyed or not f.primary_key]
        self.model, self.varying = model, varying
        self.shared = [f for f in fields if f.attname not in varying]
        names = [*varying, *(f.attname for f in self.shared)]
        by_name: dict[str, Any] = {f.attname: f for f in fields}
        columns = [by_name[name].column for name in names]
        quoted = ", ".join(connection.ops.quote_name(str(column)) for column in columns)
        places_ = ", ".join(["%s"] * len(columns))
        self.sql = f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} ({quoted}) VALUES ({places_})"  # noqa: S608  # names of our models

    def tail(self, row: models.Model) -> tuple[Any, ...]:
        return tuple(f.get_db_prep_save(getattr(row, f.attname), connection) for f in self.shared)

    def insert(self, rows: list[tuple[Any, ...]]) -> None:
        if rows:
            with connection.cursor() as cursor:
                cursor.executemany(self.sql, rows)


class _Copier:
    """Writes homes number a to b. Everything about home i follows from i, so a second run writes the same."""

    def __init__(self, samples: list[Sample], units: list[Place], today: date) -> None:
        self.samples, self.units, self.today = samples, units, today
        top = Dwelling.objects.unscoped(reason="where the copies begin").aggregate(last=models.Max("id"))["last"] or 0
        done = _number(Tick.objects.get(name=MARK).due_at)
        self.first_id = top + 1 - done
        self.homes = _Table(Dwelling, ("id", "code", "area_id", "area_path", "place_id", "place_path", "number", "address", "address_key", "landlord_id"))  # fmt: skip
        self.facts = _Table(Current, ("dwelling_id",))
        self.rooms = _Table(Room, ("dwelling_id", "name", "position"), keyed=False)
        self.findings = _Table(Finding, ("dwelling_id", "area_path", "rule", "room", "status"), keyed=False)
        self.verdicts = _Table(VerdictRecord, ("dwelling_id", "at"), keyed=False)
        self.now = time.now()
        self.tails = [self._tails(sample) for sample in samples]
        self.room_tail = self.rooms.tail(Room())
        self.landlord: Party | None = None

    def _tails(self, sample: Sample) -> tuple[tuple[Any, ...], ...]:
        record = VerdictRecord(
            on=self.today, edition=sample.current.edition, verdict=sample.dwelling.verdict,
            paperwork=sample.dwelling.paperwork, group_rental=sample.dwelling.group_rental,
            violated=sorted(f"{f.rule}@{f.room}" if f.room else f.rule for f in sample.findings if f.status == "violation"),
        )  # fmt: skip
        return self.homes.tail(sample.dwelling), self.facts.tail(sample.current), self.verdicts.tail(record)

    def write(self, numbers: range) -> None:
        rows: list[list[tuple[Any, ...]]] = [[], [], [], [], []]
        lines = [self._home(number, rows) for number in numbers]
        for table, found in zip((self.homes, self.facts, self.rooms, self.findings, self.verdicts), rows, strict=True):
            table.insert(found)
        search.write(lines)

    def _home(self, number: int, rows: list[list[tuple[Any, ...]]]) -> tuple[int, str]:
        pk = self.first_id + number
        which = number * 7919 % len(self.samples)
        sample, tails = self.samples[which], self.tails[which]
        unit = self.units[number // PER_UNIT]
        address, door = _address(unit, number % PER_UNIT)
        landlord = self._landlord(number, unit)
        code = f"D{_code(number)}"
        rows[0].append((pk, code, unit.area_id, unit.area_path, unit.pk, unit.path, f"{door.room}室", address.text, address.key, landlord.pk, *tails[0]))  # fmt: skip
        rows[1].append((pk, *tails[1]))
        rows[2] += [(pk, name, position, *self.room_tail) for position, name in enumerate(sample.rooms)]
        rows[3] += [(pk, unit.area_path, f.rule, f.room, f.status) for f in sample.findings]
        judged = self.now - timedelta(days=number * 7919 % DAYS_OF_VERDICTS)  # not a whole city in one night
        rows[4].append((pk, _moment(judged), *tails[2]))
        stand_in = Dwelling(
            code=code, address=address.text, area_path=unit.area_path, place_path=unit.path, landlord=landlord
        )
        return pk, search.line_of(stand_in, [])

    def _landlord(self, number: int, unit: Place) -> Party:
        if self.landlord is None or number % HOMES_PER_LANDLORD == 0:
            chance = Random(number)  # noqa: S311  # invented, not secret
            party = Party(
                name=people.name(chance, local=True), area_path=unit.area_path, is_demo=True, created_at=time.now()
            )
            party.id_number = people.id_number(chance, self.today)
            party.phone = people.phone(number)
            party.save()
            self.landlord = party
        return self.landlord


def _moment(moment: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)


def _address(unit: Place, index: int) -> tuple[Address, Door]:
    assert unit.parent is not None
    assert unit.parent.parent is not None
    door = Door(
        building=unit.parent.name.removesuffix("幢"),
        unit=unit.name.removesuffix("单元"),
        room=f"{index // 4 + 1}{index % 4 + 1:02d}",
    )
    return Address(estate=unit.parent.parent.name, door=door), door


def _code(number: int) -> str:
    """Eight characters; numbers next to each other look different, and none is met twice."""
    mixed = number * 1_000_003 % len(ALPHABET) ** 6
    return "".join(_digits(mixed, 6)) + "22"


def _digits(number: int, length: int) -> Iterator[str]:
    for _place in range(length):
        number, digit = divmod(number, len(ALPHABET))
        yield ALPHABET[digit]
