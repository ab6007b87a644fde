"""The field app when things go wrong: no network, killed tabs, a bad line, a full phone, another's account, two versions.

Nothing is lost, nothing is doubled, and the inspector can see where every record is.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from tests.browser.field_phone import Phone, crash, resident
from tests.browser.field_server import Office, serving
from tests.browser.test_field_app import BARRED, KNOWN, LACKING, inspect_with_finding

pytestmark = [pytest.mark.browser, pytest.mark.nodatabase]
Make = Callable[..., Phone]

KEEP_OPEN = """() => new Promise((done) => {
  const open = indexedDB.open("anju-field");
  open.onsuccess = () => done(void (window.held = open.result));
})"""
KEYLESS = """() => new Promise((done) => {
  const asked = window.held.transaction("meta").objectStore("meta").get("key");
  asked.onsuccess = () => done(asked.result === undefined);
})"""


def received(phone: Phone, count: int) -> None:
    phone.go("sync")
    expect(phone.page.locator(".p-rec[data-word=received]")).to_have_count(count)


# --- no network, killed tab ----------------------------------------------------------------------------------------------


def test_a7_2_the_app_starts_with_the_server_off(phone: Phone) -> None:
    phone.offline()
    phone.kill()
    phone.sees("没有网络，照常检查", "12幢2单元603室")
    phone.clean_visit(KNOWN)
    phone.kill()
    phone.go("sync")
    assert set(phone.words().values()) == {"waiting"}


def test_a7_2_a_tab_killed_at_any_step_loses_no_answer_and_no_photo(phone: Phone) -> None:
    phone.offline()
    for place in ("dwelling", "A", "B"):
        phone.start(LACKING)
        assert phone.place() == place
        phone.confirm()
        phone.kill()
    phone.sees("没写完 1 户")
    phone.start(LACKING)
    assert phone.place() == "C"
    phone.answer("alarm", "true")
    phone.page.wait_for_selector(".p-shut")
    phone.kill()
    phone.start(LACKING)
    phone.edit("masks")
    phone.tap("fieldset[data-fact=masks] .p-step button")
    phone.shutter()
    phone.page.wait_for_selector(".p-shot img")
    phone.kill()
    phone.start(LACKING)
    phone.page.wait_for_selector(".p-shot img")
    phone.confirm()
    phone.confirm()
    phone.sign("letting")
    phone.kill()
    phone.start(LACKING)
    phone.confirm()
    assert phone.page.locator("#slip-letting .p-pad path").count() == 1
    phone.finish()
    phone.kill()
    phone.offline(False)
    received(phone, 2)
    main = next(one for one in phone.office.envelopes() if one["kind"] == "inspection")
    assert sorted(main["answers"]["rooms"]) == ["A", "B", "C", "D"]
    assert len(main["photos"]) == 1
    assert main["receipts"][0]["outcome"] == "signed"


def test_a7_2_a_phone_that_is_switched_off_in_the_middle_keeps_what_was_written(
    playing: Playwright, office: Office, tmp_path: Path
) -> None:
    """The browser's process dies at once; what is started again finds the same storage."""
    with serving(office) as url:
        for part in ("before", "after"):
            storage = resident(playing, tmp_path)
            phone = Phone(url, storage, office)
            if part == "before":
                phone.ready()
                phone.offline()
                phone.clean_visit(KNOWN)
                phone.start(LACKING)
                phone.confirm()
                crash(phone)
                continue
            phone.ready()
            received(phone, 1)
            phone.start(LACKING)
            assert phone.place() == "A"
            storage.close()
    assert [one["home"] for one in office.envelopes()] == [KNOWN]


def test_a7_2_a_line_that_drops_three_in_ten_loses_nothing_and_doubles_nothing(phone: Phone) -> None:
    phone.offline()
    for code in (KNOWN, BARRED, "D007003", "D007004", "D007005"):
        phone.go(f"shut/{code}")
        phone.shutter()
        phone.page.wait_for_selector(".p-shot")
        phone.finish("next-0")
    phone.office.drop = 0.3
    phone.offline(False)
    for _round in range(25):
        phone.kill()
        phone.sync()
        if list(phone.words().values()) == ["received"] * 5:
            break
    phone.office.drop = 0
    received(phone, 5)
    assert sorted(one["home"] for one in phone.office.envelopes()) == sorted(
        [KNOWN, BARRED, "D007003", "D007004", "D007005"]
    )
    assert all(len(bodies) == 1 for bodies in phone.office.bodies.values())
    wanted = {photo["sha256"] for one in phone.office.envelopes() for photo in one["photos"]}
    assert wanted == set(phone.office.photos)
    assert all(hashlib.sha256(content).hexdigest() == sha for sha, content in phone.office.photos.items())
    held = phone.stored()["tables"]
    assert (held["bodies"], held["photos"]) == (0, 0)


def test_a7_2_a_line_that_is_dead_and_does_not_say_so_is_given_up_after_a_minute(phone: Phone) -> None:
    phone.page.clock.install()
    phone.office.hold = "PATCH /uploads/"
    phone.go(f"shut/{KNOWN}")
    phone.shutter()
    phone.page.wait_for_selector(".p-shot")
    with phone.page.expect_request(lambda request: request.method == "PATCH"):
        phone.finish("next-0")
    phone.go("sync")
    phone.page.wait_for_selector(".p-rec[data-word=sending]")
    phone.page.clock.fast_forward(61_000)
    phone.page.wait_for_selector(".p-rec[data-word=partial]")
    phone.office.hold = ""
    phone.sync()
    received(phone, 1)


# Delivers every change of the address a moment late, as a busy phone does.
LATE = """
addEventListener("hashchange", (event) => {
  if (event.late) return;
  event.stopImmediatePropagation();
  setTimeout(() => { dispatchEvent(Object.assign(new HashChangeEvent("hashchange"), { late: true })); window.late = location.hash; }, 300);
}, true);
"""


def test_a7_2_the_viewfinder_opens_by_itself_and_stays_however_late_the_phone_tells_of_the_new_page(
    hand_out: Make,
) -> None:
    phone = hand_out(script=LATE).ready()
    phone.offline()
    for code in (KNOWN, BARRED):
        phone.page.evaluate(
            "(hash) => { location.hash = hash; dispatchEvent(new Event('offline')); }", f"#/shut/{code}"
        )
        expect(phone.page.locator(".p-overlay")).to_have_count(1)
        phone.page.wait_for_function("() => window.late === location.hash")
        phone.shutter()
        phone.page.wait_for_selector(".p-shot")
    phone.go("shut/D007003")
    expect(phone.page.locator(".p-overlay")).to_have_count(1)
    phone.go("today")
    expect(phone.page.locator(".p-overlay")).to_have_count(0)
    phone.go("shut/D007003")
    phone.shutter()


def test_a7_2_nothing_is_cleared_before_the_server_has_every_photo(phone: Phone) -> None:
    phone.office.states[KNOWN] = {"state": "waiting_photos", "missing": ["f" * 64]}
    phone.go(f"shut/{KNOWN}")
    phone.shutter()
    phone.page.wait_for_selector(".p-shot")
    phone.finish("next-0")
    phone.sync()
    phone.page.wait_for_selector(".p-rec[data-word=partial]")
    assert set(phone.words().values()) == {"partial"}
    held = phone.stored()["tables"]
    assert (held["bodies"], held["photos"]) == (1, 1)
    phone.office.states.clear()
    phone.sync()
    received(phone, 1)


def test_a7_2_one_bad_record_never_blocks_the_others_and_goes_by_file_as_the_last_resort(
    phone: Phone, hand_out: Make, tmp_path: Path
) -> None:
    phone.office.refuse[BARRED] = (
        422,
        {"error": "unreadable", "text": "内容不合格式。", "instead": "存成文件交给单位。"},
    )
    phone.offline()
    for code in (BARRED, KNOWN):
        phone.go(f"refused/{code}")
        phone.finish("refused-later")
    phone.offline(False)
    phone.sync()
    assert phone.words() == {"12幢2单元603室": "held", "12幢2单元403室": "received"}
    phone.sees("内容不合格式。存成文件交给单位。".replace("。存", "。 存"))
    with phone.page.expect_download() as saved:
        phone.tap("[data-act=export]")
    saved.value.save_as(tmp_path / "out.json")
    exported = json.loads((tmp_path / "out.json").read_text())
    assert [json.loads(one["body"])["home"] for one in exported["envelopes"]] == [BARRED]
    other = hand_out()
    other.ready()
    phone.office.refuse.clear()
    other.go("settings")
    other.page.locator("[data-act=take-in]").set_input_files(tmp_path / "out.json")
    received(other, 1)
    phone.sync()
    received(phone, 2)
    assert sorted(one["home"] for one in phone.office.envelopes()) == [KNOWN, BARRED]
    assert all(len(bodies) == 1 for bodies in phone.office.bodies.values())


# --- people ----------------------------------------------------------------------------------------------------------------


def test_a7_2_a_sign_in_that_ran_out_keeps_everything_and_says_so(phone: Phone) -> None:
    phone.office.signed_in = False
    phone.clean_visit(KNOWN)
    phone.go("sync")
    phone.sees("等登录")
    phone.go("today")
    phone.sees("登录过期了，手机里的都在")
    phone.office.signed_in = True
    phone.kill()
    received(phone, 1)


def test_a7_2_signing_out_is_refused_while_something_is_unsent_and_then_empties_the_phone(phone: Phone) -> None:
    phone.offline()
    phone.clean_visit(KNOWN)
    phone.go("settings")
    out = phone.page.locator("[data-act=sign-out]")
    expect(out).to_be_disabled()
    phone.sees("还有 1 条没传完或没写完")
    phone.offline(False)
    received(phone, 1)
    phone.go("settings")
    expect(out).to_be_enabled()
    phone.office.signed_in = False
    out.click()
    phone.sees("先登录一次")
    held = phone.stored()["tables"]
    assert (held["homes"], held["records"], held["bodies"], held["photos"]) == (0, 0, 0, 0)


def test_a7_2_signing_out_while_the_list_is_on_its_way_leaves_nothing_of_it(phone: Phone) -> None:
    phone.page.evaluate(KEEP_OPEN)
    phone.office.hold = "GET /grid"
    phone.go("sync")
    with phone.page.expect_request("**/grid*"):
        phone.tap("[data-act=sync]")
    phone.go("settings")
    phone.tap("[data-act=sign-out]")
    phone.until(KEYLESS)  # its key is gone, and the rest waits for whoever has it open
    with phone.page.expect_response("**/grid*"):
        phone.office.hold = ""
    phone.go("sync")
    expect(phone.page.locator("[data-act=sync]")).to_be_enabled()  # the round is over
    phone.office.signed_in = False
    phone.page.evaluate("() => window.held.close()")
    phone.sees("先登录一次")
    assert phone.stored()["tables"]["homes"] == 0


def test_a7_2_signing_out_counts_what_another_tab_has_begun_and_takes_its_list_away_too(phone: Phone) -> None:
    phone.go("settings")
    first = phone.page
    phone.open()
    phone.page.wait_for_selector(".p-item")
    other = phone.page
    phone.offline()
    phone.start(KNOWN)
    phone.page = first
    phone.offline(False)
    phone.tap("[data-act=sign-out]")
    phone.sees("还有 1 条没传完或没写完")
    phone.page = other
    phone.clean_visit(KNOWN)
    received(phone, 1)
    phone.page = first
    phone.page.reload()
    phone.office.signed_in = False
    phone.tap("[data-act=sign-out]")
    phone.sees("先登录一次")
    phone.page = other
    phone.sees("手机里没有等着传的")
    phone.go("today")
    phone.sees("先登录一次")


def test_a7_2_another_person_on_the_same_phone_never_sends_what_is_not_theirs(phone: Phone) -> None:
    phone.offline()
    phone.clean_visit(KNOWN)
    phone.office.user = "someone"
    phone.offline(False)
    phone.go("sync")
    phone.sees("手机里还有别人没传的记录")
    assert phone.office.bodies == {}


def test_a7_2_a_lost_phone_is_emptied_at_its_next_contact(phone: Phone) -> None:
    phone.start(KNOWN)
    phone.office.wipe = True
    phone.kill()
    phone.page.wait_for_url("**/?wiped#/wiped")
    phone.sees("这台手机已清空")
    assert "POST /wiped" in phone.office.asked
    held = phone.stored()["tables"]
    assert (held["homes"], held["drafts"]) == (0, 0)


def test_x3_what_lies_on_the_phone_is_sealed_with_a_key_that_cannot_be_taken_out(phone: Phone) -> None:
    phone.offline()
    inspect_with_finding(phone)
    held = phone.stored()
    assert held["key"] == {"extractable": False, "name": "AES-GCM"}
    assert held["tables"]["homes"] == 20
    for secret in ("顾", "娄江", "D0000402", "alarm", "JFIF"):
        assert secret not in held["text"]


# --- clock, room, versions ---------------------------------------------------------------------------------------------------


def test_a7_2_a_clock_wrong_by_a_day_is_measured_told_and_sent_along(hand_out: Make, office: Office) -> None:
    office.clock = dt.timedelta(days=1)
    phone = hand_out().ready()
    phone.sees("手机时钟差 1 天")
    phone.clean_visit(KNOWN)
    received(phone, 1)
    envelope = phone.office.envelope()
    assert abs(envelope["clock_offset_s"] - 86_400) < 30


def test_a7_2_after_a_day_unsent_the_inspector_is_told(phone: Phone) -> None:
    phone.office.refuse[KNOWN] = (503, {"error": "busy", "text": "", "instead": ""})
    phone.clean_visit(KNOWN)
    phone.office.clock = dt.timedelta(hours=25)
    phone.sync()
    phone.sees("1 条超过 24 小时没传")
    phone.go("today")
    phone.sees("去上传")


def test_a7_2_a_phone_that_is_nearly_full_warns_and_a_full_one_starts_no_visit(hand_out: Make) -> None:
    space = "navigator.storage.estimate = async () => ({ usage: 1e6, quota: 1e6 + %d * 1048576 });"
    low = hand_out(script=space % 150).ready()
    low.sees("手机只剩 150 MB")
    low.start(KNOWN)
    full = hand_out(script=space % 20).ready()
    full.go(f"home/{KNOWN}")
    full.sees("手机存满了，先上传")


def test_a7_2_what_cannot_be_saved_is_said_loudly(phone: Phone) -> None:
    phone.start(KNOWN)
    phone.page.evaluate(
        "() => { IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); }; }"
    )
    phone.edit("rcd")
    phone.sees("手机存满了，刚才这一步没存上")


def test_a7_2_two_versions_are_shown_side_by_side_and_a_person_decides(phone: Phone) -> None:
    seen = dt.datetime.now(dt.UTC).isoformat()
    contradicts = [{"fact": "alarm", "room": "C", "phone": True, "theirs": False, "who": "陈刚", "at": seen}]
    phone.office.states[KNOWN] = {
        "state": "conflict",
        "text": "陈刚也查了这户。",
        "differs": {"contradicts": contradicts},
    }
    phone.clean_visit(KNOWN)
    phone.go("sync")
    phone.sees("两个人都查过，要您定一下", "陈刚也查了这户。")
    phone.tap(".p-rec .act")
    phone.sees("C室 房间报警器", "您写的", "有", "没有", "陈刚")
    phone.office.states.clear()
    phone.tap("[data-act=decide-theirs]")
    phone.page.wait_for_function("() => document.querySelector('#field').dataset.screen === 'sync'")
    received(phone, 1)
    assert any("/decide" in line for line in phone.office.asked)


def test_a7_2_a_home_that_moved_is_told_and_not_brought_back(phone: Phone) -> None:
    phone.start(KNOWN)
    phone.office.gone = [{"code": KNOWN, "why": "moved", "text": "这户已划到第5网格。"}]
    phone.office.states[KNOWN] = {"state": "moved", "text": "记录照收，转给了第5网格。"}
    phone.sync()
    phone.start(KNOWN)
    phone.sees("这户已划到第5网格。")
    for _place in range(5):
        phone.confirm()
    phone.finish()
    phone.go("sync")
    expect(phone.page.locator(".p-rec[data-word=moved]")).to_have_count(1)
    phone.sees("这户已划到别的网格", "记录照收，转给了第5网格。")
    phone.sync()
    phone.go(f"home/{KNOWN}")
    phone.sees("找不到")


def test_a7_2_a_new_version_waits_until_no_visit_is_open(phone: Phone) -> None:
    phone.start(KNOWN)
    phone.office.shell = 2
    phone.page.evaluate("() => navigator.serviceWorker.getRegistration('/field/').then((found) => found.update())")
    phone.until("() => navigator.serviceWorker.getRegistration('/field/').then((found) => found.waiting !== null)")
    phone.sees_not("有新版本")
    for _place in range(5):
        phone.confirm()
    phone.finish()
    phone.sees("有新版本")
    with phone.page.expect_navigation():
        phone.press("更新")
    phone.page.wait_for_selector(".p-item")
    phone.sees_not("有新版本")
