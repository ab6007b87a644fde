"""`anju prepare [--demo SIZE]`: tables and, for a demo, its data; what `demo` and `serve` run first, in an own process."""

import sys

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from anju.demo import seeding


def run(arguments: list[str]) -> int:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say("making the tables ...")
        call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    if arguments[:1] == ["--demo"]:
        seeding.fill(size=arguments[1], say=say)
    return 0


def say(line: str) -> None:
    sys.stderr.write(f"anju: {line}\n")
    sys.stderr.flush()
