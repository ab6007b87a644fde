"""Rows as text that is the same on every database, and the hash over a table's rows."""

import base64
import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from django.apps.registry import Apps
from django.core.management.color import no_style
from django.db import connections, models

BATCH = 500
# Rows that live for minutes, and that a restored city makes by itself.
LEFT_OUT = {"django_session"}


@dataclass(frozen=True)
class Digest:
    rows: int
    sha256: str
    columns: tuple[str, ...]


def tables(apps: Apps) -> list[type[models.Model]]:
    found = [
        model for model in apps.get_models(include_auto_created=True) if model._meta.managed and not model._meta.proxy
    ]
    return sorted((m for m in found if m._meta.db_table not in LEFT_OUT), key=lambda model: model._meta.db_table)


def columns(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    raise TypeError(f"{type(value).__name__} has no form in a backup")


def lines(model: type[models.Model], using: str, names: tuple[str, ...] | None = None) -> Iterator[str]:
    """One JSON list per row, in order of the key."""
    rows = model._base_manager.using(using).order_by("pk").values_list(*(names or columns(model)))
    for row in rows.iterator(chunk_size=BATCH):
        yield json.dumps(row, default=_plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(model: type[models.Model], using: str = "default", names: tuple[str, ...] | None = None) -> Digest:
    found, count = hashlib.sha256(), 0
    for line in lines(model, using, names):
        found.update(line.encode() + b"\n")
        count += 1
    return Digest(count, found.hexdigest(), names or columns(model))


def write(model: type[models.Model], using: str, file: Path) -> Digest:
    found, count = hashlib.sha256(), 0
    with gzip.open(file, "wb", compresslevel=3) as out:
        for line in lines(model, using):
            raw = line.encode() + b"\n"
            found.update(raw)
            out.write(raw)
            count += 1
    return Digest(count, found.hexdigest(), columns(model))


def load(model: type[models.Model], names: list[str], source: Iterator[bytes], using: str = "default") -> int:
    """Insert the rows as they are: no save(), no signals, the keys they had."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    batch: list[models.Model] = []
    count = 0
    for line in source:
        values = {name: _value(fields[name], value) for name, value in zip(names, json.loads(line), strict=True)}
        batch.append(model(**values))
        count += 1
        if len(batch) == BATCH:
            model._base_manager.using(using).bulk_create(batch)
            batch = []
    model._base_manager.using(using).bulk_create(batch)
    return count


def _value(field: "models.Field[Any, Any]", value: Any) -> Any:
    if isinstance(field, models.BinaryField) and value is not None:
        return base64.b64decode(value)
    return value if isinstance(field, models.JSONField) else field.to_python(value)


def reset_sequences(models_: list[type[models.Model]], using: str = "default") -> None:
    """PostgreSQL gave no numbers while the rows came in with theirs."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models_):
            cursor.execute(statement)
