"""SMS to residents, by the channels of `stations.channels`: written in the transaction, sent by the worker, then emptied."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from anju.core import crypto, time
from anju.jobs.services import EACH_TURN, Lane, every
from anju.portal.models import Letter
from anju.stations import channels

ONE_RUN = timedelta(seconds=5)
PAUSE = timedelta(seconds=5)
TAKEN = timedelta(seconds=30)
MOST_ATTEMPTS = 6
S = Letter.State


def write(*, key: str, number: str, text: str, useless_after: datetime, known: bool = True) -> Letter:
    """`known` False: the same row, which nobody sends."""
    now = time.now()
    return Letter.objects.create(
        key=key, number_sealed=crypto.encrypt(number, f"letter:{key}:number"), text_sealed=crypto.encrypt(text, f"letter:{key}:text"),
        state=S.WAITING if known else S.NOBODY, written_at=now, try_at=now, useless_after=useless_after,
    )  # fmt: skip


def _claim(row: Letter, moment: datetime) -> bool:
    """True for the one worker that sends it now; one that dies leaves it to be taken up again."""
    rows = Letter.objects.filter(pk=row.pk, state=S.WAITING, try_at=row.try_at)
    return rows.update(try_at=moment + TAKEN, attempts=F("attempts") + 1) == 1


def send(row: Letter, moment: datetime) -> None:
    """One attempt. Not inside a transaction: the gateway is outside."""
    if not _claim(row, moment):
        return
    empty = {"text_sealed": "", "number_sealed": ""}
    done: dict[str, object]
    try:
        receipt = channels.adapter_of("sms")(channels.Letter(row.key, "sms", row.number, row.text))
        done = {"state": S.SENT, "sent_at": moment, "receipt": receipt[:80], "trouble": "", **empty}
    except channels.OnScreenOnly:
        done = {"state": S.SHOWN, "sent_at": moment}
    except channels.Undeliverable as error:
        tries = row.attempts + 1
        if tries >= MOST_ATTEMPTS or moment > row.useless_after:
            done = {"state": S.FAILED, "trouble": str(error)[:200], **empty}
        else:
            done = {"try_at": moment + PAUSE * 2 ** (tries - 1), "trouble": str(error)[:200]}
    with transaction.atomic():
        Letter.objects.filter(pk=row.pk).update(**done)


@every("portal.letters", EACH_TURN, Lane.MESSAGES)
def send_all(moment: datetime) -> None:
    begun = time.now()
    for row in Letter.objects.filter(state=S.WAITING, try_at__lte=moment).order_by("try_at", "pk")[:100]:
        send(row, moment)
        if time.now() - begun > ONE_RUN:
            return
