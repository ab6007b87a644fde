"""Read settings from the environment and refuse bad values with the name of the setting.

A secret may come from a file: NAME_FILE names it, so that it never stands in a process list.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote, urlsplit

T = TypeVar("T")


class SettingError(SystemExit):
    """A setting cannot be used; the program does not start."""

    def __init__(self, name: str, value: str, expected: str) -> None:
        super().__init__(f"anju: setting {name}={value!r} cannot be used. Expected: {expected}. See docs/settings.md.")


def raw(name: str) -> str | None:
    file = os.environ.get(f"{name}_FILE")
    if file:
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingError(f"{name}_FILE", file, f"a readable file ({error.strerror})") from error
    value = os.environ.get(name)
    return value if value not in (None, "") else None


def _parse(name: str, default: T, parse: Callable[[str], T], expected: str) -> T:
    value = raw(name)
    if value is None:
        return default
    try:
        return parse(value)
    except ValueError as error:
        raise SettingError(name, value, expected) from error


def text(name: str, default: str = "") -> str:
    return _parse(name, default, str, "text")


def boolean(name: str, default: bool) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}

    def parse(value: str) -> bool:
        if value.lower() not in words:
            raise ValueError(value)
        return words[value.lower()]

    return _parse(name, default, parse, "1 or 0")


def integer(name: str, default: int, minimum: int, maximum: int) -> int:
    def parse(value: str) -> int:
        number = int(value)
        if not minimum <= number <= maximum:
            raise ValueError(value)
        return number

    return _parse(name, default, parse, f"a whole number from {minimum} to {maximum}")


def words(name: str, default: list[str]) -> list[str]:
    return _parse(name, default, lambda value: [part.strip() for part in value.split(",") if part.strip()], "a,b,c")


def folder(name: str, default: Path) -> Path:
    path = _parse(name, default, lambda value: Path(value).expanduser(), "a folder").absolute()
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingError(name, str(path), f"a folder that can be made and written ({error.strerror})") from error
    if not os.access(path, os.W_OK):
        raise SettingError(name, str(path), "a folder this user may write to")
    return path


def file(name: str) -> Path | None:
    """A file that is there and can be read, or None."""

    def parse(value: str) -> Path:
        path = Path(value).expanduser().absolute()
        if not path.is_file() or not os.access(path, os.R_OK):
            raise ValueError(value)
        return path

    return _parse(name, None, parse, "a file this user may read")


def database(name: str, default_file: Path) -> dict[str, object]:
    """`postgresql://user:password@host:port/name`, `sqlite:////file`; unset: SQLite in the data folder."""
    url = raw(name)
    if url is None:
        return sqlite(default_file)
    parts = urlsplit(url)
    if parts.scheme == "sqlite" and parts.path:
        return sqlite(Path(unquote(parts.path)))
    if parts.scheme in ("postgresql", "postgres") and parts.path.strip("/"):
        try:
            port = parts.port
        except ValueError as error:
            raise SettingError(name, url.replace(parts.password or "\0", "***"), "a port from 1 to 65535") from error
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.strip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(port or ""),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
        }
    shown = url.replace(parts.password, "***") if parts.password else url
    raise SettingError(name, shown, "postgresql://user:password@host:5432/name or sqlite:////path/to/file.sqlite3")


def sqlite(file: Path) -> dict[str, object]:
    return {
        "ENGINE": "anju.core.sqlite",
        "NAME": str(file),
        "CONN_MAX_AGE": 60,  # a new connection costs more than most requests
        "OPTIONS": {
            # Writers queue at BEGIN instead of failing half-way when two readers want to become writers.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # FULL: a commit that was acknowledged survives a power failure (measured: NORMAL loses some).
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA mmap_size=0; PRAGMA cache_size=-64000; "
            # Who commits when the log is so many pages long copies it into the file; the worker does most of it before.
            "PRAGMA wal_autocheckpoint=16000;",
        },
        "TEST": {"NAME": ":memory:"},
    }
