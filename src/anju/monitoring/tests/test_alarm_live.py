"""News for whoever watches: nothing is missed after a broken line, nothing reaches who may not see it."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from anju.accounts import http
from anju.core import time
from anju.dwellings.testing import make_user
from anju.monitoring.models import Alarm
from anju.monitoring.selectors import live
from anju.monitoring.selectors.live import Lookout, cursor_of, moment_of, news
from anju.monitoring.services import handling
from anju.monitoring.services.sending import heard
from anju.monitoring.testing import make_alarm
from anju.monitoring.views.live import watch

database = pytest.mark.django_db


def alarm_now(ago: int = 5, event: str = "fire") -> Alarm:
    return make_alarm(event=event, at=time.now() - timedelta(seconds=ago))


# --- what is told ----------------------------------------------------------------------------------------------------


@database
def test_a4_4_danger_rings_until_somebody_acknowledges_and_a_fault_never_does() -> None:
    fire = alarm_now()
    person = make_user(department="fire", area=fire.area)
    told = news(person, "", time.now())
    assert [(one["code"], one["ring"], one["kind"]) for one in told["ringing"]] == [(fire.code, fire.code, "fire")]
    assert (told["counts"]["danger"], told["urgent"]) == (1, 1)
    handling.acknowledge(by=person, alarm=fire)
    told = news(person, told["cursor"], time.now())
    assert (told["ringing"], told["counts"]["danger"], told["urgent"]) == ([], 1, 0)
    fault = alarm_now(event="fault")
    assert news(make_user(department="fire", area=fault.area), "", time.now())["ringing"] == []


@database
def test_a4_4_who_comes_back_is_told_what_was_committed_after_a_later_one() -> None:
    """Its moment lies before the cursor, because its batch waited for the lock."""
    alarm = alarm_now(ago=20)
    person, cursor = make_user(department="fire", area=alarm.area), cursor_of(time.now())
    assert alarm.code in news(person, cursor, time.now())["changed"]
    late = cursor_of(time.now() + timedelta(minutes=5))
    assert news(person, late, time.now())["changed"] == []


@database
def test_news_of_the_help_on_its_way_are_told_and_make_no_form_stale() -> None:
    alarm = alarm_now()
    person = make_user(department="fire", area=alarm.area)
    Alarm._base_manager.filter(pk=alarm.pk).update(changed_at=time.now() - timedelta(hours=1))
    cursor = cursor_of(time.now())
    assert heard([alarm.code], move="answered", text="新镇站应答", at=time.now()) == 1
    assert news(person, cursor, time.now())["changed"] == [alarm.code]
    assert handling.acknowledge(by=person, alarm=alarm, version=alarm.version).state == "acknowledged"


@database
def test_a_stream_of_somebody_who_may_no_longer_see_alarms_ends() -> None:
    alarm = alarm_now()
    person = make_user(department="fire", area=alarm.area)
    assert live.news_of(person.pk, "zh-hans", "") is not None
    person.postings.all().delete()
    assert live.news_of(person.pk, "zh-hans", "") is None


@pytest.mark.nodatabase
@pytest.mark.parametrize("cursor", ["", "x", "9" * 40, "-"])
def test_a_cursor_that_is_none_is_no_error(cursor: str) -> None:
    assert moment_of(cursor) is None


@database
def test_all_watchers_of_a_process_share_one_look(monkeypatch: pytest.MonkeyPatch) -> None:
    alarm_now()
    reads: list[int] = []
    lookout, real = Lookout(), Lookout._read
    monkeypatch.setattr(live, "close_old_connections", lambda: None)

    def read(self: Lookout) -> Any:
        reads.append(1)
        return real(self)

    monkeypatch.setattr(Lookout, "_read", read)
    assert len({lookout.marks() for _n in range(50)}) == 1
    assert len(reads) == 1


# --- the stream ------------------------------------------------------------------------------------------------------


@database
def test_a_server_without_open_streams_answers_once_and_asks_to_come_again(client: Client) -> None:
    alarm = alarm_now()
    client.force_login(make_user(department="fire", area=alarm.area))
    answer: Any = client.get(reverse("alarms:stream"), headers={"Last-Event-ID": cursor_of(time.now())})
    text = b"".join(answer.streaming_content).decode()
    assert answer["Content-Type"] == "text/event-stream"
    assert text.startswith("retry: 2000")
    (data,) = [line[6:] for line in text.splitlines() if line.startswith("data: ")]
    assert json.loads(data)["ringing"][0]["code"] == alarm.code
    assert f"id: {json.loads(data)['cursor']}" in text
    assert client.session[http.PROLONGED], "who watches stays signed in"


def events_of(looks: list[Any], tell: Callable[[str], Any], *, lasts: float = 0.2, beat: float = 9) -> list[str]:
    """What a watcher gets while `looks` follow each other."""

    async def look() -> Any:
        found = looks.pop(0) if len(looks) > 1 else looks[0]
        if isinstance(found, Exception):
            raise found
        return found

    async def told(cursor: str) -> Any:
        return tell(cursor)

    async def run() -> list[str]:
        return [event async for event in watch("1", look, told, lasts=lasts, beat=beat, every=0.01)]

    return asyncio.run(run())


def kinds(events: list[str]) -> list[str]:
    return [line[7:] for event in events for line in event.splitlines() if line.startswith("event: ")]


def answers(*cursors: str) -> Callable[[str], Any]:
    waiting = list(cursors)
    return lambda after: {"cursor": waiting.pop(0), "changed": [after], "ringing": []}


A, B = (1, "t1", "new"), (2, "t2", "new")


@pytest.mark.nodatabase
def test_a4_4_a_new_mark_is_news_and_quiet_is_not() -> None:
    events = events_of([frozenset({A}), frozenset({A}), frozenset({A, B}), frozenset({B})], answers("2", "3"))
    assert kinds(events) == ["news", "news"]
    assert "id: 3" in events[-1]
    assert '"changed": ["2"]' in events[-1], "the second telling begins where the first ended"


@pytest.mark.nodatabase
def test_a_quiet_line_says_that_it_lives() -> None:
    assert kinds(events_of([frozenset()], answers("2"), beat=0.05)).count("beat") >= 2


@pytest.mark.nodatabase
def test_while_the_database_is_away_nothing_is_said_and_afterwards_nothing_is_missing() -> None:
    events = events_of([frozenset({A}), OSError(), OSError(), frozenset({A, B})], answers("2", "3"))
    assert kinds(events) == ["news", "news"]


@pytest.mark.nodatabase
def test_who_may_no_longer_see_is_sent_away() -> None:
    assert kinds(events_of([frozenset({A})], lambda after: None)) == ["bye"]


@pytest.mark.nodatabase
def test_a_stream_ends_by_itself_so_that_a_posting_is_looked_at_anew() -> None:
    assert kinds(events_of([frozenset()], answers("2"), lasts=0.02)) == ["news"]
