"""What a person does with an import: upload, match columns, correct, write, give up, undo. The long work is in `jobs`."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from anju.areas.models import Area
from anju.areas.permissions import require
from anju.areas.scope import scope_of
from anju.audit.services import audited, record
from anju.core import time
from anju.core.errors import NotAllowed, Refused, Stale
from anju.dwellings.ledger import container
from anju.dwellings.ledger.fields import BY_NAME
from anju.dwellings.ledger.problems import Refused as FileRefused
from anju.dwellings.ledger.sheets import check_size
from anju.dwellings.ledger.wording import key
from anju.dwellings.models import ColumnMemory, LedgerImport
from anju.dwellings.services.imports.preview import has_address, limit_bytes
from anju.dwellings.services.imports.undoing import obstacles
from anju.files.services import Upload, store_bytes
from anju.jobs.models import Job
from anju.jobs.services import enqueue

State = LedgerImport.State
MEDIA = "application/octet-stream"  # whatever it is, no browser shall open it


def area_of(by: Any, area: Area | None) -> Area:
    """The area an import may touch: the one chosen, or the person's own when there is one."""
    scope = scope_of(by)
    if area is not None:
        if not scope.has_area(area.path):
            raise NotAllowed(_("%(area)s is not in your area.") % {"area": area.name})
        return area
    roots = (
        Area.objects.filter(kind=Area.Kind.CITY) if scope.everything else Area.objects.filter(path__in=scope.area_paths)
    )
    found = roots.order_by("path").first()
    if found is None:
        raise NotAllowed(_("Your posting has no area, and a ledger is imported for an area."))
    return found


def _refused(name: str, refusal: FileRefused) -> Refused:
    return Refused(_("%(name)s: %(reason)s") % {"name": name, "reason": refusal})


def refuse_by_content(name: str, data: bytes) -> None:
    """Raise core's Refused for what is no table at all, before anything is stored."""
    with tempfile.NamedTemporaryFile(prefix="ledger-") as draft:
        draft.write(data)
        draft.flush()
        try:
            container.kind_of(Path(draft.name))
        except FileRefused as refusal:
            raise _refused(name, refusal) from refusal


def upload(*, by: Any, upload: Upload, area: Area | None = None, as_of: date | None = None) -> LedgerImport:
    """Keep the file and start reading it. Raises Refused when it is too big or plainly not a table."""
    require(by, "ledger.import")
    own = area_of(by, area)
    name = Path(upload.name or "ledger").name[:200]
    try:
        check_size(upload.size or 0, limit_bytes())
    except FileRefused as refusal:
        raise _refused(name, refusal) from refusal
    today = time.today()
    if as_of is not None and as_of > today:
        raise Refused(_("The ledger's day lies in the future: %(day)s.") % {"day": as_of.isoformat()})
    data = upload.read()
    refuse_by_content(name, data)
    # Bytes that no ledger names are harmless, and nobody waits while a large file goes to the disk.
    file = store_bytes(data=data, name=name, media_type=MEDIA, by=by)
    ledger = LedgerImport(
        area=own, area_path=own.path, name=name, as_of=as_of or today, created_at=time.now(), created_by=by, file=file
    )
    _enter(by=by, ledger=ledger, sha256=file.sha256)
    return ledger


@audited
def _enter(*, by: Any, ledger: LedgerImport, sha256: str) -> None:
    ledger.save()
    _start(ledger, "ledger-check", by)
    after = {"file": ledger.name, "sha256": sha256, "area": ledger.area.name}
    record(by=by, verb="ledger.import", subject=ledger, after=after)


def _start(ledger: LedgerImport, kind: str, by: Any) -> Job:
    job = enqueue(kind=kind, by=by, key=ledger.code, state={"ledger": ledger.code})
    LedgerImport.objects.for_user(by).filter(pk=ledger.pk).update(job=job.code)
    return job


def _move(ledger: LedgerImport, by: Any, new: str, *old: str, **values: Any) -> None:
    """Change the state if it still is one of `old`: of two that press at once, one is told."""
    moved = LedgerImport.objects.for_user(by).filter(pk=ledger.pk, state__in=old).update(state=new, **values)
    if moved != 1:
        ledger.refresh_from_db()
        raise Stale(
            _("“%(name)s” is %(state)s meanwhile.") % {"name": ledger.name, "state": ledger.get_state_display()},
            instead=_("Open it again and go on from there."),
        )
    ledger.refresh_from_db()


@audited
def choose_columns(*, by: Any, ledger: LedgerImport, targets: Mapping[int, str]) -> None:
    """Say what each column holds (column index → target, "" for not imported), and check the rows again."""
    require(by, "ledger.import")
    given = [target for target in targets.values() if target]
    unknown = [target for target in given if target not in BY_NAME]
    if unknown:
        raise Refused(_("There is no field %(name)s.") % {"name": unknown[0]})
    twice = next((target for target in given if given.count(target) > 1), None)
    if twice:
        raise Refused(_("Two columns for one field: %(name)s. Choose one.") % {"name": BY_NAME[twice].label})
    if not has_address(set(given)):
        raise Refused(_("Without an address no row can be placed. Choose a full address, or the estate and the door."))
    columns = dict(ledger.columns)
    columns["columns"] = [
        {**column, "target": targets.get(column["index"], column["target"]), "confirmed": True}
        for column in columns["columns"]
    ]
    _remember(ledger, columns["columns"])
    _move(ledger, by, State.CHECKING, State.COLUMNS, State.PREVIEW, columns=columns, error="")
    _start(ledger, "ledger-check", by)
    record(
        by=by,
        verb="ledger.import",
        subject=ledger,
        after={"columns": {str(index): target for index, target in targets.items()}},
    )


@audited
def confirm_column(*, by: Any, ledger: LedgerImport, index: int) -> None:
    """Accept the guess for one column; the rows were already checked with it."""
    require(by, "ledger.import")
    columns = dict(ledger.columns)
    columns["columns"] = [{**c, "confirmed": c["confirmed"] or c["index"] == index} for c in columns["columns"]]
    _remember(ledger, [column for column in columns["columns"] if column["index"] == index])
    _move(ledger, by, State.PREVIEW, State.PREVIEW, columns=columns)
    record(by=by, verb="ledger.import", subject=ledger, after={"column": index})


def _remember(ledger: LedgerImport, columns: list[dict[str, Any]]) -> None:
    """The next ledger with these headers needs no questions."""
    for column in columns:
        header = key(column["label"])[:80]
        if header:
            ColumnMemory.objects.update_or_create(
                area=ledger.area, header=header, defaults={"target": column["target"] or ""}
            )


@audited
def correct(*, by: Any, ledger: LedgerImport, group: int, token: str) -> None:
    """Read all cells of one group of equal errors as suggested. `token` is the group's own: a list that changed meanwhile
    must not correct another group."""
    require(by, "ledger.import")
    found = next((g for g in ledger.groups if g["token"] == token), None) if 0 <= group < len(ledger.groups) else None
    if found is None or not found["corrections"]:
        raise Stale(_("The list of errors has changed. Look at it again."))
    added = [[found["target"], old, new] for old, new in found["corrections"]]
    _move(ledger, by, State.CHECKING, State.PREVIEW, corrections=[*ledger.corrections, *added])
    _start(ledger, "ledger-check", by)
    record(by=by, verb="ledger.import", subject=ledger, after={"corrections": len(added), "cells": found["count"]})


@audited
def write(*, by: Any, ledger: LedgerImport, only_good: bool = False) -> None:
    """Write the import as a whole; with `only_good`, the whole of the rows without errors."""
    require(by, "ledger.import")
    unsure = [
        c for c in ledger.columns.get("columns", []) if c["state"] == "ask" and c["target"] and not c["confirmed"]
    ]
    if unsure:
        raise Refused(
            _("Column %(letter)s “%(label)s” waits for your confirmation.")
            % {"letter": unsure[0]["letter"], "label": unsure[0]["label"]},
            instead=_("Confirm what it holds, or leave it out."),
        )
    errors = ledger.counts.get("error", 0)
    if errors and not only_good:
        raise Refused(
            _("%(n)s rows have errors.") % {"n": errors}, instead=_("Correct them, or write only the good rows.")
        )
    if not ledger.counts.get("create", 0) + ledger.counts.get("update", 0):
        raise Refused(_("No row would change anything."))
    _move(ledger, by, State.WRITING, State.PREVIEW, only_good=only_good, error="")
    _start(ledger, "ledger-write", by)
    record(by=by, verb="ledger.import", subject=ledger, after={"counts": ledger.counts, "only_good": only_good})


@audited
def give_up(*, by: Any, ledger: LedgerImport) -> None:
    """Leave an import that wrote nothing; its rows are deleted."""
    require(by, "ledger.import")
    _move(ledger, by, State.GIVEN_UP, State.COLUMNS, State.PREVIEW, State.FAILED, finished_at=time.now())
    _start(ledger, "ledger-clear", by)
    record(by=by, verb="ledger.import", subject=ledger, after={"state": "given_up"})


def undo(*, by: Any, ledger: LedgerImport) -> None:
    """Take a written import back, while nothing was built on it. Raises Refused that names what was.

    Looking through all that may hang on many homes takes its time, so it comes before the transaction.
    """
    require(by, "ledger.undo")
    if ledger.state != State.DONE:
        raise Stale(
            _("“%(name)s” is %(state)s; only a written import can be undone.")
            % {"name": ledger.name, "state": ledger.get_state_display()}
        )
    built = obstacles(ledger)
    if built:
        raise Refused(
            _("“%(name)s” can no longer be undone, because work was built on it: %(what)s.")
            % {"name": ledger.name, "what": _("; ").join(built)},
            instead=_("Correct single homes on their own pages; a newer ledger can be imported over it."),
        )
    _begin_undo(by=by, ledger=ledger)


@audited
def _begin_undo(*, by: Any, ledger: LedgerImport) -> None:
    _move(ledger, by, State.UNDOING, State.DONE)
    _start(ledger, "ledger-undo", by)
    record(by=by, verb="ledger.undo", subject=ledger, after={"counts": ledger.counts})
