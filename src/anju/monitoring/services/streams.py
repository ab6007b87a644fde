"""A partition of a stream is read by one gateway at a time, and moves with what it stores (A4.4).

    owned = claim(stream, partitions=4, wanted={0, 1}, owner="gw-1", moment=now)       # partition → last stored sequence
    store_at(messages, stream=stream, moves={0: Move(41, 60)}, owner="gw-1", received=now)

The lease decides who should read; it is only manners. The compare-and-set decides who may commit: whoever has lost a partition
without knowing it finds another sequence or owner there, and its whole transaction is undone.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Min, Q, QuerySet

from anju.monitoring.messages import Message, Unusable
from anju.monitoring.models.streams import StreamPosition
from anju.monitoring.services.storing import Outcome, store

LEASE = timedelta(seconds=15)  # an owner that has not been heard of for this long has lost its partitions


class LostPartition(Exception):
    """Another gateway owns it now; nothing was written."""


@dataclass(frozen=True)
class Stream:
    """name; partitions it is divided into; made_at and last_sequence as the broker says."""

    name: str
    partitions: int
    made_at: datetime
    last_sequence: int


class Move(NamedTuple):
    before: int
    after: int


def claim(stream: Stream, *, wanted: Collection[int], owner: str, moment: datetime) -> dict[int, int]:
    """Take what is free or already ours of these partitions, and say that we live. Partition → last stored sequence."""
    for partition in wanted:
        _make(stream, partition, moment)
    rows = _rows(stream).filter(partition__in=wanted)
    # One by one: a statement for all would wait for a whole batch of every neighbour.
    for row in rows.filter(Q(owner=owner) | Q(beat_at__lt=moment - LEASE)).order_by("partition"):
        free = rows.filter(pk=row.pk, owner=row.owner, sequence=row.sequence)
        anew = row.made_at != stream.made_at or row.sequence > stream.last_sequence
        if anew:
            free.update(owner=owner, beat_at=moment, sequence=0, made_at=stream.made_at)
        else:
            free.update(owner=owner, beat_at=moment)
    return dict(rows.filter(owner=owner).order_by("partition").values_list("partition", "sequence"))


def _rows(stream: Stream) -> QuerySet[StreamPosition]:
    return StreamPosition.objects.filter(stream=stream.name, partitions=stream.partitions)


def _make(stream: Stream, partition: int, moment: datetime) -> None:
    """When the stream is divided anew it is read from where the slowest part stood: repeats are absorbed."""
    if _rows(stream).filter(partition=partition).exists():
        return
    before = StreamPosition.objects.filter(stream=stream.name, made_at=stream.made_at).exclude(
        partitions=stream.partitions
    )
    latest = before.order_by("-beat_at").values_list("partitions", flat=True)[:1]
    start = before.filter(partitions__in=list(latest)).aggregate(start=Min("sequence"))["start"] or 0
    StreamPosition.objects.get_or_create(
        stream=stream.name,
        partitions=stream.partitions,
        partition=partition,
        defaults={"sequence": start, "made_at": stream.made_at, "beat_at": moment - LEASE - timedelta(seconds=1)},
    )


def store_at(
    items: Sequence[Message | Unusable], *, stream: Stream, moves: Mapping[int, Move], owner: str, received: datetime
) -> list[Outcome]:
    """Store a batch and move its partitions, all or nothing. Raises LostPartition, and what `store` raises."""
    with transaction.atomic():
        for partition in sorted(moves):
            before, after = moves[partition]
            ours = _rows(stream).filter(partition=partition, owner=owner, sequence=before)
            if not ours.update(sequence=after, beat_at=received):
                raise LostPartition(f"partition {partition} of {stream.name} is not at {before} or not ours any more")
        return store(items, received=received)


def release(stream: Stream, *, owner: str, moment: datetime) -> None:
    """At an orderly end, so that another one need not wait."""
    _rows(stream).filter(owner=owner).update(owner="", beat_at=moment - LEASE - timedelta(seconds=1))
