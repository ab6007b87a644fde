"""A fire in a browser: it appears by itself, sounds once, is handled by keys, and a second person is told."""

import contextlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Route, expect

from tests.browser.city import City
from tests.browser.visitor import Visitor, sign_in

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


# The platform, with the second call-out of an alarm that somebody has seen.
RINGS_AGAIN = """
import json, sys
from anju.cli import load_django
load_django()
from anju.monitoring.models import Alarm
from anju.monitoring.services import handling
handling.ring_again(alarm=Alarm._base_manager.get(code=sys.argv[1]))
print(json.dumps({"code": sys.argv[1]}))
"""

# The station's people, who come to the end of everything they were called to.
ENDS = """
import json, sys
from anju.cli import load_django
load_django()
from anju.accounts.models import User
from anju.stations.models import CallOut
from anju.stations.services import callouts
by = User.objects.get(username=sys.argv[1])
for row in CallOut.objects.for_user(by).filter(closed_at=None):
    if row.arrived_at is None:
        callouts.arrive(by=by, callout=row)
    if row.reported_at is None:
        callouts.report(by=by, callout=row, outcome="false")
    callouts.close(by=by, callout=row, lessons="-")
print("{}")
"""


def says(city: City, event: str) -> dict[str, str]:
    return told(city, SAYS, event)


def told(city: City, program: str, word: str) -> dict[str, str]:
    environment = {
        **os.environ,
        "ANJU_DIR": str(city.folder),
        "ANJU_DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "anju.config.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", program, word], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return found


def first(lines: BrowserContext, pattern: str, do: Callable[[Route], object] = lambda route: None) -> list[Route]:
    """The first request of these is never answered, or treated as said; those after it go through."""
    met: list[Route] = []

    def handle(route: Route) -> None:
        if met:
            route.continue_()
        else:
            met.append(route)
            do(route)

    lines.route(re.compile(pattern), handle)
    return met


def end(hanging: list[Route], lines: BrowserContext) -> None:
    """Let requests through again; those that were kept have been given up long ago."""
    lines.unroute_all()
    for route in hanging:
        with contextlib.suppress(Error):
            route.abort()


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


def test_a4_4_a_fire_that_is_back_sounds_once_more_and_waits_to_be_seen_again(city: City, person: Person) -> None:
    town = person("town")
    town.go("/alarms/")
    town.page.locator("h1").first.click()
    town.page.locator("[data-sound][data-state=on]").wait_for()
    before = rang(town)
    fire = says(city, "fire")
    town.page.locator(f"[data-alarms][data-rang='{before + 1}']").wait_for()
    town.page.locator(f"#q-{fire['code']}").click()
    town.page.locator(f"#alarm[data-code='{fire['code']}']").wait_for()
    town.page.keyboard.press("a")
    acknowledge = town.page.locator("#alarm [data-key=a]")
    expect(acknowledge).to_have_count(0)
    told(city, RINGS_AGAIN, fire["code"])
    town.page.locator(f"[data-alarms][data-rang='{before + 2}']").wait_for()
    assert fire["where"] in town.page.locator("[data-loud][role=alert]").inner_text()
    expect(acknowledge).to_have_count(1)
    expect(town.page.locator("#alarm .a-chain li").first).to_have_attribute("data-state", "now")
    town.sees("再次着火，重新响铃")
    town.look()
    town.page.keyboard.press("a")
    expect(acknowledge).to_have_count(0)
    assert town.wrong == []


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
    cut = first(town.page.context, "part=queue", lambda route: route.abort())
    fire = says(city, "fire")
    town.page.locator(f"#q-{fire['code']}").wait_for()
    assert cut
    town.page.context.unroute_all()


def test_a4_4_an_answer_that_never_comes_does_not_keep_the_screen_from_asking_again(city: City, person: Person) -> None:
    """A line that lets nothing through and does not break either."""
    town = person("town")
    town.go("/alarms/")
    town.page.locator("[data-live-state=on]").wait_for()
    hanging = first(town.page.context, "part=queue")
    fire = says(city, "fire")
    town.page.locator(f"#q-{fire['code']}").wait_for()
    assert hanging
    end(hanging, town.page.context)


def test_a4_4_a_stream_that_says_nothing_is_opened_anew(person: Person) -> None:
    town = person("town")
    hanging = first(town.page.context, "/alarms/stream/")
    town.go("/alarms/")
    town.page.locator("[data-live-state=poll]").wait_for(timeout=40_000)  # asked for by itself meanwhile
    town.page.locator("[data-live-state=on]").wait_for(timeout=40_000)
    end(hanging, town.page.context)


def test_what_an_answer_fills_is_pale_until_the_next_one_comes(person: Person) -> None:
    town = person("town")
    town.go("/alarms/")
    cut = first(town.page.context, "/search/suggest/", lambda route: route.abort())
    hits = town.page.locator("#site-hits")
    town.page.locator("#site-search").fill("兰泾")
    expect(hits).to_have_class(re.compile("a-stale"))
    assert "连不上服务器" in town.page.locator(".a-note.offline").inner_text()
    town.page.locator("#site-search").fill("兰泾花苑")
    expect(hits).not_to_have_class(re.compile("a-stale"))
    expect(town.page.locator(".a-note.offline")).to_have_count(0)
    end(cut, town.page.context)


def test_a6_3_a_phone_whose_line_lets_nothing_through_says_so_and_goes_on_when_it_does(
    city: City, browser: Browser
) -> None:
    station = sign_in(browser, city.url, "station", city.password)
    told(city, ENDS, "station")
    station.go("/station/")
    hanging: list[Route] = []
    station.page.context.route("**/station/now/**", lambda route: hanging.append(route))
    note = station.page.locator(".a-note.offline")
    note.wait_for()
    assert "连不上服务器" in note.inner_text()
    assert station.page.locator("#now.a-stale").count() == 1
    calm, blind = station.page.get_by_text("现在没有出动"), station.page.get_by_text("连不上，不知道有没有出动")
    assert (calm.is_visible(), blind.is_visible()) == (False, True)
    end(hanging, station.page.context)
    note.wait_for(state="detached")
    assert (calm.is_visible(), blind.is_visible()) == (True, False)
    expect(station.page.locator("#now.a-stale")).to_have_count(0)
    station.page.context.clear_cookies()
    station.page.wait_for_url("**/accounts/login/?next=/station/**")
    station.page.context.close()
