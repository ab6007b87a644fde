"""X4: a ledger from upload to register and back, whole or not at all."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import xlsxwriter
from django.utils import translation

from anju.accounts.models import User
from anju.areas.models import Area, Place
from anju.audit.models import Entry
from anju.core import time
from anju.core.errors import NotAllowed, Refused, Stale
from anju.dwellings import search
from anju.dwellings.ledger.sample import messy_sample
from anju.dwellings.models import ColumnMemory, Dwelling, LedgerImport, Observation, Party
from anju.dwellings.services import imports
from anju.dwellings.services.facts import observe
from anju.dwellings.services.imports import jobs as steps
from anju.dwellings.services.imports.changing import Part
from anju.dwellings.services.imports.writing import Shown, Staged, Writer
from anju.dwellings.testing import make_area, make_dwelling, make_estate, make_user
from anju.jobs import services as jobs
from anju.jobs.models import Job
from anju.jobs.pacing import Pace

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Messages are compared in English; their Chinese has its own test."""
    with translation.override("en"):
        yield


HEAD = ["小区", "门牌", "房屋类别", "出租间数", "床位数", "房东", "房东电话"]
GOOD = [
    ["兰泾花苑", "12幢2单元302", "商品房", 3, 4, "周桂芳", "19900000001"],
    ["兰泾花苑", "12#-2-303", "商品房", 2, 2, "沈宝根", "19900000002"],
    ["东方村", "三组48号", "自建房", 6, 9, "顾阿四", "19900000003"],
]


class File(io.BytesIO):
    """What Django hands over for an upload."""

    def __init__(self, data: bytes, name: str = "周市镇台账.xlsx") -> None:
        super().__init__(data)
        self.name, self.size = name, len(data)


def make_ledger(rows: list[list[Any]], head: list[str] | None = None) -> File:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    sheet = book.add_worksheet("台账")
    for number, line in enumerate([head or HEAD, *rows]):
        sheet.write_row(number, 0, line)
    book.close()
    return File(buffer.getvalue())


class Town:
    """Zhoushi with three estates, its officer, and another town with one estate."""

    def __init__(self) -> None:
        city = make_area("city", "昆山市")
        self.area = make_area("zone", "周市镇", parent=city)
        self.grid = make_area("grid", "第 2 网格", parent=make_area("community", "兰泾社区", parent=self.area))
        self.estate = make_estate(self.grid, "兰泾花苑", "resettlement")
        self.village = make_estate(self.grid, "东方村", "rural")
        make_estate(self.grid, "珠江村", "rural")
        self.other = make_area("zone", "高新区", parent=city)
        self.foreign = make_estate(make_area("community", "紫竹社区", parent=self.other), "紫竹品苑")
        self.officer = make_user("lu", "office", self.area)
        self.stranger = make_user("qian", "office", self.other)


@pytest.fixture
def town() -> Town:
    return Town()


def bring(town: Town, file: File, by: User | None = None) -> LedgerImport:
    """Upload and let the jobs run."""
    ledger = imports.upload(by=by or town.officer, upload=file)
    jobs.run_all()
    ledger.refresh_from_db()
    return ledger


def finish(ledger: LedgerImport, *, only_good: bool = False) -> LedgerImport:
    imports.write(by=ledger.created_by, ledger=ledger, only_good=only_good)
    jobs.run_all()
    ledger.refresh_from_db()
    return ledger


def homes(user: User) -> Any:
    return Dwelling.objects.for_user(user).order_by("address")


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


# --- whole or not at all


DRAFT, STAGE, SHOW, CHANGE = (Writer, "draft"), (Staged, "write"), (Shown, "write"), (Part, "write")


def fail_at(monkeypatch: pytest.MonkeyPatch, step: tuple[type, str], call: int, error: BaseException) -> None:
    """Let one step of the writing fail at its nth call, once, after it did its work."""
    owner, method = step
    plain, calls = getattr(owner, method), [0]

    def failing(*args: Any) -> Any:
        calls[0] += 1
        done = plain(*args)
        if calls[0] == call:
            raise error
        return done

    monkeypatch.setattr(owner, method, failing)
    one_row_at_a_time(monkeypatch)


def one_row_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "PACES", {name: Pace(first=1, most=1) for name in steps.PACES})


def die(job_kind: str) -> None:
    """Run the job until the process dies, then let its lease run out."""
    with pytest.raises(KeyboardInterrupt):
        jobs.run_all()
    steps._writers.clear()
    steps._checked.clear()
    Job.objects.filter(kind=job_kind, status="running").update(lease_until=time.now() - timedelta(seconds=1))


@pytest.mark.parametrize("step", [DRAFT, STAGE, SHOW])
def test_x4_a_killed_import_goes_on_where_it_stopped_and_writes_no_row_twice(
    town: Town, monkeypatch: pytest.MonkeyPatch, step: tuple[type, str]
) -> None:
    ledger = bring(town, make_ledger(GOOD))
    fail_at(monkeypatch, step, 2, KeyboardInterrupt())
    imports.write(by=town.officer, ledger=ledger)
    die("ledger-write")
    if step != SHOW:
        assert not homes(town.officer).exists()
    jobs.run_all()
    ledger.refresh_from_db()
    assert ledger.state == "done"
    assert homes(town.officer).count() == 3
    assert Observation.objects.for_user(town.officer).count() == 3
    assert Party.objects.for_user(town.officer).count() == 3


def test_x4_a_killed_check_starts_again_and_keeps_every_row_once(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    one_row_at_a_time(monkeypatch)
    plain, calls = steps.row_of, [0]

    def dying(*args: Any) -> Any:
        calls[0] += 1
        if calls[0] == 2:
            raise KeyboardInterrupt
        return plain(*args)

    monkeypatch.setattr(steps, "row_of", dying)
    ledger = imports.upload(by=town.officer, upload=make_ledger(GOOD))
    die("ledger-check")
    jobs.run_all()
    ledger.refresh_from_db()
    assert ledger.state == "preview"
    assert [row.number for row in ledger.rows.order_by("number")] == [2, 3, 4]


@pytest.mark.parametrize(("step", "call"), [(DRAFT, 2), (STAGE, 2), (CHANGE, 1), (SHOW, 2)])
def test_x4_an_import_that_cannot_be_finished_leaves_nothing(
    town: Town, monkeypatch: pytest.MonkeyPatch, step: tuple[type, str], call: int
) -> None:
    finish(bring(town, make_ledger(GOOD[:1])))
    before = homes(town.officer).get().current.facts
    places = Place.objects.count()
    changed = [[*GOOD[0][:4], 8, *GOOD[0][5:]], *GOOD[1:]]
    ledger = bring(town, make_ledger(changed))
    fail_at(monkeypatch, step, call, Refused("The disk is full."))
    finish(ledger)
    assert (ledger.state, "The disk is full." in ledger.error) == ("failed", True)
    assert homes(town.officer).get().current.facts == before
    assert Place.objects.count() == places
    assert Dwelling._base_manager.count() == 1
    assert Party._base_manager.count() == 1


def test_x4_an_address_that_was_registered_meanwhile_stops_the_whole_import(town: Town) -> None:
    ledger = bring(town, make_ledger(GOOD))
    finish(bring(town, make_ledger([GOOD[2]])))
    finish(ledger)
    assert ledger.state == "failed"
    assert [home.address for home in homes(town.officer)] == ["东方村3组48号"]


def test_x4_pressing_write_twice_writes_once(town: Town) -> None:
    ledger = bring(town, make_ledger(GOOD))
    twin = LedgerImport.objects.for_user(town.officer).get(pk=ledger.pk)
    imports.write(by=town.officer, ledger=ledger)
    with pytest.raises(Stale, match="Being written"):
        imports.write(by=town.officer, ledger=twin)
    jobs.run_all()
    assert homes(town.officer).count() == 3
    assert Job.objects.filter(kind="ledger-write").count() == 1


def test_x4_imported_homes_are_found_by_search_and_undone_ones_no_more(town: Town) -> None:
    ledger = finish(bring(town, make_ledger(GOOD)))
    assert [home.number for home in search.find(town.officer, "兰泾花苑 303")] == ["303室"]
    assert [home.number for home in search.find(town.officer, "周桂芳")] == ["302室"]
    imports.undo(by=town.officer, ledger=ledger)
    jobs.run_all()
    assert search.find_ids(town.officer, "兰泾花苑") == []


def test_x4_a_home_that_somebody_changes_while_a_ledger_is_written_is_read_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish(bring(town, make_ledger(GOOD[:1])))
    ledger = bring(town, make_ledger([[*GOOD[0][:4], 8, *GOOD[0][5:]]]))
    home, plain, calls = homes(town.officer).get(), Part.write, [0]

    def late(part: Part) -> bool:
        calls[0] += 1
        if calls[0] == 1:
            seen = {"facts": {"rcd": True}, "rooms": {}}
            observe(by=town.officer, dwelling=home, source="inspection", observed_at=time.now(), values=seen)
        return plain(part)

    monkeypatch.setattr(Part, "write", late)
    finish(ledger)
    home = homes(town.officer).get()
    assert (calls[0], home.beds_let) == (2, 8)
    assert (home.current.facts["rcd"], home.current.facts["beds_let"]) == (True, 8)


def test_x4_one_landlord_of_several_homes_is_one_party_however_the_rows_are_written_together(town: Town) -> None:
    rows = [[*GOOD[0][:1], f"12幢2单元30{n}", *GOOD[0][2:]] for n in range(1, 4)]
    finish(bring(town, make_ledger(rows)))
    assert Party.objects.for_user(town.officer).count() == 1
    moved = [[*row[:6], "19900000077"] for row in rows]
    ledger = finish(bring(town, make_ledger(moved)))
    assert Party.objects.for_user(town.officer).get().phone == "19900000077"
    imports.undo(by=town.officer, ledger=ledger)
    jobs.run_all()
    assert Party.objects.for_user(town.officer).get().phone == "19900000001"


# --- undo


def test_x4_an_import_can_be_undone_and_leaves_what_was_there_before(town: Town) -> None:
    finish(bring(town, make_ledger(GOOD[:1])))
    home = homes(town.officer).get()
    before, landlord = home.current.facts, home.landlord
    changed = [[*GOOD[0][:4], 8, "吴国平", "19900000009"], *GOOD[1:]]
    ledger = finish(bring(town, make_ledger(changed)))
    assert homes(town.officer).count() == 3
    imports.undo(by=town.officer, ledger=ledger)
    jobs.run_all()
    ledger.refresh_from_db()
    assert ledger.state == "undone"
    home = homes(town.officer).get()
    assert (home.current.facts, home.landlord, home.beds_let) == (before, landlord, 4)
    assert not Party._base_manager.filter(name__in=["沈宝根", "顾阿四"]).exists()
    assert not Place.objects.filter(parent=town.village).exists()


def test_x4_a_changed_phone_is_put_back_by_an_undo(town: Town) -> None:
    finish(bring(town, make_ledger(GOOD[:1])))
    ledger = finish(bring(town, make_ledger([[*GOOD[0][:6], "19900000099"]])))
    assert Party._base_manager.get().phone == "19900000099"
    imports.undo(by=town.officer, ledger=ledger)
    jobs.run_all()
    assert Party._base_manager.get().phone == "19900000001"


def test_x4_an_import_on_which_work_was_built_is_not_undone_and_the_work_is_named(town: Town) -> None:
    ledger = finish(bring(town, make_ledger(GOOD)))
    home = homes(town.officer).first()
    observe(
        by=town.officer,
        dwelling=home,
        source="inspection",
        observed_at=time.now(),
        values={"facts": {"rcd": True}, "rooms": {}},
    )
    with pytest.raises(Refused, match="observations: 1"):
        imports.undo(by=town.officer, ledger=ledger)
    assert homes(town.officer).count() == 3


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
