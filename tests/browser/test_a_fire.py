"""A kitchen burns: its detector tells the gateway, the queue shows it, the station answers, is there, reports and closes on its
phone page, and a hazard stands on the home.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.city import City
from tests.browser.visitor import PHONE, Visitor

Person = Callable[[str], Visitor]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]


@pytest.fixture
def burning(city: City) -> Iterator[None]:
    """The scene of the kitchen fire, played in this city until the test is over."""
    scene = city.begin("simulate", "--scenario", "kitchen-fire")
    yield
    scene.terminate()
    said, complaint = scene.communicate(timeout=30)
    sys.stdout.write(said + complaint)  # shown when the test fails


def tap(station: Visitor, name: str) -> None:
    """The one big button of the step, on a telephone."""
    with station.page.expect_navigation():
        station.page.locator("#now .p-foot").get_by_role("button", name=name).click()
    station.look()
    station.page.set_viewport_size(PHONE)


def follow(visitor: Visitor, link: str) -> None:
    with visitor.page.expect_navigation():
        visitor.page.locator(link).first.click()
    visitor.look()


@pytest.mark.usefixtures("burning")
def test_a6_3_a_kitchen_burns_the_station_is_there_and_a_hazard_stands_on_the_home(person: Person, photo: Path) -> None:
    town, station = person("town"), person("station")
    station.go("/station/")
    station.page.set_viewport_size(PHONE)
    town.go("/alarms/")
    band = station.page.locator("#now[data-callout]")
    band.wait_for(timeout=90_000)  # the haze comes first, and the page shows a call by itself
    code = str(band.get_attribute("data-callout"))
    where = band.locator("h1").inner_text()
    town.page.locator("[data-alarms] a", has_text=where).first.wait_for()

    tap(station, "接警")
    tap(station, "我到了")
    tap(station, "真火")
    station.press("结束", where=station.page.locator("#now"))
    station.page.locator("textarea[name=finding]").fill("油锅起火，已用锅盖闷灭，无人受伤。")
    station.page.locator("textarea[name=lessons]").fill("一层灭火器过期，已借用隔壁的。")
    station.page.locator("input[type=file]").set_input_files(photo)
    station.press("结束出动")
    expect(station.page.locator("#now")).not_to_have_attribute("data-callout", code)

    town.go(f"/stations/callouts/{code}/")
    town.sees("油锅起火", "灭火器过期")
    follow(town, "dd a[href^='/hazards/']")
    hazard = town.page.url.removeprefix(town.base)
    town.sees(where, "油锅起火")
    town.page.locator("main .a-photos img").first.wait_for()
    follow(town, "main a[href^='/dwellings/']")
    town.page.locator(f"main a[href='{hazard}']").first.wait_for()
    assert town.wrong == []
    assert station.wrong == []
