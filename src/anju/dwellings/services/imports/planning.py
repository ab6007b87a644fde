"""From a checked row to what it would do: create, update, leave, or be refused. Nothing is written here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any

from anju.areas.models import Area
from anju.core import paths, time
from anju.dwellings.ledger.columns import letter
from anju.dwellings.ledger.fields import FACT_NAMES
from anju.dwellings.ledger.problems import Problem, problem
from anju.dwellings.ledger.rows import PLACE_FIELDS, CellError, Row
from anju.dwellings.models import Dwelling, Party
from anju.dwellings.services.imports.register import Home, Register, homes_of_import

SAYS = ("area", "lease_signed_on", "guarantee_signed_on", "occupants")  # kept on the home: no fact holds them
PEOPLE = ("landlord_name", "landlord_phone", "landlord_id", "sublessor_name", "sublessor_phone", "operator_name")
SECRET = frozenset({"landlord_phone", "landlord_id", "sublessor_phone"})
BATCH = 400


@dataclass(slots=True)
class Plan:
    row: Row
    action: str
    home: Home | None = None
    changes: dict[str, list[Any]] = field(default_factory=dict)


def moment_of(as_of: date, now: datetime) -> datetime:
    """When the ledger's facts were so: now for a ledger of today, else the end of its day."""
    end = time.day_end(as_of)
    return now if end > now else end


def plan_rows(rows: Iterable[Row], register: Register, mapping: Mapping[int, str], moment: datetime) -> Iterator[Plan]:
    """One plan per row, in order. `mapping` names the columns at which errors are shown."""
    letters = {target: letter(index) for index, target in mapping.items()}
    seen: dict[str, Row] = {}
    plans = (_match(row, register, letters, seen) for row in rows)
    while batch := list(islice(plans, BATCH)):
        _compare([plan for plan in batch if plan.home is not None], moment)
        yield from batch


def _match(row: Row, register: Register, letters: Mapping[str, str], seen: dict[str, Row]) -> Plan:
    if row.errors or row.address is None:
        return Plan(row, "error")
    if row.repeats is not None:
        return Plan(row, "same")
    found = register.find(row.address)
    trouble = _trouble(row, found, register) or _twice(row, found, seen)
    if trouble is not None:
        target, what = trouble
        row.errors = [_error(row, target, what, letters)]
        return Plan(row, "error")
    if isinstance(found, Home):
        return Plan(row, "update", found)
    return Plan(row, "create")


Trouble = tuple[str, Problem]


def _trouble(row: Row, found: Home | list[Home] | None, register: Register) -> Trouble | None:
    values = row.values
    if isinstance(found, list):
        return "door", problem("unit_missing")
    if found is not None and not found.area_path.startswith(register.area.path):
        return "estate", problem("dwelling_elsewhere", area=register.area.name)
    owner = register.by_code.get(values.get("std_code", ""))
    if owner is not None and (found is None or owner.pk != found.pk):
        return "std_code", problem("code_of_another", address=owner.shown)
    if found is None and ("landlord_phone" in values or "landlord_id" in values) and "landlord_name" not in values:
        return "landlord_phone", problem("landlord_unnamed")
    if found is None and "sublessor_phone" in values and "sublessor_name" not in values:
        return "sublessor_phone", problem("sublessor_unnamed")
    return None


def _twice(row: Row, found: Home | list[Home] | None, seen: dict[str, Row]) -> Trouble | None:
    """One home on two sheets, or once with and once without its unit."""
    assert row.address is not None
    name = f"#{found.pk}" if isinstance(found, Home) else row.address.key
    first = seen.setdefault(name, row)
    return None if first is row else ("door", problem("same_dwelling", row=f"{first.sheet} {first.number}"))


def _error(row: Row, target: str, what: Problem, letters: Mapping[str, str]) -> CellError:
    place = target if target in letters else next((name for name in PLACE_FIELDS if name in letters), "")
    value = row.address.text if row.address and place in PLACE_FIELDS else str(row.values.get(target, ""))
    return CellError(row.sheet, row.number, letters.get(place, ""), target, value, what)


def _compare(plans: list[Plan], moment: datetime) -> None:
    wanted = [plan.home.pk for plan in plans if plan.home is not None]
    known = homes_of_import().select_related("current", "landlord", "sublessor", "operator").in_bulk(wanted)
    for plan in plans:
        assert plan.home is not None
        plan.changes = changes_of(known[plan.home.pk], plan.row.values, moment)
        if not plan.changes:
            plan.action = "same"


def changes_of(dwelling: Dwelling, values: Mapping[str, Any], moment: datetime) -> dict[str, list[Any]]:
    """{target: [old, new]} of what the row would change. A fact that somebody saw later than the ledger's day stays."""
    changes: dict[str, list[Any]] = {}
    for name, (old, new) in _facts(dwelling, values, moment).items():
        changes[name] = [old, new]
    for name in SAYS:
        if name in values and dwelling.ledger_says.get(name) != plain(values[name]):
            changes[name] = [dwelling.ledger_says.get(name), plain(values[name])]
    if values.get("std_code") and values["std_code"] != dwelling.standard_code:
        changes["std_code"] = [dwelling.standard_code or None, values["std_code"]]
    changes.update(_people(dwelling, values))
    return changes


def _facts(dwelling: Dwelling, values: Mapping[str, Any], moment: datetime) -> dict[str, tuple[Any, Any]]:
    current = getattr(dwelling, "current", None)
    facts = current.facts if current else {}
    stamps = (current.provenance or {}).get("facts", {}) if current else {}
    found = {}
    for name in FACT_NAMES & values.keys():
        later = name in stamps and datetime.fromisoformat(stamps[name][1]) > moment
        if not later and facts.get(name) != values[name]:
            found[name] = (facts.get(name), values[name])
    return found


def _people(dwelling: Dwelling, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    changes: dict[str, list[Any]] = {}
    for role in ("landlord", "sublessor", "operator"):
        party: Party | None = getattr(dwelling, role)
        name = values.get(f"{role}_name")
        if name and (party is None or party.name != name):
            changes[f"{role}_name"] = [party.name if party else None, name]
        same = party if not name or (party and party.name == name) else None
        phone, number = values.get(f"{role}_phone"), values.get(f"{role}_id")
        if phone and (same is None or same.phone != phone):
            changes[f"{role}_phone"] = [same.phone if same else None, phone]
        if number and (same is None or same.id_number != number):
            changes[f"{role}_id"] = [same.id_number if same else None, number]
    return changes


def plain(value: Any) -> Any:
    """As JSON keeps it."""
    return value.isoformat() if isinstance(value, date) else value


def area_for(register: Register, community: str, grid: str, fallback: Area) -> Area:
    """The grid that the ledger names, if there is exactly one of that name here; else where the place lies."""
    if not grid:
        return fallback
    rows = Area.objects.filter(paths.under("path", register.area.path), kind=Area.Kind.GRID).select_related("parent")
    wanted, around = grid.replace(" ", ""), community.replace(" ", "")
    named = [area for area in rows if area.name.replace(" ", "").endswith(wanted)]
    if around:
        named = [area for area in named if area.parent and area.parent.name.replace(" ", "") == around] or named
    return named[0] if len(named) == 1 else fallback
