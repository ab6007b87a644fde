"""The one writer behind all connections: batches, order, back-pressure, and a database that does not answer."""

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from contextvars import ContextVar

import pytest

from anju.monitoring.gateway import committing
from anju.monitoring.gateway.committing import COMPANY, Committer

pytestmark = pytest.mark.nodatabase


class Source:
    def __init__(self) -> None:
        self.told: list[str] = []

    def pause_reading(self) -> None:
        self.told.append("pause")

    def resume_reading(self) -> None:
        self.told.append("resume")


def made(store: Callable[[Sequence[int]], Sequence[str]]) -> Committer[int, str]:
    return Committer(store)


def test_one_message_is_stored_at_once_and_acknowledged_after_the_commit() -> None:
    order: list[str] = []

    def store(items: Sequence[int]) -> list[str]:
        order.append("commit")
        return [f"stored {item}" for item in items]

    async def run() -> None:
        committer = made(store)
        committer.put(1, order.append)
        assert order == []
        await committer.drain()
        committer.close()

    asyncio.run(run())
    assert order == ["commit", "stored 1"]


def test_while_a_batch_is_written_the_next_collects_and_order_is_kept() -> None:
    batches: list[list[int]] = []
    first = threading.Event()

    def store(items: Sequence[int]) -> list[str]:
        first.wait(5)
        batches.append(list(items))
        return [str(item) for item in items]

    async def run() -> list[str]:
        done: list[str] = []
        committer = made(store)
        committer.put(0, done.append)
        await asyncio.sleep(0.05)
        for number in range(1, 1201):
            committer.put(number, done.append)
        first.set()
        await committer.drain()
        committer.close()
        return done

    assert asyncio.run(run()) == [str(number) for number in range(1201)]
    assert [len(batch) for batch in batches] == [1, 500, 500, 200]


def test_nothing_is_acknowledged_while_the_database_does_not_answer_and_nothing_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(committing, "FIRST_PAUSE", 0.01)
    tries: list[int] = []

    def store(items: Sequence[int]) -> list[str]:
        tries.append(len(items))
        if len(tries) < 4:
            raise OSError("disk full")
        return [str(item) for item in items]

    async def run() -> list[str]:
        done: list[str] = []
        committer = made(store)
        committer.put(1, done.append)
        await asyncio.sleep(0.02)
        assert committer.failing
        assert done == []
        await committer.drain()
        assert not committer.failing
        committer.close()
        return done

    assert asyncio.run(run()) == ["1"]


def test_a_connection_is_not_read_while_too_much_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(committing, "FULL", 20)
    monkeypatch.setattr(committing, "ROOM", 5)
    gate = threading.Event()

    def store(items: Sequence[int]) -> list[str]:
        gate.wait(5)
        return [str(item) for item in items]

    async def run() -> list[str]:
        source, committer = Source(), made(store)
        for number in range(30):
            committer.put(number, lambda result: None, source)
        paused = list(source.told)
        gate.set()
        await committer.drain()
        committer.close()
        return [*paused, *source.told[len(paused) :]]

    assert asyncio.run(run()) == ["pause", "resume"]


def test_each_device_keeps_its_order_in_one_lane_and_lanes_do_not_wait_for_one_another() -> None:
    held, stored = threading.Event(), list[str]()

    def store(items: Sequence[str]) -> list[str]:
        if items[0].startswith("slow"):
            held.wait(20)
        stored.extend(items)
        return list(items)

    async def run() -> list[str]:
        done: list[str] = []
        committer: Committer[str, str] = Committer(store, lanes=2)
        slow = [f"slow {number}" for number in range(COMPANY + 20)]
        for said in slow:
            committer.put(said, done.append, None, "T1")
        fast = [f"fast {number}" for number in range(20)]
        for said in fast:
            committer.put(said, done.append, None, "T2")
        await until(lambda: len(done) >= len(fast))
        assert done == fast, "the first lane is held"
        committer.put("slow and last", done.append, None, "T1")
        await asyncio.sleep(0.05)
        assert done == fast, "it follows its device into the lane that is held"
        held.set()
        await committer.drain()
        committer.close()
        assert done[len(fast) :] == [*slow, "slow and last"]
        return done

    assert asyncio.run(run()) == stored


def test_a_second_lane_is_used_only_when_much_waits_and_a_device_is_bound_no_longer_than_it_must() -> None:
    threads = set[int]()

    def store(items: Sequence[str]) -> list[str]:
        threads.add(threading.get_ident())
        return list(items)

    async def run() -> None:
        committer: Committer[str, str] = Committer(store, lanes=2)
        done: list[str] = []
        for turn in range(3):
            for number in range(COMPANY):
                committer.put(f"{turn} {number}", done.append, None, f"T{number}")
            await committer.drain()
        assert len(done) == 3 * COMPANY
        assert len(threads) == 1
        assert not committer._bound
        committer.close()

    asyncio.run(run())


def test_when_a_lane_hangs_the_next_message_of_another_device_takes_the_other_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held = threading.Event()

    def store(items: Sequence[str]) -> list[str]:
        if items[0] == "slow":
            held.wait(20)
        return list(items)

    async def run() -> None:
        committer: Committer[str, str] = Committer(store, lanes=2)
        done: list[str] = []
        committer.put("slow", done.append, None, "T1")
        await asyncio.sleep(0.05)
        committer.put("behind it", done.append, None, "T2")
        await asyncio.sleep(0.05)
        assert done == [], "the lane is only slow as yet"
        monkeypatch.setattr(committing, "HANGS", 0.01)
        committer.put("fire", done.append, None, "T3")
        await until(lambda: done == ["fire"])
        held.set()
        await committer.drain()
        committer.close()
        assert sorted(done) == ["behind it", "fire", "slow"]

    asyncio.run(run())


def test_a_small_batch_is_stored_in_the_loop_and_what_has_to_wait_in_the_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What has to wait: for a lock, for a disk that was slow a moment ago, and a large batch."""
    monkeypatch.setattr(committing, "SLOW", 0.02)
    own, where, hindered = threading.get_ident(), list[tuple[int, bool]](), set[str]()
    contexts = ContextVar[str]("connection")

    def store(items: Sequence[int]) -> list[str]:
        here = threading.get_ident() == own
        assert contexts.get("the loop's") == "the loop's", (
            "a connection of its own, not that of whoever put the message"
        )
        if here and "lock" in hindered:
            raise OSError("locked")
        if "disk" in hindered:
            time.sleep(0.03)
        where.append((len(items), here))
        return [str(item) for item in items]

    async def run() -> None:
        committer: Committer[int, str] = Committer(store, here=True)
        contexts.set("a task's")
        done: list[str] = []

        async def say(messages: int, *what: str) -> tuple[int, bool]:
            done.clear()
            hindered.clear()
            hindered.update(what)
            for number in range(messages):
                committer.put(number, done.append)
            await committer.drain()
            assert done == [str(number) for number in range(messages)]
            return where[-1]

        assert await say(1) == (1, True)
        assert await say(committing.SMALL) == (committing.SMALL, True)
        assert await say(committing.SMALL + 1) == (committing.SMALL + 1, False)
        assert await say(2, "lock") == (2, False)
        assert not committer.failing, "a lock is no failure"
        assert await say(3, "disk") == (3, True)
        assert await say(4) == (4, False)
        monkeypatch.setattr(committer._here, "_rests_until", 0.0)
        assert await say(5) == (5, True)
        committer.close()

    asyncio.run(run())


def test_between_two_batches_of_its_own_the_loop_hears(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(committing, "MOST", 2)
    order: list[str] = []

    def store(items: Sequence[str]) -> list[str]:
        order.append("stored")
        return list(items)

    async def run() -> None:
        committer: Committer[str, str] = Committer(store, here=True)
        for number in range(4):
            committer.put(str(number), lambda result: None)
        asyncio.get_running_loop().call_soon(order.append, "heard")
        await committer.drain()
        committer.close()

    asyncio.run(run())
    assert order == ["stored", "heard", "stored"]


async def until(true: Callable[[], bool]) -> None:
    while not true():
        await asyncio.sleep(0.005)
