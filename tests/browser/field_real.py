"""The field app's own server as `anju serve` runs it, on a small city of one grid; and records in the shape of an export.

The city is made by the builders of the unit tests in a process of its own, and read the same way: this process has another
database, and the server is told nothing by any door but its own.
"""

import base64
import hashlib
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

from PIL import Image, ImageDraw
from playwright.sync_api import Page, TimeoutError

from tests.browser.city import PASSWORD, PATIENCE, ROOT, free_port
from tests.browser.field_phone import Phone

FILE = 20  # records in one export

MAKE = """
from datetime import timedelta
from anju.core import time
from anju.dwellings.testing import SOUND_FACTS, SOUND_ROOM, make_dwelling, make_grid, make_party, make_unit, make_user
area = make_grid()
people = [make_user(name, "grid", area, display_name=shown) for name, shown in (("grid", "马丽"), ("colleague", "陈刚"))]
for person in people:
    person.set_password(PASSWORD)
    person.save()
unit = make_unit(area, latitude=31.385, longitude=120.98)
facts = {**SOUND_FACTS, "rooms_let": 4, "beds_let": 4}
print([make_dwelling(area, place=unit, number=f"{101 + number}", facts=facts, rooms={name: SOUND_ROOM for name in "ABCD"},
    landlord=make_party(area, f"周桂{number}"), inspector=people[0],
    observed_at=time.now() - timedelta(days=1)).code for number in range(HOMES)])
"""
HELD = """
import hashlib
from anju.field.models import Envelope, EnvelopePhoto, KeptPhoto
from anju.inspections.models import Hazard, Visit
rows = list(Envelope._base_manager.order_by("id"))
told = {
    "records": [{"uuid": str(row.uuid), "state": row.state, "sha256": hashlib.sha256(row.content).hexdigest(),
        "user": row.user.username, "clock_offset_s": row.clock_offset_s, "differs": row.differs,
        "late_s": (row.received_at - row.at).total_seconds()} for row in rows],
    "photos": sorted(KeptPhoto.objects.filter(file__isnull=False).values_list("sha256", flat=True)),
    "uses": EnvelopePhoto.objects.count(), "hung": EnvelopePhoto.objects.exclude(attached_at=None).count(),
    "visits": sorted(Visit._base_manager.values_list("dwelling__code", flat=True)),
    "hazards": sorted(Hazard._base_manager.values_list("dwelling__code", "rule", "room")),
}
"""


@dataclass
class RealOffice:
    """A running server; `homes` are the codes of its dwellings, each with four sound rooms."""

    folder: Path
    port: int
    homes: list[str] = field(default_factory=list)
    process: "subprocess.Popen[bytes] | None" = None

    def run(self, text: str) -> str:
        """What this Python prints beside the city's database."""
        return _python(self.folder, text)

    def held(self) -> dict[str, Any]:
        """What the server holds: records, photos, visits, hazards."""
        found: dict[str, Any] = json.loads(
            self.run(f"{HELD}\nimport json; print(json.dumps(told))").strip().splitlines()[-1]
        )
        return found

    def start(self) -> None:
        words = ["serve", "--port", str(self.port), "--mqtt-port=0", "--gb26875-port=0", "--processes=1"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "anju.cli", *words, "--dir", str(self.folder)],
            cwd=ROOT, env=_environment(self.folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until = time.monotonic() + PATIENCE
        while not _answers(self.port):
            assert self.process.poll() is None, "the server ended before it was ready"
            assert time.monotonic() < until, "the server did not start"
            time.sleep(0.3)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(60)


def _environment(folder: Path) -> dict[str, str]:
    environment = {**os.environ, "ANJU_DIR": str(folder), "ANJU_DEMO": "0"}
    return environment | {"DJANGO_SETTINGS_MODULE": "anju.config.settings"}


def _python(folder: Path, text: str) -> str:
    program = f"import django; django.setup()\n{text}"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=_environment(folder), text=True, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@contextmanager
def real_office(folder: Path, homes: int) -> Iterator[RealOffice]:
    """Made, started, and ended at the end."""
    office = RealOffice(folder, free_port())
    office.start()
    try:
        made = office.run(MAKE.replace("HOMES", str(homes)).replace("PASSWORD", repr(PASSWORD)))
        office.homes = json.loads(made.strip().splitlines()[-1].replace("'", '"'))
        yield office
    finally:
        office.stop()


def sign_in(page: Page, url: str, name: str = "grid") -> None:
    """As the app sends somebody there, and back into the app, which loads the grid."""
    page.goto(f"{url}/accounts/login/?next=/field/")
    page.locator("input[name=login]").fill(name)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_selector(".p-tabs")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")


# --- records as a phone exports them ------------------------------------------------------------------------------------


def photograph(number: int, size: tuple[int, int] = (1600, 1200)) -> bytes:
    """No two alike, and as wide as the app makes them; some 100 kB."""
    picture = Image.effect_noise((size[0] // 8, size[1] // 8), 26).resize(size).convert("RGB")
    ImageDraw.Draw(picture).rectangle((40, 40, 90 + number % 900, 160), fill=(number % 256, number // 256, 90))
    out = BytesIO()
    picture.save(out, "JPEG", quality=70)
    return out.getvalue()


def exported(letters: list[dict[str, Any]], photos: dict[str, bytes], by: str = "grid") -> bytes:
    """The file that the app writes as the last resort and takes in on another phone."""
    envelopes = [
        {
            "id": letter["id"], "title": letter["home"], "signed": False, "body": json.dumps(letter, ensure_ascii=False),
            "photos": [{"sha256": one["sha256"], "jpeg": base64.b64encode(photos[one["sha256"]]).decode()} for one in letter["photos"]],
        }
        for letter in letters
    ]  # fmt: skip
    return json.dumps({"format": "anju-field-export", "version": 1, "by": by, "envelopes": envelopes}).encode()


def inspections(homes: list[str], each: int, size: tuple[int, int]) -> tuple[list[dict[str, Any]], dict[str, bytes]]:
    """A record per home with so many photos; at every third one alarm is missing, and a photo shows it."""
    from anju.dwellings.testing import SOUND_FACTS, SOUND_ROOM
    from anju.field.testing import make_letter, photo_line

    chance, letters, kept = Random(5), [], {}
    for number, code in enumerate(homes):
        wrong = number % 3 == 0
        lines = []
        for place in range(each):
            data = photograph(number * each + place, size)
            about = (
                {"rule": "R09", "room": "A", "fact": "alarm"} if wrong and not place else {"room": "ABCD"[place % 4]}
            )
            lines.append(photo_line(data, **{"for": about}))
            kept[hashlib.sha256(data).hexdigest()] = data
        rooms = {name: {**SOUND_ROOM, "alarm": not (wrong and name == "A")} for name in "ABCD"}
        letter = make_letter(
            facts={**SOUND_FACTS, "rooms_let": 4, "beds_let": 4}, rooms=rooms, photos=lines, home=None, by="grid",
            text=f"第{number + 1}户，{chance.getrandbits(32):x}",
            findings=[{"rule": "R09", "room": "A", "note": "", "photos": [lines[0]["sha256"]]}] if wrong else [],
        )  # fmt: skip
        letters.append({**letter, "home": code})
    return letters, kept


def take_in(
    phone: Phone, letters: list[dict[str, Any]], photos: dict[str, bytes], folder: Path, by: str = "grid"
) -> None:
    """Records onto the phone by the file of the last resort."""
    phone.go("settings")
    before = int(phone.page.evaluate(LYING))
    for start in range(0, len(letters), FILE):
        file = folder / "out.json"
        file.write_bytes(exported(letters[start : start + FILE], photos, by))
        phone.page.locator("[data-act=take-in]").set_input_files(file)
        phone.until(f"async () => (await ({LYING})()) === {before + min(start + FILE, len(letters))}", patience=600_000)


# How many records lie on the phone whole; counted, since a thousand photos are not to be read for it. -1: nothing was said.
LYING = """() => new Promise((done) => {
  setTimeout(() => done(-1), 20_000);
  const open = indexedDB.open("anju-field");
  open.onerror = () => done(-1);
  open.onsuccess = () => {
    const all = open.result.transaction("bodies").objectStore("bodies").count();
    all.onsuccess = () => { open.result.close(); done(all.result); };
  };
})"""


def until_all_is_sent(phone: Phone, patience: float = 7200) -> tuple[int, int]:
    """Reload or kill the tab every two to twelve seconds until no record lies on the phone; how often, and how often a page
    did not come within half a minute: then the tab is killed, as a person would."""
    chance, rounds, hung, until = Random(8), 0, 0, time.monotonic() + patience
    while time.monotonic() < until:
        phone.page.wait_for_timeout(chance.uniform(2_000, 12_000))
        left = phone.page.evaluate(LYING)
        if left == 0:
            break
        rounds += 1
        if rounds % 10 == 0 or left < 0:
            sys.stderr.write(f"{rounds} reloads, {left} records to send\n")
        killed = chance.random() < 0.5 or left < 0
        while not _came_back(phone, killed):
            hung, killed = hung + 1, True
    return rounds, hung


def _came_back(phone: Phone, killed: bool) -> bool:
    try:
        if killed:
            phone.kill()
        else:
            phone.page.reload()
            phone.page.wait_for_selector(".p-page")
    except TimeoutError:
        return False
    return True


def compared(
    held: dict[str, Any], letters: list[dict[str, Any]], photos: dict[str, bytes], before: dict[str, Any] | None = None
) -> dict[str, Any]:
    """What the server holds, and did not hold before, against what the phone had."""
    mine = {one["id"]: hashlib.sha256(json.dumps(one, ensure_ascii=False).encode()).hexdigest() for one in letters}
    homes = {one["home"] for one in letters}
    records = [row for row in held["records"] if row["uuid"] in mine]
    visits = [code for code in held["visits"] if code in homes]
    hazards = [tuple(one) for one in held["hazards"] if one[0] in homes]
    strange = len(held["records"]) - len(records) - (len(before["records"]) if before else 0)
    return {
        "lost": len(mine.keys() - {row["uuid"] for row in records}) + len(photos.keys() - set(held["photos"])),
        "doubled": strange + sum(len(them) - len(set(them)) for them in ([row["uuid"] for row in records], held["photos"], visits, hazards)),
        "other_bytes": sum(mine[row["uuid"]] != row["sha256"] for row in records),
        "not_applied": sum(row["state"] != "applied" for row in records),
        "photos_not_hung": sum(len(one["photos"]) for one in letters) - held["hung"] + (before["hung"] if before else 0),
        "visits": len(visits),
        "hazards": len(hazards),
        "hazards_expected": sum(bool(one["findings"]) for one in letters),
    }  # fmt: skip


def is_good(found: dict[str, Any]) -> bool:
    """Nothing lost, doubled, changed or left; every visit and hazard once; at most 1.15 times the content sent."""
    none = ("lost", "doubled", "other_bytes", "not_applied", "photos_not_hung", "left_on_the_phone")
    once = found["visits"] == found["records"] and found["hazards"] == found["hazards_expected"]
    return not any(found[name] for name in none) and once and found["sent"] <= 1.15
