"""How much one transaction of a long work takes in: the embedded write lock should be held for 50 ms at most."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter, sleep

from django.db import connection, transaction

from anju.core.garbage import no_collection

WORK = {  # seconds of writing in one transaction; its commit, and a busy machine, come on top
    "sqlite": 0.008,
    # Several write at once there, and only rows are locked: smaller steps cost more than they spare.
    "postgresql": 0.1,
}


class Pace:
    """Counts rows per transaction, learnt from what the last ones took. One per kind of work and process.

    Prepare `size` rows outside, then write them inside `transaction()`. Between two transactions the embedded lock is free
    for at least as long as the first held it, because those who wait only look now and then: what is prepared meanwhile
    counts, the rest is slept.
    """

    def __init__(self, first: int = 10, most: int = 500) -> None:
        self.size, self.most = min(first, most), most
        self._free_until = 0.0

    @contextmanager
    def transaction(self, rows: int) -> Iterator[None]:
        """A transaction that writes so many rows; `size` follows from how long it worked, the commit left out."""
        if connection.vendor == "sqlite":
            sleep(max(0.0, self._free_until - perf_counter()))
        with no_collection():
            with transaction.atomic():
                began = perf_counter()
                yield
                self.learn(rows, perf_counter() - began)
            ended = perf_counter()
        self._free_until = ended + (ended - began)

    def learn(self, rows: int, seconds: float) -> None:
        """At most half as many or twice as many as before: one hiccup of the machine says little."""
        if rows:
            fitting = int(rows * WORK[connection.vendor] / max(seconds, 1e-6))
            self.size = max(1, min(self.most, max(self.size // 2, min(fitting, self.size * 2))))
