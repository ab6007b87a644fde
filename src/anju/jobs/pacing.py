"""How much one transaction of a long work takes in: the embedded write lock is held for 50 ms at most."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from django.db import transaction

WORK = 0.012  # seconds of writing in one transaction; its commit, and a busy machine, come on top


@contextmanager
def _no_collection() -> Iterator[None]:
    """Python looks for its garbage before or after: in a process that has loaded the program it takes up to half a second,
    and others would wait for the lock meanwhile."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class Pace:
    """Counts rows per transaction, learnt from what the last ones took. One per kind of work and process.

    Prepare `size` rows outside, then write them inside `transaction()`: what is prepared outside is also the pause in which
    others get the lock.
    """

    def __init__(self, first: int = 10, most: int = 500) -> None:
        self.size, self.most = min(first, most), most

    @contextmanager
    def transaction(self, rows: int) -> Iterator[None]:
        """A transaction that writes so many rows; `size` follows from how long it worked, the commit left out."""
        with _no_collection(), transaction.atomic():
            began = perf_counter()
            yield
            self.learn(rows, perf_counter() - began)

    def learn(self, rows: int, seconds: float) -> None:
        """At most half as many or twice as many as before: one hiccup of the machine says little."""
        if rows:
            fitting = int(rows * WORK / max(seconds, 1e-6))
            self.size = max(1, min(self.most, max(self.size // 2, min(fitting, self.size * 2))))
