"""A2.5: ten or more rooms or beds let start duties by themselves. What is recorded here are register facts of the home."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from anju.areas.permissions import require
from anju.audit.services import audited, record
from anju.core import time
from anju.core.errors import NotAllowed
from anju.dwellings.models import Dwelling
from anju.dwellings.services.judging import RegisterFacts, judge_dwelling, register_sources
from anju.files.models import StoredFile
from anju.inspections.models import FireManagement

RULES = ("D24", "D25", "D26")


def facts_of(dwellings: Sequence[Dwelling], on: date) -> Mapping[int, RegisterFacts]:
    """The three duties as facts: true when recorded, false when not. The rules ask only from ten rooms or beds on."""
    kept = {row.dwelling_id: row for row in FireManagement._base_manager.filter(dwelling__in=dwellings)}
    return {dwelling.pk: (_recorded(kept.get(dwelling.pk)), None) for dwelling in dwellings}


def _recorded(row: FireManagement | None) -> dict[str, bool]:
    return {
        "fire_management_system": bool(row and row.system_id),
        "fire_manager": bool(row and row.manager_name),
        "fire_duties": bool(row and row.duties.strip()),
    }


register_sources.append(facts_of)


def obliged(dwelling: Dwelling) -> bool:
    """Whether the standard, as it last judged, asks this home for fire-safety management."""
    judged = {finding["rule"] for finding in dwelling.current.results} if hasattr(dwelling, "current") else set()
    return bool(judged & set(RULES)) or FireManagement._base_manager.filter(dwelling=dwelling).exists()


@audited
def record_management(
    *, by: Any, dwelling: Dwelling, system: StoredFile | None = None, manager_name: str = "", duties: str = ""
) -> FireManagement:
    """Keep the document, the manager's name and who does what; the home is judged anew at once."""
    require(by, "dwelling.edit")
    if not Dwelling.objects.for_user(by).filter(pk=dwelling.pk).exists():
        raise NotAllowed(_("There is no such home in your area."))
    row, _created = FireManagement._base_manager.get_or_create(
        dwelling=dwelling, defaults={"updated_at": time.now(), "updated_by": by}
    )
    before = {"system": row.system_id, "manager": row.manager_name, "duties": row.duties}
    row.system = system or row.system
    row.manager_name, row.duties = manager_name.strip()[:60], duties.strip()[:1000]
    row.updated_at, row.updated_by = time.now(), by
    row.save()
    record(by=by, verb="dwelling.edit", subject=dwelling, before=before,
           after={"system": row.system_id, "manager": row.manager_name, "duties": row.duties})  # fmt: skip
    judge_dwelling(dwelling, time.today())
    return row
