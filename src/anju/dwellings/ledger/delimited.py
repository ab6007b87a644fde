"""Text tables: CSV as offices export it, in three encodings and with any of four separators."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

from anju.dwellings.ledger.problems import Refused

SEPARATORS = (",", "\t", ";", "|")
BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


def decode(raw: bytes) -> str:
    """The text, whatever the office's program saved it as. Raises `Refused` naming the line that cannot be read."""
    for bom, encoding in BOMS:
        if raw.startswith(bom):
            return _strictly(raw[len(bom) :], encoding)
    if b"\x00" in raw[:4096]:
        odd, even = raw[1:4096:2].count(0), raw[0:4096:2].count(0)
        if min(odd, even) * 4 > max(odd, even):
            raise Refused("unknown")
        return _strictly(raw, "utf-16-le" if odd > even else "utf-16-be")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return _strictly(raw, "gb18030")


def _strictly(raw: bytes, encoding: str) -> str:
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise Refused("encoding", line=raw[: error.start].count(b"\n") + 1) from error
    if any(character in text[:4096] for character in "\x00\x01\x02\x03"):
        raise Refused("unknown")
    return text


def separator(text: str) -> str:
    """The separator that cuts the first lines into the most alike rows; a comma if none does."""
    lines = text[:65536].splitlines()[:60]
    best, best_score = ",", 0.0
    for candidate in SEPARATORS:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=candidate) if row)
        wide = [(count, width) for width, count in widths.items() if width > 1]
        if not wide:
            continue
        count, width = max(wide)
        score = count * 10 + min(width, 40) / 10
        if score > best_score:
            best, best_score = candidate, score
    return best


def read(path: Path, *, max_rows: int, max_columns: int) -> list[list[str]]:
    """Rows of a text table. Raises `Refused` when it is not text, too long or too wide."""
    text = decode(path.read_bytes())
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator(text))
    rows: list[list[str]] = []
    try:
        for row in reader:
            if len(rows) == max_rows:
                raise Refused("too_many_rows", sheet=path.name, rows=f"{max_rows}+", limit=max_rows)
            if len(row) > max_columns:
                raise Refused("too_many_columns", sheet=path.name, columns=len(row), limit=max_columns)
            rows.append(row)
    except csv.Error as error:
        raise Refused("broken_csv", line=reader.line_num) from error
    return rows
