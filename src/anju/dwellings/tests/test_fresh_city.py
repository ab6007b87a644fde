"""A real city starts empty: areas and estates from a list, on the page or by the command, and then its first ledger."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import translation

from anju.areas.models import Area, Place
from anju.dwellings.models import Dwelling
from anju.dwellings.services import imports
from anju.dwellings.testing import make_area, make_user
from anju.dwellings.testing_ledgers import finish, make_ledger
from anju.jobs import services as jobs

pytestmark = pytest.mark.django_db

LIST: list[list[Any]] = [
    ["区镇", "社区（村）", "网格", "网格长", "值班电话", "小区", "类型"],
    ["周市镇", "新镇社区", "第6网格", "沈立群", 13800000000, "兰泾花苑", "动迁小区"],
    ["", "东方村", "第1网格", "", "", "东方村", "自建房"],
]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def city() -> Area:
    return make_area("city", "昆山市")


def _workbook(path: Path, rows: list[list[Any]]) -> Path:
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return path


def _run(*arguments: str) -> Any:
    out = io.StringIO()
    call_command("import_areas", *arguments, stdout=out)
    return json.loads(out.getvalue()) if "--json" in arguments else out.getvalue()


def test_a7_1_a_ledger_of_a_fresh_city_finds_the_estates_that_were_registered_before(city: Area) -> None:
    head = make_user("head", "office", city, is_leader=True)
    rows = [["兰泾花苑", "12幢2单元302", "商品房", 3, 4, "周桂芳", "19900000001"]]
    early = imports.upload(by=head, upload=make_ledger(rows))
    jobs.run_all()
    early.refresh_from_db()
    assert early.counts["error"] == 1
    client = Client(headers={"accept-language": "en"})
    client.force_login(head)
    assert "Register it first" in client.get(f"/ledger/{early.code}/").content.decode()

    text = "\n".join("\t".join(str(cell) for cell in row) for row in LIST)
    assert client.post(f"/areas/{city.code}/register/", {"text": text, "write": "1"}).status_code == 302

    ledger = imports.upload(by=head, upload=make_ledger(rows))
    jobs.run_all()
    ledger.refresh_from_db()
    finish(ledger)
    home = Dwelling.objects.for_user(head).get()
    assert (home.address, home.area.name, home.verdict) == ("兰泾花苑12幢2单元302室", "第6网格", "unknown")


def test_a7_1_the_command_says_what_would_be_registered_and_registers_it(city: Area, tmp_path: Path) -> None:
    path = str(_workbook(tmp_path / "areas.xlsx", LIST))
    counts = {"zone": 1, "community": 2, "grid": 2, "estate": 2, "leader": 0, "same": 0}
    dry = _run(path, "--dry-run", "--json")
    assert (dry | counts, dry["written"], dry["errors"]) == (dry, False, [])
    assert Area.objects.count() == 1
    wet = _run(path, "--json")
    assert (wet | counts, wet["written"]) == (wet, True)
    assert Area.objects.get(name="第6网格").leader_phone == "13800000000"
    again = _run(path)
    assert "same 2, errors 0\nnothing was written" in again
    assert Place.objects.count() == 2


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a7_1_the_command_reads_text_tables_as_offices_save_them(city: Area, tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "areas.csv"
    path.write_text("\n".join(",".join(str(cell) for cell in row) for row in LIST), encoding=encoding)
    assert _run(str(path), "--json")["estate"] == 2


def test_a7_1_the_command_names_what_is_wrong_and_writes_nothing(
    city: Area, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = [*LIST, ["张浦镇", "紫竹社区", "第2网格", "", "", "紫竹品苑", "民房"], ["=A2", "花桥社区"]]
    with pytest.raises(CommandError, match="nothing was written"):
        call_command("import_areas", str(_workbook(tmp_path / "areas.xlsx", wrong)), "--json")
    report = json.loads(capsys.readouterr().out)
    assert [(error["line"], error["value"]) for error in report["errors"]] == [(4, "民房"), (5, "A5 0")]
    assert not report["written"]
    assert Area.objects.count() == 1


def test_a7_1_the_command_refuses_a_file_that_is_no_table(city: Area, tmp_path: Path) -> None:
    path = tmp_path / "photo.xlsx"
    path.write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(CommandError, match="picture"):
        _run(str(path))
    with pytest.raises(CommandError, match="no such file"):
        _run(str(tmp_path / "gone.csv"))


def test_a7_1_the_command_says_that_a_city_begins_with_its_first_account(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="createuser"):
        _run(str(_workbook(tmp_path / "areas.xlsx", LIST)))
