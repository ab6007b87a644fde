"""`anju test` and `anju check`: what a change must pass. The same on a developer's machine and in CI."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psycopg

from anju import assets, messages
from anju.commands.failures import Failure

ROOT = Path(__file__).resolve().parents[3]
HERE = Path(sys.executable).parent
WORKERS = "2"
ONCE = "nodatabase or browser"
TEST_SETTINGS = {
    "DJANGO_SETTINGS_MODULE": "anju.config.settings_test"
}  # named here: the environment beats pytest's ini
USAGE = """usage: anju test [--only sqlite|postgres] [pytest arguments]

Runs the suite on SQLite and, where a PostgreSQL server answers, on PostgreSQL too; what needs no database of the suite (the
program as a process, browsers, plain Python) runs once, before both. With --only everything runs on one database.
ANJU_TEST_POSTGRES_URL names the server (default: postgresql:///postgres, the local socket).
ANJU_REQUIRE=chromium,postgres,node,fonts turns a skip for want of these into a failure.
"""


def test(arguments: list[str]) -> int:
    if arguments[:1] in (["--help"], ["-h"]):
        sys.stdout.write(USAGE)
        return 0
    needs_checkout()
    only, rest = _only(arguments)
    assets.ensure()
    messages.compile_all()
    address = postgres()
    if only == "postgres" and not address:
        raise Failure(
            "no PostgreSQL answers. Start one, or name it: ANJU_TEST_POSTGRES_URL=postgresql://user:password@host/name"
        )
    server = {"ANJU_TEST_POSTGRES_URL": address}
    on = {"sqlite": ("SQLite", server), "postgres": ("PostgreSQL", {**server, "ANJU_TEST_DATABASE_URL": address})}
    if only is not None:
        return _pytest(*on[only], rest)
    codes = [_pytest("no database", server, _marked(rest, ONCE))]
    codes += [_pytest(*on[name], _marked(rest, f"not ({ONCE})")) for name in on if name == "sqlite" or address]
    if not address:
        sys.stderr.write("anju: no PostgreSQL answers; the suite ran on SQLite only.\n")
        codes.append(int("postgres" in os.environ.get("ANJU_REQUIRE", "").split(",")))
    return max(codes)


def needs_checkout() -> None:
    if not (ROOT / "pyproject.toml").exists():
        raise Failure("this command needs the source checkout (git clone), not an installed wheel.")


def _only(arguments: list[str]) -> tuple[str | None, list[str]]:
    if "--only" not in arguments:
        return None, arguments
    place = arguments.index("--only")
    chosen = arguments[place + 1] if place + 1 < len(arguments) else ""
    if chosen not in ("sqlite", "postgres"):
        raise Failure(f"--only {chosen}: expected sqlite or postgres.")
    return chosen, arguments[:place] + arguments[place + 2 :]


def _marked(arguments: list[str], marks: str) -> list[str]:
    """Only tests with these marks, of those that `-m` asks for: pytest itself hears the last `-m` alone."""
    if "-m" not in arguments[:-1]:
        return [*arguments, "-m", marks]
    place = arguments.index("-m") + 1
    return [*arguments[:place], f"({arguments[place]}) and ({marks})", *arguments[place + 1 :]]


def postgres() -> str:
    """The address of a server that answers, or "". A named server that does not answer is an error, not a skip."""
    named = os.environ.get("ANJU_TEST_POSTGRES_URL", "")
    url = named or "postgresql:///postgres"
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.OperationalError as error:
        if named:
            raise Failure(f"ANJU_TEST_POSTGRES_URL does not answer: {str(error).strip().splitlines()[0]}") from error
        return ""
    return url


def _pytest(where: str, more: dict[str, str], arguments: list[str]) -> int:
    sys.stderr.write(f"\n== tests on {where}\n")
    sys.stderr.flush()
    several = (
        []
        if any(word.startswith("-n") for word in arguments)
        else ["-n", WORKERS, "--dist", "loadgroup", "--no-loadscope-reorder"]
    )
    environment = {**os.environ, **TEST_SETTINGS, **{name: value for name, value in more.items() if value}}
    command = [sys.executable, "-m", "pytest", "-q", "-ra", *several, *arguments]
    code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode  # noqa: S603  # our own suite
    return 0 if code == 5 and arguments else code  # 5: nothing selected, e.g. a file whose tests all need no database


def check(arguments: list[str]) -> int:
    """Style, types, layers, settings, migrations; all of them, also after the first that fails."""
    if arguments:
        raise Failure("check takes no arguments.")
    needs_checkout()
    assets.ensure()
    messages.compile_all()
    django = [sys.executable, "-m", "django"]
    steps = {
        "ruff check": [str(HERE / "ruff"), "check", "."],
        "ruff format": [str(HERE / "ruff"), "format", "--check", "."],
        "mypy": [str(HERE / "mypy"), "src", "benchmarks", "tests", "conftest.py"],
        "layers": [str(HERE / "lint-imports"), "--no-cache"],
        "settings": [*django, "check", "--fail-level", "WARNING"],
        "migrations": [*django, "makemigrations", "--check", "--dry-run"],
    }
    failed = [name for name, command in steps.items() if not _passes(name, command)]
    sys.stdout.write(f"failed: {', '.join(failed)}\n" if failed else "all checks passed\n")
    return 1 if failed else 0


def _passes(name: str, command: list[str]) -> bool:
    started = time.monotonic()
    environment = {**os.environ, **TEST_SETTINGS}
    done = subprocess.run(command, cwd=ROOT, env=environment, text=True, capture_output=True, check=False)  # noqa: S603  # our tools
    mark = "ok" if done.returncode == 0 else "FAILED"
    sys.stdout.write(f"{name:<12} {mark:<7} {time.monotonic() - started:5.1f} s\n")
    if done.returncode:
        sys.stdout.write(f"{(done.stdout + done.stderr).rstrip()}\n\n")
    sys.stdout.flush()
    return done.returncode == 0
