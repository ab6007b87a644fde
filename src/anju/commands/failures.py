"""What a person can cause, said in one line: no traceback for a taken port, a full disk or a wrong setting."""

import errno
import re

NEXT_STEP = {
    errno.ENOSPC: "The disk is full. Free some space and run it again; nothing half-written was kept.",
    errno.EACCES: "This user may not read or write it. Choose another folder with --dir, or change its owner.",
    errno.EPERM: "This user may not read or write it. Choose another folder with --dir, or change its owner.",
    errno.EROFS: "The file system is read-only. Choose another folder with --dir.",
    errno.ENOENT: "It does not exist. Check the spelling.",
    errno.EISDIR: "It is a folder, and a file is needed.",
    errno.ENOTDIR: "It is a file, and a folder is needed.",
    errno.EEXIST: "It exists already. Choose another name.",
}
DATABASE = [
    (r"database or disk is full|No space left on device", NEXT_STEP[errno.ENOSPC]),
    (r"readonly database", "This user may not write the database file. Check the owner of the data folder."),
    (r"unable to open database file", "The data folder cannot be opened. Check --dir or ANJU_DIR."),
    (r"database is locked", "Another program holds the database. Stop it, or wait, and run it again."),
    (r"not a database|malformed", "The database file is damaged. Restore the last backup: anju restore FILE --dir NEW_FOLDER."),
    (r"no such table|relation .* does not exist", "This city has no tables yet. Run `anju demo`, `anju serve` or `anju upgrade` first."),
    (r"password authentication failed|role .* does not exist|no password supplied", "Check user and password in ANJU_DATABASE_URL."),
    (r"database .* does not exist", "Make the database first (createdb), or correct ANJU_DATABASE_URL."),
    (r"[Cc]onnection refused|could not connect|connection failed|failed to resolve", "PostgreSQL does not answer. Start it, or correct ANJU_DATABASE_URL."),
]  # fmt: skip


class Failure(Exception):
    """A command cannot go on; the text says why and what to do. `anju: ` is put before it."""


def told(error: BaseException) -> str | None:
    """The line for a person, or None where only a traceback helps."""
    kind = type(error).__name__
    if isinstance(error, Failure):
        return f"anju: {error}"
    if kind in {"CommandError", "AssetsError", "ImproperlyConfigured"}:
        text = str(error)
        return text if text.startswith("anju: ") else f"anju: {text}"
    if kind in {"Refused", "NotAllowed", "Stale", "CalendarYearMissing"}:
        return f"anju: {error} {getattr(error, 'instead', '')}".rstrip()
    if kind == "OperationalError":
        return _database(str(error))
    if isinstance(error, OSError) and error.errno in NEXT_STEP:
        where = f"{error.filename}: " if error.filename else ""
        return f"anju: {where}{NEXT_STEP[error.errno]}"
    return None


def _database(text: str) -> str | None:
    first = text.strip().splitlines()[0] if text.strip() else ""
    return next((f"anju: {first}. {step}" for pattern, step in DATABASE if re.search(pattern, text)), None)
