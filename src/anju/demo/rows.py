"""Many rows at once: one prepared statement for all of them, where Django's own bulk functions build one per batch."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models

PLAIN = (str, int, float, bool)


def insert_many(rows: Iterable[models.Model]) -> None:
    """As `bulk_create`, with the keys set in the rows. Elsewhere than on SQLite, whose keys follow the largest, it is that."""
    found = list(rows)
    if not found:
        return
    model = type(found[0])
    if connection.vendor != "sqlite":
        model._base_manager.bulk_create(found)
        return
    fields: list[Any] = list(model._meta.concrete_fields)
    _set_keys(model, found)
    _set_relations(fields, found)
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({marks})"  # noqa: S608  # names of our models
    values = [tuple(_stored(field, getattr(row, field.attname)) for field in fields) for row in found]
    with connection.cursor() as cursor:
        cursor.executemany(statement, values)
    for row in found:
        row._state.adding, row._state.db = False, connection.alias  # noqa: SLF001  # as bulk_create leaves them


def _set_keys(model: type[models.Model], found: Sequence[models.Model]) -> None:
    key: Any = model._meta.pk
    if not key.is_relation:
        last = model._base_manager.aggregate(last=models.Max("pk"))["last"] or 0
        for number, row in enumerate(found, start=last + 1):
            row.pk = number


def _set_relations(fields: Sequence[Any], found: Sequence[models.Model]) -> None:
    """The keys of what was hung on a row before it had one. Set behind Django's back, which would forget the object and read
    it again for whoever asks next."""
    relations = [field for field in fields if field.is_relation]
    for row in found:
        for field in relations:
            if getattr(row, field.attname) is None and field.is_cached(row):
                row.__dict__[field.attname] = getattr(getattr(row, field.name), "pk", None)


def _stored(field: Any, value: Any) -> Any:
    """As the column holds it; most values are plain already, and asking the field costs more than all the rest."""
    if value is None or (type(value) in PLAIN and not isinstance(field, models.JSONField)):
        return value
    return field.get_db_prep_save(value, connection)


def update_many(rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """One prepared UPDATE for all rows: Django's bulk_update makes one CASE per row and column."""
    if not rows:
        return
    meta: Any = rows[0]._meta
    fields = [meta.get_field(name) for name in names]
    quote = connection.ops.quote_name
    columns = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    statement = f"UPDATE {quote(meta.db_table)} SET {columns} WHERE {quote(meta.pk.column)} = %s"  # noqa: S608  # names of our models
    values = [(*(_stored(field, getattr(row, field.attname)) for field in fields), row.pk) for row in rows]
    with connection.cursor() as cursor:
        cursor.executemany(statement, values)
