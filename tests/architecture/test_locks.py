"""Rows are locked one by one: the row itself, never what it is joined with."""

import ast
from pathlib import Path

import pytest

pytestmark = pytest.mark.nodatabase
SOURCE = Path(__file__).resolve().parents[2] / "src" / "anju"


def test_a_lock_takes_the_row_itself_only() -> None:
    """PostgreSQL refuses to lock the empty side of an outer join, which a person's scope may add to any query; and a
    lock on what stands beside the row (its area, its place) would make everybody in the area wait."""
    wrong = []
    for file in SOURCE.rglob("*.py"):
        if "tests" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "select_for_update":
                given = {word.arg: ast.unparse(word.value) for word in node.keywords}
                if given.get("of") != "('self',)":
                    wrong.append(f"{file.relative_to(SOURCE)}:{node.lineno}")
    assert wrong == []
