"""Making a city from a backup: in a folder beside, checked against the manifest, and put in its place as a whole."""

import gzip
import hashlib
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.apps.registry import Apps
from django.conf import settings
from django.db import connection, models, transaction
from django.db.migrations.executor import MigrationExecutor

from anju.commands.backup import rows
from anju.commands.backup.archive import leaves
from anju.commands.failures import Failure
from anju.dwellings import search

Say = Callable[[str], None]


def fill(file: Path, manifest: dict[str, Any], say: Say) -> None:
    """Into the database and the folders of the settings, both empty. Raises Failure when anything differs."""
    executor = MigrationExecutor(connection)
    if connection.introspection.table_names():
        raise Failure(
            "the database of ANJU_DATABASE_URL is not empty, and a restore never mixes two cities. Make a new one (createdb)."
        )
    state = _migrate_to(executor, manifest)
    with tarfile.open(file) as tar:
        with transaction.atomic():
            _load(tar, state, manifest, say)
        _compare(state, manifest)
        _put_files(tar, manifest)
    forward = MigrationExecutor(connection)
    plan = forward.migration_plan(forward.loader.graph.leaf_nodes())
    if plan:
        say(f"bringing the tables to this version ({len(plan)} steps) ...")
        forward.migrate(forward.loader.graph.leaf_nodes())
    say(f"search index: {search.rebuild()} homes")


def _migrate_to(executor: MigrationExecutor, manifest: dict[str, Any]) -> Apps:
    """Tables as they were when the backup was made; the models of that time."""
    applied = {(app, name) for app, _dot, name in (item.partition(".") for item in manifest["migrations"])}
    known = set(executor.loader.graph.nodes)
    newer = sorted(".".join(key) for key in applied - known)
    if newer:
        raise Failure(
            f"the backup was made by version {manifest['version']}, which has tables that this version does not know "
            f"({newer[0]}). Install that version or a newer one, and restore again."
        )
    state: Apps = executor.migrate(leaves(executor.loader, applied)).apps
    return state


def _load(tar: tarfile.TarFile, apps: Apps, manifest: dict[str, Any], say: Say) -> None:
    models_ = {model._meta.db_table: model for model in rows.tables(apps)}
    missing = sorted(manifest["tables"].keys() - models_.keys())
    if missing:
        raise Failure(f"the backup holds the table {missing[0]}, which its own version does not have. It is damaged.")
    for table, told in manifest["tables"].items():
        model = models_[table]
        if model._base_manager.exists():  # what migrations put in stands in the backup too
            model._base_manager.all().delete()
        member = tar.extractfile(f"tables/{table}.jsonl.gz")
        assert member is not None
        with gzip.open(member) as lines:
            count = rows.load(model, told["columns"], iter(lines))
        say(f"{table}: {count} rows")
    rows.reset_sequences(list(models_.values()))


def _compare(apps: Apps, manifest: dict[str, Any]) -> None:
    models_: dict[str, type[models.Model]] = {model._meta.db_table: model for model in rows.tables(apps)}
    for table, told in manifest["tables"].items():
        found = rows.digest(models_[table], names=tuple(told["columns"]))
        if (found.rows, found.sha256) != (told["rows"], told["sha256"]):
            raise Failure(
                f"the rows of {table} do not agree with the backup's hash: {found.rows} of {told['rows']} rows. Nothing was kept."
            )


def _put_files(tar: tarfile.TarFile, manifest: dict[str, Any]) -> None:
    for name, told in {**manifest["files"], **manifest["anchor"], **manifest["keys"]}.items():
        member = tar.extractfile(name)
        assert member is not None
        data = member.read()
        if hashlib.sha256(data).hexdigest() != told["sha256"]:
            raise Failure(f"{name} in the backup is damaged. Nothing was kept.")
        target = _target(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        if name.startswith("keys/"):
            target.chmod(0o600)


def _target(name: str) -> Path:
    """Where a member of the archive belongs; its name never leads out of the data folder."""
    kind, _slash, rest = name.partition("/")
    if ".." in Path(rest).parts or Path(rest).is_absolute():
        raise Failure(f"the backup names a file outside the data folder ({name}). It was not made by Anju.")
    if kind == "files":
        return Path(settings.ANJU_FILES_DIR) / rest
    if kind == "anchor":
        return Path(settings.ANJU_ANCHOR_FILE)
    return Path(settings.ANJU_KEYS_FILE) if rest == "keys.json" else Path(settings.ANJU_DIR) / rest
