"""Bringing a city's database to this version, with a way back and a proof that nothing else changed."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from anju.commands.backup import archive, rows
from anju.commands.failures import Failure
from anju.jobs import heartbeat

Say = Callable[[str], None]
OWN = {"django_content_type", "auth_permission"}  # the migration itself writes them


def run(backup: Path | None, say: Say) -> int:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan:
        say("the tables are those of this version; nothing to do.")
        return 0
    if "jobs_tick" in connection.introspection.table_names() and heartbeat.runs():
        raise Failure("the city is running. Stop it (Ctrl-C, or the service), then upgrade.")
    file = backup or _default_file()
    say(f"backing up to {file} ...")
    before = archive.write(file, keys=True, say=lambda line: None)["tables"]
    say(f"{len(plan)} steps ...")
    call_command("migrate", verbosity=0, interactive=False)
    compared, changed = compare(before)
    if changed:
        raise Failure(
            f"rows of {', '.join(changed)} changed, which the upgrade does not touch. "
            f"Go back: anju restore {file} --dir NEW_FOLDER, with the version before."
        )
    say(f"done; the rows of {compared} tables are what they were.")
    return 0


def _default_file() -> Path:
    folder = Path(settings.ANJU_DIR) / "backups"
    folder.mkdir(exist_ok=True)
    return folder / f"before-upgrade-{timezone.now():%Y%m%d-%H%M%S}.tar"


def compare(before: Mapping[str, Mapping[str, Any]]) -> tuple[int, list[str]]:
    """How many tables that kept their columns were compared, and those whose rows differ."""
    compared, changed = 0, []
    for model in rows.tables(apps):
        told = before.get(model._meta.db_table)
        if told is None or model._meta.db_table in OWN or not set(told["columns"]) <= set(rows.columns(model)):
            continue
        compared += 1
        if rows.digest(model, names=tuple(told["columns"])).sha256 != told["sha256"]:
            changed.append(model._meta.db_table)
    return compared, changed
