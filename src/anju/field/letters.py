"""The content of an envelope: read strictly, in the newest shape, whatever version of the app wrote it.

A version of the shape is a number. An older one is lifted step by step to the newest, and is taken for twelve months after
the day on which it was replaced, because phones stay in drawers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _
from msgspec import Meta, Struct, field

from anju.core.errors import Refused
from anju.core.structs import readable

LARGEST = 1 << 20  # bytes of one envelope
NEWEST = 1
TAKEN_FOR = timedelta(days=366)

Moment = Annotated[datetime, Meta(tz=True)]
Words = Annotated[str, Meta(max_length=500)]
Name = Annotated[str, Meta(max_length=80)]
Code = Annotated[str, Meta(max_length=16)]
Sha = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Degrees = Annotated[float, Meta(ge=-180, le=180)]
Scalar = bool | int | float | str | None


@dataclass(frozen=True)
class Shape:
    """One version: how it is lifted to the next one, and the day on which that replaced it."""

    lift: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    replaced_on: date | None = None


SHAPES: dict[int, Shape] = {1: Shape()}


class Unreadable(Refused):
    """The content is not what the contract says."""

    status = 422


class Position(Struct):
    lat: Degrees
    lon: Degrees
    accuracy: float | None = None
    at: Moment | None = None


class Answer(Struct):
    value: Scalar = None
    how: Literal["seen", "confirmed", "cannot_see"] = "seen"
    at: Moment | None = None


class Answers(Struct):
    dwelling: dict[str, Answer] = field(default_factory=dict)
    rooms: Annotated[
        dict[Annotated[str, Meta(min_length=1, max_length=20)], dict[str, Answer]], Meta(max_length=200)
    ] = field(default_factory=dict)
    unit: dict[str, Answer] = field(default_factory=dict)


class Finding(Struct):
    rule: Annotated[str, Meta(max_length=8)] = ""
    room: Annotated[str, Meta(max_length=20)] = ""
    title: Annotated[str, Meta(max_length=160)] = ""
    severity: Literal["", "prohibited", "severe", "minor"] = ""
    category: Annotated[str, Meta(max_length=20)] = ""
    note: Words = ""
    photos: Annotated[list[Sha], Meta(max_length=50)] = field(default_factory=list)


class Purpose(Struct):
    rule: Annotated[str, Meta(max_length=8)] = ""
    fact: Annotated[str, Meta(max_length=40)] = ""
    room: Annotated[str, Meta(max_length=20)] = ""
    hazard: Code = ""


class Photo(Struct):
    sha256: Sha
    bytes: Annotated[int, Meta(ge=0, le=1 << 31)] = 0
    taken_at: Moment | None = None
    source: Literal["camera", "gallery"] = "camera"
    position: Position | None = None
    flags: Annotated[list[Annotated[str, Meta(max_length=20)]], Meta(max_length=20)] = field(default_factory=list)
    purpose: Purpose = field(default_factory=Purpose, name="for")


class Receipt(Struct):
    party: Literal["letting", "tenant"]
    outcome: Literal["signed", "refuses", "absent"]
    name: Name = ""
    strokes: Any = None
    at: Moment | None = None
    listed: Annotated[list[Annotated[str, Meta(max_length=30)]], Meta(max_length=300)] = field(default_factory=list)
    witness: Annotated[str, Meta(max_length=60)] = ""


class Verdict(Struct):
    verdict: Annotated[str, Meta(max_length=14)] = ""
    violated: Annotated[list[Annotated[str, Meta(max_length=30)]], Meta(max_length=2000)] = field(default_factory=list)
    edition: Annotated[str, Meta(max_length=60)] = ""


class Next(Struct):
    step: Annotated[str, Meta(max_length=20)] = ""
    at: Moment | None = None


class Prior(Struct):
    home_version: int | None = None


@readable
class Letter(Struct):
    """The newest shape (docs/field-api.md, "envelope"). Unknown keys are left aside: a newer app may say more."""

    id: UUID
    kind: Literal[
        "inspection", "no_access", "refused_entry", "reinspection", "common_area", "quick_finding", "handover"
    ]
    made_at: Moment
    schema: int = NEWEST
    app: Annotated[str, Meta(max_length=20)] = ""
    home: Code = ""
    unit: Code | None = None
    hazard: Code | None = None
    finished_at: Moment | None = None
    clock_offset_s: float | None = None
    edition: Annotated[str, Meta(max_length=60)] = ""
    position: Position | None = None
    prior: Prior = field(default_factory=Prior)
    answers: Answers = field(default_factory=Answers)
    findings: Annotated[list[Finding], Meta(max_length=200)] = field(default_factory=list)
    photos: Annotated[list[Photo], Meta(max_length=500)] = field(default_factory=list)
    receipts: Annotated[list[Receipt], Meta(max_length=2)] = field(default_factory=list)
    verdict: Verdict | None = None
    next: Next | None = None
    text: Words = ""
    bodies: Annotated[list[str], Meta(max_length=12)] = field(default_factory=list, name="with")
    companion: Annotated[str, Meta(max_length=60)] = ""
    put_right: bool | None = None
    days: int | None = None
    to_department: Annotated[str, Meta(max_length=12)] = ""

    @property
    def offset(self) -> timedelta | None:
        """What the phone measured against the server; anything beyond a hundred years is a broken clock, not a measure."""
        known = self.clock_offset_s is not None and abs(self.clock_offset_s) < 3.2e9
        return timedelta(seconds=round(self.clock_offset_s or 0)) if known else None

    def shift(self, offset_s: int | None) -> timedelta:
        """What to add to the record's times when the phone's clock was off by so much: nothing where the phone knew it, for it
        has put them right."""
        return timedelta(0) if self.offset is not None else timedelta(seconds=offset_s or 0)

    @property
    def ended_at(self) -> datetime:
        return max(self.made_at, self.finished_at or self.made_at)


def opened(body: bytes) -> dict[str, Any]:
    """The JSON object with a usable id, so that it can be kept under it; Unreadable otherwise."""
    try:
        data = msgspec.json.decode(body)
        UUID(data["id"])
    except (
        msgspec.DecodeError,
        UnicodeDecodeError,
        KeyError,
        TypeError,
        ValueError,
        AttributeError,
        RecursionError,
    ) as error:
        raise Unreadable(
            _("The record has no readable content or no id, so the server cannot keep it under a name."),
            instead=_("Export it to a file and hand it to the office."),
        ) from error
    return dict(data)


def read(data: dict[str, Any], today: date) -> Letter:
    """The letter in the newest shape; Unreadable with the place of the first thing that is wrong."""
    lifted = _plain(_lifted(data, today))
    try:
        return msgspec.convert(lifted, Letter)
    except msgspec.ValidationError as error:
        raise Unreadable(_("The content is not in order: %(where)s") % {"where": error}) from error


def _plain(value: Any) -> Any:
    """Without the character that no database column takes, and without keys that say nothing (null)."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, dict):
        return {_plain(key): _plain(inner) for key, inner in value.items() if inner is not None}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


def _lifted(data: dict[str, Any], today: date) -> dict[str, Any]:
    number = data.get("schema", NEWEST)
    if type(number) is not int or number not in SHAPES:
        raise Unreadable(
            _("The record has the shape %(n)s, which this server does not know.") % {"n": number},
            instead=_("It is kept. Tell the administrator to bring the server to the version of the app."),
        )
    first = SHAPES[number]
    if first.replaced_on and today > first.replaced_on + TAKEN_FOR:
        raise Unreadable(
            _("The record has the shape %(n)s, which was replaced on %(day)s and is no longer taken.")
            % {"n": number, "day": first.replaced_on},
            instead=_("It is kept. The office can enter it by hand if it still matters."),
        )
    while number < NEWEST:
        lift = SHAPES[number].lift
        assert lift is not None
        data, number = lift(data), number + 1
    return {**data, "schema": number}
