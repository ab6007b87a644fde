"""The phone's own modules, without a browser: what is sent and kept, where, when, what is asked and what is found.

The tests themselves are JavaScript (`frontend/field/tests/*.test.mjs`, Node's own runner); here they meet the rule book of
this very checkout, written by the transpiler.
"""

import json
import re
import subprocess
from pathlib import Path

import pytest

from anju.standard import load_edition
from anju.standard.tests.evaluators import node_program
from anju.standard.transpile.javascript import module_source
from tests.browser.field_city import book

pytestmark = [pytest.mark.nodatabase, pytest.mark.needs("node")]

FIELD = Path(__file__).resolve().parents[2] / "frontend" / "field"
FILES = sorted(FIELD.glob("tests/*.test.mjs"))


def run(files: list[Path], folder: Path) -> str:
    rules = folder / "rulebook.mjs"
    rules.write_text(module_source(load_edition()), encoding="utf-8")
    done = subprocess.run(
        [
            str(node_program()),
            "--disallow-code-generation-from-strings",
            "--test",
            "--test-reporter=tap",
            *map(str, files),
        ],
        env={
            "ANJU_RULEBOOK": str(rules),
            "ANJU_RULES": json.dumps(book("")["rules"]),
            "TZ": "America/New_York",
            "PATH": "",
        },  # a phone whose zone is wrong
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name.removesuffix(".test.mjs"))
def test_a7_2_the_phone_s_modules_keep_their_word(file: Path, tmp_path: Path) -> None:
    told = run([file], tmp_path)
    passed = int(re.findall(r"^# pass (\d+)", told, re.MULTILINE)[0])
    assert passed >= len(re.findall(r"^test\(", file.read_text(), re.MULTILINE)) > 0
