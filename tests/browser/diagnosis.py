"""What a browser test that failed leaves in its report: what the city printed, whether its clocks run, what each page shows."""

import sqlite3
import time
import urllib.error
import urllib.request
from contextlib import closing
from typing import Any

from playwright.sync_api import Error

from tests.browser.city import City
from tests.browser.visitor import Visitor

LAST = 12  # lines of the city
CLOCKS = """
SELECT name || ' ' || CAST((julianday('now') - julianday(due_at)) * 86400 AS INTEGER) || ' s ago' FROM jobs_tick
WHERE name LIKE 'stations.%' OR name LIKE '%sign of life%'"""
ALARMS = """
SELECT code || ' ' || kind || ' ' || state || ' received ' || received_at || ' announced ' || coalesce(announced_at, 'never')
FROM monitoring_alarm ORDER BY id DESC LIMIT 4"""
CALLOUTS = """
SELECT code || ' ' || state || ' for ' || source_code || ' alarm ' || alarm_at FROM stations_callout ORDER BY id DESC LIMIT 3"""


def sections(fixtures: dict[str, Any]) -> list[tuple[str, str]]:
    """Of the fixtures that the test used."""
    city, watched = fixtures.get("city"), fixtures.get("watched")
    if not isinstance(city, City):
        return []
    found = [
        ("the city said", "".join(city.said[-LAST:])),
        ("the city is", "\n".join([_ready(city), *_rows(city)])),
    ]
    return [*found, ("the pages show", "\n".join(_page(one) for one in watched or ()))]


def _ready(city: City) -> str:
    begun = time.monotonic()
    try:
        with urllib.request.urlopen(f"{city.url}/readyz", timeout=20) as answer:  # noqa: S310  # this machine's own
            text = answer.read().decode()
    except urllib.error.HTTPError as error:
        text = f"{error.code} {error.read().decode(errors='replace')}"
    except OSError as error:
        text = str(error)
    return f"/readyz after {time.monotonic() - begun:.1f} s: {text}"


def _rows(city: City) -> list[str]:
    try:
        with closing(sqlite3.connect(f"file:{city.folder / 'anju.sqlite3'}?mode=ro", uri=True)) as database:
            return [str(row[0]) for query in (CLOCKS, ALARMS, CALLOUTS) for row in database.execute(query)]
    except sqlite3.Error as error:
        return [f"database: {error}"]


def _page(visitor: Visitor) -> str:
    try:
        line = visitor.page.locator("[data-live-words]")
        live = line.first.inner_text() if line.count() else "no line"
        return f"{visitor.name} {visitor.page.url.removeprefix(visitor.base)} [{live}] noticed {visitor.wrong[-3:]}"
    except Error as error:
        return f"{visitor.name}: {error.message[:200]}"
