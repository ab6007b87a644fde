"""The few statements by which a batch is read and written, for SQLite and PostgreSQL. Shapes and no meaning.

A row object of the ORM costs more than everything else that happens to a message, so these go past it, and past Django's cursor,
which rewrites each text. The rows of a statement travel as one JSON text: psycopg lays out an array in Python, item by item, and
SQLite's driver lets go of the interpreter and waits for it again at every row, while others use it. On PostgreSQL each statement
is planned once per connection, and what need not wait for one another goes out together.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import psycopg
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

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
BY_CODE_SQLITE = "d.code IN (SELECT value FROM json_each(?)) ORDER BY d.id"
BY_UNIT_SQLITE = """d.parent_id IN (SELECT value FROM json_each(?)) AND d.part IN (SELECT value FROM json_each(?))
 ORDER BY d.id"""
BY_CODE_POSTGRES = "d.code = ANY(%b::text[]) ORDER BY d.id FOR NO KEY UPDATE OF s"
BY_UNIT_POSTGRES = "d.parent_id = ANY(%b::bigint[]) AND d.part = ANY(%b::text[]) ORDER BY d.id FOR NO KEY UPDATE OF s"

SEEN_SQLITE = """SELECT s.device_id, s.boot, s.seq, s.digest FROM json_each(?) n CROSS JOIN monitoring_seen s
 WHERE s.device_id = n.value ->> 0 AND s.boot = n.value ->> 1 AND s.seq = n.value ->> 2"""
SEEN_POSTGRES = """SELECT s.device_id, s.boot, s.seq, s.digest FROM json_to_recordset(%t::json) AS n(d bigint, b text, q bigint)
 JOIN monitoring_seen s ON s.device_id = n.d AND s.boot = n.b AND s.seq = n.q"""
REMEMBER_SQLITE = """INSERT INTO monitoring_seen (device_id, boot, seq, digest, forget_on)
 SELECT value ->> 0, value ->> 1, value ->> 2, unhex(value ->> 3), value ->> 4
 FROM json_each(?) WHERE true ON CONFLICT DO NOTHING"""
READ_SQLITE = """INSERT INTO monitoring_reading
 (device_id, boot, seq, "at", received, received_day, "values", event, detail, clamped, late)
 SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, value ->> 8,
 value ->> 9, value ->> 10 FROM json_each(?)"""
STATE_SQLITE = """UPDATE monitoring_devicestate SET seen_at = value ->> 0, measured_at = value ->> 1, moved_at = value ->> 2,
 boot = value ->> 3, seq = value ->> 4, boots = value ->> 5, readings = value ->> 6, event = value ->> 7,
 memory = value ->> 8, silent = value ->> 9 FROM json_each(?) WHERE device_id = value ->> 10"""
WRITE_POSTGRES = """WITH taken AS (
 INSERT INTO monitoring_seen (device_id, boot, seq, digest, forget_on)
 SELECT d, b, q, decode(h, 'base64'), f
 FROM json_to_recordset(%t::json) AS n(d bigint, b text, q bigint, h text, f date) ON CONFLICT DO NOTHING RETURNING 1
), said AS (
 INSERT INTO monitoring_reading
 (device_id, boot, seq, "at", received, received_day, "values", event, detail, clamped, late)
 SELECT d, b, q, a, r, y, v, e, t, c, l FROM json_to_recordset(%t::json)
 AS n(d bigint, b text, q bigint, a timestamptz, r timestamptz, y date, v jsonb, e text, t jsonb, c boolean, l boolean)
), stand AS (
 UPDATE monitoring_devicestate s SET seen_at = n.w, measured_at = n.m, moved_at = n.v, boot = n.b, seq = n.q, boots = n.o,
 readings = n.r, event = n.e, memory = n.k, silent = n.s
 FROM json_to_recordset(%t::json) AS n(w timestamptz, m timestamptz, v timestamptz, b text, q bigint, o jsonb, r jsonb,
 e text, k jsonb, s boolean, d bigint)
 WHERE s.device_id = n.d
) SELECT count(*) FROM taken"""
OFF = ("enable_seqscan", "enable_hashjoin", "enable_mergejoin", "jit")  # of a connection on which all is found by keys
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


def by_key(connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    """A receiver of `connection_created`: all statements of this connection find rows by their keys. A server that has not
    yet counted a new table would choose to read it whole, and keep to that plan. Where it must all the same, the plan counts
    as so dear that it would be compiled first, for longer than it runs."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for setting in OFF:
                cursor.execute(f"SET {setting} = off")


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
        with _together():  # with the BEGIN in front of it
            found = _planned(DEVICE_POSTGRES + FROM + which, list(map(list, given)))
            return [_known(row) for row in found.fetchall()]
    with connection.wrap_database_errors:
        found = connection.connection.execute(
            DEVICE_SQLITE + FROM + which, [encode(values).decode() for values in given]
        )
        return [_known(row) for row in found]


@contextmanager
def _together() -> Iterator[None]:
    """The statements within are sent to PostgreSQL without waiting for the answer of each."""
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


def _planned(statement: str, values: Sequence[Any]) -> "psycopg.Cursor[Any]":
    """Run a statement that the server keeps planned for this connection."""
    cursor = psycopg.Cursor(connection.connection)
    with connection.wrap_database_errors:
        return cursor.execute(statement.encode(), values, prepare=True, binary=True)


def _rows(names: str, rows: Iterable[Sequence[Any]]) -> str:
    """JSON for a recordset whose columns have one letter each."""
    return encode([dict(zip(names, row, strict=True)) for row in rows]).decode()


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


def _kept(moment: datetime | None) -> str | None:
    """An aware moment in UTC as SQLite keeps it: the text that Django writes."""
    return None if moment is None else moment.isoformat(" ")[:-6]


def seen(keys: Sequence[Key]) -> dict[Key, bytes]:
    """The digests of those of these messages that were taken before."""
    if _postgres():
        rows = _planned(SEEN_POSTGRES, [_rows("dbq", keys)]).fetchall()
    else:
        with connection.wrap_database_errors:
            rows = connection.connection.execute(SEEN_SQLITE, [encode(keys).decode()]).fetchall()
    return {(device, boot, seq): bytes(digest) for device, boot, seq, digest in rows}


class Repeated(Exception):
    """A message was taken before. Nothing of the transaction may be committed."""


def write(taken: Sequence[tuple[Any, ...]], readings: Sequence[tuple[Any, ...]], states: Iterable[Known]) -> None:
    """Keep that messages were taken, what they say, and where it leaves their devices. Raises Repeated.

    taken: rows of (device, boot, seq, digest, forget_on), no key twice. readings: rows of (device, boot, seq, at, received,
    received_day, values, event, detail, clamped, late), values and detail as JSON text, received and its day the same in all.
    """
    new = _write_postgres(taken, readings, states) if _postgres() else _write_sqlite(taken, readings, states)
    if new < len(taken):
        raise Repeated


def _write_postgres(
    taken: Sequence[tuple[Any, ...]], readings: Sequence[tuple[Any, ...]], states: Iterable[Known]
) -> int:
    said = [(*row[:6], msgspec.Raw(row[6]), row[7], msgspec.Raw(row[8]), *row[9:]) for row in readings]
    left = [(*row[:5], *map(msgspec.Raw, row[5:7]), row[7], msgspec.Raw(row[8]), *row[9:]) for row in map(_row, states)]
    given = [_rows("dbqhf", taken), _rows("dbqaryvetcl", said), _rows("wmvbqoreksd", left)]
    found = _planned(WRITE_POSTGRES, given).fetchone()
    return int(found[0]) if found else 0


def _write_sqlite(
    taken: Sequence[tuple[Any, ...]], readings: Sequence[tuple[Any, ...]], states: Iterable[Known]
) -> int:
    once = (_kept(readings[0][4]), str(readings[0][5])) if readings else ()
    given = (
        (REMEMBER_SQLITE, [(*row[:3], row[3].hex(), str(row[4])) for row in taken]),
        (READ_SQLITE, [(*row[:3], _kept(row[3]), *once, *row[6:]) for row in readings]),
        (STATE_SQLITE, [(*map(_kept, row[:3]), *row[3:]) for row in map(_row, states)]),
    )
    with connection.wrap_database_errors:
        new, *_rest = [connection.connection.execute(statement, [_json(rows)]).rowcount for statement, rows in given]
    return int(new)


def _row(known: Known) -> tuple[Any, ...]:
    state = known.state
    return (
        known.seen_at, state.measured_at, state.moved_at, state.boot, state.seq, _json(state.boots),
        _json(state.readings), state.event, _json(state.memory), known.silent, known.id,
    )  # fmt: skip


def _json(value: Any) -> str:
    return encode(value).decode()
