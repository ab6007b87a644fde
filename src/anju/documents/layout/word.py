"""The same paper as a Word file, which the office can print with its own fonts and seal."""

import io
from typing import Any

from docx import Document as NewDocument
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from anju.documents.layout.blocks import Paper, Say, Table, receipt_rows

TEXT, HEAD = "仿宋", "黑体"  # on every office machine
RED = RGBColor(0xB3, 0x26, 0x1E)
LINE_MM = 156


def _font(run: Any, name: str, size: float, *, bold: bool = False, colour: RGBColor | None = None) -> None:
    run.font.name, run.font.size, run.bold = name, Pt(size), bold
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)  # noqa: SLF001  # python-docx has no setter
    if colour is not None:
        run.font.color.rgb = colour


def _say(into: Any, text: str, *, font: str = TEXT, size: float = 14, align: Any = None, **style: Any) -> Any:
    paragraph = into.add_paragraph()
    paragraph.paragraph_format.space_after = Pt(style.pop("after", 0))
    paragraph.paragraph_format.line_spacing = style.pop("line", 1.5)
    if style.pop("indent", False):
        paragraph.paragraph_format.first_line_indent = Pt(size * 2)
    if align is not None:
        paragraph.alignment = align
    _font(paragraph.add_run(text), font, size, **style)
    return paragraph


def _rule_below(paragraph: Any) -> None:
    borders, bottom = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "12"), ("space", "4"), ("color", "B3261E")):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    paragraph._p.get_or_add_pPr().append(borders)  # noqa: SLF001  # python-docx has no borders


def _cell(cell: Any, text: str, *, bold: bool = False, size: float = 10.5) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    _font(paragraph.add_run(text), HEAD if bold else TEXT, size, bold=bold)


def _table(into: Any, block: Table) -> None:
    table = into.add_table(rows=1, cols=len(block.head), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for cell, text in zip(table.rows[0].cells, block.head, strict=True):
        _cell(cell, text, bold=True)
    mark = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(mark)  # noqa: SLF001  # the head is repeated on the next page
    for row in block.rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            _cell(cell, text)
    whole = sum(block.widths)
    for row in table.rows:
        for cell, width in zip(row.cells, block.widths, strict=True):
            cell.width = Mm(LINE_MM * width / whole)


def _receipt(into: Any, paper: Paper) -> None:
    into.add_page_break()
    centre = WD_ALIGN_PARAGRAPH.CENTER
    _say(into, paper.body, font=HEAD, size=16, align=centre, colour=RED)
    _say(into, "送达回证", font=HEAD, size=22, align=centre, bold=True, after=8)
    table = into.add_table(rows=0, cols=2, style="Table Grid")
    table.autofit = False
    for name, value in receipt_rows(paper):
        row = table.add_row()
        row.height = Mm(13)
        for cell, text, width in zip(row.cells, (name, value), (52, LINE_MM - 52), strict=True):
            cell.width = Mm(width)
            _cell(cell, text, size=12)


def _end(into: Any, paper: Paper, qr_png: bytes) -> None:
    right = WD_ALIGN_PARAGRAPH.RIGHT
    _say(into, paper.body, align=right, after=0)
    _say(into, paper.day, align=right)
    _say(into, "（印　章）", size=10.5, align=right, after=6)
    if paper.contact:
        _say(into, paper.contact, size=10.5, line=1.2)
    into.add_picture(io.BytesIO(qr_png), width=Mm(22))
    _say(into, f"扫码核对文号与校验码　编号 {paper.code}　校验码 {paper.check}", size=9, line=1.2)


def word(paper: Paper, qr_png: bytes) -> bytes:
    made = NewDocument()
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(32), Mm(28)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    made.core_properties.title, made.core_properties.author = paper.title, paper.body
    centre = WD_ALIGN_PARAGRAPH.CENTER
    if paper.void:
        _say(made, f"作废　{paper.void}", font=HEAD, size=36, align=centre, bold=True, colour=RED)
    _rule_below(_say(made, paper.body, font=HEAD, size=16, align=centre, colour=RED))
    _say(made, paper.title, font=HEAD, size=22, align=centre, bold=True)
    _say(made, paper.reference, size=12, align=WD_ALIGN_PARAGRAPH.RIGHT, after=6)
    _say(made, f"{paper.addressee}：", bold=True)
    for block in paper.blocks:
        if isinstance(block, Table):
            _table(made, block)
        else:
            _block(made, block)
    _end(made, paper, qr_png)
    if paper.receipt:
        _receipt(made, paper)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _block(into: Any, block: Say) -> None:
    _say(into, block.text, indent=block.kind in ("text", "item"), bold=block.kind == "head")
