"""What the grid worker's phone sent these days (A7.2): clean rounds, a closed door, a difference, two versions of one record."""

import copy
import hashlib
import io
import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from anju import standard
from anju.accounts.models import User
from anju.areas.models import Posting
from anju.core import time
from anju.dwellings.models import Current, Dwelling
from anju.dwellings.services.judging import stored_case
from anju.field.models import Phone
from anju.field.services import receiving, uploads
from anju.files.models import StoredFile
from anju.files.services import open_file

APP = "2026.11.0"
PHONE = "Mozilla/5.0 (Linux; Android 14; HarmonyOS) AppleWebKit/537.36 Chrome/124 Mobile"


def make(chance: Random, today: date) -> None:
    worker = User.objects.get(username="grid")
    grid = Posting.objects.get(user=worker).area
    assert grid is not None
    homes = list(Dwelling.objects.for_user(worker).filter(area_path=grid.path, letting_state="let").order_by("id")[:12])
    if len(homes) < 8:
        return
    _Round(chance, worker, grid.path, homes).play()


class _Round:
    def __init__(self, chance: Random, worker: User, area_path: str, homes: list[Dwelling]) -> None:
        self.chance, self.worker, self.homes = chance, worker, homes
        self.now = time.now()
        self.phone = self._phone(worker, area_path, self.now, 0)
        colleague = (
            Posting.objects.filter(department="grid", area__path=area_path)
            .exclude(user=worker)
            .select_related("user")
            .first()
        )
        if colleague is not None:
            self._phone(colleague.user, area_path, self.now - timedelta(days=9), 3)

    def _number(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128) & ~(0xF << 76) | (7 << 76), version=None)

    def _phone(self, user: User, area_path: str, last: datetime, unsent: int) -> Phone:
        row: Phone = Phone.objects.create(
            key=self._number(), user=user, area_path=area_path, app=APP, agent=PHONE, first_at=last - timedelta(days=40),
            last_at=last, unsent=unsent, oldest_unsent_at=last - timedelta(hours=7) if unsent else None, clock_offset_s=2,
        )  # fmt: skip
        return row

    def play(self) -> None:
        first, second, third, closed, shut, doubted, quick, late = self.homes[:8]
        photo = StoredFile.objects.filter(media_type="image/jpeg").exclude(original_sha256="").order_by("id").first()
        data = open_file(photo).read() if photo else b""
        for hours, home in ((30, first), (28, second), (6, third)):
            self.send(self.clean(home, hours))
        self.send(
            self.letter(
                closed,
                5,
                kind="no_access",
                text="敲门无人应答",
                photos=[self.line(data, closed, source="gallery")] if data else [],
            )
        )
        if data:
            self.upload(data)
        self.send(self.letter(shut, 4, kind="refused_entry", text="承租人称房东不在，不同意入内"))
        wrong = "unknown" if doubted.verdict == Dwelling.Verdict.COMPLIANT else "compliant"
        said = {"verdict": wrong, "violated": [], "edition": standard.current_edition(time.today()).name}
        self.send({**self.clean(doubted, 3), "verdict": said})
        found = [
            {
                "rule": "",
                "room": "",
                "title": "楼道内电动自行车充电",
                "severity": "severe",
                "category": "fire",
                "note": "",
            }
        ]
        missing = hashlib.sha256(f"demo {quick.pk}".encode()).hexdigest()
        photos = [{**self.line(b"", quick), "sha256": missing, "bytes": 412_000}]
        self.send(self.letter(quick, 2, kind="quick_finding", findings=found, photos=photos))
        self.send({**self.clean(late, 26, ahead=timedelta(days=1)), "clock_offset_s": -86_400})
        self.two_versions(third)
        elsewhere = Dwelling._base_manager.exclude(area_path__startswith=first.area_path).order_by("id").first()
        if elsewhere is not None:
            self.send(self.letter(elsewhere, 1, kind="no_access", text="门牌看错"))

    def two_versions(self, home: Dwelling) -> None:
        letter = self.clean(home, 1)
        self.send(letter)
        other = copy.deepcopy(letter)
        other["text"] = "回到楼下想起灭火器只有一具，改过后又送了一次"
        if "extinguishers_3kg" in other["answers"]["dwelling"]:
            other["answers"]["dwelling"]["extinguishers_3kg"] = {"value": 1, "how": "seen"}
        self.send(other)

    def send(self, letter: Mapping[str, Any]) -> None:
        body = json.dumps(letter, ensure_ascii=False).encode()
        receiving.receive(by=self.worker, body=body, phone=self.phone)

    def upload(self, data: bytes) -> None:
        row = uploads.begin(by=self.worker, sha256=hashlib.sha256(data).hexdigest(), size=len(data), name="现场.jpg")
        uploads.add_piece(upload=row, offset=0, source=io.BytesIO(data))

    def letter(self, home: Dwelling, hours: float, *, ahead: timedelta = timedelta(0), **over: Any) -> dict[str, Any]:
        made = self.now - timedelta(hours=hours) + ahead
        return {
            "id": str(self._number()), "schema": 1, "app": APP, "kind": "inspection", "home": home.code,
            "made_at": made.isoformat(), "finished_at": (made + timedelta(minutes=9)).isoformat(), "clock_offset_s": 2,
            "edition": standard.current_edition(time.today()).name, "position": self.position(home, made), **over,
        }  # fmt: skip

    def clean(self, home: Dwelling, hours: float, *, ahead: timedelta = timedelta(0)) -> dict[str, Any]:
        """One tap per part: everything known is confirmed, nothing is typed (X7)."""
        current, on = Current.objects.get(dwelling=home), time.today()
        edition = standard.current_edition(on)
        answers = {
            "dwelling": self._confirmed(current.facts, edition.facts["dwelling"]),
            "rooms": {name: self._confirmed(facts, edition.facts["room"]) for name, facts in current.rooms.items()},
        }
        case, _ends = stored_case(current, None, on)
        judged = standard.judge(case, on)
        violated = [f"{r.rule}@{r.room}" if r.room else r.rule for r in judged.violations()]
        verdict = {"verdict": judged.verdict, "violated": violated, "edition": judged.edition}
        return self.letter(
            home, hours, ahead=ahead, answers=answers, verdict=verdict, prior={"home_version": current.version}
        )

    @staticmethod
    def _confirmed(facts: Mapping[str, Any], book: Mapping[str, Any]) -> dict[str, Any]:
        known = {
            name: value
            for name, value in facts.items()
            if value is not None and name in book and book[name].by == "field"
        }
        return {name: {"value": value, "how": "confirmed"} for name, value in known.items()}

    def position(self, home: Dwelling, at: datetime) -> dict[str, Any] | None:
        place = home.place
        while place.latitude is None and place.parent is not None:
            place = place.parent
        if place.latitude is None or place.longitude is None:
            return None
        return {
            "lat": place.latitude + self.chance.uniform(-4e-4, 4e-4), "lon": place.longitude + self.chance.uniform(-4e-4, 4e-4),
            "accuracy": round(self.chance.uniform(6, 30)), "at": at.isoformat(),
        }  # fmt: skip

    def line(self, data: bytes, home: Dwelling, source: str = "camera") -> dict[str, Any]:
        taken = self.now - timedelta(hours=5)
        return {
            "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data), "taken_at": taken.isoformat(), "source": source,
            "position": self.position(home, taken), "for": {},
        }  # fmt: skip
