"""A small server that keeps the contract of the field app, for its browser tests: in memory, with faults on demand.

It knows nothing of Django. What it does in earnest is what the phone relies on: it stores an envelope under its id and tells
which photos are missing, takes photos in pieces (tus 1.0) and only when the hash is right, and answers the same to the same.
"""

import base64
import contextlib
import datetime as dt
import hashlib
import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from anju import assets
from anju.standard.transpile.javascript import module_source
from tests.browser import field_city

MODULE = "/field/rulebook.mjs?v=0123456789ab"
API = "/field/api/v1"
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<title>安居现场</title><link rel="stylesheet" href="/static/vendor/field.css?v=1">
<script type="module" src="/static/vendor/field.js?v=1"></script></head><body></body></html>"""


@dataclass
class Upload:
    sha256: str
    length: int
    envelope: str
    data: bytearray = field(default_factory=bytearray)


@dataclass
class Office:
    """What the server holds, and how it misbehaves."""

    homes: list[dict[str, Any]] = field(default_factory=field_city.homes)
    units: list[dict[str, Any]] = field(default_factory=field_city.units)
    plan: list[dict[str, Any]] = field(default_factory=field_city.plan)
    gone: list[dict[str, Any]] = field(default_factory=list)
    bodies: dict[str, list[bytes]] = field(default_factory=dict)  # id → every content that came under it
    photos: dict[str, bytes] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    states: dict[str, dict[str, Any]] = field(default_factory=dict)  # id → parts of the answer, set by a test
    refuse: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)  # home → (status, error)
    user: str = "grid"
    signed_in: bool = True
    wipe: bool = False
    shell: int = 1  # a higher one is a newer version of the app
    clock: dt.timedelta = dt.timedelta()
    drop: float = 0.0  # share of requests whose connection breaks, half before and half after the work
    hold: str = ""  # "GET /grid": requests that begin so are taken and not answered, as on a line that is silently dead
    dice: random.Random = field(default_factory=lambda: random.Random(7))
    received: int = 0  # bytes of envelopes and pieces
    asked: list[str] = field(default_factory=list)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def envelope(self, number: int = -1) -> dict[str, Any]:
        return dict(json.loads(list(self.bodies.values())[number][0]))

    def envelopes(self) -> list[dict[str, Any]]:
        return [json.loads(bodies[0]) for bodies in self.bodies.values()]

    def answer(self, uuid: str) -> dict[str, Any]:
        body = self.bodies[uuid][0]
        wanted = {photo["sha256"] for photo in json.loads(body)["photos"]}
        missing = sorted(wanted - self.photos.keys())
        state = "waiting_photos" if missing else "applied"
        if len(self.bodies[uuid]) > 1:
            state = "conflict"
        told: dict[str, Any] = {"id": uuid, "sha256": hashlib.sha256(body).hexdigest(), "state": state, "text": "", "missing": missing,
                "refused_photos": [], "differs": None, "made": {"visit": "V1", "hazards": []}}  # fmt: skip
        told |= self.states.get(uuid) or self.states.get(json.loads(body).get("home") or "", {})
        told["settled"] = not missing and told["state"] not in ("stored", "waiting_photos", "conflict")
        return told


Answer = tuple[int, Any]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    office: Office

    def log_message(self, format: str, *arguments: Any) -> None:
        pass

    # --- sending ---------------------------------------------------------------------------------------------------

    def _send(self, status: int, body: bytes, kind: str, **more: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("Permissions-Policy", "camera=(self), geolocation=(self)")
        for name, value in more.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _json(self, status: int, told: Any) -> None:
        self._send(status, json.dumps(told, ensure_ascii=False).encode(), "application/json", Cache_Control="no-store")

    def _break(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(2)

    def _body(self) -> bytes:
        length = int(self.headers.get("Content-Length") or 0)
        return self.rfile.read(length)

    def _handle(self) -> None:
        path = self.path.partition("?")[0]
        if not path.startswith(API):
            self._page(path)
            return
        dice = self.office.dice.random()
        body = self._body()
        if dice < self.office.drop / 2:
            self._break()
            return
        asked = f"{self.command} {path.removeprefix(API)}"
        while self.office.hold and asked.startswith(self.office.hold):
            time.sleep(0.05)
        with self.office.lock:
            self.office.asked.append(asked)
            self.office.headers[path.removeprefix(API)] = dict(self.headers)
            if not self.office.signed_in:
                answer: Callable[[], None] = lambda: self._json(401, {"error": "signed_out", "text": "", "instead": ""})  # noqa: E731
            elif path.startswith(f"{API}/uploads/"):
                answer = self._upload(path, body)
            else:
                status, told = self._api(path.removeprefix(API), body)
                answer = lambda: self._json(status, told)  # noqa: E731
        if dice < self.office.drop:
            self._break()  # the work is done, the answer is lost
            return
        answer()

    do_GET = do_POST = do_PATCH = do_HEAD = do_DELETE = _handle

    # --- pages -----------------------------------------------------------------------------------------------------

    def _page(self, path: str) -> None:
        vendor = assets.VENDOR
        if path == "/field/":
            self._send(200, PAGE.encode(), "text/html; charset=utf-8")
        elif path == "/field/sw.js":
            worker = (vendor / "field-sw.js").read_bytes() + f"// {self.office.shell}".encode()
            self._send(200, worker, "text/javascript", Service_Worker_Allowed="/field/", Cache_Control="no-cache")
        elif path == MODULE.partition("?")[0]:
            self._send(200, module_source(field_city.EDITION).encode(), "text/javascript")
        elif path.startswith("/static/vendor/") and (vendor / path.rpartition("/")[2]).exists():
            kind = "text/css" if path.endswith(".css") else "text/javascript"
            self._send(200, (vendor / path.rpartition("/")[2]).read_bytes(), kind)
        elif path == "/accounts/logout/":
            self._body()
            self._send(200, b"", "text/html")
        else:
            self._send(404, b"not here", "text/plain")

    # --- programming interface -------------------------------------------------------------------------------------

    def _api(self, path: str, body: bytes) -> Answer:
        office = self.office
        if path == "/me":
            now = dt.datetime.now(dt.UTC) + office.clock
            return 200, {"user": office.user, "name": "马丽", "office": "娄江新村社区", "department": "grid",
                         "areas": [{"path": "01", "name": "娄江新村C7区 第3网格", "grid": True}], "csrf": "token",
                         "server_time": field_city.iso(now), "min_app": "2026.1.0", "wipe": office.wipe, "wipe_before": None}  # fmt: skip
        if path == "/book":
            return 200, field_city.book(MODULE)
        if path == "/grid":
            full = "since=" not in self.path
            return 200, {"token": "t1", "full": full, "homes": office.homes if full else [], "units": office.units if full else [],
                         "gone": office.gone, "plan": office.plan, "edition": field_city.EDITION.name}  # fmt: skip
        if path.startswith("/photos/"):
            sha = path.rpartition("/")[2]
            going = next((key for key, one in office.uploads.items() if one.sha256 == sha), None)
            return 200, {
                "have": sha in office.photos,
                "refused": "",
                "upload": going and f"{API}/uploads/{going}",
                "offset": 0,
            }
        if path == "/wiped":
            return 200, {}
        return self._envelopes(path, body)

    def _envelopes(self, path: str, body: bytes) -> Answer:
        office = self.office
        if path == "/envelopes" and self.command == "POST":
            if self.headers.get("X-CSRFToken") != "token":
                return 403, {"error": "csrf", "text": "", "instead": ""}
            office.received += len(body)
            envelope = json.loads(body)
            if envelope.get("home") in office.refuse:
                return office.refuse[envelope["home"]]
            kept = office.bodies.setdefault(envelope["id"], [])
            if body not in kept:
                kept.append(body)
            return 200, office.answer(envelope["id"])
        _empty, _name, uuid, *rest = path.split("/")
        if uuid not in office.bodies:
            return 404, {"error": "not_there", "text": "", "instead": ""}
        if rest == ["decide"]:
            office.states[uuid] = {"state": "applied", "choice": json.loads(body)["choice"]}
        return 200, office.answer(uuid)

    def _upload(self, path: str, body: bytes) -> Callable[[], None]:
        office = self.office
        tus = {"Tus_Resumable": "1.0.0", "Cache_Control": "no-store"}
        if self.command == "POST":
            told = dict(pair.split(" ") for pair in self.headers["Upload-Metadata"].split(","))
            said = {name: base64.b64decode(value).decode() for name, value in told.items()}
            key = f"{len(office.uploads) + 1}"
            office.uploads[key] = Upload(said["sha256"], int(self.headers["Upload-Length"]), said["envelope"])
            return lambda: self._send(201, b"", "text/plain", Location=f"{API}/uploads/{key}", **tus)
        upload = office.uploads.get(path.rpartition("/")[2])
        if upload is None:
            return lambda: self._send(410, b"", "text/plain", **tus)
        if self.command == "HEAD":
            offset, length = str(len(upload.data)), str(upload.length)
            return lambda: self._send(200, b"", "text/plain", Upload_Offset=offset, Upload_Length=length, **tus)
        office.received += len(body)
        if int(self.headers["Upload-Offset"]) != len(upload.data):
            return lambda: self._send(409, b"", "text/plain", **tus)
        upload.data += body
        if len(upload.data) == upload.length:
            if hashlib.sha256(upload.data).hexdigest() != upload.sha256:
                return lambda: self._json(422, {"error": "hash", "text": "", "instead": ""})
            office.photos[upload.sha256] = bytes(upload.data)
        offset = str(len(upload.data))
        return lambda: self._send(204, b"", "text/plain", Upload_Offset=offset, **tus)


@contextlib.contextmanager
def serving(office: Office) -> Iterator[str]:
    """The address of a server on this machine, on a port of its own."""
    assets.ensure()
    bound = type("Bound", (Handler,), {"office": office})
    server = ThreadingHTTPServer(("127.0.0.1", 0), bound)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
