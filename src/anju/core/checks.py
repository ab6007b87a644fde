"""Start-up checks: what must hold before a city runs on this machine."""

import sqlite3
from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.db import connection
from django.urls import URLPattern, URLResolver, get_resolver

from anju.core.policy import policy_of


def patterns(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address of the program with its pattern."""
    for entry in (resolver or get_resolver()).url_patterns:
        here = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, here)
        else:
            yield here, entry


@register()
def views_have_policies(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [
        Error(
            f"The view at /{where} has no policy.",
            hint="Mark it with @needs(verb), @signed_in or @public(reason) from anju.core.policy.",
            id="anju.E001",
        )
        for where, pattern in patterns()
        if policy_of(pattern.callback) is None
    ]


@register()
def sqlite_is_whole(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if connection.vendor != "sqlite" or sqlite3.sqlite_version_info >= (3, 51, 3):
        return []
    return [
        Error(
            f"SQLite {sqlite3.sqlite_version} can corrupt a database that several processes write (fixed in 3.51.3).",
            hint="Install the package pysqlite3, or use PostgreSQL (ANJU_DATABASE_URL).",
            id="anju.E002",
        )
    ]
