"""A person at a browser who notices what is wrong with a page: errors in the console, blocked parts, failed requests,
a page wider than the telephone, English words in Chinese.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Request, Response, ViewportSize

from tests.browser import PATIENCE

DESK: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}

# Latin words that belong into Chinese text: names of formats, units and the product; every other one was forgotten.
LATIN = {
    "anju", "word", "excel", "pdf", "csv", "xlsx", "xls", "docx", "json", "zip", "sha", "utf", "gbk", "jpeg", "jpg", "png",
    "webp", "wps", "esc", "id", "ip", "api", "sql", "yaml", "totp", "english", "cm", "mm", "kg", "kw", "kwh", "ma", "mb", "kb", "app",
}  # fmt: skip
WORD = re.compile(r"(?<![A-Za-z0-9_./:@#-])[A-Za-z]{2,}(?![A-Za-z0-9_@/.-]*[0-9_@/])")
# Text that people read: what is shown, and what is read aloud or shown on pointing. Machine text stands in `code`.
READ = """() => {
  const skip = new Set(["CODE", "KBD", "PRE", "SCRIPT", "STYLE", "TEMPLATE", "NOSCRIPT"]);
  const out = [];
  const walk = node => {
    if (node.nodeType === 3) { const text = node.data.trim(); if (text) out.push(text); return; }
    if (node.nodeType !== 1 || skip.has(node.tagName) || node.closest("[lang=en], .a-code, [data-foreign]")) return;
    for (const name of ["aria-label", "title", "placeholder", "alt", "data-label"])
      if (node.getAttribute(name)) out.push(node.getAttribute(name));
    if (node.tagName === "INPUT" && ["submit", "button"].includes(node.type)) out.push(node.value);
    for (const child of node.childNodes) walk(child);
  };
  out.push(document.title); walk(document.body); return out;
}"""
# The widest things first: whoever reads the failure knows what to shrink.
WIDE = """() => {
  const limit = document.documentElement.clientWidth;
  const inside = node => { for (let up = node.parentElement; up; up = up.parentElement) {
    const flow = getComputedStyle(up).overflowX; if (flow !== "visible" && up !== document.body && up !== document.documentElement) return true; } return false; };
  const found = [...document.querySelectorAll("body *")].filter(node => {
    const box = node.getBoundingClientRect();
    return box.width && box.right > limit + 1 && getComputedStyle(node).position !== "fixed" && !inside(node); });
  const over = document.documentElement.scrollWidth - limit;
  return over > 0 ? [over + " px: " + found.slice(0, 4).map(node => node.tagName + "." + node.className).join(", ")] : [];
}"""


def english_words(texts: list[str]) -> list[str]:
    """Latin words in these texts that nobody translated, each with the text around it."""
    found = []
    for text in texts:
        strange = [word for word in WORD.findall(text) if word.lower() not in LATIN and not word.isupper()]
        if strange:
            found.append(f"{', '.join(strange)}: “{text[:80]}”")
    return found


@dataclass
class Visitor:
    """One signed-in person. `wrong` collects what was noticed, with the address; `look()` adds what a page shows."""

    name: str
    base: str
    page: Page
    wrong: list[str] = field(default_factory=list)
    expected: set[int] = field(default_factory=set)
    seen: dict[str, str] = field(default_factory=dict)

    def watch(self) -> None:
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self._note(f"script error: {error}"))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._response)
        self.page.on("dialog", lambda dialog: dialog.accept())

    def _note(self, text: str) -> None:
        self.wrong.append(f"{self.name} {self.page.url.removeprefix(self.base)}: {text}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        if "Failed to load resource" in message.text:
            return  # told with its address and status by the response itself
        self._note(f"console {message.type}: {message.text}")

    def _failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # a download or a page that was left
            self._note(f"request failed: {request.url} {request.failure}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self._note(f"{response.request.method} {response.url.removeprefix(self.base)} answered {response.status}")

    # --- moving about ----------------------------------------------------------------------------------------------

    def go(self, address: str, *, status: int = 200) -> None:
        self.expected.add(status)
        answer = self.page.goto(address if address.startswith("http") else self.base + address)
        assert answer is not None
        assert answer.status == status, (
            f"{self.name} {address}: {answer.status}, expected {status}\n{self.text()[:1500]}"
        )
        self.expected.discard(status)
        self.look()

    def press(self, name: str, *, status: int = 0, where: Any = None, exact: bool = False) -> None:
        """Click the button or link of this name and wait for the page that follows."""
        self.expected |= {status} if status else set()
        inside = where or self.page.locator("main")
        button = inside.get_by_role("button", name=name, exact=exact).or_(
            inside.get_by_role("link", name=name, exact=exact)
        )
        with self.page.expect_navigation():
            button.first.click()
        self.expected -= {status} if status else set()
        self.look()

    def text(self) -> str:
        return self.page.locator("body").inner_text()

    def sees(self, *words: str) -> None:
        shown = self.text()
        missing = [word for word in words if word not in shown]
        assert not missing, f"{self.name} {self.page.url}: {missing} not in\n{shown[:3000]}"

    # --- noticing --------------------------------------------------------------------------------------------------

    def look(self) -> None:
        """What the page now shown does wrong, on the desk and on the telephone."""
        for _turn in range(5):
            try:
                self._look()
                return
            except Error as error:
                if "Execution context was destroyed" not in error.message:
                    raise
        raise AssertionError(f"{self.name} {self.page.url}: the page loads itself again and again")

    def _look(self) -> None:
        self.page.wait_for_load_state("load")
        language = self.page.locator("html").get_attribute("lang")
        if language != "zh-CN":
            self._note(f"html lang is {language}")
        for line in english_words(self.page.evaluate(READ)):
            self._note(f"not Chinese: {line}")
        self.page.set_viewport_size(PHONE)
        for line in self.page.evaluate(WIDE):
            self._note(f"wider than the telephone: {line}")
        self.page.set_viewport_size(DESK)
        self.seen[self.page.url.removeprefix(self.base)] = self.page.title()


def sign_in(browser: Browser, base: str, name: str, password: str) -> Visitor:
    """A context of its own for each person: cookies are not shared."""
    context: BrowserContext = browser.new_context(
        viewport=DESK,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        accept_downloads=True,
    )
    context.set_default_timeout(PATIENCE)
    visitor = Visitor(name, base, context.new_page())
    visitor.watch()
    visitor.go("/accounts/login/")
    visitor.page.locator("input[name=login]").fill(name)
    visitor.page.locator("input[name=password]").fill(password)
    with visitor.page.expect_navigation():
        visitor.page.locator("main form button[type=submit]").first.click()
    visitor.look()
    assert "/accounts/login/" not in visitor.page.url, f"{name} could not sign in: {visitor.text()[:500]}"
    return visitor
