"""Writing a backup while the city runs, and looking into one."""

import hashlib
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.apps.registry import Apps
from django.conf import settings
from django.db import connection, connections, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from anju import __version__
from anju.commands.backup import rows
from anju.commands.failures import Failure

FORMAT = 1
SNAPSHOT = "backup"
KEYS = ("keys.json", "secret-key", "demo.json", "demo-clock.json")
Say = Callable[[str], None]


@contextmanager
def snapshot() -> Iterator[str]:
    """One moment of the database for reading, while others go on writing; the alias to read from."""
    options: dict[str, Any] = dict(settings.DATABASES["default"])
    if connection.vendor == "sqlite":
        # a reader's transaction: in WAL mode it sees one moment and holds nobody up
        options["OPTIONS"] = {**options.get("OPTIONS", {}), "transaction_mode": "DEFERRED"}
    connections.databases[SNAPSHOT] = {
        **connections.databases["default"],
        **options,
        "NAME": connection.settings_dict["NAME"],
    }
    try:
        with transaction.atomic(using=SNAPSHOT):
            if connection.vendor == "postgresql":
                with connections[SNAPSHOT].cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield SNAPSHOT
    finally:
        connections[SNAPSHOT].close()
        del connections[SNAPSHOT], connections.databases[SNAPSHOT]


def write(file: Path, *, keys: bool, say: Say) -> dict[str, Any]:
    """Write beside and rename: a backup that breaks off leaves the one before it as it was. Returns the manifest."""
    if not file.parent.is_dir():
        raise Failure(f"the folder {file.parent} does not exist. Make it, or choose another FILE.")
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as out, tarfile.open(fileobj=out, mode="w") as tar:
            manifest = _fill(tar, keys=keys, say=say)
            out.flush()
            os.fsync(out.fileno())
        draft.chmod(0o600)  # it may hold keys
        draft.rename(file)
    finally:
        draft.unlink(missing_ok=True)
    return manifest


def _fill(tar: tarfile.TarFile, *, keys: bool, say: Say) -> dict[str, Any]:
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "version": __version__,
        "made_at": timezone.now().isoformat(timespec="seconds"),
    }
    with snapshot() as using, tempfile.TemporaryDirectory() as folder:
        apps, manifest["migrations"] = standing()
        manifest["tables"] = {}
        for model in rows.tables(apps):
            table = model._meta.db_table
            scratch = Path(folder, table)
            found = rows.write(model, using, scratch)
            tar.add(scratch, f"tables/{table}.jsonl.gz")
            scratch.unlink()
            manifest["tables"][table] = asdict(found)
            say(f"{table}: {found.rows} rows")
    # after the rows: bytes are on the disk before the row that names them, so every named file is here
    manifest["files"] = _add_tree(tar, Path(settings.ANJU_FILES_DIR), "files")
    manifest["anchor"] = _add_one(tar, Path(settings.ANJU_ANCHOR_FILE), "anchor/audit-anchor.jsonl")
    manifest["keys"] = {}
    if keys:
        for name in KEYS:
            source = Path(settings.ANJU_KEYS_FILE) if name == "keys.json" else Path(settings.ANJU_DIR, name)
            manifest["keys"] |= _add_one(tar, source, f"keys/{name}")
    _add_bytes(tar, "manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1).encode())
    return manifest


def standing() -> tuple[Apps, list[str]]:
    """The models of the tables as they stand in the database, which before an upgrade are older than the program's."""
    loader = MigrationLoader(connection)
    applied = set(loader.applied_migrations)
    return loader.project_state(leaves(loader, applied)).apps, sorted(f"{app}.{name}" for app, name in applied)


def leaves(loader: MigrationLoader, applied: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """The last applied migrations: those on which no applied one of the same app builds."""
    nodes = loader.graph.node_map
    return sorted(
        key for key in applied
        if key in nodes and not any(child.key in applied and child.key[0] == key[0] for child in nodes[key].children)
    )  # fmt: skip


def _add_tree(tar: tarfile.TarFile, folder: Path, prefix: str) -> dict[str, Any]:
    listed: dict[str, Any] = {}
    for file in sorted(folder.rglob("*")):
        if file.is_file() and not file.name.startswith("."):
            listed |= _add_one(tar, file, f"{prefix}/{file.relative_to(folder).as_posix()}")
    return listed


def _add_one(tar: tarfile.TarFile, file: Path, name: str) -> dict[str, Any]:
    if not file.exists():
        return {}
    data = file.read_bytes()
    _add_bytes(tar, name, data)
    return {name: {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}}


def _add_bytes(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(data), 0o600
    tar.addfile(info, io.BytesIO(data))


def read_manifest(file: Path) -> dict[str, Any]:
    """The manifest, or a failure that says what is wrong with the file. It is written last: without it nothing counts."""
    try:
        with tarfile.open(file) as tar:
            member = tar.extractfile("manifest.json")
            assert member is not None
            manifest: dict[str, Any] = json.loads(member.read())
    except (tarfile.TarError, KeyError, ValueError, AssertionError, EOFError) as error:
        raise Failure(f"{file} is no whole backup of Anju ({type(error).__name__}). Take another one.") from error
    if manifest.get("format") != FORMAT:
        raise Failure(f"{file} has format {manifest.get('format')}; this version reads format {FORMAT}.")
    return manifest
