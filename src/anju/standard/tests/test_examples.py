"""The examples in docstrings and in docs/standard.md are true."""

import doctest
import importlib
import pkgutil
from pathlib import Path

import pytest

from anju import standard

pytestmark = pytest.mark.nodatabase

MODULES = [
    module.name for module in pkgutil.walk_packages(standard.__path__, "anju.standard.") if ".tests" not in module.name
]
GUIDE = Path(__file__).parents[4] / "docs" / "standard.md"


@pytest.mark.parametrize("name", ["anju.standard", *MODULES])
def test_the_examples_of_a_module_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_the_examples_of_the_guide_are_true() -> None:
    found = doctest.testfile(str(GUIDE), module_relative=False, encoding="utf-8")
    assert found.attempted > 5
    assert found.failed == 0
