"""One protocol on one database: a city is made, devices talk, processes are killed, a ledger is imported, all is compared."""

import asyncio
import contextlib
import random
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import nats
import xlsxwriter

from tests.program.chaos import checking
from tests.program.chaos.flows import Book, Flow, MqttTalker, StreamTalker, UnitTalker
from tests.program.chaos.killing import Nursery, Tally, Victim
from tests.program.devices import City, free_port, listeners, postgres_city
from tests.program.nats_server import Server

COMBINATIONS = ("mqtt-sqlite", "gb26875-sqlite", "mqtt-postgres", "gb26875-postgres", "nats-postgres")
DEVICES = 12
GATEWAY_LIVES, WORKER_LIVES = (0.1, 5.0), (0.5, 20.0)  # seconds
DRAIN = 180.0  # seconds in which everything must be acknowledged and stored once nobody is killed any more
HEAD = ["小区", "门牌", "房屋类别", "出租间数", "床位数", "房东", "房东电话"]
IMPORT = """
import django; django.setup()
import sys, time
from pathlib import Path
from anju.accounts.services import system_actor
from anju.dwellings.management.commands.import_ledger import NamedFile
from anju.dwellings.selectors_ledger import BUSY, error_text
from anju.dwellings.services import imports
from anju.dwellings.testing import make_area, make_estate, make_grid
zone = make_area("zone", "周市镇")
make_estate(make_grid(zone), "兰泾花苑")
path = Path(sys.argv[1])
with path.open("rb") as source:
    ledger = imports.upload(by=system_actor(), upload=NamedFile(path, source), area=zone)
def wait():
    while True:
        ledger.refresh_from_db()
        if ledger.state not in BUSY:
            return
        time.sleep(0.5)
wait()
if ledger.state == "preview":
    imports.write(by=system_actor(), ledger=ledger, only_good=True)
    wait()
print(ledger.state, error_text(ledger))
"""


@dataclass
class Report:
    combination: str
    seed: int
    kills: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    seconds_per_kill: float = 0.0
    sent: int = 0
    acknowledged: int = 0
    links_broken: int = 0
    said_again: int = 0
    ledger_rows: int = 0
    ledger_seconds: float = 0.0
    kills_during_ledger: int = 0
    tracebacks: int = 0
    verdict: checking.Verdict = field(default_factory=checking.Verdict)

    @property
    def good(self) -> bool:
        return self.verdict.good and self.acknowledged == self.sent > 0

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "good": self.good}

    def in_words(self) -> str:
        v, killed = self.verdict, ", ".join(f"{name} {number}" for name, number in sorted(self.kills.items()))
        lines = [
            (
                f"{self.combination}: {'good' if self.good else 'NOT GOOD'}; {sum(self.kills.values())} kills ({killed}) in"
                f" {self.seconds:.0f} s, seed {self.seed}"
            ),
            (
                f"  {self.acknowledged} of {self.sent} messages acknowledged, {self.links_broken} links broken,"
                f" {self.said_again} said again"
            ),
            (
                f"  lost {v.lost}, doubled {v.doubled}, altered {v.altered}, strange {v.strange}, rejected {v.rejected};"
                f" {v.alarms} alarms, {v.alarms_wrong} not as the readings give them"
            ),
        ]
        if self.ledger_rows:
            lines.append(f"  a ledger of {self.ledger_rows} rows was imported in {self.ledger_seconds:.0f} s, through {self.kills_during_ledger} kills")  # fmt: skip
        return "\n".join([*lines, *(f"  ! {text}" for text in v.other)])


def write_ledger(path: Path, rows: int) -> None:
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet("台账")
    sheet.write_row(0, 0, HEAD)
    for i in range(rows):
        door = f"{i // 144 + 1}幢{i // 72 % 2 + 1}单元{i // 12 % 6 + 1}{i % 12 + 1:02d}"
        sheet.write_row(
            i + 1, 0, ["兰泾花苑", door, "商品房", i % 5 + 1, i % 8 + 1, f"周{i % 3000}", f"1990{i % 10**7:07d}"]
        )
    book.close()


@contextlib.contextmanager
def made_city(folder: Path, database: str) -> Iterator[City]:
    if database == "postgres":
        with postgres_city(folder) as city:
            yield city
        return
    city = City(folder)
    try:
        yield city
    finally:
        city.close()


@dataclass
class Storm:
    combination: str
    seed: int
    kills: int
    ledger_rows: int
    folder: Path
    rate: float = 25.0  # messages a second of one device
    say: Callable[[str], None] = lambda line: None
    ports: list[tuple[int, int]] = field(default_factory=list)  # of each gateway: MQTT and GB/T 26875.3

    def run(self) -> Report:
        protocol, _dash, database = self.combination.partition("-")
        (self.folder / "city").mkdir(parents=True)
        with contextlib.ExitStack() as stack:
            city = stack.enter_context(made_city(self.folder / "city", database))
            self.say(f"{self.combination}: seed {self.seed}, {self.kills} kills, a ledger of {self.ledger_rows} rows")
            server = None
            if protocol == "nats":
                (self.folder / "nats").mkdir()
                server = Server(self.folder / "nats")
                stack.callback(server.kill)
            book = Book(self.folder / "acknowledged.txt")
            stack.callback(book.close)
            report = asyncio.run(self._blow(city, protocol, book, server))
            self._judge(city, book, report)
        return report

    # ---- the storm ----

    async def _blow(self, city: City, protocol: str, book: Book, server: Server | None) -> Report:
        report, stop, tally = Report(self.combination, self.seed), asyncio.Event(), Tally(self.kills)
        async with contextlib.AsyncExitStack() as stack:
            log = stack.enter_context((self.folder / "log").open("wb"))
            nursery = await stack.enter_async_context(Nursery(city.environment, self.folder, log))
            victims = self._victims(city, server, nursery)
            flows = await stack.enter_async_context(self._flows(city, protocol, victims, book, server))
            began = time.monotonic()
            talking = [asyncio.ensure_future(flow.run(stop)) for flow in flows]
            importing = asyncio.ensure_future(self._import(city, tally, report, log)) if self.ledger_rows else None
            try:
                await asyncio.gather(*(victim.run(tally) for victim in victims))
                report.seconds = time.monotonic() - began
                self.say(f"{self.combination}: {tally.kills.total()} kills done, {book.owed} messages open")
                stop.set()
                await asyncio.wait_for(asyncio.gather(*talking), DRAIN)
                if importing is not None:
                    await importing
                await self._until_stored(city, book)
            finally:
                for task in [*talking, *([importing] if importing else [])]:
                    task.cancel()
                codes = [await victim.end(signal.SIGTERM) for victim in victims]
        report.kills, report.sent, report.acknowledged = dict(tally.kills), len(book.sent), len(book.acknowledged)
        report.seconds_per_kill = round(report.seconds / max(1, tally.kills.total()), 2)
        report.links_broken, report.said_again = book.broken, book.repeated
        if any(codes):
            report.verdict.other.append(f"ended by SIGTERM with {codes}")
        return report

    def _victims(self, city: City, server: Server | None, nursery: Nursery) -> list[Victim]:
        """One gateway on SQLite, two on PostgreSQL, each at ports of its own; and a worker."""
        chance = random.Random(f"{self.seed} kills")
        gateways = 2 if city.url else 1
        made = []
        for number in range(gateways):
            if server is not None:
                shares = f"{2 * number},{2 * number + 1}"
                words = ["--from", server.url, "--name", f"g{number}", "--partitions", "4", "--own", shares]
            else:
                mqtt_port, unit_port = free_port(), free_port()
                self.ports.append((mqtt_port, unit_port))
                words = listeners(mqtt_port, unit_port, name=f"g{number}")
            made.append(
                Victim(
                    f"g{number}", "gateway", ["gateway", *words], nursery, GATEWAY_LIVES,
                    random.Random(chance.random()), says_ready=True,
                )
            )  # fmt: skip
        worker = Victim(
            "worker", "worker", ["worker"], nursery, WORKER_LIVES, random.Random(chance.random()),
            says_ready=False,
        )  # fmt: skip
        return [*made, worker]

    @contextlib.asynccontextmanager
    async def _flows(
        self, city: City, protocol: str, victims: list[Victim], book: Book, server: Server | None
    ) -> AsyncIterator[list[Flow]]:
        turns = count()

        def port(which: int) -> int:
            """As a balancer does it: the next gateway that lives."""
            alive = [pair for pair, victim in zip(self.ports, victims, strict=False) if victim.ready]
            return (alive or self.ports)[next(turns) % len(alive or self.ports)][which]

        seeds = [f"{self.seed} device {number}" for number in range(DEVICES)]
        if protocol == "gb26875":
            addresses = [f"7a03{number:08x}" for number in range(DEVICES)]
            known = city.make_devices(*(f"transmission_unit:{address}" for address in addresses))
            yield [
                UnitTalker(code, address, lambda: port(1), book, self.rate, seed)
                for (code, _key), address, seed in zip(known, addresses, seeds, strict=True)
            ]
            return
        known = city.make_devices(*["smoke"] * DEVICES)
        if server is None:
            yield [
                MqttTalker(code, key, lambda: port(0), book, self.rate, seed)
                for (code, key), seed in zip(known, seeds, strict=True)
            ]
            return
        client = await nats.connect(server.url)
        try:
            with contextlib.suppress(nats.js.errors.BadRequestError):  # a reader has made it already
                await client.jetstream().add_stream(name="ANJU", subjects=["anju.v1.*.up"])
            yield [
                StreamTalker(code, client, book, self.rate, seed)
                for (code, _key), seed in zip(known, seeds, strict=True)
            ]
        finally:
            await client.close()

    async def _import(self, city: City, tally: Tally, report: Report, log: Any) -> None:
        path = self.folder / "ledger.xlsx"
        await asyncio.to_thread(write_ledger, path, self.ledger_rows)
        began = time.monotonic()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", IMPORT, str(path), env=city.environment, stdout=asyncio.subprocess.PIPE, stderr=log
        )
        tally_before = tally.kills.total()
        out, _err = await process.communicate()
        report.ledger_rows, report.ledger_seconds = self.ledger_rows, time.monotonic() - began
        report.kills_during_ledger = tally.kills.total() - tally_before
        if out.decode().split()[:1] != ["done"]:
            report.verdict.other.append(f"the import ended as {out.decode().strip() or process.returncode}")

    async def _until_stored(self, city: City, book: Book) -> None:
        """What a stream holds is stored later than it was acknowledged."""
        until = time.monotonic() + DRAIN
        while time.monotonic() < until:
            ((stored,),) = await asyncio.to_thread(city.rows, "SELECT count(*) FROM monitoring_reading")
            if stored >= len(book.acknowledged):
                return
            await asyncio.sleep(0.5)

    # ---- afterwards ----

    def _judge(self, city: City, book: Book, report: Report) -> None:
        other = report.verdict.other
        report.verdict = checking.check(city, book, self.ledger_rows)
        report.verdict.other += other
        if behind := checking.states_behind(city, book):
            report.verdict.other.append(f"{behind} devices whose state is not that of their last message")
        city.python("-m", "anju.cli", "audit", "seal")
        try:
            city.python("-m", "anju.cli", "audit", "verify")
        except AssertionError as error:
            report.verdict.other.append(f"the audit log does not verify: {error}")
        report.tracebacks = (self.folder / "log").read_bytes().count(b"Traceback (most recent call last)")
