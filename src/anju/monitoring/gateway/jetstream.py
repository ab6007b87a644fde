"""NATS JetStream as a source, for who wants a log in front of the platform (A4.4, A4.8).

Devices speak to NATS, which acknowledges them by its own rules BEFORE anything is stored here: what NATS loses is lost, and
nobody sends it again. In exchange the platform may be away for as long as the stream holds. From the stream on nothing is lost
or doubled: the stored position of a partition moves in the transaction that stores its messages, and a reader starts from it.

There is one consumer per process, which pulls the whole stream without acknowledging anything, and takes the messages of the
partitions it owns. A partition is a share of the devices (CRC 32 of the code): a device's messages stay in order.
"""

import asyncio
import logging
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit
from zlib import crc32

import nats
import nats.errors
import nats.js.errors
from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
    StreamInfo,
)

from anju.core import time
from anju.monitoring.gateway import push
from anju.monitoring.messages import Message, Unusable
from anju.monitoring.services.silence import listens
from anju.monitoring.services.streams import LostPartition, Move, Stream, claim, release, store_at

log = logging.getLogger(__name__)
Result = TypeVar("Result")
SUBJECT = "anju.v1.*.up"  # the topic anju/v1/<device>/up, as NATS writes it
KEPT = 7 * 86400.0  # seconds a message stays in a stream that we make
MOST = 500  # messages in one transaction
LOOK = 5.0  # seconds between signs of life, which are also looks for free partitions
EMPTY = 1.0  # seconds that a pull waits for a first message
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
TROUBLE = (nats.errors.Error, OSError, asyncio.TimeoutError)


class Misread(Exception):
    """The consumer must be made anew: a message was left out on the way, or other partitions are ours now."""


class Unfit(Exception):
    """The stream cannot be used; the words say why and what to do."""


def partition_of(device: str, partitions: int) -> int:
    return crc32(device.encode()) % partitions


@dataclass
class NatsSource:
    """`run` reads until it is told to stop. own: the partitions that it may take; all by default."""

    url: str
    name: str = "gateway"
    stream: str = "ANJU"
    partitions: int = 1
    own: frozenset[int] = frozenset()
    replicas: int = 1
    password: str = ""
    ready: Callable[[], None] = lambda: None  # the stream is there
    stored: int = 0
    _owned: dict[int, int] = field(default_factory=dict)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "commit"))

    async def run(self) -> None:
        """Raises Unfit for a stream that cannot be used; waits for a server that is away."""
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self._stop.set)
        pause = FIRST_PAUSE
        try:
            while not self._stop.is_set():
                try:
                    await self._connected()
                except TROUBLE as error:
                    log.error("NATS at %s does not answer: %s %s", shown(self.url), type(error).__name__, error)
                    await self._wait(pause)
                    pause = min(pause * 2, LONGEST_PAUSE)
                else:
                    pause = FIRST_PAUSE
        finally:
            self._thread.shutdown(wait=True, cancel_futures=True)

    async def _connected(self) -> None:
        # Connecting again by itself is not wanted: after every break the reading starts from the stored position.
        login: dict[str, Any] = (
            {"password": self.password, "user": urlsplit(self.url).username} if self.password else {}
        )
        client = await nats.connect(self.url, name=f"anju {self.name}", allow_reconnect=False, error_cb=_quiet, **login)
        try:
            context = client.jetstream()
            await self._found(context)
            self.ready()
            while not self._stop.is_set() and not client.is_closed:
                stream = await self._found(context)
                await self._claim(stream)
                if not self._owned:
                    await self._wait(1.0)
                    continue
                try:
                    await self._read(context, stream)
                except (LostPartition, Misread) as error:
                    log.warning("reading starts again from the stored position: %s", error)
            if self._stop.is_set():
                await self._ask(lambda: release(stream, owner=self.name, moment=time.now()))
        finally:
            await client.close()

    # ---- the stream ----

    async def _found(self, context: JetStreamContext) -> Stream:
        """The stream, made if it is not there. Without one NATS would acknowledge devices and keep nothing."""
        try:
            info = await context.stream_info(self.stream)
        except nats.js.errors.NotFoundError:
            info = await self._made(context)
        if SUBJECT not in (info.config.subjects or []) or info.config.retention != RetentionPolicy.LIMITS:
            raise Unfit(
                f"stream {self.stream} must hold the subject {SUBJECT} with retention by limits; it holds"
                f" {info.config.subjects} with {info.config.retention}. Choose another with --stream."
            )
        assert info.created is not None
        return Stream(self.stream, self.partitions, info.created, info.state.last_seq)

    async def _made(self, context: JetStreamContext) -> StreamInfo:
        wanted = StreamConfig(
            name=self.stream,
            subjects=[SUBJECT],
            storage=StorageType.FILE,
            retention=RetentionPolicy.LIMITS,
            discard=DiscardPolicy.NEW,  # a full stream refuses, it does not drop what was not read
            max_age=KEPT,
            num_replicas=self.replicas,
        )
        try:
            return await context.add_stream(wanted)
        except nats.js.errors.BadRequestError as error:
            raise Unfit(f"NATS does not make the stream {self.stream}: {error.description}") from error

    async def _claim(self, stream: Stream) -> None:
        wanted = self.own or frozenset(range(self.partitions))
        moment = time.now()

        def asked() -> dict[int, int]:
            listens(self.name, moment)
            return claim(stream, wanted=wanted, owner=self.name, moment=moment)

        self._owned = await self._until_it_works(asked)

    # ---- reading ----

    async def _read(self, context: JetStreamContext, stream: Stream) -> None:
        """Until told to stop. Raises Misread or LostPartition when it has to begin anew."""
        start = min(self._owned.values()) + 1
        first = (await context.stream_info(self.stream)).state.first_seq
        if 1 < start < first:
            log.error("%d messages left the stream %s before they were read: they are lost", first - start, self.stream)
        consumer = await context.add_consumer(
            self.stream,
            ConsumerConfig(
                deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
                opt_start_seq=start,
                ack_policy=AckPolicy.NONE,
                inactive_threshold=60.0,
            ),
        )
        pulled = await context.pull_subscribe_bind(durable=consumer.name, stream=self.stream)
        loop, number, looked = asyncio.get_running_loop(), 0, asyncio.get_running_loop().time()
        coming = loop.create_task(_pull(pulled))
        try:
            while not self._stop.is_set():
                found = await coming
                coming = loop.create_task(_pull(pulled))  # while this one is stored
                for message in found:
                    number += 1
                    if message.metadata.sequence.consumer != number:
                        raise Misread(f"message {number} of the consumer was left out")
                if found:
                    await self._store(found, stream)
                if loop.time() - looked > LOOK:
                    looked = loop.time()
                    await self._look(context)
        finally:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)
            await pulled.unsubscribe()

    async def _look(self, context: JetStreamContext) -> None:
        """Say that we live, and see whether our partitions are other ones now."""
        before = dict(self._owned)
        await self._claim(await self._found(context))
        if self._owned != before:
            raise Misread(f"partitions {sorted(self._owned)} are ours now")

    async def _store(self, found: Sequence[Msg], stream: Stream) -> None:
        received, last = time.now(), found[-1].metadata.sequence.stream
        items = [item for message in found if (item := self._taken(message, received)) is not None]
        moves = {partition: Move(before, last) for partition, before in self._owned.items() if last > before}
        if not items or not moves:
            # Others' messages: the position follows with the next batch of ours, or with the next look.
            return
        await self._until_it_works(
            lambda: store_at(items, stream=stream, moves=moves, owner=self.name, received=time.now())
        )
        self.stored += len(items)
        self._owned.update({partition: move.after for partition, move in moves.items()})

    def _taken(self, message: Msg, received: datetime) -> Message | Unusable | None:
        device = message.subject.split(".")[2]
        partition = partition_of(device, self.partitions)
        if self._owned.get(partition, message.metadata.sequence.stream) >= message.metadata.sequence.stream:
            return None  # another gateway's, or stored before
        return push.parse(message.data, device=device, source="nats", received=received)

    # ---- the database, in a thread ----

    async def _ask(self, question: Callable[[], Result]) -> Result:
        def asked() -> Result:
            close_old_connections()
            try:
                return question()
            except (DatabaseError, InterfaceError):
                connection.close()
                raise

        return await asyncio.get_running_loop().run_in_executor(self._thread, asked)

    async def _until_it_works(self, question: Callable[[], Result]) -> Result:
        pause = FIRST_PAUSE
        while True:
            try:
                return await self._ask(question)
            except LostPartition:
                raise
            except Exception as error:
                if self._stop.is_set():
                    raise Misread("told to stop while the database does not answer") from error
                log.error("nothing can be stored, the stream keeps it: %s: %s", type(error).__name__, error)
                await self._wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    async def _wait(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stop.wait(), seconds)
        except TimeoutError:
            pass


async def _pull(pulled: JetStreamContext.PullSubscription) -> list[Msg]:
    """What is there, at most a batch; waits a little for a first message."""
    try:
        return await pulled.fetch(MOST, timeout=EMPTY)
    except (TimeoutError, nats.errors.TimeoutError):
        return []


async def _quiet(error: Exception) -> None:
    log.debug("NATS: %s", error)


def shown(url: str) -> str:
    """Without the password."""
    parts = urlsplit(url)
    return url.replace(f":{parts.password}@", ":***@") if parts.password else url
