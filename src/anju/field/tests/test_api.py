"""The addresses of the app: who is asked for, how refusals look, two phones, wiping."""

import hashlib
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from anju import assets
from anju.core import time
from anju.dwellings.models import Dwelling
from anju.dwellings.testing import SOUND_FACTS, SOUND_ROOM, make_dwelling, make_grid, make_user
from anju.field.models import Envelope, Phone
from anju.field.services import deciding, phones
from anju.field.testing import API, Handset, body_of, iso, make_letter
from anju.inspections.models import Visit
from anju.inspections.testing import Team, make_team

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return make_team()


@pytest.fixture
def home(team: Team) -> Dwelling:
    return make_dwelling(team.grid_area)


@pytest.fixture
def phone(team: Team) -> Handset:
    return Handset(team.grid)


def letter(home: Dwelling, **over: Any) -> dict[str, Any]:
    return make_letter(home, facts=SOUND_FACTS, rooms={"A": SOUND_ROOM}, **over)


def test_me_says_who_is_there_and_how_wrong_the_clock_is(phone: Handset, team: Team) -> None:
    told = phone.get("me", **{"X-Field-Time": iso(time.now() + timedelta(hours=24))}).json()
    assert (Phone._base_manager.get().clock_offset_s or 0) < -86_000
    assert (told["name"], told["department"], told["areas"][0]["grid"], told["wipe"]) == ("沈立群", "grid", True, False)
    assert -86_430 <= told["clock_offset_s"] <= -86_340
    assert told["csrf"]
    assert Phone._base_manager.get().user == team.grid


def test_the_answer_tells_state_hash_and_what_it_made(phone: Handset, home: Dwelling) -> None:
    sent = letter(home)
    told = phone.send(sent)
    assert (told["state"], told["settled"], told["sha256"]) == (
        "applied",
        True,
        hashlib.sha256(body_of(sent)).hexdigest(),
    )
    assert told["made"]["url"] == f"/inspections/visits/{Visit._base_manager.get().code}/"
    assert phone.get(f"envelopes/{sent['id']}").json() == told


def test_a_lost_answer_and_a_second_try_change_nothing(phone: Handset, home: Dwelling) -> None:
    sent = letter(home)
    assert phone.send(sent) == phone.send(sent)
    assert Visit._base_manager.count() == 1


def test_two_phones_of_one_account_send_their_own_records(team: Team, home: Dwelling) -> None:
    one, two = Handset(team.grid), Handset(team.grid)
    two.key = "0190b0a0-0000-7000-8000-00000000000b"
    one.send(letter(home))
    two.send(letter(home))
    assert Visit._base_manager.count() == Phone._base_manager.count() == 2
    assert {row.phone_id for row in Envelope._base_manager.all()} == set(
        Phone._base_manager.values_list("pk", flat=True)
    )


def test_one_account_on_two_phones_that_edit_one_record_is_a_conflict_the_phone_can_decide(
    phone: Handset, home: Dwelling
) -> None:
    sent = letter(home)
    phone.send(sent)
    second = phone.send({**sent, "text": "另一台手机"})
    assert (second["state"], second["settled"]) == ("conflict", False)
    open_ones = phone.get("envelopes?open=1").json()["envelopes"]
    assert [row["id"] for row in open_ones] == [sent["id"]]
    decided = phone.post(f"envelopes/{sent['id']}/decide", {"choice": "both"}).json()
    assert (decided["state"], decided["settled"]) == ("applied", True)
    assert phone.get("envelopes?open=1").json()["envelopes"] == []
    assert phone.post(f"envelopes/{sent['id']}/decide", {"choice": "both"}).status_code == 409
    assert phone.post(f"envelopes/{sent['id']}/decide", b"nonsense").status_code == 422


def test_each_phone_is_told_about_the_version_it_holds(team: Team, home: Dwelling) -> None:
    one, two = Handset(team.grid), Handset(team.grid)
    two.key = "0190b0a0-0000-7000-8000-00000000000b"
    sent = letter(home)
    first, second = one.send(sent), two.send({**sent, "text": "另一台手机"})
    row = Envelope._base_manager.get(sha256=second["sha256"])
    deciding.decide(by=team.office, envelope=row, choice="theirs")
    for handset, answer in ((one, first), (two, second)):
        told = handset.get(f"envelopes/{sent['id']}").json()
        assert (told["sha256"], told["settled"]) == (answer["sha256"], True)


def test_who_is_signed_out_is_told_so_and_not_sent_to_a_page(home: Dwelling) -> None:
    client = Client(enforce_csrf_checks=True)
    for path in ("me", "book", "grid", "envelopes"):
        answer = client.get(API + path)
        assert (answer.status_code, answer.json()["error"]) == (401, "signed_out")
    answer = client.post(f"{API}envelopes", data=body_of(letter(home)), content_type="application/json")
    assert (answer.status_code, answer.json()["error"]) == (401, "signed_out")


def test_an_old_page_token_is_told_and_the_fresh_one_works(team: Team, home: Dwelling) -> None:
    phone = Handset(team.grid, csrf=True)
    assert phone.post("envelopes", body_of(letter(home))).json()["error"] == "csrf"
    token = phone.get("me").json()["csrf"]
    assert phone.post("envelopes", body_of(letter(home)), **{"X-CSRFToken": token}).status_code == 200


def test_who_has_no_such_posting_is_refused_in_words(team: Team) -> None:
    answer = Handset(make_user(department="audit", area=team.zone)).get("grid")
    assert (answer.status_code, answer.json()["error"]) == (403, "not_allowed")
    assert answer.json()["text"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"id": 5}', b'{"id": "x"}', b"\xff\xfe", b"[" * 100_000])
def test_what_cannot_be_kept_under_a_number_is_refused_and_stays_on_the_phone(phone: Handset, body: bytes) -> None:
    answer = phone.post("envelopes", body)
    assert (answer.status_code, answer.json()["error"]) == (422, "unreadable")
    assert not Envelope._base_manager.exists()


def test_a_record_above_one_mebibyte_is_refused(phone: Handset, home: Dwelling) -> None:
    answer = phone.post("envelopes", body_of(letter(home, text="x" * (1 << 20))))
    assert (answer.status_code, answer.json()["error"]) == (413, "too_large")


def test_a_bad_record_does_not_hold_up_the_next(phone: Handset, home: Dwelling) -> None:
    foreign = make_dwelling(make_grid())
    assert phone.send(letter(foreign))["state"] == "refused"
    assert phone.send({**letter(home), "answers": 7})["state"] == "refused"
    assert phone.send(letter(home))["state"] == "applied"


def test_nobody_reads_the_record_of_somebody_else(phone: Handset, team: Team, home: Dwelling) -> None:
    sent = letter(home)
    phone.send(sent)
    for other in (team.colleague, team.stranger):
        answer = Handset(other).get(f"envelopes/{sent['id']}")
        assert (answer.status_code, answer.json()["error"]) == (404, "not_there")
    assert phone.get("envelopes/nonsense").status_code == 404


def test_a_phone_to_be_wiped_is_told_at_its_next_contact_and_confirms(phone: Handset, team: Team) -> None:
    phone.get("me", **{"X-Field-Unsent": "3", "X-Field-Oldest": iso(time.now() - timedelta(days=1))})
    row = Phone._base_manager.get()
    assert (row.unsent, row.user) == (3, team.grid)
    phones.ask_wipe(by=team.head, phone=row, reason="手机遗失")
    told = phone.get("me").json()
    assert (told["wipe"], bool(told["wipe_before"])) == (True, True)
    assert phone.get("grid").json()["error"] == "wipe"
    assert phone.post("wiped").json() == {"wiped": True}
    assert phone.get("me").status_code == 401  # its sign-in went with its data
    phone.client.force_login(team.grid)
    assert phone.get("me").json()["wipe"] is False
    row.refresh_from_db()
    assert (row.unsent, row.must_wipe) == (0, False)


def test_from_the_wish_on_the_sign_in_of_that_phone_hands_over_work_and_opens_nothing_else(
    phone: Handset, team: Team
) -> None:
    phone.get("me")
    desk = Client()
    desk.force_login(team.grid)
    row = Phone._base_manager.get()
    assert phone.client.get("/field/records/").status_code == 200
    phones.ask_wipe(by=team.head, phone=row, reason="手机遗失")
    assert phone.client.get("/field/records/").status_code == 302
    assert phone.client.get("/dwellings/").status_code == 302
    assert phone.get("book").status_code == 401
    home = make_dwelling(team.grid_area)
    assert phone.send(make_letter(home, kind="no_access"))["state"] == "applied"  # the last chance of finished work
    assert desk.get("/field/records/").status_code == 200  # the person's other sign-ins are not the phone's
    phones.spare(by=team.head, phone=row)
    assert phone.client.get("/field/records/").status_code == 200


def test_only_the_head_of_the_office_of_that_area_has_a_phone_wiped(phone: Handset, team: Team) -> None:
    phone.get("me")
    row = Phone._base_manager.get()
    elsewhere = make_user(department="office", area=make_grid(), is_leader=True)
    for person in (team.grid, team.office, team.police, elsewhere):
        with pytest.raises(Exception, match=r"posting|no such phone|职|没有|手机"):
            phones.ask_wipe(by=person, phone=row, reason="丢了")
    row.refresh_from_db()
    assert row.wipe_asked_at is None


def test_the_rule_book_comes_with_the_module_that_judges(phone: Handset) -> None:
    book = phone.get("book").json()
    module = phone.client.get(book["module"])
    assert (module.status_code, module["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    assert "immutable" in module["Cache-Control"]
    assert b"export function judge" in module.content
    assert b"eval(" not in module.content
    names = {question["name"] for question in book["questions"]["room"]}
    assert {"alarm", "area", "let"} <= names
    assert book["rules"]["R09"]["days"] >= 0
    assert phone.client.get("/field/rulebook-current.mjs").content == module.content
    assert phone.client.get("/field/rulebook-old.mjs").status_code == 404


# --- the shell ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("field.js", "field.css", "field-sw.js"):
        (tmp_path / name).write_text("// made for the test")
    monkeypatch.setattr(assets, "VENDOR", tmp_path)
    return tmp_path


def test_the_app_opens_without_a_session_and_shows_no_data(bundle: Path, home: Dwelling) -> None:
    page = Client().get("/field/")
    text = page.content.decode()
    assert page.status_code == 200
    assert "vendor/field.js" in text
    assert home.address not in text
    assert not re.search(r"<script(?![^>]*src=)|\sstyle=|\son\w+=", text)


def test_the_worker_may_serve_the_app_and_is_never_kept_by_a_cache(bundle: Path) -> None:
    worker = Client().get("/field/sw.js")
    assert (worker["Service-Worker-Allowed"], worker["Cache-Control"]) == ("/field/", "no-cache")
    first, rest = worker.content.decode().split("\n", 1)
    told = json.loads(first.removeprefix("self.ANJU_FIELD = ").rstrip(";"))
    assert any("field.js" in name for name in told["files"])
    assert rest == "// made for the test"


def test_the_manifest_names_the_scope(bundle: Path) -> None:
    manifest = Client().get("/field/manifest.webmanifest")
    assert manifest["Content-Type"] == "application/manifest+json"
    assert (manifest.json()["scope"], manifest.json()["display"]) == ("/field/", "standalone")


def test_without_the_bundle_the_page_says_so_and_the_worker_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assets, "VENDOR", tmp_path)
    page, worker = Client().get("/field/"), Client().get("/field/sw.js")
    assert (page.status_code, worker.status_code) == (503, 503)
    assert "field.js" in page.content.decode()
