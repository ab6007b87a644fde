"""Many rows, prepared before the transaction that writes them.

Turning rows into the database's values costs more than writing them. Whoever may hold the embedded write lock for 50 ms
at most prepares first, outside, and then only writes. Rows that speak of one another get their keys ahead (`take_keys`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, models, transaction


@dataclass(frozen=True)
class Prepared:
    """One statement and the values of every row it is for."""

    statement: str = ""
    values: list[tuple[Any, ...]] = field(default_factory=list)

    def write(self) -> None:
        """Call inside the transaction."""
        if self.values:
            with connection.cursor() as cursor:
                cursor.executemany(self.statement, self.values)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def insert(rows: Iterable[models.Model]) -> Prepared:
    """New rows of one model. Either all have their key or none has; without one the rows never learn it."""
    found = list(rows)
    if not found:
        return Prepared()
    meta: Any = found[0]._meta
    fields = [one for one in meta.concrete_fields if not (one.primary_key and found[0].pk is None)]
    columns = ", ".join(_quoted(one.column) for one in fields)
    marks = ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {_quoted(meta.db_table)} ({columns}) VALUES ({marks})"  # noqa: S608  # names of our models
    values = [tuple(one.get_db_prep_save(one.pre_save(row, True), connection) for one in fields) for row in found]
    return Prepared(statement, values)


def update(rows: Sequence[models.Model], names: Sequence[str]) -> Prepared:
    """Some columns of rows that are there, each row with its own values."""
    if not rows:
        return Prepared()
    meta: Any = rows[0]._meta
    fields = [meta.get_field(name) for name in names]
    columns = ", ".join(f"{_quoted(one.column)} = %s" for one in fields)
    statement = f"UPDATE {_quoted(meta.db_table)} SET {columns} WHERE {_quoted(meta.pk.column)} = %s"  # noqa: S608  # names of our models
    values = [
        (*(one.get_db_prep_save(getattr(row, one.attname), connection) for one in fields), row.pk) for row in rows
    ]
    return Prepared(statement, values)


def delete(model: type[models.Model], keys: Iterable[int], column: str = "pk") -> Prepared:
    """Rows by their keys, or by those in another column; nothing may hang on them, else the commit fails."""
    meta: Any = model._meta
    field = meta.pk if column == "pk" else meta.get_field(column)
    statement = f"DELETE FROM {_quoted(meta.db_table)} WHERE {_quoted(field.column)} = %s"  # noqa: S608  # names of our models
    return Prepared(statement, [(key,) for key in keys])


def take_keys(model: type[models.Model], count: int) -> list[int]:
    """Keys that nobody else gets, for rows to be inserted later. Those never used stay gaps, as after a rollback."""
    if not count:
        return []
    meta: Any = model._meta
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                [_quoted(meta.db_table), meta.pk.column, count],
            )
            return [row[0] for row in cursor.fetchall()]
        cursor.execute("UPDATE sqlite_sequence SET seq = seq + %s WHERE name = %s", [count, meta.db_table])
        if not cursor.rowcount:  # the table never had a row
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [meta.db_table, count])
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [meta.db_table])
        last = cursor.fetchone()[0]
        return list(range(last - count + 1, last + 1))


class Keys:
    """Keys of one model handed out one by one, taken some at a time."""

    def __init__(self, model: type[models.Model], at_once: int = 100) -> None:
        self.model, self.at_once = model, at_once
        self._kept: list[int] = []

    def next(self) -> int:
        if not self._kept:
            self._kept = take_keys(self.model, self.at_once)[::-1]
        return self._kept.pop()
