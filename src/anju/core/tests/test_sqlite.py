"""Who wants to write to SQLite waits for the lock in even short steps and no longer than told, and leaves its log to others."""

import asyncio
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from anju.core.sqlite import base, log

ALIAS = "waiting"


@pytest.fixture
def database(tmp_path: Path, django_db_blocker: Any) -> Iterator[BaseDatabaseWrapper]:
    """A file with one table, whose connection waits a fifth of a second."""
    options = {"transaction_mode": "IMMEDIATE", "timeout": 0.2, "init_command": "PRAGMA journal_mode=WAL"}
    name = str(tmp_path / "city.sqlite3")
    connections.databases[ALIAS] = connections["default"].settings_dict | {
        "ENGINE": "anju.core.sqlite", "NAME": name, "OPTIONS": options,
    }  # fmt: skip
    try:
        with django_db_blocker.unblock():
            with connections[ALIAS].cursor() as cursor:
                cursor.execute("CREATE TABLE row (n)")
            yield connections[ALIAS]
    finally:
        connections[ALIAS].close()
        del connections[ALIAS], connections.databases[ALIAS]


@pytest.fixture
def holder(database: BaseDatabaseWrapper) -> Iterator[sqlite3.Connection]:
    """Another program, which holds the lock."""
    found = sqlite3.connect(database.settings_dict["NAME"], isolation_level=None)
    found.execute("BEGIN IMMEDIATE")
    yield found
    found.close()


def write(database: BaseDatabaseWrapper) -> None:
    with transaction.atomic(using=ALIAS), database.cursor() as cursor:
        cursor.execute("INSERT INTO row VALUES (1)")


def value(database: BaseDatabaseWrapper, question: str) -> int:
    with database.cursor() as cursor:
        cursor.execute(question)
        return int(cursor.fetchone()[0])


def test_it_looks_in_even_steps_until_the_lock_is_free(
    database: BaseDatabaseWrapper, holder: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited = []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 30:
            holder.execute("COMMIT")

    monkeypatch.setattr(base, "sleep", sleep)
    write(database)
    assert waited == [base.STEP] * 30
    assert value(database, "SELECT count(*) FROM row") == 1


def test_it_gives_up_when_its_time_is_over_and_can_be_tried_again(
    database: BaseDatabaseWrapper, holder: sqlite3.Connection
) -> None:
    with pytest.raises(OperationalError, match="locked"):
        write(database)
    holder.execute("COMMIT")
    write(database)
    assert value(database, "SELECT count(*) FROM row") == 1


def test_in_an_event_loop_nobody_waits_for_the_lock_and_afterwards_it_can_be_tried_again(
    database: BaseDatabaseWrapper, holder: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    waited: list[float] = []  # what the driver asks may raise what it likes: it is not passed on
    monkeypatch.setattr(base, "sleep", waited.append)
    database.ensure_connection()

    async def in_a_loop() -> None:
        with transaction.atomic(using=ALIAS), database.cursor() as cursor:
            cursor.execute("INSERT INTO row VALUES (1)")

    with pytest.raises(OperationalError) as raised:
        asyncio.run(in_a_loop())
    assert base.is_busy(raised.value)
    assert waited == []
    holder.execute("COMMIT")
    write(database)
    assert value(database, "SELECT count(*) FROM row") == 1


def test_a_statement_that_is_its_own_transaction_waits_likewise(
    database: BaseDatabaseWrapper, holder: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 3:
            holder.execute("COMMIT")

    monkeypatch.setattr(base, "sleep", sleep)
    with database.cursor() as cursor:
        cursor.execute("INSERT INTO row VALUES (1)")
    assert waited == [base.STEP] * 3


def test_who_opens_a_file_while_another_one_makes_its_log_waits_for_it(
    database: BaseDatabaseWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.close()
    other = sqlite3.connect(database.settings_dict["NAME"], isolation_level=None)
    other.execute("PRAGMA journal_mode=DELETE")
    other.execute("BEGIN EXCLUSIVE")
    waited = []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        other.execute("COMMIT")

    monkeypatch.setattr(base, "sleep", sleep)
    write(database)
    assert waited == [base.STEP]
    other.close()


def test_who_waited_once_has_all_the_time_again(
    database: BaseDatabaseWrapper, holder: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(OperationalError, match="locked"):
        write(database)
    monkeypatch.setattr(base, "sleep", lambda _seconds: holder.execute("COMMIT"))
    write(database)
    assert value(database, "SELECT count(*) FROM row") == 1


def test_a_long_log_is_copied_beside_the_writers_and_a_short_one_is_left(
    database: BaseDatabaseWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    def left() -> int:
        with database.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(NOOP)")
            _busy, pages, copied = cursor.fetchone()
        return int(pages - copied)

    write(database)
    log.copy_log(database)
    assert left() > 0, "it is short"
    monkeypatch.setattr(log, "LONG", 1)
    other = sqlite3.connect(database.settings_dict["NAME"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("INSERT INTO row VALUES (2)")
    log.copy_log(database)  # while another program writes
    assert left() == 0
    other.execute("COMMIT")
    other.close()
    assert left() > 0
