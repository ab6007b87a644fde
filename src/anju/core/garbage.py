"""Python's search for garbage, kept out of what others wait for.

It goes over every object of the process while nothing else in it runs, and a process that has loaded the program has half a
million: a search through all of them takes 0.1 to 0.5 s, in which a device is not answered and a lock is not let go.
"""

import atexit
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

# New things that have stayed when the newest are searched; every 20th search goes further, every 400th over all.
SELDOM = (20_000, 20, 20)


def set_apart() -> None:
    """What is loaded stays until the process ends and is searched no more, the rest seldom: nearly all of it goes as soon as
    nobody refers to it, without any search. Call once, when everything is loaded."""
    gc.collect()
    gc.set_threshold(*SELDOM)
    gc.freeze()
    atexit.register(gc.unfreeze)  # what is torn down at the end is looked for as ever


_counting = Lock()
_within, _was_on = 0, True  # threads that are in `no_collection` now; whether it was on before the first came


@contextmanager
def no_collection() -> Iterator[None]:
    """Python looks for its garbage before or after."""
    global _within, _was_on  # the collector is the process's, too
    with _counting:
        if not _within:
            _was_on = gc.isenabled()
        _within += 1
        gc.disable()
    try:
        yield
    finally:
        with _counting:
            _within -= 1
            if not _within and _was_on:
                gc.enable()
