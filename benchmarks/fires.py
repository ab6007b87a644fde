"""Fires: how long after ignition the platform's own thresholds raise the alarm, on recorded room fires.

Prints JSON. With ANJU_FIRES_DIR (a folder of recordings: CSV and …_Events.csv, see `anju.monitoring.replay`) the real ones are
played, else the three that are made up here. `found` of `fires`; `early`: alarms of any detector before ignition; `after_s`:
seconds from ignition to the first alarm; with messages every 1, 5 and 10 seconds. The recordings hold temperatures under the
ceiling and no smoke, so this is the slower half of a smoke and heat detector.
Run: `python benchmarks/fires.py [FOLDER]`.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
from pathlib import Path
from typing import Any

from anju.monitoring.replay import Recording, play, recordings
from anju.monitoring.testing_fires import invented

STEPS = (1.0, 5.0, 10.0)


def measured(fires: list[Recording]) -> dict[str, Any]:
    found: dict[str, Any] = {"fires": len(fires), "by_step": {}}
    for step in STEPS:
        alarms = [play(fire, every=step) for fire in fires]
        after = [alarm.after for alarm in alarms if alarm.found and alarm.after is not None]
        found["by_step"][f"{step:g} s"] = {
            "found": len(after), "early": sum(alarm.too_early for alarm in alarms), "median_s": statistics.median(after) if after else None,
            "slowest_s": max(after, default=None),
            "after_s": {alarm.name: alarm.after for alarm in alarms}, "rule": {alarm.name: alarm.by for alarm in alarms},
        }  # fmt: skip
    return found


def main() -> int:
    folder = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("ANJU_FIRES_DIR", "")
    fires = list(recordings(Path(folder))) if folder else invented()
    result = {"benchmark": "fires", "recordings": "real" if folder else "made up", **measured(fires)}
    sys.stdout.write(f"{json.dumps(result, ensure_ascii=False)}\n")
    worst = result["by_step"]["1 s"]
    return 0 if worst["found"] == len(fires) and not worst["early"] else 1


if __name__ == "__main__":
    sys.exit(main())
