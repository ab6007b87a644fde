"""Builders for tests of this app: records as a phone makes them, and photos on their way in pieces."""

import base64
import hashlib
import io
import json
import os
import time as clocks
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.test import Client
from PIL import Image

from anju.accounts.models import User
from anju.core import time
from anju.dwellings.models import Dwelling
from anju.dwellings.testing import SOUND_FACTS, SOUND_ROOM
from anju.field.models import Envelope
from anju.field.services import receiving
from anju.standard.loading import current_edition

API = "/field/api/v1/"
PIECE = "application/offset+octet-stream"


def new_id() -> str:
    """A UUIDv7, as the phone makes it."""
    number = (int(clocks.time() * 1000) << 80) | int.from_bytes(os.urandom(10))
    number = number & ~(0xF << 76) | (7 << 76)
    return str(UUID(int=number & ~(0x3 << 62) | (0x2 << 62)))


def iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def make_letter(home: Dwelling | None = None, kind: str = "inspection", **over: Any) -> dict[str, Any]:
    """A record that was finished a minute ago; `facts`, `rooms` and `unit` are plain values."""
    made = over.pop("made_at", time.now() - timedelta(minutes=6))
    finished = over.pop("finished_at", made + timedelta(minutes=5))
    facts, rooms, unit = over.pop("facts", {}), over.pop("rooms", {}), over.pop("unit_facts", {})
    letter = {
        "id": new_id(), "schema": 1, "app": "2026.11.0", "kind": kind, "home": home.code if home else "", "made_at": iso(made),
        "finished_at": iso(finished), "clock_offset_s": 0, "edition": current_edition(time.today()).name,
        "position": {"lat": 31.4, "lon": 120.95, "accuracy": 12, "at": iso(made)},
        "answers": {
            "dwelling": _answers(facts), "rooms": {name: _answers(values) for name, values in rooms.items()},
            "unit": _answers(unit),
        },
        "findings": [], "photos": [], "receipts": [], "verdict": None, "next": None, "text": "",
    }  # fmt: skip
    return {**letter, **over}


def sound(home: Dwelling, **over: Any) -> dict[str, Any]:
    """An inspection that finds nothing wrong but what `facts` and `room` say."""
    return make_letter(
        home,
        facts={**SOUND_FACTS, **over.pop("facts", {})},
        rooms={"A": {**SOUND_ROOM, **over.pop("room", {})}},
        **over,
    )


def _answers(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value if isinstance(value, dict) else {"value": value, "how": "seen"} for name, value in values.items()
    }


def body_of(letter: dict[str, Any]) -> bytes:
    return json.dumps(letter, ensure_ascii=False).encode()


def send(by: User, letter: dict[str, Any]) -> Envelope:
    """Straight into the service, as one request would."""
    return receiving.receive(by=by, body=body_of(letter))


def picture(colour: int = 80, size: tuple[int, int] = (60, 40)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (colour % 256, 90, 120)).save(out, "JPEG")
    return out.getvalue()


def photo_line(data: bytes, **over: Any) -> dict[str, Any]:
    """How a record announces a photo."""
    line = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data), "source": "camera", "for": {}}
    return {**line, "taken_at": iso(time.now() - timedelta(minutes=3)), **over}


class Handset:
    """A phone that speaks to the server over HTTP."""

    def __init__(self, user: User, *, csrf: bool = False) -> None:
        self.user, self.key = user, "0190b0a0-0000-7000-8000-00000000000a"
        self.client = Client(enforce_csrf_checks=csrf)
        self.client.force_login(user)

    def headers(self, **more: str) -> dict[str, str]:
        return {"X-Field-Phone": self.key, "X-Field-App": "2026.11.0", "X-Field-Time": iso(time.now()), **more}

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(API + path, headers=self.headers(**headers))

    def post(self, path: str, data: Any = None, **headers: str) -> Any:
        body = data if isinstance(data, bytes) else json.dumps(data).encode()
        return self.client.post(API + path, data=body, content_type="application/json", headers=self.headers(**headers))

    def send(self, letter: dict[str, Any]) -> dict[str, Any]:
        response = self.post("envelopes", body_of(letter))
        assert response.status_code == 200, response.content
        return dict(response.json())

    def begin(self, data: bytes, *, sha256: str = "", size: int | None = None) -> Any:
        told = base64.b64encode((sha256 or hashlib.sha256(data).hexdigest()).encode()).decode()
        headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(len(data) if size is None else size)}
        return self.client.post(
            f"{API}uploads/",
            headers={**self.headers(), **headers, "Upload-Metadata": f"sha256 {told},filename cGhvdG8="},
        )

    def piece(self, where: str, offset: int, part: bytes, **headers: str) -> Any:
        return self.client.generic(
            "PATCH", where, data=part, content_type="application/offset+octet-stream",
            headers={**self.headers(), "Tus-Resumable": "1.0.0", "Upload-Offset": str(offset), "Content-Type": PIECE, **headers},
        )  # fmt: skip

    def upload(self, data: bytes, *, pieces: int = 3) -> Any:
        """The whole photo; the last answer."""
        where = self.begin(data)["Location"]
        step, answer = -(-len(data) // pieces), None
        for start in range(0, len(data), step):
            answer = self.piece(where, start, data[start : start + step])
        return answer
