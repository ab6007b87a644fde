"""The long work of imports, in steps of a few milliseconds' write each; a killed worker's successor goes on (X4).

Every step prepares its rows first, then writes them and its place in one short transaction, keyed by (job, row): a row is
never written twice.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence
from datetime import datetime
from itertools import takewhile
from typing import Any

from django.db import transaction

from anju.audit.services import record
from anju.core import bulk, time
from anju.core.errors import Refused
from anju.dwellings import search
from anju.dwellings.ledger import correct
from anju.dwellings.ledger.columns import Guess, letter
from anju.dwellings.ledger.problems import Refused as FileRefused
from anju.dwellings.models import LedgerImport, LedgerRow
from anju.dwellings.services.imports import preview, sealing, undoing
from anju.dwellings.services.imports.changing import Changer, Changes, restored
from anju.dwellings.services.imports.planning import SECRET, Plan, moment_of
from anju.dwellings.services.imports.register import import_of
from anju.dwellings.services.imports.writing import Writer
from anju.files.services import path_of
from anju.jobs.models import Job
from anju.jobs.pacing import Pace
from anju.jobs.services import MOST_ATTEMPTS, LeaseLost, job_kind, save_step

log = logging.getLogger(__name__)
State = LedgerImport.State
MOST_GROUPS = 200

# Rows per transaction of each kind of work.
PACES = {
    "clear": Pace(first=50, most=1000),
    "store": Pace(first=50, most=500),
    "stage": Pace(first=10, most=200),
    "change": Pace(first=10, most=100),
    "publish": Pace(first=20, most=500),
    "back": Pace(first=10, most=200),
}

# What this process has in hand for a job; after a restart it is made again from the file.
_checked: dict[str, tuple[preview.Checked, preview.Mapping_]] = {}
_writers: dict[str, tuple[Writer, Changer]] = {}


def open_again(ledger: LedgerImport) -> preview.Opened:
    """The tables of a stored ledger. Raises the reader's `Refused`."""
    assert ledger.file is not None
    remembered = preview.memory_of(ledger.area)
    return preview.open_tables(
        path_of(ledger.file.sha256), today=time.today(), limit=preview.limit_bytes(), remembered=remembered
    )


def mapping_of(ledger: LedgerImport) -> preview.Mapping_:
    return {column["index"]: column["target"] for column in ledger.columns["columns"] if column["target"]}


def checked_of(ledger: LedgerImport, opened: preview.Opened) -> preview.Checked:
    corrections = {(target, old): new for target, old, new in ledger.corrections}
    return preview.check(
        opened, mapping_of(ledger), area=ledger.area, as_of=ledger.as_of, now=time.now(), today=time.today(),
        corrections=corrections,
    )  # fmt: skip


# --- reading and checking ------------------------------------------------------------------------------------------------


@job_kind("ledger-check")
def check(job: Job) -> bool:
    ledger = import_of(job.state["ledger"])
    try:
        return _check(job, ledger)
    except Exception as error:
        if job.attempts < MOST_ATTEMPTS:
            raise
        log.exception("ledger %s cannot be checked", ledger.code)
        return _refuse(job, ledger, json.dumps({"text": f"{type(error).__name__}: {error}"}))


def _check(job: Job, ledger: LedgerImport) -> bool:
    phase = job.state.get("phase", "read")
    if phase == "read" or job.code not in _checked:
        return _read(job, ledger)
    if phase == "clear":
        return _clear(job, ledger, "store")
    return _store(job, ledger)


def _read(job: Job, ledger: LedgerImport) -> bool:
    """Open, guess, check and compare: in memory, without a transaction."""
    try:
        opened = open_again(ledger)
        if not ledger.columns:
            ledger.columns = columns_as_kept(opened)
        mapping = mapping_of(ledger)
        if not preview.has_address(set(mapping.values())):
            return _stop_for_columns(job, ledger)
        _checked.clear()
        _checked[job.code] = checked_of(ledger, opened), mapping
    except FileRefused as refusal:
        return _refuse(job, ledger, json.dumps({"code": refusal.code, "params": refusal.params}))
    job.state.update(phase="clear", next=0)
    job.done, job.total = 0, len(_checked[job.code][0].plans)
    with transaction.atomic():
        ledger.save(update_fields=["columns"])
        save_step(job)
    return False


def columns_as_kept(opened: preview.Opened) -> dict[str, Any]:
    table = opened.tables[0]
    return {
        "sheets": [t.sheet.name for t in opened.tables],
        "left_out": opened.left_out,
        "header_row": table.first_row,
        "columns": [_guess_as_kept(guess) for guess in opened.guesses],
    }


def _guess_as_kept(guess: Guess) -> dict[str, Any]:
    secret = guess.target in SECRET
    return {
        "index": guess.column,
        "letter": guess.letter,
        "label": guess.label,
        "target": guess.target if guess.state != "none" else None,
        "score": guess.score,
        "state": guess.state,
        "alternatives": [name for name, _score in guess.alternatives],
        "examples": [sealing.masked(guess.target or "", text) if secret else text[:40] for text in guess.examples],
        "confirmed": guess.state != "ask",
    }


def _stop_for_columns(job: Job, ledger: LedgerImport) -> bool:
    ledger.state = State.COLUMNS
    with transaction.atomic():
        ledger.save(update_fields=["state", "columns"])
        save_step(job)
    return True


def _refuse(job: Job, ledger: LedgerImport, error: str) -> bool:
    ledger.state, ledger.error, ledger.finished_at = State.FAILED, error, time.now()
    with transaction.atomic():
        ledger.save(update_fields=["state", "error", "finished_at"])
        record(by=ledger.created_by, verb="ledger.import", subject=ledger, after={"refused": error[:300]})
        save_step(job)
    return True


def _clear(job: Job, ledger: LedgerImport, following: str) -> bool:
    """Rows of an earlier check go first, a few at a time."""
    pace = PACES["clear"]
    old = list(ledger.rows.order_by("id").values_list("pk", flat=True)[: pace.size])
    rows = bulk.delete(LedgerRow, old)
    with pace.transaction(len(old)):
        rows.write()
        if not old:
            job.state["phase"] = following
        save_step(job)
    return not old and following == "end"


@job_kind("ledger-clear")
def clear(job: Job) -> bool:
    return _clear(job, import_of(job.state["ledger"]), "end")


def _store(job: Job, ledger: LedgerImport) -> bool:
    checked, mapping = _checked[job.code]
    start, pace = job.state["next"], PACES["store"]
    tables = {table.sheet.name: table for table, _rows in checked.parts}
    plans = checked.plans[start : start + pace.size]
    rows = bulk.insert(
        row_of(ledger, plan, preview.shown_cells(tables[plan.row.sheet], plan.row, mapping), mapping) for plan in plans
    )
    end = start + len(plans)
    is_done = bool(end >= len(checked.plans))
    if is_done:
        _sum_up(ledger, checked)
    with pace.transaction(len(plans)):
        rows.write()
        job.state["next"] = job.done = end
        if is_done:
            ledger.save(update_fields=["counts", "groups", "state"])
        save_step(job)
    if is_done:
        del _checked[job.code]
    return is_done


def row_of(ledger: LedgerImport, plan: Plan, cells: dict[str, Any], mapping: preview.Mapping_) -> LedgerRow:
    row = plan.row
    for index, target in mapping.items():
        if target in SECRET:
            name = letter(index)
            cells[name] = sealing.masked(target, str(cells[name]))
    return LedgerRow(
        ledger=ledger, sheet=row.sheet[:60], number=row.number, cells=cells, values=sealing.values_of(ledger, row),
        errors=[sealing.error_as_kept(error) for error in row.errors], action=plan.action,
        changes=sealing.changes_as_kept(plan), dwelling_id=plan.home.pk if plan.home else None,
    )  # fmt: skip


def _sum_up(ledger: LedgerImport, checked: preview.Checked) -> None:
    ledger.counts = preview.counts_of(checked.plans)
    ledger.groups = [group_as_kept(group) for group in correct.group_errors(checked.rows)[:MOST_GROUPS]]
    ledger.state = State.PREVIEW


def group_as_kept(group: correct.Group) -> dict[str, Any]:
    kept = sealing.error_as_kept(group.first)
    pairs = [] if group.target in SECRET else [list(pair) for pair in group.corrections]
    token = hashlib.sha256(json.dumps([group.target, group.problem.code, group.value]).encode()).hexdigest()[:12]
    return {
        **kept,
        "row": group.first.row,
        "sheet": group.first.sheet,
        "count": group.count,
        "corrections": pairs,
        "token": token,
    }


# --- writing -------------------------------------------------------------------------------------------------------------


@job_kind("ledger-write")
def write(job: Job) -> bool:
    """Stage new homes, change known ones, show the new ones, finish; what cannot be finished is taken back."""
    ledger = import_of(job.state["ledger"])
    phase = job.state.setdefault("phase", "stage")
    if phase == "take_back":
        return _take_back(job, ledger, State.FAILED)
    try:
        return PHASES[phase](job, ledger)
    except Refused as refusal:
        return _turn_back(job, ledger, f"{refusal.message} {refusal.instead}".strip())
    except Exception as error:
        _writers.pop(job.code, None)  # it may remember rows and places whose writing was rolled back
        if isinstance(error, LeaseLost) or job.attempts < MOST_ATTEMPTS:
            raise
        log.exception("import %s cannot be written and is taken back", ledger.code)
        return _turn_back(job, ledger, f"{type(error).__name__}: {error}")


def _writer(job: Job, ledger: LedgerImport) -> tuple[Writer, Changer]:
    """One per job and process. All facts of an import carry one moment, whichever worker writes them."""
    if "moment" not in job.state:
        job.state["moment"] = moment_of(ledger.as_of, time.now()).isoformat()
    if job.code not in _writers:
        moment = datetime.fromisoformat(job.state["moment"])
        _writers.clear()
        _writers[job.code] = Writer(ledger, moment), Changer(ledger, moment)
    return _writers[job.code]


def _next_rows(job: Job, ledger: LedgerImport, phase: str, action: str) -> list[LedgerRow]:
    """The rows after the job's place, as many as go into one transaction."""
    rows = ledger.rows.filter(pk__gt=job.state.get("last", 0), action=action)
    return list(rows.order_by("pk")[: PACES[phase].size])


def _advance(job: Job, rows: Sequence[LedgerRow]) -> None:
    """The job's place is behind these rows; in the transaction that writes them."""
    job.state["last"] = rows[-1].pk
    job.done += len(rows)
    save_step(job)


def _turn(job: Job, phase: str) -> bool:
    job.state.update(phase=phase, last=0)
    save_step(job)
    return False


def _stage(job: Job, ledger: LedgerImport) -> bool:
    writer, _changer = _writer(job, ledger)
    if not job.total:
        job.total = 2 * ledger.counts.get("create", 0) + ledger.counts.get("update", 0)
    rows = _next_rows(job, ledger, "stage", "create")
    if not rows:
        return _turn(job, "change")
    staged = writer.stage(rows)
    with PACES["stage"].transaction(len(rows)):
        staged.write()
        _advance(job, rows)
    return False


def _change(job: Job, ledger: LedgerImport) -> bool:
    _new, changer = _writer(job, ledger)
    rows = _next_rows(job, ledger, "change", "update")
    if not rows:
        return _turn(job, "publish")
    _write_parts(job, changer.change(rows), "change")
    return False


def _write_parts(job: Job, changes: Changes, phase: str) -> None:
    """Part by part; where somebody was faster, the rest is read again by the next step."""
    for part in changes.parts():
        with PACES[phase].transaction(len(part.changes)):
            if not part.write():
                return
            _advance(job, [change.row for change in part.changes])
        search.tidy()


def _publish(job: Job, ledger: LedgerImport) -> bool:
    writer, _changer = _writer(job, ledger)
    rows = _next_rows(job, ledger, "publish", "create")
    if not rows:
        return _finish_write(job, ledger)
    shown = writer.show(rows)
    with PACES["publish"].transaction(len(rows)):
        if shown.write():
            _advance(job, rows)
    search.tidy()
    return False


PHASES = {"stage": _stage, "change": _change, "publish": _publish}


def _finish_write(job: Job, ledger: LedgerImport) -> bool:
    digest = hashlib.sha256()
    rows = ledger.rows.filter(written=True).order_by("pk").values_list("sheet", "number", "action", "dwelling_id")
    for values in rows.iterator():
        digest.update(json.dumps(values).encode())
    ledger.state, ledger.finished_at = State.DONE, time.now()
    after = {"written": ledger.counts, "rows_sha256": digest.hexdigest()}
    with transaction.atomic():
        ledger.save(update_fields=["state", "finished_at"])
        record(by=ledger.created_by, verb="ledger.import", subject=ledger, after=after)
        save_step(job)
    return True


def _turn_back(job: Job, ledger: LedgerImport, reason: str) -> bool:
    _writers.pop(job.code, None)
    job.state.update(phase="take_back", last=0, reason=reason)
    ledger.error = json.dumps({"text": reason}, ensure_ascii=False)
    with transaction.atomic():
        ledger.save(update_fields=["error"])
        save_step(job)
    return False


# --- taking back ---------------------------------------------------------------------------------------------------------


@job_kind("ledger-undo")
def undo(job: Job) -> bool:
    return _take_back(job, import_of(job.state["ledger"]), State.UNDONE)


def _take_back(job: Job, ledger: LedgerImport, end: str) -> bool:
    """Last row first, so that a place is empty when the row that made it comes."""
    rows = ledger.rows.filter(written=True).order_by("-pk")
    if job.state.get("last"):
        rows = rows.filter(pk__lt=job.state["last"])
    some = list(rows[: PACES["back"].size])
    if not some:
        return _finish_back(job, ledger, end)
    new = list(takewhile(lambda row: row.action == "create", some))
    if new:
        removal = undoing.Removal(new)
        with PACES["back"].transaction(len(new)):
            removal.write()
            _advance(job, new)
        search.tidy()
    else:
        known = list(takewhile(lambda row: row.action != "create", some))
        _write_parts(job, restored(ledger, known), "back")
    return False


def _finish_back(job: Job, ledger: LedgerImport, end: str) -> bool:
    ledger.state, ledger.finished_at = end, time.now()
    with transaction.atomic():
        ledger.save(update_fields=["state", "finished_at"])
        record(by=ledger.created_by, verb="ledger.undo", subject=ledger, after={"state": end})
        save_step(job)
    return True


__all__ = ["check", "checked_of", "clear", "columns_as_kept", "mapping_of", "open_again", "undo", "write"]
