"""Opening a ledger: from a path to sheets of plain cells, or a refusal that says what the file is.

A text table is read here; a workbook in a child process (`child.py`) with its own limits.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from anju.dwellings.ledger import container, delimited
from anju.dwellings.ledger.problems import Refused

MAX_BYTES = 50 * 1024**2
MAX_ROWS = 200_000
MAX_COLUMNS = 200
MAX_CELLS = 8_000_000
SECONDS = 120
CHILD = Path(__file__).with_name("child.py")

Cell = str | int | float
"""Dates come as ISO text, truth as TRUE and FALSE; an empty cell is the empty string."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """`rows[0]` is row 1 and `rows[n][0]` column A of the office's own table, so that errors can name cells."""

    name: str
    rows: list[list[Cell]]
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    """First row, first column, last row, last column; counted from 0, inclusive."""
    marks: dict[tuple[int, int], str] = field(default_factory=dict)
    """Cells that are formulas or errors, by (row, column) from 0, with the code of the problem."""


def check_size(size: int, limit: int = MAX_BYTES) -> None:
    """Refuse by size alone, before a byte is stored or read. `size` and `limit` in bytes."""
    if size > limit:
        raise Refused("too_big", size=-(-size // 1024**2), limit=limit // 1024**2)


def open_ledger(
    path: Path, *, limit: int = MAX_BYTES, max_rows: int = MAX_ROWS, max_columns: int = MAX_COLUMNS
) -> list[Sheet]:
    """All visible sheets that hold something. Raises `Refused`."""
    check_size(path.stat().st_size, limit)
    if container.kind_of(path) == "text":
        rows: list[list[Cell]] = [list(row) for row in delimited.read(path, max_rows=max_rows, max_columns=max_columns)]
        sheets = [Sheet("CSV", rows, marks=_text_formulas(rows))]
    else:
        sheets = list(_sheets(_lines(path, max_rows, max_columns)))
    sheets = [sheet for sheet in sheets if any(any(cell != "" for cell in row) for row in sheet.rows)]
    if not sheets:
        raise Refused("no_sheet")
    return sheets


def _text_formulas(rows: list[list[Cell]]) -> dict[tuple[int, int], str]:
    """In a text table a formula is text that begins with `=`; nobody has computed it."""
    return {
        (r, c): "formula_empty"
        for r, row in enumerate(rows)
        for c, cell in enumerate(row)
        if type(cell) is str and cell[:1] == "=" and len(cell) > 1
    }


def _lines(path: Path, max_rows: int, max_columns: int) -> Iterator[Any]:
    """Parsed lines of the child. Raises `Refused` when it refuses, dies or takes too long."""
    command = [
        sys.executable,
        "-I",
        "-X",
        "utf8",
        str(CHILD),
        str(path),
        str(max_rows),
        str(max_columns),
        str(MAX_CELLS),
    ]
    with subprocess.Popen(  # noqa: S603 - our own file, no shell
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as child:
        assert child.stdout is not None
        watchdog = threading.Timer(SECONDS, child.kill)
        watchdog.start()
        try:
            for raw in child.stdout:
                line = json.loads(raw)
                if isinstance(line, dict) and "done" in line:
                    return
                if isinstance(line, dict) and "refused" in line:
                    raise Refused(line["refused"], **line["params"])
                yield line
        except json.JSONDecodeError as error:  # cut off in the middle: the child was ended by a limit
            raise Refused("too_heavy") from error
        finally:
            watchdog.cancel()
            child.kill()
        child.wait()
    # a panic of the reader ends with status 1, a limit with a signal
    raise Refused("damaged" if child.returncode == 1 else "too_heavy")


def _sheets(lines: Iterator[Any]) -> Iterator[Sheet]:
    sheet: Sheet | None = None
    for line in lines:
        if isinstance(line, dict):
            if sheet is not None:
                yield sheet
            marks = {(row, column): code for row, column, code in line["marks"]}
            sheet = Sheet(line["sheet"], [], [tuple(area) for area in line["merged"]], marks)
        elif sheet is not None:
            sheet.rows.extend(line)
    if sheet is not None:
        yield sheet
