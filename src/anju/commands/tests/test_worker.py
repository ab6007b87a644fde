"""What the worker does by itself."""

import threading
from datetime import datetime, timedelta

import pytest

from anju.audit import sealer
from anju.audit.models import Entry
from anju.audit.testing import make_log
from anju.commands import worker
from anju.core import time
from anju.jobs import heartbeat
from anju.jobs import services as jobs


@pytest.mark.django_db
def test_x2_an_entry_from_before_where_the_sealer_looks_is_sealed_within_the_hour(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entries = make_log(6)
    late = entries[0]
    row = {field.attname: getattr(late, field.attname) for field in Entry._meta.concrete_fields}
    late.delete()  # its transaction has not ended yet
    sealer.seal_all()
    Entry.objects.create(**row)
    monkeypatch.setattr(sealer, "LOOK_BACK", 2)
    assert sealer.seal_all() == 0
    interval, work, _lane = jobs._schedules["seal what came late"]
    assert work is worker.sweep
    assert interval <= timedelta(hours=1)
    work(time.now())
    assert not Entry.objects.filter(seal=None).exists()


def test_a4_4_while_a_report_takes_its_time_a_fire_still_calls_the_station(monkeypatch: pytest.MonkeyPatch) -> None:
    """The schedules of a worker as they run: in threads, here with nothing behind them."""
    monkeypatch.setattr(jobs, "_schedules", {})
    monkeypatch.setattr(worker, "stopping", threading.Event())
    called, hangs = threading.Event(), threading.Event()
    turns: list[jobs.Lane] = []

    def due(moment: datetime, lane: jobs.Lane) -> None:
        turns.append(lane)
        if lane == jobs.Lane.ORDINARY:
            hangs.wait(20)
        if lane == jobs.Lane.ALARMS and turns.count(lane) > 1:
            called.set()

    monkeypatch.setattr(jobs, "run_due", due)
    monkeypatch.setattr(heartbeat, "beat", lambda *name: None)
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)
    threads = worker.lanes()
    try:
        for thread in threads:
            thread.start()
        assert called.wait(10)
        assert turns.count(jobs.Lane.ORDINARY) == 1
    finally:
        hangs.set()
        worker.stopping.set()
        for thread in threads:
            thread.join(10)


def test_a4_4_what_calls_people_to_a_fire_runs_in_a_lane_of_its_own() -> None:
    found = {
        lane: {name for name, (_every, _work, its) in jobs._schedules.items() if its == lane} for lane in jobs.Lane
    }
    assert found[jobs.Lane.ALARMS] == {"monitoring.announcing", "stations.callouts", "stations.calling_again"}
    assert found[jobs.Lane.MESSAGES] == {"stations.messages", "portal.letters"}
