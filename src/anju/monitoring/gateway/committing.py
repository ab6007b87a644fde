"""From many connections to few writers: what came in is stored batch by batch, and acknowledged after the commit (A4.4).

A batch never waits for company: while one is being written the next collects, and it starts the moment the last one ends.
One message alone is therefore written at once, and under load batches grow by themselves. When the database does not answer
nothing is acknowledged; the batch is tried again until it does, and meanwhile the connections are not read.

A small batch of an embedded database is written by the loop itself: that takes less time than to hand it to a thread and hear of
it. Where the loop would wait (for the lock, for a disk that was slow just now) the thread does it, and the loop goes on hearing.

A database that takes several writers gets several lanes: while one waits for the server the other one judges. The next one is
used only when much waits or the first one hangs, for two small batches cost more than one. A device keeps its lane as long as
anything of it is on its way, so its messages stay in order; two lanes are to one another what two gateways are.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from contextvars import Context
from dataclasses import dataclass, field
from functools import partial
from queue import SimpleQueue
from threading import Thread
from typing import Generic, Protocol, TypeVar

log = logging.getLogger(__name__)
Item = TypeVar("Item")
Result = TypeVar("Result")

MOST = 500  # messages in one transaction
COMPANY = 100  # waiting messages of the first lane at which another one is used
HANGS = 1.0  # seconds after which a batch that is not written says that its lane hangs: a line that is dead, say
SMALL = 50  # messages that the loop writes by itself, where it may: some milliseconds
SLOW = 0.05  # seconds of such a batch after which the thread writes: the disk is troubled, or it rings everywhere
REST = 10.0  # seconds for which it does
FULL, ROOM = 4000, 2000  # waiting messages at which reading pauses, and goes on
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0  # seconds between tries while the database does not answer


class Pausable(Protocol):
    """A connection that can be told to stop reading (asyncio's transports are)."""

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


class _Writer(Thread):
    """The thread of one lane. What it is given to do it does in order; giving it something and hearing of it costs a third of
    what an executor's futures do, and with small batches that counts."""

    def __init__(self) -> None:
        super().__init__(name="commit", daemon=True)  # a gateway that ends before its work begins is not kept by it
        self._given = SimpleQueue[Callable[[], object] | None]()
        self.start()

    def run(self) -> None:
        while (work := self._given.get()) is not None:
            work()

    def do(self, work: Callable[[], Result]) -> asyncio.Future[Result]:
        """What `work` returns or raises there, in the running loop."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()

        def tell(say: Callable[[], None]) -> None:
            if not future.cancelled():
                say()

        def done() -> None:
            say: Callable[[], None]
            try:
                say = partial(future.set_result, work())
            except BaseException as error:  # noqa: BLE001  # for whoever waits; this thread goes on
                say = partial(future.set_exception, error)
            loop.call_soon_threadsafe(tell, say)

        self._given.put(done)
        return future

    def end(self, last: Callable[[], object]) -> None:
        """Do this after everything else, and nothing more."""
        self._given.put(last)
        self._given.put(None)


class _Here:
    """The loop itself as a writer."""

    def __init__(self) -> None:
        self._context = Context()  # Django keeps a connection for each, and every task has another one
        self._rests_until = 0.0

    def takes(self, messages: int) -> bool:
        return messages <= SMALL and time.monotonic() >= self._rests_until

    def do(self, work: Callable[[], Result]) -> Result:
        began = time.monotonic()
        try:
            return self._context.run(work)
        finally:
            ended = time.monotonic()
            if ended - began > SLOW:
                self._rests_until = ended + REST

    def end(self, last: Callable[[], object]) -> None:
        self._context.run(last)


@dataclass
class _Lane(Generic[Item, Result]):
    """One writer with its queue. busy_since, failing_since: monotonic seconds; None while it has nothing to do, while it works."""

    waiting: deque[tuple[Item, Callable[[Result], None], str]] = field(default_factory=deque)
    writer: _Writer = field(default_factory=_Writer)
    task: asyncio.Task[None] | None = None
    busy_since: float | None = None
    failing_since: float | None = None

    @property
    def hangs(self) -> bool:
        return self.busy_since is not None and time.monotonic() - self.busy_since > HANGS


@dataclass
class _Bound(Generic[Item, Result]):
    """The lane of a device of which so many messages are on their way."""

    lane: _Lane[Item, Result]
    messages: int = 0


class Committer(Generic[Item, Result]):
    """`store(items)` writes all of them in one transaction, in a thread of its lane, and gives one result for each, also for
    an item that cannot be stored. Its raising means that the database does not answer.
    """

    def __init__(
        self,
        store: Callable[[Sequence[Item]], Sequence[Result]],
        lanes: int = 1,
        leave: Callable[[], object] = lambda: None,
        *,
        here: bool = False,
    ) -> None:
        """`leave` is called in the thread of each lane when it ends: there it closes what only that thread may close. here: small
        batches are stored in the loop itself; `store` must then raise where it would have to wait long.
        """
        self.store, self.leave = store, leave
        self._here = _Here() if here else None
        self.committed = 0
        self._lanes: list[_Lane[Item, Result]] = [_Lane() for _n in range(lanes)]
        self._bound: dict[str, _Bound[Item, Result]] = {}
        self._paused: set[Pausable] = set()

    def put(self, item: Item, then: Callable[[Result], None], source: Pausable | None = None, device: str = "") -> None:
        """Queue one item; `then(result)` is called in the loop's thread after the commit, and never before. Items of one
        device are written in the order they were put."""
        bound = self._bound.get(device)
        if bound is None:
            bound = self._bound[device] = _Bound(self._free_lane())
        bound.messages += 1
        lane = bound.lane
        lane.waiting.append((item, then, device))
        if source is not None and self.waiting >= FULL and source not in self._paused:
            source.pause_reading()
            self._paused.add(source)
        if lane.task is None or lane.task.done():
            lane.task = asyncio.get_running_loop().create_task(self._run(lane))

    def _free_lane(self) -> _Lane[Item, Result]:
        first = self._lanes[0]
        if len(first.waiting) < COMPANY and not first.hangs:
            return first
        return min(self._lanes, key=lambda lane: (lane.hangs, len(lane.waiting)))

    @property
    def waiting(self) -> int:
        return sum(len(lane.waiting) for lane in self._lanes)

    @property
    def failing(self) -> bool:
        return any(lane.failing_since is not None for lane in self._lanes)

    def forget(self, source: Pausable) -> None:
        """The connection is gone."""
        self._paused.discard(source)

    async def drain(self) -> None:
        """Until everything that was put has been stored."""
        while tasks := [lane.task for lane in self._lanes if lane.task is not None and not lane.task.done()]:
            await asyncio.wait(tasks)

    def close(self) -> None:
        for lane in self._lanes:
            if lane.task is not None:
                lane.task.cancel()
        if self._here is not None:
            self._here.end(self.leave)
        for lane in self._lanes:
            lane.writer.end(self.leave)
        for lane in self._lanes:
            lane.writer.join()

    async def _run(self, lane: _Lane[Item, Result]) -> None:
        while lane.waiting:
            batch = [lane.waiting.popleft() for _n in range(min(MOST, len(lane.waiting)))]
            lane.busy_since = time.monotonic()
            results = await self._stored(lane, [item for item, _then, _device in batch])
            lane.busy_since = None
            self.committed += len(batch)
            for (_item, then, device), result in zip(batch, results, strict=True):
                self._let_go(device)
                try:
                    then(result)
                except Exception:  # one connection's trouble is not the others'
                    log.exception("a stored message could not be acknowledged; its device sends it again")
            if self._paused and self.waiting <= ROOM:
                self._resume()
            await asyncio.sleep(0)  # the loop hears and answers between two batches of its own

    def _let_go(self, device: str) -> None:
        bound = self._bound[device]
        bound.messages -= 1
        if not bound.messages:
            del self._bound[device]

    def _resume(self) -> None:
        for source in self._paused:
            source.resume_reading()
        self._paused.clear()

    async def _stored(self, lane: _Lane[Item, Result], items: Sequence[Item]) -> Sequence[Result]:
        if self._here is not None and self._here.takes(len(items)):
            with suppress(Exception):  # the thread tries it again: it may wait, and it says what is wrong
                return self._here.do(partial(self.store, items))
        pause = FIRST_PAUSE
        while True:
            try:
                results = await lane.writer.do(partial(self.store, items))
            except Exception as error:  # noqa: BLE001  # whatever keeps the database from answering
                _failed(lane, error)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                _works(lane)
                return results


def _failed(lane: _Lane[Item, Result], error: Exception) -> None:
    if lane.failing_since is None:
        lane.failing_since = time.monotonic()
        log.error("nothing can be stored, so nothing is acknowledged: %s: %s", type(error).__name__, error)


def _works(lane: _Lane[Item, Result]) -> None:
    if lane.failing_since is not None:
        log.warning("storing works again after %.1f s", time.monotonic() - lane.failing_since)
        lane.failing_since = None
