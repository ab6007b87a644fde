"""An `EventNotificationAlert` of a Hikvision camera becomes a `Message` (ISAPI, XML edition 1.0 and 2.0)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from hashlib import blake2b
from typing import Any

import msgspec

from anju.core.structs import readable
from anju.monitoring.gateway.clocks import settled
from anju.monitoring.gateway.isapi import xml
from anju.monitoring.gateway.isapi.multipart import BadBody, Part, boundary_of, parts
from anju.monitoring.messages import Message, Unusable
from anju.monitoring.vocabulary import EventName, Reason

KEPT = 4096  # bytes of a refused body
CHINA = timezone(timedelta(hours=8))
# What the camera recognised, in the places where firmware puts it.
TARGETS = (
    "AID/illegalTrafficEvent",
    "DetectionRegionList/DetectionRegionEntry/detectionTarget",
    "detectionTarget",
    "targetType",
    "eventSubType",
)
REGIONS = ("DetectionRegionList/DetectionRegionEntry/regionID", "regionID")


@readable
class Mapped(msgspec.Struct, frozen=True):
    """What a camera's event means here, and what its end means ("" for nothing)."""

    event: EventName
    ended: EventName | None = None


# Keys are `eventType`, or `eventType/target` where the target decides, in small letters: firmware writes them as it likes. Only names that Hikvision documents are here: those
# for an electric bicycle or a gas cylinder in a lift differ by model and firmware, and come from the city's settings.
TABLE: Mapping[str, Mapped] = {
    "parking": Mapped("lane_occupied", "lane_cleared"),
    "aid/illegalparking": Mapped("lane_occupied", "lane_cleared"),
    "tamperdetection": Mapped("tamper"),
    "shelteralarm": Mapped("tamper"),
    "firedetection": Mapped("fire"),
    "smokedetection": Mapped("pre_alarm"),
    "videoloss": Mapped("fault"),
    "diskfull": Mapped("fault"),
    "diskerror": Mapped("fault"),
    "heartbeat": Mapped("heartbeat", "heartbeat"),
}
ALIVE = "videoloss"  # a camera sends its end every few seconds as a sign of life


class Alert(msgspec.Struct, frozen=True):
    """What the XML says. time: as written, "" without one. count: how often it was sent for the same thing."""

    kind: str
    target: str
    is_active: bool
    time: str
    count: int
    channel: str
    channel_name: str
    region: str
    description: str


class Picture(msgspec.Struct, frozen=True):
    kind: str
    body: bytes


def read(content_type: str, body: bytes) -> Alert:
    """The alert of a request, XML alone or in a multipart; its pictures are not touched. Raises BadXml, BadBody."""
    boundary = boundary_of(content_type)
    raw = body
    if boundary:
        raw = _xml_part(parts(body, boundary))
    root, said = xml.read(raw)
    if root != "EventNotificationAlert":
        raise xml.BadXml(f"the document is a {root[:60]}, not an EventNotificationAlert")
    if "eventType" not in said:
        raise xml.BadXml("the EventNotificationAlert has no eventType")
    return Alert(
        kind=said["eventType"][:64],
        target=_first(said, TARGETS),
        is_active=said.get("eventState", "active").lower() != "inactive",
        time=said.get("dateTime", "")[:40],
        count=_number(said.get("activePostCount", "")),
        channel=_first(said, ("channelID", "dynChannelID")),
        channel_name=said.get("channelName", "")[:64],
        region=_first(said, REGIONS),
        description=said.get("eventDescription", "")[:200],
    )


def pictures(content_type: str, body: bytes) -> list[Picture]:
    """The pictures of a multipart. Only who may keep them calls this: there may be people in them. Raises BadBody."""
    boundary = boundary_of(content_type)
    if not boundary:
        return []
    return [Picture(part.kind, part.body) for part in parts(body, boundary) if part.kind.startswith("image/")]


def _xml_part(found: list[Part]) -> bytes:
    for part in found:
        if part.kind.endswith("/xml") or part.body.lstrip()[:5] in (b"<?xml", b"<Even"):
            return part.body
    raise BadBody("no part of the body is XML")


def _first(said: dict[str, str], paths: tuple[str, ...]) -> str:
    return next((said[path][:64] for path in paths if path in said), "")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def to_message(
    content_type: str,
    body: bytes,
    *,
    device: str,
    received: datetime,
    table: Mapping[str, Mapped] = TABLE,
    picture: str = "",
) -> Message | Unusable:
    """What the camera `device` reports; never raises for what the body holds.

    The protocol has no counter: `boot` is made of the content and `seq` of how often the camera sent it, so that the same
    request again is a repeat and the next report of the same thing is not. picture: hash of a picture that was kept. Number
    plates and faces of the XML are not taken over.
    """

    def unusable(reason: Reason, note: str) -> Unusable:
        return Unusable(device=device, reason=reason, raw=body[:KEPT], source="isapi", note=note[:300])

    try:
        alert = read(content_type, body)
    except (xml.BadXml, BadBody) as error:
        return unusable("bad_xml", str(error))
    event = meaning(alert, table)
    if event is None:
        name = f"{alert.kind}/{alert.target}" if alert.target else alert.kind
        return unusable("unmapped_event", f"{name} has no meaning in the table of camera events")
    moment = _moment(alert.time)
    at, claimed = settled(moment or received, received)
    detail = _detail(alert, event, picture=picture, claimed=claimed)
    # With a picture kept or not it is the same report; without a time, only what comes within a minute is a repeat.
    stamp = alert.time if moment else f"{int(received.timestamp()) // 60}"
    digest = blake2b(msgspec.json.encode((alert, stamp)), digest_size=16).digest()
    return Message(
        device=device,
        boot=digest.hex(),
        seq=alert.count,
        at=at,
        digest=digest,
        source="isapi",
        event=event,
        detail=detail,
    )


def meaning(alert: Alert, table: Mapping[str, Mapped] = TABLE) -> str | None:
    """The event, "" for an end that means nothing, None where the table has no such event."""
    if alert.kind.lower() == ALIVE and not alert.is_active:
        return "heartbeat"
    kind = alert.kind.lower()
    mapped = table.get(f"{kind}/{alert.target.lower()}") or table.get(kind)
    if mapped is None:
        return None
    return mapped.event if alert.is_active else mapped.ended or ""


def _detail(alert: Alert, event: str, *, picture: str, claimed: str) -> dict[str, Any]:
    part = "-".join(name for name in (alert.channel, alert.region) if name)
    found = {
        "camera_event": alert.kind,
        "target": alert.target,
        "part": part,
        "lane": part if event.startswith("lane_") else "",
        "channel_name": alert.channel_name,
        "text": alert.description,
        "picture": picture,
        "clamped_from": claimed,
    }
    return {name: value for name, value in found.items() if value}


def _moment(text: str) -> datetime | None:
    """A time without a zone is China's."""
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=CHINA)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def table_of(lines: Mapping[str, str]) -> dict[str, Mapped]:
    """A city's own table on top of the documented one: {"eventType[/target]": "event[,event at its end]"}.

    Raises ValueError naming the entry that is wrong.
    """
    table = dict(TABLE)
    for name, value in lines.items():
        event, _comma, ended = (part.strip() for part in value.partition(","))
        try:
            table[name.strip().lower()] = msgspec.convert({"event": event, "ended": ended or None}, Mapped)
        except msgspec.ValidationError as error:
            raise ValueError(f"camera event {name!r} cannot mean {value!r}: {error}") from None
    return table
