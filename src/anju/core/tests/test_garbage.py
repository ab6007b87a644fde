"""The search for garbage stays out of what others wait for."""

import gc
import subprocess
import sys
from threading import Event, Thread

from anju.core.garbage import no_collection

SET_APART = """
import atexit, gc
from anju.core import garbage
before = len(gc.get_objects())
atexit.register(lambda: print(gc.get_freeze_count()))  # runs after what is registered later
garbage.set_apart()
print(gc.get_freeze_count() > before // 2, len(gc.get_objects()) < before // 2, gc.get_threshold() == garbage.SELDOM)
"""


def test_the_loaded_program_is_searched_no_more_until_the_process_ends() -> None:
    done = subprocess.run([sys.executable, "-c", SET_APART], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True", "True", "0"]


def test_nothing_is_searched_as_long_as_one_thread_asks_for_it() -> None:
    began, end = Event(), Event()

    def other() -> None:
        with no_collection():
            began.set()
            end.wait(10)

    thread = Thread(target=other)
    thread.start()
    began.wait(10)
    with no_collection():
        assert not gc.isenabled()
    assert not gc.isenabled()
    end.set()
    thread.join()
    assert gc.isenabled()
