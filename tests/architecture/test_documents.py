"""Lists in the documents are held against the code."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.urls import Resolver404, resolve

from anju.areas.management.commands.permissions_doc import page as permissions_page
from anju.core.management.commands.models_doc import page as models_page

pytestmark = pytest.mark.nodatabase
ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"

# What this stage of the platform serves; the later ones are built on it.
CLAUSES = [
    "A1.1", "A2.1", "A2.2", "A2.3", "A2.4", "A2.5", "A3.1", "A3.2", "A3.3", "A3.4", "A3.5", "A3.7", "A4.1", "A4.2",
    "A4.3", "A4.4", "A4.5", "A4.6", "A4.7", "A4.8", "A6.1", "A6.2", "A6.3", "A7.1", "A7.2", "A8.1", "A8.2", "A8.3",
    "A8.4", "A8.5", "A8.6", "A9.3", "A10.1", "A11.1", "A11.2", "A11.5", "X1", "X2", "X3", "X4", "X5", "X7",
]  # fmt: skip


def test_the_table_of_verbs_is_published_as_it_is() -> None:
    assert (DOCS / "permissions.md").read_text() == permissions_page(), "run: ./anju permissions_doc"


def test_every_model_is_described_as_it_is() -> None:
    assert (DOCS / "models.md").read_text() == models_page(), "run: ./anju models_doc"


def test_every_model_says_which_thing_it_is() -> None:
    silent = [
        model.__name__
        for model in apps.get_models()
        if model.__module__.startswith("anju.") and (model.__doc__ or "").startswith(f"{model.__name__}(")
    ]
    assert silent == []


def test_links_between_documents_lead_somewhere() -> None:
    broken = []
    for file in [*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "README.zh.md"]:
        targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", file.read_text())
        lost = [target for target in targets if "://" not in target and not (file.parent / target).exists()]
        broken += [f"{file.name} → {target}" for target in lost]
    assert broken == []


def _rows() -> dict[str, tuple[str, str, str, str]]:
    rows = {}
    for line in (DOCS / "clauses.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 5 and re.fullmatch(r"[AX]\d+(\.\d+)?", cells[0]):
            rows[cells[0]] = (cells[1], cells[2], cells[3], cells[4])
    return rows


def test_every_clause_names_its_screen_its_record_and_a_test_that_exists() -> None:
    tests = {
        name
        for folder in (ROOT / "src", ROOT / "tests")
        for file in folder.rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", file.read_text(), re.MULTILINE)
    }
    rows = _rows()
    assert sorted(rows) == sorted(CLAUSES)
    for clause, (_what, screen, record, proof) in rows.items():
        assert screen, clause
        assert record, clause
        named = re.findall(r"`(test_\w+)`", proof)
        assert named, f"{clause} names no test"
        assert [name for name in named if name not in tests] == [], clause


def test_the_screens_and_records_of_the_clauses_are_those_of_the_program() -> None:
    """Addresses as `/a/<code>/`, tables as `app.Model` or `Model`, with or without a column."""
    tables = {model.__name__: model for model in apps.get_models()}
    unknown = []
    for clause, (_what, screen, record, _proof) in _rows().items():
        for address in re.findall(r"`(/[^`]*)`", screen):
            try:
                resolve(re.sub(r"<[^>]+>", "AB12", address))
            except Resolver404:
                unknown.append(f"{clause} {address}")
        for app, model, column in re.findall(r"`(?:([a-z]+)\.)?([A-Z]\w+)(?:\.(\w+))?`", record):
            table = tables.get(model)
            if table is None or (app and table._meta.app_label != app):
                unknown.append(f"{clause} {app}.{model}")
            elif column and column not in {field.name for field in table._meta.get_fields()}:
                unknown.append(f"{clause} {model}.{column}")
    assert unknown == []
