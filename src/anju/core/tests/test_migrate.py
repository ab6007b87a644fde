"""An empty database gets all its tables at once: the same that the migrations, played one by one, leave behind."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.commands import migrate as plain
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder

from anju.core.management.commands import migrate

# What a database keeps of triggers, functions and virtual tables.
OBJECTS = {
    "sqlite": "SELECT type, name, sql FROM sqlite_master WHERE type = 'trigger' OR sql LIKE 'CREATE VIRTUAL %'",
    "postgresql": (
        "SELECT tgname, pg_get_triggerdef(oid), '' FROM pg_trigger WHERE NOT tgisinternal UNION ALL"
        " SELECT proname, prosrc, '' FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prolang <> 13 UNION ALL"
        " SELECT extname, '', '' FROM pg_extension"
    ),
}


@pytest.fixture(autouse=True)
def _any_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """`django_db` allows only the databases of the settings."""
    with django_db_blocker.unblock():
        yield


@contextmanager
def empty_database(folder: Path) -> Iterator[BaseDatabaseWrapper]:
    """Beside the tests' own, on the same server."""
    default = connections["default"]
    alias = f"empty_{secrets.token_hex(4)}"
    name = str(folder / alias) if default.vendor == "sqlite" else alias
    connections.databases[alias] = {**default.settings_dict, "NAME": name}
    try:
        if default.vendor == "postgresql":
            with default._nodb_cursor() as cursor:
                cursor.execute(f"CREATE DATABASE {alias}")
        yield connections[alias]
    finally:
        connections[alias].close()
        del connections[alias], connections.databases[alias]
        if default.vendor == "postgresql":
            with default._nodb_cursor() as cursor:
                cursor.execute(f"DROP DATABASE IF EXISTS {alias}")


def seen_in(connection: BaseDatabaseWrapper) -> dict[str, Any]:
    """Tables with their columns in the order of the alphabet, keys, indexes; what else there is; migrations on record."""
    found: dict[str, Any] = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            columns = connection.introspection.get_table_description(cursor, table)
            found[table] = (
                sorted(repr(column) for column in columns),
                sorted(repr(item) for item in connection.introspection.get_constraints(cursor, table).items()),
            )
        cursor.execute(OBJECTS[connection.vendor])
        found["objects"] = sorted(cursor.fetchall())
        cursor.execute("SELECT app, name FROM django_migrations")
        found["migrations"] = sorted(cursor.fetchall())
        cursor.execute("SELECT count(*) FROM auth_permission")
        found["permissions"] = cursor.fetchone()
    return found


def test_all_tables_at_once_are_those_of_the_migrations(tmp_path: Path) -> None:
    with empty_database(tmp_path) as at_once, empty_database(tmp_path) as played:
        call_command("migrate", database=at_once.alias, verbosity=0)
        call_command(plain.Command(), database=played.alias, verbosity=0)
        ours, theirs = seen_in(at_once), seen_in(played)
    assert len(ours) > 100
    assert ours.keys() == theirs.keys()
    assert {name: (ours[name], theirs[name]) for name in ours if ours[name] != theirs[name]} == {}


def test_tables_that_could_not_all_be_made_leave_the_database_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    def full(*args: Any) -> None:
        raise OSError("disk full")

    with empty_database(tmp_path) as database:
        monkeypatch.setattr(MigrationRecorder, "record_applied", full)
        with pytest.raises(OSError, match="disk full"):
            migrate.make_tables(database)
        assert database.introspection.table_names() == []


def test_a_database_that_has_tables_is_migrated_as_usual(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with empty_database(tmp_path) as database:
        call_command(plain.Command(), "contenttypes", database=database.alias, verbosity=0)
        monkeypatch.setattr(migrate, "make_tables", lambda connection: pytest.fail("there are tables"))
        call_command("migrate", "sessions", database=database.alias, verbosity=0)
        call_command("migrate", "auth", database=database.alias, verbosity=0)
        assert "auth_user_groups" not in database.introspection.table_names()
        assert "auth_group" in database.introspection.table_names()
