"""A resident's form with photos on a line that breaks: nothing is typed or photographed twice, and the page without its script
still works."""

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from anju import assets

pytestmark = [pytest.mark.browser, pytest.mark.nodatabase]
PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>上报</title><script defer src="/portal.js"></script>
<form class="page" method="post" enctype="multipart/form-data"><input type="hidden" name="token" value="once">
<div class="snap"><input type="file" name="photos" multiple data-photos></div><textarea name="text"></textarea>
<button name="do" value="add">提交</button></form></html>"""


class Server(ThreadingHTTPServer):
    """Breaks the first `broken` sendings after it has read them, as a lost answer does."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.broken, self.complaint = 0, False
        self.reports: list[bytes] = []


class Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, format: str, *arguments: object) -> None:
        pass

    def _send(self, status: int, body: bytes, kind: str, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        if self.path == "/portal.js":
            self._send(200, (Path(assets.ensure()) / "portal.js").read_bytes(), "text/javascript")
        else:
            self._send(200, b"thanks" if self.path == "/thanks/" else PAGE.encode(), "text/html; charset=utf-8")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.reports.append(body)
        if len(self.server.reports) <= self.server.broken:
            self.close_connection = True
            self.connection.shutdown(2)
        elif self.server.complaint:
            self._send(422, "<!doctype html><title>缺</title>还缺一项".encode(), "text/html; charset=utf-8")
        else:
            self._send(302, b"", "text/html", Location="/thanks/")


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    Image.effect_noise((2400, 1800), 60).convert("RGB").save(path, "JPEG", quality=95)
    return path


def fill(browser: Browser, server: Server, photo: Path, *, script: bool = True) -> Page:
    page = browser.new_context(java_script_enabled=script, locale="zh-CN").new_page()
    page.goto(f"http://127.0.0.1:{server.server_port}/")
    page.set_input_files("[name=photos]", photo)
    if script:
        page.wait_for_selector(".shots canvas")
    page.fill("textarea", "三楼楼道有电动车充电")
    return page


def test_a_form_whose_line_breaks_goes_again_by_itself_with_the_same_token_and_photo(
    browser: Browser, server: Server, photo: Path
) -> None:
    server.broken = 2
    page = fill(browser, server, photo)
    page.click("button")
    page.wait_for_selector(".net:not([hidden])")
    assert "照片和文字都还在" in page.inner_text(".net")
    page.wait_for_url("**/thanks/")
    parts = [re.sub(rb"------WebKitFormBoundary\w+", b"", body) for body in server.reports]
    assert len(parts) == 3
    assert parts[0] == parts[1] == parts[2]
    assert b'name="token"\r\n\r\nonce' in parts[0]
    assert b'name="do"\r\n\r\nadd' in parts[0]
    assert len(parts[0]) < 1_000_000 < photo.stat().st_size  # shrunk on the phone


def test_what_is_missing_is_said_by_the_page_of_the_server(browser: Browser, server: Server, photo: Path) -> None:
    server.complaint = True
    page = fill(browser, server, photo)
    page.click("button")
    page.wait_for_selector("text=还缺一项")


def test_without_the_script_the_browser_sends_it(browser: Browser, server: Server, photo: Path) -> None:
    page = fill(browser, server, photo, script=False)
    page.click("button")
    page.wait_for_url("**/thanks/")
    assert len(server.reports) == 1
