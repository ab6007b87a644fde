"""`./anju chaos ingest`: from the command line. A summary for people on standard error, JSON on standard output."""

import argparse
import json
import os
import random
import shutil
import sys
import tempfile
from pathlib import Path

from tests.program.chaos.storm import COMBINATIONS, Report, Storm

KILLS, ROWS = 300, 100_000


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="anju chaos ingest",
        description="kill -9 gateways and workers while devices talk and a ledger is imported, and hold the database against"
        " an outside list of what was acknowledged.",
    )
    parser.add_argument("--kills", type=int, default=KILLS, help=f"in all, over the combinations (default {KILLS})")
    parser.add_argument("--only", choices=COMBINATIONS, action="append", help="this combination; may be given again")
    parser.add_argument("--ledger-rows", type=int, default=ROWS, help=f"of the ledger imported meanwhile, 0 for none (default {ROWS})")  # fmt: skip
    parser.add_argument("--seed", type=int, default=None, help="of what devices say and when kills come (default: new)")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="where logs and lists stay (default: deleted when all is well)")  # fmt: skip
    chosen = parser.parse_args()
    chosen_ones = [one for one in chosen.only or COMBINATIONS if _possible(one)]
    seed = random.SystemRandom().randrange(10**6) if chosen.seed is None else chosen.seed
    folder = chosen.keep or Path(tempfile.mkdtemp(prefix="anju-chaos-"))
    say(
        f"chaos: seed {seed}; --seed {seed} sends the same messages and waits as long before each kill. Logs in {folder}"
    )
    reports = []
    for number, combination in enumerate(chosen_ones):
        kills = chosen.kills // len(chosen_ones) + (number < chosen.kills % len(chosen_ones))
        storm = Storm(combination, seed + number, kills, chosen.ledger_rows, folder / combination, say=say)
        reports.append(storm.run())
        say(reports[-1].in_words())
    sys.stdout.write(json.dumps(summary(seed, reports), ensure_ascii=False) + "\n")
    good = bool(reports) and all(report.good for report in reports)
    if good and chosen.keep is None:
        shutil.rmtree(folder)
    say("chaos: nothing lost, nothing doubled, alarms as the readings give them." if good else f"chaos: NOT GOOD; see {folder}")  # fmt: skip
    return 0 if good else 1


def summary(seed: int, reports: list[Report]) -> dict[str, object]:
    return {
        "name": "chaos ingest",
        "seed": seed,
        "kills": sum(sum(report.kills.values()) for report in reports),
        "acknowledged": sum(report.acknowledged for report in reports),
        "lost": sum(report.verdict.lost for report in reports),
        "doubled": sum(report.verdict.doubled for report in reports),
        "alarms": sum(report.verdict.alarms for report in reports),
        "alarms_wrong": sum(report.verdict.alarms_wrong for report in reports),
        "runs": [report.as_dict() for report in reports],
    }


def _possible(combination: str) -> bool:
    protocol, _dash, database = combination.partition("-")
    if database == "postgres" and not os.environ.get("ANJU_TEST_POSTGRES_URL"):
        say(f"{combination}: left out, no PostgreSQL answers")
        return False
    if protocol == "nats" and not shutil.which("nats-server"):
        say(f"{combination}: left out, there is no nats-server on the path")
        return False
    return True


def say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
