"""X4: a ledger from upload to register: its rows, its columns, its files, and who may bring it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta

import pytest
import xlsxwriter
from django.utils import translation

from anju.areas.models import Area, Place
from anju.audit.models import Entry
from anju.core import time
from anju.core.errors import NotAllowed, Refused, Stale
from anju.dwellings.ledger.sample import messy_sample
from anju.dwellings.models import ColumnMemory, LedgerImport
from anju.dwellings.services import imports
from anju.dwellings.services.facts import observe
from anju.dwellings.testing import make_area, make_dwelling, make_user
from anju.dwellings.testing_ledgers import GOOD, HEAD, File, Town, bring, finish, homes, make_ledger
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


def test_x4_a_ledger_becomes_homes_with_facts_people_places_and_a_verdict(town: Town) -> None:
    ledger = bring(town, make_ledger(GOOD))
    assert (ledger.state, ledger.error) == ("preview", "")
    assert {k: ledger.counts[k] for k in ("create", "update", "same", "error")} == {
        "create": 3,
        "update": 0,
        "same": 0,
        "error": 0,
    }
    assert not homes(town.officer).exists()
    finish(ledger)
    assert ledger.state == "done"
    found = {home.address: home for home in homes(town.officer).select_related("place__parent", "landlord", "current")}
    assert set(found) == {"兰泾花苑12幢2单元302室", "兰泾花苑12幢2单元303室", "东方村3组48号"}
    flat = found["兰泾花苑12幢2单元302室"]
    assert (flat.rooms_let, flat.beds_let, flat.kind, flat.letting_state) == (3, 4, "commercial", "let")
    assert (flat.place.name, flat.place.parent.name, flat.number) == ("2单元", "12幢", "302室")
    assert flat.area == town.grid
    assert (flat.landlord.name, flat.landlord.phone) == ("周桂芳", "19900000001")
    assert flat.current.provenance["facts"]["beds_let"][2] == "import"
    assert flat.verdict == "unknown"
    assert Place.objects.filter(kind="building", parent=town.estate).count() == 1


def test_x4_the_second_import_of_a_ledger_changes_nothing_and_a_new_value_only_itself(town: Town) -> None:
    finish(bring(town, make_ledger(GOOD)))
    again = bring(town, make_ledger(GOOD))
    assert {k: again.counts[k] for k in ("create", "update", "same")} == {"create": 0, "update": 0, "same": 3}
    with pytest.raises(Refused, match="change"):
        imports.write(by=town.officer, ledger=again)
    changed = [[*GOOD[0][:4], 8, *GOOD[0][5:]], *GOOD[1:]]
    third = bring(town, make_ledger(changed))
    assert {k: third.counts[k] for k in ("update", "same", "changed_cells")} == {
        "update": 1,
        "same": 2,
        "changed_cells": 1,
    }
    row = third.rows.get(action="update")
    assert row.changes == {"beds_let": [4, 8]}
    finish(third)
    assert homes(town.officer).get(number="302室").beds_let == 8


def test_x4_other_spellings_of_an_address_find_the_same_home(town: Town) -> None:
    finish(bring(town, make_ledger(GOOD)))
    respelt = [
        ["兰泾花苑", "１２－２－３０２", *GOOD[0][2:]],
        ["兰泾花苑", "12号楼303", *GOOD[1][2:]],
        ["东方村", "3组 48 号", *GOOD[2][2:]],
    ]
    assert bring(town, make_ledger(respelt)).counts["same"] == 3


def test_x4_rows_with_errors_stay_out_and_the_good_ones_are_written_only_when_asked(town: Town) -> None:
    rows = [*GOOD, ["兰径花苑", "1幢1单元101", "民房", "三间", -2, "", ""]]
    ledger = bring(town, make_ledger(rows))
    assert (ledger.counts["error"], ledger.counts["error_cells"]) == (1, 4)
    with pytest.raises(Refused, match="errors"):
        imports.write(by=town.officer, ledger=ledger)
    finish(ledger, only_good=True)
    assert homes(town.officer).count() == 3
    bad = ledger.rows.get(action="error")
    assert {e["column"]: e["suggestion"] for e in bad.errors} == {"A": "兰泾花苑", "C": "自建房", "D": "3", "E": None}


def test_x4_equal_errors_are_corrected_together_and_checked_again(town: Town) -> None:
    rows = [["兰径花苑", f"{n}幢1单元101", "民房", 3, 4, "", ""] for n in range(1, 4)]
    ledger = bring(town, make_ledger(rows))
    for place in ("estate", "kind"):
        group = next(i for i, g in enumerate(ledger.groups) if g["target"] == place)
        assert ledger.groups[group]["count"] == 3
        imports.correct(by=town.officer, ledger=ledger, group=group, token=ledger.groups[group]["token"])
        jobs.run_all()
        ledger.refresh_from_db()
    assert (ledger.counts["error"], ledger.counts["create"]) == (0, 3)
    with pytest.raises(Stale):
        imports.correct(by=town.officer, ledger=ledger, group=0, token="gone")


def test_x4_an_address_in_another_area_is_an_error_and_is_never_written(town: Town) -> None:
    ledger = bring(town, make_ledger([["紫竹品苑", "1幢1单元101", "商品房", 3, 4, "", ""]]))
    assert [e["code"] for e in ledger.rows.get().errors] == ["estate_elsewhere"]


def test_x4_a_home_of_another_area_in_an_own_estate_is_an_error(town: Town) -> None:
    foreign = make_area("grid", parent=make_area("community", parent=town.other))
    make_dwelling(foreign, place=town.village, number="1号", address="东方村1号")
    ledger = bring(town, make_ledger([["东方村", "1号", "自建房", 3, 4, "", ""]]))
    assert [e["code"] for e in ledger.rows.get().errors] == ["dwelling_elsewhere"]


def test_x4_a_room_without_its_unit_is_matched_when_only_one_home_can_be_meant(town: Town) -> None:
    finish(bring(town, make_ledger([GOOD[0], ["兰泾花苑", "12幢1单元303", *GOOD[1][2:]], GOOD[1]])))
    ledger = bring(town, make_ledger([["兰泾花苑", "12幢302", *GOOD[0][2:]], ["兰泾花苑", "12幢303", *GOOD[1][2:]]]))
    first, second = ledger.rows.order_by("number")
    assert first.action == "same"
    assert [e["code"] for e in second.errors] == ["unit_missing"]


def test_x4_what_somebody_saw_after_the_ledgers_day_stays(town: Town) -> None:
    finish(bring(town, make_ledger(GOOD[:1])))
    home = homes(town.officer).get()
    observe(
        by=town.officer,
        dwelling=home,
        source="inspection",
        observed_at=time.now(),
        values={"facts": {"beds_let": 6}, "rooms": {}},
    )
    ledger = imports.upload(by=town.officer, upload=make_ledger(GOOD[:1]), as_of=time.today() - timedelta(days=30))
    jobs.run_all()
    ledger.refresh_from_db()
    assert ledger.counts["same"] == 1


# --- columns


def test_x4_a_doubtful_column_waits_for_confirmation_and_is_remembered(town: Town) -> None:
    head, rows = [*HEAD, "备案"], [[*line, "是"] for line in GOOD]
    ledger = bring(town, make_ledger(rows, head))
    with pytest.raises(Refused, match="H “备案”"):
        imports.write(by=town.officer, ledger=ledger)
    imports.confirm_column(by=town.officer, ledger=ledger, index=7)
    finish(ledger)
    assert homes(town.officer).get(number="302室").current.facts["guarantee_signed"] is True
    assert ColumnMemory.objects.get(area=town.area, header="备案").target == "guarantee_signed"
    again = bring(town, make_ledger(rows, head))
    assert next(c for c in again.columns["columns"] if c["label"] == "备案")["state"] == "sure"


def test_x4_a_ledger_whose_address_is_not_recognised_asks_for_its_columns(town: Town) -> None:
    head = ["甲", "乙", *HEAD[2:]]
    ledger = bring(town, make_ledger([["兰泾花苑", "东首第一家", *GOOD[0][2:]]], head))
    assert ledger.state == "columns"
    with pytest.raises(Refused, match="address"):
        imports.choose_columns(by=town.officer, ledger=ledger, targets={0: "", 1: ""})
    with pytest.raises(Refused, match="Two columns"):
        imports.choose_columns(by=town.officer, ledger=ledger, targets={0: "estate", 1: "estate"})
    imports.choose_columns(by=town.officer, ledger=ledger, targets={0: "estate", 1: "door"})
    jobs.run_all()
    ledger.refresh_from_db()
    assert ledger.state == "preview"
    assert [e["code"] for e in ledger.rows.get().errors] == ["address_unclear"]


def test_x4_sheets_with_the_same_columns_are_one_ledger_and_others_are_named(town: Town) -> None:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    for name, rows in (("一", GOOD[:2]), ("二", GOOD[2:]), ("三", GOOD[:1])):
        sheet = book.add_worksheet(name)
        for number, line in enumerate([HEAD, *rows]):
            sheet.write_row(number, 0, line)
    book.add_worksheet("说明").write_row(0, 0, ["编制", "单位"])
    book.close()
    ledger = bring(town, File(buffer.getvalue()))
    assert ledger.columns["sheets"] == ["一", "二", "三"]
    assert ledger.columns["left_out"] == ["说明"]
    assert ledger.counts["create"] == 3
    assert [e["code"] for e in ledger.rows.get(sheet="三").errors] == ["same_dwelling"]


# --- who


def test_x1_another_towns_officer_finds_no_trace_of_an_import(town: Town) -> None:
    ledger = finish(bring(town, make_ledger(GOOD)))
    assert not LedgerImport.objects.for_user(town.stranger).filter(pk=ledger.pk).exists()
    assert not homes(town.stranger).exists()


def test_x1_who_may_not_import_is_refused(town: Town) -> None:
    worker = make_user("wang", "grid", town.grid)
    with pytest.raises(NotAllowed):
        imports.upload(by=worker, upload=make_ledger(GOOD))
    with pytest.raises(NotAllowed):
        imports.upload(by=town.officer, upload=make_ledger(GOOD), area=town.other)


def test_x3_phones_and_id_numbers_are_sealed_while_they_wait(town: Town) -> None:
    ledger = bring(town, make_ledger(GOOD))
    kept = (
        str(list(ledger.rows.values_list("cells", "values", "changes", "errors")))
        + str(ledger.columns)
        + str(ledger.groups)
    )
    assert "19900000001" not in kept
    assert "199" in kept


def test_x1_an_import_stands_in_the_audit_log_with_its_digest(town: Town) -> None:
    ledger = finish(bring(town, make_ledger(GOOD)))
    entry = Entry.objects.filter(subject_id=ledger.code, verb="ledger.import").latest("id")
    assert len(entry.after["rows_sha256"]) == 64


# --- files


def test_x4_a_picture_named_xlsx_is_refused_at_upload_and_nothing_is_kept(town: Town) -> None:
    with pytest.raises(Refused, match=r"台账\.xlsx.*(picture|图片)"):
        imports.upload(by=town.officer, upload=File(b"\x89PNG\r\n\x1a\n" + b"0" * 100))
    assert not LedgerImport.objects.for_user(town.officer).exists()


def test_x4_a_damaged_file_fails_in_words(town: Town) -> None:
    ledger = bring(town, File(messy_sample()[:-2000] + messy_sample()[-1000:]))
    assert ledger.state == "failed"
    assert "damaged" in ledger.error or "zip" in ledger.error


def test_x4_the_messy_sample_goes_through(town: Town) -> None:
    ledger = bring(town, File(messy_sample()))
    assert ledger.state == "preview"
    while any(g["corrections"] for g in ledger.groups):
        group = next(i for i, g in enumerate(ledger.groups) if g["corrections"])
        imports.correct(by=town.officer, ledger=ledger, group=group, token=ledger.groups[group]["token"])
        jobs.run_all()
        ledger.refresh_from_db()
    assert ledger.counts["error"] == 2  # the day that does not exist, and -2
    for column in ledger.columns["columns"]:
        imports.confirm_column(by=town.officer, ledger=ledger, index=column["index"])
    finish(ledger, only_good=True)
    assert homes(town.officer).count() == ledger.counts["create"] == 58
    assert Area.objects.filter(kind="grid").count() == 1
