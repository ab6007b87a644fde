"""10,000 door signs with QR codes, beside WeasyPrint drawing the same page.

Both draw parts of 100 pages from the same data, the same fonts and the same QR drawings, as PDF/A-2b, in turns in one process; the
ratio is of pages a second. The page for WeasyPrint has every element of `layout/outside.typ` at its place, without the shrinking
of long names, which only spares it work. Then every page is read by others: pypdf finds no glyph 0 in any text (.notdef) and the
name of the sign in its text, and zxing-cpp reads the code of 200 pages drawn by pdfium, which must be that sign's address.
Prints JSON; the exit is 1 if a glyph or a code is missing. Needs what the platform does not:
`.anju/uv/bin/uv run --no-sync --with weasyprint --with zxing-cpp --with pypdfium2 python benchmarks/signs.py [--signs 10000]`.
"""

from __future__ import annotations

import argparse
import base64
import io
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from typing import Any

PART = 100
SAMPLE = 200
BASE = "https://anju.example.cn"
STYLE = """
@font-face { font-family: Signs; font-weight: 400; src: url("%(fonts)s/NotoSansSC-400.ttf") }
@font-face { font-family: Signs; font-weight: 700; src: url("%(fonts)s/NotoSansSC-700.ttf") }
@page { size: 148mm 210mm; margin: 0 }
* { margin: 0; padding: 0 }
body { font-family: Signs; color: #17202c }
.sign { position: relative; width: 148mm; height: 210mm; break-after: page; overflow: hidden }
.sign > * { position: absolute; line-height: 1.2; white-space: nowrap }
"""
PAGE = """<section class="sign">
<div style="left:0;top:0;width:148mm;height:62mm;background:#14703f"></div>
<svg style="left:11mm;top:9mm" width="5.4mm" height="5.4mm" viewBox="0 0 100 100"><path d="M50 3 100 44H88V97H12V44H0z" fill="#fff"/>
<path d="M30 60 46 76 72 42" fill="none" stroke="#14703f" stroke-width="11" stroke-linecap="round" stroke-linejoin="round"/></svg>
<p style="left:18mm;top:9mm;font-size:4.4mm;color:#fff">%(address)s</p>
<svg style="left:11mm;top:20.5mm" width="33mm" height="33mm" viewBox="0 0 100 100"><circle cx="50" cy="50" r="50" fill="#fff"/>
<path d="M27 53 44 69 74 35" fill="none" stroke="#14703f" stroke-width="13" stroke-linecap="round" stroke-linejoin="round"/></svg>
<p style="left:51mm;top:22mm;font-size:21mm;font-weight:700;color:#fff;letter-spacing:1mm;line-height:1">准租房</p>
<p style="left:51mm;top:47mm;font-size:5.2mm;color:#fff">%(checked)s核查时符合</p>
<p style="left:11mm;top:69mm;width:126mm;text-align:center;font-size:11.6mm;font-weight:700">%(door)s</p>
<div style="left:11mm;top:86mm;width:126mm;border-top:0.3mm solid #c5ccd6"></div>
%(people)s
<img style="left:86mm;top:92mm;width:50mm;height:50mm" src="%(qr)s">
<p style="left:85mm;top:150mm;width:52mm;text-align:center;font-size:5mm;font-weight:700">扫码看实时状态</p>
<p style="left:85mm;top:158mm;width:52mm;text-align:center;font-size:3.4mm;color:#465261">报隐患 · 找房东 · 办居住登记</p>
<div style="left:11mm;top:166mm;width:126mm;height:17mm;border-radius:2mm;background:#f1f4f9"></div>
<p style="left:16mm;top:169mm;font-size:3.6mm;color:#465261">上次核查</p><p style="left:16mm;top:175mm;font-size:5mm;font-weight:700">%(checked)s</p>
<p style="left:76mm;top:169mm;font-size:3.6mm;color:#465261">下次核查</p><p style="left:76mm;top:175mm;font-size:5mm;font-weight:700">%(next)s</p>
<p style="left:11mm;top:187.5mm;font-size:3.5mm;color:#465261">状态以扫码结果为准；本牌不含租客信息。</p>
<p style="left:95mm;top:187mm;font-size:3.5mm;color:#465261">火警 <b style="font-size:4.4mm">119</b>　报警 <b style="font-size:4.4mm">110</b></p>
<div style="left:0;top:196mm;width:148mm;height:14mm;background:%(colour)s"></div>
<p style="left:11mm;top:199mm;font-size:3.1mm;color:#fff">准租房信息公示牌　第%(edition)s版　%(issuer)s</p>
<p style="left:11mm;top:204mm;font-size:2.7mm;color:#b9cbdd">牌号 %(number)s　制牌 %(as_of)s</p>
</section>"""
PERSON = """<p style="left:11mm;top:%(top)smm;font-size:3.9mm;color:#465261">%(role)s</p>
<p style="left:11mm;top:%(top1)smm;font-size:7.4mm;font-weight:700">%(name)s</p>
<p style="left:11mm;top:%(top2)smm;font-size:4.6mm;font-weight:700">%(tel)s</p>"""


FAMILIES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹"


def signs(number: int) -> tuple[list[Any], Any]:
    """Signs with what `signage.selectors.doors.outside` gives of a home, each with its own home, landlord and code; a style."""
    from anju.core import time as clock
    from anju.signage.models import Sign
    from anju.signage.selectors.surroundings import Style

    chance, moment = Random(331), clock.now()
    made = []
    for at in range(number):
        people = [
            {"role": "社区民警", "name": f"{chance.choice(FAMILIES)}志远", "note": "报警110"},
            {"role": "网格长", "name": f"{chance.choice(FAMILIES)}敏", "tel": f"0512-5000{at % 10_000:04}"},
            {"role": "出租人", "name": f"{chance.choice(FAMILIES)}先生", "note": "扫码可联系，不公开号码"},
        ]
        data = {
            "address": "娄江新村C7区", "door": f"{at % 38 + 1}幢{at % 4 + 1}单元{at % 30 + 1}0{at % 8 + 1}室", "standard_code": "",
            "number": f"D{at:07}-W", "state": "ok", "checked": "2026年11月3日", "next": "2027年5月3日前", "people": people,
        }  # fmt: skip
        made.append(
            Sign(kind="outside", edition=1 + at % 9, data=data, printed_at=moment)
        )  # its code is made by the model
    style = Style(
        issuer="开发区331整治办公室", colour="#1c4a7c", logo=None, party="landlord", names="masked", check_days=180
    )
    return made, style


def page_for_weasyprint(sheet: dict[str, Any], style: Any) -> str:
    people, top = [], 91.0
    for one in sheet["people"]:
        last = one.get("tel") or one.get("note") or ""
        people.append(
            PERSON
            % {
                "top": top,
                "top1": top + 5,
                "top2": top + 14.5,
                "role": one["role"],
                "name": one["name"],
                "tel": last,
            }
        )
        top += 24.5
    qr = "data:image/svg+xml;base64," + base64.b64encode(sheet["qr"].encode()).decode()
    told = {name: sheet[name] for name in ("address", "checked", "door", "next", "edition", "number", "as_of")}
    return PAGE % {**told, "people": "".join(people), "qr": qr, "colour": style.colour, "issuer": style.issuer}


def by_weasyprint(sheets: list[dict[str, Any]], style: Any, fonts: Path) -> bytes:
    import weasyprint  # type: ignore[import-not-found]

    text = "".join(page_for_weasyprint(one, style) for one in sheets)
    page = weasyprint.HTML(string=f"<style>{STYLE % {'fonts': fonts.as_uri()}}</style>{text}", base_url=str(fonts))
    return bytes(page.write_pdf(pdf_variant="pdf/a-2b"))


def gaps(reader: Any) -> tuple[int, int]:
    """How many glyphs the pages show, and how many of them are glyph 0 of a font: text here is glyph numbers of two bytes."""
    from pypdf.generic import ByteStringObject, ContentStream, TextStringObject

    def codes(operand: Any) -> bytes:
        if isinstance(operand, ByteStringObject):
            return bytes(operand)
        return operand.original_bytes if isinstance(operand, TextStringObject) else b""

    shown, found = 0, 0
    for page in reader.pages:
        for operands, operator in ContentStream(page.get_contents(), reader).operations:
            if operator not in (b"Tj", b"TJ"):
                continue
            for one in operands[0] if operator == b"TJ" else operands:
                data = codes(one)
                shown += len(data) // 2
                found += sum(data[at : at + 2] == b"\0\0" for at in range(0, len(data), 2))
    return shown, found


def read_code(page: Any) -> str:
    import zxingcpp  # type: ignore[import-not-found]

    seen = zxingcpp.read_barcodes(page.render(scale=150 / 72).to_pil())
    return str(seen[0].text) if len(seen) == 1 else ""


def measure(number: int, turns: int) -> dict[str, Any]:
    import django

    django.setup()
    import pypdf
    import pypdfium2  # type: ignore[import-not-found]  # brought along by how this is run

    from anju import assets
    from anju.signage.layout import address_of, pdf, sheet

    fonts, chance = assets.ensure() / "fonts", Random(12)
    made, style = signs(number)
    parts = [made[start : start + PART] for start in range(0, number, PART)]
    every = max(1, len(parts) // turns)
    chosen = set(chance.sample(range(number), min(SAMPLE, number)))
    ours, bytes_each, other_bytes = [], [], []
    theirs: list[tuple[int, float]] = []
    unread, shown, missing, nameless, archival = 0, 0, 0, 0, 0
    for at, part in enumerate(parts):
        started = time.perf_counter()
        data = pdf("outside", [sheet(one, BASE) for one in part], style)
        ours.append(len(part) / (time.perf_counter() - started))
        bytes_each.append(len(data) / len(part))
        if at % every == 0 and len(theirs) < turns:
            started = time.perf_counter()
            other = by_weasyprint([sheet(one, BASE) for one in part], style, fonts)
            theirs.append((at, len(part) / (time.perf_counter() - started)))
            other_bytes.append(len(other) / len(part))
        reader = pypdf.PdfReader(io.BytesIO(data))
        archival += b"<pdfaid:part>2</pdfaid:part>" in data and b"<pdfaid:conformance>B</pdfaid:conformance>" in data
        seen, lacking = gaps(reader)
        shown, missing = shown + seen, missing + lacking
        texts = ["".join(page.extract_text().split()) for page in reader.pages]
        nameless += sum(one.data["door"] not in text for one, text in zip(part, texts, strict=True))
        drawn = pypdfium2.PdfDocument(data)
        for place, one in enumerate(part):
            if at * PART + place in chosen:
                unread += read_code(drawn[place]) != address_of(one.code, BASE)
    ratios = [ours[at] / speed for at, speed in theirs]
    return {
        "signs": number, "pages_a_second": round(statistics.median(ours), 1),
        "weasyprint_pages_a_second": round(statistics.median(speed for _at, speed in theirs), 2),
        "ratio": round(statistics.median(ratios), 1), "ratios": [round(one, 1) for one in ratios],
        "kilobytes_each": round(statistics.mean(bytes_each) / 1000, 1), "weasyprint_kilobytes_each": round(statistics.mean(other_bytes) / 1000, 1),
        "parts": len(parts), "parts_pdf_a": archival, "glyphs": shown, "glyphs_missing": missing, "signs_without_their_door": nameless,
        "codes_read": len(chosen) - unread, "codes_asked": len(chosen),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--signs", type=int, default=10_000)
    parser.add_argument("--turns", type=int, default=5, help="parts that WeasyPrint draws too")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"ANJU_DIR": folder, "ANJU_DEMO": "0", "DJANGO_SETTINGS_MODULE": "anju.config.settings"}
        try:
            found = measure(chosen.signs, chosen.turns)
        except ModuleNotFoundError as error:
            sys.exit(f"{error.name} is missing; the first lines of {__file__} say how this is run")
    print(json.dumps(found))
    sys.exit(
        bool(found["glyphs_missing"] or found["signs_without_their_door"] or found["codes_read"] < found["codes_asked"])
    )


if __name__ == "__main__":
    main()
