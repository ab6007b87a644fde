"""Starting, running and resuming jobs.

A kind of job is a step function: `def step(job: Job) -> bool` does a little (≤ 50 ms in a transaction of its own), keeps
its place in `job.state` in that same transaction by `save_step(job)`, and returns True when all is done. A worker that
dies loses its lease, and the next one goes on from `job.state`.

Schedules run in lanes, those of one lane one after another: what calls people to a fire waits for nothing that may take long.
"""

import logging
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from time import monotonic
from typing import Any

from django.db import IntegrityError, InterfaceError, OperationalError, models, transaction
from django.utils.functional import Promise

from anju.core import time
from anju.core.errors import Refused
from anju.jobs.models import Job, Tick

log = logging.getLogger(__name__)
Step = Callable[[Job], bool]
Text = str | Promise
LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 5
PAUSE = timedelta(seconds=10)
EACH_TURN = timedelta(0)  # of every worker, about once a second: for what keeps by itself from being done twice
SLOW = 10.0  # seconds; a schedule that takes longer is told to the log, because others of its lane wait for it


class Lane(StrEnum):
    ALARMS = "alarms"  # who is called to a fire, and the limits of the call; nothing in it may wait for a network
    MESSAGES = "messages"  # each attempt may wait some seconds for a gateway outside
    ORDINARY = "ordinary"


_kinds: dict[str, Step] = {}
_labels: dict[str, Text] = {}
_results: dict[str, Callable[[Job], str]] = {}
_schedules: dict[str, tuple[timedelta, Callable[[datetime], None], Lane]] = {}


class LeaseLost(Exception):
    """Another worker has taken the job over; this one must stop without writing."""


def job_kind(name: str, *, label: Text = "", result: Callable[[Job], str] | None = None) -> Callable[[Step], Step]:
    """`label`: what the page of the job is called; `result`: the address where its outcome lies once it is done."""

    def register(step: Step) -> Step:
        _kinds[name] = step
        _labels[name] = label or name
        if result is not None:
            _results[name] = result
        return step

    return register


def every(
    name: str, interval: timedelta, lane: Lane = Lane.ORDINARY
) -> Callable[[Callable[[datetime], None]], Callable[[datetime], None]]:
    """Run a function once per interval, whichever worker comes first; it gets the moment it was due. EACH_TURN writes nothing
    for it: a city in which nothing happens does not write every second."""

    def register(function: Callable[[datetime], None]) -> Callable[[datetime], None]:
        _schedules[name] = (interval, function, lane)
        return function

    return register


def label_of(job: Job) -> Text:
    return _labels.get(job.kind, job.kind)


def result_of(job: Job) -> str:
    """Where the outcome lies; "" while there is none or the kind has no page of its own."""
    return _results[job.kind](job) if job.status == Job.Status.DONE and job.kind in _results else ""


def enqueue(*, kind: str, by: Any, key: str = "", state: dict[str, Any] | None = None, total: int = 0) -> Job:
    """Queue a job in the caller's transaction; with a key, an unfinished job of that key is returned instead."""
    if kind not in _kinds:
        raise LookupError(f"no job kind {kind!r}")
    moment = time.now()
    try:
        with transaction.atomic():
            return Job.objects.create(
                kind=kind, key=key, state=state or {}, total=total, run_after=moment, created_at=moment, created_by=by
            )
    except IntegrityError:
        found = Job.objects.filter(kind=kind, key=key, status__in=[Job.Status.QUEUED, Job.Status.RUNNING]).first()
        if found is None:
            raise
        return found


def claim(moment: datetime) -> Job | None:
    """Take the next job: one that waits, or one whose worker died."""
    ready = models.Q(status=Job.Status.QUEUED, run_after__lte=moment) | models.Q(
        status=Job.Status.RUNNING, lease_until__lt=moment
    )
    for job in Job.objects.filter(ready).order_by("run_after", "id")[:5]:
        token = secrets.token_hex(16)
        taken = Job.objects.filter(pk=job.pk, status=job.status, lease_token=job.lease_token).update(
            status=Job.Status.RUNNING, lease_token=token, lease_until=moment + LEASE, attempts=models.F("attempts") + 1
        )
        if taken == 1:
            job.refresh_from_db()
            return job
    return None


def save_step(job: Job) -> None:
    """Keep the job's place; call it inside the step's transaction so that place and work are one."""
    kept = Job.objects.filter(pk=job.pk, lease_token=job.lease_token, status=Job.Status.RUNNING).update(
        state=job.state, done=job.done, total=job.total, note=job.note, lease_until=time.now() + LEASE
    )
    if kept != 1:
        raise LeaseLost(job.code)


def _finish(job: Job, status: str, note: str = "") -> None:
    job.status, job.finished_at, job.note = status, time.now(), (note or job.note)[:300]
    job.save(update_fields=["status", "finished_at", "note"])


def _never() -> bool:
    return False


def run(job: Job, *, stop: Callable[[], bool] = _never) -> None:
    """Run a claimed job to its end, to the loss of its lease, or to a failure that is tried again later.

    When `stop` says so between two steps, the job goes back into the queue for the next worker.
    """
    step = _kinds[job.kind]
    try:
        while not step(job):
            if stop():
                _put_back(job)
                return
            if not Job.objects.filter(pk=job.pk, lease_token=job.lease_token, status=Job.Status.RUNNING).exists():
                return
        _finish(job, Job.Status.DONE)
    except LeaseLost:
        return
    except Refused as refusal:
        _finish(job, Job.Status.FAILED, refusal.message)
    except Exception as error:
        log.exception("job %s failed (attempt %s)", job.code, job.attempts)
        if job.attempts >= MOST_ATTEMPTS:
            _finish(job, Job.Status.FAILED, f"{type(error).__name__}: {error}")
            return
        Job.objects.filter(pk=job.pk, lease_token=job.lease_token).update(
            status=Job.Status.QUEUED, lease_until=None, run_after=time.now() + PAUSE * job.attempts
        )


def _put_back(job: Job) -> None:
    Job.objects.filter(pk=job.pk, lease_token=job.lease_token).update(
        status=Job.Status.QUEUED, lease_until=None, lease_token="", attempts=models.F("attempts") - 1
    )


def run_all(limit: int = 1000) -> int:
    """Run what waits, in this process: for tests, commands and the demo's seeding. Returns how many ran."""
    for ran in range(limit):
        job = claim(time.now())
        if job is None:
            return ran
        run(job)
    return limit


def run_due(moment: datetime, lane: Lane | None = None) -> None:
    """Fire every schedule of the lane (None: of all) whose moment has come, once among all workers; missed moments fire once,
    not many times. One that fails keeps no other from firing."""
    of_lane = {name: row for name, row in _schedules.items() if lane in (None, row[2])}
    timed = [name for name, (interval, _function, _lane) in of_lane.items() if interval != EACH_TURN]
    fired = dict(Tick.objects.filter(name__in=timed).values_list("name", "due_at")) if timed else {}
    for name, (interval, function, _lane) in of_lane.items():
        if interval != EACH_TURN and not _claim_turn(name, interval, moment, fired.get(name)):
            continue
        begun = monotonic()
        try:
            function(moment)
        except (InterfaceError, OperationalError) as error:
            # A database that is away fails all of them, again and again.
            log.error("schedule %s failed: %s", name, error)
        except Exception:
            log.exception("schedule %s failed; it fires again in %s", name, interval)
        if monotonic() - begun > SLOW:
            log.warning("schedule %s took %.0f s", name, monotonic() - begun)


def _claim_turn(name: str, interval: timedelta, moment: datetime, last: datetime | None) -> bool:
    """True for the one worker that fires it now. last: when it fired, as it was read; None: never."""
    if last is None:
        return Tick.objects.get_or_create(name=name, defaults={"due_at": moment})[1]
    return last + interval <= moment and Tick.objects.filter(name=name, due_at=last).update(due_at=moment) == 1
