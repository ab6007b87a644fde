"""The copy, as PDF/A, of a text that somebody signed by hand on the phone."""

import json
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

import typst
from django.utils.translation import gettext as _

from anju import assets
from anju.core.errors import Refused

SOURCE = Path(__file__).with_name("signed.typ")
MISSING = re.compile(r"the text `\"(.+?)\"` could not be displayed")


def signed_pdf(
    *, title: str, facts: Sequence[tuple[str, str]], lines: Sequence[str], name: str, day: str, mark: str, png: bytes | None
) -> bytes:  # fmt: skip
    """The file's bytes. `facts` stand above the text, `mark` in the foot of every page. About half a second: call it
    before the transaction that keeps the file."""
    paper = {
        "title": title, "facts": [list(pair) for pair in facts], "lines": list(lines), "name": name, "day": day, "mark": mark,
        "picture": png is not None, "signed": "签名：",
    }  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="anju-signed-") as folder:
        (Path(folder) / "signed.typ").write_bytes(SOURCE.read_bytes())
        if png is not None:
            (Path(folder) / "signature.png").write_bytes(png)
        try:
            return bytes(
                typst.compile(
                    str(Path(folder) / "signed.typ"), root=folder, ignore_system_fonts=True,
                    font_paths=[str(assets.ensure() / "fonts")],
                    sys_inputs={"paper": json.dumps(paper, ensure_ascii=False)}, pdf_standards="a-2b",
                )
            )  # fmt: skip
        except typst.TypstError as error:
            found = MISSING.search(error.message)
            if found is None:
                raise
            raise Refused(
                _("The copy cannot be made: the font has no “%(letter)s”.") % {"letter": found.group(1)},
                instead=_("Sign on paper and upload a photo of the page. Or tell the administrator."),
            ) from error
