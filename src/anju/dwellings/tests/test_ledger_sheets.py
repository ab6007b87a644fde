"""X4: what a file is, and what is refused before any of it is believed."""

from __future__ import annotations

import io
import struct
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import xlsxwriter
from django.utils import translation

from anju.dwellings.ledger import child, sheets
from anju.dwellings.ledger.problems import REFUSALS, Refused
from anju.dwellings.ledger.sample import messy_sample

pytestmark = pytest.mark.nodatabase


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Messages are compared in English; their Chinese has its own test."""
    with translation.override("en"):
        yield


def workbook(fill: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    fill(book)
    book.close()
    return buffer.getvalue()


def archive(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as zf:
        for name, data in members.items():
            zf.writestr(name, data)
    return buffer.getvalue()


def ole(stream: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + stream.encode("utf-16-le") + b"\0" * 600


def with_member(name: str, data: bytes) -> bytes:
    buffer = io.BytesIO(messy_sample())
    with zipfile.ZipFile(buffer, "a") as zf:
        zf.writestr(name, data)
    return buffer.getvalue()


def refusal(tmp_path: Path, data: bytes, name: str = "ledger.xlsx") -> str:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(Refused) as caught:
        sheets.open_ledger(path)
    assert str(caught.value)  # every parameter of the sentence is there
    return caught.value.code


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n", "empty"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "picture"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 100, "picture"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "picture"),
        (b"%PDF-1.7\n", "pdf"),
        (b"MZ\x90\0\3\0", "program"),
        (b"Rar!\x1a\x07", "archive"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "web_page"),
        (b"<?xml version='1.0'?><Workbook/>", "xml_table"),
        (archive({"word/document.xml": b"<x/>"}), "word"),
        (archive({"ppt/presentation.xml": b"<x/>"}), "slides"),
        (archive({"xl/workbook.bin": b"\0"}), "binary_workbook"),
        (archive({"a.txt": b"hello"}), "archive"),
        (ole("EncryptedPackage"), "password"),
        (ole("WordDocument"), "word"),
        (ole("Workbook") + "_VBA_PROJECT_CUR".encode("utf-16-le"), "macros"),
        (ole("SomethingElse"), "unknown"),
        (ole("Workbook"), "damaged"),
        (b"PK\x03\x04 cut off", "damaged"),
        (messy_sample()[:-3000], "damaged"),
    ],
    ids=lambda value: value if isinstance(value, str) else "file",  # archives hold the time, and names must not
)  # fmt: skip
def test_x4_what_is_no_table_is_refused_by_its_content_whatever_its_name(
    tmp_path: Path, data: bytes, code: str
) -> None:
    assert refusal(tmp_path, data) == code


def test_x4_a_file_of_200_mb_is_refused_by_its_size_at_once(tmp_path: Path) -> None:
    path = tmp_path / "huge.xlsx"
    with path.open("wb") as file:
        file.truncate(200 * 1024**2)
    started = time.perf_counter()
    with pytest.raises(Refused, match="200") as caught:
        sheets.open_ledger(path)
    assert caught.value.code == "too_big"
    assert time.perf_counter() - started < 1


def test_x4_macros_are_refused_and_the_way_out_is_named(tmp_path: Path) -> None:
    assert refusal(tmp_path, with_member("xl/vbaProject.bin", b"\0")) == "macros"
    assert ".xlsx" in str(REFUSALS["macros"])


def test_x4_a_zip_bomb_is_refused_from_its_directory(tmp_path: Path) -> None:
    bomb = with_member("xl/worksheets/sheet9.xml", b"\0" * (child.RATIO_FROM + 1024**2))
    compressed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(bomb)) as old, zipfile.ZipFile(compressed, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            new.writestr(member.filename, old.read(member))
    assert refusal(tmp_path, compressed.getvalue()) == "zip_ratio"


def test_x4_an_archive_that_lies_about_its_size_is_found_out(tmp_path: Path) -> None:
    data = bytearray(messy_sample())
    name = b"xl/worksheets/sheet1.xml"
    central = data.rfind(name) - 46
    assert data[central : central + 4] == b"PK\x01\x02"
    size = struct.unpack("<I", data[central + 24 : central + 28])[0]
    data[central + 24 : central + 28] = struct.pack("<I", size - 100)
    assert refusal(tmp_path, bytes(data)) == "zip_lies"


def test_x4_xml_entities_are_refused(tmp_path: Path) -> None:
    assert (
        refusal(tmp_path, with_member("xl/worksheets/extra.xml", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'))
        == "doctype"
    )


def test_x4_too_many_parts_are_refused(tmp_path: Path) -> None:
    members = {"xl/workbook.xml": b"<x/>"} | {f"p{n}": b"" for n in range(child.MAX_MEMBERS)}
    assert refusal(tmp_path, archive(members)) == "zip_members"


def test_x4_a_cell_in_the_far_corner_is_refused_and_does_not_exhaust_memory(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("a")
        sheet.write(0, 0, "x")
        sheet.write(1048575, 16383, "x")

    assert refusal(tmp_path, workbook(fill)) == "too_heavy"


def test_x4_rows_and_columns_are_capped_and_the_sheet_is_named(tmp_path: Path) -> None:
    path = tmp_path / "wide.xlsx"
    path.write_bytes(workbook(lambda book: book.add_worksheet("宽").write_row(0, 0, ["x"] * 201)))
    with pytest.raises(Refused, match="宽") as caught:
        sheets.open_ledger(path)
    assert caught.value.code == "too_many_columns"
    path.write_bytes(workbook(lambda book: book.add_worksheet("长").write_column(0, 0, ["x"] * 30)))
    with pytest.raises(Refused, match="30") as caught:
        sheets.open_ledger(path, max_rows=20)
    assert caught.value.code == "too_many_rows"


def test_x4_cells_keep_the_place_they_have_in_the_office(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet("空")
        sheet = book.add_worksheet("台账")
        sheet.write(3, 2, "x")
        sheet.write(3, 3, 3.0)
        sheet.write(3, 4, True)
        sheet.merge_range(5, 2, 6, 2, "y")
        book.add_worksheet("藏").hide()

    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook(fill))
    (sheet,) = sheets.open_ledger(path)
    assert sheet.name == "台账"
    assert sheet.rows[3] == ["", "", "x", 3, "TRUE"]
    assert sheet.merged == [(5, 2, 6, 2)]


def test_x4_formulas_are_marked_by_what_can_be_known_of_them(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("a")
        sheet.write_formula(0, 0, "=1+1", None, 2)
        sheet.write_formula(0, 1, "='[1]Other'!A1", None, 5)
        sheet.write_formula(0, 2, "=NA()", None, "#N/A")
        sheet.write(0, 3, "plain")

    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook(fill))
    (sheet,) = sheets.open_ledger(path)
    assert sheet.rows[0][0] == 2
    assert sheet.marks == {(0, 0): "formula", (0, 1): "formula_outside", (0, 2): "cell_error"}


TEXT = "小区,门牌,性质\r\n兰泾花苑,12幢2单元302,商品房\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_x4_text_tables_are_read_in_the_encodings_offices_use(tmp_path: Path, encoding: str, separator: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(TEXT.replace(",", separator).encode(encoding))
    (sheet,) = sheets.open_ledger(path)
    assert sheet.rows[1] == ["兰泾花苑", "12幢2单元302", "商品房"]


def test_x4_text_that_is_in_no_known_encoding_is_refused_with_its_line(tmp_path: Path) -> None:
    assert refusal(tmp_path, "小区,门牌\n".encode() + b"\xff\xff\xff,1\n", "a.csv") == "encoding"


def test_x4_a_quotation_mark_that_never_closes_is_refused_not_read_as_one_cell(tmp_path: Path) -> None:
    assert refusal(tmp_path, b'a,b\n"' + b"x" * 200_000, "a.csv") == "broken_csv"
