"""Django's backend for SQLite, but who has to wait for a lock looks for it in even short steps.

SQLite itself sleeps 1, 2, 5, 10 … up to 100 ms between looks: who waits longest looks least often, and while one program writes
again and again (a ledger, devices) another one, with an alarm or a sign-in, meets the lock taken for up to half a second.
"""

import asyncio
from collections.abc import Callable
from sqlite3 import OperationalError
from time import monotonic, sleep
from typing import Any

from django.db.backends.sqlite3 import base

STEP = 0.001  # seconds between looks; a look costs some microseconds
BUSY = 5  # SQLITE_BUSY, the lower byte of all its kinds


def is_busy(error: BaseException) -> bool:
    """Whether another one holds the lock: nothing is wrong, and nothing was written. error: of the driver, or Django's of it."""
    said_by = (error, error.__cause__)
    return any(getattr(one, "sqlite_errorcode", 0) & 0xFF == BUSY for one in said_by)


class DatabaseWrapper(base.DatabaseWrapper):
    """`OPTIONS["timeout"]` is how many seconds it waits before it raises OperationalError, as ever."""

    def get_new_connection(self, conn_params: Any) -> Any:
        look_again = _patient(conn_params.get("timeout", 5.0))
        connection = self._opened(conn_params, look_again)
        if hasattr(connection, "set_busy_handler"):  # pysqlite3 has it, Python's own driver leaves it out
            connection.set_busy_handler(look_again)
        return connection

    def _opened(self, conn_params: Any, look_again: Callable[[int], bool]) -> Any:
        """Of two that open a file which has no log yet one makes it; SQLite refuses the other one without waiting."""
        asked = 0
        while True:
            try:
                return super().get_new_connection(conn_params)
            except OperationalError as error:
                if not is_busy(error) or not look_again(asked):
                    raise
            asked += 1


def _in_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _patient(seconds: float) -> Callable[[int], bool]:
    """What SQLite asks when a lock is taken, with how often it asked before: whether to look again. Not in an event loop, which
    would sleep for all its tasks."""
    until = 0.0

    def look_again(asked: int) -> bool:
        nonlocal until
        if _in_a_loop():
            return False
        now = monotonic()
        if asked == 0:
            until = now + seconds
        if now >= until:
            return False
        sleep(STEP)
        return True

    return look_again
