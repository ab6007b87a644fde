"""How long the embedded database's write lock is held while a city works: import, bulk judgement, counts, index, undo.

Every transaction is timed from the moment it has the lock (BEGIN IMMEDIATE) to the end of its COMMIT, and counted under the
work that made it. The wall clock says what others had to wait, the processor's what the work itself costs: on a machine
with other load the first is larger. A statement outside a transaction is timed whole, with its own wait for the lock. A
second process writes one small row (an alarm) every 20 ms all the while and times how long it waited for the lock.
Prints JSON: milliseconds per kind of work, rows per second, the longest hold of all, and the alarms' waits.
Run: `python benchmarks/writes.py [--rows 5000] [--judged N] [--dir DIR]`; the target (no hold above 50 ms) is for 100,000 rows.
"""

# ruff: noqa: SLF001 - what the program keeps to itself is timed here
from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import imports as ledgers  # the benchmark beside this one: its ledger is written here

EVERY = 0.02
AT_MOST = 50
WRITING = ("INSERT", "UPDATE", "DELETE", "REPLACE")


# --- what is measured ----------------------------------------------------------------------------------------------------


@dataclass
class Spans:
    """Milliseconds of one kind of work."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def add(self, wall: float, cpu: float) -> None:
        self.wall.append(wall * 1000)
        self.cpu.append(cpu * 1000)

    def summary(self) -> dict[str, Any]:
        return {"count": len(self.wall), "wall_ms": spread(self.wall), "cpu_ms": spread(self.cpu)}


def spread(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)

    def at(share: float) -> float:
        return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)

    if not ordered:
        return {}
    over = sum(value > AT_MOST for value in ordered)
    return {"p50": at(0.5), "p95": at(0.95), "p99": at(0.99), "longest": round(ordered[-1], 1), "over_50": over}


class Holds(threading.local):
    """The kind of work of each thread, and since when it has held the lock."""

    label = "other"
    began: tuple[float, float] | None = None


holds = Holds()
found: dict[str, Spans] = {}
outside: dict[str, Spans] = {}
starved: list[float] = []


def watch() -> None:
    """Time every transaction of this process."""
    from django.db import connection, connections

    from anju.core.sqlite import base

    DatabaseWrapper: Any = base.DatabaseWrapper  # its private names are what opens and ends a transaction
    begin, commit, rollback = (
        DatabaseWrapper._start_transaction_under_autocommit, DatabaseWrapper._commit, DatabaseWrapper._rollback,
    )  # fmt: skip

    def beginning(self: Any) -> None:
        begin(self)
        holds.began = time.perf_counter(), time.thread_time()

    def ending(plain: Callable[[Any], None]) -> Callable[[Any], None]:
        def end(self: Any) -> None:
            plain(self)
            if holds.began is not None:
                wall, cpu = holds.began
                spans = found.setdefault(holds.label, Spans())
                spans.add(time.perf_counter() - wall, time.thread_time() - cpu)
                holds.began = None

        return end

    DatabaseWrapper._start_transaction_under_autocommit = beginning
    DatabaseWrapper._commit, DatabaseWrapper._rollback = ending(commit), ending(rollback)
    assert connections[connection.alias].vendor == "sqlite", "the lock of the embedded database is measured"


def alone(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    """A statement that is its own transaction."""
    if context["connection"].in_atomic_block or not sql.startswith(WRITING):
        return execute(sql, params, many, context)
    wall, cpu = time.perf_counter(), time.thread_time()
    try:
        return execute(sql, params, many, context)
    finally:
        outside.setdefault(holds.label, Spans()).add(time.perf_counter() - wall, time.thread_time() - cpu)


@contextmanager
def labelled(label: str) -> Iterator[None]:
    before, holds.label = holds.label, label
    try:
        yield
    finally:
        holds.label = before


# --- the city and its work -----------------------------------------------------------------------------------------------


class Upload:
    """What Django hands over for an upload."""

    def __init__(self, path: Path) -> None:
        self.path, self.size = path, path.stat().st_size
        self.name: str | None = path.name

    def read(self, n: int = -1, /) -> bytes:
        return self.path.read_bytes()[: n if n >= 0 else None]


def make_town() -> tuple[Any, Any]:
    from anju.dwellings.testing import make_area, make_estate, make_user

    city = make_area("city", "昆山市")
    zone = make_area("zone", "周市镇", parent=city)
    grid = make_area("grid", "第 1 网格", parent=make_area("community", "兰泾社区", parent=zone))
    make_estate(grid, "兰泾花苑", "resettlement")
    return zone, make_user("bench", "office", zone)


def work_off() -> dict[str, float]:
    """Run what is queued, each kind under its name and phase. Returns seconds per kind."""
    from anju.core import time as clock
    from anju.jobs import services as jobs

    seconds: dict[str, float] = {}
    for kind, step in list(jobs._kinds.items()):
        jobs._kinds[kind] = _labelled_step(kind, step)
    while (job := jobs.claim(clock.now())) is not None:
        start = time.perf_counter()
        jobs.run(job)
        seconds[job.kind] = seconds.get(job.kind, 0) + time.perf_counter() - start
        job.refresh_from_db()
        if job.status != "done":
            raise SystemExit(f"{job.kind}: {job.status} {job.note}")
    return seconds


def _labelled_step(kind: str, step: Any) -> Any:
    if hasattr(step, "plain"):
        return step

    def run(job: Any) -> bool:
        phase = job.state.get("phase", "")
        with labelled(f"{kind} {phase}".strip()):
            done: bool = step(job)
        return done

    run.plain = step  # type: ignore[attr-defined]
    return run


def import_ledger(rows: int, folder: Path, zone: Any, officer: Any) -> dict[str, Any]:
    from anju.dwellings.services import imports

    path = folder / "ledger.xlsx"
    ledgers.write(path, rows)
    with labelled("pages"):
        ledger = imports.upload(by=officer, upload=Upload(path), area=zone)
    seconds = work_off()
    ledger.refresh_from_db()
    if ledger.state != "preview":
        raise SystemExit(f"the ledger is {ledger.state}: {ledger.error}")
    with labelled("pages"):
        for column in ledger.columns["columns"]:
            imports.confirm_column(by=officer, ledger=ledger, index=column["index"])
            ledger.refresh_from_db()
        imports.write(by=officer, ledger=ledger, only_good=True)
    seconds |= work_off()
    ledger.refresh_from_db()
    if ledger.state != "done":
        raise SystemExit(f"the import is {ledger.state}: {ledger.error}")
    return {"ledger": ledger, "seconds": seconds, "homes": ledger.counts["create"]}


def judge(most: int) -> float:
    """As if the verdicts of so many homes had run out tonight. Returns seconds."""
    from anju.core import time as clock
    from anju.dwellings.models import Dwelling
    from anju.dwellings.services import nightly

    ids = list(Dwelling._base_manager.values_list("pk", flat=True)[:most])
    with labelled("not counted"):
        for first in range(0, len(ids), 1000):
            Dwelling._base_manager.filter(pk__in=ids[first : first + 1000]).update(verdict_until=clock.today())
    start = time.perf_counter()
    nightly.start(clock.now())
    work_off()
    return time.perf_counter() - start


def timed(label: str, work: Callable[[], object]) -> float:
    start = time.perf_counter()
    with labelled(label):
        work()
    return time.perf_counter() - start


def count_all() -> dict[str, float]:
    from anju.core import time as clock
    from anju.overview.services import carrying, closing, recounting

    carrying.start(clock.now())
    seconds = work_off()
    seconds["recount"] = timed("recount", recounting.recount)
    closing.start(clock.now())
    return seconds | work_off()


def measure(rows: int, judged: int, folder: Path) -> dict[str, Any]:
    from django.db import connection

    from anju.dwellings import search
    from anju.dwellings.services import imports

    zone, officer = make_town()
    watch()
    alarms = Alarms()
    stop = threading.Event()
    sealer = threading.Thread(target=sealing, args=(stop,))
    sealer.start()
    with connection.execute_wrapper(alone):
        first = import_ledger(max(rows // 5, 1), folder, zone, officer)
        with labelled("pages"):
            imports.undo(by=officer, ledger=first["ledger"])
        undone = work_off()["ledger-undo"]
        done = import_ledger(rows, folder, zone, officer)
        seconds: dict[str, float] = done["seconds"]
        seconds |= count_all()
        seconds["rejudge"] = judge(judged)
        seconds["search index"] = timed("search index", search.rebuild)
    stop.set()
    sealer.join()
    homes = done["homes"]
    counted = {"ledger-check": rows, "rejudge": min(judged, homes)}
    found.pop("not counted", None)
    outside.pop("not counted", None)
    return {
        "name": "writes", "rows": rows, "homes": homes,
        "longest_hold_ms": max(max(spans.wall) for spans in found.values()),
        "longest_hold_cpu_ms": max(max(spans.cpu) for spans in found.values()), "at_most": AT_MOST,
        "seconds": {name: round(value, 1) for name, value in seconds.items()},
        "judged": min(judged, homes),
        "per_second": {name: round(counted.get(name, homes) / value) for name, value in seconds.items()}
        | {"ledger-undo": round(first["homes"] / undone)},
        "transactions": {name: spans.summary() for name, spans in sorted(found.items())},
        "single_statements": {name: spans.summary() for name, spans in sorted(outside.items())},
        "sealer_locked_out": len(starved), "alarms": alarms.stop(),
    }  # fmt: skip


def sealing(stop: threading.Event) -> None:
    """The audit log is sealed every second, as the worker does it."""
    from django.db import OperationalError, connection

    from anju.audit import sealer

    with labelled("sealing"):
        while not stop.wait(1.0):
            try:
                sealer.seal_all()
            except OperationalError:  # waited in vain, as the worker may; counted, and tried again
                starved.append(time.perf_counter())
    connection.close()


# --- the other process ---------------------------------------------------------------------------------------------------


class Alarms:
    """Writes a row every 20 ms in a process of its own until it is told to stop."""

    def __init__(self) -> None:
        command = [sys.executable, __file__, "--alarms"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.process.stdout.readline()

    def stop(self) -> dict[str, Any]:
        said, _nothing = self.process.communicate("")
        told: dict[str, Any] = json.loads(said)
        return told


def alarm_until_told() -> None:
    import django

    django.setup()
    from django.db import connection, transaction

    from anju.accounts.services import system_actor
    from anju.audit.services import record

    stop = threading.Event()

    def until_told() -> None:
        sys.stdin.read()
        stop.set()

    threading.Thread(target=until_told, daemon=True).start()
    actor = system_actor()
    waited, whole = [], []
    connection.ensure_connection()
    print("ready", flush=True)
    due = time.perf_counter()
    while not stop.is_set():
        start = time.perf_counter()
        with transaction.atomic():
            locked = time.perf_counter()
            record(by=actor, verb="alarm.test", subject=actor)
        waited.append((locked - start) * 1000)
        whole.append((time.perf_counter() - start) * 1000)
        due = max(due + EVERY, time.perf_counter())
        time.sleep(max(0.0, due - time.perf_counter()))
    print(json.dumps({"written": len(waited), "wait_ms": spread(waited), "until_committed_ms": spread(whole)}))


# --- from the command line -----------------------------------------------------------------------------------------------


def run(rows: int, judged: int, folder: Path) -> dict[str, Any]:
    os.environ |= {"ANJU_DIR": str(folder), "ANJU_DEMO": "1", "ANJU_LOG_LEVEL": "ERROR"}
    os.environ["DJANGO_SETTINGS_MODULE"] = "anju.config.settings"
    os.environ.pop("ANJU_DATABASE_URL", None)
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import translation

    from anju.commands import worker

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    worker.tune()
    with translation.override("zh-hans"):
        return measure(rows, judged, folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5000)
    parser.add_argument("--judged", type=int, help="of the homes, so many are judged anew (default: all)")
    parser.add_argument("--dir", type=Path, help="an empty folder that is kept")
    parser.add_argument("--alarms", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.alarms:
        alarm_until_told()
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = chosen.dir or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        judged = chosen.rows if chosen.judged is None else chosen.judged
        print(json.dumps(run(chosen.rows, judged, folder), ensure_ascii=False))


if __name__ == "__main__":
    main()
