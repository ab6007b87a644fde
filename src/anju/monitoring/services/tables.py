"""The few statements by which a batch is read and written, for SQLite and PostgreSQL. Shapes and no meaning.

A row object of the ORM costs more than everything else that happens to a message, so these go past it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import msgspec
from django.db import connection

from anju.monitoring.services.judging import Memo, State

_readings = msgspec.json.Decoder(dict[str, float])
_boots = msgspec.json.Decoder(list[str])
_memory = msgspec.json.Decoder(dict[str, Memo])
_limits = msgspec.json.Decoder(dict[str, float])
encode = msgspec.json.Encoder().encode

FROM = " FROM monitoring_device d JOIN monitoring_devicestate s ON s.device_id = d.id WHERE "
DEVICE_POSTGRES = """SELECT d.id, d.code, d.kind, d.parent_id, d.part, d.limits, d.quiet_from, d.quiet_until, d.retired_on,
 s.seen_at, s.measured_at, s.moved_at, s.boot, s.seq, s.boots, s.readings, s.event, s.memory, s.silent"""
# As text, past the converters of declared types, which cost more than the query.
DEVICE_SQLITE = """SELECT d.id, d.code, d.kind, d.parent_id, d.part, d.limits, d.quiet_from || '', d.quiet_until || '',
 d.retired_on || '', s.seen_at || '', s.measured_at || '', s.moved_at || '', s.boot, s.seq, s.boots, s.readings, s.event,
 s.memory, s.silent + 0"""
BY_CODE, BY_UNIT = "d.code IN (", "d.parent_id IN ("
ORDER, LOCK = ") ORDER BY d.id", " FOR NO KEY UPDATE OF s"

SEEN_SQLITE = """SELECT s.device_id, s.boot, s.seq, s.digest FROM json_each(%s) n CROSS JOIN monitoring_seen s
 WHERE s.device_id = n.value ->> 0 AND s.boot = n.value ->> 1 AND s.seq = n.value ->> 2"""
SEEN_POSTGRES = """SELECT s.device_id, s.boot, s.seq, s.digest
 FROM unnest(%s::bigint[], %s::text[], %s::bigint[]) AS n(d, b, q)
 JOIN monitoring_seen s ON s.device_id = n.d AND s.boot = n.b AND s.seq = n.q"""
REMEMBER_SQLITE = """INSERT INTO monitoring_seen (device_id, boot, seq, digest, forget_on)
 VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"""
REMEMBER_POSTGRES = """INSERT INTO monitoring_seen (device_id, boot, seq, digest, forget_on)
 SELECT * FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::bytea[], %s::date[]) ON CONFLICT DO NOTHING"""
READ_SQLITE = """INSERT INTO monitoring_reading
 (device_id, boot, seq, "at", received, received_day, "values", event, detail, clamped, late)
 VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"""
READ_POSTGRES = """COPY monitoring_reading
 (device_id, boot, seq, "at", received, received_day, "values", event, detail, clamped, late) FROM STDIN"""
STATE_SQLITE = """UPDATE monitoring_devicestate SET seen_at = %s, measured_at = %s, moved_at = %s, boot = %s, seq = %s,
 boots = %s, readings = %s, event = %s, memory = %s, silent = %s WHERE device_id = %s"""
STATE_POSTGRES = """UPDATE monitoring_devicestate s SET seen_at = n.seen_at, measured_at = n.measured_at,
 moved_at = n.moved_at, boot = n.boot, seq = n.seq, boots = n.boots, readings = n.readings, event = n.event,
 memory = n.memory, silent = n.silent
 FROM unnest(%s::timestamptz[], %s::timestamptz[], %s::timestamptz[], %s::text[], %s::bigint[], %s::jsonb[], %s::jsonb[],
 %s::text[], %s::jsonb[], %s::boolean[], %s::bigint[])
 AS n(seen_at, measured_at, moved_at, boot, seq, boots, readings, event, memory, silent, device_id)
 WHERE s.device_id = n.device_id"""
Key = tuple[int, str, int]  # device, boot, seq


@dataclass(slots=True)
class Known:
    """A device as judging needs it, with its state; `changed` once something of it must be written."""

    id: int
    code: str
    kind: str
    parent_id: int | None
    part: str
    limits: tuple[tuple[str, float], ...]
    quiet_from: datetime | None
    quiet_until: datetime | None
    retired_on: date | None
    seen_at: datetime | None
    silent: bool
    state: State = field(default_factory=State)

    def quiet(self, at: datetime) -> bool:
        return self.quiet_until is not None and self.quiet_until > at and (self.quiet_from or at) <= at


def _postgres() -> bool:
    return connection.vendor == "postgresql"


def devices(codes: Sequence[str]) -> dict[str, Known]:
    """The devices of these codes with their states, the states locked in the order of their ids until the commit."""
    return {known.code: known for known in _devices(BY_CODE + _places(codes), codes)}


def parts(units: Sequence[int], names: Sequence[str]) -> dict[tuple[int, str], Known]:
    """Detectors behind these units, by unit and part, locked likewise."""
    found = _devices(f"{BY_UNIT}{_places(units)}) AND d.part IN ({_places(names)}", (*units, *names))
    return {(known.parent_id or 0, known.part): known for known in found}


def _places(values: Sequence[Any]) -> str:
    return ", ".join(["%s"] * len(values))


def _devices(which: str, given: Sequence[Any]) -> list[Known]:
    with connection.cursor() as cursor:
        if _postgres():
            cursor.execute(DEVICE_POSTGRES + FROM + which + ORDER + LOCK, list(given))
        else:
            cursor.execute(DEVICE_SQLITE + FROM + which + ORDER, list(given))
        return [_known(row) for row in cursor.fetchall()]


def _known(row: tuple[Any, ...]) -> Known:
    limits = row[5]
    return Known(
        row[0], row[1], row[2], row[3], row[4], tuple(_limits.decode(limits).items()) if limits != "{}" else (),
        _moment(row[6]), _moment(row[7]), _day(row[8]), _moment(row[9]), bool(row[18]),
        State(
            measured_at=_moment(row[10]), moved_at=_moment(row[11]), boot=row[12], seq=row[13],
            boots=_boots.decode(row[14]) if row[14] != "[]" else [], readings=_readings.decode(row[15]),
            event=row[16], memory=_memory.decode(row[17]) if row[17] != "{}" else {},
        ),
    )  # fmt: skip


def _moment(value: Any) -> datetime | None:
    """SQLite keeps times as text without a zone, in UTC."""
    return datetime.fromisoformat(value).replace(tzinfo=UTC) if isinstance(value, str) else value


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _taken(moment: datetime | None) -> str | None:
    """An aware moment in UTC as SQLite keeps it: the text that Django writes."""
    return None if moment is None else moment.isoformat(" ")[:-6]


def seen(keys: Sequence[Key]) -> dict[Key, bytes]:
    """The digests of those messages that were taken before."""
    with connection.cursor() as cursor:
        if _postgres():
            cursor.execute(SEEN_POSTGRES, _columns(keys))
        else:
            cursor.execute(SEEN_SQLITE, [encode(keys).decode()])
        return {(device, boot, seq): bytes(digest) for device, boot, seq, digest in cursor.fetchall()}


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def write_seen(rows: Sequence[tuple[Any, ...]]) -> int:
    """Rows of (device, boot, seq, digest, forget_on); how many of them were new."""
    with connection.cursor() as cursor:
        if _postgres():
            cursor.execute(REMEMBER_POSTGRES, _columns(rows))
        else:
            cursor.executemany(REMEMBER_SQLITE, [(*row[:4], str(row[4])) for row in rows])
        return int(cursor.rowcount)


def write_readings(rows: Sequence[tuple[Any, ...]]) -> None:
    """Rows of (device, boot, seq, at, received, received_day, values, event, detail, clamped, late); values and detail as
    JSON text, received and its day the same in all."""
    with connection.cursor() as cursor:
        if _postgres():
            with connection.wrap_database_errors, cursor.copy(READ_POSTGRES) as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            once = (_taken(rows[0][4]), str(rows[0][5]))
            cursor.executemany(READ_SQLITE, [(*row[:3], _taken(row[3]), *once, *row[6:]) for row in rows])


def write_states(devices: Iterable[Known]) -> None:
    with connection.cursor() as cursor:
        if _postgres():
            cursor.execute(STATE_POSTGRES, _columns([_row(known) for known in devices]))
        else:
            rows = [_row(known) for known in devices]
            cursor.executemany(STATE_SQLITE, [(*map(_taken, row[:3]), *row[3:]) for row in rows])


def _row(known: Known) -> tuple[Any, ...]:
    state = known.state
    return (
        known.seen_at, state.measured_at, state.moved_at, state.boot, state.seq, _json(state.boots),
        _json(state.readings), state.event, _json(state.memory), known.silent, known.id,
    )  # fmt: skip


def _json(value: Any) -> str:
    return encode(value).decode()
