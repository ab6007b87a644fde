"""A partition of a stream has one owner at a time, and two that both believe it cannot both commit."""

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from anju.monitoring.models import Reading, StreamPosition
from anju.monitoring.services import streams
from anju.monitoring.services.storing import store
from anju.monitoring.services.streams import LEASE, LostPartition, Move, Stream, claim, release, store_at
from anju.monitoring.testing import NOON, make_device, make_message

STREAM = Stream("ANJU", 1, NOON, 1000)
LATER = NOON + LEASE + timedelta(seconds=1)


def take(owner: str, at: datetime = NOON, stream: Stream = STREAM, wanted: set[int] | None = None) -> dict[int, int]:
    return claim(stream, wanted=wanted or {0}, owner=owner, moment=at)


def put(owner: str, before: int, after: int, at: datetime = NOON, **over: Any) -> None:
    message = make_message(over.pop("device", None) or make_device(), at=at, **over)
    store_at([message], stream=STREAM, moves={0: Move(before, after)}, owner=owner, received=at)


@pytest.mark.django_db
def test_who_comes_second_waits_until_the_first_is_silent_for_its_lease() -> None:
    assert take("a") == {0: 0}
    assert take("b") == {}
    put("a", 0, 5)
    assert take("a", LATER) == {0: 5}
    assert take("b", LATER + timedelta(seconds=5)) == {}
    assert take("b", LATER + LEASE + timedelta(seconds=1)) == {0: 5}
    assert take("a", LATER + LEASE + timedelta(seconds=2)) == {}


@pytest.mark.django_db
def test_an_owner_that_ends_orderly_is_followed_at_once() -> None:
    take("a")
    release(STREAM, owner="a", moment=NOON)
    assert take("b") == {0: 0}


@pytest.mark.django_db
def test_a4_4_an_owner_that_lost_its_partition_without_knowing_it_cannot_commit() -> None:
    device = make_device()
    take("a")
    put("a", 0, 5, device=device)
    take("b", LATER)
    put("b", 5, 9, LATER, device=device)
    for before in (5, 9):  # as it remembers, and even if it guessed right
        with pytest.raises(LostPartition):
            put("a", before, 12, LATER, device=device)
    assert Reading.objects.count() == 2
    assert StreamPosition.objects.get().sequence == 9


@pytest.mark.django_db
def test_a_batch_of_several_partitions_is_stored_whole_or_not_at_all() -> None:
    divided = Stream("ANJU", 2, NOON, 1000)
    assert take("a", stream=divided, wanted={0, 1}) == {0: 0, 1: 0}
    StreamPosition.objects.filter(partition=1).update(owner="b")
    with pytest.raises(LostPartition):
        store_at(
            [make_message(make_device())],
            stream=divided,
            moves={0: Move(0, 7), 1: Move(0, 7)},
            owner="a",
            received=NOON,
        )
    assert not Reading.objects.exists()
    assert set(StreamPosition.objects.values_list("sequence", flat=True)) == {0}


@pytest.mark.django_db
def test_a_stream_that_was_made_anew_or_lost_its_end_is_read_from_its_beginning() -> None:
    take("a")
    put("a", 0, 500)
    assert take("a", stream=Stream("ANJU", 1, NOON, 499)) == {0: 0}
    put("a", 0, 500)
    assert take("a", stream=Stream("ANJU", 1, LATER, 1000)) == {0: 0}


@pytest.mark.django_db
def test_a_stream_divided_anew_is_read_from_where_its_slowest_part_stood() -> None:
    two, three = Stream("ANJU", 2, NOON, 1000), Stream("ANJU", 3, NOON, 1000)
    take("a", stream=two, wanted={0, 1})
    StreamPosition.objects.filter(partition=0).update(sequence=40)
    StreamPosition.objects.filter(partition=1).update(sequence=90)
    assert take("a", stream=three, wanted={0, 1, 2}) == {0: 40, 1: 40, 2: 40}


@pytest.mark.needs("postgres")
@pytest.mark.django_db(transaction=True)
def test_a_partition_cannot_be_taken_over_while_its_owner_is_committing(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL: the taker waits for the row, and then finds that the owner lives. On SQLite there is one writer anyway."""
    if connection.vendor != "postgresql":
        return
    take("a")
    device, taken, real = make_device(), list[dict[int, int]](), store

    def take_over() -> None:
        taken.append(take("b", LATER))
        connection.close()

    taker = threading.Thread(target=take_over)

    def slow(*arguments: Any, **more: Any) -> Any:
        taker.start()
        taker.join(0.5)
        assert taker.is_alive(), "it did not wait"
        return real(*arguments, **more)

    monkeypatch.setattr(streams, "store", slow)
    put("a", 0, 5, LATER, device=device)
    taker.join(10)
    assert taken == [{}]
    assert StreamPosition.objects.get().owner == "a"
