"""The field app against its own server, over a line that breaks: what the small server of the other tests cannot prove.

Nothing is lost, nothing is doubled, and the inspector sees what became of it (A7.2).
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from anju.dwellings.testing import SOUND_FACTS, SOUND_ROOM
from anju.field.testing import make_letter, photo_line
from tests.browser.city import free_port
from tests.browser.field_phone import Phone, context
from tests.browser.field_real import (
    RealOffice,
    compared,
    inspections,
    photograph,
    real_office,
    sign_in,
    take_in,
    until_all_is_sent,
)
from tests.browser.lossy import HOWS, Line, lossy

pytestmark = [pytest.mark.browser, pytest.mark.nodatabase, pytest.mark.xdist_group("field")]
Hand = Callable[..., Phone]
FACTS = {**SOUND_FACTS, "rooms_let": 4, "beds_let": 4}
# What a browser asks of an app before it offers to install it; a private window is no fault of the app.
EXCUSED = {"in-incognito"}
_numbers = count(1)
A_DAY_AHEAD = """(() => {
  const Right = Date, now = () => Right.now() + 86_400_000;
  globalThis.Date = class extends Right {
    constructor(...parts) { parts.length ? super(...parts) : super(now()); }
    static now() { return now(); }
  };
})()"""


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealOffice]:
    with real_office(tmp_path_factory.mktemp("real"), 40) as office:
        yield office


@pytest.fixture
def line(real: RealOffice) -> Iterator[Line]:
    with lossy(real.port) as made:
        yield made


@pytest.fixture
def hand(camera_browser: Browser, line: Line) -> Iterator[Hand]:
    """Phones that have signed in at the real server and loaded their grid."""
    given: list[Phone] = []

    def make(name: str = "grid", script: str = "") -> Phone:
        storage = context(camera_browser)
        if script:
            storage.add_init_script(script)
        phone = Phone(f"http://localhost:{line.port}", storage, address="")
        given.append(phone)
        sign_in(phone.page, phone.url, name)
        return phone

    yield make
    for phone in given:
        phone.context.close()
    assert [wrong for phone in given for wrong in phone.wrong] == []


def record(
    home: str, *, alarm: bool = True, photos: int = 1, by: str = "grid", **over: Any
) -> tuple[Any, dict[str, bytes]]:
    """A finished inspection of a sound home, with photos of its first room; the record and its photos."""
    shots = [photograph(next(_numbers) + 10_000, (640, 480)) for _ in range(photos)]
    rooms = {name: {**SOUND_ROOM, "alarm": alarm or name != "A"} for name in "ABCD"}
    lines = [photo_line(shot, **{"for": {"room": "A"}}) for shot in shots]
    letter = {**make_letter(facts=FACTS, rooms=rooms, photos=lines, by=by, **over), "home": home}
    return letter, {hashlib.sha256(shot).hexdigest(): shot for shot in shots}


def taken(phone: Phone, folder: Path, *records: tuple[Any, dict[str, bytes]]) -> None:
    """Finished records onto a phone without a network, as if they had been written on it."""
    phone.offline()
    photos = {sha: data for _letter, shots in records for sha, data in shots.items()}
    take_in(phone, [letter for letter, _shots in records], photos, folder, by=records[0][0]["by"])


def received(phone: Phone, number: int) -> None:
    """So many records lie on the phone as received; a round over the real server may have to wait for its worker."""
    for _round in range(6):
        phone.sync()
        if list(phone.words().values()) == ["received"] * number:
            return
        phone.page.wait_for_timeout(500)
    expect(phone.page.locator(".p-rec[data-word=received]")).to_have_count(number)


def of(real: RealOffice, letter: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for row in real.held()["records"] if row["uuid"] == letter["id"]]


def test_a7_2_the_app_can_be_installed_and_starts_from_its_worker_with_the_server_off(hand: Hand, line: Line) -> None:
    phone = hand()
    asked = phone.context.new_cdp_session(phone.page)
    manifest = asked.send("Page.getAppManifest")
    assert manifest["errors"] == []
    told = json.loads(manifest["data"])
    assert (told["display"], told["start_url"], told["scope"]) == ("standalone", "/field/", "/field/")
    assert all(told[name] for name in ("name", "short_name", "theme_color", "background_color"))
    assert {(one["sizes"], one["purpose"]) for one in told["icons"]} >= {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")}  # fmt: skip
    for icon in told["icons"]:
        answer = phone.page.request.get(phone.url + icon["src"])
        assert (answer.status, answer.headers["content-type"]) == (200, icon["type"])
    errors = asked.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert {one["errorId"] for one in errors} <= EXCUSED
    assert phone.page.locator("meta[name=theme-color]").get_attribute("content") == told["theme_color"]
    assert "width=device-width" in (phone.page.locator("meta[name=viewport]").get_attribute("content") or "")
    line.target = free_port()  # nobody answers there
    phone.kill()
    phone.page.wait_for_selector(".p-tabs")
    phone.sees("没有网络，照常检查")
    phone.go("find")
    expect(phone.page.locator(".p-item").first).to_be_visible()


def test_a7_2_the_network_lost_at_every_step_of_a_sync_loses_nothing_and_doubles_nothing(
    hand: Hand, real: RealOffice, line: Line, tmp_path: Path
) -> None:
    phone, sent, homes = hand(), [], iter(real.homes[:24])
    for how in HOWS:
        for step in range(8):  # who am I, record, begin a photo, its piece, how does it stand, book, list, and one more
            letter, photos = record(next(homes), alarm=False)
            taken(phone, tmp_path, (letter, photos))
            line.start_over(**{f"c{step}": how})
            phone.offline(False)
            for _round in range(4):
                phone.sync()
                if set(phone.words().values()) == {"received"}:
                    break
            sent.append((letter, photos))
            expect(phone.page.locator(".p-rec[data-word=received]")).to_have_count(len(sent))
    held = real.held()
    mine = {
        letter["id"]: hashlib.sha256(json.dumps(letter, ensure_ascii=False).encode()).hexdigest() for letter, _ in sent
    }
    there = [(row["uuid"], row["sha256"]) for row in held["records"] if row["uuid"] in mine]
    assert sorted(there) == sorted(mine.items())
    assert {sha for _letter, photos in sent for sha in photos} <= set(held["photos"])
    for letter, _photos in sent:
        assert held["visits"].count(letter["home"]) == 1
        assert [hazard for hazard in held["hazards"] if hazard[0] == letter["home"]] == [[letter["home"], "R09", "A"]]
    assert phone.stored()["tables"]["photos"] == 0


def test_a7_2_a_line_that_drops_three_in_ten_and_reloads_lose_and_double_nothing(
    hand: Hand, real: RealOffice, line: Line, tmp_path: Path
) -> None:
    """The short form of benchmarks/field_lossy.py."""
    phone, before = hand(), real.held()
    letters, photos = inspections(real.homes[24:28], 2, (640, 480))
    phone.offline()
    take_in(phone, letters, photos, tmp_path)
    line.drop = 0.3
    phone.offline(False)
    until_all_is_sent(phone)
    line.drop = 0
    found = compared(real.held(), letters, photos, before)
    none = ("lost", "doubled", "other_bytes", "not_applied", "photos_not_hung")
    assert {name: found[name] for name in none} == dict.fromkeys(none, 0)
    assert (found["visits"], found["hazards"]) == (4, found["hazards_expected"])


def test_a7_2_a_sign_in_that_ended_keeps_the_record_until_the_next_one(
    hand: Hand, real: RealOffice, tmp_path: Path
) -> None:
    phone, (letter, photos) = hand(), record(real.homes[28])
    taken(phone, tmp_path, (letter, photos))
    real.run("from django.contrib.sessions.models import Session; Session.objects.all().delete()")
    phone.offline(False)
    phone.go("sync")
    expect(phone.page.locator(".p-rec[data-word=signed_out]")).to_have_count(1)
    sign_in(phone.page, phone.url)
    received(phone, 1)
    assert [row["state"] for row in of(real, letter)] == ["applied"]


def test_a7_2_two_phones_of_one_person_each_send_theirs_and_one_hazard_is_opened(
    hand: Hand, real: RealOffice, tmp_path: Path
) -> None:
    letters = [record(real.homes[29], alarm=False), record(real.homes[29], alarm=False)]
    phones = [hand(), hand()]
    for phone, one in zip(phones, letters, strict=True):
        taken(phone, tmp_path, one)
    for phone in phones:
        phone.offline(False)
    for phone in phones:
        received(phone, 1)
    assert [row["state"] for letter, _photos in letters for row in of(real, letter)] == ["applied", "applied"]
    assert [hazard for hazard in real.held()["hazards"] if hazard[0] == real.homes[29]] == [
        [real.homes[29], "R09", "A"]
    ]


def test_a7_2_two_people_inspect_one_home_offline_and_the_second_is_told_of_the_first(
    hand: Hand, real: RealOffice, tmp_path: Path
) -> None:
    mine, theirs = record(real.homes[30], alarm=False), record(real.homes[30], by="colleague")
    first, second = hand(), hand("colleague")
    taken(first, tmp_path, mine)
    taken(second, tmp_path, theirs)
    first.offline(False)
    received(first, 1)
    second.offline(False)
    received(second, 1)
    (row,) = of(real, theirs[0])
    assert (row["user"], row["state"]) == ("colleague", "applied")
    assert {told["who"] for told in row["differs"]["meanwhile"]} == {"马丽"}
    assert row["differs"]["contradicts"]
    second.tap(".p-rec a.act")
    second.sees("马丽")


def test_a7_2_a_verdict_by_another_rule_book_is_judged_again_and_the_difference_shown(
    hand: Hand, real: RealOffice, tmp_path: Path
) -> None:
    phone = hand()
    said = {"verdict": "compliant", "edition": "2019-before", "violated": []}
    letter, photos = record(real.homes[31], alarm=False, edition="2019-before", verdict=said)
    taken(phone, tmp_path, (letter, photos))
    phone.offline(False)
    received(phone, 1)
    (row,) = of(real, letter)
    assert row["differs"]["edition"]["phone"] == "2019-before"
    assert row["differs"]["verdict"] == {"phone": "compliant", "server": "non_compliant"}
    assert "R09@A" in row["differs"]["only_server"]
    assert row["differs"]["why"] == "edition"
    phone.tap(".p-rec a.act")
    phone.sees("这期间规则换了版")


def test_a7_2_a_phone_whose_clock_is_a_day_ahead_is_measured_and_its_visit_is_of_today(
    hand: Hand, real: RealOffice
) -> None:
    phone = hand(script=A_DAY_AHEAD)
    phone.sees("手机时钟差 1 天")
    phone.go(f"refused/{real.homes[32]}")
    phone.finish("refused-later")
    received(phone, 1)
    (row,) = [row for row in real.held()["records"] if row["clock_offset_s"] < -80_000]
    assert abs(row["clock_offset_s"] + 86_400) < 60
    assert 0 <= row["late_s"] < 120
    assert row["state"] == "applied"
