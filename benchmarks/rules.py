"""The standard: a city judged at once against one dwelling at a time, and one dwelling against reading its JSON.

Prints JSON. `bulk_ratio` (at least 10 is asked for): dwellings per second of bulk judgement from the Parquet snapshot ÷ those
of the one-dwelling evaluator on one core; the checks of every value are inside, making the invented snapshot is not, nor is
turning Parquet rows into cases for the evaluator. `one_core_ratio` is the same with bulk on one core too. `one_ratio` (at most
30): judging a dwelling with 6 rooms by all rules, with reasons, as the answer that is written to JSON ÷ one `json.loads` of it.
Run: `python benchmarks/rules.py [DWELLINGS]`.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from anju.standard import Fact, current_edition, judge
from anju.standard.bulk import Bulk
from anju.standard.snapshot import Snapshot, column_of
from anju.standard.testing import make_case

ON = date(2026, 11, 22)
ALONE = 3000


def invented(fact: Fact) -> str:
    """Write a random value of a fact, one in twenty-five unknown."""
    if fact.type == "bool":
        value = "random() < 0.8"
    elif fact.type == "enum":
        listed = ", ".join(f"'{name}'" for name in fact.values)
        value = f"([{listed}])[1 + (random() * {len(fact.values)})::BIGINT % {len(fact.values)}]"
    else:
        value = "(random() * 12)::BIGINT" if fact.type == "int" else "round(random() * 40, 1)"
    return f"CASE WHEN random() < 0.04 THEN NULL ELSE {value} END"


def make_snapshot(folder: Path, count: int) -> Snapshot:
    """Write dwellings with one to six rooms each; nine of ten are let."""
    edition, snapshot = current_edition(ON), Snapshot.in_folder(folder)
    columns = {
        column_of(entity, fact.name): invented(fact)
        for entity in ("dwelling", "unit")
        for fact in edition.facts[entity].values()
    }
    columns |= {
        "letting_state": "CASE WHEN random() < 0.9 THEN 'let' ELSE 'vacant' END",
        "rooms_let": "1 + n % 6",
    }
    rooms = {name: invented(fact) for name, fact in edition.facts["room"].items()}
    with duckdb.connect() as database:
        listed = ", ".join(f'{value} AS "{name}"' for name, value in columns.items())
        database.execute(f"COPY (SELECT n AS id, {listed} FROM range({count}) t(n)) TO '{snapshot.dwellings}'")
        listed = ", ".join(f'{value} AS "{name}"' for name, value in rooms.items())
        database.execute(
            f"COPY (SELECT n AS dwelling_id, chr((65 + k)::INT) AS name, {listed} FROM range({count}) t(n), range(6) u(k) "
            f"WHERE k <= n % 6) TO '{snapshot.rooms}'"
        )
    return snapshot


def read_cases(snapshot: Snapshot, count: int) -> list[dict[str, Any]]:
    """Read the first dwellings of a snapshot as judge() takes them."""
    with duckdb.connect() as database:
        dwellings = rows(database, f"SELECT * FROM '{snapshot.dwellings}' WHERE id < {count} ORDER BY id")
        rooms = rows(
            database, f"SELECT * FROM '{snapshot.rooms}' WHERE dwelling_id < {count} ORDER BY dwelling_id, name"
        )
    cases: dict[int, dict[str, Any]] = {}
    for row in dwellings:
        unit = {name.removeprefix("unit_"): row.pop(name) for name in list(row) if name.startswith("unit_")}
        number = row.pop("id")
        cases[number] = {**row, "unit": unit, "rooms": []}
    for row in rooms:
        cases[row.pop("dwelling_id")]["rooms"].append(row)
    return list(cases.values())


def rows(database: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    found = database.execute(query)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def one_dwelling() -> dict[str, float]:
    """Time one judgement and one json.loads in turn, so that other load hits both alike. Microseconds, medians."""
    case = make_case(rooms=6, common_alarm=False, rcd=None, gas_alarm=False)
    case["rooms"][1]["window"], case["rooms"][2]["persons"] = None, 4
    text = json.dumps(case, ensure_ascii=False)
    judge(case, ON)
    reading, judging = [], []
    for _ in range(1000):
        reading.append(seconds(lambda: json.loads(text)))
        judging.append(seconds(lambda: judge(case, ON).as_dict()))
    read, judged = statistics.median(reading) * 1e6, statistics.median(judging) * 1e6
    return {"one_json_loads_us": round(read, 1), "one_judge_us": round(judged, 1), "one_ratio": round(judged / read, 1)}


def run(count: int = 1_000_000) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        snapshot = make_snapshot(folder, count)
        cases = read_cases(snapshot, min(count, ALONE))
        judge(cases[0], ON)
        alone = len(cases) / seconds(lambda: [judge(case, ON) for case in cases])
        bulk = Bulk(ON)
        all_cores = count / seconds(lambda: bulk.judge(snapshot, folder / "all"))
        one_core = count / seconds(lambda: bulk.judge(snapshot, folder / "one", threads=1))
        alike = same(folder, cases)
    return {
        "name": "rules", "dwellings": count, "rules": sum(len(rules) for rules in bulk.rules.values()),
        "alone_per_second": round(alone), "bulk_per_second": round(all_cores), "bulk_one_core_per_second": round(one_core),
        "bulk_ratio": round(all_cores / alone, 1), "one_core_ratio": round(one_core / alone, 1), "at_least": 10,
        "verdicts_alike": alike, **one_dwelling(), "at_most": 30,
    }  # fmt: skip


def same(folder: Path, cases: list[dict[str, Any]]) -> int:
    """Count the sampled dwellings whose verdict in bulk is that of judge(): all of them, or the speed means nothing."""
    with duckdb.connect() as database:
        path = folder / "all" / "verdicts.parquet"
        found = database.execute(f"SELECT verdict FROM '{path}' WHERE id < {len(cases)} ORDER BY id").fetchall()
    return sum(judge(case, ON).verdict == row[0] for case, row in zip(cases, found, strict=True))


if __name__ == "__main__":
    print(json.dumps(run(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)))
