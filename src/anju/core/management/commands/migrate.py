"""`migrate`, with a short way for an empty database: all tables at once, as the migrations leave them.

Played one by one, every new table makes Django build its models of all the others anew: fifteen seconds for a second's
work. A test holds the tables of both ways against each other. A database that has any table is migrated as usual.
"""

from typing import Any

from django.core.management.commands import migrate
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import RunPython, RunSQL
from django.db.migrations.executor import MigrationExecutor


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        asked = ("app_label", "plan", "check_unapplied", "fake", "fake_initial", "prune")
        if not any(options[name] for name in asked) and not connection.introspection.table_names():
            make_tables(connection)
        super().handle(*args, **options)


def make_tables(connection: BaseDatabaseWrapper) -> None:
    """In one transaction: a database that could not be finished is still empty. What a migration does by statements of its
    own (triggers, virtual tables) is done after the tables, so it must stand that; what it does to rows finds none."""
    executor = MigrationExecutor(connection)
    last = executor.loader.graph.leaf_nodes()
    state = executor.loader.project_state(last)
    plan = executor.migration_plan(last, clean_start=True)
    with connection.schema_editor() as editor:
        executor.recorder.ensure_schema()
        for model in state.apps.get_models():
            if model._meta.managed and not model._meta.proxy:
                editor.create_model(model)
        for migration, _backwards in plan:
            for operation in migration.operations:
                if isinstance(operation, RunPython | RunSQL):
                    operation.database_forwards(migration.app_label, editor, state, state)
            for app, name in [*migration.replaces, (migration.app_label, migration.name)]:
                executor.recorder.record_applied(app, name)
