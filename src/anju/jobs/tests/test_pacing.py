"""Long work leaves the embedded database to others for as long as it had it, and takes in what fits its time."""

import pytest
from django.db import connection

from anju.jobs import pacing
from anju.jobs.pacing import WORK, Pace

pytestmark = pytest.mark.django_db


class Clock:
    """A clock that only sleeping and working move on."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(pacing, "perf_counter", lambda: made.now)
    monkeypatch.setattr(pacing, "sleep", made.sleep)
    return made


def test_between_two_transactions_the_lock_is_free_for_as_long_as_it_was_held(clock: Clock) -> None:
    pace = Pace()
    with pace.transaction(1):
        clock.now += 0.030
    clock.now += 0.010  # prepared meanwhile
    with pace.transaction(1):
        clock.now += 0.005
    clock.now += 0.200
    with pace.transaction(1):
        pass
    # elsewhere than on SQLite writers do not wait for one another
    assert clock.slept == ([0.0, 0.02, 0.0] if connection.vendor == "sqlite" else [])


def test_the_next_transaction_takes_in_what_fits_but_at_most_twice_or_half_as_much(clock: Clock) -> None:
    pace, work = Pace(first=10, most=100), WORK[connection.vendor]
    for seconds, fits in (
        (work * 0.99, 10),
        (work / 8, 20),
        (work / 8, 40),
        (work * 1.99, 20),
        (work * 20, 10),
        (work * 99, 5),
    ):
        with pace.transaction(pace.size):
            clock.now += seconds
        assert pace.size == fits
    with pace.transaction(0):  # says nothing about rows
        clock.now += 9
    assert pace.size == 5
