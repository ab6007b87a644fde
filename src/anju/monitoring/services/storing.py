"""What came in is judged and stored: one batch, one transaction, each message exactly once (A4.4).

    outcomes = store(batch, received=now)      # at most 500; one outcome for each, in order

Readings, repeats, the devices' states, alarms with their history, and the log of alarms are written together or not at all;
the gateway acknowledges after it returns. If it raises, nothing was written and the same batch can be stored again, here or by
another process: who comes second finds what the first one wrote.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal

import msgspec
from django.db import DataError, IntegrityError, transaction

from anju.core import time
from anju.monitoring import thresholds
from anju.monitoring.messages import Message, Unusable
from anju.monitoring.models import Rejected
from anju.monitoring.services import keeping, kinds, tables
from anju.monitoring.services.commands import acknowledge_all
from anju.monitoring.services.judging import Finding, judge, part_of
from anju.monitoring.services.raising import Said, raise_alarms
from anju.monitoring.services.sparing import DOORS, for_reading, spare
from anju.monitoring.services.tables import Key, Known

log = logging.getLogger(__name__)
MOST = 500
REMEMBERED = {"gb26875": timedelta(hours=24), "": timedelta(days=30)}
R = Rejected.Reason
# A message is to blame and not the database. A mistake of this program counts likewise: one message that meets it must not
# hold up all the others; its words are kept, and the log says so.
TO_BLAME = (
    DataError,
    IntegrityError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)


class Outcome(msgspec.Struct, frozen=True):
    """What became of one message. All four are acknowledged; only `accepted` is new in the readings.

    reason: of a conflicting or rejected one, a word of `Rejected.Reason`. alarm: it opened one.
    """

    status: Literal["accepted", "repeated", "conflicting", "rejected"]
    reason: str = ""
    alarm: bool = False


ACCEPTED, REPEATED, ALARM = Outcome("accepted"), Outcome("repeated"), Outcome("accepted", alarm=True)
CONFLICTING = Outcome("conflicting", R.CONFLICT)


Fresh = list[tuple[int, Message]]


@dataclass
class Batch:
    """What is written in the end."""

    items: Sequence[Message | Unusable]
    received: datetime
    day: date  # of receiving
    outcomes: list[Outcome]
    taken: list[tuple[Any, ...]] = field(default_factory=list)
    readings: list[tuple[Any, ...]] = field(default_factory=list)
    changed: dict[int, Known] = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)
    told_by: list[int] = field(default_factory=list)  # position of the message behind each of `said`
    rejected: list[Rejected] = field(default_factory=list)
    answers: list[tuple[int, dict[str, Any]]] = field(default_factory=list)  # device and detail of each `ack`
    heard: list[tuple[str, kinds.Heard]] = field(default_factory=list)  # what a kind of device keeps of its own

    def refuse(self, position: int, reason: str, note: str, known: Known | None) -> None:
        item = self.items[position]
        self.outcomes[position] = CONFLICTING if reason == R.CONFLICT else Outcome("rejected", reason)
        self.rejected.append(
            Rejected(
                device_id=known.id if known else None,
                address="" if known else item.device[:64],
                source=item.source,
                reason=reason,
                note=_text(note)[:300],
                raw=b"" if known is not None and known.kind in DOORS else _raw(item),  # it may say who came in
                at=self.received,
            )  # fmt: skip
        )


def store(batch: Sequence[Message | Unusable], *, received: datetime) -> list[Outcome]:
    """Judge and store up to 500 messages of any devices. received: aware UTC.

    A message that cannot be stored for a reason of its own is rejected and keeps nothing else back. Raises
    django.db.OperationalError or InterfaceError when the database does not answer; then nothing was written.
    """
    if not batch:
        return []
    try:
        return _once(batch, received)
    except TO_BLAME as error:
        if len(batch) == 1:
            return [_given_up(batch[0], received, error)]
    middle = len(batch) // 2
    return [*store(batch[:middle], received=received), *store(batch[middle:], received=received)]


def _once(batch: Sequence[Message | Unusable], received: datetime) -> list[Outcome]:
    """As a rule no message was taken before, so it is asked only when the writing has met one that was."""
    try:
        with transaction.atomic():
            return _stored(batch, received, look=False)
    except tables.Repeated:
        with transaction.atomic():
            return _stored(batch, received, look=True)


def _given_up(item: Message | Unusable, received: datetime, error: Exception) -> Outcome:
    """One message alone cannot be stored: keep its words where any words can be kept."""
    log.error("a message of %s cannot be stored", _text(item.device)[:64], exc_info=error)
    with transaction.atomic():
        made = Batch([item], received, time.day_of(received), [ACCEPTED])
        known = tables.devices([_text(item.device)[:64]]).get(item.device)
        made.refuse(0, R.UNSTORABLE, f"{type(error).__name__}: {error}", known)
        Rejected.objects.bulk_create(made.rejected)
    return made.outcomes[0]


def _stored(items: Sequence[Message | Unusable], received: datetime, *, look: bool) -> list[Outcome]:
    """look: ask first what was taken before. The locks of the devices keep everybody else from taking it meanwhile."""
    batch = Batch(items, received, time.day_of(received), [ACCEPTED] * len(items))
    known = tables.devices(sorted({item.device for item in items}))
    fresh = _new(batch, known, look=look)
    behind = _behind_units(known, fresh)
    for position, said in fresh:
        _take(batch, position, said, known[said.device], behind)
    for device in known.values():
        _alive(batch, device)
    _write(batch)
    return batch.outcomes


def _new(batch: Batch, known: dict[str, Known], *, look: bool) -> Fresh:
    """Messages that are new, with their positions; the others get their outcome here."""
    first: dict[Key, tuple[int, Message]] = {}
    for position, item in enumerate(batch.items):
        device = known.get(item.device)
        if isinstance(item, Unusable):
            batch.refuse(position, item.reason, item.note, device)
        elif device is None:
            batch.refuse(position, R.UNKNOWN_DEVICE, "", None)
        elif device.retired_on is not None and device.retired_on <= batch.day:
            batch.refuse(position, R.RETIRED, "", device)
        else:
            key = (device.id, item.boot, item.seq)
            earlier = first.setdefault(key, (position, item))
            if earlier[0] != position:
                _again(batch, position, item, device, earlier[1].digest)
    for key, digest in tables.seen(list(first)).items() if look and first else ():
        position, said = first.pop(key)
        _again(batch, position, said, known[said.device], digest)
    forget = {
        source: time.day_of(batch.received + kept) for source, kept in REMEMBERED.items()
    }  # whole days, so longer
    batch.taken = [
        (*key, said.digest, forget.get(said.source) or forget[""]) for key, (_position, said) in first.items()
    ]
    return list(first.values())


def _again(batch: Batch, position: int, said: Message, device: Known, digest: bytes) -> None:
    """The number was used before: by this very message, or by another one."""
    if said.digest == digest:
        batch.outcomes[position] = REPEATED
    else:
        batch.refuse(position, R.CONFLICT, f"boot {said.boot}, seq {said.seq}", device)


def _behind_units(known: dict[str, Known], fresh: Fresh) -> dict[tuple[int, str], Known]:
    """Registered detectors behind transmission units that are spoken of, by unit and part."""
    spoken = [(known[said.device], part_of(said)) for _position, said in fresh]
    units = {device.id for device, part in spoken if part and device.kind == "transmission_unit"}
    names = {part for device, part in spoken if part and device.id in units}
    return tables.parts(sorted(units), sorted(names)) if units else {}


def _take(batch: Batch, position: int, said: Message, wire: Known, behind: dict[tuple[int, str], Known]) -> None:
    """Judge one new message and lay out its rows."""
    if said.detail:
        said = msgspec.structs.replace(said, detail=spare(wire.kind, said.event, said.detail))
    device, received, detail = wire, batch.received, tables.encode(for_reading(said.detail)).decode()
    if behind:
        device = behind.get((wire.id, part_of(said)), wire)
    if device is not wire:  # the register says where it hangs, so its alarms need no part
        said = msgspec.structs.replace(said, detail={**said.detail, "part": ""})
    if said.event == "ack":
        batch.answers.append((wire.id, said.detail))
    rules = thresholds.rules_of(device.kind, time.day_of(said.at) if said.at < received else batch.day, device.limits)
    quiet = device.quiet(said.at)
    judged = judge(device.state, said, rules, received=received, quiet=quiet)
    device.state = judged.state
    if keeper := kinds.keeper(device.kind, said.event, quiet=quiet):
        batch.heard.append(
            (
                keeper,
                kinds.Heard(
                    device.id, said.event, part_of(said), judged.at, judged.late, judged.moved, said.detail, said.values
                ),
            )
        )
    _alive(batch, device)
    for finding in judged.findings:
        batch.said.append(Said(device.id, finding, judged.late))
        batch.told_by.append(position)
    batch.readings.append(
        (
            device.id, said.boot, said.seq, said.at, said.values, said.event, detail, "clamped_from" in said.detail,
            judged.late,
        )
    )  # fmt: skip


def _alive(batch: Batch, device: Known) -> None:
    """Whatever it said, it speaks: silence is over."""
    if device.id in batch.changed:
        return
    batch.changed[device.id] = device
    if device.silent:
        device.silent = False
        batch.said.append(Said(device.id, Finding("silent", "", False, False, batch.received, {})))
        batch.told_by.append(-1)


def _write(batch: Batch) -> None:
    if batch.changed:
        tables.write(
            batch.taken, batch.readings, batch.changed.values(), received=batch.received, day=batch.day
        )  # fmt: skip
    if batch.rejected:
        Rejected.objects.bulk_create(batch.rejected)
    if batch.heard:
        keeping.take(batch.heard, batch.received)
    if batch.answers:
        acknowledge_all(batch.answers, batch.received)
    opened = {(alarm.device_id, alarm.kind, alarm.part) for alarm in raise_alarms(batch.said, batch.received)}
    for one, position in zip(batch.said, batch.told_by, strict=True):
        if one.key in opened and one.finding.present and position >= 0:
            batch.outcomes[position] = ALARM


def _raw(item: Message | Unusable) -> bytes:
    if isinstance(item, Unusable):
        return item.raw[:4096]
    words = {"at": item.at, "values": item.values, "event": item.event, "detail": item.detail}
    try:
        return msgspec.json.encode(words)[:4096]
    except ValueError:  # half of a surrogate pair
        return repr(words)[:4096].encode("utf-8", "replace")


def _text(words: str) -> str:
    """Without what no database keeps: U+0000 and halves of surrogate pairs."""
    return words.replace("\0", "�").encode("utf-8", "replace").decode()
