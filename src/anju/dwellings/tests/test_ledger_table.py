"""X4: finding the table, guessing its columns, checking its rows, correcting and handing back."""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from anju.dwellings.ledger import columns, correct, export, header, rows, sheets
from anju.dwellings.ledger.problems import Refused
from anju.dwellings.ledger.sample import messy_sample
from anju.dwellings.ledger.wording import key

pytestmark = pytest.mark.nodatabase


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Messages are compared in English; their Chinese has its own test."""
    with translation.override("en"):
        yield


TODAY = datetime.date(2026, 11, 22)
PLACES = rows.Places("周市镇", frozenset({"兰泾花苑", "东方村", "珠江村"}), frozenset({"紫竹品苑"}))


def make_sheet(
    *lines: list[Any],
    merged: list[tuple[int, int, int, int]] | None = None,
    marks: dict[tuple[int, int], str] | None = None,
) -> sheets.Sheet:
    return sheets.Sheet("台账", [list(line) for line in lines], merged or [], marks or {})


def targets(table: header.Table) -> dict[int, str]:
    return {g.column: g.target for g in columns.guess(table, TODAY) if g.target}


def check(
    sheet: sheets.Sheet, corrections: rows.Corrections | None = None, places: rows.Places | None = PLACES
) -> list[rows.Row]:
    table = header.find_table(sheet)
    return rows.validate(table, targets(table), today=TODAY, places=places, corrections=corrections)


HEAD = ["小区", "门牌", "房屋类别", "间数", "床位"]
GOOD = ["兰泾花苑", "12幢2单元302", "商品房", 3, 4]


def open_bytes(tmp_path: Path, data: bytes) -> sheets.Sheet:
    path = tmp_path / "ledger.xlsx"
    path.write_bytes(data)
    return sheets.open_ledger(path)[0]


# --- header


def test_x4_the_header_is_found_below_titles_and_notes() -> None:
    sheet = make_sheet(["周市镇出租房台账"], ["填报单位：周市镇安居办", "", "11月"], [], HEAD, GOOD)
    table = header.find_table(sheet)
    assert (table.top, table.depth) == (3, 1)


def test_x4_two_header_rows_become_one_name_per_column() -> None:
    sheet = make_sheet(
        ["台账"], ["小区", "门牌", "出租人", "", "房屋", ""], ["", "", "姓名", "电话", "类别", "间数"],
        ["兰泾花苑", "12幢2单元302", "周桂芳", "19900000001", "商品房", 3],
        merged=[(0, 0, 0, 5), (1, 0, 2, 0), (1, 1, 2, 1), (1, 2, 1, 3), (1, 4, 1, 5)],
    )  # fmt: skip
    table = header.find_table(sheet)
    assert (table.top, table.depth) == (1, 2)
    assert targets(table) == {
        0: "estate",
        1: "door",
        2: "landlord_name",
        3: "landlord_phone",
        4: "kind",
        5: "rooms_let",
    }


def test_x4_two_header_rows_are_understood_without_merge_marks() -> None:
    sheet = make_sheet(
        ["小区", "门牌", "出租人", ""], ["", "", "姓名", "电话"], ["兰泾花苑", "12幢2单元302", "周桂芳", "19900000001"]
    )
    assert targets(header.find_table(sheet)) == {0: "estate", 1: "door", 2: "landlord_name", 3: "landlord_phone"}


def test_x4_totals_signatures_notes_and_repeated_headers_are_no_dwellings() -> None:
    sheet = make_sheet(
        HEAD, GOOD, ["合计", "", "", 3, 4], [], HEAD, ["东方村", "三组48号", "自建房", 6, 9], ["东方村小计", "", "", 6, 9],
        [3, "总计", "", 9, 13], ["填表人：陆晓岚", "", "审核："], ["注：面积为使用面积"],
    )  # fmt: skip
    assert [row.number for row in check(sheet)] == [2, 6]


def test_x4_a_sheet_without_a_header_or_without_rows_is_refused() -> None:
    with pytest.raises(Refused, match="header"):
        header.find_table(make_sheet([1, 2, 3], [4, 5, 6]))
    with pytest.raises(Refused) as caught:
        check(make_sheet(HEAD))
    assert caught.value.code == "no_rows"


def test_x4_same_as_above_and_merged_cells_repeat_what_stands_above() -> None:
    sheet = make_sheet(
        HEAD, GOOD, ["同上", "12幢2单元303", "〃", 3, 4], ["东方村", "三组48号", "自建房", 6, 9], ["", "三组50号", "″", 8, 11],
        merged=[(3, 0, 4, 0)],
    )  # fmt: skip
    found = check(sheet)
    assert not any(row.errors for row in found)
    assert [row.address.estate for row in found if row.address] == ["兰泾花苑", "兰泾花苑", "东方村", "东方村"]
    assert [row.values["kind"] for row in found] == ["commercial", "commercial", "rural", "rural"]


def test_x4_same_as_above_in_the_first_row_is_a_mistake() -> None:
    (row,) = check(make_sheet(HEAD, ["兰泾花苑", "12幢2单元302", "同上", 3, 4]))
    assert [error.problem.code for error in row.errors] == ["nothing_above"]


# --- columns


def test_x4_what_is_certain_is_taken_and_what_is_not_is_asked() -> None:
    sheet = make_sheet(
        ["序号", "小区/村", "门牌", "户型", "备案", "面积（㎡）*"], [1, "兰泾花苑", "12幢2单元302", 1, "是", 67.8]
    )
    state = {g.label: (g.target, g.state) for g in columns.guess(header.find_table(sheet), TODAY)}
    assert state["小区/村"] == ("estate", "sure")
    assert state["户型"] == ("living_room_splits", "ask")
    assert state["备案"] == ("guarantee_signed", "ask")
    assert state["序号"] == (None, "none")
    assert next(v for k, v in state.items() if k.startswith("面积")) == ("area", "sure")


def test_x4_a_column_with_a_poor_name_is_recognised_by_what_it_holds() -> None:
    sheet = make_sheet(["小区", "甲", "乙"], *[["兰泾花苑", f"{n}幢1单元101", f"1990000000{n}"] for n in range(1, 9)])
    guesses = {g.letter: g for g in columns.guess(header.find_table(sheet), TODAY)}
    assert (guesses["B"].target, guesses["B"].state) == ("door", "ask")
    assert (guesses["C"].target, guesses["C"].state) == ("landlord_phone", "ask")


def test_x4_one_target_goes_to_one_column() -> None:
    sheet = make_sheet(["小区", "门牌", "面积", "使用面积"], ["兰泾花苑", "12幢2单元302", 70, 65])
    taken = [g.target for g in columns.guess(header.find_table(sheet), TODAY) if g.target]
    assert len(taken) == len(set(taken))


def test_x4_a_remembered_mapping_is_certain() -> None:
    table = header.find_table(make_sheet(["小区", "门牌", "户型", "间数"], ["兰泾花苑", "12幢2单元302", 1, 3]))
    guesses = {g.label: g for g in columns.guess(table, TODAY, remembered={key("户型"): "rooms_let", key("间数"): ""})}
    assert (guesses["户型"].target, guesses["户型"].state) == ("rooms_let", "sure")
    assert guesses["间数"].target is None


def test_x4_letters_are_those_of_the_spreadsheet() -> None:
    assert [columns.letter(n) for n in (0, 25, 26, 51, 52, 701, 702)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]


# --- rows


def test_x4_every_error_names_sheet_row_column_value_and_what_is_expected() -> None:
    (row,) = check(make_sheet(["台账"], HEAD, ["兰径花苑", "12幢2单元402", "民房", "三间", -2]))
    found = {error.reference: (error.value, error.problem.code, error.problem.suggestion) for error in row.errors}
    assert found == {
        "A3": ("兰径花苑", "estate_unknown", "兰泾花苑"),
        "C3": ("民房", "choice", "自建房"),
        "D3": ("三间", "whole_number", "3"),
        "E3": ("-2", "too_small", None),
    }
    assert {error.sheet for error in row.errors} == {"台账"}
    assert "周市镇" in next(error.text for error in row.errors if error.column == "A")


def test_x4_an_estate_of_another_area_is_refused_as_such() -> None:
    (row,) = check(make_sheet(HEAD, ["紫竹品苑", *GOOD[1:]]))
    assert [error.problem.code for error in row.errors] == ["estate_elsewhere"]


def test_x4_a_row_twice_is_counted_once_and_a_contradiction_is_asked_about() -> None:
    found = check(
        make_sheet(HEAD, GOOD, ["兰泾花苑", "12#-2-302", "商品房", 3, 4], ["兰泾花苑", "12-2-302", "商品房", 3, 8])
    )
    assert found[1].repeats == 2
    assert [error.problem.code for error in found[2].errors] == ["same_dwelling"]


def test_x4_parts_of_an_address_in_columns_of_their_own_are_put_together() -> None:
    sheet = make_sheet(
        ["小区", "幢号", "单元", "室号"],
        ["兰泾花苑", "12幢", 2, 302],
        ["兰泾花苑", "12#", "2单元", "0303室"],
        ["东方村", "三组48号", "", ""],
    )
    assert [row.address.text for row in check(sheet) if row.address] == [
        "兰泾花苑12幢2单元302室",
        "兰泾花苑12幢2单元303室",
        "东方村3组48号",
    ]


def test_x4_an_address_in_one_column_is_split() -> None:
    (row,) = check(make_sheet(["地址", "间数"], ["周市镇兰泾花苑12号楼2单元302", 3]))
    assert row.address is not None
    assert (row.address.town, row.address.estate, row.address.door.place) == ("周市镇", "兰泾花苑", "12幢")


@pytest.mark.parametrize(
    ("line", "code"),
    [(["", "", "商品房", 3, 4], "address_missing"), (["", "12幢302", "商品房", 3, 4], "estate_missing"), (["兰泾花苑", "", "商品房", 3, 4], "door_missing"),
     (["兰泾花苑", "见附件", "商品房", 3, 4], "address_unclear")],
)  # fmt: skip
def test_x4_an_address_that_is_not_whole_is_a_mistake(line: list[Any], code: str) -> None:
    row = check(make_sheet(HEAD, line))[0]
    assert [error.problem.code for error in row.errors] == [code]


def test_x4_a_formula_is_refused_in_its_cell_and_accepted_only_when_somebody_says_so() -> None:
    sheet = make_sheet(
        HEAD, GOOD, ["兰泾花苑", "12幢2单元303", "商品房", 5, 6], marks={(1, 3): "formula", (2, 3): "formula"}
    )
    found = check(sheet)
    assert [[error.problem.code for error in row.errors] for row in found] == [["formula"], ["formula"]]
    (group,) = correct.group_errors(found)
    assert group.count == 2
    again = check(sheet, correct.corrections_of(group))
    assert [row.values["rooms_let"] for row in again] == [3, 5]


def test_x4_a_formula_in_a_totals_row_harms_nobody() -> None:
    (row,) = check(make_sheet(HEAD, GOOD, ["合计", "", "", 3, 4], marks={(2, 3): "formula"}))
    assert not row.errors


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.one_of(st.text(max_size=8), st.integers(-5, 10**18), st.sampled_from(["同上", "兰泾花苑", "12-2-302", "合计", "=1+1"])), min_size=5, max_size=5), min_size=1, max_size=12))  # fmt: skip
def test_x4_no_content_breaks_a_preview(lines: list[list[Any]]) -> None:
    table = header.Table(make_sheet(HEAD, *lines), 0, 1, tuple(HEAD))
    try:
        found = rows.validate(
            table, {0: "estate", 1: "door", 2: "kind", 3: "rooms_let", 4: "beds_let"}, today=TODAY, places=PLACES
        )
    except Refused:  # only totals, notes and blank rows were drawn
        return
    assert all(row.errors or row.address is not None for row in found)
    assert openpyxl.load_workbook(io.BytesIO(export.bad_rows((table, found))))


# --- correcting and handing back


def test_x4_equal_mistakes_are_corrected_together() -> None:
    lines = [["兰泾花苑", f"{n}幢1单元101", "民房" if n < 4 else "商品房", "三间", 2] for n in range(1, 6)]
    sheet = make_sheet(HEAD, *lines)
    groups = {(g.target, g.value): g for g in correct.group_errors(check(sheet))}
    assert groups["kind", "民房"].count == 3
    fixes = correct.corrections_of(groups["kind", "民房"])
    again = check(sheet, fixes)
    assert [row.values.get("kind") for row in again[:3]] == ["rural"] * 3
    assert {error.target for row in again for error in row.errors} == {"rooms_let"}


def test_x4_a_misspelt_estate_is_corrected_inside_a_whole_address_too() -> None:
    sheet = make_sheet(["地址", "间数"], ["兰径花苑12幢2单元302", 3])
    fixes = correct.corrections_of(correct.group_errors(check(sheet))[0])
    (row,) = check(sheet, fixes)
    assert not row.errors
    assert row.address is not None
    assert row.address.text == "兰泾花苑12幢2单元302室"


def test_x4_bad_rows_come_back_with_their_reason_and_can_be_read_again(tmp_path: Path) -> None:
    sheet = open_bytes(tmp_path, messy_sample())
    table = header.find_table(sheet)
    found = rows.validate(table, targets(table), today=TODAY, places=PLACES)
    data = export.bad_rows((table, found))
    back = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    assert back.max_row - 1 == sum(1 for row in found if row.errors)
    line = next(cells for cells in back.iter_rows(min_row=2) if cells[3].value == "民房")
    assert "自建房" in str(line[-1].value)
    assert line[3].border.left.style == "medium"
    assert line[2].border.left.style is None
    again = open_bytes(tmp_path, data)
    reread = rows.validate(header.find_table(again), targets(header.find_table(again)), today=TODAY, places=PLACES)
    assert len(reread) == back.max_row - 1


@given(st.text(max_size=20), st.sampled_from(list("=+-@\t\r\n\x00")))
def test_x4_nothing_handed_back_can_run_as_a_formula(text: str, start: str) -> None:
    sheet = make_sheet(["小区", "门牌", "备注"], ["无此小区", "1幢1单元101", start + text])
    table = header.find_table(sheet)
    data = export.bad_rows((table, rows.validate(table, {0: "estate", 1: "door"}, today=TODAY, places=PLACES)))
    cell = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0].cell(2, 3)
    assert cell.data_type != "f"
    assert cell.quotePrefix or cell.value is None or not str(cell.value).startswith(tuple("=+-@\t\r\n"))


def test_x4_the_messy_sample_is_always_the_same_and_shows_everything_an_office_does(tmp_path: Path) -> None:
    assert messy_sample() == messy_sample()
    sheet = open_bytes(tmp_path, messy_sample())
    table = header.find_table(sheet)
    assert table.top == 2
    guesses = columns.guess(table, TODAY)
    assert {g.state for g in guesses} == {"sure", "ask", "none"}
    found = rows.validate(table, targets(table), today=TODAY, places=PLACES)
    codes = {error.problem.code for row in found for error in row.errors}
    assert codes == {"choice", "whole_number", "estate_unknown", "no_such_day", "too_small"}
    assert any(row.repeats for row in found)
    assert {row.address.estate for row in found if row.address} >= {"兰泾花苑", "东方村", "珠江村"}


def test_x4_the_empty_template_is_recognised_column_by_column(tmp_path: Path) -> None:
    sheet = open_bytes(tmp_path, export.template())
    guesses = columns.guess(header.find_table(sheet), TODAY)
    assert [g.target for g in guesses] == list(export.TEMPLATE)
