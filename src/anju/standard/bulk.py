# ruff: noqa: S608 - DuckDB reads no parameters here; what is put into a query is a checked name, number or quoted text
"""A whole city judged at once: the rules as one DuckDB query over the Parquet snapshot, with the same answers as judge().

A set of rules or facts is a number whose bits are their places in ``Bulk.rules`` and ``Bulk.facts``; ``Bulk.answer`` turns
a row back into words.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from anju.standard.edition import Edition, Rule
from anju.standard.expressions import And, Node, Ref
from anju.standard.facts import ENTITIES, EntityName
from anju.standard.judging import MANY_SEVERE, UNSEEN
from anju.standard.loading import current_edition
from anju.standard.snapshot import Snapshot, column_of, open_snapshot, ref_column
from anju.standard.transpile.sql import SqlWriter, quoted, text_literal

MOST_BITS = 62


@dataclass(frozen=True, slots=True)
class Answer:
    """The bulk answer for one dwelling; ``violated`` and ``unknown`` hold (rule, room or None)."""

    id: int
    verdict: str
    paperwork: str
    group_rental: bool | None
    tier: int | None
    missing: tuple[str, ...]
    violated: tuple[tuple[str, str | None], ...]
    unknown: tuple[tuple[str, str | None], ...]


class Bulk:
    """The rules of one edition on one day as queries."""

    def __init__(self, on: date, edition: Edition | None = None) -> None:
        self.on = on
        self.edition = edition or current_edition(on)
        in_force = tuple(self.edition.rules_on(on))
        self.rules: dict[EntityName, tuple[Rule, ...]] = {
            entity: tuple(rule for rule in in_force if rule.entity == entity) for entity in ENTITIES
        }
        self.facts: dict[EntityName, tuple[str, ...]] = {
            entity: tuple(self.edition.facts[entity]) for entity in ENTITIES
        }
        if any(len(names) > MOST_BITS for names in (*self.rules.values(), *self.facts.values())):
            raise ValueError(f"edition {self.edition.name}: more than {MOST_BITS} rules or facts of one entity")
        parameters = {
            name: value for name, item in self.edition.parameters.items() if (value := item.on(on)) is not None
        }
        self.writer = SqlWriter(parameters, ref_column)

    def judge(self, snapshot: Snapshot, folder: Path, threads: int | None = None) -> Snapshot:
        """Judge a snapshot into ``folder``: verdicts.parquet and room_results.parquet. Returns their paths.

        verdicts: id, verdict, paperwork, group_rental, tier, rooms_missing, and the bit sets violated, unknown (dwelling
        rules), unit_violated, unit_unknown, missing, missing_unit. room_results: dwelling_id, name, violated, unknown,
        missing; only rooms of let dwellings. Raises SnapshotError.
        """
        folder.mkdir(parents=True, exist_ok=True)
        verdicts, rooms = folder / "verdicts.parquet", folder / "room_results.parquet"
        with duckdb.connect() as database:
            if threads:
                database.execute(f"SET threads = {int(threads)}")
            database.execute("SET preserve_insertion_order = false")
            open_snapshot(database, snapshot, self.edition)
            self._copy(database, self.rooms_query(), rooms)
            database.execute(f"CREATE TEMP VIEW room_results AS SELECT * FROM read_parquet({text_literal(str(rooms))})")
            self._copy(database, self.verdicts_query(), verdicts)
        return Snapshot(dwellings=verdicts, rooms=rooms)

    @staticmethod
    def _copy(database: duckdb.DuckDBPyConnection, query: str, target: Path) -> None:
        partial = target.with_suffix(".partial")
        database.execute(f"COPY ({query}) TO {text_literal(str(partial))} (FORMAT parquet)")
        partial.replace(target)

    def rooms_query(self) -> str:
        """Write the query that judges every room; it reads the views rooms and dwellings."""
        rules = self.rules["room"]
        missing = ", ".join(
            f"{self._missing(rules, entity)} AS missing_{entity}" for entity in ("room", "dwelling", "unit")
        )
        seen = self._any_known("r", "room")
        return f"""
            SELECT dwelling_id, name, let, seen, {_bits(rules, "x{0}")} AS violated,
                {_bits(rules, "x{0} IS NULL")} AS unknown, missing_room AS missing, missing_dwelling, missing_unit
            FROM (SELECT r.dwelling_id, r.name, r.let, {seen} AS seen, {missing}, {self._columns(rules)}
                FROM rooms r JOIN dwellings d ON d.id = r.dwelling_id
                WHERE d.letting_state IS NULL OR d.letting_state = 'let')"""

    def verdicts_query(self) -> str:
        """Write the query that judges every dwelling; it reads the views dwellings and room_results."""
        room_rules, rules, unit_rules = self.rules["room"], self.rules["dwelling"], self.rules["unit"]
        definition = self.edition.definition_on("group_rental", self.on)
        group = self.writer.condition(definition.when) if definition else "CAST(NULL AS BOOLEAN)"
        facts = ", ".join(f"{self._missing(rules, entity)} AS missing_{entity}" for entity in ("dwelling", "unit"))
        return f"""
            WITH rooms_together AS (
                SELECT dwelling_id, bit_or(violated) AS violated, bit_or(unknown) AS unknown,
                    sum(bit_count(violated & {_mask(room_rules, "severe")})) AS severe,
                    count(*) FILTER (let IS DISTINCT FROM FALSE) AS recorded, bool_or(seen) AS seen,
                    bit_or(missing) AS missing, bit_or(missing_dwelling) AS missing_dwelling,
                    bit_or(missing_unit) AS missing_unit
                FROM room_results GROUP BY dwelling_id),
            facts AS (
                SELECT d.id, d.rooms_let, d.letting_state IS NULL OR d.letting_state = 'let' AS is_let, {group} AS group_rental,
                    {self._any_known("d", "dwelling")} AS seen, {facts}, {self._columns(rules, unit_rules)}
                FROM dwellings d),
            bits AS (
                SELECT *, {_bits(rules, "x{0}")} AS violated, {_bits(rules, "x{0} IS NULL")} AS unknown,
                    {_bits(unit_rules, "x{0}", len(rules))} AS unit_violated,
                    {_bits(unit_rules, "x{0} IS NULL", len(rules))} AS unit_unknown
                FROM facts),
            joined AS (
                SELECT b.id, b.is_let, b.group_rental, b.violated, b.unknown, b.unit_violated, b.unit_unknown,
                    b.seen OR coalesce(r.seen, FALSE) AS seen,
                    coalesce(r.violated, 0) AS room_violated, coalesce(r.unknown, 0) AS room_unknown,
                    coalesce(r.severe, 0) + bit_count(b.violated & {_mask(rules, "severe")}) AS severe,
                    b.rooms_let IS NULL OR coalesce(r.recorded, 0) < b.rooms_let AS rooms_missing,
                    b.missing_dwelling | coalesce(r.missing_dwelling, 0)
                        | CASE WHEN b.rooms_let IS NULL THEN {self._bit("dwelling", "rooms_let")} ELSE 0 END AS missing,
                    b.missing_unit | coalesce(r.missing_unit, 0) AS missing_unit, coalesce(r.missing, 0) AS missing_room
                FROM bits b LEFT JOIN rooms_together r ON r.dwelling_id = b.id)
            SELECT id, {self._answers()}, group_rental, is_let AND rooms_missing AS rooms_missing,
                {", ".join(f"CASE WHEN is_let THEN {name} ELSE 0 END AS {name}" for name in _SETS)}
            FROM joined"""

    def _answers(self) -> str:
        room_rules, rules = self.rules["room"], self.rules["dwelling"]
        papers = f"(violated | unknown) & {_mask(rules, 'paperwork')} <> 0"
        room_papers = f"(room_violated | room_unknown) & {_mask(room_rules, 'paperwork')} <> 0"
        unsafe = f"violated & {_mask(rules, 'safety')} <> 0 OR room_violated & {_mask(room_rules, 'safety')} <> 0"
        grave = (
            f"violated & {_mask(rules, 'prohibited')} <> 0 OR room_violated & {_mask(room_rules, 'prohibited')} <> 0"
        )
        missing = "rooms_missing OR missing <> 0 OR missing_unit <> 0 OR missing_room <> 0"
        return f"""
                CASE WHEN NOT is_let THEN 'not_let' WHEN NOT seen THEN 'unchecked' WHEN {unsafe} THEN 'non_compliant'
                    WHEN {missing} THEN 'unknown' ELSE 'compliant' END AS verdict,
                CASE WHEN is_let AND ({papers} OR {room_papers}) THEN 'incomplete' ELSE 'complete' END AS paperwork,
                CASE WHEN NOT is_let OR (violated = 0 AND room_violated = 0) THEN NULL
                    WHEN severe >= {MANY_SEVERE} OR {grave} THEN 2 ELSE 1 END AS tier"""

    def _columns(self, *groups: tuple[Rule, ...]) -> str:
        rules = [rule for group in groups for rule in group]
        written = [
            f"{self.writer.condition(And((rule.applies, rule.violated)))} AS x{number}"
            for number, rule in enumerate(rules)
        ]
        return ", ".join(written) or "NULL AS none"

    def _bit(self, entity: EntityName, name: str) -> int:
        return 1 << self.facts[entity].index(name)

    def _missing(self, rules: tuple[Rule, ...], entity: EntityName) -> str:
        """Write the bit set of an entity's facts that leave a safety rule unknown; a department's hold nothing back."""
        found: dict[str, list[str]] = {}
        for rule in rules:
            whole: Node = And((rule.applies, rule.violated))
            for ref in rule.reads if rule.counts_for_safety else ():
                if ref.entity == entity and self.edition.facts[entity][ref.name].by != "department":
                    found.setdefault(ref.name, []).append(self._forced(whole, ref))
        parts = [
            f"CASE WHEN {' OR '.join(tests)} THEN CAST({self._bit(entity, name)} AS BIGINT) ELSE 0 END"
            for name, tests in found.items()
        ]
        return "(" + " | ".join(parts) + ")" if parts else "CAST(0 AS BIGINT)"

    def _forced(self, node: Node, ref: Ref) -> str:
        return self.writer.forced_by(node, ref) or "FALSE"

    def _any_known(self, table: str, entity: EntityName) -> str:
        names = [
            fact.name
            for fact in self.edition.facts[entity].values()
            if fact.by != "register" and not (entity == "dwelling" and fact.name in UNSEEN)
        ]
        return f"NOT ({' AND '.join(f'{table}.{quoted(column_of(entity, name))} IS NULL' for name in names)})"

    def answers(self, results: Snapshot) -> Iterator[Answer]:
        """Read results back in words, in order of the dwellings' ids."""
        with duckdb.connect() as database:
            rooms: dict[int, list[tuple[Any, ...]]] = {}
            for row in database.execute(
                "SELECT dwelling_id, name, violated, unknown, missing FROM read_parquet(?) ORDER BY dwelling_id, name",
                [str(results.rooms)],
            ).fetchall():
                rooms.setdefault(row[0], []).append(row[1:])
            columns = ("id", "verdict", "paperwork", "group_rental", "tier", "rooms_missing", *_SETS)
            found = database.execute(
                f"SELECT {', '.join(columns)} FROM read_parquet(?) ORDER BY id", [str(results.dwellings)]
            ).fetchall()
        for row in found:
            yield self._answer(dict(zip(columns, row, strict=True)), rooms.get(row[0], []))

    def _answer(self, row: dict[str, Any], rooms: list[tuple[Any, ...]]) -> Answer:
        missing = [f"{name}.{fact}" for name, _, _, bits in rooms for fact in _picked(self.facts["room"], bits)]
        missing += _picked(self.facts["dwelling"], row["missing"]) + _picked(self.facts["unit"], row["missing_unit"])
        if row["rooms_missing"]:
            missing.append("rooms")

        def of(dwelling: str, unit: str, place: int) -> tuple[tuple[str, str | None], ...]:
            found: list[tuple[str, str | None]] = [
                (rule, room[0]) for room in rooms for rule in self._ids("room", room[place])
            ]
            found += [(rule, None) for rule in self._ids("dwelling", row[dwelling]) + self._ids("unit", row[unit])]
            return tuple(found)

        return Answer(
            id=row["id"],
            verdict=row["verdict"],
            paperwork=row["paperwork"],
            group_rental=row["group_rental"],
            tier=row["tier"],
            missing=tuple(missing),
            violated=of("violated", "unit_violated", 1),
            unknown=of("unknown", "unit_unknown", 2),
        )

    def _ids(self, entity: EntityName, bits: int) -> list[str]:
        return _picked(tuple(rule.id for rule in self.rules[entity]), bits)


_SETS = ("violated", "unknown", "unit_violated", "unit_unknown", "missing", "missing_unit")


def _picked(names: tuple[str, ...], bits: int) -> list[str]:
    return [name for number, name in enumerate(names) if bits >> number & 1]


def _bits(rules: tuple[Rule, ...], test: str, first: int = 0) -> str:
    """Write a bit set with one bit per rule; ``{0}`` in the test is the number of the rule's column."""
    parts = [
        f"CASE WHEN {test.format(first + number)} THEN CAST({1 << number} AS BIGINT) ELSE 0 END"
        for number in range(len(rules))
    ]
    return "(" + " | ".join(parts) + ")" if parts else "CAST(0 AS BIGINT)"


def _mask(rules: tuple[Rule, ...], what: str) -> int:
    """Return the bits of the rules of a severity, of paperwork, or of those that decide on safety."""

    def chosen(rule: Rule) -> bool:
        return what in (rule.severity, rule.category) or (what == "safety" and rule.counts_for_safety)

    return sum(1 << number for number, rule in enumerate(rules) if chosen(rule))


def compare(
    before: Snapshot, after: Snapshot, limit: int = 1000
) -> tuple[dict[tuple[str, str], int], list[tuple[int, str, str]]]:
    """Compare two results of one snapshot (a draft and what holds now).

    Returns how many dwellings go from each verdict to each, and up to ``limit`` of those that change: id, before, after.
    """
    joined = "read_parquet(?) b JOIN read_parquet(?) a ON a.id = b.id"
    paths = [str(before.dwellings), str(after.dwellings)]
    with duckdb.connect() as database:
        counts = database.execute(
            f"SELECT b.verdict, a.verdict, count(*) FROM {joined} GROUP BY ALL ORDER BY ALL", paths
        ).fetchall()
        changed = database.execute(
            f"SELECT b.id, b.verdict, a.verdict FROM {joined} WHERE a.verdict <> b.verdict ORDER BY b.id LIMIT {int(limit)}",
            paths,
        ).fetchall()
    return {(old, new): count for old, new, count in counts}, changed
