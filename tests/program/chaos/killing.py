"""Processes that are killed at random moments and started again at once.

Loading the program takes far longer than anything it does here, so a nursery loads it once and forks: what is killed is a
whole process of `anju gateway` or `anju worker` with connections, files and threads of its own. That a fresh start of the
program from its files survives a kill too is what tests/program/test_gateway.py shows.
"""

import asyncio
import contextlib
import json
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

NURSERY = """
import importlib, json, os, sys
import django; django.setup()
for name in ("commands.gateway", "commands.worker", "monitoring.gateway.process", "monitoring.gateway.jetstream", "config.urls"):
    importlib.import_module(f"anju.{name}")
import uvloop
from django.db import connections
from anju import cli
connections.close_all()
print("ready", flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    if "wait" in asked:
        print(os.waitstatus_to_exitcode(os.waitpid(asked["wait"], 0)[1]), flush=True)
        continue
    pid = os.fork()
    if pid == 0:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(os.open(asked["out"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
        os._exit(cli.main(asked["start"]))
    print(pid, flush=True)
"""


class Nursery:
    """Forks processes of the program; `async with`."""

    def __init__(self, environment: dict[str, str], folder: Path, log: BinaryIO) -> None:
        self.environment, self.folder, self.log = environment, folder, log
        self._lock = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> "Nursery":
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", NURSERY, env=self.environment, stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE, stderr=self.log,
        )  # fmt: skip
        assert await self._line() == "ready"
        return self

    async def __aexit__(self, *of: object) -> None:
        assert self._process is not None
        self._process.kill()
        await self._process.wait()

    async def start(self, command: Sequence[str], out: Path) -> int:
        """Its pid. out: where its standard output goes."""
        return int(await self._ask({"start": list(command), "out": str(out)}))

    async def wait(self, pid: int) -> int:
        """Its exit code, negative for a signal."""
        return int(await self._ask({"wait": pid}))

    async def _ask(self, words: dict[str, Any]) -> str:
        assert self._process is not None
        assert self._process.stdin is not None
        async with self._lock:
            self._process.stdin.write(json.dumps(words).encode() + b"\n")
            return await self._line()

    async def _line(self) -> str:
        assert self._process is not None
        assert self._process.stdout is not None
        line = (await asyncio.wait_for(self._process.stdout.readline(), 120)).decode().strip()
        if not line:
            raise RuntimeError("the program does not load: see the log")
        return line


@dataclass
class Tally:
    """How many kills there may be in all, and how many of whom there were."""

    most: int
    kills: Counter[str] = field(default_factory=Counter)
    enough: asyncio.Event = field(default_factory=asyncio.Event)

    def count(self, name: str) -> None:
        self.kills[name] += 1
        if self.kills.total() >= self.most:
            self.enough.set()


@dataclass
class Victim:
    """One process. lives: seconds between being ready (or started, if it never says so) and the kill, at random from the
    seed; one time in ten it dies while it is still starting.
    """

    name: str
    kind: str
    command: Sequence[str]
    nursery: Nursery
    lives: tuple[float, float]
    chance: random.Random
    says_ready: bool
    pid: int = 0
    ready: bool = False

    async def run(self, tally: Tally) -> None:
        """Until there were enough kills; then it is left running."""
        while True:
            if not self.pid:
                await self._start()
            early = self.chance.random() < 0.1
            if not early:
                await self._until_ready()
            pause = self.chance.uniform(0.0, 0.1) if early else self.chance.uniform(*self.lives)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(tally.enough.wait(), pause)
            if tally.enough.is_set():
                await self._until_ready()
                return
            await self.end(signal.SIGKILL)
            tally.count(self.kind)

    @property
    def out(self) -> Path:
        return self.nursery.folder / f"{self.name}.out"

    async def _start(self) -> None:
        self.out.unlink(missing_ok=True)
        self.pid = await self.nursery.start(self.command, self.out)

    async def _until_ready(self) -> None:
        async with asyncio.timeout(120):
            while self.says_ready and not (self.out.exists() and self.out.read_text().count("\n")):
                os.kill(self.pid, 0)
                await asyncio.sleep(0.01)
        self.ready = True

    async def end(self, number: signal.Signals) -> int:
        """Its exit code; 0 if it was not running."""
        pid, self.pid, self.ready = self.pid, 0, False
        if not pid:
            return 0
        os.kill(pid, number)
        return await self.nursery.wait(pid)
