"""Messages of a call: written with it, sent by the worker. Once inside the database, at least once outside."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from anju.core import time
from anju.jobs.services import EACH_TURN, Lane, every
from anju.stations import channels
from anju.stations.models import Call, CallOut, Member, Message

log = logging.getLogger(__name__)
URGENT = (
    Message.Channel.VOICE,
    Message.Channel.SMS,
)  # web push does not arrive in mainland China, so it is never the only one
ONE_RUN = timedelta(seconds=5)  # letters to residents leave in the same lane
MOST_ATTEMPTS = 8
PAUSE = timedelta(seconds=5)  # doubled with every attempt
TAKEN = timedelta(seconds=30)  # nobody else tries it meanwhile
OLD = timedelta(hours=1)  # a call of an hour ago reaches nobody in time


def _text(callout: CallOut, call: Call) -> str:
    """Where, what, how many need help, which page; no names of people who live there."""
    with translation.override("zh-hans"):
        help_ = _("%(n)s need help to get out. ") % {"n": callout.need_help} if callout.need_help else ""
        values = {"title": callout.title, "where": callout.where, "help": help_, "code": callout.code}
        if call.why == Call.Why.ASKED:
            return _("Support is asked for: %(title)s, %(where)s. %(help)sCall-out %(code)s") % values
        return _("%(title)s: %(where)s. %(help)sAnswer within one minute. Call-out %(code)s") % values


def write(callout: CallOut, call: Call, people: tuple[Member, ...] = ()) -> list[Message]:
    """To the duty telephone by voice and SMS, to everybody on duty there by SMS. Inside the call's transaction."""
    text, now = _text(callout, call)[:500], time.now()
    rows = [
        Message(
            key=f"{callout.code}-{call.order}-{channel}", call=call, channel=channel, to_name=call.name,
            duty_phone=call.phone, text=text, written_at=now, try_at=now,
        )
        for channel in URGENT
        if call.phone
    ]  # fmt: skip
    rows += [
        Message(
            key=f"{callout.code}-{call.order}-sms-{member.code}", call=call, member=member, channel=Message.Channel.SMS,
            to_name=member.name, text=text, written_at=now, try_at=now,
        )
        for member in people
        if member.phone_sealed
    ]  # fmt: skip
    return list(Message.objects.bulk_create(rows))


def _claim(row: Message, moment: datetime) -> bool:
    """True for the one worker that sends it now; one that dies leaves it to be taken up again."""
    rows = Message.objects.filter(pk=row.pk, state=Message.State.WAITING, try_at=row.try_at)
    return rows.update(try_at=moment + TAKEN, attempts=F("attempts") + 1) == 1


def _later(row: Message, moment: datetime, trouble: str) -> dict[str, object]:
    tries = row.attempts + 1
    if tries >= MOST_ATTEMPTS or moment - row.written_at > OLD:
        return {"state": Message.State.FAILED, "trouble": trouble[:200]}
    return {"try_at": moment + PAUSE * 2 ** (tries - 1), "trouble": trouble[:200]}


def send(row: Message, moment: datetime) -> bool:
    """One attempt; True when this worker made it. Not inside a transaction: the gateway is outside."""
    if not _claim(row, moment):
        return False
    letter = channels.Letter(row.key, row.channel, row.number, row.text)
    try:
        receipt = channels.adapter_of(row.channel)(letter)
        done: dict[str, object] = {
            "state": Message.State.SENT,
            "sent_at": moment,
            "receipt": receipt[:80],
            "trouble": "",
        }
    except channels.OnScreenOnly:
        done = {"state": Message.State.SHOWN, "sent_at": moment}
    except channels.Undeliverable as error:
        done = _later(row, moment, str(error))
    with transaction.atomic():
        Message.objects.filter(pk=row.pk).update(**done)
    return True


@every("stations.messages", EACH_TURN, Lane.MESSAGES)
def send_all(moment: datetime) -> None:
    begun = time.now()
    for row in Message.objects.filter(state=Message.State.WAITING, try_at__lte=moment).select_related("member").order_by("try_at", "pk")[:100]:  # fmt: skip
        send(row, moment)
        if time.now() - begun > ONE_RUN:
            return
