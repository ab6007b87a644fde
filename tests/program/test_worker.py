"""The worker as a process beside others."""

import contextlib
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from anju.core.sqlite.log import LONG
from tests.program.devices import City

pytestmark = pytest.mark.nodatabase


def test_it_copies_the_long_log_that_another_process_has_left(tmp_path: Path) -> None:
    city = City(tmp_path / "city")
    with contextlib.closing(sqlite3.connect(city.folder / "anju.sqlite3", isolation_level=None)) as other:
        other.execute("PRAGMA wal_autocheckpoint = 0")
        other.execute("CREATE TABLE filling AS SELECT zeroblob(?) AS bytes", [(LONG + 500) * 4096])
        assert not_copied(other) > LONG
        command = [sys.executable, "-m", "anju.cli", "worker"]
        city.running.append(subprocess.Popen(command, env=city.environment, stdout=subprocess.PIPE, text=True))
        try:
            until = time.monotonic() + 120
            while not_copied(other) > LONG and time.monotonic() < until:
                time.sleep(0.1)
            assert not_copied(other) <= LONG
        finally:
            city.close()


def not_copied(connection: sqlite3.Connection) -> int:
    """Pages of the log that the file does not have yet."""
    _busy, pages, copied = connection.execute("PRAGMA wal_checkpoint(NOOP)").fetchone()
    return int(pages - copied)
