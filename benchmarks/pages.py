"""Server time of the pages that everybody opens, in a large city against a small one (at most 1.5 is asked for).

The pages are asked of the program itself, in two processes, one a city; the cities take turns call by call, so that whatever
else the machine does slows both alike. Each number is the median of many calls after some to warm up; beside the wall clock
stands the processor's, which other work on the machine disturbs less.
Prints JSON: milliseconds per page and size, queries per page, and the ratios.
Run: `python benchmarks/pages.py [SMALL] [LARGE] [--dir DIR]`. With --dir the two cities are kept and found again.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

SIZES = (10_000, 1_000_000)
WARM, CALLS = 3, 21
HOMES_PER_HAZARD = 20
CHUNK = 500


def city(size: int) -> None:
    """Make the city (or find it made) and answer; runs in a process of its own with its own data folder."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import translation

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    with translation.override("zh-hans"):
        fill(size)
    answer()


def fill(size: int) -> None:
    from anju.core import time as clock
    from anju.demo import bulk
    from anju.overview.models import DayClose
    from anju.overview.services import history

    bulk.fill(size)
    make_hazards(size // HOMES_PER_HAZARD)
    if not DayClose.objects.exists():
        history.begin(clock.today(), close=True)


def make_hazards(count: int) -> None:
    """Every twentieth home has one, in every state, due around today."""
    from datetime import timedelta

    from anju.accounts.services import system_actor
    from anju.core import time as clock
    from anju.dwellings.models import Dwelling
    from anju.inspections.models import Hazard

    have = Hazard._base_manager.count()
    system, now = system_actor(), clock.now()
    homes = Dwelling._base_manager.order_by("id").values_list("id", "area_id", "area_path", "place_path", "address")
    states = ("open", "correcting", "reinspect", "confirm", "handed_over", "closed")
    rows = []
    for number, (pk, area, area_path, place_path, address) in enumerate(homes.iterator(chunk_size=2000)):
        if number % HOMES_PER_HAZARD or not have <= number // HOMES_PER_HAZARD < count:
            continue
        state, due = states[number // HOMES_PER_HAZARD % 6], now + timedelta(days=number // HOMES_PER_HAZARD % 40 - 20)
        rows.append(
            Hazard(
                dwelling_id=pk, area_id=area, area_path=area_path, place_path=place_path, where=address,
                title="有灭火器过期", rule="D10", category="fire", severity="minor", source="inspection", department="office",
                state=state, found_at=now - timedelta(days=30), found_by=system, days=3, due_at=due, first_due_at=due,
                overdue=due < now and state != "closed", closed_at=now if state == "closed" else None,
                reinspected_by=system if state == "closed" else None,
            )
        )  # fmt: skip
    for start in range(0, len(rows), CHUNK):
        Hazard.objects.bulk_create(rows[start : start + CHUNK])


def addresses() -> dict[str, str]:
    """The pages, of one town and one of its homes."""
    from anju.areas.models import Area
    from anju.dwellings.models import Dwelling

    zone = Area.objects.filter(kind="zone").order_by("path")[0]
    home = Dwelling._base_manager.filter(area_path__startswith=zone.path).order_by("id")[0]
    estate = home.place
    while estate.parent is not None:
        estate = estate.parent
    return {
        "homes of a town": f"/dwellings/?area={zone.code}",
        "search": f"/search/?q={estate.name} {home.number}",
        "home's page": f"/dwellings/{home.code}/",
        "hazard board": f"/hazards/board/?area={zone.code}",
        "indicators": f"/indicators/?area={zone.code}",
        "today": f"/?area={zone.code}",
    }


def somebody() -> Any:
    from datetime import date

    from anju.accounts.models import User
    from anju.areas.models import Area, Posting

    user, created = User.objects.get_or_create(username="bench", defaults={"display_name": "测"})
    if created:
        city = Area.objects.get(kind="city")
        Posting.objects.create(user=user, department="office", area=city, since=date(2020, 1, 1))
    return user


def answer() -> None:
    """Say how many queries each page takes; then, for each page named on a line, how many milliseconds one call took."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(SERVER_NAME="localhost")
    client.force_login(somebody())
    pages, queries = addresses(), {}
    for name, address in pages.items():
        with CaptureQueriesContext(connection) as asked:
            response = client.get(address)
        queries[name] = len(asked)  # now: the next request empties the log
        if response.status_code != 200:
            raise SystemExit(f"{address} answered {response.status_code}")
    print(json.dumps(queries), flush=True)
    for line in sys.stdin:
        wall, cpu = time.perf_counter(), time.process_time()
        client.get(pages[line.strip()])
        print(json.dumps([1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu)]), flush=True)


class City:
    """The other end of `answer`."""

    def __init__(self, size: int, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        environment = os.environ | {
            "ANJU_DIR": str(folder), "ANJU_DEMO": "1", "DJANGO_SETTINGS_MODULE": "anju.config.settings", "ANJU_LOG_LEVEL": "ERROR",
        }  # fmt: skip
        command = [sys.executable, __file__, "--one", str(size)]
        self.process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.queries: dict[str, int] = self._said(dict)

    def _said(self, kind: type[Any]) -> Any:
        """The next line that is JSON of this kind; making a city says other things too."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            try:
                found = json.loads(line)
            except ValueError:
                continue
            if isinstance(found, kind):
                return found
        raise SystemExit("a city ended before it answered")

    def call(self, name: str) -> tuple[float, float]:
        """Milliseconds of one call of this page: on the wall, of the processor."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{name}\n")
        self.process.stdin.flush()
        wall, cpu = self._said(list)
        return float(wall), float(cpu)

    def stop(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


def compare(small: int, large: int, folder: Path) -> dict[str, Any]:
    sides = {size: City(size, folder / f"homes-{size}") for size in (small, large)}
    pages: dict[str, dict[str, Any]] = {}
    for name in sides[small].queries:
        spans: dict[int, list[tuple[float, float]]] = {size: [] for size in sides}
        for _call in range(WARM + CALLS):
            for size, side in sides.items():
                spans[size].append(side.call(name))
        page: dict[str, Any] = {"queries": {str(size): side.queries[name] for size, side in sides.items()}}
        for place, clock in enumerate(("wall", "cpu")):
            ms = {size: statistics.median(span[place] for span in spans[size][WARM:]) for size in sides}
            page[clock] = {
                "ratio": round(ms[large] / ms[small], 2),
                "ms": {str(size): round(ms[size], 1) for size in sides},
            }
        pages[name] = page
    for side in sides.values():
        side.stop()
    return {
        "homes": [small, large],
        "worst_ratio": max(page["wall"]["ratio"] for page in pages.values()),
        "pages": pages,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int)
    parser.add_argument("--dir", type=Path)
    parser.add_argument("--one", type=int)
    chosen = parser.parse_args()
    if chosen.one:
        city(chosen.one)
        return
    small, large = (chosen.sizes + list(SIZES)[len(chosen.sizes) :])[:2]
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(compare(small, large, chosen.dir or Path(folder)), ensure_ascii=False))


if __name__ == "__main__":
    main()
