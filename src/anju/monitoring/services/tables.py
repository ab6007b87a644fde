"""The few statements by which a batch is read and written, for SQLite and PostgreSQL. Shapes and no meaning.

A row object of the ORM costs more than everything else that happens to a message, so these go past it. On PostgreSQL they also
go past Django's cursor, which puts values into the text: here each is planned once per connection, its values travel as binary
arrays, and what need not wait for one another goes out together.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import psycopg
from django.db import IntegrityError, connection, transaction

from anju.monitoring.services.judging import Memo, State

_readings = msgspec.json.Decoder(dict[str, float])
_boots = msgspec.json.Decoder(list[str])
_memory = msgspec.json.Decoder(dict[str, Memo])
_limits = msgspec.json.Decoder(dict[str, float])
encode = msgspec.json.Encoder().encode

FROM = " FROM monitoring_device d JOIN monitoring_devicestate s ON s.device_id = d.id WHERE "
DEVICE_POSTGRES = """SELECT d.id, d.code, d.kind, d.parent_id, d.part, d.limits::text, d.quiet_from, d.quiet_until,
 d.retired_on, s.seen_at, s.measured_at, s.moved_at, s.boot, s.seq, s.boots::text, s.readings::text, s.event,
 s.memory::text, s.silent"""
# As text, past the converters of declared types, which cost more than the query.
DEVICE_SQLITE = """SELECT d.id, d.code, d.kind, d.parent_id, d.part, d.limits, d.quiet_from || '', d.quiet_until || '',
 d.retired_on || '', s.seen_at || '', s.measured_at || '', s.moved_at || '', s.boot, s.seq, s.boots, s.readings, s.event,
 s.memory, s.silent + 0"""
BY_CODE_SQLITE = "d.code IN (SELECT value FROM json_each(%s)) ORDER BY d.id"
BY_UNIT_SQLITE = """d.parent_id IN (SELECT value FROM json_each(%s)) AND d.part IN (SELECT value FROM json_each(%s))
 ORDER BY d.id"""
BY_CODE_POSTGRES = "d.code = ANY(%b::text[]) ORDER BY d.id FOR NO KEY UPDATE OF s"
BY_UNIT_POSTGRES = "d.parent_id = ANY(%b::bigint[]) AND d.part = ANY(%b::text[]) ORDER BY d.id FOR NO KEY UPDATE OF s"

SEEN_SQLITE = """SELECT s.device_id, s.boot, s.seq, s.digest FROM json_each(%s) n CROSS JOIN monitoring_seen s
 WHERE s.device_id = n.value ->> 0 AND s.boot = n.value ->> 1 AND s.seq = n.value ->> 2"""
SEEN_POSTGRES = """SELECT s.device_id, s.boot, s.seq, s.digest
 FROM unnest(%b::bigint[], %b::text[], %b::bigint[]) AS n(d, b, q)
 JOIN monitoring_seen s ON s.device_id = n.d AND s.boot = n.b AND s.seq = n.q"""
REMEMBER_SQLITE = """INSERT INTO monitoring_seen (device_id, boot, seq, digest, forget_on)
 VALUES (%s, %s, %s, %s, %s)"""
REMEMBER_POSTGRES = """INSERT INTO monitoring_seen (device_id, boot, seq, digest, forget_on)
 SELECT * FROM unnest(%b::bigint[], %b::text[], %b::bigint[], %b::bytea[], %b::date[]) ON CONFLICT DO NOTHING
 RETURNING device_id, boot, seq"""
READ_SQLITE = """INSERT INTO monitoring_reading
 (device_id, boot, seq, "at", received, received_day, "values", event, detail, clamped, late)
 VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"""
READ_POSTGRES = """INSERT INTO monitoring_reading
 (device_id, boot, seq, "at", received, received_day, "values", event, detail, clamped, late)
 SELECT d, b, q, a, %b::timestamptz, %b::date, v::jsonb, e, t::jsonb, c, l
 FROM unnest(%b::bigint[], %b::text[], %b::bigint[], %b::timestamptz[], %b::text[], %b::text[], %b::text[], %b::boolean[],
 %b::boolean[]) AS n(d, b, q, a, v, e, t, c, l)"""
STATE_SQLITE = """UPDATE monitoring_devicestate SET seen_at = %s, measured_at = %s, moved_at = %s, boot = %s, seq = %s,
 boots = %s, readings = %s, event = %s, memory = %s, silent = %s WHERE device_id = %s"""
STATE_POSTGRES = """UPDATE monitoring_devicestate s SET seen_at = n.seen_at, measured_at = n.measured_at,
 moved_at = n.moved_at, boot = n.boot, seq = n.seq, boots = n.boots::jsonb, readings = n.readings::jsonb,
 event = n.event, memory = n.memory::jsonb, silent = n.silent
 FROM unnest(%b::timestamptz[], %b::timestamptz[], %b::timestamptz[], %b::text[], %b::bigint[], %b::text[], %b::text[],
 %b::text[], %b::text[], %b::boolean[], %b::bigint[])
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
    found = _devices(BY_CODE_POSTGRES, codes) if _postgres() else _devices(BY_CODE_SQLITE, codes)
    return {known.code: known for known in found}


def parts(units: Sequence[int], names: Sequence[str]) -> dict[tuple[int, str], Known]:
    """Detectors behind these units, by unit and part, locked likewise."""
    found = _devices(BY_UNIT_POSTGRES if _postgres() else BY_UNIT_SQLITE, units, names)
    return {(known.parent_id or 0, known.part): known for known in found}


def _devices(which: str, *given: Sequence[Any]) -> list[Known]:
    if _postgres():
        with together():  # with the BEGIN in front of it
            found = _planned(DEVICE_POSTGRES + FROM + which, list(map(list, given)))
            return [_known(row) for row in found.fetchall()]
    with connection.cursor() as cursor:
        cursor.execute(DEVICE_SQLITE + FROM + which, [encode(values).decode() for values in given])
        return [_known(row) for row in cursor.fetchall()]


@contextmanager
def together() -> Iterator[None]:
    """On PostgreSQL the statements within are sent without waiting for the answer of each."""
    if not _postgres():
        yield
        return
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


def _planned(statement: str, values: Sequence[Any]) -> "psycopg.Cursor[Any]":
    """Run a statement that the server keeps planned for this connection."""
    cursor = psycopg.Cursor(connection.connection)
    with connection.wrap_database_errors:
        return cursor.execute(statement.encode(), values, prepare=True, binary=True)


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


def remember(rows: Sequence[tuple[Any, ...]]) -> dict[Key, bytes]:
    """Keep that these messages were taken: rows of (device, boot, seq, digest, forget_on), no key twice. The digests of those
    that were taken before, which are left as they are. The caller holds the locks of the devices, so nobody else is at it.
    """
    if _postgres():
        fresh = set(_planned(REMEMBER_POSTGRES, _columns(rows)).fetchall())
        before = [row[:3] for row in rows if row[:3] not in fresh] if len(fresh) < len(rows) else []
        return _digests(_planned(SEEN_POSTGRES, _columns(before)).fetchall()) if before else {}
    with connection.cursor() as cursor:
        with suppress(IntegrityError), transaction.atomic():  # as a rule none was
            cursor.executemany(REMEMBER_SQLITE, [(*row[:4], str(row[4])) for row in rows])
            return {}
        cursor.execute(SEEN_SQLITE, [encode([row[:3] for row in rows]).decode()])
        found = _digests(cursor.fetchall())
        cursor.executemany(REMEMBER_SQLITE, [(*row[:4], str(row[4])) for row in rows if row[:3] not in found])
        return found


def _digests(rows: Iterable[tuple[Any, ...]]) -> dict[Key, bytes]:
    return {(device, boot, seq): bytes(digest) for device, boot, seq, digest in rows}


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def write_readings(rows: Sequence[tuple[Any, ...]]) -> None:
    """Rows of (device, boot, seq, at, received, received_day, values, event, detail, clamped, late); values and detail as
    JSON text, received and its day the same in all."""
    if _postgres():
        columns = _columns(rows)
        _planned(READ_POSTGRES, [rows[0][4], rows[0][5], *columns[:4], *columns[6:]])
        return
    once = (_taken(rows[0][4]), str(rows[0][5]))
    with connection.cursor() as cursor:
        cursor.executemany(READ_SQLITE, [(*row[:3], _taken(row[3]), *once, *row[6:]) for row in rows])


def write_states(devices: Iterable[Known]) -> None:
    rows = [_row(known) for known in devices]
    if _postgres():
        _planned(STATE_POSTGRES, _columns(rows))
        return
    with connection.cursor() as cursor:
        cursor.executemany(STATE_SQLITE, [(*map(_taken, row[:3]), *row[3:]) for row in rows])


def _row(known: Known) -> tuple[Any, ...]:
    state = known.state
    return (
        known.seen_at, state.measured_at, state.moved_at, state.boot, state.seq, _json(state.boots),
        _json(state.readings), state.event, _json(state.memory), known.silent, known.id,
    )  # fmt: skip


def _json(value: Any) -> str:
    return encode(value).decode()
