"""X4: the import's pages and its command, for who may and who may not."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import translation

from anju.accounts.models import User
from anju.dwellings.ledger.sample import messy_sample
from anju.dwellings.models import Dwelling, LedgerImport
from anju.dwellings.services import imports
from anju.dwellings.testing import make_user
from anju.dwellings.testing_ledgers import GOOD, HEAD, File, Town, bring, finish, make_ledger
from anju.jobs import services as jobs

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Messages are compared in English; their Chinese has its own test."""
    with translation.override("en"):
        yield


@pytest.fixture
def town() -> Town:
    return Town()


def at(user: User, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(user)
    return client


def send(client: Client, data: bytes, name: str = "台账.xlsx", day: str = "2026-01-05") -> Any:
    return client.post("/ledger/new/", {"file": SimpleUploadedFile(name, data), "as_of": day}, follow=True)


BAD = [*GOOD, ["兰径花苑", "1幢1单元101", "民房", "三间", -2, "", ""]]


def test_x4_an_officer_goes_from_upload_to_written_homes_by_the_pages_alone(town: Town) -> None:
    client = at(town.officer)
    waiting = send(client, make_ledger(GOOD).getvalue())
    assert "Opening the file" in waiting.content.decode()
    page = waiting.redirect_chain[-1][0]
    jobs.run_all()
    assert client.get(f"{page}progress/")["HX-Refresh"] == "true"
    preview = client.get(page).content.decode()
    assert "all 3 rows are good" in preview
    assert "12幢2单元302" in preview
    assert client.post(f"{page}write/").status_code == 302
    jobs.run_all()
    assert "Written: 3 new homes" in client.get(page).content.decode()
    assert Dwelling.objects.for_user(town.officer).count() == 3
    assert client.post(f"{page}undo/").status_code == 302
    jobs.run_all()
    assert "Undone" in client.get(page).content.decode()


def test_x4_the_preview_outlines_wrong_cells_and_groups_equal_errors(town: Town) -> None:
    ledger = bring(town, make_ledger(BAD))
    client = at(town.officer, "zh-hans")
    page = client.get(f"/ledger/{ledger.code}/").content.decode()
    assert page.count('aria-invalid="true"') == 4
    assert "写入前先看：3 行可写入，1 行要改" in page
    assert "应填“商品房”或“自建房”" in page
    assert 'class="e"' in page
    assert "12幢2单元302" not in page  # errors come first, with their neighbours only
    everything = client.get(f"/ledger/{ledger.code}/?show=all").content.decode()
    assert "12幢2单元302" in everything
    group = next(i for i, g in enumerate(ledger.groups) if g["target"] == "kind")
    client.post(f"/ledger/{ledger.code}/correct/{group}/", {"token": ledger.groups[group]["token"]})
    jobs.run_all()
    assert client.get(f"/ledger/{ledger.code}/").content.decode().count('aria-invalid="true"') == 3


def test_x4_a_change_shows_old_and_new(town: Town) -> None:
    finish(bring(town, make_ledger(GOOD)))
    ledger = bring(town, make_ledger([[*GOOD[0][:4], 8, *GOOD[0][5:]]]))
    page = at(town.officer).get(f"/ledger/{ledger.code}/").content.decode()
    assert "<s>4</s> 8" in page


def test_x4_columns_are_chosen_on_a_page(town: Town) -> None:
    ledger = bring(town, make_ledger(GOOD, ["甲", "乙", *HEAD[2:]]))
    client = at(town.officer)
    if ledger.state == "columns":
        assert "The address was not recognised" in client.get(f"/ledger/{ledger.code}/").content.decode()
    refused = client.post(f"/ledger/{ledger.code}/columns/", {"column-0": "", "column-1": ""})
    assert refused.status_code == 422
    assert "Without an address" in refused.content.decode()
    client.post(f"/ledger/{ledger.code}/columns/", {"column-0": "estate", "column-1": "door", "column-2": "kind"})
    jobs.run_all()
    ledger.refresh_from_db()
    assert (ledger.state, ledger.counts["create"]) == ("preview", 3)
    assert client.get(f"/ledger/{ledger.code}/columns/").status_code == 200


def test_x4_a_doubtful_column_is_confirmed_with_one_press(town: Town) -> None:
    ledger = bring(town, make_ledger([[*line, "是"] for line in GOOD], [*HEAD, "备案"]))
    client = at(town.officer)
    assert "for you to confirm" in client.get(f"/ledger/{ledger.code}/").content.decode()
    assert client.post(f"/ledger/{ledger.code}/write/").status_code == 409
    client.post(f"/ledger/{ledger.code}/columns/7/confirm/")
    assert client.post(f"/ledger/{ledger.code}/write/").status_code == 302


def test_x4_bad_rows_are_downloaded_with_their_reason(town: Town) -> None:
    ledger = bring(town, make_ledger(BAD))
    answer = at(town.officer).get(f"/ledger/{ledger.code}/bad-rows.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert sheet.max_row == 2
    assert "兰泾花苑" in str(sheet.cell(2, sheet.max_column).value)


def test_x4_template_and_sample_are_workbooks(town: Town) -> None:
    client = at(town.officer)
    for name in ("template", "sample"):
        assert openpyxl.load_workbook(io.BytesIO(client.get(f"/ledger/{name}.xlsx").content)).worksheets


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_x4_every_step_has_its_page(town: Town, language: str) -> None:
    client = at(town.officer, language)
    assert client.get("/ledger/").status_code == 200
    assert client.get("/ledger/new/").status_code == 200
    ledger = bring(town, make_ledger(BAD))
    for state in LedgerImport.State.values:
        LedgerImport.objects.for_user(town.officer).filter(pk=ledger.pk).update(state=state)
        assert client.get(f"/ledger/{ledger.code}/").status_code == 200, state
        assert client.get(f"/ledger/{ledger.code}/progress/").status_code == 200, state
    assert ledger.name in client.get("/ledger/").content.decode()


def test_x4_a_wrong_file_is_refused_on_the_form_and_a_broken_one_on_its_page(town: Town) -> None:
    client = at(town.officer)
    refused = send(client, b"\x89PNG\r\n\x1a\n" + b"0" * 99)
    assert refused.status_code == 422
    assert "picture" in refused.content.decode()
    assert "empty" in send(client, b"").content.decode()
    page = send(client, messy_sample()[:-3000]).redirect_chain
    assert page == []  # cut off at its end it is no archive any more
    future = send(client, messy_sample(), day="2999-01-01")
    assert "future" in future.content.decode()


def test_x4_a_refused_ledger_says_why_in_the_readers_language(town: Town) -> None:
    ledger = bring(town, File(b"1,2\n3,4\n", "a.csv"))
    assert ledger.state == "failed"
    assert "No header row" in at(town.officer).get(f"/ledger/{ledger.code}/").content.decode()
    assert "表头" in at(town.officer, "zh-hans").get(f"/ledger/{ledger.code}/").content.decode()


ADDRESSES = ["", "progress/", "columns/", "bad-rows.xlsx"]
POSTS = ["columns/", "columns/1/confirm/", "correct/0/", "write/", "give-up/", "undo/"]


def test_x1_another_towns_officer_gets_404_at_every_address_of_an_import(town: Town) -> None:
    ledger = bring(town, make_ledger(BAD))
    client = at(town.stranger)
    for address in ADDRESSES:
        assert client.get(f"/ledger/{ledger.code}/{address}").status_code == 404, address
    for address in POSTS:
        assert client.post(f"/ledger/{ledger.code}/{address}").status_code == 404, address
    assert ledger.name not in client.get("/ledger/").content.decode()
    assert ledger.rows.count() == 4


def test_x1_a_grid_worker_may_not_import_and_nobody_without_signing_in(town: Town) -> None:
    worker = at(make_user("wang", "grid", town.grid))
    for address in ("/ledger/", "/ledger/new/", "/ledger/template.xlsx"):
        assert worker.get(address).status_code == 403
        assert Client().get(address).status_code == 302


def test_x4_giving_up_deletes_the_rows(town: Town) -> None:
    ledger = bring(town, make_ledger(BAD))
    answer = at(town.officer).post(f"/ledger/{ledger.code}/give-up/", follow=True)
    assert "Nothing was written" in answer.content.decode()
    jobs.run_all()
    assert not ledger.rows.exists()


# --- the command


def run(*arguments: str) -> Any:
    out = io.StringIO()
    call_command("import_ledger", *arguments, stdout=out)
    return json.loads(out.getvalue()) if "--json" in arguments else out.getvalue()


def test_x4_the_command_says_what_would_be_written_and_writes_it(town: Town, tmp_path: Path) -> None:
    path = tmp_path / "ledger.xlsx"
    path.write_bytes(make_ledger(BAD).getvalue())
    dry = run(str(path), "--dry-run", "--json")
    assert {k: dry[k] for k in ("rows", "create", "update", "same", "written")} == {
        "rows": 4,
        "create": 3,
        "update": 0,
        "same": 0,
        "written": False,
    }
    assert {"sheet", "row", "column", "value", "message"} <= dry["errors"][0].keys()
    assert not Dwelling.objects.for_user(town.officer).exists()
    wet = run(str(path), "--json")
    assert (wet["create"], wet["written"]) == (3, True)
    assert Dwelling.objects.for_user(town.officer).count() == 3
    again = run(str(path), "--json")
    assert (again["same"], again["written"]) == (3, False)


def test_x4_the_command_refuses_with_the_reason(town: Town, tmp_path: Path) -> None:
    path = tmp_path / "photo.xlsx"
    path.write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(CommandError, match="picture|图片"):
        run(str(path), "--dry-run")
    with pytest.raises(CommandError, match="no such file"):
        run(str(tmp_path / "none.xlsx"))
    with pytest.raises(CommandError, match="nobody"):
        run(str(path), "--user", "nobody")


def test_x4_the_command_acts_within_a_persons_area(town: Town, tmp_path: Path) -> None:
    path = tmp_path / "ledger.xlsx"
    path.write_bytes(make_ledger(GOOD).getvalue())
    assert len(run(str(path), "--json", "--dry-run", "--user", "qian")["errors"]) == 3
    with pytest.raises(Exception, match="posting|岗位"):
        imports.upload(by=make_user("wu", "", None), upload=make_ledger(GOOD))
