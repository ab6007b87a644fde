"""PDF/A-2b by typst with the fonts that the platform brings, so that it looks the same on every machine."""

import json
import re
import tempfile
from pathlib import Path

import typst
from django.utils.translation import gettext as _

from anju import assets
from anju.core.errors import Refused
from anju.documents.layout.blocks import Paper

SOURCE = Path(__file__).with_name("paper.typ")
MISSING = re.compile(r"the text `\"(.+?)\"` could not be displayed")


def pdf(paper: Paper, qr_svg: bytes) -> bytes:
    """The file's bytes. Refused, naming the character, when a name holds one that the font lacks: PDF/A forbids gaps."""
    fonts = assets.ensure() / "fonts"
    with tempfile.TemporaryDirectory(prefix="anju-paper-") as folder:
        (Path(folder) / "paper.typ").write_bytes(SOURCE.read_bytes())
        (Path(folder) / "qr.svg").write_bytes(qr_svg)
        try:
            return bytes(
                typst.compile(
                    str(Path(folder) / "paper.typ"),
                    root=folder,
                    ignore_system_fonts=True,
                    font_paths=[str(fonts)],
                    sys_inputs={"paper": json.dumps(paper.as_json(), ensure_ascii=False)},
                    pdf_standards="a-2b",
                )
            )
        except typst.TypstError as error:
            found = MISSING.search(error.message)
            if found is None:
                raise
            raise _lacks(paper, found.group(1)) from error


def _lacks(paper: Paper, text: str) -> Refused:
    codes = _(", ").join(f"U+{ord(letter):04X}" for letter in text)
    return Refused(
        _("The PDF of %(number)s cannot be made: the font has no “%(letter)s” (%(code)s).")
        % {"number": paper.reference, "letter": text, "code": codes},
        instead=_("Print the Word file: the office's own fonts may have the character. Or tell the administrator."),
    )
