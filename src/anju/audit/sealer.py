"""Puts committed entries into the chain, a second after they were written.

Only one sealer works at a time (SQLite: writers queue at BEGIN; PostgreSQL: an advisory lock). An entry whose
transaction commits late has a lower number than some already sealed: it is found because the sealer looks back over the
last numbers, and once an hour over all of them. Position and not number is the order of the chain.
"""

from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from anju.audit import anchors
from anju.audit.chain import START, link
from anju.audit.models import Entry, Seal
from anju.core.garbage import no_collection

BATCH = 500
LOOK_BACK = 10_000  # numbers; a transaction that stays open longer waits for the hourly sweep
SWEEP_EVERY = timedelta(hours=1)
LOCK = 331_2019  # of pg_advisory_xact_lock: the sealer's own number


def seal(*, whole: bool = False) -> int:
    """Seal up to BATCH entries; returns how many. `whole` looks over all numbers.

    What waits is read and hashed first, then written in one short transaction; 0 where another sealer was faster.
    """
    last = Seal.objects.order_by("-position").first()
    waiting = Entry.objects.filter(seal=None)
    if last is not None and not whole:
        newest = Seal.objects.order_by("-entry_id").values_list("entry_id", flat=True)[0]
        waiting = waiting.filter(pk__gt=newest - LOOK_BACK)
    start, head = (last.position, last.hash) if last else (0, START)
    seals = []
    for position, entry in enumerate(waiting.order_by("pk")[:BATCH], start + 1):
        head = link(head, entry)
        seals.append(Seal(position=position, entry=entry, hash=head))
    if seals:
        with no_collection(), transaction.atomic():
            _alone()
            if Seal.objects.filter(position__gt=start).exists():
                return 0
            Seal.objects.bulk_create(seals)
    if start or seals:
        _anchor(start + len(seals), head)
    return len(seals)


def seal_all(*, whole: bool = False) -> int:
    """Seal everything that waits; short transactions in turn, so that writers pass in between."""
    total = 0
    while True:
        done = seal(whole=whole)
        total += done
        if done < BATCH:
            return total


def _anchor(position: int, head: str) -> None:
    """After the commit: a head is announced only when it stands. A crash in between is made good by the next call."""
    newest = anchors.last()
    if newest is None or newest.position < position:
        anchors.append(at=timezone.now(), position=position, head=head)


def _alone() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
