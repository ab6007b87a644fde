"""The head of the chain, written outside the database after every sealing.

Somebody who can rewrite the whole database can compute a whole new chain; he cannot make it agree with heads that were
written elsewhere before. Keep the file on another machine or on paper (docs/deployment.md).
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True)
class Anchor:
    at: str  # ISO, UTC
    position: int
    hash: str


def _file() -> Path:
    return Path(settings.ANJU_ANCHOR_FILE)


def append(*, at: datetime, position: int, head: str) -> None:
    """One line at the end, on the disk when this returns."""
    line = json.dumps({"at": at.isoformat(timespec="seconds"), "position": position, "hash": head}) + "\n"
    _file().parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(_file(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
    try:
        cut = _is_cut_short()
        os.write(handle, (f"\n{line}" if cut else line).encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def _is_cut_short() -> bool:
    """Whether a crash left a line without its end; the next one must not be written behind it."""
    with _file().open("rb") as handle:
        if handle.seek(0, os.SEEK_END) == 0:
            return False
        handle.seek(-1, os.SEEK_END)
        return handle.read(1) != b"\n"


def read() -> Iterator[Anchor]:
    """All heads in the order written. A line that a crash cut short says nothing and is passed over."""
    if not _file().exists():
        return
    with _file().open(encoding="utf-8") as lines:
        for line in lines:
            try:
                data = json.loads(line)
                yield Anchor(str(data["at"]), int(data["position"]), str(data["hash"]))
            except (ValueError, KeyError, TypeError):
                continue


def last() -> Anchor | None:
    """The newest head, read from the end: the file grows for years."""
    if not _file().exists():
        return None
    with _file().open("rb") as handle:
        handle.seek(max(0, _file().stat().st_size - 4096))
        tail = handle.read().decode("utf-8", "replace")
    for line in reversed(tail.splitlines()):
        try:
            data = json.loads(line)
            return Anchor(str(data["at"]), int(data["position"]), str(data["hash"]))
        except (ValueError, KeyError, TypeError):
            continue
    return None
