# ruff: noqa: S608 - DuckDB reads no parameters here; what is put into a query is a checked name, number or quoted text
"""The Parquet snapshot that bulk judgement reads: one file of dwellings, one of rooms, one column per fact.

``dwellings.parquet``: ``id`` BIGINT, every dwelling fact by its name, every unit fact as ``unit_NAME``.
``rooms.parquet``: ``dwelling_id`` BIGINT, ``name`` VARCHAR, every room fact by its name. NULL is unknown.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

import duckdb

from anju.standard.checking import Checker
from anju.standard.edition import Edition
from anju.standard.expressions import Ref
from anju.standard.facts import ENTITIES, SMALLEST_FLOAT, EntityName, Fact
from anju.standard.transpile.sql import quoted, text_literal

TYPES = {"bool": "BOOLEAN", "int": "BIGINT", "float": "DOUBLE", "enum": "VARCHAR"}


class SnapshotError(ValueError):
    """A snapshot that cannot be judged; the message names the column, how many rows, and an example."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The two files of a snapshot."""

    dwellings: Path
    rooms: Path

    @classmethod
    def in_folder(cls, folder: Path) -> "Snapshot":
        return cls(folder / "dwellings.parquet", folder / "rooms.parquet")


def column_of(entity: EntityName, name: str) -> str:
    """Return the column in which a fact stands."""
    return f"unit_{name}" if entity == "unit" else name


def ref_column(ref: Ref) -> str:
    """Return a fact as the bulk queries write it: rooms are r, dwellings with their unit d."""
    return f"{'r' if ref.entity == 'room' else 'd'}.{quoted(column_of(ref.entity, ref.name))}"


def snapshot_columns(edition: Edition) -> tuple[dict[str, str], dict[str, str]]:
    """Return the columns of dwellings.parquet and of rooms.parquet with their DuckDB types."""
    dwellings, rooms = {"id": "BIGINT"}, {"dwelling_id": "BIGINT", "name": "VARCHAR"}
    for entity in ENTITIES:
        for fact in edition.facts[entity].values():
            (rooms if entity == "room" else dwellings)[column_of(entity, fact.name)] = TYPES[fact.type]
    return dwellings, rooms


def write_snapshot(cases: Iterable[tuple[int, Mapping[str, Any]]], folder: Path, edition: Edition) -> Snapshot:
    """Write a snapshot of cases given with their ids; each is checked as for one dwelling. Raises FactError."""
    checker = Checker(edition)
    snapshot = Snapshot.in_folder(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder) as scratch:
        lines = Path(scratch, "dwellings.ndjson"), Path(scratch, "rooms.ndjson")
        with lines[0].open("w", encoding="utf-8") as dwellings, lines[1].open("w", encoding="utf-8") as rooms:
            for number, case in cases:
                _write_case(number, checker, case, dwellings, rooms)
        for source, target, columns in zip(
            lines, (snapshot.dwellings, snapshot.rooms), snapshot_columns(edition), strict=True
        ):
            _to_parquet(source, target, columns)
    return snapshot


def _write_case(number: int, checker: Checker, data: Mapping[str, Any], dwellings: IO[str], rooms: IO[str]) -> None:
    case = checker.case(data)
    unit = {column_of("unit", name): value for name, value in case.unit.items()}
    dwellings.write(json.dumps({"id": number, **case.dwelling, **unit}) + "\n")
    for name, room in case.rooms:
        rooms.write(json.dumps({"dwelling_id": number, "name": name, **room}) + "\n")


def _to_parquet(source: Path, target: Path, columns: Mapping[str, str]) -> None:
    listed = ", ".join(f"{text_literal(name)}: {text_literal(kind)}" for name, kind in columns.items())
    read = f"read_json({text_literal(str(source))}, format = 'newline_delimited', columns = {{{listed}}})"
    partial = target.with_suffix(".partial")
    with duckdb.connect() as database:
        database.execute(f"COPY (SELECT * FROM {read}) TO {text_literal(str(partial))} (FORMAT parquet)")
    partial.replace(target)


def open_snapshot(database: duckdb.DuckDBPyConnection, snapshot: Snapshot, edition: Edition) -> None:
    """Make the views ``dwellings`` and ``rooms`` over a snapshot, each column in the type of its fact.

    Raises SnapshotError for a column that is missing or of another kind, and for values that a fact cannot have: NaN,
    infinity and numbers out of bounds would make databases disagree, so they are refused here as for one dwelling.
    """
    for table, path, columns in zip(
        ("dwellings", "rooms"), (snapshot.dwellings, snapshot.rooms), snapshot_columns(edition), strict=True
    ):
        source = f"read_parquet({text_literal(str(path))})"
        found = {row[0]: row[1] for row in database.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
        if lacking := [name for name in columns if name not in found]:
            raise SnapshotError(f"{path.name}: column {', '.join(lacking)} is missing")
        wrong = [
            f"{name} is {found[name]}, not {kind}" for name, kind in columns.items() if not _fits(found[name], kind)
        ]
        if wrong:
            raise SnapshotError(f"{path.name}: {'; '.join(wrong)}")
        listed = ", ".join(f"CAST({quoted(name)} AS {kind}) AS {quoted(name)}" for name, kind in columns.items())
        database.execute(f"CREATE OR REPLACE TEMP VIEW {table} AS SELECT {listed} FROM {source}")
    _check_values(database, edition)


def _fits(found: str, wanted: str) -> bool:
    if wanted == "BIGINT":
        return found in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
    if wanted == "DOUBLE":
        return found in ("FLOAT", "DOUBLE", "INTEGER", "BIGINT") or found.startswith("DECIMAL")
    return found == wanted or (wanted == "VARCHAR" and found.startswith("ENUM"))


def _check_values(database: duckdb.DuckDBPyConnection, edition: Edition) -> None:
    for table, entities in (("dwellings", ("dwelling", "unit")), ("rooms", ("room",))):
        facts = [fact for entity in ENTITIES if entity in entities for fact in edition.facts[entity].values()]
        tests = {fact: _impossible(fact) for fact in facts if fact.type != "bool"}
        counted = ", ".join(f"count(*) FILTER ({test})" for test in tests.values())
        counts = database.execute(f"SELECT {counted} FROM {table}").fetchone() or ()
        for (fact, test), count in zip(tests.items(), counts, strict=True):
            if count:
                column = quoted(column_of(fact.entity, fact.name))
                row = database.execute(f"SELECT {column} FROM {table} WHERE {test} LIMIT 1").fetchone() or (None,)
                accepted = fact.accepted("en")
                raise SnapshotError(
                    f"{table}, column {column}: {count} values such as {row[0]!r}; expected: {accepted}"
                )
    orphans = database.execute("SELECT count(*) FROM rooms ANTI JOIN dwellings ON dwelling_id = id").fetchone() or (0,)
    if orphans[0]:
        raise SnapshotError(f"rooms: {orphans[0]} rooms belong to no dwelling of the snapshot")


def _impossible(fact: Fact) -> str:
    column = quoted(column_of(fact.entity, fact.name))
    if fact.type == "enum":
        return f"{column} NOT IN ({', '.join(text_literal(value) for value in fact.values)})"
    bounds = f"NOT ({column} BETWEEN {fact.minimum} AND {fact.maximum})"
    return bounds if fact.type == "int" else f"({bounds} OR ({column} <> 0 AND abs({column}) < {SMALLEST_FLOAT}))"
