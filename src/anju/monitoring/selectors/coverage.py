"""How much of an estate is really watched, and how much of an area is silent (A4.3, A4.8). Behind each number stands a list.

A home counts as covered only by a device that works now (`condition.working`): registered is not enough, and what is silent, at
fault or was never heard covers nothing. Rooms count by the number that is let; a home of which nobody knows that number is named
apart and covers nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from anju.accounts.models import User
from anju.areas.models import Area, Place
from anju.areas.selectors import roots_of
from anju.core import paths, time
from anju.dwellings.models import Current, Dwelling
from anju.monitoring import thresholds
from anju.monitoring.models import Device
from anju.monitoring.selectors import condition

WHAT = {"smoke": condition.SMOKE, "electric": condition.ELECTRIC}
LET = Dwelling.LettingState.LET


@dataclass
class Part:
    """n of all; `dead` have such devices, none of which works any more; `waiting` have some that nobody has heard yet."""

    n: int = 0
    dead: int = 0
    waiting: int = 0
    all: int = 0

    @property
    def none(self) -> int:
        return max(0, self.all - self.n - self.dead - self.waiting)


@dataclass
class EstateLine:
    estate: Place
    homes: dict[str, Part] = field(default_factory=lambda: {what: Part() for what in WHAT})
    rooms: Part = field(default_factory=Part)  # with a smoke detector of their own
    unknown: int = 0  # homes whose number of rooms nobody knows

    @property
    def measures(self) -> list[tuple[str, str, Part]]:
        """(of, what, numbers), in the order of the table."""
        return [
            ("homes", "smoke", self.homes["smoke"]),
            ("rooms", "smoke", self.rooms),
            ("homes", "electric", self.homes["electric"]),
        ]


def estate_lines(user: User, estates: Sequence[Place], moment: datetime) -> list[EstateLine]:
    lines = {estate.path: EstateLine(estate) for estate in estates}
    under = Q(pk__in=())
    for path in lines:
        under |= paths.under("place_path", path)
    homes = _homes(user).filter(under)
    counted = (
        homes.order_by()
        .values_list("place_path")
        .annotate(number=Count("pk"), let=Sum("rooms_let"), unclear=Count("pk", filter=Q(rooms_let=None)))
    )
    for home_path, total, rooms, unknown in counted:
        line = lines[home_path[: paths.STEP]]
        for part in line.homes.values():
            part.all += total
        line.rooms.all += rooms or 0
        line.unknown += unknown
    for what, kinds in WHAT.items():
        _count(lines, homes, what, kinds, moment)
    return list(lines.values())


def _homes(user: User) -> "QuerySet[Dwelling]":
    rows: QuerySet[Dwelling] = Dwelling.objects.for_user(user).filter(letting_state=LET)
    return rows


def _devices(homes: "QuerySet[Dwelling]", kinds: Sequence[str]) -> "QuerySet[Device]":
    return Device._base_manager.filter(kind__in=kinds, retired_on=None, dwelling__in=homes.values("pk"))


def _count(
    lines: dict[str, EstateLine], homes: "QuerySet[Dwelling]", what: str, kinds: Sequence[str], moment: datetime
) -> None:
    devices = _devices(homes, kinds)
    live, there = _by_home(devices.filter(condition.working(moment))), _by_home(devices)
    heard = _by_home(devices.filter(state__seen_at__isnull=False))
    where = dict(homes.filter(pk__in=devices.values("dwelling")).values_list("pk", "place_path"))
    let = _rooms_let(devices) if what == "smoke" else {}
    for home, rooms in there.items():
        line, works, spoke = lines[where[home][: paths.STEP]], live.get(home, set()), heard.get(home, set())
        part = line.homes[what]
        part.n, part.dead = part.n + bool(works), part.dead + bool(spoke and not works)
        part.waiting += not spoke
        if what == "smoke":
            names, most = let.get(home, (set(), 0))
            _count_rooms(line.rooms, names & rooms, works, spoke, most)


def _count_rooms(part: Part, rooms: set[str], works: set[str], spoke: set[str], most: int) -> None:
    """Rooms that are let and have a detector; never more than are let."""
    for name in sorted(rooms, key=lambda room: (room not in works, room not in spoke))[:most]:
        if name in works:
            part.n += 1
        elif name in spoke:
            part.dead += 1
        else:
            part.waiting += 1


def _by_home(devices: "QuerySet[Device]") -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for home, room in devices.values_list("dwelling", "room"):
        found[home].add(room)
    return found


def _rooms_let(devices: "QuerySet[Device]") -> dict[int, tuple[set[str], int]]:
    """{home with such a device: (names of its rooms that are let, how many are let)}."""
    rows = Current.objects.filter(dwelling__in=devices.values("dwelling")).values_list(
        "dwelling", "dwelling__rooms_let", "rooms"
    )
    return {
        pk: ({name for name, facts in rooms.items() if facts.get("let") is True}, number or 0)
        for pk, number, rooms in rows
    }


@dataclass(frozen=True)
class HomeLine:
    """One home behind a number. covered: yes, dead (none works any more), waiting (nobody has heard any), no, unknown (rooms)."""

    home: Dwelling
    covered: str
    devices: list[Device]
    rooms: list[tuple[str, str]]  # (room, yes/dead/waiting/no), when the number counts rooms


def home_lines(user: User, estate: Place, what: str, of: str, moment: datetime) -> list[HomeLine]:
    """All homes that are let in one estate, with what makes them count or not."""
    homes = _homes(user).filter(paths.under("place_path", estate.path)).select_related("current", "area")
    rows = _devices(homes, WHAT[what]).select_related("state").order_by("room", "id")
    live = set(rows.filter(condition.working(moment)).values_list("pk", flat=True))
    there: dict[int, list[Device]] = defaultdict(list)
    for device in rows:
        there[device.dwelling_id or 0].append(device)
    return [_home_line(home, there[home.pk], live, of) for home in homes.order_by("place_path", "number", "id")]


def _home_line(home: Dwelling, devices: list[Device], live: set[int], of: str) -> HomeLine:
    if of == "homes":
        return HomeLine(home, _state(devices, live), devices, [])
    current = getattr(home, "current", None)
    names = [name for name, facts in (current.rooms if current else {}).items() if facts.get("let") is True]
    rooms = [(name, _state([d for d in devices if d.room == name], live)) for name in names]
    missing = home.rooms_let is None or len(names) < home.rooms_let
    states = {state for _name, state in rooms}
    worst = next((state for state in ("no", "dead", "waiting", "yes") if state in states), "no")
    return HomeLine(home, "unknown" if missing else worst, devices, rooms)


def _state(devices: list[Device], live: set[int]) -> str:
    if not devices:
        return "no"
    if any(device.pk in live for device in devices):
        return "yes"
    return "dead" if any(device.state.seen_at for device in devices) else "waiting"


# --- silent devices by area ----------------------------------------------------------------------------------------------


@dataclass
class AreaLine:
    """expected: devices in use that must speak by themselves. The four others are counted among them or beside them."""

    area: Area
    expected: int = 0
    silent: int = 0
    never: int = 0
    fault: int = 0
    battery: int = 0


def silent_by_area(user: User, area: Area | None, kind: str) -> list[AreaLine]:
    """The areas one level below, each with its devices; the longest share of silence first."""
    level = Area.objects.filter(closed_on=None)
    areas = level.filter(parent=area) if area else level.filter(pk__in=_roots(user))
    lines = {row.path: AreaLine(row) for row in areas.order_by("path")}
    if area is not None and (not lines or _own(user, area)):
        lines[area.path] = AreaLine(area)
    rows = Device.objects.for_user(user).filter(condition.IN_USE)
    if area is not None:
        rows = rows.filter(paths.under("area_path", area.path))
    if kind:
        rows = rows.filter(kind=kind)
    counted = (
        rows.order_by()
        .values_list("area_path")
        .annotate(
            expected=Count("pk", filter=_must_speak()),
            silent=Count("pk", filter=Q(state__silent=True)),
            never=Count("pk", filter=Q(state__seen_at=None)),
        )
    )
    for path, expected, silent, never in counted:
        line = _line_of(lines, path)
        if line is not None:
            line.expected, line.silent, line.never = line.expected + expected, line.silent + silent, line.never + never
    for name, found in (("fault", condition.ailing()), ("battery", condition.flat_battery())):
        for path, count in rows.filter(found).order_by().values_list("area_path").annotate(Count("pk")):
            line = _line_of(lines, path)
            if line is not None:
                setattr(line, name, getattr(line, name) + count)
    kept = [line for line in lines.values() if line.expected or line.never or line.area.kind != Area.Kind.GRID]
    return sorted(kept, key=lambda line: (-(line.silent / line.expected if line.expected else 0), line.area.path))


def _own(user: User, area: Area) -> bool:
    """Devices that hang on the area itself and on none below it (homes without a grid yet)."""
    return bool(Device.objects.for_user(user).filter(area_path=area.path, retired_on=None).exists())


def _line_of(lines: dict[str, AreaLine], path: str) -> AreaLine | None:
    """The deepest of the shown areas that holds the device."""
    return next((lines[root] for root in reversed(paths.ancestors(path)) if root in lines), None)


def _must_speak() -> Q:
    kinds = thresholds.edition_on(time.today()).kinds
    speak = [kind for kind, rules in kinds.items() if rules.silent_after is not None]
    return Q(parent=None) & (Q(kind__in=speak) | Q(silent_after__isnull=False))


def _roots(user: User) -> list[int]:
    """Where a table without an area begins: below the one area of a posting, else the postings' areas."""
    roots = roots_of(user)
    if len(roots) == 1 and roots[0].kind != Area.Kind.GRID:
        return list(Area.objects.filter(parent=roots[0]).values_list("pk", flat=True)) or [roots[0].pk]
    return [row.pk for row in roots]


def totals(lines: Iterable[AreaLine]) -> dict[str, Any]:
    names = ("expected", "silent", "never", "fault", "battery")
    found = list(lines)
    return {name: sum(getattr(line, name) for line in found) for name in names}
