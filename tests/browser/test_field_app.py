"""The field app on a phone in a real browser: what an inspector does at a door, with and without a network (A7.2, X7)."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Playwright, expect

from tests.browser.field_phone import FAINT, SMALL, TINY, Phone, film, launch

pytestmark = [pytest.mark.browser, pytest.mark.nodatabase]

KNOWN, LACKING, BARRED, OLD, NEW = "D0000403", "D0000402", "D0000603", "D0000504", "D0000301"


# --- ask once ----------------------------------------------------------------------------------------------------------


def test_x7_a_clean_visit_of_a_known_home_with_four_rooms_takes_eight_taps_and_no_typing(phone: Phone) -> None:
    before = phone.taps()
    phone.tap(f"a[href='#/home/{KNOWN}']")
    phone.tap(".p-btn.go")
    phone.page.wait_for_selector(".p-rooms")
    for place in ("dwelling", "A", "B", "C", "D"):
        assert phone.place() == place
        phone.walk_to(40 + len(place))
        phone.confirm()
    phone.sees("合规", "不用签名")
    phone.finish()
    assert phone.taps() - before == 8 <= 12
    assert phone.keys() == 0
    expect(phone.page.locator(".p-pill")).to_contain_text("已联网")
    envelope = phone.office.envelope()
    assert list(envelope["rooms_seen"]) == ["dwelling", "A", "B", "C", "D"]
    assert all(seen["at"] and seen["position"] for seen in envelope["rooms_seen"].values())
    assert {answer["how"] for room in envelope["answers"]["rooms"].values() for answer in room.values()} == {
        "confirmed"
    }
    assert envelope["verdict"] == {"verdict": "compliant", "violated": [], "edition": "initial"}


def test_x7_what_ran_out_is_asked_and_the_rest_only_shown(phone: Phone) -> None:
    phone.start(OLD)
    asked = {row.get_attribute("data-fact") for row in phone.page.locator("fieldset.p-q").all()}
    assert asked == {"rcd", "gas_alarm"}
    phone.sees("还有 2 项没答")
    phone.answer("rcd", "true")
    phone.answer("gas_alarm", "true")
    phone.sees("其余和上次一样")


def test_a7_2_rooms_that_nobody_wrote_down_are_added_and_asked_about(phone: Phone) -> None:
    phone.start(NEW)
    phone.answer("rooms_let", "3")
    phone.sees("出租 3 间，只登记了 2 间")
    phone.tap("[data-act=add-rooms]")
    expect(phone.page.locator(".p-rooms button[data-place=C]")).to_be_visible()
    expect(phone.page.locator("[data-act=add-rooms]")).to_have_count(0)


# --- at the door, without a network --------------------------------------------------------------------------------------


def inspect_with_finding(phone: Phone) -> None:
    """The old finding is put right, two new ones appear; the landlord signs and the tenant is away."""
    phone.start(LACKING)
    for _place in ("dwelling", "A", "B"):
        phone.confirm()
    phone.answer("alarm", "true")
    phone.tap(".p-shut .p-snap")
    phone.shutter()
    phone.edit("masks")
    phone.tap("fieldset[data-fact=masks] .p-step button")
    phone.shutter()
    phone.edit("ebike_inside")
    phone.answer("ebike_inside", "true")
    phone.shutter()
    phone.sees("不合规 2 项", "立即改")
    phone.confirm()
    phone.confirm()


def test_a7_2_a_home_inspected_offline_arrives_whole_when_the_network_is_back(phone: Phone) -> None:
    phone.offline()
    inspect_with_finding(phone)
    phone.sees("当面说清", "出租人签收", "租客告知", "签了只表示收到", "自购符合国标产品同样认可")
    letting = phone.page.locator("#slip-letting").inner_text()
    tenant = phone.page.locator("#slip-tenant").inner_text()
    assert "充电" in tenant
    assert "充电" not in letting
    phone.sign("letting")
    phone.tap("[data-act=absent-tenant]")
    phone.finish()
    phone.go("sync")
    assert set(phone.words().values()) == {"waiting"}
    assert phone.office.bodies == {}
    held = phone.stored()["tables"]
    assert (held["records"], held["bodies"], held["photos"], held["drafts"]) == (2, 2, 4, 0)
    phone.offline(False)
    expect(phone.page.locator(".p-rec[data-word=received]")).to_have_count(2)
    main, again = sorted(phone.office.envelopes(), key=lambda one: one["kind"])
    assert (main["kind"], again["kind"]) == ("inspection", "reinspection")
    assert (again["hazard"], again["put_right"]) == ("HZ2", True)
    assert {one["room"] for one in main["findings"]} == {"C"}
    assert "R10" in {one["rule"] for one in main["findings"]}
    assert len(main["findings"]) == 2
    assert all(one["photos"] for one in main["findings"])
    receipts = {one["party"]: one for one in main["receipts"]}
    assert receipts["letting"]["outcome"] == "signed"
    assert len(receipts["letting"]["strokes"][0]) > 3
    assert receipts["tenant"] | {"at": ""} == receipts["tenant"] | {"outcome": "absent", "strokes": None, "at": ""}
    assert not set(receipts["letting"]["listed"]) & set(receipts["tenant"]["listed"])
    assert {photo["sha256"] for one in (main, again) for photo in one["photos"]} == set(phone.office.photos)
    assert (len(main["photos"]), len(again["photos"])) == (3, 1)
    held = phone.stored()["tables"]
    assert (held["bodies"], held["photos"]) == (0, 0)
    phone.sees("手机里的已清")


def test_a7_2_photos_are_shrunk_hashed_and_carry_time_and_position(phone: Phone, tmp_path: Path) -> None:
    phone.walk_to(45)
    phone.start(KNOWN)
    phone.edit("rcd")
    phone.answer("rcd", "false")
    phone.shutter()
    phone.sees("再拍")
    for _place in range(5):
        phone.confirm()
    phone.tap("[data-act=refuses-letting]")
    phone.finish()
    phone.go("sync")
    expect(phone.page.locator(".p-rec[data-word=received]")).to_have_count(1)
    [photo] = phone.office.envelope()["photos"]
    content = phone.office.photos[photo["sha256"]]
    assert hashlib.sha256(content).hexdigest() == photo["sha256"]
    assert len(content) == photo["bytes"]
    (tmp_path / "shot.jpg").write_bytes(content)
    with Image.open(tmp_path / "shot.jpg") as picture:
        assert picture.format == "JPEG"
        assert max(picture.size) <= 1600
    assert photo["source"] == "camera"
    assert photo["flags"] == []
    assert photo["position"]["accuracy"] == 12
    assert photo["for"] == {"rule": "D20", "fact": "rcd"}


def test_a7_2_a_picture_from_the_gallery_and_a_position_far_away_are_marked_and_kept(
    phone: Phone, tmp_path: Path
) -> None:
    file = tmp_path / "old.png"
    Image.effect_noise((2400, 1800), 40).convert("RGB").save(file)
    phone.walk_to(900)
    phone.start(KNOWN)
    phone.edit("rcd")
    phone.answer("rcd", "false")
    phone.page.locator(".p-overlay input[type=file]").set_input_files(file)
    phone.sees("相册 位置存疑")
    for _place in range(5):
        phone.confirm()
    phone.tap("[data-act=absent-letting]")
    phone.finish()
    phone.go("sync")
    expect(phone.page.locator(".p-rec[data-word=received]")).to_have_count(1)
    [photo] = phone.office.envelope()["photos"]
    assert photo["source"] == "gallery"
    assert photo["flags"] == ["gallery", "far"]
    (tmp_path / "sent.jpg").write_bytes(phone.office.photos[photo["sha256"]])
    with Image.open(tmp_path / "sent.jpg") as picture:
        assert picture.size == (1600, 1200)


def test_a7_2_a_room_that_cannot_be_entered_makes_the_home_to_be_checked(phone: Phone) -> None:
    phone.start(KNOWN)
    for _place in range(4):
        phone.confirm()
    phone.press("进不去")
    phone.go(f"done/{phone.page.url.rpartition('/')[2]}")
    phone.sees("待核")
    phone.finish()
    phone.go("sync")
    expect(phone.page.locator(".p-rec[data-word=received]")).to_have_count(1)
    envelope = phone.office.envelope()
    assert envelope["verdict"]["verdict"] == "unknown"
    assert "D" not in envelope["rooms_seen"]
    assert envelope["rooms_closed"][0]["place"] == "D"


def test_a7_2_nobody_home_takes_four_taps_with_a_photo_and_the_next_try(phone: Phone) -> None:
    before = phone.taps()
    phone.tap(f"a[href='#/home/{KNOWN}'], a[href='#/home/{LACKING}']")
    phone.tap("a[href^='#/shut/']")
    phone.shutter()
    phone.page.wait_for_selector(".p-shot")
    phone.finish("next-0")
    assert phone.taps() - before == 4
    phone.go("sync")
    expect(phone.page.locator(".p-rec[data-word=received]")).to_have_count(1)
    envelope = phone.office.envelope()
    assert envelope["kind"] == "no_access"
    assert envelope["next"]["step"] == "evening"
    assert envelope["verdict"] is None
    assert len(envelope["photos"]) == 1


def test_x7_a_button_is_not_drawn_anew_under_the_finger(phone: Phone) -> None:
    phone.go(f"refused/{KNOWN}")
    button = phone.page.locator("[data-act=refused-busy]")
    box = button.bounding_box()
    assert box
    phone.page.mouse.move(box["x"] + 20, box["y"] + 20)
    phone.page.mouse.down()
    phone.page.evaluate("() => window.dispatchEvent(new Event('online'))")
    phone.page.wait_for_timeout(150)
    phone.page.mouse.up()
    phone.page.wait_for_selector(".p-page[data-screen=today]")


def test_a7_2_who_goes_elsewhere_while_it_is_stored_is_not_pulled_back(phone: Phone) -> None:
    phone.go(f"refused/{KNOWN}")
    phone.page.evaluate(
        "() => { document.querySelector('[data-act=refused-busy]').click(); location.hash = '#/sync'; }"
    )
    expect(phone.page.locator(".p-rec[data-word=received]")).to_have_count(1)
    assert phone.page.evaluate("location.hash") == "#/sync"


def test_a7_2_refused_entry_is_another_thing_and_has_its_reason(phone: Phone) -> None:
    phone.go(f"refused/{KNOWN}")
    phone.finish("refused-landlord")
    phone.go("sync")
    expect(phone.page.locator(".p-rec[data-word=received]")).to_have_count(1)
    envelope = phone.office.envelope()
    assert (envelope["kind"], envelope["next"]) == ("refused_entry", None)
    assert "房东" in envelope["text"]


def test_a7_2_an_e_bike_in_passing_takes_two_taps_and_can_be_taken_back(phone: Phone) -> None:
    before = phone.taps()
    phone.tap("a[href='#/two']")
    shutter = phone.page.locator("[data-what=ebike]")
    expect(shutter).to_be_enabled()
    phone.page.wait_for_function("() => document.querySelector('video').videoWidth > 0")
    shutter.click()
    phone.sees("记下了：电动车")
    assert phone.taps() - before == 2
    phone.press("撤回")
    phone.page.wait_for_timeout(3500)
    assert phone.office.bodies == {}
    phone.go("two")
    expect(shutter).to_be_enabled()
    phone.page.wait_for_function("() => document.querySelector('video').videoWidth > 0")
    shutter.click()
    phone.sees("记下了：电动车")
    phone.go("sync")
    expect(phone.page.locator(".p-rec[data-word=received]")).to_have_count(1)
    envelope = phone.office.envelope()
    assert (envelope["kind"], envelope["unit"], envelope["home"]) == ("quick_finding", "U12-2", None)
    assert envelope["answers"]["unit"]["corridor_charging"]["value"] is True
    assert [one["rule"] for one in envelope["findings"]] == ["U03"]


def test_a9_4_a_staircase_is_checked_on_its_own(phone: Phone) -> None:
    phone.go("part/U6-3")
    phone.tap(".p-btn.go")
    phone.page.wait_for_selector("[data-fact=exit_state]")
    phone.edit("exit_state")
    phone.answer("exit_state", "locked")
    phone.shutter()
    phone.tap("[data-act=confirm]")
    phone.sees("转物业或村委会")
    phone.finish()
    phone.go("sync")
    expect(phone.page.locator(".p-rec[data-word=received]")).to_have_count(1)
    envelope = phone.office.envelope()
    assert (envelope["kind"], envelope["unit"], envelope["home"]) == ("common_area", "U6-3", None)
    assert [one["rule"] for one in envelope["findings"]] == ["U01"]


def test_a3_4_a_hazard_is_handed_over_from_the_phone(phone: Phone) -> None:
    phone.go(f"handover/{LACKING}")
    phone.tap("[data-value=fire]")
    phone.tap("[data-act=handover]")
    expect(phone.page.locator(".p-rec[data-word=received]")).to_have_count(1)
    envelope = phone.office.envelope()
    assert (envelope["kind"], envelope["hazard"], envelope["to_department"]) == ("handover", "HZ2", "fire")
    assert envelope["text"]


def test_a8_5_a_scanned_sign_opens_its_home(
    playing: Playwright, hand_out: Callable[..., Phone], tmp_path: Path
) -> None:
    browser = launch(playing, film("https://anju.example/s/SIGN0000504/", tmp_path / "sign.y4m"))
    try:
        phone = hand_out(browser).ready()
        phone.tap(".p-tabs .scan")
        phone.page.wait_for_function(f"() => location.hash === '#/home/{OLD}'")
        phone.sees("6幢3单元504室")
    finally:
        browser.close()


# --- the look ------------------------------------------------------------------------------------------------------------

SCREENS = ["today", "find", f"home/{LACKING}", f"more/{LACKING}", "part/U12-2", f"refused/{KNOWN}", f"handover/{LACKING}", "sync", "settings", "where"]  # fmt: skip


def test_x5_every_screen_is_chinese_or_english_fits_a_small_phone_and_is_made_for_a_thumb(
    hand_out: Callable[..., Phone],
) -> None:
    told = []
    for lang in ("zh-CN", "en-GB"):
        phone = hand_out(lang=lang).ready()
        phone.page.set_viewport_size({"width": 320, "height": 640})
        for name in SCREENS:
            phone.go(name)
            phone.page.wait_for_timeout(150)
            wide = phone.page.evaluate("document.documentElement.scrollWidth")
            told += [f"{lang} {name}: {wide} wide"] if wide > 320 else []
            told += [f"{lang} {name}: under 44: {line}" for line in phone.page.evaluate(SMALL)]
            told += [f"{lang} {name}: under 13 px: {line}" for line in phone.page.evaluate(TINY)]
            told += [f"{lang} {name}: faint: {line}" for line in phone.page.evaluate(FAINT)]
    assert told == []
