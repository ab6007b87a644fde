"""200 records with five photos each from a phone through a line that breaks, into the real server.

A real Chromium with its service worker signs in at `anju serve`, takes 200 finished records with 1,000 photos in from an export
file, and sends them through a proxy that cuts 30 % of all connections (a connection carries one request) on the way up,
before the answer or on the way down, while the page is reloaded or its tab killed every few seconds. At the end the server's
database is compared with what the phone had: records by the hash of their bytes, photos by theirs, visits, hazards.
`sent` is every byte from the phone on the wire, headers and cut pieces among them, over the bytes of records and photos.
Prints JSON; the exit is 1 if anything is lost, doubled or other, or more than 1.15 times the content was sent.
Run: `python benchmarks/field_lossy.py [--records 200] [--photos 5] [--drop 0.3]`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anju.config.settings_test")

FILE = 20  # records in one export
WIDE = (1600, 1200)


def measure(records: int, each: int, drop: float, size: tuple[int, int] = WIDE) -> dict[str, Any]:
    import django

    django.setup()
    from playwright.sync_api import sync_playwright

    from tests.browser.field_phone import Phone, context, launch
    from tests.browser.field_real import inspections, real_office, sign_in
    from tests.browser.lossy import lossy

    with tempfile.TemporaryDirectory() as scratch, real_office(Path(scratch) / "city", records) as office:
        letters, photos = inspections(office.homes, each, size)
        content = sum(len(json.dumps(one, ensure_ascii=False).encode()) for one in letters)
        content += sum(map(len, photos.values()))
        with lossy(office.port) as line, sync_playwright() as playwright:
            browser = launch(playwright)
            phone = Phone(f"http://localhost:{line.port}", context(browser), address="")
            sign_in(phone.page, phone.url)
            take_in(phone, letters, photos, Path(scratch))
            counted = (line.up, line.content)
            line.start_over()
            line.drop = drop
            started, rounds = time.perf_counter(), until_all_is_sent(phone)
            seconds = time.perf_counter() - started
            line.drop = 0
            left = phone.stored()["tables"]
            found = {
                "records": records, "photos": len(photos), "content_bytes": content, "drop": drop, "reloads": rounds,
                "connections": line.connections, "cut": line.broken,
                "sent": round((line.up - counted[0]) / content, 3), "bodies_sent": round((line.content - counted[1]) / content, 3),
                "seconds": round(seconds), "left_on_the_phone": left["bodies"] + left["photos"],
            }  # fmt: skip
            browser.close()
        return found | compared(office.held(), letters, photos)


def take_in(phone: Any, letters: list[dict[str, Any]], photos: dict[str, bytes], folder: Path) -> None:
    """Records onto the phone, with no network so that nothing leaves it yet."""
    from playwright.sync_api import expect

    from tests.browser.field_real import exported

    phone.offline()
    phone.go("settings")
    for start in range(0, len(letters), FILE):
        file = folder / "out.json"
        file.write_bytes(exported(letters[start : start + FILE], photos))
        phone.page.locator("[data-act=take-in]").set_input_files(file)
        phone.page.wait_for_function(LYING, arg=min(start + FILE, len(letters)))
    phone.go("sync")
    expect(phone.page.locator(".p-rec")).to_have_count(len(letters))
    phone.offline(False)


# Whether so many records lie on the phone whole; counted, since a thousand photos are not to be read for it.
LYING = """(wanted) => new Promise((done) => { const open = indexedDB.open("anju-field"); open.onsuccess = () => {
  const all = open.result.transaction("bodies").objectStore("bodies").count();
  all.onsuccess = () => { open.result.close(); done(all.result === wanted); }; }; })"""


def until_all_is_sent(phone: Any, patience: float = 3600) -> int:
    """Reload or kill the tab every two to twelve seconds until no record lies on the phone; how often."""
    from playwright.sync_api import TimeoutError as TooLate

    chance, rounds, until = Random(8), 0, time.monotonic() + patience
    while time.monotonic() < until:
        try:
            phone.page.wait_for_function(LYING, arg=0, polling=1000, timeout=chance.uniform(2_000, 12_000))
        except TooLate:
            rounds += 1
            if chance.random() < 0.5:
                phone.kill()
            else:
                phone.page.reload()
                phone.page.wait_for_selector(".p-page")
            continue
        return rounds
    return rounds


def compared(held: dict[str, Any], letters: list[dict[str, Any]], photos: dict[str, bytes]) -> dict[str, Any]:
    """What the server holds against what the phone had."""
    mine = {
        one["id"]: hashlib.sha256(json.dumps(one, ensure_ascii=False).encode()).hexdigest() for one in letters
    }
    there = [row[0] for row in held["records"]]
    return {
        "lost": len(mine.keys() - set(there)) + len(photos.keys() - set(held["photos"])),
        "doubled": len(there) - len(set(there)) + len(held["photos"]) - len(set(held["photos"]))
        + len(held["visits"]) - len(set(held["visits"])) + len(held["hazards"]) - len({tuple(one) for one in held["hazards"]}),
        "other_bytes": sum(mine.get(row[0]) != row[2] for row in held["records"]),
        "not_applied": sum(row[1] != "applied" for row in held["records"]),
        "photos_not_hung": sum(len(one["photos"]) for one in letters) - held["hung"],
        "visits": len(held["visits"]),
        "hazards": len(held["hazards"]),
        "hazards_expected": sum(bool(one["findings"]) for one in letters),
    }  # fmt: skip


def is_good(found: dict[str, Any]) -> bool:
    """Nothing lost, doubled, changed or left; every visit and hazard once; at most 1.15 times the content sent."""
    none = ("lost", "doubled", "other_bytes", "not_applied", "photos_not_hung", "left_on_the_phone")
    once = found["visits"] == found["records"] and found["hazards"] == found["hazards_expected"]
    return not any(found[name] for name in none) and once and found["sent"] <= 1.15


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=200)
    parser.add_argument("--photos", type=int, default=5)
    parser.add_argument("--drop", type=float, default=0.3)
    chosen = parser.parse_args()
    found = measure(chosen.records, chosen.photos, chosen.drop)
    print(json.dumps(found))
    sys.exit(not is_good(found))


if __name__ == "__main__":
    main()
