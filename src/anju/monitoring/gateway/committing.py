"""From many connections to one writer: what came in is stored batch by batch, and acknowledged after the commit (A4.4).

A batch never waits for company: while one is being written the next collects, and it starts the moment the last one ends.
One message alone is therefore written at once, and under load batches grow by themselves. When the database does not answer
nothing is acknowledged; the batch is tried again until it does, and meanwhile the connections are not read.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

log = logging.getLogger(__name__)
Item = TypeVar("Item")
Result = TypeVar("Result")

MOST = 500  # messages in one transaction
FULL, ROOM = 4000, 2000  # waiting messages at which reading pauses, and goes on
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0  # seconds between tries while the database does not answer


class Pausable(Protocol):
    """A connection that can be told to stop reading (asyncio's transports are)."""

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


@dataclass
class Committer(Generic[Item, Result]):
    """`store(items)` writes all of them in one transaction, in a thread of its own, and gives one result for each, also
    for an item that cannot be stored. Its raising means that the database does not answer.
    """

    store: Callable[[Sequence[Item]], Sequence[Result]]
    failing_since: float | None = None  # monotonic seconds; None while it works
    committed: int = 0
    _waiting: deque[tuple[Item, Callable[[Result], None]]] = field(default_factory=deque)
    _paused: set[Pausable] = field(default_factory=set)
    _thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "commit"))
    _task: asyncio.Task[None] | None = None

    def put(self, item: Item, then: Callable[[Result], None], source: Pausable | None = None) -> None:
        """Queue one item; `then(result)` is called in the loop's thread after the commit, and never before."""
        self._waiting.append((item, then))
        if source is not None and len(self._waiting) >= FULL and source not in self._paused:
            source.pause_reading()
            self._paused.add(source)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def forget(self, source: Pausable) -> None:
        """The connection is gone."""
        self._paused.discard(source)

    async def drain(self) -> None:
        """Until everything that was put has been stored."""
        while self._task is not None and not self._task.done():
            await asyncio.wait([self._task])

    def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
        self._thread.shutdown(wait=True, cancel_futures=True)

    async def _run(self) -> None:
        while self._waiting:
            batch = [self._waiting.popleft() for _n in range(min(MOST, len(self._waiting)))]
            results = await self._stored([item for item, _then in batch])
            self.committed += len(batch)
            for (_item, then), result in zip(batch, results, strict=True):
                try:
                    then(result)
                except Exception:  # one connection's trouble is not the others'
                    log.exception("a stored message could not be acknowledged; its device sends it again")
            if self._paused and len(self._waiting) <= ROOM:
                self._resume()

    def _resume(self) -> None:
        for source in self._paused:
            source.resume_reading()
        self._paused.clear()

    async def _stored(self, items: Sequence[Item]) -> Sequence[Result]:
        loop = asyncio.get_running_loop()
        pause = FIRST_PAUSE
        while True:
            try:
                results = await loop.run_in_executor(self._thread, self.store, items)
            except Exception as error:  # noqa: BLE001  # whatever keeps the database from answering
                self._failed(error)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                self._works()
                return results

    def _failed(self, error: Exception) -> None:
        if self.failing_since is None:
            self.failing_since = time.monotonic()
            log.error("nothing can be stored, so nothing is acknowledged: %s: %s", type(error).__name__, error)

    def _works(self) -> None:
        if self.failing_since is not None:
            log.warning("storing works again after %.1f s", time.monotonic() - self.failing_since)
            self.failing_since = None
