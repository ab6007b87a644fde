"""For tests of what two people do at the same moment: threads that share what the test has committed."""

import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from django.db import connection, connections

T = TypeVar("T")


class SameMoment:
    """Runs callables at the same moment, each in a thread and on a connection of its own.

    The test database of SQLite lies in memory, which no two connections share: the threads get a file with what was
    committed when the first of them started. What they wrote is read by `one`.
    """

    def __init__(self, folder: Path) -> None:
        self.file = folder / "shared.sqlite3"

    def all(self, calls: Sequence[Callable[[], T]]) -> list[T]:
        """The results in the order of the calls; the first exception of a thread is raised here."""
        self._share()
        ready, results, errors = threading.Barrier(len(calls)), dict[int, T](), list[BaseException]()

        def run(number: int, call: Callable[[], T]) -> None:
            self._connect()
            try:
                ready.wait()
                results[number] = call()
            except BaseException as error:  # noqa: BLE001  raised in the test, not lost in the thread
                errors.append(error)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if errors:
            raise errors[0]
        return [results[number] for number in range(len(calls))]

    def one(self, call: Callable[[], T]) -> T:
        return self.all([call])[0]

    def _share(self) -> None:
        if connection.vendor == "sqlite" and not self.file.exists():
            connection.ensure_connection()
            with sqlite3.connect(self.file) as copy:
                connection.connection.backup(copy)
            copy.close()

    def _connect(self) -> None:
        if connection.vendor == "sqlite":
            wrapper = connections.create_connection("default")
            wrapper.settings_dict = {**wrapper.settings_dict, "NAME": str(self.file)}
            connections["default"] = wrapper
