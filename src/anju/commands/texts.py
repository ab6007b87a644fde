"""`anju messages update [APP]` and `anju messages missing`: the Chinese texts."""

import argparse
import sys

from anju import messages
from anju.commands.failures import Failure


def run(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="anju messages", description="The Chinese texts.")
    parser.add_argument("what", choices=["update", "missing"])
    parser.add_argument("app", nargs="?", help="one app; without it, all")
    chosen = parser.parse_args(arguments)
    if chosen.app and chosen.app not in messages.apps():
        raise Failure(f"there is no app {chosen.app!r}; the apps are {', '.join(messages.apps())}.")
    return _update(chosen.app) if chosen.what == "update" else _missing(chosen.app)


def _update(app: str | None) -> int:
    for name in [app] if app else messages.apps():
        for added in messages.update(name):
            sys.stdout.write(f"{name}: {added}\n")
    return 0


def _missing(app: str | None) -> int:
    found = {name: texts for name, texts in messages.missing().items() if app in (None, name)}
    for name, texts in found.items():
        for text in texts:
            sys.stdout.write(f"{name}: {text}\n")
    return 1 if found else 0
