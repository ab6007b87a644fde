"""Coverage of estates and silence of areas: every number counts what works, and only that (A4.3)."""

from datetime import timedelta
from typing import Any

import pytest

from anju.accounts.services import system_actor
from anju.areas.models import Place
from anju.core import time
from anju.dwellings.models import Dwelling
from anju.dwellings.testing import SOUND_ROOM, make_area, make_dwelling, make_estate, make_grid, make_unit, make_user
from anju.monitoring.models import Device, DeviceState
from anju.monitoring.selectors import coverage
from anju.monitoring.services import register
from anju.monitoring.testing import hear, make_alarm, make_device, make_message

pytestmark = pytest.mark.django_db


@pytest.fixture
def estate() -> Place:
    return make_estate(make_grid(), "兰泾花苑")


def _home(estate: Place, rooms: str = "AB", rooms_let: int | None = None) -> Dwelling:
    named = {name: {**SOUND_ROOM, "alarm": None} for name in rooms}
    facts = {"rooms_let": len(rooms) if rooms_let is None else rooms_let}
    return make_dwelling(estate.area, place=make_unit(estate.area, estate), facts=facts, rooms=named)


def _speak(*devices: Device, ago: timedelta = timedelta(0)) -> None:
    at = time.now() - ago
    for device in devices:
        hear(make_message(device, at=at, event="heartbeat"), received=at)


def _line(estate: Place) -> coverage.EstateLine:
    return coverage.estate_lines(system_actor(), [estate], time.now())[0]


def _numbers(part: coverage.Part) -> tuple[int, int, int]:
    return part.n, part.dead + part.waiting, part.all


def test_a4_3_a_home_is_covered_by_what_works_and_a_room_by_its_own_detector(estate: Place) -> None:
    first, _second = _home(estate), _home(estate)
    _speak(make_device(dwelling=first, room="A"), make_device("breaker", dwelling=first))
    line = _line(estate)
    assert _numbers(line.homes["smoke"]) == (1, 0, 2)
    assert _numbers(line.rooms) == (1, 0, 4)
    assert _numbers(line.homes["electric"]) == (1, 0, 2)


def _never(device: Device) -> None: ...


def _silent(device: Device) -> None:
    _speak(device)
    DeviceState.objects.filter(device=device).update(silent=True)


def _unheard_while_nobody_listened(device: Device) -> None:
    _speak(device, ago=timedelta(days=3))


def _faulty(device: Device) -> None:
    _speak(device)
    make_alarm(device, event="fault", at=time.now())


def _maintained(device: Device) -> None:
    _speak(device)
    register.set_quiet(by=system_actor(), device=device, until=time.now() + timedelta(hours=1), reason="Painting")


@pytest.mark.parametrize("how", [_never, _silent, _unheard_while_nobody_listened, _faulty, _maintained])
def test_a4_3_what_is_not_known_to_work_never_counts_as_covered(estate: Place, how: Any) -> None:
    device = make_device(dwelling=_home(estate), room="A")
    how(device)
    line = _line(estate)
    assert _numbers(line.homes["smoke"]) == (0, 1, 1)
    assert _numbers(line.rooms) == (0, 1, 2)


def test_a4_3_a_retired_device_is_no_device(estate: Place) -> None:
    device = make_device(dwelling=_home(estate), room="A")
    _speak(device)
    register.retire(by=system_actor(), device=device, reason="Broken")
    assert _numbers(_line(estate).homes["smoke"]) == (0, 0, 1)


def test_a4_3_a_kitchen_detector_covers_no_room_and_more_rooms_than_are_let_do_not_help(estate: Place) -> None:
    home = _home(estate, rooms="ABC", rooms_let=2)
    _speak(make_device(dwelling=home), *(make_device(dwelling=home, room=room) for room in "ABC"))
    assert _numbers(_line(estate).rooms) == (2, 0, 2)


def test_a4_3_a_home_whose_rooms_nobody_knows_is_named_apart(estate: Place) -> None:
    home = make_dwelling(estate.area, place=make_unit(estate.area, estate))
    _speak(make_device(dwelling=home))
    line = _line(estate)
    assert (line.unknown, _numbers(line.rooms)) == (1, (0, 0, 0))
    rows = coverage.home_lines(system_actor(), estate, "smoke", "rooms", time.now())
    assert [row.covered for row in rows] == ["unknown"]


def test_a4_3_a_part_behind_a_unit_counts_once_it_was_heard_and_while_its_unit_lives(estate: Place) -> None:
    unit = make_device("transmission_unit", place=estate)
    part = make_device(dwelling=_home(estate), parent=unit, part="1-1-00000200")
    _speak(unit)
    assert _numbers(_line(estate).homes["smoke"]) == (0, 1, 1)
    now = time.now()
    hear(make_message(unit, at=now, event="test", detail={"part": "1-1-00000200"}, source="gb26875"), received=now)
    part.refresh_from_db()
    assert _numbers(_line(estate).homes["smoke"]) == (1, 0, 1)
    DeviceState.objects.filter(device=unit).update(silent=True)
    assert _numbers(_line(estate).homes["smoke"]) == (0, 1, 1)


def test_a4_3_behind_each_number_stands_a_list_of_that_length(estate: Place) -> None:
    homes = [_home(estate) for _n in range(4)]
    _speak(*(make_device(dwelling=home, room="A") for home in homes[:2]))
    make_device(dwelling=homes[2], room="A")
    part = _line(estate).homes["smoke"]
    rows = coverage.home_lines(system_actor(), estate, "smoke", "homes", time.now())
    found = [sum(row.covered == state for row in rows) for state in ("yes", "waiting", "no")]
    assert [part.n, part.waiting, part.none] == found == [2, 1, 1]


def test_a4_3_silence_is_counted_per_area_and_adds_up() -> None:
    zone = make_area("zone")
    grids = [make_grid(zone), make_grid(zone)]
    devices = [make_device(dwelling=make_dwelling(grid)) for grid in grids for _n in range(2)]
    make_device("patrol_point", dwelling=make_dwelling(grids[0]))  # need not speak by itself
    _speak(*devices)
    DeviceState.objects.filter(device=devices[0]).update(silent=True)
    user = make_user(area=zone)
    lines = coverage.silent_by_area(user, None, "")
    assert [(line.expected, line.silent, line.never) for line in lines] == [(2, 1, 1), (2, 0, 0)]
    assert coverage.totals(lines) == {"expected": 4, "silent": 1, "never": 1, "fault": 0, "battery": 0}
    below = coverage.silent_by_area(user, lines[0].area, "")
    assert [(line.area, line.silent) for line in below] == [(grids[0], 1)]
