"""Every setting stands in docs/settings.md with its default, and nothing stands there that the program does not read."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.nodatabase
ROOT = Path(__file__).resolve().parents[4]
ROW = re.compile(r"^\| `(ANJU_\w+)` \| ([^|]+) \|", re.MULTILINE)


def documented() -> dict[str, str]:
    return dict(ROW.findall((ROOT / "docs" / "settings.md").read_text()))


def read() -> set[str]:
    settings = (ROOT / "src/anju/config/settings.py").read_text()
    found = set(re.findall(r'env\.\w+\(\s*"(ANJU_\w+)"', settings))
    for file in ("src/anju/config/settings_test.py", "src/anju/commands/quality.py", "conftest.py"):
        found |= set(re.findall(r'"(ANJU_(?:TEST_\w+|REQUIRE|CHROMIUM))"', (ROOT / file).read_text()))
    return found


def test_every_setting_is_described() -> None:
    assert read() - documented().keys() == set()


def test_nothing_is_described_that_is_not_read() -> None:
    assert documented().keys() - read() == set()


def test_the_numbers_described_are_those_of_the_program() -> None:
    told = documented()
    numbers = re.findall(r'env\.integer\("(ANJU_\w+)", (\d+)', (ROOT / "src/anju/config/settings.py").read_text())
    assert [(name, default, told[name]) for name, default in numbers if told[name] != f"`{default}`"] == []
