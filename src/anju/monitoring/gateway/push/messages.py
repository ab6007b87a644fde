"""One JSON object of the published format becomes a `Message`, or an `Unusable` with its reason."""

from datetime import UTC, datetime
from hashlib import blake2b
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from anju.monitoring.gateway.clocks import settled
from anju.monitoring.messages import Message, Source, Unusable
from anju.monitoring.vocabulary import EventName, Reason, ValueName

LARGEST = 4096  # bytes of one message
LONGEST_NOTE = 300  # characters
MOST = 500  # messages in one HTTP request
LAST = 253_402_300_799_999  # milliseconds: the end of the year 9999, beyond which Python has no time


class Words(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """The object as it comes. `null` says the same as leaving an optional field out."""

    boot: Annotated[str, Meta(min_length=1, max_length=32)]
    seq: Annotated[int, Meta(ge=0, le=2**63 - 1)]
    at: Annotated[datetime, Meta(tz=True)] | Annotated[int, Meta(ge=0, le=LAST)]
    values: dict[ValueName, float] | None = None
    event: EventName | None = None
    detail: dict[str, Any] | None = None


_decode = msgspec.json.Decoder(Words).decode
_split = msgspec.json.Decoder(list[msgspec.Raw]).decode
_encode = msgspec.json.Encoder(order="deterministic").encode


class TooMany(Exception):
    """An HTTP request holds more messages than one may (413)."""


def parse(raw: bytes, *, device: str, source: Source, received: datetime) -> Message | Unusable:
    """What the device said in `raw`, one JSON object of at most 4 KiB.

    device: its code, already proved. received: aware UTC; a time more than ten minutes after it becomes it, and the claimed
    one is kept in detail["clamped_from"]. The digest is over what the object says, not over how it is written: the same
    message with its fields in another order is the same message.
    """

    def unusable(reason: Reason, note: str) -> Unusable:
        return Unusable(device=device, reason=reason, raw=raw[:LARGEST], source=source, note=_storable(note))

    if len(raw) > LARGEST:
        return unusable("too_large", f"{len(raw)} bytes; a message has at most {LARGEST}")
    try:
        words = _decode(raw)
        at = words.at
        at = datetime.fromtimestamp(at / 1000, UTC) if isinstance(at, int) else at.astimezone(UTC)
    except msgspec.ValidationError as error:
        unknown = "Invalid enum value" in str(error)
        return unusable("unknown_name" if unknown else "wrong_field", str(error))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return unusable("not_json", str(error))
    except OverflowError:
        return unusable("wrong_field", "Time before the year 1 or after 9999 - at `$.at`")
    if b"\\u0000" in raw and (_has_nul(words.boot) or _has_nul(words.detail)):
        return unusable("wrong_field", "Text holds U+0000, which no database keeps")
    values: dict[str, float] = words.values or {}  # type: ignore[assignment]  # the names are a narrower type of text
    event, detail = words.event or "", words.detail or {}
    digest = blake2b(_encode((at, values, event, detail)), digest_size=16).digest()
    at, claimed = settled(at, received)
    if claimed:
        detail["clamped_from"] = claimed
    return Message(
        device=device,
        boot=words.boot,
        seq=words.seq,
        at=at,
        digest=digest,
        source=source,
        values=values,
        event=event,
        detail=detail,
    )


def split(body: bytes) -> list[bytes]:
    """The messages of an HTTP request: one object, or a list of up to 500. What is neither comes back as one message,
    which `parse` then refuses with its reason. Raises TooMany.
    """
    if not body.lstrip().startswith(b"["):
        return [body]
    try:
        items = _split(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return [body]
    if len(items) > MOST:
        raise TooMany(f"{len(items)} messages in one request; the most is {MOST}")
    return [bytes(item) for item in items]


def wrong_topic(raw: bytes, *, device: str, topic: str, source: Source) -> Unusable:
    """A message that came on a topic which is not the device's own."""
    note = f"published on {topic[:200]}, which is not this device's topic"
    return Unusable(device=device, reason="wrong_topic", raw=raw[:LARGEST], source=source, note=note)


def _storable(note: str) -> str:
    """A note quotes what came, which may be long or hold what no database keeps."""
    return note[:LONGEST_NOTE].replace("\0", "\ufffd")


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(_has_nul(part) for pair in value.items() for part in pair)
    return isinstance(value, list) and any(map(_has_nul, value))
