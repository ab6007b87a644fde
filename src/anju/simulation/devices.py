"""The devices that a simulator may speak as: id, key, and where they hang. Their keys are in memory only and in no log."""

import json
from typing import Any

import msgspec


class BadList(Exception):
    """The list of devices cannot be used; the words say which entry and why."""


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """code: its name on the wire. home: devices with the same words hang in one home. estate: for scenes that wish for one.

    address: of a transmission unit, instead of a key. unit, part: of a detector behind one. readings: what it said last.
    """

    code: str
    kind: str
    key: str = ""
    name: str = ""
    home: str = ""
    estate: str = ""
    address: str = ""
    unit: str = ""
    part: str = ""
    readings: dict[str, float] = {}

    def __repr__(self) -> str:
        return f"Device({self.code}, {self.kind})"

    @property
    def shown(self) -> str:
        return f"{self.name or self.kind} {self.code}"


def read(text: str) -> list[Device]:
    """What `anju device add --json` printed, one object after the other. Raises BadList."""
    found: list[Device] = []
    decoder, at = json.JSONDecoder(), 0
    text = text.strip()
    while at < len(text):
        try:
            one, at = decoder.raw_decode(text, at)
        except ValueError as error:
            line = text.count("\n", 0, at) + 1
            raise BadList(f"line {line} is no JSON object as `anju device add --json` prints it") from error
        found.append(_device(one, len(found) + 1))
        while at < len(text) and text[at] in " \t\r\n,":
            at += 1
    if not found:
        raise BadList("it is empty")
    return found


def _device(said: Any, number: int) -> Device:
    if not isinstance(said, dict):
        raise BadList(f"entry {number} is no object")
    missing = [name for name in ("id", "kind") if not isinstance(said.get(name), str)]
    if missing or not any(said.get(name) for name in ("key", "address", "unit")):
        raise BadList(f"entry {number} lacks {' and '.join(missing) or 'a key (or the address of a unit)'}")
    words = {name: str(said.get(name) or "") for name in ("kind", "key", "name", "address", "unit", "part")}
    return msgspec.convert({**words, "code": said["id"], "home": str(said.get("where") or "")}, Device)
