"""Django's backend for SQLite, but who wants to write waits for the lock in even short steps.

SQLite itself sleeps 1, 2, 5, 10 … up to 100 ms between looks: who waits longest looks least often, and while one program writes
again and again (a ledger, devices) another one, with an alarm or a sign-in, meets the lock taken for up to half a second.
"""

from sqlite3 import OperationalError
from time import monotonic, sleep
from typing import Any

from django.db.backends.sqlite3 import base

STEP = 0.001  # seconds between looks; a look costs some microseconds
BUSY = 5  # SQLITE_BUSY, the lower byte of all its kinds


class DatabaseWrapper(base.DatabaseWrapper):
    """`OPTIONS["timeout"]` is how many seconds it waits before it raises OperationalError, as ever."""

    def _start_transaction_under_autocommit(self) -> None:
        patience = self.settings_dict["OPTIONS"].get("timeout", 5.0)
        until = monotonic() + patience
        execute: Any = self.connection.execute
        with self.wrap_database_errors:
            execute("PRAGMA busy_timeout = 0")
            try:
                while not self._began(last=monotonic() >= until):
                    sleep(STEP)
            finally:  # a statement that is its own transaction waits inside SQLite: it is none of the long ones
                execute(f"PRAGMA busy_timeout = {int(patience * 1000)}")

    def _began(self, *, last: bool) -> bool:
        """Below Django's cursor: what is raised there holds itself, and a thousand a second would fill the memory."""
        try:
            self.connection.execute(f"BEGIN {self.transaction_mode}")  # type: ignore[attr-defined]  # the stubs leave it out
        except OperationalError as error:
            if last or error.sqlite_errorcode & 0xFF != BUSY:
                raise
            return False
        return True
