"""Runs alone in a child process: opens one untrusted workbook and prints its cells as lines of JSON.

Apart from the server because a hostile file can make the reader allocate gigabytes or abort; here that ends a child with
its own limits on memory and processor time, and the server only sees that it ended. Imports nothing of the project, so
that it starts in a few hundredths of a second.

Output lines, in order: `{"sheet": …}` for every visible sheet, followed by its rows in batches (lists of lists), and a
last line `{"done": true}`; or `{"refused": code, "params": {…}}`.
"""

import datetime
import io
import json
import re
import resource
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import python_calamine

MEMORY = 2 * 1024**3
SECONDS = 90
MAX_MEMBERS = 2_000
MAX_UNPACKED = 400 * 1024**2
MAX_RATIO = 150
RATIO_FROM = 64 * 1024**2  # small files may be packed very tightly without any harm
BATCH = 500

DEFLATED, STORED = 8, 0
FORMULA = re.compile(rb"<c\b([^>]*)>\s*<f\b[^>]*?(?:/>|>([^<]*)</f>)\s*(?:<v>([^<]*)</v>)?")
ERROR_CELL = re.compile(rb'<c\b([^>]*\bt="e"[^>]*)>')
REFERENCE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
OUTSIDE = re.compile(rb"\[\d+\]|\|'")


class Refusal(Exception):
    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code, self.params = code, params


def say(line: object) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=False))
    sys.stdout.write("\n")


def limit_this_process() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


# --- the container -------------------------------------------------------------------------------------------------


def check_directory(archive: zipfile.ZipFile) -> None:
    """What the archive says about itself, before anything is unpacked."""
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise Refusal("zip_members", count=len(members), limit=MAX_MEMBERS)
    names = [m.filename for m in members]
    if len(set(names)) != len(names):
        raise Refusal("damaged")
    if any(m.flag_bits & 1 for m in members):
        raise Refusal("password")
    total = sum(m.file_size for m in members)
    if total > MAX_UNPACKED:
        raise Refusal("zip_total", limit=MAX_UNPACKED // 1024**2)
    packed = max(1, sum(m.compress_size for m in members))
    if total > RATIO_FROM and total / packed > MAX_RATIO:
        raise Refusal("zip_ratio", ratio=total // packed)


def inflate(raw: bytes, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """One member, unpacked by hand: the library would stop at the size the archive claims, and the reader would not."""
    head = raw[member.header_offset : member.header_offset + 30]
    if len(head) < 30:
        raise Refusal("damaged")
    name_length, extra_length = struct.unpack("<HH", head[26:30])
    start = member.header_offset + 30 + name_length + extra_length
    packed = raw[start : start + member.compress_size]
    if member.compress_type == STORED:
        return packed
    if member.compress_type != DEFLATED:
        raise Refusal("damaged")
    try:
        data = zlib.decompressobj(-15).decompress(packed, member.file_size + 1)
    except zlib.error as error:
        raise Refusal("damaged") from error
    if len(data) != member.file_size:
        raise Refusal("zip_lies")
    return data


def check_parts(raw: bytes, archive: zipfile.ZipFile) -> dict[str, list[list[Any]]]:
    """Unpack every part that the reader will read, once, and note formulas and error cells. Returns them by part name."""
    marks: dict[str, list[list[Any]]] = {}
    for member in archive.infolist():
        if not member.filename.lower().endswith((".xml", ".rels")):
            continue
        data = inflate(raw, archive, member)
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
            raise Refusal("doctype")
        if member.filename.startswith("xl/worksheets/"):
            marks[member.filename] = [*formulas(data), *errors(data)]
        elif member.filename == "[Content_Types].xml" and b"macroEnabled" in data:
            raise Refusal("macros")
    return marks


def position(attributes: bytes) -> tuple[int, int] | None:
    """Row and column, from 0, of a cell's `r="AB12"`."""
    found = REFERENCE.search(attributes)
    if found is None:
        return None
    column = 0
    for letter in found[1]:
        column = column * 26 + letter - 64
    return int(found[2]) - 1, column - 1


def formulas(data: bytes) -> Iterator[list[Any]]:
    if b"<f" not in data:
        return
    for found in FORMULA.finditer(data):
        at = position(found[1])
        if at is None:
            continue
        if found[2] and OUTSIDE.search(found[2]):
            kind = "formula_outside"
        elif not found[3]:
            kind = "formula_empty"
        else:
            kind = "cell_error" if b't="e"' in found[1] else "formula"
        yield [*at, kind]


def errors(data: bytes) -> Iterator[list[Any]]:
    if b't="e"' not in data:
        return
    for found in ERROR_CELL.finditer(data):
        at = position(found[1])
        if at is not None:
            yield [*at, "cell_error"]


def sheet_parts(raw: bytes, archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name → part name, from workbook.xml and its relations; empty for .ods."""
    known = {m.filename: m for m in archive.infolist()}
    if "xl/workbook.xml" not in known or "xl/_rels/workbook.xml.rels" not in known:
        return {}
    book = inflate(raw, archive, known["xl/workbook.xml"]).decode("utf-8", "replace")
    relations = inflate(raw, archive, known["xl/_rels/workbook.xml.rels"]).decode("utf-8", "replace")
    targets = {}
    for tag in re.findall(r"<Relationship\b[^>]*>", relations):
        ident, target = re.search(r'\bId="([^"]*)"', tag), re.search(r'\bTarget="([^"]*)"', tag)
        if ident and target:
            targets[ident[1]] = target[1].lstrip("/") if target[1].startswith("/") else "xl/" + target[1]
    order = []
    for tag in re.findall(r"<sheet\b[^>]*>", book):
        ident = re.search(r'\br:id="([^"]*)"', tag)
        order.append(targets.get(ident[1], "") if ident else "")
    return {str(index): part for index, part in enumerate(order)}


def look_into_zip(raw: bytes) -> dict[str, list[list[Any]]]:
    """Formulas and error cells by the sheet's place in the workbook, after every check of the container."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
        check_directory(archive)
        marks = check_parts(raw, archive)
        return {index: marks.get(part, []) for index, part in sheet_parts(raw, archive).items()}
    except (zipfile.BadZipFile, struct.error, OverflowError, ValueError) as error:
        raise Refusal("damaged") from error


# --- the cells -----------------------------------------------------------------------------------------------------


def plain(cell: object) -> object:
    """A cell as JSON holds it: dates as ISO text, whole floats as integers while they are exact, TRUE and FALSE as words."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() and abs(cell) < 1e15 else cell
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat(" ")
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    if isinstance(cell, datetime.timedelta):
        return str(cell)
    return cell


def write_sheet(sheet: Any, marks: list[list[Any]], limits: tuple[int, int, int]) -> None:
    max_rows, max_columns, max_cells = limits
    left, height, width = sheet.start[1], sheet.end[0] + 1, sheet.end[1] + 1
    if height > max_rows:
        raise Refusal("too_many_rows", sheet=sheet.name, rows=height, limit=max_rows)
    if width > max_columns:
        raise Refusal("too_many_columns", sheet=sheet.name, columns=width, limit=max_columns)
    if height * width > max_cells:
        raise Refusal("too_many_cells", sheet=sheet.name, cells=height * width, limit=max_cells)
    merged = [[*first, *last] for first, last in sheet.merged_cell_ranges or []]
    say({"sheet": sheet.name, "merged": merged, "marks": marks})
    pad: list[object] = [""] * left
    batch: list[list[object]] = []
    for row in sheet.iter_rows():
        batch.append(pad + [cell if type(cell) is str else plain(cell) for cell in row])
        if len(batch) == BATCH:
            say(batch)
            batch = []
    say(batch)


def read(path: str, limits: tuple[int, int, int]) -> None:
    raw = Path(path).read_bytes()
    marks = look_into_zip(raw) if raw[:2] == b"PK" else {}
    try:
        book = python_calamine.load_workbook(io.BytesIO(raw))
        for index, about in enumerate(book.sheets_metadata):
            if about.visible is not python_calamine.SheetVisibleEnum.Visible:
                continue
            if about.typ is not python_calamine.SheetTypeEnum.WorkSheet:
                continue
            sheet = book.get_sheet_by_index(index)
            if sheet.start is not None:
                write_sheet(sheet, marks.get(str(index), []), limits)
    except python_calamine.PasswordError as error:
        raise Refusal("password") from error
    except python_calamine.CalamineError as error:
        raise Refusal("damaged") from error


def main() -> None:
    limit_this_process()
    path, *limits = sys.argv[1:]
    rows, columns, cells = map(int, limits)
    try:
        read(path, (rows, columns, cells))
    except Refusal as refusal:
        say({"refused": refusal.code, "params": refusal.params})
    except MemoryError:
        say({"refused": "too_heavy", "params": {}})
    else:
        say({"done": True})


if __name__ == "__main__":
    main()
