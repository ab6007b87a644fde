"""The open internet at the portal: tried codes, hostile files, foreign frames, forged forms, broken policies.

Limits on reports, one-time codes and lookups have their own tests beside what they limit.
"""

import io
import json
import logging
import struct
import zlib
from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image
from pytest_django import Settings

from anju.dwellings.models import Occupant
from anju.files.models import StoredFile
from anju.files.services import open_file
from anju.inspections.testing import make_hazard
from anju.portal.models import DoorNote, Report
from anju.portal.testing import LANDLORD, TENANT, House, come_in, make_house

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> House:
    return make_house()


# --- hostile files --------------------------------------------------------------------------------------------------------


def jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), 90).save(out, "JPEG")
    return out.getvalue()


def png_that_claims(width: int, height: int) -> bytes:
    """A few hundred bytes that would unpack to gigabytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 60_000, 9)) + chunk(b"IEND", b"")


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
FILES = {
    "an svg named jpg": SVG,
    "a page named jpg": b"<!doctype html><script>alert(1)</script>",
    "a gif with a script": b"GIF89a/*" + b"\0" * 20 + b"*/=1;alert(1)",
    "a bomb": png_that_claims(40_000, 40_000),
    "half a photo": jpeg()[:200],
    "nothing": b"",
}


@pytest.mark.parametrize("what", FILES)
@pytest.mark.parametrize("who", ["a stranger's report", "a landlord's proof"])
def test_a_hostile_file_is_refused_in_words_and_nothing_is_kept(house: House, what: str, who: str) -> None:
    upload = SimpleUploadedFile("x.jpg", FILES[what], content_type="image/jpeg")
    before = StoredFile.objects.count()
    if who.startswith("a stranger"):
        where, data = f"/p/home/{house.sign}/report/", {"token": "t", "kinds": ["gas"], "where_kind": "home"}
        answer = Client().post(where, {**data, "photos": upload})
    else:
        hazard = make_hazard(by=house.worker, dwelling=house.home)
        answer = come_in(LANDLORD).post(f"/p/put-right/{hazard.code}/", {"text": "换了", "photos": upload})
    assert answer.status_code == 422
    assert 'class="err' in answer.content.decode()
    assert (StoredFile.objects.count(), Report._base_manager.count()) == (before, 0)


def test_a_photo_with_a_script_behind_it_is_kept_without_the_script(house: House) -> None:
    both = jpeg() + b"<script>alert(document.cookie)</script>PK\x03\x04"
    upload = SimpleUploadedFile("x.jpg", both, content_type="image/jpeg")
    data = {"token": "t", "kinds": ["gas"], "where_kind": "home", "photos": upload}
    assert Client().post(f"/p/home/{house.sign}/report/", data).status_code == 302
    file = Report._base_manager.get().photos.get().file
    with open_file(file) as kept:
        stored = kept.read()
    assert b"script" not in stored
    assert b"PK" not in stored[-80:]


def test_a_file_beyond_the_limit_is_refused_and_not_kept(house: House, settings: Settings) -> None:
    settings.ANJU_MAX_PHOTO_MB = 1
    upload = SimpleUploadedFile("x.jpg", jpeg() + b"\0" * 1_500_000, content_type="image/jpeg")
    data = {"token": "t", "kinds": ["gas"], "where_kind": "home", "photos": upload}
    assert Client().post(f"/p/home/{house.sign}/report/", data).status_code == 422
    assert not Report._base_manager.exists()


# --- frames, forms, policies ----------------------------------------------------------------------------------------------


def answers(house: House) -> Iterator[tuple[str, object]]:
    """Answers of every sort and status that strangers, tenants, landlords and inspectors meet."""
    stranger, landlord, tenant, worker = Client(), come_in(LANDLORD), come_in(TENANT), Client()
    worker.force_login(house.worker)
    sign, home = house.sign, house.home.code
    for where in ("/p/", f"/q/{sign}/", "/q/WRONG/", f"/p/home/{sign}/", f"/p/home/{sign}/report/", f"/p/home/{sign}/tenant/",
                  f"/p/home/{sign}/message/", "/p/report/", "/p/report/WRONG/", "/p/sign-in/", "/p/texts/privacy/", "/p/me/",
                  "/field/", "/field/sw.js", "/field/manifest.webmanifest", "/field/api/v1/me", "/p/nowhere/"):  # fmt: skip
        yield where, stranger.get(where)
    yield "csrf", Client(enforce_csrf_checks=True).post("/p/sign-in/", {"phone": LANDLORD})
    yield "405", stranger.delete("/p/")
    for where in ("/p/me/", f"/p/mine/{home}/", f"/p/mine/{home}/guarantee/", f"/p/living/{home}/"):
        yield where, landlord.get(where)
    yield "living", tenant.get(f"/p/living/{home}/")
    for where in ("/field/api/v1/me", "/field/api/v1/book", "/field/records/", f"/q/{sign}/"):
        yield where, worker.get(where)


def test_every_answer_carries_the_strict_policy_and_may_stand_in_no_frame(house: House) -> None:
    seen = set()
    for where, answer in answers(house):
        policy = answer.get("Content-Security-Policy", "")  # type: ignore[attr-defined]
        for part in ("default-src 'self'", "frame-ancestors 'none'", "object-src 'none'", "base-uri 'none'", "form-action 'self'", "report-uri /csp/"):  # fmt: skip
            assert part in policy, (where, part, policy)
        assert "unsafe" not in policy, where
        assert answer.get("X-Frame-Options") == "DENY", where  # type: ignore[attr-defined]
        assert answer.get("X-Content-Type-Options") == "nosniff", where  # type: ignore[attr-defined]
        seen.add(answer.status_code)  # type: ignore[attr-defined]
    assert {200, 302, 401, 403, 404, 405} <= seen


def test_a_form_without_its_token_changes_nothing(house: House) -> None:
    hazard = make_hazard(by=house.worker, dwelling=house.home)
    landlord = come_in(LANDLORD, enforce_csrf_checks=False)
    landlord.handler.enforce_csrf_checks = True
    stranger = Client(enforce_csrf_checks=True)
    tried = [
        (stranger, f"/p/home/{house.sign}/report/"), (stranger, f"/p/home/{house.sign}/message/"), (stranger, f"/q/{house.sign}/here/"),
        (stranger, "/p/sign-in/"), (landlord, f"/p/put-right/{hazard.code}/"), (landlord, f"/p/mine/{house.home.code}/invite/"),
        (landlord, "/p/sign-out/"),
    ]  # fmt: skip
    for browser, where in tried:
        assert browser.post(where, {"token": "t", "text": "x", "phone": LANDLORD}).status_code == 403, where
    assert not Report._base_manager.exists()
    assert not DoorNote._base_manager.exists()
    assert landlord.get("/p/me/").status_code == 200


def test_what_the_policy_stopped_is_logged_without_codes_and_limited(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    report = {"effective-directive": "script-src-elem", "blocked-uri": "https://evil.example/x.js?k=13800001234", "document-uri": f"https://anju.example/q/{house.sign}/?a=1"}  # fmt: skip
    body, browser = json.dumps({"csp-report": report}), Client(enforce_csrf_checks=True)
    with caplog.at_level(logging.WARNING):
        sent = [browser.post("/csp/", body, content_type="application/csp-report").status_code for _turn in range(25)]
    lines = [line.getMessage() for line in caplog.records if "content policy" in line.getMessage()]
    assert set(sent) == {204}
    assert lines == ["content policy stopped script-src-elem from evil.example on scan:scan"] * 20
    assert house.sign not in caplog.text
    assert "13800001234" not in caplog.text


@pytest.mark.parametrize(
    "body", ["", "[]", "null", '{"csp-report": 1}', '{"csp-report": {"effective-directive": "x\\ny"}}', "[" * 5000]
)
def test_what_is_no_report_of_a_browser_is_answered_with_nothing(body: str, caplog: pytest.LogCaptureFixture) -> None:
    assert Client().post("/csp/", body, content_type="application/csp-report").status_code == 204
    assert "\ny" not in caplog.text


def test_a_report_of_a_browser_that_is_too_long_is_refused() -> None:
    assert Client().post("/csp/", "x" * 9000, content_type="application/csp-report").status_code == 413


# --- who lives there ------------------------------------------------------------------------------------------------------


def test_x3_a_public_page_costs_the_same_whether_or_not_somebody_lives_there(house: House) -> None:
    """The same questions to the database, so that no time tells."""
    sign = house.sign
    pages = [f"/q/{sign}/"] + [f"/p/home/{sign}/{page}/" for page in ("report", "tenant", "convention", "message")]

    def cost() -> list[int]:
        found = []
        for page in pages:
            with CaptureQueriesContext(connection) as asked:
                Client().get(page)
            found.append(len(asked))
        return found

    cost()  # what is read once is read
    lived_in = cost()
    Occupant._base_manager.all().delete()
    type(house.home)._base_manager.filter(pk=house.home.pk).update(people=0)
    assert cost() == lived_in
