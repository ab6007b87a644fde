"""The files of a document: real PDF/A with every Chinese character, the same words in Word, a clear error for a gap."""

import io
from typing import Any

import pytest
from docx import Document as OpenWord
from pypdf import PdfReader

from anju.audit.models import Entry
from anju.core.errors import Refused
from anju.documents.layout.blocks import in_words
from anju.documents.models import Document
from anju.documents.services import pdf_of, rendered, void, word_of
from anju.documents.services.files import check_code
from anju.documents.testing import NOTICE_DATA, make_area, make_document, make_user
from anju.files.models import StoredFile
from anju.files.services import open_file
from anju.jobs.models import Job
from anju.jobs.services import run_all

pytestmark = [pytest.mark.django_db, pytest.mark.needs("fonts")]

ORDER: dict[str, Any] = {
    **NOTICE_DATA, "days": 15, "law": "《中华人民共和国消防法》", "article": "第六十条第一款第三项",
    "officers": [{"name": "马建新", "certificate": "320583011"}, {"name": "吴一凡", "certificate": "320583012"}],
}  # fmt: skip
HAND_OVER = {
    "where": "市北村 302 室", "hazard": "违法建筑出租", "code": "HABCD2345", "severity": "禁租", "rule": "D02",
    "found_on": "2026-11-20", "reason": "认定属于规划部门", "reply_by": "2026-11-23",
}  # fmt: skip
REQUEST = {
    "where": "市北村 302 室", "hazards": NOTICE_DATA["hazards"], "asked": "核实用途\n依法处理", "reason": "升为二级",
    "legal_basis": "", "reply_by": "2026-11-30",
}  # fmt: skip


def _bytes(file: StoredFile) -> bytes:
    with open_file(file) as source:
        return source.read()


def _pdf_text(data: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages).replace("\n", "").replace(" ", "")


def _word_text(data: bytes) -> str:
    made = OpenWord(io.BytesIO(data))
    cells = [cell.text for table in made.tables for row in table.rows for cell in row.cells]
    return "".join([*(paragraph.text for paragraph in made.paragraphs), *cells]).replace(" ", "")


@pytest.mark.parametrize(
    ("kind", "data", "says"),
    [
        ("notice", NOTICE_DATA, ["安全隐患告知书", "灭火器不足2具", "不是行政处罚", "送达回证", "法规强制性规定"]),
        (
            "order",
            ORDER,
            [
                "责令限期改正通知书",
                "第六十条第一款第三项",
                "马建新",
                "六十日内",
                "六个月内",
                "送达之日起15日内",
                "送达回证",
            ],
        ),
        ("hand_over", HAND_OVER, ["安全隐患流转函", "HABCD2345", "认定属于规划部门"]),
        ("request", REQUEST, ["安全隐患抄告函", "核实用途", "依法处理"]),
    ],
)
def test_a11_5_both_files_say_the_same_in_chinese(kind: str, data: dict[str, Any], says: list[str]) -> None:
    row = rendered(make_document(make_area(), kind=kind, data=data))
    pdf, word = _pdf_text(_bytes(pdf_of(row))), _word_text(_bytes(word_of(row)))
    for part in [*says, row.reference.replace(" ", ""), "周桂芳"]:
        assert part in pdf, part
        assert part in word, part


def test_a11_5_the_pdf_is_for_the_archive_and_brings_its_fonts() -> None:
    data = _bytes(pdf_of(make_document(make_area())))
    reader = PdfReader(io.BytesIO(data))
    assert b"<pdfaid:part>2</pdfaid:part>" in data or "pdfaid" in str(
        reader.xmp_metadata and reader.xmp_metadata.stream
    )
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]  # type: ignore[index]
    assert fonts
    assert all("NotoSansSC" in font["/BaseFont"] for font in fonts)


def test_the_worker_makes_the_files_and_a_second_run_changes_nothing() -> None:
    row = make_document(make_area())
    assert (row.word, row.pdf) == (None, None)
    run_all()
    row = Document._base_manager.get(pk=row.pk)
    assert row.word is not None
    assert row.pdf is not None
    assert Job.objects.get().status == Job.Status.DONE
    again = rendered(Document._base_manager.get(pk=row.pk))
    assert (again.word_id, again.pdf_id) == (row.word_id, row.pdf_id)


def test_two_who_render_at_once_keep_one_file_each() -> None:
    row = make_document(make_area())
    other = Document._base_manager.get(pk=row.pk)
    rendered(row)
    rendered(other)
    assert (other.word_id, other.pdf_id) == (row.word_id, row.pdf_id)
    assert StoredFile.objects.count() == 2


def test_a_character_that_the_font_lacks_is_named_and_word_is_still_there() -> None:
    row = make_document(make_area(), addressee="王\U0002b689")
    with pytest.raises(Refused, match="U\\+2B689") as caught:
        pdf_of(row)
    assert "Word" in caught.value.instead
    assert "王\U0002b689" in _word_text(_bytes(word_of(row)))
    run_all()
    assert "U+2B689" in Job.objects.get().note


def test_the_files_of_a_void_document_say_so_and_the_old_bytes_stay_known() -> None:
    zone = make_area()
    row = rendered(make_document(zone))
    before = Document._base_manager.get(pk=row.pk)  # loaded before it was declared void, rendered after
    old = pdf_of(row).sha256
    gone = void(by=make_user(zone, is_leader=True), document=row, reason="收件人写错")
    before.word = before.pdf = None
    with pytest.raises(Refused):
        rendered(before)
    assert Document._base_manager.get(pk=row.pk).pdf is None
    assert "作废" in _pdf_text(_bytes(pdf_of(gone)))
    assert "作废" in _word_text(_bytes(word_of(gone)))
    assert Entry.objects.get(verb="document.void").before["pdf"] == old
    assert StoredFile.objects.filter(sha256=old).exists()


def test_the_check_code_changes_with_the_content() -> None:
    row = make_document(make_area())
    before = check_code(row)
    row.data = {**row.data, "place": "别处"}
    assert check_code(row) != before
    assert len(before) == 8


@pytest.mark.parametrize(("number", "words"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (31, "三十一")])
def test_days_are_written_in_words(number: int, words: str) -> None:
    assert in_words(number) == words
