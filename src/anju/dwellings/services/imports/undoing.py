"""The way back of an import, row by row, and what stands in its way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db.models import Model
from django.utils.translation import gettext as _

from anju.areas.models import Place
from anju.core import bulk
from anju.dwellings import search
from anju.dwellings.models import (
    Current,
    Dwelling,
    Finding,
    LedgerImport,
    LedgerRow,
    Observation,
    Party,
    Room,
    VerdictRecord,
)
from anju.dwellings.services.imports.parties import ROLES
from anju.dwellings.services.imports.register import homes_of_import
from anju.dwellings.signals import homes_changed

# What a judgement or a fact leaves behind by itself; anything else that points at a home was made by somebody.
DERIVED = {"Current", "Finding", "VerdictRecord", "Room", "Observation"}
SINCE = ("created_at", "opened_at", "found_at", "recorded_at", "at", "started_at")
BATCH = 500


def obstacles(ledger: LedgerImport) -> list[str]:
    """In words, what was built on the import; empty when it can be undone. Looks at whatever model points at a home."""
    written = ledger.rows.filter(written=True).exclude(dwelling_id=None).values_list("action", "dwelling_id")
    created = [pk for action, pk in written if pk and action == "create"]
    updated = [pk for action, pk in written if pk and action == "update"]
    finished = ledger.finished_at or ledger.created_at
    found: dict[str, int] = {}
    for name, count in [*_later_observations(ledger, created, updated), *_built(created, updated, finished)]:
        found[name] = found.get(name, 0) + count
    return [_("%(what)s: %(count)s") % {"what": what, "count": count} for what, count in found.items() if count]


def _chunks(pks: list[int]) -> Iterator[list[int]]:
    return (pks[start : start + BATCH] for start in range(0, len(pks), BATCH))


def _later_observations(ledger: LedgerImport, created: list[int], updated: list[int]) -> Iterator[tuple[str, int]]:
    """Anything seen, declared or imported about these homes after the import."""
    own = f"ledger {ledger.code}"
    for chunk in _chunks([*created, *updated]):
        rows = Observation.objects.for_user(ledger.created_by).filter(dwelling_id__in=chunk, withdrawn_at=None)
        later = rows.filter(recorded_at__gt=ledger.finished_at or ledger.created_at).exclude(origin=own)
        yield _("later observations"), later.count()


def _built(created: list[int], updated: list[int], finished: datetime) -> Iterator[tuple[str, int]]:
    for relation in Dwelling._meta.related_objects:
        model: type[Model] = relation.related_model
        if relation.many_to_many or model.__name__ in DERIVED:
            continue
        name = relation.field.name
        label = str(model._meta.verbose_name_plural)
        for chunk in _chunks(created):
            yield label, model._base_manager.filter(**{f"{name}__in": chunk}).count()
        moment = next((f.name for f in model._meta.get_fields() if f.name in SINCE), None)
        if moment is None:
            continue
        for chunk in _chunks(updated):
            rows = model._base_manager.filter(**{f"{name}__in": chunk, f"{moment}__gt": finished})
            yield label, rows.count()


# --- taking back ---------------------------------------------------------------------------------------------------------


class Removal:
    """New homes of an import, shown or only staged, with the people and places made for them; prepared outside the
    transaction. The database refuses the whole where somebody has come to need one of the rows in between."""

    def __init__(self, rows: Sequence[LedgerRow]) -> None:
        """`rows` last first: a place is empty when the row that made it comes."""
        self.rows = rows
        homes = homes_of_import().filter(pk__in=[row.dwelling_id for row in rows])
        self.shown = [home for home in homes if not home.hidden]
        ids = [row.dwelling_id for row in rows if row.dwelling_id]
        for row in rows:
            row.written = False
        self.prepared = [
            *(bulk.delete(model, ids, column="dwelling") for model in (Finding, VerdictRecord, Room, Observation)),
            bulk.delete(Current, ids),
            bulk.delete(Dwelling, ids),
            dropped(rows, leaving=ids),
            bulk.delete(Place, _empty([pk for row in rows for pk in reversed(row.undo.get("places", ()))], ids)),
            bulk.update(rows, ["written"]),
        ]
        self.ids = ids

    def write(self) -> None:
        """Call inside a transaction."""
        homes_changed.send(Dwelling, homes=self.shown)  # their grids are counted without them
        search.forget(self.ids)
        for prepared in self.prepared:
            prepared.write()


def dropped(
    rows: Sequence[LedgerRow], *, leaving: Sequence[int] = (), staying: Sequence[Dwelling] = ()
) -> bulk.Prepared:
    """People whom these rows recorded, unless another home has come to name them. `leaving`: ids of homes that are removed
    with them; `staying`: homes as they will stand."""
    made = {pk for row in rows for pk in row.undo.get("parties", ())}
    used = {getattr(home, f"{role}_id") for home in staying for role in ROLES}
    for relation in Party._meta.related_objects if made else ():
        model, name = relation.related_model, relation.field.name
        found = model._base_manager.filter(**{f"{name}__in": made})
        if model is Dwelling:
            found = found.exclude(pk__in=[*leaving, *(home.pk for home in staying)])
        used |= set(found.values_list(name, flat=True))
    return bulk.delete(Party, sorted(made - used))


def _empty(places: list[int], leaving: list[int]) -> list[int]:
    """Those of the places that nothing else stands in once the homes have left, lower ones first."""
    rows = homes_of_import().filter(place__in=places).exclude(pk__in=leaving)
    full = set(rows.values_list("place", flat=True))
    children = Place.objects.filter(parent__in=places).exclude(pk__in=places)
    full |= {pk for pk in children.values_list("parent", flat=True) if pk}
    parents = dict(Place.objects.filter(pk__in=places).values_list("pk", "parent"))
    for pk in places:
        above = parents.get(pk)
        if pk in full and above:
            full.add(above)
    return [pk for pk in places if pk in parents and pk not in full]
