"""The few statements by which a batch is read and written, for SQLite and PostgreSQL. Shapes and no meaning.

A row object of the ORM costs more than everything else that happens to a message, so these go past it, and past Django's cursor,
which rewrites each text. The rows of a statement travel as one JSON text: psycopg lays out an array in Python, item by item, and
SQLite's driver lets go of the interpreter and waits for it again at every row, while others use it. On PostgreSQL each statement
is planned once per connection, and what need not wait for one another goes out together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import msgspec
import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from anju.monitoring.services.judging import Memo, State

_readings = msgspec.json.Decoder(dict[str, float])
_boots = msgspec.json.Decoder(list[str])
_memory = msgspec.json.Decoder(dict[str, Memo])
_limits = msgspec.json.Decoder(dict[str, float])
encode = msgspec.json.Encoder().encode

DEVICE_POSTGRES = """SELECT d.id, d.code, d.kind, d.parent_id, d.part, d.limits::text, d.quiet_from, d.quiet_until,
 d.retired_on, s.measured_at, s.moved_at, s.boot, s.seq, s.boots::text, s.readings::text, s.event, s.memory::text,
 s.silent FROM """
# As text, past the converters of declared types, which cost more than the query. Times are kept in UTC, without saying so.
DEVICE_SQLITE = """SELECT d.id, d.code, d.kind, d.parent_id, d.part, d.limits, d.quiet_from || '+00:00',
 d.quiet_until || '+00:00', d.retired_on || '', s.measured_at || '+00:00', s.moved_at || '+00:00', s.boot, s.seq, s.boots,
 s.readings, s.event, s.memory, s.silent + 0 FROM """
BY_CODE_SQLITE = """json_each(?) n CROSS JOIN monitoring_device d ON d.code = n.value
 CROSS JOIN monitoring_devicestate s ON s.device_id = d.id"""
BY_UNIT_SQLITE = """monitoring_device d JOIN monitoring_devicestate s ON s.device_id = d.id
 WHERE d.parent_id IN (SELECT value FROM json_each(?)) AND d.part IN (SELECT value FROM json_each(?))"""
BY_CODE_POSTGRES = """monitoring_device d JOIN monitoring_devicestate s ON s.device_id = d.id
 WHERE d.code = ANY(%b::text[]) ORDER BY d.id FOR NO KEY UPDATE OF s"""
BY_UNIT_POSTGRES = """monitoring_device d JOIN monitoring_devicestate s ON s.device_id = d.id
 WHERE d.parent_id = ANY(%b::bigint[]) AND d.part = ANY(%b::text[]) ORDER BY d.id FOR NO KEY UPDATE OF s"""

SEEN_SQLITE = """SELECT s.device_id, s.boot, s.seq, s.digest FROM json_each(?) n CROSS JOIN monitoring_seen s
 WHERE s.device_id = n.value ->> 0 AND s.boot = n.value ->> 1 AND s.seq = n.value ->> 2"""
SEEN_POSTGRES = """SELECT s.device_id, s.boot, s.seq, s.digest FROM json_to_recordset(%t::json) AS n(d bigint, b text, q bigint)
 JOIN monitoring_seen s ON s.device_id = n.d AND s.boot = n.b AND s.seq = n.q"""
REMEMBER_SQLITE = """INSERT INTO monitoring_seen (device_id, boot, seq, digest, forget_on)
 SELECT value ->> 0, value ->> 1, value ->> 2, unhex(value ->> 3), value ->> 4
 FROM json_each(?) WHERE true ON CONFLICT DO NOTHING"""
READ_SQLITE = """INSERT INTO monitoring_reading
 (device_id, boot, seq, "at", "values", event, detail, clamped, late, received, received_day)
 SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, value ->> 8,
 ?, ? FROM json_each(?)"""
STATE_SQLITE = """UPDATE monitoring_devicestate SET seen_at = ?, measured_at = value ->> 1, moved_at = value ->> 2,
 boot = value ->> 3, seq = value ->> 4, boots = value ->> 5, readings = value ->> 6, event = value ->> 7,
 memory = value ->> 8, silent = value ->> 9 FROM json_each(?) WHERE device_id = value ->> 0"""
WRITE_POSTGRES = """WITH taken AS (
 INSERT INTO monitoring_seen (device_id, boot, seq, digest, forget_on)
 SELECT d, b, q, decode(h, 'base64'), f
 FROM json_to_recordset(%t::json) AS n(d bigint, b text, q bigint, h text, f date) ON CONFLICT DO NOTHING RETURNING 1
), said AS (
 INSERT INTO monitoring_reading
 (device_id, boot, seq, "at", "values", event, detail, clamped, late, received, received_day)
 SELECT d, b, q, a, v, e, t, c, l, %b::timestamptz, %b::date FROM json_to_recordset(%t::json)
 AS n(d bigint, b text, q bigint, a timestamptz, v jsonb, e text, t jsonb, c boolean, l boolean)
), stand AS (
 UPDATE monitoring_devicestate s SET seen_at = %b::timestamptz, measured_at = n.m, moved_at = n.v, boot = n.b, seq = n.q,
 boots = n.o, readings = n.r, event = n.e, memory = n.k, silent = n.s
 FROM json_to_recordset(%t::json)
 AS n(d bigint, m timestamptz, v timestamptz, b text, q bigint, o jsonb, r jsonb, e text, k jsonb, s boolean)
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
    silent: bool
    state: State = field(default_factory=State)

    def quiet(self, at: datetime) -> bool:
        return self.quiet_until is not None and self.quiet_until > at and (self.quiet_from or at) <= at


def _database() -> BaseDatabaseWrapper:
    """The connection itself: `connection` looks it up anew for each of its attributes."""
    return connections[DEFAULT_DB_ALIAS]


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
    return {known.code: known for known in _devices(BY_CODE_POSTGRES, BY_CODE_SQLITE, codes)}


def parts(units: Sequence[int], names: Sequence[str]) -> dict[tuple[int, str], Known]:
    """Detectors behind these units, by unit and part, locked likewise."""
    found = _devices(BY_UNIT_POSTGRES, BY_UNIT_SQLITE, units, names)
    return {(known.parent_id or 0, known.part): known for known in found}


def _devices(on_postgres: str, on_sqlite: str, *given: Sequence[Any]) -> list[Known]:
    database = _database()
    if database.vendor == "postgresql":
        database.ensure_connection()
        with database.wrap_database_errors, database.connection.pipeline():  # with the BEGIN, not after its answer
            found = _planned(database, DEVICE_POSTGRES + on_postgres, list(map(list, given)))
            return [_known(row) for row in found.fetchall()]
    return [_known(row) for row in _run(database, DEVICE_SQLITE + on_sqlite, *map(_json, given))]


def _planned(database: BaseDatabaseWrapper, statement: str, values: Sequence[Any]) -> "psycopg.Cursor[Any]":
    """Run a statement that the server keeps planned for this connection."""
    cursor = psycopg.Cursor(database.connection)
    with database.wrap_database_errors:
        return cursor.execute(statement.encode(), values, prepare=True, binary=True)


def _run(database: BaseDatabaseWrapper, statement: str, *values: str) -> Any:
    """Run a statement on SQLite; its cursor."""
    with database.wrap_database_errors:
        return database.connection.execute(statement, values)


def _rows(names: str, rows: Iterable[Sequence[Any]]) -> str:
    """JSON for a recordset whose columns have one letter each."""
    return _json([dict(zip(names, row, strict=True)) for row in rows])


def _json(value: Any) -> str:
    return encode(value).decode()


def _known(row: tuple[Any, ...]) -> Known:
    limits = row[5]
    return Known(
        row[0], row[1], row[2], row[3], row[4], tuple(_limits.decode(limits).items()) if limits != "{}" else (),
        _moment(row[6]), _moment(row[7]), _day(row[8]), bool(row[17]),
        State(
            measured_at=_moment(row[9]), moved_at=_moment(row[10]), boot=row[11], seq=row[12],
            boots=_boots.decode(row[13]) if row[13] != "[]" else [], readings=_readings.decode(row[14]),
            event=row[15], memory=_memory.decode(row[16]) if row[16] != "{}" else {},
        ),
    )  # fmt: skip


def _moment(value: Any) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _kept(moment: datetime | None) -> str | None:
    """An aware moment in UTC as SQLite keeps it: the text that Django writes."""
    return None if moment is None else moment.isoformat(" ")[:-6]


def seen(keys: Sequence[Key]) -> dict[Key, bytes]:
    """The digests of those of these messages that were taken before."""
    database = _database()
    if database.vendor == "postgresql":
        rows = _planned(database, SEEN_POSTGRES, [_rows("dbq", keys)]).fetchall()
    else:
        rows = _run(database, SEEN_SQLITE, _json(keys)).fetchall()
    return {(device, boot, seq): bytes(digest) for device, boot, seq, digest in rows}


class Repeated(Exception):
    """A message was taken before. Nothing of the transaction may be committed."""


def write(
    taken: Sequence[tuple[Any, ...]],
    readings: Sequence[tuple[Any, ...]],
    states: Iterable[Known],
    *,
    received: datetime,
    day: date,
) -> None:
    """Keep that messages were taken, what they say, and where it leaves their devices. Raises Repeated.

    taken: rows of (device, boot, seq, digest, forget_on), no key twice. readings: rows of (device, boot, seq, at, values, event,
    detail as JSON text, clamped, late). received: aware UTC, and its day, of all of them.
    """
    write_to = _write_postgres if _database().vendor == "postgresql" else _write_sqlite
    if write_to(_database(), taken, readings, map(_left, states), received, day) < len(taken):
        raise Repeated


Rows = Iterable[tuple[Any, ...]]


def _write_postgres(
    database: BaseDatabaseWrapper, taken: Rows, readings: Rows, states: Rows, received: datetime, day: date
) -> int:
    said = [(*row[:6], msgspec.Raw(row[6]), *row[7:]) for row in readings]
    given = [_rows("dbqhf", taken), received, day, _rows("dbqavetcl", said), received, _rows("dmvbqoreks", states)]
    found = _planned(database, WRITE_POSTGRES, given).fetchone()
    return int(found[0]) if found else 0


def _write_sqlite(
    database: BaseDatabaseWrapper, taken: Rows, readings: Rows, states: Rows, received: datetime, day: date
) -> int:
    once, today = str(_kept(received)), str(day)
    new = _run(database, REMEMBER_SQLITE, _json([(*row[:3], row[3].hex(), str(row[4])) for row in taken]))
    _run(database, READ_SQLITE, once, today, _json([(*row[:3], _kept(row[3]), *row[4:]) for row in readings]))
    left = [(row[0], _kept(row[1]), once if row[2] is received else _kept(row[2]), *row[3:]) for row in states]
    _run(database, STATE_SQLITE, once, _json(left))
    return int(new.rowcount)


def _left(known: Known) -> tuple[Any, ...]:
    """The row of a device's state. What is JSON in it comes from numbers and short words, not from what a device nests."""
    state = known.state
    return (
        known.id, state.measured_at, state.moved_at, state.boot, state.seq, state.boots, state.readings, state.event,
        state.memory, known.silent,
    )  # fmt: skip
