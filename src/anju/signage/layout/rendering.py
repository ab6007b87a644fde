"""From drafts to a file. One compilation draws many signs: its start costs more than a sign."""

import io
import json
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import segno
import typst

from anju import assets
from anju.files.models import StoredFile
from anju.files.services import open_file
from anju.signage.models import Sign
from anju.signage.selectors.doors import as_of
from anju.signage.selectors.surroundings import Style

FOLDER = Path(__file__).parent
MISSING = re.compile(r"the text `\"(.+?)\"` could not be displayed")
PIXELS = {
    Sign.Kind.ESTATE: 44,
    Sign.Kind.UNIT: 62,
    Sign.Kind.OUTSIDE: 124,
    Sign.Kind.INSIDE: 160,
}  # an inch: alike on screen
TITLES = {
    Sign.Kind.ESTATE: "出租房状态信息公示牌",
    Sign.Kind.UNIT: "网格化信息公示牌",
    Sign.Kind.OUTSIDE: "准租房信息公示牌",
    Sign.Kind.INSIDE: "租住信息公示牌",
}
BORDER = {
    Sign.Kind.OUTSIDE: 0,
    Sign.Kind.INSIDE: 0,
}  # on white the layout leaves the quiet zone itself; on colour the code does


class LacksGlyph(Exception):
    """A name holds a character that the font has not: PDF/A forbids the gap that would be printed."""


def address_of(code: str, base: str) -> str:
    return f"{base.rstrip('/')}/q/{code}/"


def _qr(kind: str, text: str) -> str:
    out = io.BytesIO()
    code = segno.make(text, error="q", micro=False, boost_error=False)
    code.save(out, kind="svg", border=BORDER.get(Sign.Kind(kind), 3), xmldecl=False, nl=False)
    return out.getvalue().decode()


def sheet(sign: Sign, base: str) -> dict[str, Any]:
    """What the layout gets of one sign."""
    return {
        **sign.data, "edition": sign.edition, "as_of": as_of(sign.printed_at),
        "qr": _qr(sign.kind, address_of(sign.code, base)),
    }  # fmt: skip


@contextmanager
def _folder(logo: StoredFile | None) -> Iterator[tuple[Path, str]]:
    """The layouts, and beside them the office's emblem."""
    if logo is None:
        yield FOLDER, ""
        return
    with tempfile.TemporaryDirectory(prefix="anju-signs-") as name:
        folder = Path(name)
        for source in FOLDER.glob("*.typ"):
            shutil.copy(source, folder)
        with open_file(logo) as data:
            (folder / "logo.jpg").write_bytes(data.read())
        yield folder, "logo.jpg"


def _compile(kind: str, sheets: Sequence[Mapping[str, Any]], style: Style, cut: bool, **how: Any) -> Any:
    with _folder(style.logo) as (folder, logo):
        data = {
            "title": TITLES[Sign.Kind(kind)],
            "cut": cut,
            "style": {"colour": style.colour, "logo": logo, "issuer": style.issuer},
            "signs": list(sheets),
        }
        try:
            return typst.compile(
                str(folder / f"{kind}.typ"),
                root=str(folder),
                ignore_system_fonts=True,
                font_paths=[str(assets.ensure() / "fonts")],
                sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
                **how,
            )
        except typst.TypstError as error:
            found = MISSING.search(error.message)
            if found is None:
                raise
            raise LacksGlyph(found.group(1)) from error


def pdf(kind: str, sheets: Sequence[Mapping[str, Any]], style: Style, *, cut: bool = False) -> bytes:
    """PDF/A-2b, a sign a page (an inside sign of many rooms has several). Raises LacksGlyph with the character."""
    return bytes(_compile(kind, sheets, style, cut, pdf_standards="a-2b"))


def picture(kind: str, sheet: Mapping[str, Any], style: Style) -> bytes:
    """PNG of the first page."""
    drawn = _compile(kind, [sheet], style, False, format="png", ppi=PIXELS[Sign.Kind(kind)])
    return bytes(drawn[0] if isinstance(drawn, list) else drawn)
