"""What the phone of an inspector costs and whether it judges as the server does.

- First download of a grid of 500 homes with four rooms each: bytes and processor time as plain JSON and as sent, time and
  bytes of the next answer when ten homes changed.
- The rule book's module against the server's evaluator on random dwellings (100,000 unless told), whole judgements: results
  with status, severity, force, reasons and words, verdict, papers, group rental, tier, what is missing. 0 differences is asked.
Prints JSON. Run: `python benchmarks/field.py [--homes 500] [--cases 100000]`.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from typing import Any

ROOMS = "ABCD"


def grid(homes: int) -> dict[str, Any]:
    import django

    django.setup()
    import msgspec
    from django.core.management import call_command
    from django.utils import translation

    call_command("migrate", verbosity=0)
    from anju.core import time as clock
    from anju.dwellings.services.facts import observe
    from anju.dwellings.testing import (
        SOUND_FACTS,
        SOUND_ROOM,
        make_dwelling,
        make_grid,
        make_party,
        make_unit,
        make_user,
    )
    from anju.field.grid import download

    with translation.override("zh-hans"):
        area = make_grid()
        worker, units = make_user("grid", "grid", area), [make_unit(area) for _ in range(homes // 12 + 1)]
        made = []
        for number in range(homes):
            rooms = {
                name: {**SOUND_ROOM, "area": 8 + (number + place) % 9, "alarm": number % 7 != place}
                for place, name in enumerate(ROOMS)
            }
            facts = {
                **SOUND_FACTS,
                "storeys": 3 + number % 20,
                "extinguishers_3kg": number % 3,
                "rooms_let": 4,
                "beds_let": 4 + number % 4,
            }
            landlord = make_party(area, f"周桂{number}", phone=f"139{number:08}")
            made.append(
                make_dwelling(
                    area, place=units[number // 12], facts=facts, rooms=rooms, landlord=landlord, inspector=worker
                )
            )
        worker = type(worker).objects.get(pk=worker.pk)
        plains, times, packed = [], [], b""
        for _ in range(5):
            started = time.process_time()
            given = download(user=worker)
            plain = msgspec.json.encode(given)
            plains.append(time.process_time() - started)
            packed = gzip.compress(plain, 6)
            times.append(time.process_time() - started)
        for home in made[:10]:
            observe(
                by=worker, dwelling=home, source="inspection", observed_at=clock.now(), values={"facts": {"rcd": False}}
            )
        started = time.perf_counter()
        later = download(user=worker, since=given["token"])
        delta = gzip.compress(msgspec.json.encode(later), 6)
        return {
            "homes": len(given["homes"]), "rooms_each": len(ROOMS), "bytes_plain": len(plain), "bytes_sent": len(packed),
            "ratio": round(len(plain) / len(packed), 1), "processor_seconds": round(statistics.median(times), 3),
            "processor_seconds_plain": round(statistics.median(plains), 3),
            "changed_homes_sent": len(later["homes"]), "delta_bytes": len(delta), "delta_seconds": round(time.perf_counter() - started, 3),
        }  # fmt: skip


def phone(cases: int) -> dict[str, Any]:
    """Node reads all cases from a file and writes its answers to another: one process, no code made from text."""
    from datetime import date

    from anju.standard import judge, load_edition
    from anju.standard.tests import evaluators, strategies
    from anju.standard.transpile.javascript import module_source

    edition, on, chance = load_edition(), date(2026, 11, 22), Random(331)
    folder = Path(tempfile.mkdtemp(prefix="anju-phone-"))
    (folder / "rules.mjs").write_text(module_source(edition), encoding="utf-8")
    (folder / "run.mjs").write_text(
        'import { readFileSync, writeFileSync } from "node:fs";\nimport { judge } from "./rules.mjs";\n'
        f'const cases = readFileSync("{folder}/cases.jsonl", "utf8").trimEnd().split("\\n").map((line) => JSON.parse(line));\n'
        "const started = performance.now();\n"
        f'const told = cases.map((facts) => JSON.stringify(judge(facts, "{on}")));\n'
        f'writeFileSync("{folder}/told.jsonl", told.join("\\n"));\nconsole.log((performance.now() - started) / 1000);\n'
    )
    given, differences, seconds, python = 0, 0, 0.0, 0.0
    while given < cases:
        block = [_case(edition, chance, strategies) for _ in range(min(5000, cases - given))]
        (folder / "cases.jsonl").write_text("\n".join(json.dumps(case) for case in block))
        command = [str(evaluators.node_program()), "--disallow-code-generation-from-strings", str(folder / "run.mjs")]
        seconds += float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        told = (folder / "told.jsonl").read_text(encoding="utf-8").split("\n")
        started = time.perf_counter()
        mine = [judge(case, on).as_dict() for case in block]
        python += time.perf_counter() - started
        differences += sum(
            json.loads(there) != json.loads(json.dumps(here)) for here, there in zip(mine, told, strict=True)
        )
        given += len(block)
    return {
        "dwellings": given, "differences": differences, "phone_microseconds_each": round(seconds / given * 1e6),
        "server_microseconds_each": round(python / given * 1e6),
    }  # fmt: skip


def _case(edition: Any, chance: Random, strategies: Any) -> dict[str, Any]:
    """One dwelling with up to three rooms; a seventh of all facts unknown."""
    rows = strategies.rows(edition, chance.getrandbits(32), chance.randint(1, 3))
    rooms = [{"name": name, **row["room"]} for name, row in zip(ROOMS, rows, strict=False)]
    case = {**rows[0]["dwelling"], "unit": rows[0]["unit"], "rooms": rooms}
    if chance.random() < 0.05:
        case["letting_state"] = chance.choice([None, "vacant"])
    return case


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--homes", type=int, default=500)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--part", default="")
    chosen = parser.parse_args()
    if chosen.part:
        print(json.dumps(grid(chosen.homes) if chosen.part == "grid" else phone(chosen.cases)))
        return
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "ANJU_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "anju.config.settings",
            "ANJU_DEMO": "0",
        }
        found = {}
        for part in ("grid", "phone"):
            command = [
                sys.executable,
                __file__,
                "--part",
                part,
                "--homes",
                str(chosen.homes),
                "--cases",
                str(chosen.cases),
            ]
            done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
            found[part] = json.loads(done.stdout.strip().splitlines()[-1])
    print(json.dumps(found))


if __name__ == "__main__":
    main()
