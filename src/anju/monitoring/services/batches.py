"""Devices by the hundred: a ledger or a whole estate, looked at first, registered as a whole or not at all (X4, A4.8).

Rows are registered a few at a time in short transactions, keyed by their row; when one is refused on the way (somebody took its
wire address meanwhile), what the batch made is taken back and the batch says why. Until it is done nobody has seen a key.
"""

import json
import logging
import tempfile
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from anju.areas.models import Area, Place
from anju.areas.permissions import require
from anju.areas.scope import scope_of
from anju.audit.services import audited, record
from anju.core import time
from anju.core.errors import NotAllowed, Refused
from anju.dwellings.ledger import problems, sheets
from anju.dwellings.models import Dwelling
from anju.jobs.models import Job
from anju.jobs.pacing import Pace
from anju.jobs.services import MOST_ATTEMPTS, enqueue, job_kind, save_step
from anju.monitoring.ledgers import laying_out, reading
from anju.monitoring.models import Device, DeviceBatch, DeviceBatchRow, DeviceKey
from anju.monitoring.services.keys import unshown
from anju.monitoring.services.register import CHANGEABLE, Spot, add_device, retire

log = logging.getLogger(__name__)
State, Result = DeviceBatch.State, DeviceBatchRow.Result
MOST_BYTES = 10 * 1024**2
PACE = {"write": Pace(first=3, most=40), "back": Pace(first=5, most=100)}
DAYS = ("installed_on", "calibrated_until")


# --- made ----------------------------------------------------------------------------------------------------------------


def upload(*, by: Any, name: str, data: bytes) -> DeviceBatch:
    """Read a ledger; the batch then waits to be looked at. Refused with the reason when the file cannot be used."""
    require(by, "device.edit")
    try:
        sheets.check_size(len(data), MOST_BYTES)
        with tempfile.TemporaryDirectory(prefix="anju-devices-") as folder:
            path = Path(folder) / "ledger"
            path.write_bytes(data)
            ledger = reading.read(path, user=by, today=time.today())
    except problems.Refused as refusal:
        raise Refused(_refusal(refusal)) from refusal
    rows = [
        DeviceBatchRow(
            number=line.number, cells=_plain(line.cells), values=line.values, where=line.where[:200],
            errors=[{"column": column, "code": what.code, "params": dict(what.params)} for column, what in line.errors],
            result=Result.WRONG if line.errors else Result.GOOD,
        )
        for line in ledger.lines
    ]  # fmt: skip
    return _keep(by=by, source=DeviceBatch.Source.LEDGER, name=name, rows=rows, heads=ledger.heads, area=_area(by))


def _refusal(refusal: problems.Refused) -> str:
    if refusal.code == "no_header":
        return _(
            "No row names the columns. A ledger of devices needs at least “设备类型” and “房屋编号” or “安装地址”; see the empty ledger."
        )
    return str(refusal)


def lay_out(*, by: Any, place: Place, kind: str, per: str, profile: str = "") -> DeviceBatch:
    """One device of a kind wherever an estate or a building lacks one. per: room (every room let) or home (every home that is let)."""
    require(by, "device.edit")
    rows = laying_out.rows(by, place, kind, per, profile.strip())
    where = Spot(place=place).words
    if not rows:
        raise Refused(
            _("%(estate)s lacks none: every one has a device of this kind, or nothing there is let.")
            % {"estate": where}
        )
    if len(rows) > reading.MOST_ROWS:
        raise Refused(
            _("%(n)s devices at once are too many; at most %(most)s.") % {"n": len(rows), "most": reading.MOST_ROWS}
        )
    name = _("%(kind)s for %(estate)s") % {"kind": dict(Device.Kind.choices)[kind], "estate": where}
    return _keep(by=by, source=DeviceBatch.Source.ESTATE, name=name, rows=rows, heads=[], area=place.area, place=place)


@audited
def _keep(
    *,
    by: Any,
    source: str,
    name: str,
    rows: Sequence[DeviceBatchRow],
    heads: list[list[str]],
    area: Area,
    place: Place | None = None,
) -> DeviceBatch:
    counts = {result: sum(row.result == result for row in rows) for result in Result.values}
    batch = DeviceBatch(
        source=source, name=name[:200], area=area, area_path=area.path, place=place, heads=heads, created_at=time.now(),
        created_by=by, counts={**counts, "rows": len(rows)},
    )  # fmt: skip
    batch.save()
    for row in rows:
        row.batch = batch
    DeviceBatchRow._base_manager.bulk_create(rows, batch_size=500)
    record(by=by, verb="device.batch", subject=batch, after={"source": source, **batch.counts})
    return batch


def _area(by: Any) -> Area:
    """The whole of what the person is posted to, for who may look at the batch later."""
    scope = scope_of(by)
    area = Area.objects.filter(path__in=scope.area_paths).order_by("path").first()
    if area is None and scope.place_paths:
        area = Place.objects.select_related("area").get(path=scope.place_paths[0]).area
    found = area or Area.objects.filter(parent=None).first()
    if found is None:
        raise Refused(_("This city has no areas yet."))
    return found


def _plain(cells: dict[str, Any]) -> dict[str, Any]:
    return json.loads(json.dumps(cells, default=str))  # type: ignore[no-any-return]


# --- looked at, then registered or given up ------------------------------------------------------------------------------


def _mine(by: Any, batch: DeviceBatch, *states: str) -> DeviceBatch:
    require(by, "device.edit")
    rows = DeviceBatch.objects.for_user(by).select_for_update(of=("self",))
    row: DeviceBatch | None = rows.filter(pk=batch.pk).first()
    if row is None:
        raise NotAllowed(_("There is no such batch in your area."))
    if row.created_by_id != getattr(by, "pk", None):
        raise NotAllowed(_("Only %(who)s, who made this batch, goes on with it.") % {"who": row.created_by})
    if row.state not in states:
        raise Refused(_("This batch is over: %(state)s.") % {"state": row.get_state_display()})
    return row


@audited
def write(*, by: Any, batch: DeviceBatch) -> Job:
    """Begin to register the good rows. Refused while a row is wrong."""
    row = _mine(by, batch, State.PREVIEW)
    if row.counts["wrong"]:
        raise Refused(
            _("%(n)s rows have errors, so none is registered.") % {"n": row.counts["wrong"]},
            instead=_("Correct them in the ledger and upload it again."),
        )
    if not row.counts["good"]:
        raise Refused(_("There is no device to register in this batch."))
    job = enqueue(kind="device-batch", by=by, key=row.code, state={"batch": row.pk}, total=row.counts["good"])
    row.state, row.job = State.WRITING, job.code
    row.save(update_fields=["state", "job"])
    record(by=by, verb="device.batch", subject=row, after={"state": row.state})
    return job


@audited
def give_up(*, by: Any, batch: DeviceBatch) -> None:
    row = _mine(by, batch, State.PREVIEW)
    row.state = State.GIVEN_UP
    row.save(update_fields=["state"])
    record(by=by, verb="device.batch", subject=row, after={"state": row.state})


@job_kind("device-batch")
def work(job: Job) -> bool:
    """A few rows in a transaction of their own; after a restart it goes on with the rows that have no device yet."""
    batch = DeviceBatch._base_manager.select_related("created_by").get(pk=job.state["batch"])
    if batch.state == State.WRITING:
        try:
            return _write_some(job, batch)
        except DatabaseError as error:
            if job.attempts < MOST_ATTEMPTS:
                raise
            log.exception("batch %s cannot be registered", batch.code)
            _turn_back(job, batch, None, f"{type(error).__name__}: {error}")
            return False
    return _take_back_some(job, batch) if batch.state == State.UNDOING else True


def _write_some(job: Job, batch: DeviceBatch) -> bool:
    pace = PACE["write"]
    rows = list(batch.rows.filter(result=Result.GOOD, device=None).order_by("number")[: pace.size])
    if not rows:
        return _done(job, batch)
    homes = Dwelling._base_manager.select_related("place", "area").in_bulk([row.values.get("dwelling") for row in rows])
    places = Place.objects.select_related("area", "parent").in_bulk([row.values.get("place") for row in rows])
    row = rows[0]
    try:
        with pace.transaction(len(rows)):
            for row in rows:
                row.device = _register(batch, row, homes, places)
            DeviceBatchRow._base_manager.bulk_update(rows, ["device"])
            job.done += len(rows)
            save_step(job)
    except Refused as refusal:
        _turn_back(job, batch, row, refusal.message)
    return False


def _register(batch: DeviceBatch, row: DeviceBatchRow, homes: dict[int, Dwelling], places: dict[int, Place]) -> Device:
    values = row.values
    details: dict[str, Any] = {
        name: values[name] for name in CHANGEABLE if name in values and name not in (*DAYS, "name", "profile", "room")
    }
    details |= {name: date.fromisoformat(values[name]) for name in DAYS if name in values}
    spot = Spot(homes.get(values.get("dwelling", 0)), values.get("room", ""), places.get(values.get("place", 0)))
    device, _key = add_device(
        by=batch.created_by, kind=values["kind"], spot=spot, name=values.get("name", ""), profile=values.get("profile", ""),
        address=values.get("wire_address", ""), **details,
    )  # fmt: skip
    return device


def _turn_back(job: Job, batch: DeviceBatch, row: DeviceBatchRow | None, why: str) -> None:
    with transaction.atomic():
        batch.state = State.UNDOING
        batch.problem = (_("Row %(n)s: %(why)s") % {"n": row.number, "why": why} if row else why)[:300]
        batch.save(update_fields=["state", "problem"])
        save_step(job)


def _take_back_some(job: Job, batch: DeviceBatch) -> bool:
    """Nobody has seen a key of these devices, so none of them has spoken; a unit that has (by its address) is retired instead."""
    pace = PACE["back"]
    rows = list(batch.rows.exclude(device=None).select_related("device")[: pace.size])
    if not rows:
        return _end(job, batch, State.FAILED)
    with pace.transaction(len(rows)):
        for row in rows:
            _take_back(batch, row)
        job.done = max(0, job.done - len(rows))
        save_step(job)
    return False


def _take_back(batch: DeviceBatch, row: DeviceBatchRow) -> None:
    device = row.device
    assert device is not None
    row.device = None
    row.save(update_fields=["device"])
    try:
        with transaction.atomic():
            if device.state.seen_at is not None:
                raise ProtectedError("it has spoken", {device})
            record(by=batch.created_by, verb="device.batch", subject=device, after={"taken_back": batch.code})
            device.delete()
    except ProtectedError:
        retire(
            by=batch.created_by, device=device, reason=_("Taken back with the batch %(code)s") % {"code": batch.code}
        )


def _done(job: Job, batch: DeviceBatch) -> bool:
    return _end(job, batch, State.DONE)


def _end(job: Job, batch: DeviceBatch, state: str) -> bool:
    with transaction.atomic():
        batch.state, batch.done_at = state, time.now()
        batch.save(update_fields=["state", "done_at"])
        record(by=batch.created_by, verb="device.batch", subject=batch, after={"state": state}, reason=batch.problem)
        save_step(job)
    return True


# --- the keys, once ------------------------------------------------------------------------------------------------------


@audited
def give_keys(*, by: Any, batch: DeviceBatch) -> list[tuple[DeviceBatchRow, str]]:
    """Every row with its device and the device's key, this once; the key is "" for what has none or was shown already."""
    row = _mine(by, batch, State.DONE)
    if row.keys_given_at is not None:
        raise Refused(
            _("The keys of this batch were handed out on %(when)s.")
            % {"when": f"{time.local(row.keys_given_at):%Y-%m-%d %H:%M}"},
            instead=_("For a device whose key is lost make a new one on its page."),
        )
    now = time.now()
    rows = list(row.rows.exclude(device=None).select_related("device").order_by("number"))
    found, shown = [], []
    for line in rows:
        key = unshown(line.device, now) if line.device else None
        found.append((line, key.open() if key else ""))
        shown += [key.pk] if key else []
    _mark_shown(shown, now)
    row.keys_given_at = now
    row.save(update_fields=["keys_given_at"])
    record(by=by, verb="device.key", subject=row, after={"shown": len(shown), "devices": len(rows)})
    return found


def _mark_shown(keys: Sequence[int], now: Any) -> None:
    for start in range(0, len(keys), 500):
        DeviceKey._base_manager.filter(pk__in=keys[start : start + 500]).update(shown_at=now)


def wrong_rows(batch: DeviceBatch) -> Iterable[DeviceBatchRow]:
    return batch.rows.filter(result=Result.WRONG).order_by("number")
