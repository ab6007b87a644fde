"""`anju worker`: seals the audit log every second, fires schedules, runs jobs. Several may run beside one another.

Each has a loop in a thread of its own, because a job of an hour must not keep the audit log unsealed, and schedules one for
each lane, because a report of a minute must not keep a station uncalled. One more spares those who write to an embedded
database to copy its write-ahead log. What fails is logged and tried again; a database that is away is waited for.
"""

import argparse
import logging
import signal
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from functools import partial
from types import FrameType

from django.db import close_old_connections, connection

from anju.audit import sealer
from anju.core import garbage, time
from anju.core.sqlite.log import copy_log
from anju.jobs import heartbeat
from anju.jobs import services as jobs

log = logging.getLogger(__name__)
SWITCH = 0.0005  # seconds after which a thread that wants to go on gets its turn; it asks anew at every statement
stopping = threading.Event()


def run(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="anju worker", description="Seals the log, fires schedules, runs jobs.")
    parser.parse_args(arguments)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    tune()
    threads = [
        *lanes(),
        threading.Thread(target=_loop, args=(_jobs, 0.5), name="jobs"),
        threading.Thread(target=_loop, args=(_copying, 0.5), name="copying"),
    ]
    for thread in threads:
        thread.start()
    threading.current_thread().name = "sealing"
    _loop(_sealing, 1.0)
    for thread in threads:
        thread.join()
    return 0


def lanes() -> list[threading.Thread]:
    """One thread for the schedules of each lane, not started."""
    return [threading.Thread(target=_loop, args=(partial(_schedules, lane), 1.0), name=lane) for lane in jobs.Lane]


def tune() -> None:
    """What a process of several threads needs, of which one computes and another must not keep the lock meanwhile."""
    sys.setswitchinterval(SWITCH)
    garbage.set_apart()


def _stop(number: int, frame: FrameType | None) -> None:
    stopping.set()


def _loop(work: Callable[[], None], pause: float) -> None:
    while not stopping.is_set():
        close_old_connections()
        try:
            work()
        except Exception:
            log.exception("worker: %s failed; trying again", threading.current_thread().name)
            stopping.wait(5)
        stopping.wait(pause)
    connection.close()


def _sealing() -> None:
    heartbeat.beat()
    sealer.seal_all()


@jobs.every("seal what came late", sealer.SWEEP_EVERY)
def sweep(moment: datetime) -> None:
    """Entries of transactions that stayed open for longer than the sealer looks back."""
    sealer.seal_all(whole=True)


def _copying() -> None:
    copy_log(connection)


def _schedules(lane: jobs.Lane) -> None:
    jobs.run_due(time.now(), lane)
    if lane == jobs.Lane.ALARMS:
        heartbeat.beat(heartbeat.CALLING)


def _jobs() -> None:
    while not stopping.is_set():
        job = jobs.claim(time.now())
        if job is None:
            return
        jobs.run(job, stop=stopping.is_set)
