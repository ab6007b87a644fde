"""What points where: imports by import-linter's contracts, foreign keys and templates by the same list of layers."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.apps import apps

pytestmark = pytest.mark.nodatabase
ROOT = Path(__file__).resolve().parents[2]
LAYERS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]["layers"]
RANK = {app.strip(): depth for depth, line in enumerate(reversed(LAYERS)) for app in line.split("|")}
TEMPLATE_LINK = re.compile(r"""{%\s*(?:url|include|extends)\s+["']([a-z_]+)[:/]""")


def test_imports_keep_every_contract_and_nothing_is_ignored() -> None:
    assert "ignore_imports" not in (ROOT / "pyproject.toml").read_text()
    program = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout[-4000:]


def test_foreign_keys_point_down() -> None:
    wrong = []
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.get_fields():
            if field.auto_created or not field.is_relation or not isinstance(field.related_model, type):
                continue
            here, there = model._meta.app_label, field.related_model._meta.app_label
            if here != there and {here, there} <= RANK.keys() and RANK[there] >= RANK[here]:
                wrong.append(f"{model.__name__}.{field.name} points up to {there}")
    assert wrong == []


def test_templates_link_and_include_downwards_only() -> None:
    wrong = []
    for file in (ROOT / "src/anju").glob("*/templates/**/*.html"):
        here = file.relative_to(ROOT / "src/anju").parts[0]
        for there in TEMPLATE_LINK.findall(file.read_text()):
            app = {"hazards": "inspections", "ledger": "dwellings"}.get(there, there)
            if app in RANK and RANK[app] > RANK[here]:
                wrong.append(f"{file.relative_to(ROOT)} → {there}")
    assert wrong == []


def test_every_app_says_what_it_is_for() -> None:
    silent = [
        app
        for app in RANK
        if (file := ROOT / "src/anju" / app / "__init__.py").exists() and len(file.read_text().strip()) < 60
    ]
    assert silent == []


@pytest.mark.parametrize("word", ["utils", "common", "helpers", "manager", "misc"])
def test_no_room_without_a_subject(word: str) -> None:
    assert list((ROOT / "src/anju").rglob(f"{word}.py")) + list((ROOT / "src/anju").rglob(word)) == []
