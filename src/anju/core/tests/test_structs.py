"""What is read from outside is read in several threads at once."""

import ast
import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

import anju
from anju.core.structs import READABLE

ROOT = Path(anju.__file__).parent
THREADS = """
import sys, threading
import msgspec
from anju.monitoring.thresholds import EditionFile
rule = {"id": "a", "reading": "smoke", "raises": "fire", "source": "x", "checked": True}
data = {"edition": "e", "in_force": "2026-01-01", "kinds": {"smoke": {"rules": [rule]}}}
sys.setswitchinterval(1e-6)
together = threading.Barrier(6)
def read():
    together.wait()
    msgspec.convert(data, EditionFile)
threads = [threading.Thread(target=read) for _n in range(6)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""


def read_into() -> Iterator[tuple[Path, str]]:
    """Every file of the program with the names of the classes that msgspec makes objects of there. Not of the simulator,
    which has one thread and reads what its caller asks for."""
    for file in ROOT.rglob("*.py"):
        if not {"tests", "simulation", "migrations"} & set(file.parts):
            for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(call, ast.Call) and ast.unparse(call.func).startswith("msgspec."):
                    named = [word.value for word in call.keywords if word.arg == "type"]
                    second = call.args[1:2] if ast.unparse(call.func) == "msgspec.convert" else []
                    yield from ((file, ast.unparse(one)) for one in [*named, *second])


FOUND = sorted(read_into())


def test_the_places_are_found() -> None:
    assert {"Letter", "EditionFile", "Profile"} <= {name for _file, name in FOUND}


@pytest.mark.parametrize(("file", "name"), FOUND, ids=[name for _file, name in FOUND])
def test_what_is_read_into_is_worked_out_on_import(file: Path, name: str) -> None:
    module = importlib.import_module(
        ".".join(["anju", *file.relative_to(ROOT).with_suffix("").parts]).removesuffix(".__init__")
    )
    made = getattr(module, name)
    assert made in READABLE or not issubclass(made, msgspec.Struct)


@pytest.mark.parametrize("turn", range(4))
def test_threads_that_read_the_first_one_at_once_do_not_end_the_process(turn: int) -> None:
    done = subprocess.run([sys.executable, "-c", THREADS], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
