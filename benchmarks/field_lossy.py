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
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anju.config.settings_test")

WIDE = (1600, 1200)


def measure(records: int, each: int, drop: float, size: tuple[int, int] = WIDE) -> dict[str, Any]:
    import django

    django.setup()
    from playwright.sync_api import sync_playwright
    from tests.browser.field_phone import Phone, context, launch
    from tests.browser.field_real import (
        compared,
        inspections,
        is_good,
        real_office,
        sign_in,
        take_in,
        until_all_is_sent,
    )
    from tests.browser.lossy import lossy

    with tempfile.TemporaryDirectory() as scratch, real_office(Path(scratch) / "city", records) as office:
        letters, photos = inspections(office.homes, each, size)
        content = sum(len(json.dumps(one, ensure_ascii=False).encode()) for one in letters)
        content += sum(map(len, photos.values()))
        with lossy(office.port) as line, sync_playwright() as playwright:
            browser = launch(playwright)
            phone = Phone(f"http://localhost:{line.port}", context(browser), address="")
            sign_in(phone.page, phone.url)
            phone.offline()
            take_in(phone, letters, photos, Path(scratch))
            phone.offline(False)
            counted = (line.up, line.content)
            line.start_over()
            line.drop = drop
            started, (rounds, hung) = time.perf_counter(), until_all_is_sent(phone)
            seconds = time.perf_counter() - started
            line.drop = 0
            left = phone.stored()["tables"]
            found = {
                "records": records, "photos": len(photos), "content_bytes": content, "drop": drop, "reloads": rounds, "hung": hung,
                "connections": line.connections, "cut": line.broken,
                "sent": round((line.up - counted[0]) / content, 3), "bodies_sent": round((line.content - counted[1]) / content, 3),
                "seconds": round(seconds), "left_on_the_phone": left["bodies"] + left["photos"],
            }  # fmt: skip
            browser.close()
        found |= compared(office.held(), letters, photos)
        return found | {"good": is_good(found)}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=200)
    parser.add_argument("--photos", type=int, default=5)
    parser.add_argument("--drop", type=float, default=0.3)
    chosen = parser.parse_args()
    found = measure(chosen.records, chosen.photos, chosen.drop)
    print(json.dumps(found))
    sys.exit(not found["good"])


if __name__ == "__main__":
    main()
