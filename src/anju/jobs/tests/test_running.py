"""Jobs are taken up again where they were, and the worker's sign of life tells whether anybody takes them."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anju.accounts.models import User
from anju.core import time
from anju.jobs import heartbeat, services
from anju.jobs.models import Job, Tick

pytestmark = pytest.mark.django_db


def count_to_five(job: Job) -> bool:
    job.state["at"] = job.state.get("at", 0) + 1
    job.done = job.state["at"]
    services.save_step(job)
    return bool(job.state["at"] >= 5)


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "_kinds", {})
    monkeypatch.setattr(services, "_labels", {})
    monkeypatch.setattr(services, "_results", {})
    services.job_kind("count", label="Counting", result=lambda job: "/result/")(count_to_five)


def test_a_job_runs_to_its_end() -> None:
    job = services.enqueue(kind="count", by=None, total=5)
    assert services.run_all() == 1
    job.refresh_from_db()
    assert (job.status, job.done) == ("done", 5)


def test_a_worker_that_is_told_to_stop_puts_the_job_back_for_the_next() -> None:
    job = services.enqueue(kind="count", by=None, total=5)
    taken = services.claim(time.now())
    assert taken is not None
    turns = iter([False, True])
    services.run(taken, stop=lambda: next(turns))
    job.refresh_from_db()
    assert (job.status, job.state["at"], job.attempts) == ("queued", 2, 0)
    services.run_all()
    job.refresh_from_db()
    assert (job.status, job.done) == ("done", 5)


def test_a_job_whose_worker_died_goes_on_when_its_lease_ends() -> None:
    job = services.enqueue(kind="count", by=None, total=5)
    dead = services.claim(time.now())
    assert dead is not None
    services._kinds["count"](dead)
    assert services.claim(time.now()) is None
    again = services.claim(time.now() + services.LEASE + timedelta(seconds=1))
    assert again is not None
    assert again.state == {"at": 1}
    services.run(again)
    job.refresh_from_db()
    assert job.done == 5


def test_a_worker_that_lost_its_lease_writes_nothing_more() -> None:
    services.enqueue(kind="count", by=None)
    late = services.claim(time.now())
    assert late is not None
    services.claim(time.now() + services.LEASE + timedelta(seconds=1))
    with pytest.raises(services.LeaseLost):
        count_to_five(late)


def test_the_sign_of_life_is_fresh_after_a_beat_and_old_after_half_a_minute() -> None:
    assert heartbeat.check() != "ok"
    heartbeat.beat()
    assert heartbeat.check() == "has not started yet", "nobody calls stations out"
    heartbeat.beat(heartbeat.CALLING)
    assert heartbeat.check() == "ok"
    _last_beat(heartbeat.NAME, seconds=31)
    assert heartbeat.check() == "no sign of life for 31 s"
    assert heartbeat.runs()


def test_a_worker_that_is_stuck_where_stations_are_called_out_is_not_well() -> None:
    heartbeat.beat()
    heartbeat.beat(heartbeat.CALLING)
    _last_beat(heartbeat.CALLING, seconds=45)
    assert heartbeat.check() == "no sign of life where stations are called out for 45 s"
    assert heartbeat.runs()
    _last_beat(heartbeat.NAME, seconds=45)
    assert not heartbeat.runs()


def _last_beat(name: str, seconds: int) -> None:
    Tick.objects.filter(name=name).update(due_at=timezone.now() - timedelta(seconds=seconds))


def test_a_beat_is_written_every_few_seconds_only() -> None:
    heartbeat.beat()
    first = Tick.objects.get(name=heartbeat.NAME).due_at
    heartbeat.beat()
    assert Tick.objects.get(name=heartbeat.NAME).due_at == first


def test_schedules_of_one_lane_do_not_wait_for_another_and_one_that_fails_keeps_none_back(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(services, "_schedules", {})
    fired = []

    @services.every("broken", timedelta(seconds=1), services.Lane.ALARMS)
    def broken(moment: datetime) -> None:
        raise ValueError("one that nobody thought of")

    services.every("calls", timedelta(seconds=1), services.Lane.ALARMS)(lambda moment: fired.append("calls"))
    services.every("report", timedelta(seconds=1))(lambda moment: fired.append("report"))
    services.run_due(time.now(), services.Lane.ALARMS)
    assert fired == ["calls"]
    assert "schedule broken failed" in caplog.text
    services.run_due(time.now(), services.Lane.ORDINARY)
    assert fired == ["calls", "report"]


def test_what_is_done_at_each_turn_writes_nothing_for_it_and_the_rest_fires_once_an_interval(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(services, "_schedules", {})
    fired: list[str] = []
    begun = time.now()
    services.every("look", services.EACH_TURN)(lambda moment: fired.append("look"))
    services.every("count", timedelta(seconds=10))(lambda moment: fired.append("count"))
    for seconds in (0, 1, 2, 11):
        services.run_due(begun + timedelta(seconds=seconds))
    assert (fired.count("look"), fired.count("count")) == (4, 2)
    assert set(Tick.objects.values_list("name", flat=True)) == {"count"}


def test_what_another_worker_fires_meanwhile_is_not_fired_again_and_a_turn_in_which_nothing_is_due_asks_once(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr(services, "_schedules", {})
    fired: list[str] = []
    begun = time.now()

    @services.every("first", timedelta(seconds=5))
    def first(moment: datetime) -> None:
        fired.append("first")
        services.run_due(moment)  # the other worker, while this one is at work

    for name in ("second", "third"):
        services.every(name, timedelta(seconds=5))(lambda moment, name=name: fired.append(name))  # type: ignore[misc]
    for seconds in (0, 6):  # the first time ever, and later
        fired.clear()
        services.run_due(begun + timedelta(seconds=seconds))
        assert fired == ["first", "second", "third"]
    with django_assert_num_queries(1):
        services.run_due(begun + timedelta(seconds=7))


def test_a_schedule_that_takes_long_is_told_to_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(services, "_schedules", {})
    monkeypatch.setattr(services, "SLOW", -1.0)
    services.every("report", timedelta(seconds=1))(lambda moment: None)
    services.run_due(time.now())
    assert "schedule report took 0 s" in caplog.text


@pytest.fixture
def somebody(client: Client, monkeypatch: pytest.MonkeyPatch) -> User:
    monkeypatch.setattr("anju.core.policy.allowed", lambda user, verb: verb == "job.view")
    user = User.objects.create(username="u", display_name="陆雪芳")
    client.force_login(user)
    return user


def test_the_page_of_a_job_shows_how_far_it_is_and_then_its_result(client: Client, somebody: User) -> None:
    job = services.enqueue(kind="count", by=somebody, total=5)
    address = reverse("jobs:job", args=[job.code])
    assert "every 1s" in client.get(address).content.decode()
    services.run_all()
    part = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "/result/" in part
    assert "<html" not in part


def test_x1_another_persons_job_does_not_exist(client: Client, somebody: User) -> None:
    other = User.objects.create(username="v", display_name="别人")
    job = services.enqueue(kind="count", by=other)
    assert client.get(reverse("jobs:job", args=[job.code])).status_code == 404
