"""`anju chaos ingest`: what the tests' own devices make of gateways that are killed; lives beside them in tests/program/chaos."""

import os
import subprocess
import sys

from anju.commands import quality
from anju.commands.failures import Failure


def run(arguments: list[str]) -> int:
    if arguments[:1] != ["ingest"]:
        raise Failure("say what is to be tried: anju chaos ingest [--kills N] [--only COMBINATION] [--seed N] [--help]")
    quality.needs_checkout()
    environment = {**os.environ, "ANJU_TEST_POSTGRES_URL": quality.postgres()}
    environment["PATH"] = f"{environment.get('PATH', '')}{os.pathsep}/usr/sbin"  # where nats-server is on Debian
    command = [sys.executable, "-m", "tests.program.chaos", *arguments[1:]]
    return subprocess.run(command, cwd=quality.ROOT, env=environment, check=False).returncode  # noqa: S603  # our own module
