"""The program `anju`: one word picks the command; `anju help` lists them."""

import difflib
import importlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from anju.commands import failures
from anju.demo import MARK

HELP = {"help", "--help", "-h"}


@dataclass(frozen=True)
class Command:
    """`module:function` takes the remaining arguments and returns the exit code; `django` loads the settings first."""

    group: str
    line: str
    target: str
    django: bool = False


COMMANDS: dict[str, Command] = {
    "demo": Command("Run", "a running city with invented data (--dir, --port, --size small|city)", "run:demo"),
    "serve": Command("Run", "a real city: the web pages and the worker, watched and restarted", "run:serve"),
    "worker": Command("Run", "only the worker: seals the log, runs schedules and jobs", "worker:run", django=True),
    "gateway": Command("Run", "only the gateway: listens to devices over MQTT and GB/T 26875.3", "gateway:gateway", django=True),
    "simulate": Command("Run", "devices that live, or a scene of a demo: --scenario kitchen-fire (--list tells all)", "simulate:simulate", django=True),
    "createuser": Command("Run", "make an account and its posting, or set a new password", "people:run", django=True),
    "demo-clock": Command("Run", "move a demo's clock forward, e.g. demo-clock +3d", "clock:run", django=True),
    "import-areas": Command("Data", "read a list of areas, grids, leaders and estates: FILE [--dry-run] [--json]", "manage:import_areas", django=True),
    "import-ledger": Command("Data", "read a ledger of rented homes: FILE [--dry-run] [--json]", "manage:import_ledger", django=True),
    "device": Command("Data", "the register of devices: add --kind smoke --dwelling CODE, show ID [--json]", "devices:device", django=True),
    "readings": Command("Data", "what devices said: export [--device ID] [--since TIME], as JSON lines", "devices:readings", django=True),
    "indicators": Command("Data", "count the indicators anew, or verify that the kept counts agree", "manage:indicators", django=True),
    "standard": Command("Data", "the rule book: judge FILE|-, explain R01, what-if FILE", "rules:run"),
    "alarms": Command("Data", "alarms as lines of JSON: export [--since TIME]", "alarms:run", django=True),
    "audit": Command("Data", "the audit log: verify or seal", "audits:run", django=True),
    "backup": Command("Keep", "write everything into one FILE while the city runs", "backup.command:backup", django=True),
    "restore": Command("Keep", "make a city from a backup FILE in an empty folder", "backup.command:restore"),
    "upgrade": Command("Keep", "back up, bring the database to this version, compare", "backup.command:upgrade", django=True),
    "test": Command("Develop", "the test suite on every database that answers; arguments go to pytest", "quality:test"),
    "check": Command("Develop", "style, types, layers and settings", "quality:check"),
    "bench": Command("Develop", "measure: bench [NAME] [--json]", "benches:run"),
    "chaos": Command("Develop", "kill what runs while devices talk: chaos ingest [--kills N]", "chaos:run"),
    "messages": Command("Develop", "Chinese texts: update [APP], missing", "texts:run"),
    "prepare": Command("", "tables and a demo's data: what demo and serve run first", "prepare:run", django=True),
    "django": Command("Develop", "Django's own commands, e.g. django makemigrations", "manage:anything"),
}  # fmt: skip


def main(argv: list[str] | None = None) -> int:
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `anju … | head`: the reader has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        told = failures.told(error)
        if told is None or os.environ.get("ANJU_DEBUG") == "1":
            raise
        print(told, file=sys.stderr)
        return int(getattr(error, "returncode", 1))  # 2: what was given cannot be used


def _run(arguments: list[str]) -> int:
    if not arguments or arguments[0] in HELP:
        print(_overview())
        return 0
    if arguments[0] == "--version":
        from anju import __version__

        print(__version__)
        return 0
    name, rest = arguments[0], arguments[1:]
    command = COMMANDS.get(name)
    if command is None:
        print(f"anju: there is no command {name!r}.{_nearest(name)} `anju help` lists them all.", file=sys.stderr)
        return 2
    rest = _take_folder(rest)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anju.config.settings")
    if command.django:
        _open_as_demo()
        load_django()
    module, _colon, function = command.target.partition(":")
    return int(getattr(importlib.import_module(f"anju.commands.{module}"), function)(rest))


def load_django() -> None:
    """Settings are read here and not on import, so that --dir and demo can set them before."""
    django = importlib.import_module("django")
    django.setup()


def _take_folder(arguments: list[str]) -> list[str]:
    """Take --dir DIR out, wherever it stands, and make it ANJU_DIR."""
    rest: list[str] = []
    waiting = iter(arguments)
    for word in waiting:
        if word == "--dir" or word.startswith("--dir="):
            folder = word[6:] if "=" in word else next(waiting, "")
            if not folder:
                raise failures.Failure("--dir needs a folder: anju … --dir DIR")
            os.environ["ANJU_DIR"] = os.path.abspath(os.path.expanduser(folder))  # noqa: PTH100, PTH111
        else:
            rest.append(word)
    return rest


def _open_as_demo() -> None:
    """A demo's folder is opened as a demo, from whichever terminal: its clock may run ahead, and its devices are lent."""
    folder = Path(os.environ.get("ANJU_DIR") or "anju-data")
    if "ANJU_DEMO" not in os.environ and (folder / MARK).exists():
        os.environ["ANJU_DEMO"] = "1"


def _nearest(name: str) -> str:
    near = difflib.get_close_matches(name, COMMANDS, n=1, cutoff=0.5)
    return f" Did you mean {near[0]!r}?" if near else ""


def _overview() -> str:
    lines = [
        "Anju (安居): makes a city's group-rented housing safe.",
        "",
        "Usage: anju COMMAND [arguments] [--dir DIR]",
    ]
    width = max(map(len, COMMANDS)) + 2
    for group in dict.fromkeys(command.group for command in COMMANDS.values() if command.group):
        lines += ["", f"{group}:"]
        lines += [f"  {name:<{width}}{c.line}" for name, c in COMMANDS.items() if c.group == group]
    lines += [
        "",
        "State is kept in DIR (or ANJU_DIR; else ./anju-data). Settings: docs/settings.md.",
        "`anju COMMAND --help` says more about one command.",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
