"""Django's backend for SQLite, but who wants to write waits for the lock in even short steps.

SQLite itself sleeps 1, 2, 5, 10 … up to 100 ms between looks: who waits longest looks least often, and while one program writes
again and again (a ledger, devices) another one, with an alarm or a sign-in, meets the lock taken for up to half a second.
"""

from time import monotonic, sleep
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

STEP = 0.001  # seconds between looks; a look costs some microseconds
BUSY = 5  # SQLITE_BUSY, the lower byte of all its kinds


class DatabaseWrapper(base.DatabaseWrapper):
    """`OPTIONS["timeout"]` is how many seconds it waits before it raises OperationalError, as ever."""

    def _start_transaction_under_autocommit(self) -> None:
        patience = self.settings_dict["OPTIONS"].get("timeout", 5.0)
        until = monotonic() + patience
        self._wait_inside(0)
        try:
            while not self._began(last=monotonic() >= until):
                sleep(STEP)
        finally:
            self._wait_inside(patience)

    def _began(self, *, last: bool) -> bool:
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # the stubs leave it out
        except OperationalError as error:
            if last or not is_busy(error):
                raise
            return False
        return True

    def _wait_inside(self, seconds: float) -> None:
        """How long SQLite waits by itself: in what is no transaction, and so needs no lock for long."""
        connection: Any = self.connection
        connection.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")


def is_busy(error: OperationalError) -> bool:
    """Somebody else holds the lock."""
    return getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF == BUSY
