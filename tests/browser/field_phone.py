"""A phone in a real browser: chromium at 390 × 844 with a camera and a position, and the taps of an inspector."""

import contextlib
import os
import re
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import segno
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Error, Page, Playwright, ViewportSize, expect

from tests.browser import PATIENCE
from tests.browser.field_city import GATE
from tests.browser.field_server import Office

SIZE: ViewportSize = {"width": 390, "height": 844}
FLAGS = ["--no-sandbox", "--disable-gpu", "--lang=zh-CN", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]  # fmt: skip
# Real taps and keys only: what a script does with an element is none.
COUNT = """
window.taps = 0; window.keys = 0;
addEventListener("click", (event) => { if (event.isTrusted) window.taps += 1; }, true);
addEventListener("keydown", () => { window.keys += 1; }, true);
"""
SMALL = """() => [...document.querySelectorAll(".p-page button, .p-page a, .p-page label, .p-page input[type=text]")]
  .filter((one) => one.offsetParent && !one.closest("p") && !one.matches(".a-sr"))
  .map((one) => [one.getBoundingClientRect(), one])
  .filter(([box]) => box.height < 43.5 && box.width > 0)
  .map(([box, one]) => `${one.className} ${one.textContent.trim()} ${Math.round(box.width)}x${Math.round(box.height)}`)"""
TINY = """() => [...document.querySelectorAll(".p-page *")].filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()) && parseFloat(getComputedStyle(one).fontSize) < 13).map((one) => one.textContent.trim())"""
# Text that stands out too little from what is behind it, by WCAG 2.1: 4.5 to one, 3 where it is large; what is disabled is
# excused, and so is text on a picture.
FAINT = """() => {
  const part = (value) => { const share = value / 255; return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4; };
  const light = ([red, green, blue]) => 0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue);
  const read = (text) => { const found = text.match(/[\\d.]+/g).map(Number); return [...found.slice(0, 3), found[3] ?? 1]; };
  const over = (top, under) => [0, 1, 2].map((at) => top[at] * top[3] + under[at] * (1 - top[3]));
  const behind = (node) => {
    if (!node) return [255, 255, 255];
    const style = getComputedStyle(node), colour = read(style.backgroundColor);
    if (style.backgroundImage !== "none") return null;
    if (colour[3] === 1) return colour;
    const under = behind(node.parentElement);
    return under && over(colour, under);
  };
  const told = [];
  for (const one of document.querySelectorAll(".p-page *")) {
    if (![...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())) continue;
    if (!one.offsetParent || one.closest(":disabled, .a-sr")) continue;
    const style = getComputedStyle(one), ground = behind(one);
    if (!ground) continue;
    const ink = over(read(style.color), ground), [low, high] = [light(ink), light(ground)].sort((a, b) => a - b);
    const ratio = (high + 0.05) / (low + 0.05), size = parseFloat(style.fontSize);
    const wanted = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
    if (ratio < wanted) told.push(`${ratio.toFixed(2)} ${one.className} ${one.textContent.trim().slice(0, 20)}`);
  }
  return told;
}"""
# The position that the app's own watch was told last, or one to come.
ARRIVED = """(north) => new Promise((done) => {
  const watch = navigator.geolocation.watchPosition(({ coords }) => {
    navigator.geolocation.clearWatch(watch);
    done(coords.latitude === north);
  }, () => done(false), { enableHighAccuracy: true, maximumAge: Infinity, timeout: 5000 });
})"""
DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
STORED = """async () => {
  const open = indexedDB.open("anju-field");
  const db = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  const text = new TextDecoder("utf-8");
  const read = (value) => value instanceof ArrayBuffer || ArrayBuffer.isView(value) ? text.decode(value) : value && typeof value === "object" ? Object.values(value).map(read).join(" ") : String(value);
  const found = { tables: {}, text: "", key: null };
  for (const name of db.objectStoreNames) {
    const rows = await new Promise((done) => { const all = db.transaction(name).objectStore(name).getAll(); all.onsuccess = () => done(all.result); });
    found.tables[name] = rows.length;
    found.text += rows.filter((row) => !(row instanceof CryptoKey)).map(read).join(" ");
    for (const row of rows) if (row instanceof CryptoKey) found.key = { extractable: row.extractable, name: row.algorithm.name };
  }
  db.close();
  return found;
}"""


def program() -> str:
    """Chromium as this machine has it."""
    found = os.environ.get("ANJU_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    return found or ""


def launch(playwright: Playwright, video: Path | None = None) -> Browser:
    flags = [*FLAGS, f"--use-file-for-fake-video-capture={video}"] if video else FLAGS
    return playwright.chromium.launch(executable_path=program(), args=flags)


def film(text: str, file: Path) -> Path:
    """A film that shows one QR code, as chromium takes it for a camera."""
    code = segno.make(text, error="q")
    code.save(str(file.with_suffix(".png")), scale=8, border=4)
    picture = Image.new("L", (640, 480), 235)
    with Image.open(file.with_suffix(".png")) as drawn:
        small = drawn.convert("L").resize((360, 360))
    picture.paste(small, (140, 60))
    plane = picture.tobytes()
    chroma = bytes([128]) * (320 * 240 * 2)
    frame = b"FRAME\n" + plane + chroma
    file.write_bytes(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420jpeg\n" + frame * 4)
    return file


# A phone at the gate of the estate
HAND: dict[str, Any] = {
    "viewport": SIZE, "timezone_id": "Asia/Shanghai", "has_touch": True, "is_mobile": True, "accept_downloads": True,
    "permissions": ["geolocation", "camera"], "geolocation": {"latitude": GATE[0], "longitude": GATE[1], "accuracy": 12},
}  # fmt: skip


def context(browser: Browser, lang: str = "zh-CN") -> BrowserContext:
    """One phone's own storage, which goes with the browser."""
    return browser.new_context(locale=lang, **HAND)


def resident(playwright: Playwright, folder: Path) -> BrowserContext:
    """A browser whose storage stays in a folder, as on a phone that is switched off and on."""
    return playwright.chromium.launch_persistent_context(
        folder, executable_path=program(), args=FLAGS, locale="zh-CN", **HAND
    )


@dataclass
class Phone:
    """`office` is the small server, where the phone speaks to one; "" as address opens no page of the app yet."""

    url: str
    context: BrowserContext
    office: Office = field(default_factory=Office)
    address: str = "/field/"
    page: Page = field(init=False)
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.set_default_timeout(PATIENCE)
        self.context.add_init_script(COUNT)
        self.open(self.address)

    # --- the tab ---------------------------------------------------------------------------------------------------

    def open(self, address: str = "/field/") -> None:
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.wrong.append(f"{error}\n{error.stack or ''}"))
        self.page.on(
            "console", lambda said: self.wrong.append(said.text) if "Content Security Policy" in said.text else None
        )
        if address:
            self.page.goto(self.url + address)

    def ready(self) -> "Phone":
        self.page.wait_for_selector(".p-item")
        self.page.wait_for_selector(".p-item .far small")  # how far it is: the phone knows where it is
        self.page.wait_for_function("() => navigator.serviceWorker.controller !== null")
        return self

    def kill(self) -> None:
        """The tab is gone from one moment to the next, and the phone is started again."""
        self.page.close(run_before_unload=False)
        self.open()
        self.page.wait_for_selector(".p-page")

    def go(self, where: str) -> None:
        self.page.evaluate("(where) => { location.hash = where; }", f"#/{where}")
        self.page.wait_for_function(
            "(name) => document.querySelector('#field').dataset.screen === name", arg=where.partition("/")[0]
        )

    def offline(self, on: bool = True) -> None:
        self.context.set_offline(on)

    def walk_to(self, metres: float, accuracy: float = 12) -> None:
        """There, and the phone has noticed."""
        north = GATE[0] + metres / 111_195
        self.context.set_geolocation({"latitude": north, "longitude": GATE[1], "accuracy": accuracy})
        self.until(ARRIVED, north)

    def until(self, script: str, value: Any = None, patience: float = PATIENCE) -> None:
        """Until what the script promises is true; waiting for a function of the page takes any promise for true."""
        end = time.monotonic() + patience / 1000
        while not self.page.evaluate(script, value):
            assert time.monotonic() < end, f"not within {patience:.0f} ms: {script}"
            self.page.wait_for_timeout(50)

    # --- what is on the glass ---------------------------------------------------------------------------------------

    def text(self) -> str:
        return self.page.locator("body").inner_text()

    def sees(self, *words: str) -> None:
        for word in words:
            expect(self.page.locator("body")).to_contain_text(word)

    def sees_not(self, *words: str) -> None:
        for word in words:
            expect(self.page.locator("body")).not_to_contain_text(word)

    def taps(self) -> int:
        return int(self.page.evaluate("window.taps"))

    def keys(self) -> int:
        return int(self.page.evaluate("window.keys"))

    def stored(self) -> dict[str, Any]:
        return dict(self.page.evaluate(STORED))

    def words(self) -> dict[str, str]:
        """Per record on the list of what is to be sent: its title and the key of its word."""
        rows = self.page.locator(".p-rec")
        return {row.locator("b").first.inner_text(): row.get_attribute("data-word") or "" for row in rows.all()}

    # --- taps ------------------------------------------------------------------------------------------------------

    def tap(self, selector: str) -> None:
        self.page.locator(selector).first.click()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=re.compile(name)).first.click()

    def confirm(self) -> None:
        """ "Seen, all the same", and wait until the next place is there."""
        before = self.place()
        self.tap("[data-act=confirm]")
        self.page.wait_for_function(
            "(before) => document.querySelector('#field').dataset.screen !== 'visit' || document.querySelector('[aria-current=step]')?.dataset.place !== before",
            arg=before,
        )

    def place(self) -> str:
        return self.page.locator("[aria-current=step]").get_attribute("data-place") or ""

    def start(self, code: str) -> None:
        self.go(f"home/{code}")
        self.tap(".p-btn.go")
        self.page.wait_for_selector(".p-rooms")

    def edit(self, fact: str) -> None:
        self.tap(f"[data-fact={fact}] .edit")
        self.page.wait_for_selector(f"fieldset[data-fact={fact}]")

    def answer(self, fact: str, value: str) -> None:
        self.tap(f"fieldset[data-fact={fact}] button[data-value='{value}']")

    def shutter(self) -> None:
        """Take the picture in the viewfinder that has opened by itself."""
        button = self.page.locator(".p-overlay .p-shutter")
        expect(button).to_be_enabled()
        self.page.wait_for_function("() => document.querySelector('.p-overlay video').videoWidth > 0")
        button.click()
        expect(self.page.locator(".p-overlay")).to_have_count(0)

    def sign(self, party: str) -> None:
        pad = self.page.locator(f"#slip-{party} .p-pad")
        pad.scroll_into_view_if_needed()
        box = pad.bounding_box()
        assert box
        mouse = self.page.mouse
        mouse.move(box["x"] + 40, box["y"] + 40)
        mouse.down()
        for step in range(8):
            mouse.move(box["x"] + 40 + step * 22, box["y"] + 40 + (step % 2) * 40)
        mouse.up()
        self.page.wait_for_selector(f"#slip-{party} .redo")

    def finish(self, act: str = "finish") -> None:
        """An act that ends the visit, stored when the plan of the day is back."""
        self.tap(f"[data-act={act}]")
        self.page.wait_for_function("() => document.querySelector('#field').dataset.screen === 'today'")

    def clean_visit(self, code: str) -> None:
        """A home about which everything is known and nothing has changed."""
        self.start(code)
        for _place in range(5):
            self.confirm()
        self.finish()

    def sync(self) -> None:
        self.go("sync")
        button = self.page.locator("[data-act=sync]")
        expect(button).to_be_enabled()
        with self.page.expect_request(lambda request: request.url.endswith("/me")):  # how every round begins
            button.click()
        self.page.evaluate(DRAWN)
        expect(button).to_be_enabled()
        expect(self.page.locator(".p-rec[data-word=sending]")).to_have_count(0)


def crash(phone: Phone) -> None:
    """The browser's process ends without a goodbye."""
    with contextlib.suppress(Error), phone.context.expect_event("close"):
        phone.context.new_cdp_session(phone.page).send("Browser.crash")
