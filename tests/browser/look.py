"""Pictures of every page, to be held beside the mock-ups: `python -m tests.browser.look FOLDER [--empty] [words …]`.

Starts a demo of its own, or looks at a running one (`--url`, with ANJU_DEMO_PASSWORD). `--empty` makes a city in which
people are posted and nothing has happened yet. Words choose the pages whose name contains one of them.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.city import PASSWORD, ROOT, City
from tests.browser.visitor import DESK, PHONE, Visitor, sign_in

# name: (account, address, then links to follow: a selector in the page each)
PAGES: dict[str, tuple[str, ...]] = {
    "home-town": ("town", "/"),
    "home-city": ("city", "/"),
    "home-grid": ("grid", "/"),
    "home-police": ("police", "/"),
    "home-housing": ("housing", "/"),
    "home-property": ("property", "/"),
    "home-station": ("station", "/"),
    "home-operator": ("operator", "/"),
    "home-landlord": ("landlord", "/"),
    "home-tenant": ("tenant", "/"),
    "home-audit": ("audit", "/"),
    "dwellings": ("town", "/dwellings/"),
    "dwellings-red": ("town", "/dwellings/?state=non_compliant"),
    "dwellings-none": ("town", "/dwellings/?q=没有这样的地址"),
    "dwelling-red": ("town", "/dwellings/?state=non_compliant", "td.main a"),
    "dwelling-green": ("town", "/dwellings/?state=compliant", "td.main a"),
    "dwelling-grey": ("town", "/dwellings/?state=unknown", "td.main a"),
    "dwelling-new": ("town", "/dwellings/?state=unchecked", "td.main a"),
    "dwelling-grid": ("grid", "/dwellings/?state=non_compliant", "td.main a"),
    "dwelling-file": ("town", "/dwellings/?state=non_compliant", "td.main a", "a[href$='/file/']"),
    "dwelling-edit": ("town", "/dwellings/?state=non_compliant", "td.main a", "a[href$='/edit/']"),
    "dwelling-people": ("town", "/dwellings/?state=non_compliant", "td.main a", "a[href$='/people/']"),
    "dwelling-make": ("town", "/dwellings/new/"),
    "dwelling-landlord": ("landlord", "/dwellings/", "td.main a"),
    "search": ("town", "/search/?q=兰泾"),
    "search-none": ("town", "/search/?q=没有的"),
    "ledger": ("town", "/ledger/"),
    "ledger-new": ("town", "/ledger/new/"),
    "rules": ("town", "/rules/"),
    "rule": ("town", "/rules/R01/"),
    "rule-d09": ("town", "/rules/D09/"),
    "rule-homes": ("town", "/rules/D09/homes/"),
    "rules-try": ("city", "/rules/try/"),
    "hazards": ("town", "/hazards/"),
    "hazards-closed": ("town", "/hazards/?state=closed"),
    "hazards-board": ("town", "/hazards/board/"),
    "hazards-grid": ("grid", "/hazards/"),
    "hazards-new": ("town", "/hazards/new/"),
    "hazards-inbox": ("housing", "/hazards/inbox/"),
    "hazard": ("town", "/hazards/", "td.main a"),
    "hazard-prohibited": ("town", "/hazards/?severity=prohibited", "td.main a"),
    "hazard-closed": ("town", "/hazards/?state=closed", "td.main a"),
    "hazard-grid": ("grid", "/hazards/", "td.main a"),
    "hazard-step": ("town", "/hazards/", "td.main a", "a[href*='/do/']"),
    "notice": ("town", "/hazards/", "td.main a", "a[href*='/hazards/notice/']"),
    "inspections": ("grid", "/inspections/"),
    "inspections-town": ("town", "/inspections/"),
    "plans": ("town", "/inspections/plans/"),
    "plan": ("town", "/inspections/plans/", "td.main a"),
    "plan-new": ("town", "/inspections/plans/new/"),
    "visit-form": ("grid", "/dwellings/?state=non_compliant", "td.main a", "a[href$='/visit/']"),
    "visit": ("grid", "/dwellings/?state=non_compliant", "td.main a", "a[href*='/inspections/visits/']"),
    "documents": ("town", "/documents/"),
    "document": ("town", "/documents/", "td.main a"),
    "document-serve": ("town", "/documents/", "td.main a", "a[href$='/serve/']"),
    "orders": ("housing", "/enforcement/"),
    "order": ("housing", "/enforcement/", "td.main a"),
    "powers": ("city", "/enforcement/powers/"),
    "registration": ("police", "/registration/"),
    "guarantees": ("police", "/registration/guarantees/"),
    "leases": ("housing", "/registration/leases/"),
    "indicators": ("town", "/indicators/"),
    "indicators-city": ("city", "/indicators/"),
    "areas": ("city", "/areas/"),
    "area": ("city", "/areas/", "main td.main a"),
    "estates": ("city", "/areas/estates/"),
    "estate": ("city", "/areas/estates/", "main td.main a"),
    "pilots": ("city", "/areas/pilots/"),
    "audit": ("audit", "/audit/"),
    "audit-entry": ("audit", "/audit/", "main td a"),
    "audit-verification": ("audit", "/audit/verification/"),
    "components": ("city", "/ui/components/"),
    "forbidden": ("tenant", "/audit/"),
    "not-found": ("town", "/dwellings/D9999999/"),
    "password": ("town", "/accounts/password/"),
    "second-factor": ("town", "/accounts/2fa/"),
}

EMPTY = """
import django; django.setup()
from django.core.management import call_command
from anju.core import time
from anju.demo import places, seeding, staff
from anju.jobs.models import Tick
call_command("migrate", verbosity=0); call_command("createcachetable", verbosity=0)
seeding._stage("places", "areas", print, places.make); seeding._stage("staff", "accounts", print, staff.make)
Tick.objects.get_or_create(name=seeding.MARK + "homes", defaults={"due_at": time.now()})
"""


def make_empty(city: City) -> None:
    """The first two stages of a demo, and the mark of the others: people and places, no home."""
    city.folder.mkdir(parents=True, exist_ok=True)
    (city.folder / "demo.json").write_text(json.dumps({"size": "small", "password": city.password}))
    environment = {
        **os.environ,
        "ANJU_DIR": str(city.folder),
        "ANJU_DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "anju.config.settings",
    }
    subprocess.run([sys.executable, "-c", EMPTY], cwd=ROOT, env=environment, check=True)


def take(browser: Browser, city: City, folder: Path, words: list[str], widths: list[str]) -> list[str]:
    people: dict[str, Visitor] = {}
    told: list[str] = []
    for name, (account, address, *links) in PAGES.items():
        if words and not any(word in name for word in words):
            continue
        if account not in people:
            people[account] = sign_in(browser, city.url, account, city.password)
        person = people[account]
        person.wrong.clear()
        person.expected = {403, 404}
        answer = person.page.goto(city.url + address)
        status = answer.status if answer else 0
        for link in links:
            found = person.page.locator(f"main {link}" if not link.startswith("main") else link)
            if status != 200 or not found.count():
                status = 0
                break
            target = found.first.get_attribute("href") or ""
            answer = person.page.goto(city.url + target)
            status = answer.status if answer else 0
        if status == 0:
            told.append(f"{name}: no {links} from {address}")
            continue
        person.look()
        told += [f"{name} ({status}): {line}" for line in person.wrong]
        told += (
            [f"{name}: answered {status}"] if status not in (200,) and name not in ("forbidden", "not-found") else []
        )
        for width, size in (("desk", DESK), ("phone", PHONE)):
            if width in widths:
                person.page.set_viewport_size(size)
                person.page.wait_for_timeout(150)
                person.page.screenshot(path=folder / f"{name}-{width}.png", full_page=True)
        person.page.set_viewport_size(DESK)
    return told


def main() -> None:
    parser = argparse.ArgumentParser(prog="look", description="Pictures of every page.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("words", nargs="*", help="only pages whose name contains one of these")
    parser.add_argument("--url", default="", help="a running demo instead of a new one")
    parser.add_argument("--empty", action="store_true", help="a city in which nothing has happened yet")
    parser.add_argument("--widths", nargs="*", default=["desk", "phone"])
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        city = City(Path(scratch), os.environ.get("ANJU_DEMO_PASSWORD", PASSWORD), chosen.url)
        if not chosen.url:
            if chosen.empty:
                make_empty(city)
            city.start()
        try:
            with closing(
                playwright.chromium.launch(
                    executable_path=os.environ.get("ANJU_CHROMIUM", "/usr/bin/chromium"),
                    args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--lang=zh-CN"],
                )
            ) as browser:
                told = take(browser, city, chosen.folder, chosen.words, chosen.widths)
        finally:
            if city.process:
                city.stop()
    sys.stdout.write("\n".join(told) + "\n")


if __name__ == "__main__":
    main()
