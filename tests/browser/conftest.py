"""One demo city for all browser tests, and a browser in which every person has a window of their own."""

import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from tests.browser import PATIENCE, diagnosis
from tests.browser.city import PASSWORD, City
from tests.browser.field_phone import Phone, context, launch, program
from tests.browser.field_server import Office, serving
from tests.browser.visitor import Visitor, sign_in

expect.set_options(timeout=PATIENCE)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    report: Any = yield
    if report.when == "call" and report.failed:
        report.sections += diagnosis.sections(getattr(item, "funcargs", {}))
    return report


@pytest.fixture(scope="package")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """A new demo, for as long as browser tests follow one another: its devices take processor time from the others. Or, while
    tests are being written, the running one that ANJU_TEST_CITY names (its data folder)."""
    running = os.environ.get("ANJU_TEST_CITY")
    if running:
        folder, _comma, url = running.partition(",")
        yield City(Path(folder), os.environ.get("ANJU_DEMO_PASSWORD", PASSWORD), url)
        return
    made = City(tmp_path_factory.mktemp("city"))
    try:
        made.start()
        yield made
    finally:
        code = made.stop()
    assert code == 0, "".join(made.said[-20:])
    assert made.said[-1] == "anju: stopped.\n", "".join(made.said[-20:])
    assert not [line for line in made.said if "Traceback" in line or "ended (exit" in line], "".join(made.said[-60:])


@pytest.fixture(scope="package")
def playing() -> Iterator[Playwright]:
    """One for browser tests that follow one another: two cannot run in one thread. Between its calls it leaves a loop marked
    as running there, which no other test may see."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
def browser(playing: Playwright) -> Iterator[Browser]:
    made = playing.chromium.launch(
        executable_path=program(),
        args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--lang=zh-CN"],
    )
    yield made
    made.close()


@pytest.fixture(scope="package")
def camera_browser(playing: Playwright) -> Iterator[Browser]:
    """A browser with a made-up camera, for the field app."""
    made = launch(playing)
    yield made
    made.close()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photo as a telephone makes one, drawn here."""
    picture = Image.new("RGB", (1280, 960), "#8a8f98")
    drawing = ImageDraw.Draw(picture)
    drawing.rectangle((320, 180, 960, 900), fill="#b4553a", outline="#222222", width=12)
    file = tmp_path / "现场.jpg"
    picture.save(file, quality=82)
    return file


@pytest.fixture
def office() -> Office:
    """The small server of the field app's tests."""
    return Office()


@pytest.fixture
def hand_out(camera_browser: Browser, office: Office) -> Iterator[Callable[..., Phone]]:
    """Phones of this office; at the end no page of them may have broken, nor met the content policy."""
    given: list[Phone] = []
    with serving(office) as url:

        def make(browser: Browser = camera_browser, lang: str = "zh-CN", script: str = "") -> Phone:
            made = context(browser, lang)
            if script:
                made.add_init_script(script)
            given.append(Phone(url, made, office))
            return given[-1]

        yield make
        for phone in given:
            phone.context.close()
    assert [line for phone in given for line in phone.wrong] == []


@pytest.fixture
def phone(hand_out: Callable[..., Phone]) -> Phone:
    """An inspector's phone that has loaded its grid once."""
    return hand_out().ready()


@pytest.fixture(scope="package")
def watched() -> list[Visitor]:
    """Everybody who has signed in, with what they noticed."""
    return []


@pytest.fixture(scope="package")
def person(city: City, browser: Browser, watched: list[Visitor]) -> Callable[[str], Visitor]:
    """Signs people in, each once."""
    known: dict[str, Visitor] = {}

    def of(name: str) -> Visitor:
        if name not in known:
            known[name] = sign_in(browser, city.url, name, city.password)
            watched.append(known[name])
        return known[name]

    return of
