"""What a file is, by its first bytes and its parts, never by its name."""

from __future__ import annotations

import zipfile
from pathlib import Path

from anju.dwellings.ledger.problems import Refused

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

# first bytes → refusal and what to call it
SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (b"\x89PNG", "picture", "PNG"),
    (b"\xff\xd8\xff", "picture", "JPEG"),
    (b"GIF8", "picture", "GIF"),
    (b"BM", "picture", "BMP"),
    (b"II*\x00", "picture", "TIFF"),
    (b"MM\x00*", "picture", "TIFF"),
    (b"%PDF", "pdf", ""),
    (b"{\\rtf", "word", ""),
    (b"Rar!", "archive", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "archive", "7z"),
    (b"\x1f\x8b", "archive", "gzip"),
    (b"MZ", "program", ""),
    (b"\x7fELF", "program", ""),
)


def _utf16(name: str) -> bytes:
    return name.encode("utf-16-le")


def kind_of(path: Path) -> str:
    """`workbook` for what the child process reads, `text` for delimited text; anything else raises `Refused`."""
    with path.open("rb") as file:
        head = file.read(4096)
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise Refused("empty")
    for start, code, what in SIGNATURES:
        if head.startswith(start) and not _reads_as_text(start, head):
            raise Refused(code, what=what)
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        raise Refused("picture", what="WebP")
    if head.startswith(b"PK"):
        return _kind_of_zip(path)
    if head.startswith(OLE):
        return _kind_of_ole(path)
    _refuse_markup(head)
    return "text"


def _reads_as_text(start: bytes, head: bytes) -> bool:
    """`BM` and `MZ` are also how a text table may begin; only binary bytes make them a picture or a program."""
    return start in (b"BM", b"MZ") and b"\x00" not in head


def _refuse_markup(head: bytes) -> None:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"<?xml"):
        raise Refused("picture", what="SVG") if b"<svg" in start else Refused("xml_table")
    if start.startswith(b"<svg"):
        raise Refused("picture", what="SVG")
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<meta", b"<body", b"mime-version:")):
        raise Refused("web_page")


def _kind_of_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = {member.filename for member in archive.infolist()}
            mimetype = archive.open("mimetype").read(200) if "mimetype" in names else b""
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise Refused("damaged") from error
    lower = {name.lower() for name in names}
    if any(
        name.endswith("vbaproject.bin") or name.startswith(("xl/macrosheets/", "basic/", "scripts/")) for name in lower
    ):
        raise Refused("macros")
    for part, code in (
        ("word/document.xml", "word"),
        ("ppt/presentation.xml", "slides"),
        ("xl/workbook.bin", "binary_workbook"),
    ):
        if part in lower:
            raise Refused(code)
    if "xl/workbook.xml" in lower or mimetype.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        return "workbook"
    if mimetype.startswith(b"application/vnd.oasis.opendocument.text"):
        raise Refused("word")
    raise Refused("archive", what="ZIP")


def _kind_of_ole(path: Path) -> str:
    """Old Office files keep the names of their streams as UTF-16 in the directory of the container."""
    raw = path.read_bytes()
    if _utf16("EncryptedPackage") in raw:
        raise Refused("password")
    if _utf16("WordDocument") in raw:
        raise Refused("word")
    if _utf16("PowerPoint Document") in raw:
        raise Refused("slides")
    if _utf16("_VBA_PROJECT") in raw:
        raise Refused("macros")
    if _utf16("Workbook") in raw or _utf16("Book") in raw:
        return "workbook"
    raise Refused("unknown")
