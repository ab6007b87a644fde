"""The tables of a new city: all at once, as `anju` makes them, against playing the migrations one by one. Processor seconds.

Both ways on an empty SQLite database in the same process, the quick one first and last, so that what is loaded once is nobody's.
Prints JSON. Run: `python benchmarks/tables.py`, or `./anju bench tables`.
"""

import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any


def made(command: Any, folder: Path, alias: str) -> float:
    from django.core.management import call_command
    from django.db import connections

    connections.databases[alias] = {**connections["default"].settings_dict, "NAME": str(folder / alias)}
    began = time.process_time()
    call_command(command, database=alias, verbosity=0)
    took = time.process_time() - began
    connections[alias].close()
    return took


def measure(folder: Path) -> dict[str, Any]:
    from django.core.management.commands import migrate as plain

    first = made("migrate", folder, "first")
    played = made(plain.Command(), folder, "played")
    at_once = made("migrate", folder, "again")
    return {
        "name": "tables", "at_once_s": round(at_once, 2), "at_once_first_s": round(first, 2), "played_s": round(played, 2),
        "ratio": round(played / at_once, 1),
    }  # fmt: skip


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        os.environ |= {"ANJU_DIR": scratch, "ANJU_DEMO": "1", "ANJU_LOG_LEVEL": "ERROR"}
        os.environ["DJANGO_SETTINGS_MODULE"] = "anju.config.settings"
        os.environ.pop("ANJU_DATABASE_URL", None)
        import django

        django.setup()
        print(json.dumps(measure(Path(scratch))))


if __name__ == "__main__":
    main()
