"""`anju bench [NAME] [--json]`: each module of benchmarks/ prints one JSON object; run alone or all in turn."""

import argparse
import json
import subprocess
import sys
from pathlib import Path

from anju.commands.failures import Failure

FOLDER = Path(__file__).resolve().parents[3] / "benchmarks"


def run(arguments: list[str]) -> int:
    names = sorted(file.stem for file in FOLDER.glob("*.py") if not file.stem.startswith("_"))
    parser = argparse.ArgumentParser(prog="anju bench", description=f"Benchmarks: {', '.join(names)}.")
    parser.add_argument("name", nargs="?", help="one benchmark; without it, all")
    parser.add_argument("--json", action="store_true", help="only the JSON objects, one a line")
    chosen, rest = parser.parse_known_args(arguments)
    if chosen.name and chosen.name not in names:
        raise Failure(f"there is no benchmark {chosen.name!r}; there are {', '.join(names)}.")
    worst = 0
    for name in [chosen.name] if chosen.name else names:
        if not chosen.json:
            sys.stderr.write(f"== {name}\n")
        worst = max(worst, _one(name, rest, plain=chosen.json))
    return worst


def _one(name: str, arguments: list[str], *, plain: bool) -> int:
    command = [sys.executable, str(FOLDER / f"{name}.py"), *arguments]
    done = subprocess.run(command, cwd=FOLDER.parent, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603  # our own module
    last = done.stdout.strip().splitlines()[-1:] or ["{}"]
    found = json.loads(last[0])
    sys.stdout.write(f"{json.dumps(found, ensure_ascii=False, indent=None if plain else 2)}\n")
    return done.returncode
