"""Rows of an import as they are kept until they are written: phones and ID numbers sealed, shown masked (X3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from anju.core import crypto
from anju.dwellings.ledger.address import Address, Door
from anju.dwellings.ledger.fields import FACT_NAMES
from anju.dwellings.ledger.rows import CellError, Row
from anju.dwellings.models import LedgerImport
from anju.dwellings.services.imports.planning import PEOPLE, SAYS, SECRET, Plan, plain


def masked(target: str, text: str) -> str:
    if target not in SECRET or not text:
        return text
    return crypto.mask_id(text) if target.endswith("_id") else crypto.mask_phone(text)


def _binding(ledger: LedgerImport, sheet: str, number: int, target: str) -> str:
    return f"ledger:{ledger.code}:{sheet}:{number}:{target}"


def values_of(ledger: LedgerImport, row: Row) -> dict[str, Any]:
    """What writing the row needs, as JSON."""
    found = row.address or Address()
    people = {}
    for name in PEOPLE:
        if name in row.values:
            secret = name in SECRET
            binding = _binding(ledger, row.sheet, row.number, name)
            people[name] = crypto.encrypt(row.values[name], binding) if secret else row.values[name]
    return {
        "address": [found.estate, list(found.door), found.town, found.community, found.grid],
        "facts": {name: value for name, value in row.values.items() if name in FACT_NAMES},
        "says": {name: plain(row.values[name]) for name in SAYS if name in row.values},
        "people": people,
        "std_code": row.values.get("std_code", ""),
    }


def address_of(values: Mapping[str, Any]) -> Address:
    estate, door, town, community, grid = values["address"]
    return Address(estate, Door(*door), town, community, grid)


def people_of(ledger: LedgerImport, sheet: str, number: int, values: Mapping[str, Any]) -> dict[str, str]:
    """Names, and phones and ID numbers opened again."""
    return {
        name: crypto.decrypt(value, _binding(ledger, sheet, number, name)) if name in SECRET else value
        for name, value in values["people"].items()
    }


def changes_as_kept(plan: Plan) -> dict[str, list[Any]]:
    return {
        name: [masked(name, str(side)) if side and name in SECRET else plain(side) for side in pair]
        for name, pair in plan.changes.items()
    }


def error_as_kept(error: CellError) -> dict[str, Any]:
    secret = error.target in SECRET
    return {
        "column": error.column,
        "target": error.target,
        "value": masked(error.target, error.value),
        "code": error.problem.code,
        "params": dict(error.problem.params),
        "suggestion": None if secret else error.problem.suggestion,
    }


def as_day(text: str) -> date:
    return date.fromisoformat(text)
