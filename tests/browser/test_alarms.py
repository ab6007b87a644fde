"""A fire in a browser: it appears by itself, sounds once, is handled by keys, and a second person is told."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable

import pytest
from playwright.sync_api import Route

from tests.browser.city import City
from tests.browser.visitor import Visitor

Person = Callable[[str], Visitor]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]

# Somebody with a detector's words: through the same storing as a gateway, from a process of its own.
SAYS = """
import json, sys
from anju.cli import load_django
load_django()
from datetime import timedelta
from anju.accounts.services import system_actor
from anju.core import time
from anju.dwellings.models import Dwelling
from anju.monitoring.models import Alarm
from anju.monitoring.testing import hear, make_device, make_message
home = Dwelling.objects.for_user(system_actor()).filter(address__startswith="兰泾花苑").order_by("-id").first()
device, now = make_device("smoke", dwelling=home, name="走道烟感"), time.now()
hear(*[make_message(device, at=now - timedelta(seconds=5 * n), values={"smoke": 0.4}) for n in range(60, 0, -1)], received=now)
hear(make_message(device, at=now, event=sys.argv[1], values={"smoke": 12.5}), received=now)
print(json.dumps({"code": Alarm._base_manager.filter(device=device).latest("id").code, "where": home.address}))
"""


def says(city: City, event: str) -> dict[str, str]:
    environment = {
        **os.environ,
        "ANJU_DIR": str(city.folder),
        "ANJU_DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "anju.config.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", SAYS, event], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return found


def rang(person: Visitor) -> int:
    return int(person.page.evaluate("document.querySelector('[data-alarms]').dataset.rang || 0"))


def test_a9_3_a_fire_appears_by_itself_sounds_once_and_is_handled_by_keys(city: City, person: Person) -> None:
    town, police = person("town"), person("police")
    town.go("/alarms/")
    town.page.locator("h1").first.click()  # browsers allow sound only after a click or a key
    town.page.locator("[data-sound][data-state=on]").wait_for()
    before = rang(town)
    fire = says(city, "fire")
    line = town.page.locator(f"#q-{fire['code']}")
    line.wait_for()
    town.page.locator(f"[data-alarms][data-rang='{before + 1}']").wait_for()
    assert fire["where"] in town.page.locator("[data-loud][role=alert]").inner_text()

    line.click()
    town.page.locator(f"#alarm[data-code='{fire['code']}']").wait_for()
    town.look()
    police.go(f"/alarms/{fire['code']}/")
    town.page.keyboard.press("a")
    town.page.locator("#alarm .a-chain li[data-state=ok]", has_text="已确认").wait_for()
    police.page.locator("#alarm .a-chain li[data-state=ok]", has_text="已确认").wait_for()
    assert rang(town) == before + 1, "once"

    # The station is called by itself; nobody has reported, so the end is locked until a report is entered.
    assert town.page.locator("#alarm-end button:not([disabled])").count() == 0
    assert town.wrong == []
    assert police.wrong == []


def test_a4_4_the_screen_says_when_its_line_is_down_asks_by_itself_and_comes_back(person: Person) -> None:
    town = person("town")
    lines = town.page.context
    lines.route("**/alarms/stream/**", lambda route: route.abort())
    lines.route("**/alarms/since/**", lambda route: route.abort())
    town.go("/alarms/")
    sign = town.page.locator("[data-live-state=off]")
    town.page.locator(".a-stale").wait_for(timeout=40_000)
    assert "连接中断，数据截至" in sign.inner_text()
    lines.unroute("**/alarms/since/**")
    town.page.locator("[data-live-state=poll]").wait_for(timeout=40_000)
    lines.unroute("**/alarms/stream/**")
    town.page.locator("[data-live-state=on]").wait_for(timeout=40_000)


def test_a4_4_news_whose_page_did_not_arrive_is_asked_for_again(city: City, person: Person) -> None:
    town = person("town")
    town.go("/alarms/")
    town.page.locator("[data-live-state=on]").wait_for()
    cut: list[str] = []

    def once(route: Route) -> None:
        if cut:
            route.continue_()
            return
        cut.append(route.request.url)
        route.abort()

    town.page.context.route(re.compile("part=queue"), once)
    fire = says(city, "fire")
    town.page.locator(f"#q-{fire['code']}").wait_for()
    assert cut
    town.page.context.unroute_all()
